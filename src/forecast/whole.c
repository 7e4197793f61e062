/* A deep layer that holds one more fat as a whole, each level like the next. Levels that are drawn one by one hardly
 * ever find it: every single one of them is as well explained by a person who is fatter. So it is weighed as one
 * against nothing anywhere, with the healthy logits integrated out, and against everything else through the chains'
 * share of nothing anywhere. */
#include "posterior.h"

#include "alloc.h"
#include "dense.h"
#include "fail.h"

#include <math.h>

enum { CASES = FSC_LESION_SIZES * FSC_SPREADS, LEVELS_LEAST = 3 };
#define STREAM_WHOLE ((uint64_t)8 << 48)

typedef struct work {
    fsc_posterior *post;
    double *a, *b, *v; /* n_cell square, n_cell, n_cell */
} work;

/* Fills b with the data's pull on the healthy logits and a with the factor of their precision, under one candidate a
 * level and one spread factor; returns the log evidence. On return b holds the mean off the ground's. */
static double solve(work *w, const int32_t *pick, int f) {
    const fsc_ground *g = w->post->ground;
    const fsc_spread *s = &g->spread[f];
    const int32_t n = g->n_cell;
    double log_evidence = s->log_prior + 0.5 * s->log_det;
    for (int32_t i = 0; i < n * n; i++) w->a[i] = s->precision[i];
    for (int32_t l = 0; l < w->post->n_level; l++) {
        const fsc_slab *slab = &w->post->slab[l];
        log_evidence += slab->rest[f][pick[l]];
        for (int32_t i = 0; i < slab->n_cell; i++) {
            const int64_t at = (int64_t)pick[l] * slab->n_cell + i;
            const int32_t cell = slab->first_cell + i;
            const double variance = slab->variance[f][at], r = slab->logit[f][at] - g->mean[cell];
            log_evidence -= 0.5 * (log(variance) + r * r / variance);
            w->a[cell * n + cell] += 1 / variance;
            w->b[cell] = w->v[cell] = r / variance;
        }
    }
    fsc_dense_solve(w->a, w->b, n);
    for (int32_t i = 0; i < n; i++) log_evidence += 0.5 * w->b[i] * w->v[i] - log(w->a[i * n + i]);
    return log_evidence;
}

static void whole_pick(int32_t *pick, const fsc_posterior *p, int32_t size) {
    for (int32_t l = 0; l < p->n_level; l++) pick[l] = fsc_slab_whole(&p->slab[l], size);
}

/* Replaces joint draw i: healthy logits with the covariance whose inverse's factor solve left in a. */
static void draw_logits(double *logit, work *w, fsc_draw *draw) {
    const fsc_ground *g = w->post->ground;
    const int32_t n = g->n_cell;
    for (int32_t i = 0; i < n; i++) w->v[i] = fsc_draw_normal(draw);
    for (int32_t i = n - 1; i >= 0; i--) { /* the factor's transpose: covariance is that of its inverse */
        for (int32_t k = i + 1; k < n; k++) w->v[i] -= w->a[k * n + i] * w->v[k];
        w->v[i] /= w->a[i * n + i];
    }
    for (int32_t i = 0; i < n; i++) logit[i] = g->mean[i] + w->b[i] + w->v[i];
}

static int choose(const double *weight, double left) {
    for (int k = 0; k < CASES; k++)
        if ((left -= weight[k]) < 0) return k;
    return 0;
}

static void redraw(work *w, const double *weight, uint64_t seed) {
    fsc_posterior *p = w->post;
    for (int32_t i = 0; i < FSC_PICKS; i++) {
        fsc_draw draw = {seed, STREAM_WHOLE + (uint64_t)i, 0};
        if (fsc_draw_uniform(&draw) >= p->whole) continue;
        const int k = choose(weight, fsc_draw_uniform(&draw));
        int32_t *pick = p->pick + (int64_t)i * p->n_level;
        whole_pick(pick, p, k / FSC_SPREADS);
        p->spread_pick[i] = k % FSC_SPREADS;
        (void)solve(w, pick, k % FSC_SPREADS);
        draw_logits(p->logit + (int64_t)i * p->ground->n_cell, w, &draw);
    }
}

