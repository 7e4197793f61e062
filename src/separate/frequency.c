#include "frequency.h"
#include "alloc.h"
#include "fail.h"
#include "table.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define ECHOES_LEAST 6
#define VOXELS_LEAST 50
/* Voxels of water alone or fat alone say little: the field map takes up the difference. */
#define FAT_LOW 0.15
#define FAT_HIGH 0.85
/* A field is clearly better from this paired t and this ratio of summed residuals on. */
#define CLEAR_T 5.0
#define CLEAR_RATIO 1.02
/* The listed fields differ by 3.5 %. */
#define DOUBT_MOST 0.01

static void judge(fsc_frequency *out, const double *nominal, const double *other, int32_t n) {
    double sum_nominal = 0, sum_other = 0, square = 0;
    for (int32_t i = 0; i < n; i++) {
        if (!isfinite(nominal[i]) || !isfinite(other[i])) continue;
        out->n++;
        sum_nominal += nominal[i];
        sum_other += other[i];
        square += (nominal[i] - other[i]) * (nominal[i] - other[i]);
    }
    const double count = fmax(out->n, 2), mean = (sum_nominal - sum_other) / count;
    const double variance = fmax(square / count - mean * mean, 0) / (count - 1);
    out->ratio = sum_nominal / fmax(sum_other, 1e-300);
    out->t = mean / sqrt(variance + 1e-300);
}

static fsc_status true_tesla(double *out, double stated, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "field_strengths.tsv", err));
    *out = NAN;
    for (int32_t row = 0; row < table.n_row; row++)
        if (strncmp(fsc_table_get(&table, row, "status"), "verified", 8) == 0 &&
            fabs(stated - fsc_table_number(&table, row, "nominal_tesla")) < 1e-4)
            *out = fsc_table_number(&table, row, "true_tesla");
    return FSC_OK;
}

/* Relative residual of each voxel on its deepest branch, NaN where water and fat are not mixed. */
static fsc_status residuals_of(double *out, fsc_leftover *fitted, const fsc_sample *sample, const fsc_model *model,
                               fsc_error *err) {
    fsc_profiler profiler;
    fsc_sample these = *sample;
    these.model = model;
    these.profiler = &profiler;
    FSC_TRY(fsc_profiler_init(&profiler, model, err));
    const fsc_status status = fsc_branch_find(out, NULL, &these, err); /* fields for a moment */
    fsc_profiler_free(&profiler);
    FSC_TRY(status);
    fsc_branch_leftovers(fitted, &these, out);
    for (int32_t i = 0; i < sample->n; i++) {
        const int mixed = fitted[i].magnitude_pdff > FAT_LOW && fitted[i].magnitude_pdff < FAT_HIGH;
        out[i] = mixed && fitted[i].energy > 0 ? fitted[i].residual / fitted[i].energy : (double)NAN;
    }
    return FSC_OK;
}

fsc_status fsc_frequency_compare(fsc_frequency *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                 const fsc_sample *sample, int phases_wrong, fsc_error *err) {
    const fsc_model *const model = sample->model;
    const int32_t n = sample->n;
    *out = (fsc_frequency){.nominal_tesla = scan->b0_tesla, .true_tesla = NAN};
    if (isfinite(scan->imaging_frequency_mhz) || model->n_echo < ECHOES_LEAST) return FSC_OK;
    FSC_TRY(true_tesla(&out->true_tesla, scan->b0_tesla, err));
    if (!isfinite(out->true_tesla)) return FSC_OK;
    FSC_AUTO_BLOCK double *residual = fsc_alloc((int64_t)2 * n, sizeof *residual);
    FSC_AUTO_BLOCK fsc_leftover *fitted = fsc_alloc(n, sizeof *fitted);
    if (!residual || !fitted) return fsc_fail_nomem(err, "comparing field strengths");
    fsc_model other = *model;
    fsc_model_set_fat(&other, spectrum, out->true_tesla * FSC_GAMMA_MHZ_PER_TESLA);
    FSC_TRY(residuals_of(residual, fitted, sample, model, err));
    FSC_TRY(residuals_of(residual + n, fitted, sample, &other, err));
    judge(out, residual, residual + n, n);
    /* Echo spacing and field strength trade off: an error of the one is an error of the other. */
    out->disturbed = phases_wrong || model->dte_doubt > DOUBT_MOST;
    return FSC_OK;
}

int fsc_frequency_note(const fsc_frequency *found, fsc_notes *notes) {
    if (!isfinite(found->true_tesla)) return 0;
    const int enough = found->n >= VOXELS_LEAST;
    const int clear = enough && found->t > CLEAR_T && found->ratio > CLEAR_RATIO;
    if (clear && !found->disturbed) {
        fsc_notes_add(notes, FSC_NOTE_FOUND, "field-strength-rounded",
                      "the stated %.4g T is rounded: %.4f T leaves %.1f %% less residual in %d voxels of mixed fat and "
                      "was used",
                      found->nominal_tesla, found->true_tesla, 100 * (1 - 1 / found->ratio), (int)found->n);
        return 1;
    }
    if (!enough || clear || fabs(found->t) < CLEAR_T)
        fsc_notes_add(notes, FSC_NOTE_WARNING, "field-strength-unclear",
                      "PDFF may be off by up to a point or two: the field may be %.4f T instead of the stated %.4g T, "
                      "and the echoes do not tell%s; give ImagingFrequency",
                      found->true_tesla, found->nominal_tesla,
                      clear ? " it from rounded echo times or alternating readouts" : "");
    return 0;
}
