#include "model.h"
#include "fail.h"
#include "table.h"
#include "text.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define MOST_TURNS 2.5

static fsc_status unknown_spectrum(const fsc_table *table, const char *name, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text names = {0};
    const char *last = "";
    for (int32_t row = 0; row < table->n_row; row++) {
        const char *here = fsc_table_get(table, row, "name");
        if (strcmp(here, last) != 0) fsc_text_printf(&names, "%s%s", *last ? ", " : "", here);
        last = here;
    }
    return fsc_fail(err, FSC_E_NOTFOUND, "no fat spectrum is called \"%s\"; choose one of: %s", name,
                    names.data ? names.data : "");
}

fsc_status fsc_spectrum_find(fsc_spectrum *out, const char *name, double water_shift_ppm, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "spectra.tsv", err));
    memset(out, 0, sizeof *out);
    fsc_copy_text(out->name, sizeof out->name, name);
    for (int32_t row = 0; row < table.n_row; row++) {
        if (strcmp(fsc_table_get(&table, row, "name"), name) != 0) continue;
        if (strncmp(fsc_table_get(&table, row, "status"), "verified", 8) != 0) continue;
        if (out->n_peak == FSC_PEAK_MAX)
            return fsc_fail(err, FSC_E_FORMAT, "fat spectrum \"%s\" has more than %d peaks", name, FSC_PEAK_MAX);
        out->ppm[out->n_peak] = fsc_table_number(&table, row, "peak_ppm") - water_shift_ppm;
        out->amplitude[out->n_peak] = fsc_table_number(&table, row, "amplitude");
        out->sum_as_listed += out->amplitude[out->n_peak++];
    }
    if (out->n_peak == 0) return unknown_spectrum(&table, name, err);
    if (!(fabs(out->sum_as_listed - 1) < 0.01))
        return fsc_fail(err, FSC_E_FORMAT, "fat spectrum \"%s\": amplitudes sum to %.4f, not 1", name,
                        out->sum_as_listed);
    for (int32_t k = 0; k < out->n_peak; k++) out->amplitude[k] /= out->sum_as_listed;
    return FSC_OK;
}

void fsc_model_set_fat(fsc_model *model, const fsc_spectrum *spectrum, double frequency_mhz) {
    model->frequency_mhz = frequency_mhz;
    model->shift_hz = FSC_MAIN_SHIFT_PPM * frequency_mhz;
    for (int32_t n = 0; n < model->n_echo; n++) {
        double re = 0, im = 0;
        for (int32_t k = 0; k < spectrum->n_peak; k++) {
            const double angle = 2 * FSC_PI * spectrum->ppm[k] * frequency_mhz * model->te_s[n];
            re += spectrum->amplitude[k] * cos(angle);
            im += spectrum->amplitude[k] * sin(angle);
        }
        model->fat_re[n] = re;
        model->fat_im[n] = im;
    }
}

/* Even spacing by least squares; a list that is even within its own rounding (0.1, 0.01 or 0.001 ms) is taken as even,
 * because a rounded list is known to be wrong and an even one is what scanners play out. */
static void snap_echoes(fsc_model *model, fsc_notes *notes) {
    const int32_t n = model->n_echo;
    double st = 0, skt = 0, skk = 0;
    for (int32_t k = 0; k < n; k++) st += model->te_s[k] / n;
    for (int32_t k = 0; k < n; k++) {
        const double x = k - 0.5 * (n - 1);
        skt += x * (model->te_s[k] - st);
        skk += x * x;
    }
    const double step = skt / skk, first = st - 0.5 * (n - 1) * step;
    double worst = 0, quantum = 0;
    for (int32_t k = 0; k < n; k++) worst = fmax(worst, fabs(model->te_s[k] - first - k * step));
    for (double q = 1e-4; q > 5e-7 && quantum == 0; q /= 10) {
        int32_t multiples = 1;
        for (int32_t k = 0; k < n; k++) multiples &= fabs(model->te_s[k] / q - round(model->te_s[k] / q)) < 1e-3;
        if (multiples) quantum = q;
    }
    if (n > 2 && worst > fmax(1e-7, 0.55 * quantum)) return;
    model->uniform = 1;
    model->dte_s = step;
    model->period_hz = 1 / step;
    if (worst <= 1e-7) return;
    model->dte_doubt = quantum / ((n - 1) * step);
    for (int32_t k = 0; k < n; k++) model->te_s[k] = first + k * step;
    fsc_notes_add(notes, FSC_NOTE_ASSUMED, "echo-times-rounded",
                  "echo times look rounded to %.3g ms; taken as %.4f + k x %.4f ms", quantum * 1e3, first * 1e3,
                  step * 1e3);
}