/* The levels' probabilities with the whole layer in them. */
static void mix_levels(fsc_posterior *p, const double *weight) {
    const double cut = p->assumed->departs_points / 100, rest = 1 - p->whole;
    p->injured = p->whole + rest * p->injured;
    for (int32_t l = 0; l < p->n_level; l++) {
        fsc_level_posterior *out = &p->level[l];
        out->struck *= rest;
        out->departs *= rest;
        for (int a = 0; a < FSC_LAYERS; a++)
            for (int s = 0; s < 2; s++) out->site_departs[a][s] *= rest;
        for (int k = 0; k < CASES && p->slab[l].first_deep; k++) {
            const fsc_candidate *c = &p->slab[l].item[fsc_slab_whole(&p->slab[l], k / FSC_SPREADS)];
            const double add = p->whole * weight[k];
            out->departs += c->departs ? add : 0;
            for (int a = 0; a < FSC_LAYERS; a++)
                for (int s = 0; s < 2; s++) out->site_departs[a][s] += c->excess[a][s] >= cut ? add : 0;
        }
    }
}

/* Log of the summed evidence of every case; weight gets their shares. */
static double weigh_cases(work *w, double *weight) {
    double most = -INFINITY, sum = 0;
    int32_t pick[64];
    for (int k = 0; k < CASES; k++) {
        whole_pick(pick, w->post, k / FSC_SPREADS);
        weight[k] = solve(w, pick, k % FSC_SPREADS) - log(FSC_LESION_SIZES);
        most = fmax(most, weight[k]);
    }
    for (int k = 0; k < CASES; k++) sum += weight[k] = exp(weight[k] - most);
    for (int k = 0; k < CASES; k++) weight[k] /= sum;
    return most + log(sum);
}

static double weigh_nothing(work *w) {
    const int32_t pick[64] = {0};
    double each[FSC_SPREADS], most = -INFINITY, sum = 0;
    for (int f = 0; f < FSC_SPREADS; f++) most = fmax(most, each[f] = solve(w, pick, f));
    for (int f = 0; f < FSC_SPREADS; f++) sum += exp(each[f] - most);
    return most + log(sum);
}

/* A fatter person is fatter in other layers too: without a normal for some of those nothing tells the two apart (the
 * neck). */
static int is_told(const fsc_posterior *p) {
    int32_t n_deep = 0, n_other = 0;
    for (int32_t l = 0; l < p->n_level; l++) n_deep += p->slab[l].first_deep > 0;
    for (int32_t i = 0; i < p->ground->n_cell; i++)
        n_other += p->ground->cell[i].layer != 0 && p->ground->cell[i].known;
    return n_deep >= LEVELS_LEAST && n_other >= LEVELS_LEAST;
}

fsc_status fsc_whole_weigh(fsc_posterior *posterior, double log_whole, double log_nothing, uint64_t seed,
                           fsc_error *err) {
    const int64_t n = posterior->ground->n_cell;
    if (!is_told(posterior) || !(posterior->untouched > 0)) return FSC_OK;
    FSC_AUTO_BLOCK double *store = fsc_alloc(n * n + 2 * n, sizeof *store);
    if (!store) return fsc_fail_nomem(err, "weighing a whole deep layer");
    work w = {posterior, store, store + n * n, store + n * n + n};
    double weight[CASES];
    const double whole = weigh_cases(&w, weight) + log_whole, nothing = weigh_nothing(&w) + log_nothing;
    posterior->whole = 1 / (1 + exp(nothing - log(posterior->untouched) - whole));
    mix_levels(posterior, weight);
    redraw(&w, weight, seed);
    return FSC_OK;
}
