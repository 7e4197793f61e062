/* Builds the model from its tables: which sites there are, how they touch, what the constants are. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "model.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const parameter_name[FSC_P_N] = {
#define NAME(name) #name,
    FSC_CYCLE_PARAMETERS(NAME)
#undef NAME
};
static const char *const set_column[FSC_CYCLE_N_SET] = {"prior_median", "set_a", "set_b", "prototype_a", "prototype_b"};
static const char *const treatment_word[FSC_CYCLE_N_TREATMENT] = {
    "self-release", "stretching",   "manual",        "injection",    "neuromodulation",
    "remodelling",  "regenerative", "strengthening", "conventional", "steroid"};
static const char *const effect_column[FSC_EFFECT_N] = {
    "release",     "remodel_young", "remodel_mature", "relax",    "end_plate",   "resolve",     "trigger",
    "repair_gain", "load_moving",   "load_plain",     "use_gain", "regain_calm", "regain_gain", "fat_loss_gain"};
static const char *const side_word[2] = {"left", "right"};

const char *fsc_cycle_treatment_text(fsc_cycle_treatment treatment) {
    return (int)treatment >= 0 && treatment < FSC_CYCLE_N_TREATMENT ? treatment_word[treatment] : "";
}

int32_t fsc_cycle_find_treatment(const char *text) {
    for (int32_t k = 0; k < FSC_CYCLE_N_TREATMENT; k++)
        if (strcmp(treatment_word[k], text) == 0) return k;
    return -1;
}

static fsc_status cell_number(double *out, const fsc_table *table, int32_t row, const char *column, const char *what,
                              fsc_error *err) {
    *out = fsc_table_number(table, row, column);
    if (!isnan(*out)) return FSC_OK;
    return fsc_fail(err, FSC_E_FORMAT, "%s: row %d, column %s: is no number", what, row + 1, column);
}

static int32_t find_row(const fsc_table *table, const char *column, const char *key) {
    for (int32_t r = 0; r < table->n_row; r++)
        if (strcmp(fsc_table_get(table, r, column), key) == 0) return r;
    return -1;
}

static fsc_status read_parameters(fsc_cycle *model, fsc_error *err) {
    const char *what = "cycle/parameters.tsv";
    const fsc_table *table = &model->parameters;
    for (int32_t k = 0; k < FSC_P_N; k++) {
        fsc_cycle_parameter *to = &model->parameter[k];
        const int32_t r = find_row(table, "name", parameter_name[k]);
        if (r < 0) return fsc_fail(err, FSC_E_FORMAT, "%s: has no parameter %s", what, parameter_name[k]);
        to->name = parameter_name[k];
        to->unit = fsc_table_get(table, r, "unit");
        to->description = fsc_table_get(table, r, "description");
        to->source = fsc_table_get(table, r, "source");
        to->tag = *fsc_table_get(table, r, "tag");
        for (int32_t s = 0; s < FSC_CYCLE_N_SET; s++)
            FSC_TRY(cell_number(&to->value[s], table, r, set_column[s], what, err));
        FSC_TRY(cell_number(&to->prior_log_sd, table, r, "prior_log_sd", what, err));
        model->honesty.n_literature += to->tag == 'L';
        model->honesty.n_assumption += to->tag != 'L';
    }
    return FSC_OK;
}

static fsc_status read_treatments(fsc_cycle *model, fsc_error *err) {
    const char *what = "cycle/treatments.tsv";
    for (int32_t k = 0; k < FSC_CYCLE_N_TREATMENT; k++) {
        const int32_t r = find_row(&model->treatments, "treatment", treatment_word[k]);
        if (r < 0) return fsc_fail(err, FSC_E_FORMAT, "%s: has no treatment %s", what, treatment_word[k]);
        const char *reach = fsc_table_get(&model->treatments, r, "reach");
        model->effect_reach[k] = strcmp(reach, "self") == 0 ? 1 : strcmp(reach, "therapist") == 0 ? 2 : 0;
        for (int32_t e = 0; e < FSC_EFFECT_N; e++) {
            FSC_TRY(cell_number(&model->effect[k][e], &model->treatments, r, effect_column[e], what, err));
            model->honesty.n_fixed_assumption += model->effect[k][e] != 0;
        }
    }
    return FSC_OK;
}

static fsc_status read_events(fsc_cycle *model, fsc_error *err) {
    static const char *const surgery[2] = {"surgery-open", "surgery-mis"};
    static const char *const place[2] = {"operated", "adjacent"};
    static const char *const layer[2] = {"deep", "intermediate"};
    const char *what = "cycle/events.tsv";
    const fsc_table *table = &model->events;
    for (int32_t r = 0; r < table->n_row; r++) {
        const char *event = fsc_table_get(table, r, "event");
        fsc_cycle_rule rule;
        FSC_TRY(cell_number(&rule.damage, table, r, "damage", what, err));
        FSC_TRY(cell_number(&rule.lysis, table, r, "lysis", what, err));
        FSC_TRY(cell_number(&rule.adhesion_factor, table, r, "adhesion_factor", what, err));
        FSC_TRY(cell_number(&rule.nerve_factor, table, r, "nerve_factor", what, err));
        FSC_TRY(cell_number(&rule.relief, table, r, "relief", what, err));
        model->honesty.n_fixed_assumption += 1 + 3 * (strncmp(event, "surgery", 7) == 0);
        if (strncmp(event, "grade-", 6) == 0 && event[6] >= '1' && event[6] <= '3')
            model->grade_dose[event[6] - '1'] = rule.damage;
        for (int32_t k = 0; k < 8; k++)
            if (strcmp(event, surgery[k >> 2]) == 0 &&
                strcmp(fsc_table_get(table, r, "place"), place[k >> 1 & 1]) == 0 &&
                strcmp(fsc_table_get(table, r, "layer"), layer[k & 1]) == 0)
                model->rule[k >> 2][k >> 1 & 1][k & 1] = rule;
    }
    return FSC_OK;
}

/* Whether the layer of a row exists at a level. */
static int layer_at(const fsc_cycle *model, int32_t row, const char *level, int with_joints) {
    const char *only = fsc_table_get(&model->layers, row, "only_at");
    return strcmp(only, "any") == 0 || (with_joints && strcmp(only, level) == 0);
}

