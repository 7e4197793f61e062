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
#include <stdlib.h>
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

/* What was joined into the observation at the same index: volume, T2 as a mean by volume, and its variance. */
typedef struct joined {
    double volume, t2_volume, t2_ms, t2_variance;
} joined;

static void join_t2(joined *j, const fsc_row *row, double v) {
    if (!(row->t2_mean_ms > 0)) return;
    const double a = j->t2_volume / (j->t2_volume + v), b = 1 - a, se = isfinite(row->t2_se_ms) ? row->t2_se_ms : 0;
    j->t2_ms = a * j->t2_ms + b * row->t2_mean_ms;
    j->t2_variance = a * a * j->t2_variance + b * b * se * se;
    j->t2_volume += v;
}

static void join_row(fsc_observation *o, joined *j, const fsc_row *row, const fsc_assumed *assumed) {
    const double v = isfinite(row->volume_mm3) && row->volume_mm3 > 0 ? row->volume_mm3 : (double)row->n_voxel;
    /* The noise of this site and its label's error, not pdff_se_fraction: that is how well the site speaks for such
     * tissue, and it is largest where a lesion makes a site patchy. */
    double se = isfinite(row->pdff_se_noise_fraction) ? fmax(row->pdff_se_noise_fraction, 1e-4) : (double)NAN;
    /* The label's bias is in the baseline's groups too: its scatter counts. */
    const double label = sqrt(fsc_row_label_scatter_variance(row));
    if (label > 0) se = hypot(isfinite(se) ? se : 0, label);
    /* What is in view of a cut site may differ from the whole. */
    const double cut = assumed->cut_points / 100;
    if (row->cut_by_fov) se = hypot(isfinite(se) ? se : cut, cut);
    join_t2(j, row, v);
    if (j->volume == 0) {
        o->value[FSC_OBSERVED_PDFF] = row->pdff_mean_fraction;
        o->se[FSC_OBSERVED_PDFF] = se;
    } else {
        const double a = j->volume / (j->volume + v), b = 1 - a;
        o->value[FSC_OBSERVED_PDFF] = a * o->value[FSC_OBSERVED_PDFF] + b * row->pdff_mean_fraction;
        o->se[FSC_OBSERVED_PDFF] = sqrt(a * a * o->se[FSC_OBSERVED_PDFF] * o->se[FSC_OBSERVED_PDFF] + b * b * se * se);
    }
    j->volume += v;
}

static int is_usable(const fsc_row *row) {
    return row->kind == FSC_ROW_SITE && isfinite(row->pdff_mean_fraction);
}

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* T2 becomes the model's fluid index: how far a site lies above the person's own median, so that scanner and method
 * cancel. Fewer sites than this have no median to speak of. */
enum { T2_SITES_LEAST = 6 };
static fsc_status add_fluid(fsc_observations *out, int32_t begin, const joined *j, const fsc_assumed *assumed,
                            fsc_error *err) {
    FSC_AUTO_BLOCK double *t2 = fsc_alloc((int64_t)out->n - begin, sizeof *t2);
    if (!t2) return fsc_fail_nomem(err, "gathering observations");
    int32_t n = 0;
    for (int32_t i = begin; i < out->n; i++)
        if (j[i - begin].t2_volume > 0) t2[n++] = j[i - begin].t2_ms;
    if (n == 0) return FSC_OK;
    if (n < T2_SITES_LEAST) {
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "t2-few-sites",
                      "The forecast leaves out T2: %d sites have one, and %d are needed for the person's own median.",
                      (int)n, (int)T2_SITES_LEAST);
        return FSC_OK;
    }
    qsort(t2, (size_t)n, sizeof *t2, compare_double);
    const double median = t2[n / 2], per = assumed->fluid_per_t2_share, share = assumed->t2_error_share;
    for (int32_t i = begin; i < out->n; i++) {
        const joined *one = &j[i - begin];
        if (!(one->t2_volume > 0)) continue;
        out->item[i].value[FSC_OBSERVED_FLUID] = fmax(per * (one->t2_ms / median - 1), -1);
        out->item[i].se[FSC_OBSERVED_FLUID] = per * sqrt(one->t2_variance / (median * median) + share * share);
    }
    fsc_notes_add(&out->notes, FSC_NOTE_ASSUMED, "t2-own-median",
                  "T2 is held against this person's own median of %.0f ms: one site above it reads as fluid, a whole "
                  "back above it does not.",
                  median);
    return FSC_OK;
}

/* The noise of few voxels can carry a site's mean beyond what there is: one such site is no reason to refuse a scan. */
static void hold_within(fsc_observations *out, int32_t begin) {
    for (int32_t i = begin; i < out->n; i++) {
        double *pdff = &out->item[i].value[FSC_OBSERVED_PDFF];
        if (!isnan(*pdff)) *pdff = fmin(fmax(*pdff, 0), 1);
    }
}

static fsc_status add_rows(fsc_observations *out, const fsc_measures *measures, double visit_day, joined *volume,
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
    hold_within(out, begin);
    return add_fluid(out, begin, volume, assumed, err);
}

fsc_status fsc_observations_add(fsc_observations *out, const fsc_measures *measures, double visit_day, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table layers = {0};
    FSC_TRY(fsc_table_embedded(&layers, "cycle/muscle_layers.tsv", err));
    fsc_assumed assumed;
    FSC_TRY(fsc_assumed_read(&assumed, err));
    out->method = measures->method;
    FSC_AUTO_BLOCK joined *volume = fsc_alloc(measures->n_row, sizeof *volume);
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
    const fsc_status status =
        measures->label_source == FSC_LABELS_PROPOSAL
            ? fsc_fail(err, FSC_E_ARG,
                       "'%s': the labels are a proposal that nobody has looked at; look, and run again with "
                       "--accept-proposal",
                       path)
            : fsc_observations_add(out, measures, visit_day, err);
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
