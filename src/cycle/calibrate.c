/* Weighs a virtual population so that it has the published outcome shares and curves, and holds every target against
 * it.
 *
 * Weights are those of least information (maximum entropy) that meet the targets within their standard deviations: the
 * dual is a smooth convex function of one multiplier per fitted row, solved by Newton's method. */
#include "alloc.h"
#include "dense.h"
#include "fail.h"
#include "study.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <string.h>

enum { MAX_ROWS = 40, GROUP_RECOVERED = 1, GROUP_MILD = 2, GROUP_SEVERE = 4 };

typedef struct fsc_study {
    fsc_cycle *neck;
    fsc_cycle_population *population;
    fsc_study_curve *curve;
    double *feature; /* [n_person][n_feature] */
    int32_t n_feature;
    double softness[MAX_ROWS];
} fsc_study;

static int32_t day_index(double day) {
    for (int32_t d = 0; d < FSC_STUDY_DAYS; d++)
        if (fsc_study_day[d] == day) return d;
    return -1;
}

static int group_mask(const char *group) {
    if (strcmp(group, "recovered+mild") == 0) return GROUP_RECOVERED | GROUP_MILD;
    if (strcmp(group, "recovered") == 0) return GROUP_RECOVERED;
    if (strcmp(group, "mild") == 0) return GROUP_MILD;
    return strcmp(group, "severe") == 0 ? GROUP_SEVERE : 0;
}

/* Groups go by the NDI at three months. */
static int in_group(const fsc_study_curve *c, int mask) {
    return (1 << fsc_study_class(c->ndi[5]) & mask) != 0;
}

/* What a person contributes to a group mean (percent for fat); NaN when the quantity is no mean over people. */
static double contribution(const fsc_study_curve *c, const char *quantity, int32_t d) {
    if (d < 0) return (double)NAN;
    if (strcmp(quantity, "deep cervical PDFF") == 0) return 100 * c->pdff[d];
    if (strcmp(quantity, "NDI") == 0) return c->ndi[d];
    if (strcmp(quantity, "total size / healthy") == 0) return c->csa[d];
    if (strcmp(quantity, "share above 20.5 %") == 0) return c->pdff[d] >= 0.205 ? 100 : 0;
    if (strcmp(quantity, "share below 20.5 %") == 0) return c->pdff[d] < 0.205 ? 100 : 0;
    if (strcmp(quantity, "rise of PDFF from 6 to 12 months") == 0) return 100 * (c->pdff[7] - c->pdff[6]) * 182.5 / 185;
    return (double)NAN;
}

static double weighted_mean(const fsc_study *s, const double *weight, int mask, const char *quantity, int32_t d) {
    double sum = 0, mass = 0;
    for (int64_t i = 0; i < s->population->n_person; i++) {
        const fsc_study_curve *c = &s->curve[i];
        if (!in_group(c, mask)) continue;
        sum += weight[i] * contribution(c, quantity, d);
        mass += weight[i];
    }
    return mass > 0 ? sum / mass : (double)NAN;
}

static double weighted_strength(const fsc_study *s, const double *weight, int mask, int32_t d) {
    double sum = 0, mass = 0;
    for (int64_t i = 0; i < s->population->n_person; i++) {
        if (!in_group(&s->curve[i], mask)) continue;
        sum += weight[i] * s->curve[i].strength[d];
        mass += weight[i];
    }
    return mass > 0 ? sum / mass : (double)NAN;
}

static double weighted_share(const fsc_study *s, const double *weight, int class, int32_t d) {
    double sum = 0;
    for (int64_t i = 0; i < s->population->n_person; i++)
        if (fsc_study_class(s->curve[i].ndi[d]) == class) sum += weight[i];
    return sum;
}

