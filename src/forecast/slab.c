#include "slab.h"

#include "alloc.h"
#include "fail.h"
#include "skew.h"

#include <math.h>
#include <string.h>

/* Focal lesions of free form lie on a grid of equally likely sizes, not on random ones. */
enum { SIZES = FSC_LESION_SIZES, SIDES = 2, BALANCES = 3, OUTER = 3 };
/* Fat fractions outside are brought in before the logit is taken. */
static const double least_fat = 0.005, most_fat = 0.95;

static double years_before_last(const fsc_data *data, int32_t visit) {
    return (data->visit_day[data->n_visit - 1] - data->visit_day[visit]) / 365.25;
}

double fsc_candidate_excess(const fsc_candidate *c, const fsc_library *library, const fsc_data *data,
                            const fsc_cell *cell, int32_t side, int32_t visit) {
    const double younger = -cell->ageing * years_before_last(data, visit);
    if (c->member < 0)
        return younger + (side == FSC_BOTH ? 0.5 * (c->excess[cell->layer][0] + c->excess[cell->layer][1])
                                           : c->excess[cell->layer][side]);
    int32_t site[2];
    (void)fsc_sites_of(site, data, c->level, cell->layer, side, c->mirrored);
    return younger + fsc_seen(library, c->member, visit, FSC_OBSERVED_PDFF, site) -
           0.5 * (library->baseline_fat[site[0]] + library->baseline_fat[site[1]]);
}

static void mark(fsc_candidate *c, const fsc_assumed *assumed) {
    for (int k = 0; k < FSC_LAYERS; k++)
        for (int s = 0; s < 2; s++) c->departs |= c->excess[k][s] >= assumed->departs_points / 100;
}

static void add_free(fsc_slab *out, double left, double right, int32_t layer, double outer, double weight,
                     const fsc_assumed *assumed) {
    fsc_candidate *c = &out->item[out->n++];
    *c = (fsc_candidate){.member = -1, .log_weight = log(weight)};
    c->excess[layer][0] = left;
    c->excess[layer][1] = right;
    if (layer == 0) {
        c->excess[1][0] = outer * left;
        c->excess[1][1] = outer * right;
    }
    mark(c, assumed);
}

static double size_at(int i, const fsc_assumed *assumed) {
    return (assumed->focal_least_points - assumed->focal_mean_points * log(1 - (i + 0.5) / SIZES)) / 100;
}

/* One layer's lesions: left, right, or both sides in three balances; the layer outside a deep one takes a part of it.
 */
static void add_layer(fsc_slab *out, int32_t layer, double weight, const fsc_assumed *assumed) {
    static const double balance[BALANCES][2] = {{1, 0.7}, {1, 1}, {0.7, 1}}, outer_of[OUTER] = {0, 1, 2};
    const int n_outer = layer == 0 ? OUTER : 1;
    const double two = weight * assumed->focal_two_sided / (SIZES * BALANCES * n_outer);
    const double one = weight * (1 - assumed->focal_two_sided) / (SIZES * SIDES * n_outer);
    for (int i = 0; i < SIZES; i++)
        for (int o = 0; o < n_outer; o++) {
            const double size = size_at(i, assumed), outer = outer_of[o] * assumed->focal_outer;
            add_free(out, size, 0, layer, outer, one, assumed);
            add_free(out, 0, size, layer, outer, one, assumed);
            for (int b = 0; b < BALANCES; b++)
                add_free(out, size * balance[b][0], size * balance[b][1], layer, outer, two, assumed);
        }
}

static void add_lesions(fsc_slab *out, const fsc_ground *ground, const fsc_assumed *assumed) {
    int32_t has[FSC_LAYERS] = {0}, n_else = 0;
    for (int32_t i = 0; i < out->n_cell; i++) has[ground->cell[out->first_cell + i].layer] = 1;
    for (int k = 1; k < FSC_LAYERS; k++) n_else += has[k];
    const double elsewhere = !has[0] ? 1 : n_else ? assumed->focal_elsewhere : 0;
    out->first_deep = has[0] ? out->n : 0;
    for (int k = 0; k < FSC_LAYERS; k++)
        if (has[k]) add_layer(out, k, assumed->focal_share * (k == 0 ? 1 - elsewhere : elsewhere / n_else), assumed);
}

int32_t fsc_slab_whole(const fsc_slab *slab, int32_t i) {
    enum { EACH = SIDES + BALANCES, OUTER_PART = 1, EVEN = SIDES + 1 };
    return slab->first_deep ? slab->first_deep + (i * OUTER + OUTER_PART) * EACH + EVEN : 0;
}

