/* Observations: from measured rows or a table to sites of the model's layers. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"
#include "fields.h"
#include "format.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *fsc_observed_text(fsc_observed observed) {
    static const char *const text[FSC_OBSERVED_N] = {"pdff", "lean_csa", "fluid", "stiffness", "strength"};
    return observed >= 0 && observed < FSC_OBSERVED_N ? text[observed] : "";
}

void fsc_observations_free(fsc_observations *observations) {
    fsc_free(observations->item);
    fsc_notes_free(&observations->notes);
    observations->item = NULL;
    observations->n = 0;
}

static fsc_status append(fsc_observations *out, const fsc_observation *item, fsc_error *err) {
    /* Room in powers of two from 64. */
    if (out->n == 0 || (out->n >= 64 && (out->n & (out->n - 1)) == 0)) {
        const int32_t capacity = out->n == 0 ? 64 : 2 * out->n;
        fsc_observation *bigger = fsc_grow(out->item, out->n, capacity, sizeof *bigger);
        if (!bigger) return fsc_fail_nomem(err, "gathering observations");
        out->item = bigger;
    }
    out->item[out->n++] = *item;
    return FSC_OK;
}

static fsc_observation empty_observation(const char *level, const char *layer, fsc_side side, double visit_day) {
    fsc_observation o = {.side = side, .visit_day = visit_day};
    fsc_copy_text(o.level, sizeof o.level, level);
    fsc_copy_text(o.layer, sizeof o.layer, layer);
    for (int q = 0; q < FSC_OBSERVED_N; q++) o.value[q] = o.se[q] = (double)NAN;
    return o;
}

static const char *layer_of(const fsc_table *layers, const char *muscle) {
    for (int32_t row = 0; row < layers->n_row; row++)
        if (strcmp(fsc_table_get(layers, row, "muscle"), muscle) == 0) return fsc_table_get(layers, row, "layer");
    return NULL;
}

/* The volumes that were joined into the observation at the same index, as their sums. */
static void join_row(fsc_observation *o, double *volume, const fsc_row *row, const fsc_assumed *assumed) {
    const double v = isfinite(row->volume_mm3) && row->volume_mm3 > 0 ? row->volume_mm3 : (double)row->n_voxel;
    /* The noise of this site, not pdff_se_fraction: that is how well the site speaks for such tissue, and it is largest
     * where a lesion makes a site patchy. */
    double se = isfinite(row->pdff_se_noise_fraction) ? fmax(row->pdff_se_noise_fraction, 1e-4) : (double)NAN;
    /* What is in view of a cut site may differ from the whole. */
    const double cut = assumed->cut_points / 100;
    if (row->cut_by_fov) se = hypot(isfinite(se) ? se : cut, cut);
    if (*volume == 0) {
        o->value[FSC_OBSERVED_PDFF] = row->pdff_mean_fraction;
        o->se[FSC_OBSERVED_PDFF] = se;
    } else {
        const double a = *volume / (*volume + v), b = 1 - a;
        o->value[FSC_OBSERVED_PDFF] = a * o->value[FSC_OBSERVED_PDFF] + b * row->pdff_mean_fraction;
        o->se[FSC_OBSERVED_PDFF] = sqrt(a * a * o->se[FSC_OBSERVED_PDFF] * o->se[FSC_OBSERVED_PDFF] + b * b * se * se);
    }
    *volume += v;
}

static int is_usable(const fsc_row *row) {
    return row->kind == FSC_ROW_SITE && isfinite(row->pdff_mean_fraction);
}

static fsc_status add_rows(fsc_observations *out, const fsc_measures *measures, double visit_day, double *volume,
                           const fsc_table *layers, const fsc_assumed *assumed, fsc_error *err) {
    const int32_t begin = out->n;
    for (int32_t i = 0; i < measures->n_row; i++) {
        const fsc_row *row = &measures->row[i];
        if (!is_usable(row)) continue;
        const char *layer = layer_of(layers, row->place.muscle);
        if (!layer) {
            fsc_notes_add(&out->notes, FSC_NOTE_FOUND, "muscle-not-in-model",
                          "The forecast leaves out %s: the model has no such layer.", row->place.muscle);
            continue;
        }
        if (row->cut_by_fov)
            fsc_notes_add(&out->notes, FSC_NOTE_ASSUMED, "site-cut",
                          "The field of view cuts %s %s %s: the forecast uses what is in view with %.0f points more "
                          "error.",
                          row->place.muscle, row->place.level, fsc_side_text(row->place.side), assumed->cut_points);
        int32_t at = begin;
        while (at < out->n && (strcmp(out->item[at].level, row->place.level) != 0 ||
                               strcmp(out->item[at].layer, layer) != 0 || out->item[at].side != row->place.side))
            at++;
        if (at == out->n) {
            const fsc_observation fresh = empty_observation(row->place.level, layer, row->place.side, visit_day);
            FSC_TRY(append(out, &fresh, err));
        }
        join_row(&out->item[at], &volume[at - begin], row, assumed);
    }
    return FSC_OK;
}

