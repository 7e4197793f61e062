#include "ground.h"

#include "alloc.h"
#include "baseline.h"
#include "dense.h"
#include "fail.h"
#include "skew.h"
#include "table.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double factors[FSC_SPREADS] = {0.7, 1.0, 1.4, 2.0, 2.8};

/* How a cell stands to the pooled baseline. */
typedef struct norm {
    fsc_baseline_at at; /* where the baseline is read: the nearest level that has one */
    int known;          /* 0: nobody has counted this layer here */
    double outside;     /* levels between the cell and where it is read */
    double order;
} norm;

/* What is built, level by level. */
typedef struct work {
    fsc_ground *out;
    const fsc_cycle *model;
    const fsc_data *data;
    const fsc_forecast_person *person;
    const fsc_assumed *assumed;
    const fsc_baseline *baseline;
    norm norm[FSC_CELLS_MAX];
    double middle;              /* order about which slopes turn */
    double bend[FSC_CELLS_MAX]; /* logit: in proportion less by odds, for as much as this person is off the norm */
} work;

static int is_between(double order, const char *first, const char *last) {
    return order >= fsc_level_order(first) && order <= fsc_level_order(last);
}

static void read_at(norm *n, fsc_baseline_muscle muscle, const char *first, const char *last) {
    n->known = 1;
    n->at.muscle = muscle;
    n->at.order = fmin(fmax(n->order, fsc_level_order(first)), fsc_level_order(last));
    n->outside = fabs(n->at.order - n->order);
}

/* Layers of the model as the muscles that were counted: the deep one as multifidus (T12 to S1) and as deep neck (C2 to
 * T2), the middle one as erector spinae (T9 to S1), the anterior one as psoas (T12 to S1). */
static void find_norm(norm *n, int32_t layer) {
    if (layer == 0 && is_between(n->order, "T12", "S1")) read_at(n, FSC_BASELINE_IS_MULTIFIDUS, "T12", "S1");
    if (layer == 0 && is_between(n->order, "C2", "T2")) read_at(n, FSC_BASELINE_IS_NECK, "C3", "T1");
    if (layer == 1 && is_between(n->order, "T9", "S1")) read_at(n, FSC_BASELINE_IS_ERECTOR, "T9", "S1");
    if (layer == 3 && is_between(n->order, "T12", "S1")) read_at(n, FSC_BASELINE_IS_PSOAS, "L1", "L5");
}

static fsc_baseline_method method_of(const work *w, int *known) {
    const int32_t method = fsc_baseline_method_of(fsc_norms_method_class(w->data->method));
    *known = method >= 0;
    return method >= 0 ? (fsc_baseline_method)method : FSC_BASELINE_MULTI_ECHO;
}

static void place_cells(work *w) {
    const fsc_forecast_person *p = w->person;
    int known;
    const fsc_baseline_method method = method_of(w, &known);
    for (int32_t i = 0; i < w->out->n_cell; i++) {
        fsc_cell *cell = &w->out->cell[i];
        norm *n = &w->norm[i];
        *n = (norm){.order = fsc_level_order(fsc_cycle_level_at(w->model, cell->level))};
        n->at.method = method;
        n->at.women = p->sex == FSC_SEX_FEMALE ? 1 : p->sex == FSC_SEX_MALE ? 0 : 0.5;
        n->at.age_years = isfinite(p->age_years) ? p->age_years : w->assumed->age_if_unknown_years;
        find_norm(n, cell->layer);
        w->middle += n->order / w->out->n_cell;
        w->out->mean[i] =
            n->known ? fsc_baseline_logit(w->baseline, &n->at) : fsc_logit(w->assumed->no_norm_percent / 100);
        cell->known = n->known;
        cell->median_fraction = fsc_unlogit(w->out->mean[i]);
    }
}

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How far the person lies off the norm as a whole: median over the cells, so that a lesion does not count. */
static double person_shift(const work *w) {
    double shift[FSC_CELLS_MAX];
    int32_t n = 0;
    for (int32_t i = 0; i < w->out->n_cell; i++) {
        double sum = 0, count = 0;
        for (int32_t k = w->out->cell[i].first; k < w->out->cell[i].end; k++) {
            if (isnan(w->data->item[k].value[FSC_OBSERVED_PDFF])) continue;
            sum += w->data->item[k].value[FSC_OBSERVED_PDFF];
            count += 1;
        }
        if (count > 0 && w->norm[i].known)
            shift[n++] = fsc_logit(fmin(fmax(sum / count, 0.005), 0.9)) - w->out->mean[i];
    }
    if (n == 0) return 0;
    qsort(shift, (size_t)n, sizeof *shift, compare_double);
    return shift[n / 2];
}

