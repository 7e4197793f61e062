/* One observed level against the library, given the person's baseline. */
#include "weigh.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

enum { LEAST_EFFECTIVE = 32 /* effective virtual levels below which the data are softened: too few to draw from */ };

/* How closely a virtual level's surroundings must look like the person's, as SD: the levels next to it, and the mean of
 * all levels. Loose: they stand for how far the cycle has spread and how readily, not for a copy of the person. */
#define NEIGHBOUR_SD 0.02
#define NEIGHBOUR_SHARE 0.2
#define MEAN_SD 0.02

static fsc_pick pick_at(const fsc_weighing *w, int64_t sample) {
    const int64_t per_member = 2 * (int64_t)w->n_candidate;
    const int32_t within = (int32_t)(sample % per_member);
    return (fsc_pick){(int32_t)(sample / per_member), w->candidate[within / 2], within % 2, 0, 1};
}

static double log_normal(double r, double variance) {
    return -0.5 * (r * r / variance + log(variance));
}

/* How a sample's surroundings compare with the level's. */
static double log_likelihood_around(const fsc_weighing *w, const fsc_baseline *b, fsc_pick pick) {
    const double *excess = w->library->deep_excess + (int64_t)pick.member * w->library->n_level;
    double sum = 0, mean = 0;
    for (int side = 0; side < 2; side++) {
        if (isnan(w->next[side].excess)) continue;
        const double virtual_excess = excess[pick.level + (side ? 1 : -1)], loose = NEIGHBOUR_SHARE * virtual_excess;
        sum += log_normal(w->next[side].excess - b->shift[0] - virtual_excess,
                          w->next[side].variance + b->variance[0] + NEIGHBOUR_SD * NEIGHBOUR_SD + loose * loose);
    }
    if (isnan(w->mean.excess)) return sum;
    for (int32_t l = 0; l < w->library->n_level; l++) mean += excess[l] / w->library->n_level;
    const double loose = NEIGHBOUR_SHARE * mean;
    return sum + log_normal(w->mean.excess - b->shift[0] - mean,
                            w->mean.variance + b->variance[0] + MEAN_SD * MEAN_SD + loose * loose);
}

/* Adds the logarithms for all scales: of PDFF (which the person's baseline moves), or, without
 * one, of everything else. */
static void add_log_likelihood(double out[FSC_SCALES], const fsc_weighing *w, fsc_pick pick,
                               const fsc_baseline *pdff_over) {
    const fsc_discrepancy *model = &w->library->discrepancy;
    double sum[FSC_SCALES] = {0}, product[FSC_SCALES], logs[FSC_SCALES] = {0};
    for (int g = 0; g < FSC_SCALES; g++) product[g] = 1;
    const int first = pdff_over ? FSC_OBSERVED_PDFF : FSC_OBSERVED_PDFF + 1,
              end = pdff_over ? first + 1 : FSC_OBSERVED_N;
    for (int32_t i = w->first; i < w->end; i++) {
        const fsc_datum *d = &w->data->item[i];
        int32_t site[2];
        const int32_t n_site = fsc_sites_of(site, w->data, pick.level, d->layer, d->side, pick.mirrored);
        for (int q = first; q < end; q++) {
            if (isnan(d->value[q])) continue;
            const double simulated = fsc_seen(w->library, pick.member, d->visit, (fsc_observed)q, site);
            const double healthy = fsc_seen_healthy(w->library, pick.member, (fsc_observed)q, site);
            const double part = model->share[q] * (simulated - healthy);
            double r = d->value[q] - simulated;
            double known = d->variance[q] + model->constant[q] * model->constant[q];
            if (pdff_over) {
                r -= pdff_over->shift[d->layer];
                known += pdff_over->variance[d->layer] + FSC_SITE_SD * FSC_SITE_SD / n_site;
            }
            for (int g = 0; g < FSC_SCALES; g++) {
                const double variance = known + model->scale[g] * model->scale[g] * part * part;
                sum[g] += r * r / variance;
                product[g] *= variance;
            }
        }
        /* One logarithm for a few sites: the products, of which the first is the least, stay well inside a double. */
        if (product[0] > 1e-100) continue;
        for (int g = 0; g < FSC_SCALES; g++) {
            logs[g] += log(product[g]);
            product[g] = 1;
        }
    }
    for (int g = 0; g < FSC_SCALES; g++) out[g] -= 0.5 * (sum[g] + logs[g] + log(product[g]));
}

void fsc_weighing_fix(fsc_weighing *w) {
    for (int64_t s = 0; s < w->n_sample && w->has_contrasts; s++) {
        double log_likelihood[FSC_SCALES] = {0};
        add_log_likelihood(log_likelihood, w, pick_at(w, s), NULL);
        for (int g = 0; g < FSC_SCALES; g++) w->fixed[s * FSC_SCALES + g] = (float)log_likelihood[g];
    }
}

