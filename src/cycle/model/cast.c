/* People in lanes: seats a person, puts treatments in force, lets events strike. */
#include "alloc.h"
#include "fail.h"
#include "model.h"

#include <math.h>
#include <string.h>

/* One block cut into arrays; without a base it only measures. */
static double *take(double *base, int64_t *at, int64_t count) {
    double *block = base ? base + *at : NULL;
    *at += (count + 7) / 8 * 8;
    return block;
}

static int64_t lay_out(fsc_cast *cast, double *base) {
    const int64_t w = cast->width, n = cast->model->n_site * w, levels = cast->model->n_level * w;
    int64_t at = 0;
    cast->p = take(base, &at, FSC_P_ALL * w);
    cast->fat0 = take(base, &at, n);
    cast->inv_c0 = take(base, &at, n);
    cast->relief = take(base, &at, levels);
    cast->effect = take(base, &at, n * FSC_EFFECT_N);
    cast->deficit = take(base, &at, n);
    cast->inflamed = take(base, &at, n);
    cast->guard = take(base, &at, n);
    cast->sens = take(base, &at, levels);
    cast->side_total = take(base, &at, 2 * levels);
    cast->immobile = take(base, &at, levels);
    cast->compress = take(base, &at, levels);
    cast->zero = take(base, &at, w);
    return at;
}

fsc_status fsc_cast_new(fsc_cast *cast, const fsc_cycle *model, int32_t width, fsc_error *err) {
    *cast = (fsc_cast){.model = model, .width = width};
    cast->block = fsc_alloc(lay_out(cast, NULL), sizeof(double));
    if (!cast->block) return fsc_fail_nomem(err, "seating people for the cycle");
    lay_out(cast, cast->block);
    return FSC_OK;
}

void fsc_cast_free(fsc_cast *cast) {
    fsc_free(cast->block);
    *cast = (fsc_cast){0};
}

static int sane(double value, double low, double high) {
    return value >= low && value <= high;
}

static double fat_of(const fsc_cycle *model, const fsc_cycle_person *person, int32_t site) {
    return model->site[site].baseline_fat + (model->layer[site] == FSC_LAYER_DEEP ? person->deep_fat_shift : 0) +
           (person->fat_shift ? person->fat_shift[site] : 0);
}

static void derive(double *p, int64_t w, int32_t lane, const fsc_cycle_person *person) {
#define AT(name) p[FSC_P_##name * w + lane]
    const fsc_cycle_modifiers *m = &person->modifiers;
    const double heavy = m->bmi_excess > 0 ? m->bmi_excess : 0, saturated = m->stress / (1 + AT(gSat) * m->stress);
    AT(act) = m->activity;
    AT(rho) = m->repair * (1 - 0.4 * m->sleep_deficit) * (1 - 0.2 * m->stress);
    AT(load0) = m->posture_load * (1 + 0.25 * heavy) * (0.6 + 0.4 * m->activity);
    AT(obese) = 1 + 0.5 * heavy;
    AT(overload0) = AT(load0) > 1 ? AT(load0) - 1 : 0;
    AT(stressS) = AT(sG) * saturated;
    AT(stressT) = AT(tG) * saturated + AT(tQ) * m->sleep_deficit;
    AT(gFree) = 1 - AT(gLoc);
    AT(invB50) = 1 / AT(B50);
    AT(invP50) = 1 / AT(P50);
    AT(sens) = 1 + 0.5 * m->stress + 0.5 * m->sleep_deficit;
    if (person->story == FSC_CYCLE_PREEXISTING) AT(phiN) = AT(phiI) = 0;
    AT(fatN) = AT(phiN) * AT(obese);
    AT(fatI) = AT(phiI) * AT(obese);
    AT(fill) = AT(k_af) * AT(obese);
    AT(regrow) = AT(k_hy) * AT(rho);
    AT(regrowN) = AT(k_nr) * AT(rho);
    AT(mend) = AT(k_yr) * AT(rho);
    AT(resolve) = AT(k_I) * AT(rho);
    AT(gBeside) = 0.5 * AT(gUD);
#undef AT
}

