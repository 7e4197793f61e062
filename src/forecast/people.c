#include "people.h"

#include "text.h"

#include <math.h>
#include <string.h>

static const char *const back_levels[] = {"L1", "L2", "L3", "L4", "L5"};
static const char *const neck_levels[] = {"C2", "C3", "C4", "C5", "C6", "C7", "T1"};

int32_t fsc_trial_levels(const char *const **level, fsc_trial_region region) {
    *level = region == FSC_TRIAL_BACK ? back_levels : neck_levels;
    return region == FSC_TRIAL_BACK ? 5 : 7;
}

const char *fsc_trial_injury_text(fsc_trial_injury injury) {
    static const char *const text[] = {"healthy", "one-sided",    "two-sided",     "whole spine",
                                       "diffuse", "cycle, acute", "cycle, before", "third world"};
    return text[injury];
}

const char *fsc_trial_exam_text(fsc_trial_exam exam) {
    static const char *const text[] = {"nothing said", "never, pain 0", "injured, pain 5, tender"};
    return text[exam];
}

/* Healthy means in percent, as printed: Si 2023 (multifidus and erector spinae by sex, L1 to L5), Sollmann 2020
 * (psoas), Burian 2020 (deep neck, C3 and T1), ageing from the rates of `change`; the steps between lumbar levels from
 * Crawford 2016 (L5 against L1 to L5) and Sollmann 2020 (L1, L2 against L3 to L5). Middle and anterior layers of the
 * neck are ours. */
static double healthy_percent(const fsc_trial_person *p, int32_t level, int layer) {
    static const double step[5] = {0.50, 0.62, 0.85, 1.25, 1.78}, psoas_step[5] = {0.95, 0.97, 1, 1.03, 1.05};
    const double woman = p->exam.sex == FSC_SEX_FEMALE, age = p->exam.age_years;
    if (p->kind.region == FSC_TRIAL_NECK) {
        const double down = level < 1 ? 0 : (level - 1) / 5.0;
        if (layer == 0) return (14.8 + 4.4 * woman) * (1 - down) + (13.8 + 3.9 * woman) * down + 0.10 * (age - 38);
        return layer == 1 ? 9 : layer == 3 ? 11 : (double)NAN;
    }
    if (layer == 0) return fmax(2, 16.21 + 4.93 * woman + 0.175 * (age - 43)) * step[level];
    if (layer == 1) return fmax(2, 12.37 + 3.6 * woman + 0.10 * (age - 43)) * step[level];
    return layer == 3 ? (5.1 + 0.9 * woman + 0.04 * (age - 40)) * psoas_step[level] : (double)NAN;
}

/* Spreads of this generator, its own: the person as a whole, by layer, slope a level, single level; a side in
 * proportion and in points; the scan. */
#define PERSON_LOG_SD 0.30
#define LAYER_LOG_SD 0.12
#define SLOPE_LOG_SD 0.08
#define LEVEL_LOG_SD 0.07
#define SIDE_LOG_SD 0.05
#define SIDE_POINTS 0.8
#define SCAN_POINTS 0.8
#define DRIFT_POINTS 0.3

/* No healthy muscle is fatter than this; formulas in proportion would make some. Such people are drawn again. */
#define MOST_HEALTHY 0.6

/* Fills the healthy fat; returns the largest. */
static double draw_healthy(fsc_trial_person *p, fsc_draw *draw) {
    double most = 0;
    const double all = PERSON_LOG_SD * fsc_draw_normal(draw);
    const double slope = p->kind.spread * SLOPE_LOG_SD * fsc_draw_normal(draw);
    for (int k = 0; k < FSC_LAYERS; k++) {
        const double layer = LAYER_LOG_SD * fsc_draw_normal(draw);
        for (int32_t l = 0; l < p->n_level; l++) {
            const double lever = k <= 1 ? l - 0.5 * (p->n_level - 1) : 0;
            const double level = p->kind.spread * LEVEL_LOG_SD * fsc_draw_normal(draw);
            const double mean = healthy_percent(p, l, k) * exp(all + layer + slope * lever + level);
            for (int s = 0; s < 2; s++) {
                const double side = SIDE_LOG_SD * p->kind.spread * fsc_draw_normal(draw);
                const double points = SIDE_POINTS * p->kind.spread * fsc_draw_normal(draw);
                p->now[l][k][s] = isnan(mean) ? mean : fmax(mean * exp(side) + points, 0.8) / 100;
                most = fmax(most, p->now[l][k][s]);
            }
        }
    }
    return most;
}

