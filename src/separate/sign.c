#include "sign.h"
#include "alloc.h"
#include "branch.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>

/* Below this ratio the residuals do not tell: what is stated counts, and the reader is told. */
#define CLEAR 1.05
#define OVERRULES 1.2
/* Three echoes leave the decay open, which can favour either sign. */
#define OVERRULES_OF_THREE 2.0

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Summed relative residual of the sampled voxels; floor gets what their profiles leave. A decay taken from the
 * profiles' coarse grid can fit the wrong sign better, so it is fitted where the echoes allow. */
static fsc_status relative_residual(double *sum, double *floor, double *hz, const fsc_source *source,
                                    const fsc_model *model, const fsc_profiler *profiler, const int32_t *voxel,
                                    int32_t n, fsc_error *err) {
    fsc_lanes_echo echo;
    fsc_fit fit;
    FSC_TRY(fsc_branch_find(hz, floor, source, profiler, voxel, n, err));
    *sum = 0;
    for (int32_t at = 0; at < n; at += FSC_LANES) {
        const int32_t here = n - at < FSC_LANES ? n - at : FSC_LANES;
        fsc_branch_fit(&fit, &echo, source, model, voxel + at, hz + at, here, 0);
        for (int32_t l = 0; l < here; l++) {
            const double left = model->r2_free ? fmin(floor[at + l], fit.residual[l]) : floor[at + l];
            *sum += fit.energy[l] > 0 ? left / fit.energy[l] : 0;
        }
    }
    return FSC_OK;
}

fsc_status fsc_sign_find(fsc_sign *out, const fsc_source *source, const fsc_model *model, const fsc_profiler *profiler,
                         const int32_t *voxel, int32_t n, int32_t stated, int32_t wanted, fsc_error *err) {
    FSC_AUTO_BLOCK double *floor = fsc_alloc((int64_t)3 * n, sizeof *floor);
    if (!floor) return fsc_fail_nomem(err, "testing the phase sign");
    double *const hz = floor + 2 * (int64_t)n;
    double sum[2] = {0, 0};
    for (int32_t side = 0; side < 2; side++) {
        fsc_source turned = *source;
        turned.conjugate = side == 0 ? 1 : -1; /* a ramp already found turns along */
        FSC_TRY(relative_residual(&sum[side], floor + (int64_t)side * n, hz, &turned, model, profiler, voxel, n, err));
    }
    const int32_t best = sum[1] < sum[0] ? -1 : 1;
    const double clear = fmax(sum[0], sum[1]) / fmax(fmin(sum[0], sum[1]), 1e-300);
    /* What the file states is overruled only by more. */
    const double enough = stated == 0 || stated == best ? CLEAR : model->r2_free ? OVERRULES : OVERRULES_OF_THREE;
    out->sign = wanted != 0 ? wanted : clear >= enough ? best : stated != 0 ? stated : 1;
    out->ratio = out->sign == best ? clear : 1 / clear;
    double *const taken = floor + (out->sign > 0 ? 0 : n);
    qsort(taken, (size_t)n, sizeof *taken, compare);
    const int32_t freedom = 2 * model->n_echo - (model->r2_free ? 6 : 5);
    /* The median of chi-squared with few degrees of freedom lies below its mean. */
    const double median = freedom * pow(1 - 2.0 / (9 * fmax(freedom, 1)), 3);
    out->noise_variance = freedom > 0 && n > 0 ? taken[n / 2] / median : NAN;
    return FSC_OK;
}

int fsc_sign_note(const fsc_sign *found, int32_t stated, int32_t wanted, fsc_notes *notes) {
    const char *const how = found->sign > 0 ? "as stored" : "conjugated";
    if (wanted != 0)
        fsc_notes_add(notes, FSC_NOTE_ASSUMED, "sign",
                      "phase taken %s as asked; residual of the other sign / this sign %.2f", how, found->ratio);
    else if (found->ratio >= CLEAR)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "sign", "phase taken %s (%.2f : 1 clearer than the other sign)", how,
                      found->ratio);
    else
        fsc_notes_add(notes, FSC_NOTE_WARNING, "sign-unclear",
                      "fat and water may be exchanged everywhere: the residuals do not tell the phase sign (%.2f : 1); "
                      "taken %s%s",
                      found->ratio, how, stated ? " as the file states" : " because the file states nothing");
    if (wanted == 0 && stated != 0 && stated != found->sign)
        fsc_notes_add(notes, FSC_NOTE_WARNING, "sign-contradicts",
                      "the stated precession was not followed: its residual is %.2f times larger", found->ratio);
    return wanted == 0 && found->ratio < CLEAR;
}