fsc_status fsc_cast_seat(fsc_cast *cast, int32_t lane, const fsc_cycle_person *person, int64_t who, fsc_error *err) {
    const fsc_cycle *model = cast->model;
    const int64_t w = cast->width;
    for (int32_t k = 0; k < FSC_P_N; k++) {
        if (!sane(person->parameter[k], 0, 1e6))
            return fsc_fail(err, FSC_E_RANGE, "person %lld: parameter %s = %g; it must be a number >= 0",
                            (long long)who, model->parameter[k].name, person->parameter[k]);
        cast->p[k * w + lane] = person->parameter[k];
    }
    const fsc_cycle_modifiers *m = &person->modifiers;
    if (!sane(m->activity, 0, 3) || !sane(m->posture_load, 0, 3) || !sane(m->stress, 0, 1) ||
        !sane(m->sleep_deficit, 0, 1) || !sane(m->bmi_excess, -1.4, 5) || !sane(m->repair, 0.01, 3))
        return fsc_fail(err, FSC_E_RANGE,
                        "person %lld: a modifier is out of range (activity, posture 0..3, stress, sleep deficit 0..1, "
                        "BMI excess -1.4..5, repair 0.01..3)",
                        (long long)who);
    if (cast->p[FSC_P_gLoc * w + lane] > 1) cast->p[FSC_P_gLoc * w + lane] = 1; /* a share; the prior's tail passes 1 */
    const double *p = cast->p + lane;
    if (p[FSC_P_B50 * w] <= 0 || p[FSC_P_P50 * w] <= 0 || p[FSC_P_gHalf * w] <= 0 || p[FSC_P_chi0 * w] <= 0)
        return fsc_fail(err, FSC_E_RANGE, "person %lld: B50, P50, gHalf and chi0 must be above 0", (long long)who);
    for (int32_t i = 0; i < model->n_site; i++) {
        const double fat = fat_of(model, person, i);
        if (!sane(fat, 0, 0.95))
            return fsc_fail(err, FSC_E_RANGE, "person %lld: baseline fat %g at %s %s; it must lie in 0..0.95",
                            (long long)who, fat, model->site[i].level, model->site[i].layer);
        cast->fat0[i * w + lane] = fat;
        cast->inv_c0[i * w + lane] = 1 / (1 - fat);
    }
    for (int32_t l = 0; l < model->n_level; l++) cast->relief[l * w + lane] = 1;
    derive(cast->p, w, lane, person);
    return FSC_OK;
}

int fsc_cast_treat(fsc_cast *cast, int32_t lane, const fsc_cycle_person *person, double day) {
    const fsc_cycle *model = cast->model;
    const int64_t w = cast->width;
    for (int64_t i = 0; i < model->n_site * FSC_EFFECT_N; i++)
        cast->effect[i * w + lane] = i % FSC_EFFECT_N == FSC_EFFECT_hold;
    int any = 0;
    for (int32_t k = 0; k < person->n_course; k++) {
        const fsc_cycle_course *course = &person->course[k];
        if (!(course->start_day <= day && day < course->stop_day)) continue;
        const double *reach = model->reach[model->effect_reach[course->treatment]];
        const double *effect = model->effect[course->treatment];
        any = 1;
        for (int32_t i = 0; i < model->n_site; i++) {
            if (course->site && !course->site[i]) continue;
            double *to = cast->effect + (int64_t)i * FSC_EFFECT_N * w + lane;
            const double x = course->intensity * reach[i];
            for (int32_t e = 0; e < FSC_EFFECT_N; e++) {
                if (e == FSC_EFFECT_hold)
                    to[e * w] *= 1 - effect[e] * x;
                else
                    to[e * w] += effect[e] * x;
            }
        }
    }
    return any;
}

/* Surgery on one site of an operated level (place 0) or of a level beside one (place 1). */
static void operate(double *y, int64_t w, const fsc_cycle_rule *rule) {
    const double cut = rule->damage * y[FSC_CYCLE_C * w], lysed1 = rule->lysis * y[FSC_CYCLE_X1 * w],
                 lysed2 = rule->lysis * y[FSC_CYCLE_X2 * w];
    y[FSC_CYCLE_C * w] -= cut;
    y[FSC_CYCLE_X1 * w] -= lysed1;
    y[FSC_CYCLE_X2 * w] -= lysed2;
    y[FSC_CYCLE_D * w] += cut + lysed1 + lysed2; /* lysed scar is a fresh wound */
    y[FSC_CYCLE_H * w] *= rule->adhesion_factor;
    y[FSC_CYCLE_N * w] *= rule->nerve_factor;
}

