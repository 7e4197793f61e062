/* Weighing the library by one person's data, level by level. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

enum {
    ROUNDS = 3,          /* alternations between levels and the person's baseline */
    LEAST_EFFECTIVE = 32 /* effective virtual levels below which the data are softened: too few to draw from */
};
#define STREAM_PICK ((uint64_t)5 << 48)

/* How closely a virtual level's surroundings must look like the person's, as SD: the levels next to it, and the mean of
 * all levels. Loose: they stand for how far the cycle has spread and how readily, not for a copy of the person. */
#define NEIGHBOUR_SD 0.02
#define NEIGHBOUR_SHARE 0.2
#define MEAN_SD 0.02

/* Deep fat over the model's baseline at an observed level, or over all of them. */
typedef struct surrounding {
    double excess, variance; /* NaN = not observed */
} surrounding;

/* One level's samples: every virtual level of the group, as it is and mirrored. */
typedef struct weighing {
    const fsc_library *library;
    const fsc_data *data;
    const fsc_posterior *posterior;
    fsc_level_posterior *level;
    int32_t first, end;                 /* the level's data */
    int32_t candidate[64], n_candidate; /* virtual levels that may stand for it */
    surrounding next[2], mean;          /* towards the head, towards the foot; the whole person */
    /* (n_sample, FSC_SCALES), one owned block: the likelihood over its largest, later the weight given the scale; and
     * the part of its logarithm that does not depend on the person's baseline. */
    float *value, *fixed;
    int64_t n_sample;
    double sum[FSC_SCALES]; /* of value */
    double log_evidence[FSC_SCALES];
    double precision[FSC_LAYERS], weighted[FSC_LAYERS]; /* what the level says of the person's baseline */
} weighing;

/* All levels of a round. */
typedef struct round_work {
    weighing *level;
    const double *scale_share;
    int first, last;
    uint64_t seed;
} round_work;

static fsc_pick pick_at(const weighing *w, int64_t sample) {
    const int64_t per_member = 2 * (int64_t)w->n_candidate;
    const int32_t within = (int32_t)(sample % per_member);
    return (fsc_pick){(int32_t)(sample / per_member), w->candidate[within / 2], within % 2, 1};
}

static double log_normal(double r, double variance) {
    return -0.5 * (r * r / variance + log(variance));
}

static double log_likelihood_around(const weighing *w, fsc_pick pick) {
    const double *excess = w->library->deep_excess + (int64_t)pick.member * w->library->n_level;
    double sum = 0, mean = 0;
    for (int side = 0; side < 2; side++) {
        if (isnan(w->next[side].excess)) continue;
        const double virtual_excess = excess[pick.level + (side ? 1 : -1)], loose = NEIGHBOUR_SHARE * virtual_excess;
        sum += log_normal(w->next[side].excess - w->posterior->shift[0] - virtual_excess,
                          w->next[side].variance + w->posterior->shift_variance[0] + NEIGHBOUR_SD * NEIGHBOUR_SD +
                              loose * loose);
    }
    if (isnan(w->mean.excess)) return sum;
    for (int32_t l = 0; l < w->library->n_level; l++) mean += excess[l] / w->library->n_level;
    const double loose = NEIGHBOUR_SHARE * mean;
    return sum + log_normal(w->mean.excess - w->posterior->shift[0] - mean,
                            w->mean.variance + w->posterior->shift_variance[0] + MEAN_SD * MEAN_SD + loose * loose);
}

