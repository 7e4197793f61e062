/* Weighing the library by one person's data, level by level. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

enum {
    ROUNDS = 4,           /* alternations between levels and the person's baseline */
    LEAST_EFFECTIVE = 300 /* effective virtual levels below which the data are softened */
};
#define STREAM_PICK ((uint64_t)5 << 48)

/* Constant and proportional part of the discrepancy, as SD. Set, with the least effective number and the share of
 * changes (future.c), so that 90 % bands cover 85 to 95 % of simulated truths whose parameters all differ from the
 * library's centres, at fatty sites too (fascicle forecast --validate 60). */
double fsc_discrepancy(fsc_observed observed, double departure) {
    static const double constant[FSC_OBSERVED_N] = {0.003, 0.03, 0.02, 0.10, 0.08};
    static const double share[FSC_OBSERVED_N] = {0.20, 0.25, 0.40, 0.40, 0.25};
    const double part = share[observed] * departure;
    return constant[observed] * constant[observed] + part * part;
}

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
    double *log_likelihood;             /* owned block: n_sample */
    double *weight;                     /* n_sample, after temper() */
    int64_t n_sample;
    double precision[FSC_LAYERS], weighted[FSC_LAYERS]; /* what the level says of the person's baseline */
} weighing;

/* All levels of a round. */
typedef struct round_work {
    weighing *level;
    int last;
    uint64_t seed;
} round_work;