static int is_operated(const fsc_cycle *model, int32_t level, const double *amount) {
    if (level < 0 || level >= model->n_level) return 0;
    for (int32_t i = model->first[level]; i < model->first[level + 1]; i++)
        if (amount[i] > 0) return 1;
    return 0;
}

static void strike_surgery(fsc_cast *cast, int32_t lane, double *y, const fsc_cycle_event *event) {
    const fsc_cycle *model = cast->model;
    const int64_t w = cast->width;
    for (int32_t l = 0; l < model->n_level; l++) {
        const int operated = is_operated(model, l, event->amount);
        if (!operated && !is_operated(model, l - 1, event->amount) && !is_operated(model, l + 1, event->amount))
            continue;
        const fsc_cycle_rule *rule = model->rule[event->kind == FSC_CYCLE_SURGERY_MIS][!operated];
        if (operated) cast->relief[l * w + lane] = rule[0].relief;
        for (int32_t i = model->first[l]; i < model->first[l + 1]; i++)
            if (model->layer[i] <= 1) operate(y + model->offset[i] * w + lane, w, &rule[model->layer[i]]);
    }
}

void fsc_cast_strike(fsc_cast *cast, int32_t lane, double *y, const fsc_cycle_event *event) {
    const fsc_cycle *model = cast->model;
    const int64_t w = cast->width;
    if (event->kind == FSC_CYCLE_SURGERY_OPEN || event->kind == FSC_CYCLE_SURGERY_MIS) {
        strike_surgery(cast, lane, y, event);
        return;
    }
    for (int32_t i = 0; i < model->n_site; i++) {
        double *at = y + model->offset[i] * w + lane;
        const double amount = event->amount[i];
        if (event->kind == FSC_CYCLE_NERVE_BLOCK) {
            at[FSC_CYCLE_N * w] *= 1 - amount;
            continue;
        }
        const double torn = (amount < 0.95 ? amount : 0.95) * at[FSC_CYCLE_C * w];
        at[FSC_CYCLE_C * w] -= torn;
        at[FSC_CYCLE_D * w] += torn;
    }
}

void fsc_cycle_person_init(fsc_cycle_person *person, const fsc_cycle *model, fsc_cycle_set set) {
    *person = (fsc_cycle_person){.modifiers = {.activity = 1, .posture_load = 1, .repair = 1}};
    for (int32_t k = 0; k < FSC_P_N; k++) person->parameter[k] = model->parameter[k].value[set];
}

void fsc_cycle_healthy(const fsc_cycle *model, const fsc_cycle_person *person, double *y) {
    memset(y, 0, (size_t)model->n_state * sizeof *y);
    for (int32_t i = 0; i < model->n_site; i++) {
        double *at = y + model->offset[i];
        at[FSC_CYCLE_F] = fat_of(model, person, i);
        at[FSC_CYCLE_C] = 1 - at[FSC_CYCLE_F];
        at[FSC_CYCLE_N] = 1;
    }
}

double fsc_cycle_grade_dose(const fsc_cycle *model, int32_t grade) {
    return grade >= 1 && grade <= 3 ? model->grade_dose[grade - 1] : (double)NAN;
}

fsc_status fsc_cycle_strain_profile(double *amount, const fsc_cycle *model, double dose, const char *first_level,
                                    const char *last_level, fsc_error *err) {
    int32_t top = -1, bottom = -1;
    for (int32_t l = 0; l < model->n_level; l++) {
        if (strcmp(fsc_cycle_level_at(model, l), first_level) == 0) top = l;
        if (strcmp(fsc_cycle_level_at(model, l), last_level) == 0) bottom = l;
    }
    if (top < 0 || bottom < top)
        return fsc_fail(err, FSC_E_ARG, "levels %s to %s: the model runs from %s to %s", first_level, last_level,
                        fsc_cycle_level_at(model, 0), fsc_cycle_level_at(model, model->n_level - 1));
    if (!sane(dose, 0, 1)) return fsc_fail(err, FSC_E_RANGE, "strain dose %g: it must lie in 0..1", dose);
    for (int32_t i = 0; i < model->n_site; i++) {
        const int32_t l = model->site[i].level_index;
        amount[i] = l >= top && l <= bottom ? dose * model->strain_share[i] : 0;
    }
    return FSC_OK;
}
