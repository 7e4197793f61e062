#include "outlook.h"

#include "skew.h"
#include "stats.h"

#include <math.h>

#define STREAM_FUTURE ((uint64_t)6 << 48)
#define STREAM_CHANGES ((uint64_t)7 << 48)

/* The measured value of the site as of the last visit, given the candidate: all its visits, each less what changed
 * since. Returns its precision, 0 without any. */
static double measured(double *mean, const fsc_outlook *o, const fsc_candidate *c) {
    const fsc_posterior *p = o->posterior;
    const fsc_data *data = p->data;
    const fsc_cell *cell = &p->ground->cell[o->cell];
    const double last = fsc_candidate_excess(c, p->library, data, cell, o->side, data->n_visit - 1);
    double weight = 0, sum = 0;
    for (int32_t i = cell->first; i < cell->end; i++) {
        const fsc_datum *d = &data->item[i];
        if (d->side != o->side || isnan(d->value[FSC_OBSERVED_PDFF])) continue;
        const double change = last - fsc_candidate_excess(c, p->library, data, cell, o->side, d->visit);
        const double error = p->library->discrepancy.change_share * change;
        const double w = 1 / (d->variance[FSC_OBSERVED_PDFF] + error * error);
        weight += w;
        sum += w * (d->value[FSC_OBSERVED_PDFF] + change);
    }
    *mean = weight > 0 ? sum / weight : 0;
    return weight;
}

/* The pick's own change of the site's fat from the last visit to a day; 0 for healthy levels and lesions of free form.
 */
static double change_to(const fsc_outlook *o, const fsc_candidate *c, int32_t t) {
    if (c->member < 0 || !o->future) return 0;
    const fsc_posterior *p = o->posterior;
    int32_t site[2];
    (void)fsc_sites_of(site, p->data, c->level, p->ground->cell[o->cell].layer, o->side, c->mirrored);
    const double *now = fsc_cycle_run_at(o->future->run, o->future->slot[c->member], 0, 0);
    const double *then = fsc_cycle_run_at(o->future->run, o->future->slot[c->member], t, 0);
    return 0.5 * (then[site[0]] + then[site[1]] - now[site[0]] - now[site[1]]);
}

/* Whether the level of pick i goes on as the model says (1) or stays as it is (0): the model's months ahead were never
 * held against people. One draw for all sites of the level. */
static double changes(const fsc_posterior *p, int32_t i, int32_t l, uint64_t seed) {
    const uint64_t at = (uint64_t)i * 64 + (uint64_t)l;
    return fsc_random_uniform(seed, STREAM_CHANGES, at) < p->assumed->change_chance;
}

/* What pick i's level says of the site today: healthy fat with its excess, and how far one side lies off that. */
static void foreseen(double *mean, double *variance, const fsc_outlook *o, int32_t i) {
    const fsc_posterior *p = o->posterior;
    const fsc_cell *cell = &p->ground->cell[o->cell];
    const double sd = fsc_side_sd(cell, p->assumed, p->ground->spread[p->spread_pick[i]].factor);
    const double excess =
        fsc_candidate_excess(fsc_picked(p, i, o->l), p->library, p->data, cell, o->side, p->data->n_visit - 1);
    *mean = fsc_unlogit(p->logit[(int64_t)i * p->ground->n_cell + o->cell]) + excess;
    *variance = sd * sd / (o->side == FSC_BOTH ? 2 : 1) +
                fsc_discrepancy_variance(&p->library->discrepancy, FSC_OBSERVED_PDFF, excess);
}

/* Today's true value for pick i: what its level says of the site, and what was measured - that alone when nothing
 * departs. */
static void today(double *mean, double *variance, const fsc_outlook *o, int32_t i) {
    double own_mean, own, seen;
    foreseen(&own_mean, &own, o, i);
    const double weight = measured(&seen, o, fsc_picked(o->posterior, i, o->l));
    const double prior = o->future || !(weight > 0) ? 1 / own : 0;
    *variance = 1 / (prior + weight);
    *mean = *variance * (prior * own_mean + weight * seen);
}

double fsc_outlook_share_below(const fsc_outlook *o) {
    double share = 0;
    for (int32_t i = 0; i < FSC_PICKS; i++) {
        double mean, variance, seen;
        foreseen(&mean, &variance, o, i);
        const double weight = measured(&seen, o, fsc_picked(o->posterior, i, o->l));
        if (!(weight > 0)) return 0.5;
        share += fsc_normal_cdf((seen - mean) / sqrt(variance + 1 / weight)) / FSC_PICKS;
    }
    return share;
}

void fsc_outlook_draw(double *pdff, const fsc_outlook *o, uint64_t seed) {
    const fsc_posterior *p = o->posterior;
    const fsc_cell *cell = &p->ground->cell[o->cell];
    const double *day = fsc_forecast_days();
    fsc_draw draw = {seed, STREAM_FUTURE + (uint64_t)(o->cell * 4 + o->side), 0};
    for (int32_t i = 0; i < FSC_PICKS; i++) {
        double mean, variance;
        today(&mean, &variance, o, i);
        const double z_now = fsc_draw_normal(&draw), z_then = fsc_draw_normal(&draw);
        const double goes_on = changes(p, i, o->l, seed);
        for (int32_t t = 0; t < FSC_FORECAST_N_DAY; t++) {
            const double years = day[t] / 365.25, change = goes_on * change_to(o, fsc_picked(p, i, o->l), t);
            const double error = p->library->discrepancy.change_share * change;
            const double drift = p->assumed->year_sd_points / 100 * sqrt(years), age = cell->ageing_sd * years;
            const double later =
                cell->ageing * years + change + sqrt(error * error + drift * drift + age * age) * z_then;
            pdff[(int64_t)i * FSC_FORECAST_N_DAY + t] = fmin(fmax(mean + sqrt(variance) * z_now + later, 0), 1);
        }
    }
}