static fsc_pick pick_at(const weighing *w, int64_t sample) {
    const int64_t per_member = 2 * (int64_t)w->n_candidate;
    const int32_t within = (int32_t)(sample % per_member);
    return (fsc_pick){(int32_t)(sample / per_member), w->candidate[within / 2], within % 2};
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

static double log_likelihood_of(const weighing *w, fsc_pick pick) {
    double sum = 0, product = 1, logs = 0;
    for (int32_t i = w->first; i < w->end; i++) {
        const fsc_datum *d = &w->data->item[i];
        const int32_t site = w->data->site_index[pick.level][d->layer][d->side ^ pick.mirrored];
        for (int q = 0; q < FSC_OBSERVED_N; q++) {
            if (isnan(d->value[q])) continue;
            const double simulated = fsc_library_at(w->library, pick.member, d->visit, (fsc_observed)q)[site];
            const double healthy = fsc_healthy_value(w->library, pick.member, site, (fsc_observed)q);
            double r = d->value[q] - simulated;
            double variance = d->variance[q] + fsc_discrepancy((fsc_observed)q, simulated - healthy);
            if (q == FSC_OBSERVED_PDFF) {
                r -= w->posterior->shift[d->layer];
                variance += w->posterior->shift_variance[d->layer] + FSC_SITE_SD * FSC_SITE_SD;
            }
            sum += r * r / variance;
            product *= variance;
        }
        /* One logarithm for a few sites: the product stays well inside a double. */
        if (product > 1e-100) continue;
        logs += log(product);
        product = 1;
    }
    return -0.5 * (sum + logs + log(product)) + log_likelihood_around(w, pick);
}

/* Weights exp(power (l - max)), summing to 1; returns the effective number. */
static double weights_at(const weighing *w, double power, double most) {
    double sum = 0, square = 0;
    for (int64_t s = 0; s < w->n_sample; s++) {
        const double x = power * (w->log_likelihood[s] - most);
        const double weight = x < -30 ? 0 : exp(x);
        w->weight[s] = weight;
        sum += weight;
        square += weight * weight;
    }
    for (int64_t s = 0; s < w->n_sample; s++) w->weight[s] /= sum;
    return sum * sum / square;
}

/* The largest power up to 1 that keeps enough effective samples. */
static void temper(const weighing *w) {
    double most = -INFINITY;
    for (int64_t s = 0; s < w->n_sample; s++)
        if (w->log_likelihood[s] > most) most = w->log_likelihood[s];
    w->level->tempering = 1;
    w->level->effective_n = weights_at(w, 1, most);
    if (w->level->effective_n >= LEAST_EFFECTIVE) return;
    double low = 0, high = 1;
    for (int i = 0; i < 8; i++) {
        const double middle = 0.5 * (low + high);
        if (weights_at(w, middle, most) >= LEAST_EFFECTIVE)
            low = middle;
        else
            high = middle;
    }
    w->level->tempering = low;
    w->level->effective_n = weights_at(w, low, most);
}

/* What a level says of each layer's baseline: its residuals' mean under the weights, and their variance, the data's own
 * included. */
static void weigh_baseline(weighing *w) {
    double sum[FSC_LAYERS] = {0}, variance[FSC_LAYERS] = {0}, n[FSC_LAYERS] = {0};
    for (int32_t i = w->first; i < w->end; i++) {
        const fsc_datum *d = &w->data->item[i];
        if (isnan(d->value[FSC_OBSERVED_PDFF])) continue;
        double mean = 0, square = 0;
        for (int64_t s = 0; s < w->n_sample; s++) {
            if (w->weight[s] < 1e-7) continue;
            const fsc_pick pick = pick_at(w, s);
            const int32_t site = w->data->site_index[pick.level][d->layer][d->side ^ pick.mirrored];
            const double r = d->value[FSC_OBSERVED_PDFF] -
                             fsc_library_at(w->library, pick.member, d->visit, FSC_OBSERVED_PDFF)[site];
            mean += w->weight[s] * r;
            square += w->weight[s] * r * r;
        }
        sum[d->layer] += mean;
        variance[d->layer] += fmax(square - mean * mean, 0) + d->variance[FSC_OBSERVED_PDFF] +
                              FSC_SITE_SD * FSC_SITE_SD + fsc_discrepancy(FSC_OBSERVED_PDFF, 0);
        n[d->layer] += 1;
    }
    for (int k = 0; k < FSC_LAYERS; k++) {
        /* Sides and visits of a level err together: they count as one. */
        w->precision[k] = n[k] > 0 ? n[k] / variance[k] : 0;
        w->weighted[k] = n[k] > 0 ? sum[k] / variance[k] : 0;
    }
}

static void draw_picks(const weighing *w, uint64_t seed) {
    fsc_level_posterior *level = w->level;
    fsc_draw draw = {seed, STREAM_PICK + (uint64_t)level->level, 0};
    const double offset = fsc_draw_uniform(&draw);
    double upto = 0;
    int32_t n = 0;
    for (int64_t s = 0; s < w->n_sample; s++) {
        upto += w->weight[s];
        while (n < FSC_PICKS && (n + offset) / FSC_PICKS < upto) level->pick[n++] = pick_at(w, s);
    }
    while (n < FSC_PICKS) { /* rounding left the last ones over */
        level->pick[n] = level->pick[n - 1];
        n++;
    }
}

static void level_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    (void)worker;
    const round_work *round = context;
    weighing *w = &round->level[tile];
    for (int64_t s = 0; s < w->n_sample; s++) w->log_likelihood[s] = log_likelihood_of(w, pick_at(w, s));
    temper(w);
    if (round->last)
        draw_picks(w, round->seed);
    else
        weigh_baseline(w);
}

/* Levels given the person's baseline, baseline given the levels, in turn; then the picks. */
static void alternate(fsc_posterior *post, weighing *level, uint64_t seed, int32_t n_threads) {
    for (int k = 0; k < FSC_LAYERS; k++) post->shift_variance[k] = FSC_PERSON_SD * FSC_PERSON_SD;
    for (int i = 0; i < ROUNDS; i++) {
        round_work round = {level, i == ROUNDS - 1, seed};
        fsc_tiles_run(post->n_level, 1, level_tile, &round, n_threads);
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
        s.excess += d->value[FSC_OBSERVED_PDFF] - library->baseline_fat[data->site_index[d->level][0][d->side]];
        s.variance += d->variance[FSC_OBSERVED_PDFF] + FSC_SITE_SD * FSC_SITE_SD;
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
    w->log_likelihood = fsc_alloc(2 * w->n_sample, sizeof *w->log_likelihood);
    w->weight = w->log_likelihood + w->n_sample;
    return w->log_likelihood ? FSC_OK : fsc_fail_nomem(err, "weighing virtual people");
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
    for (int32_t l = 0; l < library->n_level; l++) fsc_free(level[l].log_likelihood);
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
