/* The chains. One step redraws a level as a whole: which candidate stands there and what its healthy fat is, given the
 * healthy fat of all other levels; then the person's spread factor is redrawn. Whether the person was injured at all is
 * summed over: with every other level untouched a departure must pay for it, beside a departing level it is certain. */
#include "posterior.h"

#include "alloc.h"
#include "dense.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

enum { CHAINS = 8, SETTLE = 48, KEPT = FSC_PICKS / CHAINS, THIN = 2 };
/* A cell without a fat fraction has this variance or more. */
#define UNSEEN 1e5
#define STREAM_CHAIN ((uint64_t)5 << 48)

/* What a chain remembers of a level. */
typedef struct tally {
    double departs, struck, site[FSC_LAYERS][2];
} tally;

typedef struct chain {
    fsc_posterior *post;
    double log_odds;
    fsc_draw draw;
    int32_t spread;
    int32_t pick[64];
    double logit[FSC_CELLS_MAX];
    double weight[1 + FSC_STRUCK_MAX + 768]; /* of one level's candidates */
    tally sum[64];
    double injured, spread_sum, untouched;
} chain;

typedef struct work {
    fsc_posterior *post;
    double log_odds;
    uint64_t seed;
    chain *chain;
} work;

/* Mean of a level's healthy logits given those of all other levels. */
static void level_given_rest(double *mean, const chain *c, int32_t l) {
    const fsc_ground *g = c->post->ground;
    const fsc_spread *s = &g->spread[c->spread];
    const int32_t first = g->level_cell[l], end = g->level_cell[l + 1], n = g->n_cell, m = end - first;
    double pull[FSC_LAYERS];
    for (int32_t i = 0; i < m; i++) {
        pull[i] = 0;
        for (int32_t j = 0; j < n; j++)
            if (j < first || j >= end) pull[i] -= s->precision[(first + i) * n + j] * (c->logit[j] - g->mean[j]);
    }
    for (int32_t i = 0; i < m; i++) {
        mean[i] = g->mean[first + i];
        for (int32_t j = 0; j < m; j++) mean[i] += s->block[(first + i) * FSC_LAYERS + j] * pull[j];
    }
}

/* Log density of value under N(mean, block + diag(variance)); leaves (block + diag)^-1 (value - mean) in gain unless
 * that is NULL. Most of the time goes here, hence by hand: at most FSC_LAYERS rows, no roots, one logarithm. */
static double log_normal(double *gain, const double *block, const double *variance, const double *value,
                         const double *mean, int32_t m) {
    double l[FSC_LAYERS][FSC_LAYERS], d[FSC_LAYERS], z[FSC_LAYERS], square = 0, det = 1;
    for (int32_t i = 0; i < m; i++) {
        double part[FSC_LAYERS];
        z[i] = value[i] - mean[i];
        d[i] = block[i * FSC_LAYERS + i] + variance[i];
        for (int32_t j = 0; j < i; j++) {
            part[j] = block[i * FSC_LAYERS + j];
            for (int32_t k = 0; k < j; k++) part[j] -= part[k] * l[j][k];
            l[i][j] = part[j] / d[j];
            z[i] -= l[i][j] * z[j];
            d[i] -= l[i][j] * part[j];
        }
        square += z[i] * z[i] / d[i];
        det *= d[i];
    }
    for (int32_t i = m - 1; gain && i >= 0; i--) {
        gain[i] = z[i] / d[i];
        for (int32_t j = i + 1; j < m; j++) gain[i] -= l[j][i] * gain[j];
    }
    return -0.5 * (square + log(det));
}

/* Log prior weights of "nothing" and of the rest at level l, given what stands at the other levels. */
static void prior_at(double *nothing, double *something, const chain *c, int32_t l) {
    double others = 0;
    int departing = 0;
    for (int32_t k = 0; k < c->post->n_level; k++) {
        if (k == l) continue;
        departing |= c->pick[k] != 0;
        others += c->post->slab[k].item[0].log_weight;
    }
    const double injured = 1 / (1 + exp(-c->log_odds)), own = exp(c->post->slab[l].item[0].log_weight);
    *nothing = departing ? log(own) : log(1 - injured + injured * exp(others) * own);
    *something = departing ? 0 : log(injured) + others;
}