/* A virtual person's excess at every site, now and ahead. */
static void take_cycle(fsc_trial_person *p, int32_t member, const fsc_library *lib, const fsc_future *ahead) {
    static const int32_t day[FSC_TRIAL_AHEAD] = {3, 5, 7}; /* of fsc_forecast_days */
    static const char *const layer[FSC_LAYERS] = {"deep", "intermediate", "superficial", "anterior"};
    const char *const *level;
    (void)fsc_trial_levels(&level, p->kind.region);
    for (int32_t l = 0; l < p->n_level; l++)
        for (int k = 0; k < FSC_LAYERS; k++)
            for (int s = 0; s < 2; s++) {
                const int32_t site = fsc_cycle_find_site(lib->model, level[l], layer[k], s ? "right" : "left");
                const double base = lib->baseline_fat[site];
                p->excess[l][k][s] = fsc_library_at(lib, member, lib->n_visit - 1, FSC_OBSERVED_PDFF)[site] - base;
                for (int t = 0; t < FSC_TRIAL_AHEAD; t++)
                    p->then[t][l][k][s] = fsc_cycle_run_at(ahead->run, ahead->slot[member], day[t], 0)[site] - base;
            }
}

static void draw_excess(fsc_trial_person *p, fsc_draw *draw) {
    const double size = p->kind.points / 100;
    const int32_t any = (int32_t)(fsc_draw_uniform(draw) * p->n_level), side = fsc_draw_uniform(draw) < 0.5;
    const int32_t at = p->kind.level >= 0 ? p->kind.level : any;
    const int placed = p->kind.injury == FSC_TRIAL_ONE_SIDED || p->kind.injury == FSC_TRIAL_TWO_SIDED ||
                       p->kind.injury == FSC_TRIAL_THIRD_WORLD;
    p->injured_level = placed ? at : -1;
    for (int32_t l = 0; l < p->n_level; l++)
        for (int s = 0; s < 2; s++) {
            const double diffuse = -size * log(fsc_draw_uniform(draw));
            double x = 0;
            if (p->kind.injury == FSC_TRIAL_WHOLE) x = size;
            if (p->kind.injury == FSC_TRIAL_DIFFUSE) x = diffuse;
            if (placed && l == at && (s == side || p->kind.injury == FSC_TRIAL_TWO_SIDED)) x = size;
            p->excess[l][0][s] = x;
            p->excess[l][1][s] = 0.3 * x;
        }
}

/* Fat ahead: healthy fat ages and drifts a little; a lesion stays as it is, but in the third world it melts or grows.
 */
static void draw_ahead(fsc_trial_person *p, fsc_draw *draw) {
    static const double day[FSC_TRIAL_AHEAD] = {91, 183, 365}, rate[FSC_LAYERS] = {0.175, 0.10, 0.10, 0.04};
    const int cycle = p->kind.injury == FSC_TRIAL_CYCLE_A || p->kind.injury == FSC_TRIAL_CYCLE_B;
    const double law = fsc_draw_uniform(draw) < 0.5 ? log(0.6) : log(1.3);
    for (int32_t l = 0; l < p->n_level; l++)
        for (int k = 0; k < FSC_LAYERS; k++)
            for (int s = 0; s < 2; s++) {
                const double pace = rate[k] * (0.6 + 0.8 * fsc_draw_uniform(draw)) / 100, z = fsc_draw_normal(draw);
                for (int t = 0; t < FSC_TRIAL_AHEAD; t++) {
                    const double years = day[t] / 365, x = p->excess[l][k][s];
                    const double later = cycle                                     ? p->then[t][l][k][s]
                                         : p->kind.injury == FSC_TRIAL_THIRD_WORLD ? x * exp(law * years)
                                                                                   : x;
                    const double healthy = p->now[l][k][s] + pace * years + DRIFT_POINTS / 100 * sqrt(years) * z;
                    p->then[t][l][k][s] = fmin(fmax(healthy + later, 0.005), 0.95);
                }
                if (isfinite(p->now[l][k][s]))
                    p->now[l][k][s] = fmin(fmax(p->now[l][k][s] + p->excess[l][k][s], 0.005), 0.95);
            }
}