static double component_value(const char *id, const fsc_study_components *c) {
    if (strcmp(id, "C1") == 0) return c->neurotomy_pp;
    if (strcmp(id, "C2") == 0) return c->cord_size;
    if (strcmp(id, "C3") == 0) return c->cord_rise_pp;
    if (strcmp(id, "C4") == 0) return c->lean_operated[0];
    if (strcmp(id, "C5") == 0) return c->lean_operated[1];
    if (strcmp(id, "C6") == 0) return c->lean_adjacent[0];
    return strcmp(id, "C7") == 0 ? c->lean_adjacent[1] : (double)NAN;
}

static double row_value(const fsc_study *s, const double *weight, const fsc_cycle_fit_row *row,
                        const fsc_study_components *components) {
    const int32_t d = day_index(row->day);
    const int mask = group_mask(row->group), rest = GROUP_RECOVERED | GROUP_MILD;
    if (row->id[0] == 'C') return component_value(row->id, components);
    if (d < 0) return (double)NAN;
    if (strcmp(row->quantity, "share of people") == 0)
        return 100 * weighted_share(s, weight, mask == GROUP_RECOVERED ? 0 : mask == GROUP_MILD ? 1 : 2, d);
    if (strcmp(row->group, "severe/recovered") == 0)
        return weighted_strength(s, weight, GROUP_SEVERE, d) / weighted_strength(s, weight, GROUP_RECOVERED, d);
    if (strcmp(row->group, "severe - recovered+mild") == 0)
        return weighted_mean(s, weight, GROUP_SEVERE, row->quantity, d) -
               weighted_mean(s, weight, rest, row->quantity, d);
    return weighted_mean(s, weight, mask, row->quantity, d);
}

/* A feature per fitted row whose weighted mean should be 0: membership times distance from the target. */
static double feature_value(const fsc_study_curve *c, const fsc_cycle_fit_row *row) {
    const int32_t d = day_index(row->day);
    const int mask = group_mask(row->group);
    if (strcmp(row->quantity, "share of people") == 0)
        return 100.0 * ((1 << fsc_study_class(c->ndi[d]) & mask) != 0) - row->published;
    return in_group(c, mask) ? contribution(c, row->quantity, d) - row->published : 0;
}

static int makes_feature(const fsc_cycle_fit_row *row) {
    const fsc_study_curve none = {0};
    return strcmp(row->use, "fit") == 0 && group_mask(row->group) != 0 &&
           (strcmp(row->quantity, "share of people") == 0 ||
            !isnan(contribution(&none, row->quantity, day_index(row->day))));
}

static fsc_status list_features(fsc_study *s, const fsc_cycle_fit *fit, fsc_error *err) {
    const int64_t n = s->population->n_person;
    int32_t use[MAX_ROWS];
    for (int32_t r = 0; r < fit->n_row; r++) {
        if (!makes_feature(&fit->row[r])) continue;
        /* A group mean weighs as much as its group: the published share stands for it. */
        const int mask = group_mask(fit->row[r].group);
        const double share = strcmp(fit->row[r].quantity, "share of people") == 0 ? 1
                             : mask == GROUP_SEVERE                               ? 0.16
                                                                                  : 0.84;
        s->softness[s->n_feature] = fit->row[r].published_sd * share;
        use[s->n_feature++] = r;
    }
    s->feature = fsc_alloc(n * s->n_feature, sizeof *s->feature);
    if (!s->feature) return fsc_fail_nomem(err, "weighing virtual people");
    for (int64_t i = 0; i < n; i++)
        for (int32_t k = 0; k < s->n_feature; k++)
            s->feature[i * s->n_feature + k] = feature_value(&s->curve[i], &fit->row[use[k]]);
    return FSC_OK;
}

