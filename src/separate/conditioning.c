#include "conditioning.h"
#include "fail.h"
#include "units.h"

#include <math.h>

#define UNKNOWNS 5
/* Points at FSC_CONDITIONING_SNR, for the worse of lean (0.1) and fat (0.9) tissue. Good lists of echoes give 2 to 4.
 * Of 14 measured pairs of echoes those at 10.5 and 11.6 gave the right tissue and those from 17 on did not; in-phase
 * echoes alone give 14 and more (doc/equations/separate.md). */
#define REFUSED 0.13
#define POOR 0.07
/* Turns around half a turn within which an exchange everywhere leaves the field as smooth as it was. */
#define MIRRORED 0.06
enum unknown { WATER, FAT, R2STAR, FIELD, PHASE };

/* Signal of echo n and its derivatives at W + F = 1, common phase and field 0. */
static void echo_of(double signal[2], double slope[UNKNOWNS][2], const fsc_model *model, int32_t n, double fraction) {
    const double decay = exp(-model->r2_typical * model->te_s[n]), t = model->te_s[n];
    const double fat[2] = {decay * model->fat_re[n], decay * model->fat_im[n]};
    signal[0] = (1 - fraction) * decay + fraction * fat[0];
    signal[1] = fraction * fat[1];
    slope[WATER][0] = decay;
    slope[WATER][1] = 0;
    for (int c = 0; c < 2; c++) {
        slope[FAT][c] = fat[c];
        slope[R2STAR][c] = -t * signal[c];
    }
    slope[PHASE][0] = -signal[1];
    slope[PHASE][1] = signal[0];
    for (int c = 0; c < 2; c++) slope[FIELD][c] = 2 * FSC_PI * t * slope[PHASE][c];
}

/* Adds what one real number that depends on the unknowns by slope[] tells. */
static void add(double fisher[UNKNOWNS][UNKNOWNS], const double slope[UNKNOWNS]) {
    for (int i = 0; i < UNKNOWNS; i++)
        for (int k = 0; k < UNKNOWNS; k++) fisher[i][k] += slope[i] * slope[k];
}

/* Variance of g^T unknowns, g over the first n of them, by elimination; infinite where the matrix says nothing. */
static double variance_of(double a[UNKNOWNS][UNKNOWNS], const double g[UNKNOWNS], int n) {
    double x[UNKNOWNS], scale[UNKNOWNS], sum = 0;
    for (int i = 0; i < n; i++) {
        if (!(a[i][i] > 0)) return INFINITY;
        scale[i] = 1 / sqrt(a[i][i]);
    }
    for (int i = 0; i < n; i++) {
        x[i] = g[i] * scale[i];
        for (int k = 0; k < n; k++) a[i][k] *= scale[i] * scale[k];
    }
    /* Square-root free Cholesky; the variance is the sum of the eliminated squares. */
    for (int i = 0; i < n; i++) {
        if (!(a[i][i] > 1e-12)) return INFINITY;
        sum += x[i] * x[i] / a[i][i];
        for (int k = i + 1; k < n; k++) {
            const double factor = a[k][i] / a[i][i];
            x[k] -= factor * x[i];
            for (int c = i; c < n; c++) a[k][c] -= factor * a[i][c];
        }
    }
    return sum;
}

double fsc_conditioning_se(const fsc_model *model, int complex, double fraction, double snr, double r2_prior_sd) {
    /* In the order of enum unknown, so that what is not asked for is left off at the end or held by a prior. */
    double fisher[UNKNOWNS][UNKNOWNS] = {{0}};
    const int n = complex ? UNKNOWNS : R2STAR + 1;
    for (int32_t e = 0; e < model->n_echo; e++) {
        double signal[2], slope[UNKNOWNS][2], row[UNKNOWNS];
        echo_of(signal, slope, model, e, fraction);
        const double size = sqrt(signal[0] * signal[0] + signal[1] * signal[1]) + 1e-12;
        for (int c = 0; c < (complex ? 2 : 1); c++) {
            for (int i = 0; i < n; i++)
                row[i] = complex ? slope[i][c] : (slope[i][0] * signal[0] + slope[i][1] * signal[1]) / size;
            add(fisher, row);
        }
    }
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++) fisher[i][k] *= snr * snr;
    fisher[R2STAR][R2STAR] += 1 / (r2_prior_sd * r2_prior_sd);
    /* The fraction F / (W + F) at W + F = 1. */
    const double g[UNKNOWNS] = {-fraction, 1 - fraction, 0, 0, 0};
    return sqrt(variance_of(fisher, g, n));
}

/* Turns of fat against water at an echo. */
static double turns_at(const fsc_model *model, int32_t n) {
    return atan2(model->fat_im[n], model->fat_re[n]) / (2 * FSC_PI);
}

static double worse(const fsc_model *model, int complex, double r2_prior_sd) {
    return fmax(fsc_conditioning_se(model, complex, 0.1, FSC_CONDITIONING_SNR, r2_prior_sd),
                fsc_conditioning_se(model, complex, 0.9, FSC_CONDITIONING_SNR, r2_prior_sd));
}

/* Exchanged everywhere, the field would step between lean and fat tissue by twice what fat turns from the first echo to
 * the second, in periods. */
static void note_two_echoes(const fsc_model *model, double se, fsc_notes *notes) {
    const double turn = turns_at(model, 1) - turns_at(model, 0), step = 2 * turn - round(2 * turn);
    const double decay = worse(model, 1, model->r2_prior_sd), rest = sqrt(fmax(decay * decay - se * se, 0));
    fsc_notes_add(
        notes, FSC_NOTE_WARNING, "two-echo-conditioning",
        "fat and water may be exchanged everywhere: two echoes tell them apart by a smooth field %s, and by the "
        "phase sign as stated; conditioning: standard error %.1f points at SNR 30, and %.1f from R2* not known",
        fabs(step) < 2 * MIRRORED ? "near 0" : "alone", 100 * se, 100 * fmin(rest, 1));
}

fsc_status fsc_conditioning_judge(const fsc_model *model, int complex, fsc_notes *notes, fsc_error *err) {
    const int32_t last = model->n_echo - 1;
    const double prior = model->n_echo == 2 ? 1e-6 : model->r2_free || !complex ? 1e6 : model->r2_prior_sd;
    const double se = worse(model, complex, prior);
    if (!(se <= REFUSED))
        return fsc_fail(
            err, FSC_E_RANGE,
            "these %d echoes (%.3f to %.3f ms) see fat at phases that look alike (%.2f and %.2f turns from "
            "water at %.2f MHz): fat and water cannot be told apart, the standard error would be %.0f points "
            "at SNR 30 (%.0f are too many); give echoes %.2f ms apart, or the scanner's own water and fat",
            (int)model->n_echo, 1e3 * model->te_s[0], 1e3 * model->te_s[last], turns_at(model, 0),
            turns_at(model, last), model->frequency_mhz, fmin(100 * se, 999), 100 * REFUSED,
            1e3 * 0.4 / model->shift_hz);
    if (model->n_echo == 2 && complex) note_two_echoes(model, se, notes);
    if (se > POOR)
        fsc_notes_add(
            notes, FSC_NOTE_WARNING, "echo-conditioning",
            "fat fractions are uncertain: these echo times tell fat from water poorly (conditioning: standard "
            "error %.1f points at SNR 30, well chosen echoes give 2 to 4)",
            100 * se);
    return FSC_OK;
}