static int32_t count_layers(const fsc_cycle *model, const char *level, int with_joints) {
    int32_t n = 0;
    for (int32_t r = 0; r < model->layers.n_row; r++) n += layer_at(model, r, level, with_joints);
    return n;
}

/* One block cut into arrays; without a base it only measures. */
typedef struct fsc_cut {
    char *base;
    size_t at;
} fsc_cut;

static void *take(fsc_cut *cut, int64_t count, size_t size) {
    void *block = cut->base ? cut->base + cut->at : NULL;
    cut->at += ((size_t)count * size + 63) / 64 * 64;
    return block;
}

static size_t lay_out(fsc_cycle *m, char *base) {
    fsc_cut cut = {base, 0};
    const int64_t n = m->n_site, levels = m->n_level;
    m->site = take(&cut, n, sizeof *m->site);
    m->layer = take(&cut, n, sizeof *m->layer);
    m->offset = take(&cut, n, sizeof *m->offset);
    m->first = take(&cut, levels + 1, sizeof *m->first);
    m->level_offset = take(&cut, levels, sizeof *m->level_offset);
    m->up = take(&cut, n, sizeof *m->up);
    m->down = take(&cut, n, sizeof *m->down);
    m->contra = take(&cut, n, sizeof *m->contra);
    m->layer_share = take(&cut, n, sizeof(double));
    m->side_share = take(&cut, n, sizeof(double));
    m->tone_weight = take(&cut, n, sizeof(double));
    m->stiff_weight = take(&cut, n, sizeof(double));
    m->exposure = take(&cut, n, sizeof(double));
    for (int k = 0; k < 3; k++) m->reach[k] = take(&cut, n, sizeof(double));
    m->strain_share = take(&cut, n, sizeof(double));
    return cut.at;
}