static void find_most(double most[FSC_SCALES], const fsc_view *view) {
    for (int g = 0; g < FSC_SCALES; g++) most[g] = -INFINITY;
    for (int64_t i = 0; i < view->n_used * FSC_SCALES; i++)
        if ((double)view->value[i] > most[i % FSC_SCALES]) most[i % FSC_SCALES] = (double)view->value[i];
}

/* Below this many natural logarithms under the largest a sample has no weight. */
#define NOTHING (-25.0)

static void fill_value(fsc_view *view) {
    const fsc_weighing *w = view->w;
    for (int64_t s = 0; s < view->n_used; s++) {
        double log_likelihood[FSC_SCALES] = {0};
        for (int g = 0; g < FSC_SCALES && w->has_contrasts; g++)
            log_likelihood[g] = (double)w->fixed[s * FSC_SCALES + g];
        add_log_likelihood(log_likelihood, w, pick_at(w, s), view->baseline);
        for (int g = 0; g < FSC_SCALES; g++) view->value[s * FSC_SCALES + g] = (float)log_likelihood[g];
    }
}

void fsc_view_likelihood(fsc_view *view) {
    double most[FSC_SCALES], sum[FSC_SCALES] = {0};
    fill_value(view);
    find_most(most, view);
    for (int64_t i = 0; i < view->n_used * FSC_SCALES; i++) {
        const double x = (double)view->value[i] - most[i % FSC_SCALES];
        if (x > NOTHING) sum[i % FSC_SCALES] += exp(x);
    }
    for (int g = 0; g < FSC_SCALES; g++) view->log_evidence[g] = most[g] + log(sum[g] / (double)view->n_used);
}

static void look_at_surroundings(const fsc_view *view) {
    for (int64_t s = 0; s < view->n_used; s++) {
        const float around = (float)log_likelihood_around(view->w, view->baseline, pick_at(view->w, s));
        for (int g = 0; g < FSC_SCALES; g++) view->value[s * FSC_SCALES + g] += around;
    }
}

/* From logarithms to likelihoods over the largest. */
static void exponentiate(fsc_view *view) {
    double most[FSC_SCALES];
    find_most(most, view);
    for (int g = 0; g < FSC_SCALES; g++) view->sum[g] = 0;
    for (int64_t i = 0; i < view->n_used * FSC_SCALES; i++) {
        const double x = (double)view->value[i] - most[i % FSC_SCALES], weight = x > NOTHING ? exp(x) : 0;
        view->value[i] = (float)weight;
        view->sum[i % FSC_SCALES] += weight;
    }
}

static double softened(double value, double power) {
    return power == 1 ? value : value > 0 ? pow(value, power) : 0;
}

/* Sums of the softened values; returns the effective number of samples over all scales. */
static double weigh_at(const fsc_view *view, const double *scale_share, double power, double sum[FSC_SCALES]) {
    double square = 0;
    for (int g = 0; g < FSC_SCALES; g++) sum[g] = power == 1 ? view->sum[g] : 0;
    for (int64_t i = 0; i < view->n_used * FSC_SCALES && power != 1; i++)
        sum[i % FSC_SCALES] += softened((double)view->value[i], power);
    for (int64_t s = 0; s < view->n_used; s++) {
        double weight = 0;
        for (int g = 0; g < FSC_SCALES; g++)
            if (scale_share[g] > 1e-4)
                weight += scale_share[g] * softened((double)view->value[s * FSC_SCALES + g], power) / sum[g];
        square += weight * weight;
    }
    return 1 / square;
}

/* Turns values into weights, each scale's summing to 1, under the largest power up to 1 that keeps enough effective
 * samples. */
static void temper(fsc_view *view, const double *scale_share) {
    double sum[FSC_SCALES];
    view->tempering = 1;
    view->effective_n = weigh_at(view, scale_share, 1, sum);
    if (view->effective_n < LEAST_EFFECTIVE) {
        double low = 0, high = 1;
        for (int i = 0; i < 8; i++) {
            const double middle = 0.5 * (low + high);
            if (weigh_at(view, scale_share, middle, sum) >= LEAST_EFFECTIVE)
                low = middle;
            else
                high = middle;
        }
        view->tempering = low;
        view->effective_n = weigh_at(view, scale_share, low, sum);
    }
    for (int64_t s = 0; s < view->n_used; s++)
        for (int g = 0; g < FSC_SCALES; g++) {
            float *value = &view->value[s * FSC_SCALES + g];
            *value = (float)(softened((double)*value, view->tempering) / sum[g]);
        }
}

void fsc_view_weigh(fsc_view *view, const double scale_share[FSC_SCALES], int look_around) {
    if (look_around) look_at_surroundings(view);
    exponentiate(view);
    temper(view, scale_share);
}

static double weight_of(const fsc_view *view, const double *scale_share, int64_t s) {
    double weight = 0;
    for (int g = 0; g < FSC_SCALES; g++) weight += scale_share[g] * (double)view->value[s * FSC_SCALES + g];
    return weight;
}

/* What a level says of each layer's baseline: its residuals' mean under the weights, and their variance, the data's own
 * included. */
