#include "branch.h"
#include "fail.h"

#include <math.h>

#define ITERATIONS 7

fsc_status fsc_branch_find(double *hz, double *left, const fsc_source *source, const fsc_profiler *profiler,
                           const int32_t *voxel, int32_t n, fsc_error *err) {
    fsc_profile profile;
    fsc_lanes_echo echo;
    fsc_minima minima;
    float one[FSC_LANES];
    FSC_TRY(fsc_profile_new(&profile, profiler, err));
    for (int32_t l = 0; l < FSC_LANES; l++) one[l] = 1;
    for (int32_t at = 0; at < n; at += FSC_LANES) {
        const int32_t here = n - at < FSC_LANES ? n - at : FSC_LANES;
        fsc_source_load(source, voxel + at, here, &echo);
        fsc_profile_clear(&profile, profiler);
        fsc_profile_add(&profile, profiler, &echo, one);
        fsc_profile_scan(&profile, profiler, 0);
        for (int32_t l = 0; l < here; l++) {
            fsc_minima_find(&minima, &profile, profiler, l);
            int32_t deepest = 0;
            for (int32_t k = 1; k < minima.n; k++)
                if (minima.cost[k] < minima.cost[deepest]) deepest = k;
            if (hz) hz[at + l] = (double)minima.hz[deepest];
            if (left) left[at + l] = fmax((double)minima.floor, 0);
        }
    }
    fsc_profile_free(&profile);
    return FSC_OK;
}

void fsc_branch_fit(fsc_fit *fit, fsc_lanes_echo *echo, const fsc_source *source, const fsc_model *model,
                    const int32_t *voxel, const double *hz, int32_t n, double noise_variance) {
    fsc_source_load(source, voxel, n, echo);
    for (int32_t l = 0; l < FSC_LANES; l++) {
        fit->psi_hz[l] = l < n ? hz[l] : 0;
        fit->r2_per_s[l] = model->r2_typical;
    }
    fsc_fit_run(fit, model, echo, ITERATIONS, 0.3 * model->shift_hz, noise_variance);
}