static fsc_status find_frequency(double *frequency_mhz, const fsc_scan *scan, fsc_notes *notes, fsc_error *err) {
    const double stated = scan->b0_tesla * FSC_GAMMA_MHZ_PER_TESLA;
    *frequency_mhz = isfinite(scan->imaging_frequency_mhz) ? scan->imaging_frequency_mhz : stated;
    if (!isfinite(*frequency_mhz) || *frequency_mhz < 1 || *frequency_mhz > 1000)
        return fsc_fail(err, FSC_E_RANGE,
                        "the field strength is unknown; the sidecar needs ImagingFrequency or MagneticFieldStrength");
    if (isfinite(scan->imaging_frequency_mhz) && isfinite(stated) && fabs(*frequency_mhz / stated - 1) > 0.005)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "field-strength",
                      "the imaging frequency %.3f MHz (%.4f T) was used, not the nominal %.3f T", *frequency_mhz,
                      *frequency_mhz / FSC_GAMMA_MHZ_PER_TESLA, scan->b0_tesla);
    return FSC_OK;
}

fsc_status fsc_model_build(fsc_model *model, const fsc_scan *scan, const fsc_spectrum *spectrum, fsc_notes *notes,
                           fsc_error *err) {
    memset(model, 0, sizeof *model);
    if (scan->n_echo < 1 || scan->n_echo > FSC_ECHO_MAX)
        return fsc_fail(err, FSC_E_RANGE, "%d echoes; 1 to %d can be used", (int)scan->n_echo, FSC_ECHO_MAX);
    model->n_echo = scan->n_echo;
    for (int32_t n = 0; n < scan->n_echo; n++) {
        model->te_s[n] = scan->te_s[n];
        if (!(scan->te_s[n] > 0) || !(scan->te_s[n] < 1))
            return fsc_fail(err, FSC_E_RANGE, "echo %d has TE %g s; echo times must be positive seconds", (int)n + 1,
                            scan->te_s[n]);
        if (n > 0 && !(scan->te_s[n] > scan->te_s[n - 1] + 1e-6))
            return fsc_fail(err, FSC_E_RANGE, "echo times must rise: echo %d has %g ms after %g ms", (int)n + 1,
                            scan->te_s[n] * 1e3, scan->te_s[n - 1] * 1e3);
    }
    double frequency_mhz = 0;
    FSC_TRY(find_frequency(&frequency_mhz, scan, notes, err));
    if (model->n_echo > 1) snap_echoes(model, notes);
    for (int32_t n = 0; n < model->n_echo; n++) model->tau_s[n] = model->te_s[n] - model->te_s[0];
    fsc_model_set_fat(model, spectrum, frequency_mhz);
    /* +-5 ppm covers +-640 Hz at 3 T; at low field at least one whole period must be inside. */
    model->range_hz = fmax(5.0 * frequency_mhz, 0.75 * model->period_hz);
    /* Fields a period apart are one fraction: more turns than these only make the cut slow. */
    if (model->uniform) model->range_hz = fmin(model->range_hz, MOST_TURNS * model->period_hz);
    model->r2_free = model->n_echo >= 4;
    model->r2_typical = 45;
    model->r2_prior_sd = 60;
    return FSC_OK;
}

void fsc_model_pick(fsc_model *out, const fsc_model *model, const int32_t *time, int32_t n) {
    *out = *model;
    out->n_echo = n;
    out->r2_free = n >= 4;
    out->uniform = model->uniform && n == model->n_echo;
    for (int32_t k = 0; k < n; k++) {
        out->te_s[k] = model->te_s[time[k]];
        out->tau_s[k] = model->te_s[time[k]] - model->te_s[time[0]];
        out->fat_re[k] = model->fat_re[time[k]];
        out->fat_im[k] = model->fat_im[time[k]];
    }
}