/* Fills the weights of level l's candidates, summing to 1. */
static void weigh(chain *c, const double *mean, int32_t l) {
    const fsc_slab *slab = &c->post->slab[l];
    const double *block = c->post->ground->spread[c->spread].block + (int64_t)slab->first_cell * FSC_LAYERS;
    double nothing, something, most = -INFINITY, sum = 0;
    prior_at(&nothing, &something, c, l);
    for (int32_t k = 0; k < slab->n; k++) {
        const int64_t at = (int64_t)k * slab->n_cell;
        c->weight[k] =
            slab->rest[c->spread][k] + (k == 0 ? nothing : something + slab->item[k].log_weight) +
            log_normal(NULL, block, slab->variance[c->spread] + at, slab->logit[c->spread] + at, mean, slab->n_cell);
        most = fmax(most, c->weight[k]);
    }
    for (int32_t k = 0; k < slab->n; k++) sum += c->weight[k] = exp(c->weight[k] - most);
    for (int32_t k = 0; k < slab->n; k++) c->weight[k] /= sum;
}

static int32_t choose(chain *c, int32_t n) {
    double left = fsc_draw_uniform(&c->draw);
    for (int32_t k = 0; k < n; k++)
        if ((left -= c->weight[k]) < 0) return k;
    return 0;
}

/* A normal draw with a covariance of m x m (rows of FSC_LAYERS). */
static void draw_block(double *out, chain *c, const double *block, int32_t m) {
    double a[FSC_LAYERS * FSC_LAYERS], z[FSC_LAYERS], none[FSC_LAYERS] = {0};
    for (int32_t i = 0; i < m; i++)
        for (int32_t j = 0; j < m; j++) a[i * m + j] = block[i * FSC_LAYERS + j];
    fsc_dense_solve(a, none, m); /* for the factor */
    for (int32_t i = 0; i < m; i++) z[i] = fsc_draw_normal(&c->draw);
    for (int32_t i = 0; i < m; i++) {
        out[i] = 0;
        for (int32_t j = 0; j <= i; j++) out[i] += a[i * m + j] * z[j];
    }
}

/* The level's healthy logits given its candidate: a prior draw moved by what the data say against it (Matheron). */
static void draw_logits(chain *c, const double *mean, int32_t l) {
    const fsc_slab *slab = &c->post->slab[l];
    const int32_t m = slab->n_cell;
    const int64_t at = (int64_t)c->pick[l] * m;
    const double *block = c->post->ground->spread[c->spread].block + (int64_t)slab->first_cell * FSC_LAYERS;
    const double *variance = slab->variance[c->spread] + at, *value = slab->logit[c->spread] + at;
    double prior[FSC_LAYERS], foreseen[FSC_LAYERS], gain[FSC_LAYERS];
    draw_block(prior, c, block, m);
    for (int32_t i = 0; i < m; i++) {
        prior[i] += mean[i];
        foreseen[i] = prior[i] + sqrt(variance[i]) * fsc_draw_normal(&c->draw);
    }
    (void)log_normal(gain, block, variance, value, foreseen, m);
    for (int32_t i = 0; i < m; i++) {
        double moved = prior[i];
        for (int32_t j = 0; j < m; j++) moved += block[i * FSC_LAYERS + j] * gain[j];
        c->logit[slab->first_cell + i] = moved;
    }
}

static void note_level(tally *sum, const chain *c, int32_t l) {
    const fsc_slab *slab = &c->post->slab[l];
    const double cut = c->post->assumed->departs_points / 100;
    for (int32_t k = 1; k < slab->n; k++) {
        const fsc_candidate *item = &slab->item[k];
        if (item->member >= 0) sum->struck += c->weight[k];
        if (!item->departs) continue;
        sum->departs += c->weight[k];
        for (int a = 0; a < FSC_LAYERS; a++)
            for (int s = 0; s < 2; s++)
                if (item->excess[a][s] >= cut) sum->site[a][s] += c->weight[k];
    }
}

static void step_levels(chain *c, int kept) {
    for (int32_t l = 0; l < c->post->n_level; l++) {
        double mean[FSC_LAYERS];
        level_given_rest(mean, c, l);
        weigh(c, mean, l);
        if (kept) note_level(&c->sum[l], c, l);
        c->pick[l] = choose(c, c->post->slab[l].n);
        draw_logits(c, mean, l);
    }
}