fsc_status fsc_observations_add(fsc_observations *out, const fsc_measures *measures, double visit_day, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table layers = {0};
    FSC_TRY(fsc_table_embedded(&layers, "cycle/muscle_layers.tsv", err));
    fsc_assumed assumed;
    FSC_TRY(fsc_assumed_read(&assumed, err));
    out->method = measures->method;
    FSC_AUTO_BLOCK double *volume = fsc_alloc(measures->n_row, sizeof *volume);
    if (!volume) return fsc_fail_nomem(err, "gathering observations");
    FSC_TRY(add_rows(out, measures, visit_day, volume, &layers, &assumed, err));
    return fsc_notes_check(&out->notes, err);
}

/* A value and its error, from a column or the one that tables of 0.1.0 have for it, in percent. */
static fsc_status read_observed(fsc_observation *o, fsc_observed q, const fsc_table *table, int32_t row,
                                const char *path, fsc_error *err) {
    char value_name[32], se_name[32];
    const char *name = fsc_observed_text(q);
    const int fraction = q == FSC_OBSERVED_PDFF && fsc_table_column(table, "pdff_fraction") >= 0;
    const double per = q == FSC_OBSERVED_PDFF && !fraction ? 100 : 1;
    fsc_format(value_name, sizeof value_name, "%s%s", name, fraction ? "_fraction" : "");
    fsc_format(se_name, sizeof se_name, "%s_se%s", name, fraction ? "_fraction" : "");
    FSC_TRY(fsc_table_take_number(&o->value[q], table, row, value_name, path, err));
    FSC_TRY(fsc_table_take_number(&o->se[q], table, row, se_name, path, err));
    o->value[q] /= per;
    o->se[q] /= per;
    if (fraction && o->value[q] > 1)
        return fsc_fail(err, FSC_E_RANGE, "%s: row %d, column pdff_fraction: %g is no fraction; 0.3 is 30 %%", path,
                        (int)row + 1, o->value[q]);
    return FSC_OK;
}

static fsc_status read_row(fsc_observation *o, const fsc_table *table, int32_t row, double visit_day, const char *path,
                           fsc_error *err) {
    double day = visit_day;
    int32_t side;
    if (fsc_table_column(table, "visit_day") >= 0)
        FSC_TRY(fsc_table_take_number(&day, table, row, "visit_day", path, err));
    if (!isfinite(day)) return fsc_fail(err, FSC_E_FORMAT, "'%s', row %d: visit_day is missing", path, (int)row + 1);
    FSC_TRY(fsc_table_take_word(&side, fsc_side_words, table, row, "side", path, err));
    *o = empty_observation(fsc_table_get(table, row, "level"), fsc_table_get(table, row, "layer"), (fsc_side)side, day);
    for (int q = 0; q < FSC_OBSERVED_N; q++) FSC_TRY(read_observed(o, (fsc_observed)q, table, row, path, err));
    return FSC_OK;
}

/* Fractions taken for percent would make a lean person of anyone. */
static fsc_status check_percent(const fsc_table *table, const char *path, fsc_error *err) {
    double most = (double)NAN;
    for (int32_t row = 0; row < table->n_row; row++) most = fmax(most, fsc_table_number(table, row, "pdff"));
    if (!(most > 0 && most <= 1)) return FSC_OK;
    return fsc_fail(err, FSC_E_RANGE, "'%s': the largest pdff is %g; the column holds percent, not fractions", path,
                    most);
}

static fsc_status read_sites(fsc_observations *out, const char *path, double visit_day, fsc_error *err) {
    fsc_measures *measures = NULL;
    FSC_TRY(fsc_measures_read(&measures, path, err));
    const fsc_status status = fsc_observations_add(out, measures, visit_day, err);
    fsc_measures_free(measures);
    return status;
}

fsc_status fsc_observations_read(fsc_observations *out, const char *tsv_path, double visit_day, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, tsv_path, err));
    if (fsc_table_column(&table, "muscle") >= 0) return read_sites(out, tsv_path, visit_day, err);
    static const char *const needed[] = {"level", "layer", "side"};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (fsc_table_column(&table, needed[i]) < 0)
            return fsc_fail(err, FSC_E_FORMAT, "'%s' has no column '%s'", tsv_path, needed[i]);
    FSC_TRY(check_percent(&table, tsv_path, err));
    for (int32_t row = 0; row < table.n_row; row++) {
        fsc_observation o;
        FSC_TRY(read_row(&o, &table, row, visit_day, tsv_path, err));
        FSC_TRY(append(out, &o, err));
    }
    return FSC_OK;
}
