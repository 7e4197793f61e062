#include "sign.h"
#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>

/* Below this ratio the residuals do not tell: what is stated counts, and the reader is told. */
#define CLEAR 1.05

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Smallest residual over the field of each voxel, and the voxels' energy. */
static void smallest_residuals(double *residual, double *energy, const fsc_source *source, const fsc_profiler *profiler,
                               fsc_profile *profile, const int32_t *voxel, int32_t n) {
    fsc_lanes_echo echo;
    fsc_minima minima;
    float one[FSC_LANES];
    for (int32_t l = 0; l < FSC_LANES; l++) one[l] = 1;
    for (int32_t at = 0; at < n; at += FSC_LANES) {
        const int32_t here = n - at < FSC_LANES ? n - at : FSC_LANES;
        fsc_source_load(source, voxel + at, here, &echo);
        fsc_profile_clear(profile, profiler);
        fsc_profile_add(profile, profiler, &echo, one);
        fsc_profile_scan(profile, profiler, 0);
        for (int32_t l = 0; l < here; l++) {
            fsc_minima_find(&minima, profile, profiler, l);
            residual[at + l] = fmax((double)minima.floor, 0);
            energy[at + l] = 0;
            for (int32_t e = 0; e < source->n_echo; e++)
                energy[at + l] += echo.re[e][l] * echo.re[e][l] + echo.im[e][l] * echo.im[e][l];
        }
    }
}

fsc_status fsc_sign_find(fsc_sign *out, const fsc_source *source, const fsc_model *model, const fsc_profiler *profiler,
                         const int32_t *voxel, int32_t n, int32_t stated, int32_t wanted, fsc_error *err) {
    FSC_AUTO_BLOCK double *residual = fsc_alloc((int64_t)3 * n, sizeof *residual);
    if (!residual) return fsc_fail_nomem(err, "testing the phase sign");
    double *const energy = residual + 2 * (int64_t)n;
    fsc_profile profile;
    FSC_TRY(fsc_profile_new(&profile, profiler, err));
    double sum[2] = {0, 0};
    for (int32_t side = 0; side < 2; side++) {
        fsc_source turned = *source;
        turned.conjugate = side == 0 ? 1 : -1; /* a ramp already found turns along */
        double *const here = residual + (int64_t)side * n;
        smallest_residuals(here, energy, &turned, profiler, &profile, voxel, n);
        for (int32_t i = 0; i < n; i++) sum[side] += energy[i] > 0 ? here[i] / energy[i] : 0;
    }
    fsc_profile_free(&profile);
    const int32_t best = sum[1] < sum[0] ? -1 : 1;
    const double clear = fmax(sum[0], sum[1]) / fmax(fmin(sum[0], sum[1]), 1e-300);
    out->sign = wanted != 0 ? wanted : clear >= CLEAR ? best : stated != 0 ? stated : 1;
    out->ratio = out->sign == best ? clear : 1 / clear;
    double *const taken = residual + (out->sign > 0 ? 0 : n);
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