/* Log density of all healthy logits, and of the data given them, under a spread factor. */
static double log_spread(const chain *c, int f) {
    const fsc_ground *g = c->post->ground;
    const fsc_spread *s = &g->spread[f];
    double sum = s->log_prior + 0.5 * s->log_det;
    for (int32_t i = 0; i < g->n_cell; i++)
        for (int32_t j = 0; j < g->n_cell; j++)
            sum -= 0.5 * s->precision[i * g->n_cell + j] * (c->logit[i] - g->mean[i]) * (c->logit[j] - g->mean[j]);
    for (int32_t l = 0; l < c->post->n_level; l++) {
        const fsc_slab *slab = &c->post->slab[l];
        sum += slab->rest[f][c->pick[l]];
        for (int32_t i = 0; i < slab->n_cell; i++) {
            const int64_t at = (int64_t)c->pick[l] * slab->n_cell + i;
            const double r = slab->logit[f][at] - c->logit[slab->first_cell + i];
            sum -= 0.5 * (r * r / slab->variance[f][at] + log(slab->variance[f][at]));
        }
    }
    return sum;
}

static void step_spread(chain *c) {
    double weight[FSC_SPREADS], most = -INFINITY, sum = 0;
    for (int f = 0; f < FSC_SPREADS; f++) most = fmax(most, weight[f] = log_spread(c, f));
    for (int f = 0; f < FSC_SPREADS; f++) sum += weight[f] = exp(weight[f] - most);
    double left = fsc_draw_uniform(&c->draw) * sum;
    for (c->spread = 0; c->spread < FSC_SPREADS - 1; c->spread++)
        if ((left -= weight[c->spread]) < 0) break;
}

/* Probability of an injury given what stands at the levels. */
static double injured_given(const chain *c) {
    double nothing = 0;
    for (int32_t l = 0; l < c->post->n_level; l++) {
        if (c->pick[l] != 0) return 1;
        nothing += c->post->slab[l].item[0].log_weight;
    }
    return 1 / (1 + exp(-c->log_odds - nothing));
}

static int is_untouched(const chain *c) {
    int touched = 0;
    for (int32_t l = 0; l < c->post->n_level; l++) touched |= c->pick[l] != 0;
    return !touched;
}

static void keep(chain *c, int32_t which) {
    const fsc_posterior *p = c->post;
    memcpy(p->pick + (int64_t)which * p->n_level, c->pick, (size_t)p->n_level * sizeof *c->pick);
    memcpy(p->logit + (int64_t)which * p->ground->n_cell, c->logit, (size_t)p->ground->n_cell * sizeof *c->logit);
    p->spread_pick[which] = c->spread;
}

/* Chains start with nothing anywhere and the healthy fat as measured. From a start where levels depart, or where
 * healthy fat is the norm's, a chain may stay with a lean person who is injured everywhere: that explains a fat person
 * who is not injured as well to the eye of each single level, and is far less likely over all of them. */
static void start(chain *c, const work *w, int32_t number) {
    const fsc_posterior *p = w->post;
    *c = (chain){.post = w->post, .log_odds = w->log_odds, .draw = {w->seed, STREAM_CHAIN + (uint64_t)number, 0}};
    c->spread = 1 + number % 3;
    for (int32_t l = 0; l < p->n_level; l++)
        for (int32_t i = 0; i < p->slab[l].n_cell; i++) {
            const int32_t cell = p->slab[l].first_cell + i;
            const int seen = p->slab[l].variance[c->spread][i] < UNSEEN;
            c->logit[cell] = seen ? p->slab[l].logit[c->spread][i] : p->ground->mean[cell];
        }
}

static void chain_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin, (void)end, (void)worker;
    work *w = context;
    chain *c = &w->chain[tile];
    start(c, w, (int32_t)tile);
    for (int32_t i = -SETTLE; i < KEPT * THIN; i++) {
        step_levels(c, i >= 0);
        step_spread(c);
        if (i < 0) continue;
        c->injured += injured_given(c);
        c->spread_sum += c->post->ground->spread[c->spread].factor;
        c->untouched += is_untouched(c);
        if (i % THIN == 0) keep(c, (int32_t)tile * KEPT + i / THIN);
    }
}

static void summarise(fsc_posterior *p, const chain *all) {
    const double n = (double)CHAINS * KEPT * THIN;
    for (int32_t k = 0; k < CHAINS; k++) {
        p->injured += all[k].injured / n;
        p->spread += all[k].spread_sum / n;
        p->untouched += all[k].untouched / n;
    }
    for (int32_t l = 0; l < p->n_level; l++) {
        fsc_level_posterior *out = &p->level[l];
        double half[2] = {0};
        out->level = p->slab[l].level;
        for (int32_t k = 0; k < CHAINS; k++) {
            const tally *t = &all[k].sum[l];
            out->departs += t->departs / n;
            out->struck += t->struck / n;
            half[k % 2] += 2 * t->departs / n;
            for (int a = 0; a < FSC_LAYERS; a++)
                for (int s = 0; s < 2; s++) out->site_departs[a][s] += t->site[a][s] / n;
        }
        out->disagreement = fabs(half[0] - half[1]);
    }
}

