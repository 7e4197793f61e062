#include "sign.h"
#include "alloc.h"
#include "fail.h"

#include <math.h>

/* Below this ratio the residuals do not tell: what is stated counts, and the reader is told. */
#define CLEAR 1.05
#define OVERRULES 1.2
/* Three echoes leave the decay open, which can favour either sign. */
#define OVERRULES_OF_THREE 2.0

/* Mean relative residual with the sample's echoes turned one way; floor gets what the profiles leave. A decay taken
 * from the profiles' coarse grid can fit the wrong sign better, so it is fitted where the echoes allow. */
static fsc_status relative_residual(double *sum, double *floor, double *hz, fsc_leftover *fitted,
                                    const fsc_sample *sample, int32_t side, fsc_error *err) {
    fsc_source turned = *sample->source;
    turned.conjugate = side == 0 ? 1 : -1; /* a ramp already found turns along */
    fsc_sample these = *sample;
    these.source = &turned;
    these.noise_variance = 0;
    FSC_TRY(fsc_branch_find(hz, floor, &these, err));
    fsc_branch_leftovers(fitted, &these, hz);
    *sum = 0;
    for (int32_t i = 0; i < sample->n; i++) {
        const double left = sample->model->r2_free ? fmin(floor[i], fitted[i].residual) : floor[i];
        *sum += fitted[i].energy > 0 ? left / fitted[i].energy / sample->n : 0;
    }
    return FSC_OK;
}

fsc_status fsc_sign_find(fsc_sign *out, const fsc_sample *sample, int32_t stated, int32_t wanted, fsc_error *err) {
    const fsc_model *const model = sample->model;
    const int32_t n = sample->n;
    FSC_AUTO_BLOCK double *floor = fsc_alloc((int64_t)3 * n, sizeof *floor);
    FSC_AUTO_BLOCK fsc_leftover *fitted = fsc_alloc(n, sizeof *fitted);
    if (!floor || !fitted) return fsc_fail_nomem(err, "testing the phase sign");
    double sum[2];
    for (int32_t side = 0; side < 2; side++)
        FSC_TRY(relative_residual(&sum[side], floor + (int64_t)side * n, floor + (int64_t)2 * n, fitted, sample, side,
                                  err));
    const int32_t best = sum[1] < sum[0] ? -1 : 1;
    const double clear = fmax(sum[0], sum[1]) / fmax(fmin(sum[0], sum[1]), 1e-300);
    /* What the file states is overruled only by more. */
    const double enough = stated == 0 || stated == best ? CLEAR : model->r2_free ? OVERRULES : OVERRULES_OF_THREE;
    out->sign = wanted != 0 ? wanted : clear >= enough ? best : stated != 0 ? stated : 1;
    out->ratio = out->sign == best ? clear : 1 / clear;
    out->left = sum[out->sign > 0 ? 0 : 1];
    double *const taken = floor + (out->sign > 0 ? 0 : n);
    out->noise_variance = fsc_branch_variance(taken, n, model);
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
    else if (stated != 0)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "sign-unclear",
                      "the residuals do not tell the phase sign (%.2f : 1); taken %s as the file states", found->ratio,
                      how);
    else
        fsc_notes_add(notes, FSC_NOTE_WARNING, "sign-unclear",
                      "fat and water may be exchanged everywhere: the residuals do not tell the phase sign (%.2f : 1); "
                      "taken %s because the file states nothing",
                      found->ratio, how);
    if (wanted == 0 && stated != 0 && stated != found->sign)
        fsc_notes_add(notes, FSC_NOTE_WARNING, "sign-contradicts",
                      "the stated precession was not followed: its residual is %.2f times larger", found->ratio);
    return wanted == 0 && found->ratio < CLEAR;
}