void fsc_view_baseline(fsc_view *view, const double scale_share[FSC_SCALES]) {
    const fsc_weighing *w = view->w;
    double sum[FSC_LAYERS] = {0}, variance[FSC_LAYERS] = {0}, n[FSC_LAYERS] = {0};
    for (int32_t i = w->first; i < w->end; i++) {
        const fsc_datum *d = &w->data->item[i];
        if (isnan(d->value[FSC_OBSERVED_PDFF])) continue;
        double mean = 0, square = 0;
        for (int64_t s = 0; s < view->n_used; s++) {
            const double weight = weight_of(view, scale_share, s);
            if (weight < 1e-7) continue;
            const fsc_pick pick = pick_at(w, s);
            int32_t site[2];
            (void)fsc_sites_of(site, w->data, pick.level, d->layer, d->side, pick.mirrored);
            const double r =
                d->value[FSC_OBSERVED_PDFF] - fsc_seen(w->library, pick.member, d->visit, FSC_OBSERVED_PDFF, site);
            mean += weight * r;
            square += weight * r * r;
        }
        sum[d->layer] += mean;
        variance[d->layer] += fmax(square - mean * mean, 0) + d->variance[FSC_OBSERVED_PDFF] +
                              FSC_SITE_SD * FSC_SITE_SD +
                              fsc_discrepancy_variance(&w->library->discrepancy, FSC_OBSERVED_PDFF, 0, 1);
        n[d->layer] += 1;
    }
    for (int k = 0; k < FSC_LAYERS; k++) {
        /* Sides and visits of a level err together: they count as one. */
        view->precision[k] = n[k] > 0 ? n[k] / variance[k] : 0;
        view->weighted[k] = n[k] > 0 ? sum[k] / variance[k] : 0;
    }
}

void fsc_view_draw(const fsc_view *view, fsc_pick *pick, int32_t n, int scale, double offset) {
    double upto = 0;
    int32_t done = 0;
    for (int64_t s = 0; s < view->n_used && done < n; s++) {
        upto += (double)view->value[s * FSC_SCALES + scale];
        while (done < n && (done + offset) / n < upto) {
            pick[done] = pick_at(view->w, s);
            pick[done++].scale = view->w->library->discrepancy.scale[scale];
        }
    }
    while (done > 0 && done < n) { /* rounding left the last ones over */
        pick[done] = pick[done - 1];
        done++;
    }
}

/* The deep sites of levels first..last at the last visit. */
static fsc_surrounding deep_around(const fsc_library *library, const fsc_data *data, int32_t first, int32_t last) {
    fsc_surrounding s = {0, 0};
    int32_t n = 0;
    for (int32_t i = 0; i < data->n; i++) {
        const fsc_datum *d = &data->item[i];
        if (d->layer != 0 || d->level < first || d->level > last || d->visit != data->n_visit - 1 ||
            isnan(d->value[FSC_OBSERVED_PDFF]))
            continue;
        int32_t site[2];
        const int32_t n_site = fsc_sites_of(site, data, d->level, 0, d->side, 0);
        s.excess +=
            d->value[FSC_OBSERVED_PDFF] - 0.5 * (library->baseline_fat[site[0]] + library->baseline_fat[site[1]]);
        s.variance += d->variance[FSC_OBSERVED_PDFF] + FSC_SITE_SD * FSC_SITE_SD / n_site;
        n++;
    }
    if (n == 0) return (fsc_surrounding){(double)NAN, (double)NAN};
    return (fsc_surrounding){s.excess / n, s.variance / ((double)n * n)};
}

/* A virtual level stands for the observed one when it lies in the same group and has the neighbours that were seen. */
static int may_stand(const fsc_weighing *w, int32_t level) {
    if (w->data->group[level] != w->data->group[w->level]) return 0;
    return (isnan(w->next[0].excess) || level > 0) && (isnan(w->next[1].excess) || level < w->library->n_level - 1);
}

fsc_status fsc_weighing_new(fsc_weighing *w, const fsc_library *library, const fsc_data *data, int32_t level,
                            fsc_error *err) {
    *w = (fsc_weighing){.library = library, .data = data, .level = level};
    while (data->item[w->first].level != level) w->first++;
    for (w->end = w->first; w->end < data->n && data->item[w->end].level == level; w->end++)
        for (int q = FSC_OBSERVED_PDFF + 1; q < FSC_OBSERVED_N; q++)
            w->has_contrasts |= isfinite(data->item[w->end].value[q]) != 0;
    w->next[0] = deep_around(library, data, level - 1, level - 1);
    w->next[1] = deep_around(library, data, level + 1, level + 1);
    w->mean = deep_around(library, data, 0, library->n_level - 1);
    for (int32_t l = 0; l < library->n_level; l++)
        if (may_stand(w, l)) w->candidate[w->n_candidate++] = l;
    w->n_sample = (int64_t)library->n_member * w->n_candidate * 2;
    if (w->has_contrasts) w->fixed = fsc_alloc(w->n_sample * FSC_SCALES, sizeof *w->fixed);
    return w->fixed || !w->has_contrasts ? FSC_OK : fsc_fail_nomem(err, "weighing virtual people");
}