/* Numbers the sites level by level, left side first, layer by layer, and the states behind them. */
static fsc_status number_sites(fsc_cycle *m, int32_t top, int with_joints, fsc_error *err) {
    const char *what = "cycle/layers.tsv";
    int32_t i = 0, state = 0;
    for (int32_t l = 0; l < m->n_level; l++) {
        const int32_t row = top + l;
        const char *level = fsc_table_get(&m->levels, row, "level");
        const int lumbosacral = fsc_table_number(&m->levels, row, "lumbosacral") > 0;
        m->first[l] = i;
        for (int32_t side = 0; side < 2; side++)
            for (int32_t r = 0; r < m->layers.n_row; r++) {
                if (!layer_at(m, r, level, with_joints)) continue;
                double fat, extra;
                FSC_TRY(cell_number(&fat, &m->layers, r, "baseline_fat", what, err));
                FSC_TRY(cell_number(&extra, &m->levels, row, "fat_extra", "cycle/levels.tsv", err));
                FSC_TRY(cell_number(&m->tone_weight[i], &m->layers, r, "weight_tone", what, err));
                FSC_TRY(cell_number(&m->stiff_weight[i], &m->layers, r, "weight_stiffness", what, err));
                FSC_TRY(cell_number(&m->exposure[i], &m->layers, r, "nerve_exposure", what, err));
                FSC_TRY(cell_number(&m->strain_share[i], &m->layers, r, "strain_share", what, err));
                m->reach[0][i] = 1;
                FSC_TRY(cell_number(&m->reach[1][i], &m->layers, r,
                                    lumbosacral ? "reach_self_lumbosacral" : "reach_self", what, err));
                FSC_TRY(cell_number(&m->reach[2][i], &m->layers, r, "reach_therapist", what, err));
                m->site[i] =
                    (fsc_cycle_site){level, fsc_table_get(&m->layers, r, "layer"), side_word[side], l, fat + extra};
                m->layer[i] = r;
                m->offset[i] = state;
                state += FSC_CYCLE_N_STATE;
                i++;
            }
        m->level_offset[l] = state;
        state += 2;
    }
    m->first[m->n_level] = i;
    m->n_state = state;
    return FSC_OK;
}

static int32_t same_layer(const fsc_cycle *m, int32_t level, int32_t like, int other_side) {
    if (level < 0 || level >= m->n_level) return -1;
    for (int32_t j = m->first[level]; j < m->first[level + 1]; j++)
        if (m->layer[j] == m->layer[like] && (m->site[j].side != m->site[like].side) == other_side) return j;
    return -1;
}

/* Neighbours, and the weights of a level scaled to sum to 1. */
static void couple_sites(fsc_cycle *m) {
    for (int32_t l = 0; l < m->n_level; l++) {
        double tone = 0, stiff = 0;
        const int32_t begin = m->first[l], end = m->first[l + 1];
        for (int32_t i = begin; i < end; i++) tone += m->tone_weight[i], stiff += m->stiff_weight[i];
        for (int32_t i = begin; i < end; i++) {
            m->tone_weight[i] /= tone;
            m->stiff_weight[i] /= stiff;
            m->up[i] = same_layer(m, l - 1, i, 0);
            m->down[i] = same_layer(m, l + 1, i, 0);
            m->contra[i] = same_layer(m, l, i, 1);
            m->layer_share[i] = 1.0 / ((end - begin) / 2 - 1);
            const int32_t beside = (m->up[i] >= 0) + (m->down[i] >= 0);
            m->side_share[i] = beside > 0 ? 1.0 / beside : 0;
        }
    }
}

