/* Weighs a virtual population so that it has the published outcome shares and curves, and holds every target against
 * it.
 *
 * Weights are those of least information (maximum entropy) that meet the targets within their standard deviations
 * (weights.c); where few people would carry them, the population moves there (settle.c). */
#include "alloc.h"
#include "fail.h"
#include "settle.h"
#include "study.h"
#include "table.h"
#include "text.h"

#include <fascicle/calibrate.h>
#include <math.h>
#include <string.h>

enum { MAX_ROWS = FSC_FEATURE_MAX, GROUP_RECOVERED = 1, GROUP_MILD = 2, GROUP_SEVERE = 4 };

typedef struct fsc_study {
    const fsc_cycle_fit *fit;
    fsc_study_curve *curve; /* [n_person] */
    int32_t n_feature, feature_row[MAX_ROWS];
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
    for (int64_t i = 0; i < s->fit->n_person; i++) {
        const fsc_study_curve *c = &s->curve[i];
        if (!in_group(c, mask)) continue;
        sum += weight[i] * contribution(c, quantity, d);
        mass += weight[i];
    }
    return mass > 0 ? sum / mass : (double)NAN;
}

static double weighted_strength(const fsc_study *s, const double *weight, int mask, int32_t d) {
    double sum = 0, mass = 0;
    for (int64_t i = 0; i < s->fit->n_person; i++) {
        if (!in_group(&s->curve[i], mask)) continue;
        sum += weight[i] * s->curve[i].strength[d];
        mass += weight[i];
    }
    return mass > 0 ? sum / mass : (double)NAN;
}

static double weighted_share(const fsc_study *s, const double *weight, int class, int32_t d) {
    double sum = 0;
    for (int64_t i = 0; i < s->fit->n_person; i++)
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

static void list_features(fsc_study *s) {
    for (int32_t r = 0; r < s->fit->n_row; r++) {
        const fsc_cycle_fit_row *row = &s->fit->row[r];
        if (!makes_feature(row)) continue;
        /* A group mean weighs as much as its group: the published share stands for it. */
        const int mask = group_mask(row->group);
        const double share = strcmp(row->quantity, "share of people") == 0 ? 1 : mask == GROUP_SEVERE ? 0.16 : 0.84;
        s->softness[s->n_feature] = row->published_sd * share;
        s->feature_row[s->n_feature++] = r;
    }
}

static void features_of(const void *context, const fsc_study_curve *curve, double *feature) {
    const fsc_study *s = context;
    for (int32_t k = 0; k < s->n_feature; k++) feature[k] = feature_value(curve, &s->fit->row[s->feature_row[k]]);
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
    for (int class = 0; class < 3; class ++)
        fit->share[class] = weighted_share(s, fit->weight, class, FSC_STUDY_DAYS - 1);
}

static fsc_status run_study(fsc_study *s, fsc_cycle_fit *fit, const fsc_cycle *neck, fsc_settle *settle,
                            fsc_error *err) {
    FSC_TRY(read_rows(fit, err));
    fit->honesty = fsc_cycle_honesty_of(neck);
    fsc_copy_text(fit->sentence, sizeof fit->sentence, fit->honesty.sentence);
    fit->honesty.sentence = fit->sentence;
    s->curve = fsc_alloc(fit->n_person, sizeof *s->curve);
    fit->weight = fsc_alloc(fit->n_person, sizeof *fit->weight);
    if (!s->curve || !fit->weight) return fsc_fail_nomem(err, "calibrating the cycle");
    list_features(s);
    settle->n_feature = s->n_feature;
    settle->softness = s->softness;
    settle->feature_of = features_of;
    settle->context = s;
    settle->curve = s->curve;
    settle->weight = fit->weight;
    FSC_TRY(fsc_settle_run(settle, neck, err));
    fit->worst_simplex = settle->bounds[0];
    fit->worst_box = settle->bounds[1];
    fit->effective_people = settle->effective_people;
    fit->families = settle->families;
    fit->n_drawn = settle->n_drawn;
    fit->n_round = settle->n_round;
    double parameter[FSC_CYCLE_N_PARAMETER];
    for (int32_t k = 0; k < FSC_CYCLE_N_PARAMETER; k++) parameter[k] = fsc_cycle_parameter_at(neck, k)->value[fit->set];
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
    fsc_study study = {.fit = fit};
    fsc_settle settle = {
        .set = set, .story = story, .n_person = n_person, .seed = seed, .n_threads = n_threads, .progress = progress};
    fsc_cycle *neck = NULL;
    fsc_status status = fsc_study_neck(&neck, err);
    if (status == FSC_OK) status = run_study(&study, fit, neck, &settle, err);
    fsc_cycle_free(neck);
    fsc_free(study.curve);
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