/* Struck levels of the library that may stand here, evenly through the library, as they are and mirrored. */
static void add_struck(fsc_slab *out, const fsc_library *lib, const fsc_data *data, const fsc_assumed *assumed) {
    int64_t n = 0, seen = 0;
    const int64_t all = (int64_t)lib->n_member * lib->n_level;
    for (int64_t i = 0; i < all; i++)
        n += isfinite(lib->strike_age[i]) && data->group[i % lib->n_level] == data->group[out->level];
    const int64_t want = n < FSC_STRUCK_MAX / 2 ? n : FSC_STRUCK_MAX / 2;
    int64_t taken = 0;
    for (int64_t i = 0; i < all && taken < want; i++) {
        if (!isfinite(lib->strike_age[i]) || data->group[i % lib->n_level] != data->group[out->level]) continue;
        if (seen++ * want < taken * n) continue;
        taken++;
        for (int mirrored = 0; mirrored < 2; mirrored++) {
            fsc_candidate *c = &out->item[out->n++];
            *c = (fsc_candidate){.member = (int32_t)(i / lib->n_level),
                                 .level = (int32_t)(i % lib->n_level),
                                 .mirrored = mirrored,
                                 .log_weight = log(assumed->struck_share / (2 * (double)want))};
            for (int k = 0; k < FSC_LAYERS; k++)
                for (int s = 0; s < 2; s++) {
                    const fsc_cell cell = {.layer = k};
                    c->excess[k][s] = fsc_candidate_excess(c, lib, data, &cell, s, data->n_visit - 1);
                }
            mark(c, assumed);
        }
    }
}

/* What is weighed beside the fat: lean size, fluid, stiffness, strength, each as a healthy or a virtual value. */
static double other_quantities(const fsc_candidate *c, const fsc_library *lib, const fsc_data *data,
                               const fsc_datum *d) {
    double sum = 0;
    for (int q = FSC_OBSERVED_PDFF + 1; q < FSC_OBSERVED_N; q++) {
        if (isnan(d->value[q])) continue;
        double value = q == FSC_OBSERVED_FLUID ? 0 : 1, departure = 0;
        if (c->member >= 0) {
            int32_t site[2];
            (void)fsc_sites_of(site, data, c->level, d->layer, d->side, c->mirrored);
            departure = fsc_seen(lib, c->member, d->visit, (fsc_observed)q, site) - value;
            value += departure;
        }
        const double v = d->variance[q] + fsc_discrepancy_variance(&lib->discrepancy, (fsc_observed)q, departure);
        sum -= 0.5 * ((d->value[q] - value) * (d->value[q] - value) / v + log(v));
    }
    return sum;
}

/* One side of a cell: mean over the visits of the fat less the candidate's excess, its variance, and what the visits
 * say of each other. Returns 0 when the side has no fat fraction. */
typedef struct side_sum {
    double mean, variance, rest;
} side_sum;

static int sum_side(side_sum *out, int32_t *i, const fsc_cell *cell, const fsc_candidate *c, const fsc_library *lib,
                    const fsc_data *data) {
    const int32_t side = data->item[*i].side;
    const double last = fsc_candidate_excess(c, lib, data, cell, side, data->n_visit - 1);
    double weight = 0, first = 0, second = 0;
    *out = (side_sum){0};
    for (; *i < cell->end && data->item[*i].side == side; (*i)++) {
        const fsc_datum *d = &data->item[*i];
        out->rest += other_quantities(c, lib, data, d);
        if (isnan(d->value[FSC_OBSERVED_PDFF])) continue;
        const double excess = fsc_candidate_excess(c, lib, data, cell, side, d->visit);
        const double change = lib->discrepancy.change_share * (excess - last);
        const double w = 1 / (d->variance[FSC_OBSERVED_PDFF] + change * change);
        const double r = d->value[FSC_OBSERVED_PDFF] - excess;
        weight += w;
        first += w * r;
        second += w * r * r;
        out->rest += 0.5 * log(w);
    }
    if (!(weight > 0)) return 0;
    out->mean = first / weight;
    out->variance = 1 / weight;
    out->rest -= 0.5 * (fmax(second - first * first / weight, 0) + log(weight));
    return 1;
}