/* Adds the logarithms for all scales: of PDFF (which the person's baseline moves), or of everything else. */
static void add_log_likelihood(double out[FSC_SCALES], const weighing *w, fsc_pick pick, int of_pdff) {
    const fsc_discrepancy *model = &w->library->discrepancy;
    double sum[FSC_SCALES] = {0}, product[FSC_SCALES], logs[FSC_SCALES] = {0};
    for (int g = 0; g < FSC_SCALES; g++) product[g] = 1;
    const int first = of_pdff ? FSC_OBSERVED_PDFF : FSC_OBSERVED_PDFF + 1, end = of_pdff ? first + 1 : FSC_OBSERVED_N;
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
            if (of_pdff) {
                r -= w->posterior->shift[d->layer];
                known += w->posterior->shift_variance[d->layer] + FSC_SITE_SD * FSC_SITE_SD / n_site;
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

static void fill_fixed(const weighing *w) {
    for (int64_t s = 0; s < w->n_sample; s++) {
        double log_likelihood[FSC_SCALES] = {0};
        add_log_likelihood(log_likelihood, w, pick_at(w, s), 0);
        for (int g = 0; g < FSC_SCALES; g++) w->fixed[s * FSC_SCALES + g] = (float)log_likelihood[g];
    }
}

/* The likelihood over its largest, and the logarithm of its mean over the library, for every scale. */
static void fill_likelihood(weighing *w) {
    double most[FSC_SCALES];
    for (int g = 0; g < FSC_SCALES; g++) {
        most[g] = -INFINITY;
        w->sum[g] = 0;
    }
    for (int64_t s = 0; s < w->n_sample; s++) {
        const fsc_pick pick = pick_at(w, s);
        const double around = log_likelihood_around(w, pick);
        double log_likelihood[FSC_SCALES];
        for (int g = 0; g < FSC_SCALES; g++) log_likelihood[g] = around + (double)w->fixed[s * FSC_SCALES + g];
        add_log_likelihood(log_likelihood, w, pick, 1);
        for (int g = 0; g < FSC_SCALES; g++) {
            w->value[s * FSC_SCALES + g] = (float)log_likelihood[g];
            most[g] = fmax(most[g], (double)w->value[s * FSC_SCALES + g]);
        }
    }
    for (int64_t s = 0; s < w->n_sample; s++)
        for (int g = 0; g < FSC_SCALES; g++) {
            const double x = (double)w->value[s * FSC_SCALES + g] - most[g], weight = x < -30 ? 0 : exp(x);
            w->value[s * FSC_SCALES + g] = (float)weight;
            w->sum[g] += weight;
        }
    for (int g = 0; g < FSC_SCALES; g++) w->log_evidence[g] = most[g] + log(w->sum[g] / (double)w->n_sample);
}

static double softened(double value, double power) {
    return power == 1 ? value : value > 0 ? pow(value, power) : 0;
}

/* Sums of the softened values; returns the effective number of samples over all scales. */
static double weigh_at(const weighing *w, const double *scale_share, double power, double sum[FSC_SCALES]) {
    double square = 0;
    for (int g = 0; g < FSC_SCALES; g++) sum[g] = power == 1 ? w->sum[g] : 0;
    for (int64_t i = 0; i < w->n_sample * FSC_SCALES && power != 1; i++)
        sum[i % FSC_SCALES] += softened((double)w->value[i], power);
    for (int64_t s = 0; s < w->n_sample; s++) {
        double weight = 0;
        for (int g = 0; g < FSC_SCALES; g++)
            if (scale_share[g] > 1e-4)
                weight += scale_share[g] * softened((double)w->value[s * FSC_SCALES + g], power) / sum[g];
        square += weight * weight;
    }
    return 1 / square;
}

/* Turns values into weights, each scale's summing to 1, under the largest power up to 1 that keeps enough effective
 * samples. */
static void temper(const weighing *w, const double *scale_share) {
    double sum[FSC_SCALES];
    w->level->tempering = 1;
    w->level->effective_n = weigh_at(w, scale_share, 1, sum);
    if (w->level->effective_n < LEAST_EFFECTIVE) {
        double low = 0, high = 1;
        for (int i = 0; i < 8; i++) {
            const double middle = 0.5 * (low + high);
            if (weigh_at(w, scale_share, middle, sum) >= LEAST_EFFECTIVE)
                low = middle;
            else
                high = middle;
        }
        w->level->tempering = low;
        w->level->effective_n = weigh_at(w, scale_share, low, sum);
    }
    for (int64_t s = 0; s < w->n_sample; s++)
        for (int g = 0; g < FSC_SCALES; g++) {
            float *value = &w->value[s * FSC_SCALES + g];
            *value = (float)(softened((double)*value, w->level->tempering) / sum[g]);
        }
}

static double weight_of(const weighing *w, const double *scale_share, int64_t s) {
    double weight = 0;
    for (int g = 0; g < FSC_SCALES; g++) weight += scale_share[g] * (double)w->value[s * FSC_SCALES + g];
    return weight;
}

/* What a level says of each layer's baseline: its residuals' mean under the weights, and their variance, the data's own
 * included. */
static void weigh_baseline(weighing *w, const double *scale_share) {
    double sum[FSC_LAYERS] = {0}, variance[FSC_LAYERS] = {0}, n[FSC_LAYERS] = {0};
    for (int32_t i = w->first; i < w->end; i++) {
        const fsc_datum *d = &w->data->item[i];
        if (isnan(d->value[FSC_OBSERVED_PDFF])) continue;
        double mean = 0, square = 0;
        for (int64_t s = 0; s < w->n_sample; s++) {
            const double weight = weight_of(w, scale_share, s);
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
        w->precision[k] = n[k] > 0 ? n[k] / variance[k] : 0;
        w->weighted[k] = n[k] > 0 ? sum[k] / variance[k] : 0;
    }
}

/* Systematic draws under one scale into pick[0..n). */
static void draw_some(const weighing *w, fsc_pick *pick, int32_t n, int g, double offset) {
    double upto = 0;
    int32_t done = 0;
    for (int64_t s = 0; s < w->n_sample && done < n; s++) {
        upto += (double)w->value[s * FSC_SCALES + g];
        while (done < n && (done + offset) / n < upto) {
            pick[done] = pick_at(w, s);
            pick[done++].scale = w->library->discrepancy.scale[g];
        }
    }
    while (done > 0 && done < n) { /* rounding left the last ones over */
        pick[done] = pick[done - 1];
        done++;
    }
}

static void draw_picks(const weighing *w, const double *scale_share, uint64_t seed) {
    fsc_draw draw = {seed, STREAM_PICK + (uint64_t)w->level->level, 0};
    double upto = 0;
    int32_t from = 0;
    for (int g = 0; g < FSC_SCALES; g++) {
        upto += scale_share[g];
        const int32_t end = g == FSC_SCALES - 1 ? FSC_PICKS : (int32_t)(FSC_PICKS * upto + 0.5);
        const double offset = fsc_draw_uniform(&draw);
        if (end > from) draw_some(w, w->level->pick + from, end - from, g, offset);
        if (end > from) from = end;
    }
}

static void likelihood_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    (void)worker;
    const round_work *round = context;
    if (round->first) fill_fixed(&round->level[tile]);
    fill_likelihood(&round->level[tile]);
}

static void weight_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    (void)worker;
    const round_work *round = context;
    weighing *w = &round->level[tile];
    temper(w, round->scale_share);
    if (round->last)
        draw_picks(w, round->scale_share, round->seed);
    else
        weigh_baseline(w, round->scale_share);
}

/* Posterior of the scale of the discrepancy, which all levels share. */
static void weigh_scales(fsc_posterior *post, const weighing *level) {
    const fsc_discrepancy *d = &level[0].library->discrepancy;
    double log_share[FSC_SCALES], most = -INFINITY, sum = 0;
    for (int g = 0; g < FSC_SCALES; g++) {
        log_share[g] = d->log_prior[g];
        for (int32_t l = 0; l < post->n_level; l++) log_share[g] += level[l].log_evidence[g];
        most = fmax(most, log_share[g]);
    }
    for (int g = 0; g < FSC_SCALES; g++) sum += post->scale_share[g] = exp(log_share[g] - most);
    for (int g = 0; g < FSC_SCALES; g++) post->scale_share[g] /= sum;
}

/* Levels given the person's baseline, baseline given the levels, in turn; then the picks. */
static void alternate(fsc_posterior *post, weighing *level, uint64_t seed, int32_t n_threads) {
    for (int k = 0; k < FSC_LAYERS; k++) post->shift_variance[k] = FSC_PERSON_SD * FSC_PERSON_SD;
    for (int i = 0; i < ROUNDS; i++) {
        round_work round = {level, post->scale_share, i == 0, i == ROUNDS - 1, seed};
        fsc_tiles_run(post->n_level, 1, likelihood_tile, &round, n_threads);
        weigh_scales(post, level);
        fsc_tiles_run(post->n_level, 1, weight_tile, &round, n_threads);
        if (round.last) return;
        for (int k = 0; k < FSC_LAYERS; k++) {
            double precision = 1.0 / (FSC_PERSON_SD * FSC_PERSON_SD), weighted = 0;
            for (int32_t l = 0; l < post->n_level; l++) {
                precision += level[l].precision[k];
                weighted += level[l].weighted[k];
            }
            post->shift[k] = weighted / precision;
            post->shift_variance[k] = 1.0 / precision;
        }
    }
}

/* The deep sites of levels first..last at the last visit. */
static surrounding deep_around(const fsc_library *library, const fsc_data *data, int32_t first, int32_t last) {
    surrounding s = {0, 0};
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
    if (n == 0) return (surrounding){(double)NAN, (double)NAN};
    return (surrounding){s.excess / n, s.variance / ((double)n * n)};
}

/* A virtual level stands for the observed one when it lies in the same group and has the neighbours that were seen. */
static int may_stand(const weighing *w, int32_t level) {
    if (w->data->group[level] != w->data->group[w->level->level]) return 0;
    return (isnan(w->next[0].excess) || level > 0) && (isnan(w->next[1].excess) || level < w->library->n_level - 1);
}

static fsc_status new_weighing(weighing *w, const fsc_library *library, const fsc_data *data, fsc_posterior *post,
                               fsc_level_posterior *level, fsc_error *err) {
    *w = (weighing){.library = library, .data = data, .posterior = post, .level = level};
    while (data->item[w->first].level != level->level) w->first++;
    w->end = w->first;
    while (w->end < data->n && data->item[w->end].level == level->level) w->end++;
    w->next[0] = deep_around(library, data, level->level - 1, level->level - 1);
    w->next[1] = deep_around(library, data, level->level + 1, level->level + 1);
    w->mean = deep_around(library, data, 0, library->n_level - 1);
    for (int32_t l = 0; l < library->n_level; l++)
        if (may_stand(w, l)) w->candidate[w->n_candidate++] = l;
    w->n_sample = (int64_t)library->n_member * w->n_candidate * 2;
    w->value = fsc_alloc(2 * w->n_sample * FSC_SCALES, sizeof *w->value);
    w->fixed = w->value + w->n_sample * FSC_SCALES;
    return w->value ? FSC_OK : fsc_fail_nomem(err, "weighing virtual people");
}

static fsc_status new_posterior(fsc_posterior **out, const fsc_library *library, const fsc_data *data, fsc_error *err) {
    fsc_posterior *post = fsc_alloc(1, sizeof *post);
    *out = post;
    if (!post) return fsc_fail_nomem(err, "weighing virtual people");
    post->level = fsc_alloc(library->n_level, sizeof *post->level);
    if (!post->level) return fsc_fail_nomem(err, "weighing virtual people");
    for (int32_t i = 0; i < data->n; i++) {
        if (i > 0 && data->item[i].level == data->item[i - 1].level) continue;
        fsc_level_posterior *level = &post->level[post->n_level++];
        level->level = data->item[i].level;
        level->pick = fsc_alloc(FSC_PICKS, sizeof *level->pick);
        if (!level->pick) return fsc_fail_nomem(err, "weighing virtual people");
    }
    return FSC_OK;
}

fsc_status fsc_posterior_run(fsc_posterior **out, const fsc_library *library, const fsc_data *data, uint64_t seed,
                             int32_t n_threads, fsc_error *err) {
    *out = NULL;
    fsc_posterior *post = NULL;
    FSC_AUTO_BLOCK weighing *level = fsc_alloc(library->n_level, sizeof *level);
    if (!level) return fsc_fail_nomem(err, "weighing virtual people");
    fsc_status status = new_posterior(&post, library, data, err);
    for (int32_t l = 0; status == FSC_OK && l < post->n_level; l++)
        status = new_weighing(&level[l], library, data, post, &post->level[l], err);
    if (status == FSC_OK) alternate(post, level, seed, n_threads);
    for (int32_t l = 0; l < library->n_level; l++) fsc_free(level[l].value);
    if (status != FSC_OK) {
        fsc_posterior_free(post);
        return status;
    }
    *out = post;
    return FSC_OK;
}

double fsc_share_before(const fsc_library *library, const fsc_level_posterior *i, const fsc_level_posterior *j) {
    double before = 0, apart = 0;
    for (int32_t a = 0; a < FSC_PICKS; a++) {
        const fsc_pick p = i->pick[a];
        const double age_i = library->strike_age[(int64_t)p.member * library->n_level + p.level];
        if (isnan(age_i)) continue;
        for (int32_t b = 0; b < FSC_PICKS; b++) {
            const fsc_pick q = j->pick[b];
            const double age_j = library->strike_age[(int64_t)q.member * library->n_level + q.level];
            if (isnan(age_j) || fabs(age_i - age_j) < 0.5) continue;
            apart += 1;
            before += age_i > age_j;
        }
    }
    return apart > 0 ? before / apart : 0.5;
}

void fsc_posterior_free(fsc_posterior *posterior) {
    if (!posterior) return;
    for (int32_t l = 0; l < posterior->n_level; l++) fsc_free(posterior->level[l].pick);
    fsc_free(posterior->level);
    fsc_free(posterior);
}