/* A person who is fatter or leaner than most may be so by odds (the same logit everywhere) or in proportion (the same
 * logarithm, which bends the levels apart where fat is high). Nothing published tells: the mean goes bend_share of
 * the way, and as much again is uncertain. */
static void bend_levels(work *w) {
    const int32_t n = w->out->n_cell;
    const double shift = person_shift(w);
    double lean = 0, middle = 0;
    for (int32_t i = 0; i < n; i++) lean += (1 - w->out->cell[i].median_fraction) / n;
    for (int32_t i = 0; i < n; i++) {
        const double grown = fmin(w->out->cell[i].median_fraction * exp(shift * lean), 0.9);
        w->bend[i] = fsc_logit(grown) - w->out->mean[i] - shift;
        middle += w->bend[i] / n;
    }
    for (int32_t i = 0; i < n; i++) {
        w->bend[i] -= middle;
        w->out->mean[i] += w->assumed->bend_share * w->bend[i];
        w->out->cell[i].typical_fraction = fsc_unlogit(w->out->mean[i] + shift);
    }
}

/* Part of the covariance that no spread factor moves: error of the norm, what is not known of person and method, and
 * the person as a whole and by layer. */
static double common_part(const work *w, int32_t a, int32_t b) {
    const fsc_assumed *as = w->assumed;
    const norm *na = &w->norm[a], *nb = &w->norm[b];
    const int same_layer = w->out->cell[a].layer == w->out->cell[b].layer;
    const double inner = as->layer_sd * as->layer_sd + as->own_sd * as->own_sd;
    double sum = same_layer ? as->layer_sd * as->layer_sd : 0, sd[2];
    for (int k = 0; k < 2; k++) {
        const norm *n = k ? nb : na;
        const double all = n->known ? fsc_baseline_person_sd(w->baseline, n->at.muscle) : as->no_norm_person_sd;
        sd[k] = sqrt(fmax(all * all - inner, 0.04));
    }
    sum += sd[0] * sd[1];
    sum += as->bend_share * as->bend_share * w->bend[a] * w->bend[b];
    if (na->known && nb->known) sum += fsc_baseline_error(w->baseline, &na->at, &nb->at);
    if (!na->known && !nb->known && same_layer) sum += as->no_norm_sd * as->no_norm_sd;
    int known;
    (void)method_of(w, &known);
    if (!known) sum += as->method_unknown_sd * as->method_unknown_sd;
    if (w->person->sex == FSC_SEX_UNKNOWN) sum += as->sex_unknown_sd * as->sex_unknown_sd;
    if (isnan(w->person->age_years)) sum += as->age_unknown_sd * as->age_unknown_sd;
    if (a == b) sum += as->outside_sd * as->outside_sd * na->outside;
    return sum;
}

/* The person's own slopes and departures, which the spread factor stretches. */
static double own_part(const work *w, int32_t a, int32_t b) {
    const fsc_assumed *as = w->assumed;
    const int32_t la = w->out->cell[a].layer, lb = w->out->cell[b].layer;
    const double lever = (w->norm[a].order - w->middle) * (w->norm[b].order - w->middle);
    double sum = a == b ? as->own_sd * as->own_sd : 0;
    if (la <= 1 && lb <= 1) sum += lever * as->slope_sd * as->slope_sd;
    if (la == lb) sum += lever * as->slope_layer_sd * as->slope_layer_sd;
    return sum;
}

/* Inverse of a positive symmetric a (n x n, destroyed) into out; returns the log determinant of a. */
static double invert(double *out, double *a, int32_t n) {
    for (int32_t k = 0; k < n; k++) {
        for (int32_t i = 0; i < n; i++) out[k * n + i] = i == k;
        if (k == 0)
            fsc_dense_solve(a, out, n);
        else
            fsc_dense_back(a, out + (int64_t)k * n, n);
    }
    double log_det = 0;
    for (int32_t i = 0; i < n; i++) log_det += 2 * log(a[i * n + i]);
    return log_det;
}

