/* The observations sorted into a model that covers just their levels. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const layer_name[FSC_LAYERS] = {"deep", "intermediate", "superficial", "anterior"};

/* The error taken when a table gives none, in the unit of the quantity; fluid and stiffness are the model's own
 * scales. */
static double default_se(const fsc_assumed *a, int q) {
    const double se[FSC_OBSERVED_N] = {a->error_pdff_points / 100, a->error_lean_csa, a->error_fluid,
                                       a->error_stiffness, a->error_strength};
    return se[q];
}

void fsc_data_free(fsc_data *data) {
    fsc_free(data->item);
    fsc_free(data->visit_day);
    fsc_notes_free(&data->notes);
    data->item = NULL;
    data->visit_day = NULL;
}

/* Levels stand for each other within the neck and upper back, the low back, and the lumbosacral junction: inside a
 * group baseline fat and reach are the same. */
static int32_t group_of(const char *level) {
    if (strcmp(level, "L5") == 0 || strcmp(level, "S1") == 0) return 2;
    return level[0] == 'L' ? 1 : 0;
}

void fsc_data_index(fsc_data *data, const fsc_cycle *model) {
    for (int32_t l = 0; l < fsc_cycle_n_level(model); l++) {
        const char *level = fsc_cycle_level_at(model, l);
        data->group[l] = group_of(level);
        for (int k = 0; k < FSC_LAYERS; k++) {
            data->site_index[l][k][0] = fsc_cycle_find_site(model, level, layer_name[k], "left");
            data->site_index[l][k][1] = fsc_cycle_find_site(model, level, layer_name[k], "right");
        }
    }
}

static int has_value(const fsc_observation *o) {
    for (int q = 0; q < FSC_OBSERVED_N; q++)
        if (isfinite(o->value[q])) return 1;
    return 0;
}

static int32_t find_level(const fsc_cycle *model, const char *level) {
    for (int32_t l = 0; l < fsc_cycle_n_level(model); l++)
        if (strcmp(fsc_cycle_level_at(model, l), level) == 0) return l;
    return -1;
}

/* A model from the first to the last observed level, at least three levels long: a level needs neighbours. */
static fsc_status choose_model(fsc_cycle **model, const fsc_observations *observations, fsc_notes *notes,
                               fsc_error *err) {
    fsc_cycle *whole = NULL;
    FSC_TRY(fsc_cycle_new(&whole, "C2", "S1", 0, err));
    const int32_t n = fsc_cycle_n_level(whole);
    int32_t first = n, last = -1;
    for (int32_t i = 0; i < observations->n; i++) {
        const fsc_observation *o = &observations->item[i];
        if (!has_value(o)) continue;
        const int32_t level = find_level(whole, o->level);
        if (level < 0) {
            fsc_notes_add(notes, FSC_NOTE_WARNING, "level-not-in-model",
                          "The forecast leaves out level %s: the model spans C2 to S1.", o->level);
            continue;
        }
        if (level < first) first = level;
        if (level > last) last = level;
    }
    fsc_status status = FSC_OK;
    if (last < 0)
        status =
            fsc_fail(err, FSC_E_ARG,
                     "no observation can be used: a forecast needs a muscle of the model at a level from C2 to S1, "
                     "with a value");
    while (status == FSC_OK && last - first < 2) {
        if (first > 0) first--;
        if (last < n - 1) last++;
    }
    if (status == FSC_OK)
        status = fsc_cycle_new(model, fsc_cycle_level_at(whole, first), fsc_cycle_level_at(whole, last), 0, err);
    fsc_cycle_free(whole);
    return status;
}

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static fsc_status list_visits(fsc_data *out, const fsc_observations *observations, fsc_error *err) {
    out->visit_day = fsc_alloc(observations->n, sizeof *out->visit_day);
    if (!out->visit_day) return fsc_fail_nomem(err, "sorting observations");
    for (int32_t i = 0; i < observations->n; i++)
        if (has_value(&observations->item[i])) out->visit_day[out->n_visit++] = observations->item[i].visit_day;
    qsort(out->visit_day, (size_t)out->n_visit, sizeof *out->visit_day, compare_double);
    int32_t n = 0;
    for (int32_t i = 0; i < out->n_visit; i++)
        if (n == 0 || out->visit_day[i] > out->visit_day[n - 1] + 0.5) out->visit_day[n++] = out->visit_day[i];
    out->n_visit = n;
    if (n > 8) return fsc_fail(err, FSC_E_RANGE, "%d visits; a forecast takes up to 8", (int)n);
    const double first = out->visit_day[0], last = out->visit_day[n - 1];
    if (last - first > 3650) return fsc_fail(err, FSC_E_RANGE, "the visits span more than ten years");
    out->injury_age_day = last - observations->injury_day;
    if (isfinite(observations->injury_day) && !(out->injury_age_day >= 1 && out->injury_age_day <= 3650))
        return fsc_fail(err, FSC_E_RANGE, "the injury lies %.0f days before the last visit; 1 to 3650 can be used",
                        out->injury_age_day);
    return FSC_OK;
}

static fsc_status check_value(const fsc_observation *o, int q, fsc_error *err) {
    static const double low[FSC_OBSERVED_N] = {0, 0, -1, 0, 0}, high[FSC_OBSERVED_N] = {1, 3, 10, 50, 3};
    if (o->value[q] >= low[q] && o->value[q] <= high[q] && !(o->se[q] <= 0)) return FSC_OK;
    const double unit = q == FSC_OBSERVED_PDFF ? 100 : 1; /* people read percent */
    return fsc_fail(err, FSC_E_RANGE,
                    "%s of %s %s %s is %g%s with error %g; %g to %g with an error above 0 can be used",
                    fsc_observed_text((fsc_observed)q), o->layer, o->level, fsc_side_text(o->side), unit * o->value[q],
                    q == FSC_OBSERVED_PDFF ? " %" : "", unit * o->se[q], unit * low[q], unit * high[q]);
}