static fsc_status new_posterior(fsc_posterior **out, const fsc_ground *ground, fsc_error *err) {
    fsc_posterior *p = *out = fsc_alloc(1, sizeof *p);
    if (!p) return fsc_fail_nomem(err, "weighing virtual people");
    p->ground = ground;
    p->n_level = ground->n_level;
    p->slab = fsc_alloc(p->n_level, sizeof *p->slab);
    p->level = fsc_alloc(p->n_level, sizeof *p->level);
    p->pick = fsc_alloc((int64_t)FSC_PICKS * p->n_level, sizeof *p->pick);
    p->logit = fsc_alloc((int64_t)FSC_PICKS * ground->n_cell, sizeof *p->logit);
    p->spread_pick = fsc_alloc(FSC_PICKS, sizeof *p->spread_pick);
    if (!p->slab || !p->level || !p->pick || !p->logit || !p->spread_pick)
        return fsc_fail_nomem(err, "weighing virtual people");
    return FSC_OK;
}

static fsc_status run(fsc_posterior *p, double log_odds, const double *log_tender, uint64_t seed, int32_t n_threads,
                      fsc_error *err) {
    for (int32_t l = 0; l < p->n_level; l++)
        FSC_TRY(fsc_slab_build(&p->slab[l], l, p->ground, p->library, p->data, log_tender[l], p->assumed, err));
    FSC_AUTO_BLOCK chain *chains = fsc_alloc(CHAINS, sizeof *chains);
    if (!chains) return fsc_fail_nomem(err, "weighing virtual people");
    work w = {p, log_odds, seed, chains};
    fsc_tiles_run(CHAINS, 1, chain_tile, &w, n_threads);
    summarise(p, chains);
    const double injured = 1 / (1 + exp(-log_odds));
    double nothing = 0;
    for (int32_t l = 0; l < p->n_level; l++) nothing += p->slab[l].item[0].log_weight;
    const double whole = injured * p->assumed->whole_share;
    return fsc_whole_weigh(p, log(whole), log(1 - injured + (injured - whole) * exp(nothing)), seed, err);
}

fsc_status fsc_posterior_run(fsc_posterior **out, const fsc_ground *ground, const fsc_library *library,
                             const fsc_data *data, double log_odds, const double *log_tender,
                             const fsc_assumed *assumed, uint64_t seed, int32_t n_threads, fsc_error *err) {
    fsc_posterior *p = NULL;
    *out = NULL;
    fsc_status status = new_posterior(&p, ground, err);
    if (status == FSC_OK) {
        p->library = library;
        p->data = data;
        p->assumed = assumed;
        status = run(p, log_odds, log_tender, seed, n_threads, err);
    }
    if (status == FSC_OK)
        *out = p;
    else
        fsc_posterior_free(p);
    return status;
}

double fsc_share_before(const fsc_posterior *posterior, int32_t i, int32_t j) {
    const fsc_library *lib = posterior->library;
    double before = 0, apart = 0;
    for (int32_t k = 0; k < FSC_PICKS; k++) {
        const fsc_candidate *a = fsc_picked(posterior, k, i), *b = fsc_picked(posterior, k, j);
        if (a->member < 0 || b->member < 0) continue;
        const double age_a = lib->strike_age[(int64_t)a->member * lib->n_level + a->level];
        const double age_b = lib->strike_age[(int64_t)b->member * lib->n_level + b->level];
        if (fabs(age_a - age_b) < 0.5) continue;
        apart += 1;
        before += age_a > age_b;
    }
    return apart > 0 ? before / apart : 0.5;
}

void fsc_posterior_free(fsc_posterior *posterior) {
    if (!posterior) return;
    for (int32_t l = 0; posterior->slab && l < posterior->n_level; l++) fsc_slab_free(&posterior->slab[l]);
    fsc_free(posterior->slab);
    fsc_free(posterior->level);
    fsc_free(posterior->pick);
    fsc_free(posterior->logit);
    fsc_free(posterior->spread_pick);
    fsc_free(posterior);
}