/* weight_i ~ exp(sum_k m_k feature_ik); returns the dual log sum exp + sum softness^2 m^2 / 2. */
static double weigh(const fsc_study *s, const double *m, double *weight) {
    const int64_t n = s->population->n_person;
    double top = -INFINITY, sum = 0, dual = 0;
    for (int64_t i = 0; i < n; i++) {
        weight[i] = 0;
        for (int32_t k = 0; k < s->n_feature; k++) weight[i] += m[k] * s->feature[i * s->n_feature + k];
        top = fmax(top, weight[i]);
    }
    for (int64_t i = 0; i < n; i++) sum += weight[i] = exp(weight[i] - top);
    for (int64_t i = 0; i < n; i++) weight[i] /= sum;
    for (int32_t k = 0; k < s->n_feature; k++) dual += 0.5 * s->softness[k] * s->softness[k] * m[k] * m[k];
    return dual + top + log(sum);
}

/* Newton with halving on the dual. */
static void find_weights(const fsc_study *s, double *weight) {
    const int32_t k = s->n_feature;
    double m[MAX_ROWS] = {0}, slope[MAX_ROWS], matrix[MAX_ROWS * MAX_ROWS], mean[MAX_ROWS];
    double dual = weigh(s, m, weight);
    for (int round = 0; round < 100; round++) {
        memset(mean, 0, sizeof mean);
        memset(matrix, 0, sizeof matrix);
        for (int64_t i = 0; i < s->population->n_person; i++) {
            const double *f = s->feature + i * k;
            for (int32_t a = 0; a < k; a++) {
                mean[a] += weight[i] * f[a];
                for (int32_t b = 0; b <= a; b++) matrix[a * k + b] += weight[i] * f[a] * f[b];
            }
        }
        double size = 0;
        for (int32_t a = 0; a < k; a++) {
            const double soft = s->softness[a] * s->softness[a];
            slope[a] = mean[a] + soft * m[a];
            size = fmax(size, fabs(slope[a]));
            for (int32_t b = 0; b <= a; b++) matrix[a * k + b] -= mean[a] * mean[b];
            matrix[a * k + a] += soft;
        }
        if (size < 1e-9) break;
        fsc_dense_solve(matrix, slope, k);
        double step = 1, next[MAX_ROWS];
        for (int half = 0; half < 40; half++, step /= 2) {
            for (int32_t a = 0; a < k; a++) next[a] = m[a] - step * slope[a];
            const double value = weigh(s, next, weight);
            if (value > dual) continue;
            dual = value;
            memcpy(m, next, sizeof m);
            break;
        }
    }
    weigh(s, m, weight);
}

static fsc_status read_rows(fsc_cycle_fit *fit, fsc_error *err) {
    fsc_table *table = fsc_alloc(1, sizeof *table);
    fit->table = table;
    if (!table) return fsc_fail_nomem(err, "reading the cycle's targets");
    FSC_TRY(fsc_table_embedded(table, "cycle/targets.tsv", err));
    if (table->n_row > MAX_ROWS) return fsc_fail(err, FSC_E_FORMAT, "cycle/targets.tsv: more than %d rows", MAX_ROWS);
    fit->row = fsc_alloc(table->n_row, sizeof *fit->row);
    if (!fit->row) return fsc_fail_nomem(err, "reading the cycle's targets");
    fit->n_row = table->n_row;
    for (int32_t r = 0; r < fit->n_row; r++)
        fit->row[r] = (fsc_cycle_fit_row){.id = fsc_table_get(table, r, "id"),
                                          .use = fsc_table_get(table, r, "use"),
                                          .group = fsc_table_get(table, r, "group"),
                                          .quantity = fsc_table_get(table, r, "quantity"),
                                          .unit = fsc_table_get(table, r, "unit"),
                                          .status = fsc_table_get(table, r, "status"),
                                          .source = fsc_table_get(table, r, "source"),
                                          .day = fsc_table_number(table, r, "day"),
                                          .published = fsc_table_number(table, r, "value"),
                                          .published_sd = fsc_table_number(table, r, "sd")};
    return FSC_OK;
}