static void measure(fsc_trial_person *p, fsc_draw *draw) {
    static const char *const layer[FSC_LAYERS] = {"deep", "intermediate", "superficial", "anterior"};
    const char *const *level;
    (void)fsc_trial_levels(&level, p->kind.region);
    p->seen = (fsc_observations){.item = p->item, .injury_day = (double)NAN};
    for (int32_t l = 0; l < p->n_level; l++)
        for (int k = 0; k < FSC_LAYERS; k++)
            for (int s = 0; s < 2; s++) {
                const double z = fsc_draw_normal(draw);
                if (isnan(p->now[l][k][s])) continue;
                fsc_observation *o = &p->item[p->seen.n++];
                *o = (fsc_observation){.side = s ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT};
                fsc_copy_text(o->level, sizeof o->level, level[l]);
                fsc_copy_text(o->layer, sizeof o->layer, layer[k]);
                for (int q = 0; q < FSC_OBSERVED_N; q++) o->value[q] = o->se[q] = (double)NAN;
                o->value[FSC_OBSERVED_PDFF] = fmin(fmax(p->now[l][k][s] + SCAN_POINTS / 100 * z, 0.002), 0.98);
                o->se[FSC_OBSERVED_PDFF] = 0.002;
            }
}

static void draw_exam(fsc_trial_person *p, fsc_draw *draw) {
    fsc_forecast_person *e = &p->exam;
    const char *const *level;
    const int32_t n = fsc_trial_levels(&level, p->kind.region), any = (int32_t)(fsc_draw_uniform(draw) * n);
    if (p->kind.exam == FSC_TRIAL_SAYS_NEVER) {
        e->injured = FSC_ANSWER_NO;
        e->nrs_pain = 0;
    }
    if (p->kind.exam != FSC_TRIAL_COMPLAINS) return;
    e->injured = FSC_ANSWER_YES;
    e->nrs_pain = 5;
    e->n_palpation = 1;
    e->palpation[0].tender = FSC_ANSWER_YES;
    fsc_copy_text(e->palpation[0].level, sizeof e->palpation[0].level,
                  level[p->injured_level >= 0 ? p->injured_level : any]);
    p->seen.injury_day = -200;
}

void fsc_trial_draw(fsc_trial_person *out, const fsc_trial_kind *kind, uint64_t seed, int32_t number,
                    const fsc_library *cycle, const fsc_future *ahead) {
    const char *const *level;
    fsc_draw draw = {
        seed, (uint64_t)9 << 48 | (uint64_t)kind->region << 40 | (uint64_t)kind->exam << 32 | (uint64_t)number, 0};
    *out = (fsc_trial_person){.kind = *kind, .injured_level = -1};
    out->n_level = fsc_trial_levels(&level, kind->region);
    fsc_forecast_person_from(&out->exam, NULL);
    out->exam.age_years = 20 + 55 * fsc_draw_uniform(&draw);
    out->exam.sex = fsc_draw_uniform(&draw) < 0.5 ? FSC_SEX_FEMALE : FSC_SEX_MALE;
    while (draw_healthy(out, &draw) > MOST_HEALTHY) {
    }
    const int32_t member = cycle ? number % cycle->n_member : 0;
    if (kind->injury == FSC_TRIAL_CYCLE_A || kind->injury == FSC_TRIAL_CYCLE_B)
        take_cycle(out, member, cycle, ahead);
    else
        draw_excess(out, &draw);
    draw_ahead(out, &draw);
    measure(out, &draw);
    draw_exam(out, &draw);
}
