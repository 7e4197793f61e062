/* What can be read off a simulated person: the maps from states to images, strength and pain (assumed scales). */
#include "model.h"

#include <math.h>

static const char *const quantity_word[FSC_CYCLE_N_QUANTITY] = {
    [FSC_CYCLE_PDFF] = "pdff",
    [FSC_CYCLE_CSA] = "csa_ratio",
    [FSC_CYCLE_LEAN_CSA] = "lean_csa_ratio",
    [FSC_CYCLE_T2] = "t2_index",
    [FSC_CYCLE_STIFFNESS] = "stiffness_index",
    [FSC_CYCLE_STRENGTH] = "strength",
    [FSC_CYCLE_SCAR] = "scar",
    [FSC_CYCLE_LOST] = "lost_volume",
    [FSC_CYCLE_STATE_C] = "contractile",
    [FSC_CYCLE_STATE_D] = "damaged",
    [FSC_CYCLE_STATE_X1] = "young_scar",
    [FSC_CYCLE_STATE_X2] = "mature_scar",
    [FSC_CYCLE_STATE_F] = "fat",
    [FSC_CYCLE_STATE_N] = "nerve_supply",
    [FSC_CYCLE_STATE_S] = "tone",
    [FSC_CYCLE_STATE_Y] = "dystonia",
    [FSC_CYCLE_STATE_I] = "inflammation",
    [FSC_CYCLE_STATE_T] = "trigger_point",
    [FSC_CYCLE_STATE_H] = "adhesion",
    [FSC_CYCLE_LEVEL_PAIN] = "level_pain",
    [FSC_CYCLE_LEVEL_IMMOBILE] = "level_immobilisation",
    [FSC_CYCLE_LEVEL_COMPRESSION] = "level_compression",
};
static const char *const story_word[FSC_CYCLE_N_STORY] = {"acute fat", "pre-existing fat"};

const char *fsc_cycle_quantity_text(fsc_cycle_quantity quantity) {
    return (int)quantity >= 0 && quantity < FSC_CYCLE_N_QUANTITY ? quantity_word[quantity] : "";
}

const char *fsc_cycle_story_text(fsc_cycle_story story) {
    return (int)story >= 0 && story < FSC_CYCLE_N_STORY ? story_word[story] : "";
}

/* One site; lean sizes are relative to the site's own healthy lean size. */
static double site_value(const fsc_cast *cast, int32_t lane, const double *y, int32_t i, fsc_cycle_quantity quantity) {
    const int64_t w = cast->width;
    const double *at = y + cast->model->offset[i] * w + lane;
    const double c = at[FSC_CYCLE_C * w], d = at[FSC_CYCLE_D * w], f = at[FSC_CYCLE_F * w];
    const double x1 = at[FSC_CYCLE_X1 * w], x2 = at[FSC_CYCLE_X2 * w], inf = at[FSC_CYCLE_I * w];
    const double lost = 1 - c - d - x1 - x2 - f, fluid = inf / (1 + inf);
    switch (quantity) {
    case FSC_CYCLE_PDFF:
        return f / (f + c + 1.1 * d + 0.35 * (x1 + x2) + 0.06 * fluid); /* scar is dark, oedema dilutes */
    case FSC_CYCLE_CSA: return 1 - lost + 0.05 * fluid;
    case FSC_CYCLE_LEAN_CSA: return (c + d) * cast->inv_c0[i * w + lane];
    case FSC_CYCLE_T2: return d + 0.3 * fluid + 0.1 * (1 - at[FSC_CYCLE_N * w]);
    case FSC_CYCLE_STIFFNESS: return 1 + 1.2 * at[FSC_CYCLE_S * w] + 3 * x1 + 7 * x2 + 0.8 * at[FSC_CYCLE_H * w];
    case FSC_CYCLE_STRENGTH: return 1 - cast->deficit[i * w + lane];
    case FSC_CYCLE_SCAR: return x1 + x2;
    case FSC_CYCLE_LOST: return lost;
    default: return at[(quantity - FSC_CYCLE_STATE_C) * w];
    }
}

static double referred(const double *pain, int32_t l, int32_t n) {
    double sum = pain[l];
    for (int32_t k = 1; k <= 2; k++) {
        const double weight = k == 1 ? 0.25 : 0.1;
        if (l >= k) sum += weight * pain[l - k];
        if (l + k < n) sum += weight * pain[l + k];
    }
    return sum;
}

static void observe_levels(const fsc_cast *cast, int32_t lane, const double *y, fsc_cycle_outcome *outcome,
                           double *pain) {
    const fsc_cycle *m = cast->model;
    const int64_t w = cast->width;
    double worst = 0, sum = 0, free = 0;
    for (int32_t l = 0; l < m->n_level; l++) {
        double hurt = 0;
        for (int32_t i = m->first[l]; i < m->first[l + 1]; i++) {
            const double *at = y + m->offset[i] * w + lane;
            hurt += m->stiff_weight[i] * fsc_site_pain(at[FSC_CYCLE_D * w], cast->inflamed[i * w + lane],
                                                       at[FSC_CYCLE_T * w], at[FSC_CYCLE_S * w]);
        }
        pain[l] = hurt + 0.5 * cast->compress[l * w + lane];
        const double felt = pain[l] * (1 + y[(m->level_offset[l] + 1) * w + lane]);
        worst = felt > worst ? felt : worst;
        sum += felt;
        free += 1 - 0.9 * cast->immobile[l * w + lane];
    }
    const double *p = cast->p + lane;
    const double drive = 0.6 * worst + 0.8 * sum / m->n_level;
    outcome->pain_drive = drive;
    outcome->nrs = 10 * drive / (drive + p[FSC_P_nrsHalf * w]);
    outcome->rom = free / m->n_level * (1 - 0.025 * outcome->nrs);
    const double burden = 0.55 * drive + 0.5 * (1 - outcome->rom);
    outcome->ndi = 100 * burden / (burden + p[FSC_P_ndiHalf * w]);
}

void fsc_observe(const fsc_cast *cast, int32_t lane, const double *y, const fsc_cycle_quantity *quantity,
                 int32_t n_quantity, double *value, fsc_cycle_outcome *outcome, double *level) {
    const fsc_cycle *m = cast->model;
    observe_levels(cast, lane, y, outcome, level);
    for (int32_t k = 0; k < n_quantity; k++)
        for (int32_t i = 0; i < m->n_site; i++, value++) {
            const int32_t l = m->site[i].level_index;
            switch (quantity[k]) {
            case FSC_CYCLE_LEVEL_PAIN: *value = referred(level, l, m->n_level); break;
            case FSC_CYCLE_LEVEL_IMMOBILE: *value = cast->immobile[l * cast->width + lane]; break;
            case FSC_CYCLE_LEVEL_COMPRESSION: *value = cast->compress[l * cast->width + lane]; break;
            default: *value = site_value(cast, lane, y, i, quantity[k]);
            }
        }
}