static double lesion_variance(const fsc_candidate *c, const fsc_library *lib, const fsc_cell *cell, int32_t side) {
    const double x =
        side == FSC_BOTH ? 0.5 * (c->excess[cell->layer][0] + c->excess[cell->layer][1]) : c->excess[cell->layer][side];
    return fsc_discrepancy_variance(&lib->discrepancy, FSC_OBSERVED_PDFF, x);
}

/* Brings a cell's sides together: one value of the healthy logit with a variance; returns the rest. */
static double sum_cell(double *logit, double *variance, const fsc_cell *cell, const fsc_candidate *c,
                       const fsc_library *lib, const fsc_data *data, const fsc_assumed *assumed, double factor) {
    double weight = 0, first = 0, second = 0, rest = 0;
    const double side_sd = fsc_side_sd(cell, assumed, factor);
    for (int32_t i = cell->first; i < cell->end;) {
        const int32_t side = data->item[i].side;
        side_sum s;
        const int has = sum_side(&s, &i, cell, c, lib, data);
        rest += s.rest;
        if (!has) continue;
        const double own = side_sd * side_sd / (side == FSC_BOTH ? 2 : 1);
        const double w = 1 / (s.variance + own + lesion_variance(c, lib, cell, side));
        weight += w;
        first += w * s.mean;
        second += w * s.mean * s.mean;
        rest += 0.5 * log(w);
    }
    if (!(weight > 0)) {
        *logit = 0;
        *variance = 1e6;
        return rest;
    }
    const double mean = first / weight, in = fmin(fmax(mean, least_fat), most_fat), slope = 1 / (in * (1 - in));
    rest -= 0.5 * (fmax(second - first * mean, 0) + log(weight) + (mean - in) * (mean - in) * weight);
    *logit = fsc_logit(in);
    *variance = slope * slope / weight;
    return rest + log(slope);
}

FSC_MUST_USE static fsc_status weigh(fsc_slab *out, const fsc_ground *ground, const fsc_library *lib,
                                     const fsc_data *data, const fsc_assumed *assumed, fsc_error *err) {
    const int64_t each = (int64_t)out->n * (2 * out->n_cell + 1);
    double *at = out->store = fsc_alloc(FSC_SPREADS * each, sizeof *at);
    if (!at) return fsc_fail_nomem(err, "weighing what may stand at a level");
    for (int f = 0; f < FSC_SPREADS; f++, at += each) {
        out->logit[f] = at;
        out->variance[f] = at + (int64_t)out->n * out->n_cell;
        out->rest[f] = at + 2 * (int64_t)out->n * out->n_cell;
        for (int32_t k = 0; k < out->n; k++) {
            out->rest[f][k] = 0;
            for (int32_t i = 0; i < out->n_cell; i++)
                out->rest[f][k] += sum_cell(&out->logit[f][k * out->n_cell + i], &out->variance[f][k * out->n_cell + i],
                                            &ground->cell[out->first_cell + i], &out->item[k], lib, data, assumed,
                                            ground->spread[f].factor);
        }
    }
    return FSC_OK;
}

fsc_status fsc_slab_build(fsc_slab *out, int32_t l, const fsc_ground *ground, const fsc_library *library,
                          const fsc_data *data, double log_tender, const fsc_assumed *assumed, fsc_error *err) {
    *out = (fsc_slab){.first_cell = ground->level_cell[l]};
    out->n_cell = ground->level_cell[l + 1] - out->first_cell;
    out->level = ground->cell[out->first_cell].level;
    out->item = fsc_alloc(1 + FSC_STRUCK_MAX + SIZES * (SIDES + BALANCES) * (OUTER + FSC_LAYERS), sizeof *out->item);
    if (!out->item) return fsc_fail_nomem(err, "weighing what may stand at a level");
    out->item[out->n++] = (fsc_candidate){.member = -1};
    add_struck(out, library, data, assumed);
    add_lesions(out, ground, assumed);
    double sum = 0;
    for (int32_t k = 1; k < out->n; k++) sum += exp(out->item[k].log_weight);
    out->item[0].log_weight = log(1 - fmin(sum, 0.95));
    for (int32_t k = 1; k < out->n; k++) out->item[k].log_weight += log_tender;
    const fsc_status status = weigh(out, ground, library, data, assumed, err);
    if (status != FSC_OK) fsc_slab_free(out);
    return status;
}

void fsc_slab_free(fsc_slab *slab) {
    fsc_free(slab->item);
    fsc_free(slab->store);
    *slab = (fsc_slab){0};
}