static void fill_spread(work *w, fsc_spread *s, double *covariance) {
    const int32_t n = w->out->n_cell;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = 0; j < n; j++)
            covariance[i * n + j] = common_part(w, i, j) + s->factor * s->factor * own_part(w, i, j);
    s->log_det = -invert(s->precision, covariance, n);
    for (int32_t l = 0; l < w->out->n_level; l++) {
        const int32_t first = w->out->level_cell[l], m = w->out->level_cell[l + 1] - first;
        double block[FSC_LAYERS * FSC_LAYERS], inverse[FSC_LAYERS * FSC_LAYERS];
        for (int32_t i = 0; i < m; i++)
            for (int32_t j = 0; j < m; j++) block[i * m + j] = s->precision[(first + i) * n + first + j];
        (void)invert(inverse, block, m);
        for (int32_t i = 0; i < m; i++)
            for (int32_t j = 0; j < m; j++) s->block[(first + i) * FSC_LAYERS + j] = inverse[i * m + j];
    }
}

/* Ageing in points a year: the rates that `change` takes, by layer; half their range is the SD. */
static fsc_status read_ageing(work *w, fsc_error *err) {
    static const char *const muscle[FSC_LAYERS] = {"multifidus", "erector_spinae", "", "psoas_major"};
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "repeatability.tsv", err));
    for (int32_t i = 0; i < w->out->n_cell; i++) {
        fsc_cell *cell = &w->out->cell[i];
        cell->ageing = w->assumed->ageing_other_points / 100;
        cell->ageing_sd = w->assumed->ageing_other_sd_points / 100;
        for (int32_t r = 0; r < table.n_row && w->norm[i].order >= fsc_level_order("T9"); r++) {
            if (strcmp(fsc_table_get(&table, r, "key"), "ageing") != 0 ||
                strcmp(fsc_table_get(&table, r, "muscle"), muscle[cell->layer]) != 0)
                continue;
            cell->ageing = fsc_table_number(&table, r, "value") / 100;
            cell->ageing_sd = (fsc_table_number(&table, r, "high") - fsc_table_number(&table, r, "low")) / 400;
        }
    }
    return FSC_OK;
}

static void find_cells(fsc_ground *out, const fsc_data *data) {
    for (int32_t i = 0; i < data->n; i++) {
        const fsc_datum *d = &data->item[i];
        const fsc_cell *last = out->n_cell ? &out->cell[out->n_cell - 1] : NULL;
        if (!last || last->level != d->level) out->level_cell[out->n_level++] = out->n_cell;
        if (!last || last->level != d->level || last->layer != d->layer)
            out->cell[out->n_cell++] = (fsc_cell){.level = d->level, .layer = d->layer, .first = i};
        out->cell[out->n_cell - 1].end = i + 1;
    }
    out->level_cell[out->n_level] = out->n_cell;
}

FSC_DEFINE_AUTO(fsc_baseline, fsc_baseline_free)

fsc_status fsc_ground_build(fsc_ground *out, const fsc_cycle *model, const fsc_data *data,
                            const fsc_forecast_person *person, const fsc_assumed *assumed, fsc_error *err) {
    *out = (fsc_ground){0};
    find_cells(out, data);
    const int64_t n = out->n_cell, each = n * n + n * FSC_LAYERS;
    FSC_AUTO(fsc_baseline) baseline = NULL;
    FSC_TRY(fsc_baseline_builtin(&baseline, err));
    FSC_AUTO_BLOCK work *w = fsc_alloc(1, sizeof *w);
    FSC_AUTO_BLOCK double *covariance = fsc_alloc(n * n, sizeof *covariance);
    out->store = fsc_alloc(n + FSC_SPREADS * each, sizeof *out->store);
    if (!w || !covariance || !out->store) return fsc_fail_nomem(err, "describing the healthy person");
    *w = (work){.out = out, .model = model, .data = data, .person = person, .assumed = assumed, .baseline = baseline};
    out->mean = out->store;
    place_cells(w);
    bend_levels(w);
    double sum = 0;
    for (int f = 0; f < FSC_SPREADS; f++) {
        fsc_spread *s = &out->spread[f];
        const double z = log(factors[f]) / assumed->spread_log_sd;
        *s = (fsc_spread){factors[f], exp(-0.5 * z * z), out->store + n + f * each, out->store + n + f * each + n * n,
                          0};
        sum += s->log_prior;
        fill_spread(w, s, covariance);
    }
    for (int f = 0; f < FSC_SPREADS; f++) out->spread[f].log_prior = log(fmax(out->spread[f].log_prior / sum, 1e-300));
    return read_ageing(w, err);
}

void fsc_ground_free(fsc_ground *ground) {
    fsc_free(ground->store);
    ground->store = NULL;
}

double fsc_side_sd(const fsc_cell *cell, const fsc_assumed *assumed, double factor) {
    const double points = assumed->side_sd_points / 100, share = assumed->side_sd_share * cell->typical_fraction;
    return factor * sqrt(points * points + share * share);
}