static fsc_status build(fsc_cycle *m, const char *first_level, const char *last_level, int with_joints,
                        fsc_error *err) {
    FSC_TRY(fsc_table_embedded(&m->parameters, "cycle/parameters.tsv", err));
    FSC_TRY(fsc_table_embedded(&m->layers, "cycle/layers.tsv", err));
    FSC_TRY(fsc_table_embedded(&m->levels, "cycle/levels.tsv", err));
    FSC_TRY(fsc_table_embedded(&m->treatments, "cycle/treatments.tsv", err));
    FSC_TRY(fsc_table_embedded(&m->events, "cycle/events.tsv", err));
    FSC_TRY(read_parameters(m, err));
    FSC_TRY(read_treatments(m, err));
    FSC_TRY(read_events(m, err));
    const int32_t top = find_row(&m->levels, "level", first_level), bottom = find_row(&m->levels, "level", last_level);
    if (top < 0 || bottom < 0 || bottom < top)
        return fsc_fail(err, FSC_E_ARG, "levels %s to %s: name two of C2..C7, T1..T12, L1..L5, S1, head first",
                        first_level, last_level);
    if (m->layers.n_row > FSC_LAYER_N || m->levels.n_row > FSC_LEVEL_MAX)
        return fsc_fail(err, FSC_E_FORMAT, "cycle tables: at most %d layers and %d levels", FSC_LAYER_N, FSC_LEVEL_MAX);
    m->n_level = bottom - top + 1;
    for (int32_t l = 0; l < m->n_level; l++)
        m->n_site += 2 * count_layers(m, fsc_table_get(&m->levels, top + l, "level"), with_joints);
    m->block = fsc_alloc((int64_t)lay_out(m, NULL), 1);
    if (!m->block) return fsc_fail_nomem(err, "building the cycle model");
    lay_out(m, m->block);
    FSC_TRY(number_sites(m, top, with_joints, err));
    couple_sites(m);
    m->honesty.n_fixed_assumption += 8 * m->layers.n_row;
    fsc_format(
        m->sentence, sizeof m->sentence,
        "within the model only: %d of %d parameters rest on published numbers, %d are assumptions, as are %d fixed "
        "constants; not evidence of efficacy",
        m->honesty.n_literature, FSC_P_N, m->honesty.n_assumption, m->honesty.n_fixed_assumption);
    m->honesty.sentence = m->sentence;
    return FSC_OK;
}

fsc_status fsc_cycle_new(fsc_cycle **out, const char *first_level, const char *last_level, int with_joints,
                         fsc_error *err) {
    *out = NULL;
    fsc_cycle *model = fsc_alloc(1, sizeof *model);
    if (!model) return fsc_fail_nomem(err, "building the cycle model");
    const fsc_status status = build(model, first_level, last_level, with_joints, err);
    if (status != FSC_OK) {
        fsc_cycle_free(model);
        return status;
    }
    *out = model;
    return FSC_OK;
}

void fsc_cycle_free(fsc_cycle *model) {
    if (!model) return;
    fsc_table_free(&model->parameters);
    fsc_table_free(&model->layers);
    fsc_table_free(&model->levels);
    fsc_table_free(&model->treatments);
    fsc_table_free(&model->events);
    fsc_free(model->block);
    fsc_free(model);
}

int32_t fsc_cycle_n_site(const fsc_cycle *model) {
    return model->n_site;
}
int32_t fsc_cycle_n_level(const fsc_cycle *model) {
    return model->n_level;
}
int32_t fsc_cycle_n_state(const fsc_cycle *model) {
    return model->n_state;
}
const fsc_cycle_site *fsc_cycle_site_at(const fsc_cycle *model, int32_t site) {
    return &model->site[site];
}
int32_t fsc_cycle_site_offset(const fsc_cycle *model, int32_t site) {
    return model->offset[site];
}
int32_t fsc_cycle_level_offset(const fsc_cycle *model, int32_t level) {
    return model->level_offset[level];
}
fsc_cycle_honesty fsc_cycle_honesty_of(const fsc_cycle *model) {
    return model->honesty;
}

const char *fsc_cycle_level_at(const fsc_cycle *model, int32_t level) {
    return model->site[model->first[level]].level;
}

const fsc_cycle_parameter *fsc_cycle_parameter_at(const fsc_cycle *model, int32_t parameter) {
    return &model->parameter[parameter];
}

int32_t fsc_cycle_find_site(const fsc_cycle *model, const char *level, const char *layer, const char *side) {
    for (int32_t i = 0; i < model->n_site; i++) {
        const fsc_cycle_site *at = &model->site[i];
        if (strcmp(at->level, level) == 0 && strcmp(at->layer, layer) == 0 && strcmp(at->side, side) == 0) return i;
    }
    return -1;
}

int32_t fsc_cycle_find_parameter(const fsc_cycle *model, const char *name) {
    for (int32_t k = 0; k < FSC_P_N; k++)
        if (strcmp(model->parameter[k].name, name) == 0) return k;
    return -1;
}