/* The observation's own error holds its noise alone; that of a repeated scan comes to it. */
static fsc_status fill_datum(fsc_datum *d, const fsc_observation *o, const fsc_assumed *assumed, fsc_notes *notes,
                             fsc_error *err) {
    for (int q = 0; q < FSC_OBSERVED_N; q++) {
        d->value[q] = o->value[q];
        d->variance[q] = (double)NAN;
        if (!isfinite(o->value[q])) continue;
        FSC_TRY(check_value(o, q, err));
        double se = o->se[q];
        if (!isfinite(se)) {
            se = default_se(assumed, q);
            fsc_notes_add(notes, FSC_NOTE_ASSUMED, "error-assumed", "The error of %s is assumed to be %g%s.",
                          fsc_observed_text((fsc_observed)q), q == FSC_OBSERVED_PDFF ? 100 * se : se,
                          q == FSC_OBSERVED_PDFF ? " points" : "");
        }
        const double repeat_sd = assumed->repeat_sd_points / 100;
        d->variance[q] = se * se + (q == FSC_OBSERVED_PDFF ? repeat_sd * repeat_sd : 0);
    }
    return FSC_OK;
}

static int compare_datum(const void *a, const void *b) {
    const fsc_datum *x = a, *y = b;
    if (x->level != y->level) return x->level < y->level ? -1 : 1;
    if (x->layer != y->layer) return x->layer < y->layer ? -1 : 1;
    if (x->side != y->side) return x->side < y->side ? -1 : 1;
    return (x->visit > y->visit) - (x->visit < y->visit);
}

/* Non-zero when the same visit holds the layer's left or right by itself: then a row of both sides would count twice.
 */
static int is_told_apart(const fsc_observations *observations, const fsc_observation *both) {
    for (int32_t i = 0; i < observations->n; i++) {
        const fsc_observation *o = &observations->item[i];
        if ((o->side == FSC_SIDE_LEFT || o->side == FSC_SIDE_RIGHT) && has_value(o) &&
            fabs(o->visit_day - both->visit_day) < 0.5 && strcmp(o->level, both->level) == 0 &&
            strcmp(o->layer, both->layer) == 0)
            return 1;
    }
    return 0;
}

static fsc_status fill_data(fsc_data *out, const fsc_cycle *model, const fsc_observations *observations,
                            const fsc_assumed *assumed, fsc_error *err) {
    out->item = fsc_alloc(observations->n, sizeof *out->item);
    if (!out->item) return fsc_fail_nomem(err, "sorting observations");
    for (int32_t i = 0; i < observations->n; i++) {
        const fsc_observation *o = &observations->item[i];
        const int32_t level = find_level(model, o->level);
        int32_t layer = 0;
        while (layer < FSC_LAYERS && strcmp(layer_name[layer], o->layer) != 0) layer++;
        if (level < 0 || !has_value(o)) continue;
        if (layer == FSC_LAYERS) {
            fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "layer-not-in-model",
                          "The forecast leaves out %s %s: the model's layers are deep, intermediate, superficial and "
                          "anterior.",
                          o->layer, o->level);
            continue;
        }
        const int one_side = o->side == FSC_SIDE_LEFT || o->side == FSC_SIDE_RIGHT;
        if (!one_side && is_told_apart(observations, o)) continue;
        if (!one_side)
            fsc_notes_add(&out->notes, FSC_NOTE_ASSUMED, "both-sides",
                          "The forecast takes %s %s, whose side is '%s', as the mean of left and right: it cannot tell "
                          "the sides apart there.",
                          o->layer, o->level, fsc_side_text(o->side));
        fsc_datum *d = &out->item[out->n++];
        d->level = level;
        d->layer = layer;
        d->side = one_side ? o->side == FSC_SIDE_RIGHT : FSC_BOTH;
        while (out->visit_day[d->visit] < o->visit_day - 0.5) d->visit++;
        FSC_TRY(fill_datum(d, o, assumed, &out->notes, err));
    }
    if (out->n == 0) return fsc_fail(err, FSC_E_ARG, "no observation lies in a layer of the model");
    qsort(out->item, (size_t)out->n, sizeof *out->item, compare_datum);
    for (int32_t i = 1; i < out->n; i++)
        if (compare_datum(&out->item[i - 1], &out->item[i]) == 0)
            return fsc_fail(err, FSC_E_ARG, "two observations of %s %s on one day", layer_name[out->item[i].layer],
                            fsc_cycle_level_at(model, out->item[i].level));
    return FSC_OK;
}

fsc_status fsc_data_build(fsc_data *out, fsc_cycle **model, const fsc_observations *observations,
                          const fsc_assumed *assumed, fsc_error *err) {
    *out = (fsc_data){.method = observations->method};
    *model = NULL;
    fsc_status status = choose_model(model, observations, &out->notes, err);
    if (status == FSC_OK) status = list_visits(out, observations, err);
    if (status == FSC_OK) status = fill_data(out, *model, observations, assumed, err);
    if (status == FSC_OK) fsc_data_index(out, *model);
    if (status != FSC_OK) {
        fsc_data_free(out);
        fsc_cycle_free(*model);
        *model = NULL;
    }
    return status;
}