static void judge(fsc_cycle_fit *fit, const fsc_study *s, const fsc_study_components *components) {
    double sum[2] = {0};
    int32_t n[2] = {0};
    for (int32_t r = 0; r < fit->n_row; r++) {
        fsc_cycle_fit_row *row = &fit->row[r];
        row->model = row_value(s, fit->weight, row, components);
        row->misfit = row->model - row->published;
        row->hit = fabs(row->misfit) <= 2 * row->published_sd;
        const int held = strcmp(row->use, "holdout") == 0;
        if ((held || strcmp(row->use, "fit") == 0) && !isnan(row->misfit)) {
            sum[held] += row->misfit / row->published_sd * (row->misfit / row->published_sd);
            n[held]++;
        }
    }
    fit->rms_fitted = n[0] ? sqrt(sum[0] / n[0]) : (double)NAN;
    fit->rms_held_out = n[1] ? sqrt(sum[1] / n[1]) : (double)NAN;
    double squares = 0;
    for (int64_t i = 0; i < fit->n_person; i++) squares += fit->weight[i] * fit->weight[i];
    fit->effective_people = 1 / squares;
    for (int class = 0; class < 3; class ++)
        fit->share[class] = weighted_share(s, fit->weight, class, FSC_STUDY_DAYS - 1);
}

static fsc_status run_study(fsc_study *s, fsc_cycle_fit *fit, uint64_t seed, int32_t n_threads,
                            const fsc_progress *progress, fsc_error *err) {
    FSC_TRY(read_rows(fit, err));
    FSC_TRY(fsc_study_neck(&s->neck, err));
    fit->honesty = fsc_cycle_honesty_of(s->neck);
    fsc_copy_text(fit->sentence, sizeof fit->sentence, fit->honesty.sentence);
    fit->honesty.sentence = fit->sentence;
    FSC_TRY(fsc_cycle_draw(&s->population, s->neck, fit->set, fit->story, fit->n_person, seed, err));
    s->curve = fsc_alloc(fit->n_person, sizeof *s->curve);
    fit->weight = fsc_alloc(fit->n_person, sizeof *fit->weight);
    if (!s->curve || !fit->weight) return fsc_fail_nomem(err, "calibrating the cycle");
    double bounds[2];
    FSC_TRY(
        fsc_study_curves(s->curve, s->neck, s->population->person, fit->n_person, n_threads, bounds, progress, err));
    fit->worst_simplex = bounds[0];
    fit->worst_box = bounds[1];
    FSC_TRY(list_features(s, fit, err));
    find_weights(s, fit->weight);
    double parameter[FSC_CYCLE_N_PARAMETER];
    for (int32_t k = 0; k < FSC_CYCLE_N_PARAMETER; k++)
        parameter[k] = fsc_cycle_parameter_at(s->neck, k)->value[fit->set];
    fsc_study_components components;
    FSC_TRY(fsc_study_components_run(&components, parameter, fit->story, err));
    judge(fit, s, &components);
    return FSC_OK;
}

fsc_status fsc_cycle_calibrate(fsc_cycle_fit **out, fsc_cycle_set set, fsc_cycle_story story, int64_t n_person,
                               uint64_t seed, int32_t n_threads, const fsc_progress *progress, fsc_error *err) {
    *out = NULL;
    fsc_cycle_fit *fit = fsc_alloc(1, sizeof *fit);
    if (!fit) return fsc_fail_nomem(err, "calibrating the cycle");
    fit->set = set;
    fit->story = story;
    fit->n_person = n_person;
    fsc_study study = {0};
    const fsc_status status = run_study(&study, fit, seed, n_threads, progress, err);
    fsc_cycle_free(study.neck);
    fsc_cycle_population_free(study.population);
    fsc_free(study.curve);
    fsc_free(study.feature);
    if (status != FSC_OK) {
        fsc_cycle_fit_free(fit);
        return status;
    }
    *out = fit;
    return FSC_OK;
}

void fsc_cycle_fit_free(fsc_cycle_fit *fit) {
    if (!fit) return;
    if (fit->table) fsc_table_free(fit->table);
    fsc_free(fit->table);
    fsc_free(fit->row);
    fsc_free(fit->weight);
    fsc_free(fit);
}
