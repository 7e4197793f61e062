/* One person's data against the library: what the levels share (baseline fat, how wrong the model is) is weighed by all
 * of them together, each level's virtual people given that. */
#include "weigh.h"

#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

enum {
    ROUNDS = 2,          /* alternations between levels and a baseline */
    EARLY_MEMBERS = 512, /* of the library, with which they are done */
    NODES = 6            /* starting points of the person's baseline */
};
#define STREAM_PICK ((uint64_t)5 << 48)

/* The part of the person's baseline that all layers share starts at each of these; the layers' own parts are around it.
 * Together they have FSC_PERSON_SD. Fat that is everywhere is either baseline or a cycle that has taken the whole neck:
 * from one start the alternation would settle for whichever comes first. */
static const double node_at[NODES] = {-0.05, -0.025, 0, 0.025, 0.05, 0.075};
#define COMMON_SD 0.0286
#define LAYER_SD 0.0165
#define HOPELESS 1e-6    /* share of the posterior below which a baseline need not settle */
#define LEAST_SHARE 0.02 /* below which it is dropped at the end */

/* The levels under one baseline. */
typedef struct hypothesis {
    fsc_baseline baseline;
    double start, log_prior;
    double scale_share[FSC_SCALES];
    double log_evidence, share;
    int32_t from, end; /* of the picks */
    fsc_view *view;    /* n_level */
} hypothesis;

typedef struct work {
    const fsc_library *library;
    const fsc_data *data;
    fsc_posterior *post;
    fsc_weighing *level; /* n_level */
    hypothesis item[NODES];
    int32_t n;
    uint64_t seed;
} work;

static void fix_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin, (void)end, (void)worker;
    work *w = context;
    fsc_weighing_fix(&w->level[tile]);
}

static fsc_view *view_of(work *w, int64_t tile, hypothesis **under) {
    *under = &w->item[tile / w->post->n_level];
    return &(*under)->view[tile % w->post->n_level];
}

static void likelihood_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin, (void)end, (void)worker;
    hypothesis *under;
    fsc_view_likelihood(view_of(context, tile, &under));
}

static void baseline_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin, (void)end, (void)worker;
    hypothesis *under;
    fsc_view *view = view_of(context, tile, &under);
    fsc_view_weigh(view, under->scale_share, 0);
    fsc_view_baseline(view, under->scale_share);
}

/* Draws the level's part of the picks that fall to this baseline, scale by scale. */
static void draw_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin, (void)end, (void)worker;
    work *w = context;
    hypothesis *under;
    fsc_view *view = view_of(w, tile, &under);
    fsc_view_weigh(view, under->scale_share, 1);
    const int32_t which = (int32_t)(tile / w->post->n_level);
    fsc_draw draw = {w->seed, STREAM_PICK + ((uint64_t)which << 16) + (uint64_t)view->w->level, 0};
    fsc_pick *pick = w->post->level[tile % w->post->n_level].pick;
    double upto = 0;
    int32_t from = under->from;
    for (int g = 0; g < FSC_SCALES; g++) {
        upto += under->scale_share[g];
        const double share = g == FSC_SCALES - 1 ? 1 : upto;
        const int32_t last = under->from + (int32_t)((under->end - under->from) * share + 0.5);
        const double offset = fsc_draw_uniform(&draw);
        if (last > from) fsc_view_draw(view, pick + from, last - from, g, offset);
        for (; from < last; from++) pick[from].baseline = which;
    }
}

/* Posterior of the scale of the discrepancy under a baseline, and the evidence of the baseline: its prior, all levels'
 * mean likelihoods, less how far it had to move (Kullback and Leibler's divergence from its start). */
static void weigh_scales(hypothesis *h, const work *w) {
    const fsc_discrepancy *d = &w->library->discrepancy;
    double log_share[FSC_SCALES], most = -INFINITY, sum = 0;
    for (int g = 0; g < FSC_SCALES; g++) {
        log_share[g] = d->log_prior[g];
        for (int32_t l = 0; l < w->post->n_level; l++) log_share[g] += h->view[l].log_evidence[g];
        most = fmax(most, log_share[g]);
    }
    for (int g = 0; g < FSC_SCALES; g++) sum += h->scale_share[g] = exp(log_share[g] - most);
    for (int g = 0; g < FSC_SCALES; g++) h->scale_share[g] /= sum;
    h->log_evidence = h->log_prior + most + log(sum);
    for (int k = 0; k < FSC_LAYERS; k++) {
        const double ratio = h->baseline.variance[k] / (LAYER_SD * LAYER_SD);
        const double moved = (h->baseline.shift[k] - h->start) / LAYER_SD;
        h->log_evidence -= 0.5 * (ratio + moved * moved - 1 - log(ratio));
    }
}

static void weigh_all(work *w, int32_t n_threads) {
    fsc_tiles_run((int64_t)w->n * w->post->n_level, 1, likelihood_tile, w, n_threads);
    double most = -INFINITY, sum = 0;
    for (int32_t h = 0; h < w->n; h++) {
        weigh_scales(&w->item[h], w);
        most = fmax(most, w->item[h].log_evidence);
    }
    for (int32_t h = 0; h < w->n; h++) sum += w->item[h].share = exp(w->item[h].log_evidence - most);
    for (int32_t h = 0; h < w->n; h++) w->item[h].share /= sum;
}

static void move_baseline(hypothesis *h, int32_t n_level) {
    for (int k = 0; k < FSC_LAYERS; k++) {
        double precision = 1.0 / (LAYER_SD * LAYER_SD), weighted = h->start * precision;
        for (int32_t l = 0; l < n_level; l++) {
            precision += h->view[l].precision[k];
            weighted += h->view[l].weighted[k];
        }
        h->baseline.shift[k] = weighted / precision;
        h->baseline.variance[k] = 1.0 / precision;
    }
}

/* Points the views of all hypotheses at the first members of the library, with room for their samples. */
static fsc_status open_views(work *w, float **block, int32_t n_member, fsc_error *err) {
    int64_t room = 0;
    for (int32_t l = 0; l < w->post->n_level; l++)
        room += w->level[l].n_sample / w->library->n_member * n_member * FSC_SCALES;
    float *at = *block = fsc_alloc(room * w->n, sizeof *at);
    if (!at) return fsc_fail_nomem(err, "weighing virtual people");
    for (int32_t h = 0; h < w->n; h++) {
        for (int32_t l = 0; l < w->post->n_level; l++) {
            const int64_t n = w->level[l].n_sample / w->library->n_member * n_member;
            w->item[h].view[l] =
                (fsc_view){.w = &w->level[l], .baseline = &w->item[h].baseline, .value = at, .n_used = n};
            at += n * FSC_SCALES;
        }
    }
    return FSC_OK;
}

/* Keeps at most so many baselines, and none below a share of the posterior; best first. */
static void keep_likely(work *w, double least_share, int32_t most) {
    for (int32_t h = 1; h < w->n; h++) {
        const hypothesis held = w->item[h];
        int32_t at = h;
        for (; at > 0 && w->item[at - 1].share < held.share; at--) w->item[at] = w->item[at - 1];
        w->item[at] = held;
    }
    int32_t n = 1;
    while (n < w->n && n < most && w->item[n].share >= least_share) n++;
    w->n = n;
    for (int32_t h = 0; h < n; h++)
        for (int32_t l = 0; l < w->post->n_level; l++) w->item[h].view[l].baseline = &w->item[h].baseline;
}

/* Every baseline settles on part of the library. */
static fsc_status settle(work *w, int32_t n_threads, fsc_error *err) {
    for (int32_t h = 0; h < NODES; h++) {
        hypothesis *item = &w->item[h];
        const double z = node_at[h] / COMMON_SD;
        item->start = node_at[h];
        item->log_prior = -0.5 * z * z;
        for (int k = 0; k < FSC_LAYERS; k++) {
            item->baseline.shift[k] = item->start;
            item->baseline.variance[k] = LAYER_SD * LAYER_SD;
        }
    }
    w->n = NODES;
    FSC_AUTO_BLOCK float *block = NULL;
    FSC_TRY(open_views(w, &block, w->library->n_member < EARLY_MEMBERS ? w->library->n_member : EARLY_MEMBERS, err));
    for (int i = 0; i < ROUNDS; i++) {
        weigh_all(w, n_threads);
        keep_likely(w, HOPELESS, NODES);
        fsc_tiles_run((int64_t)w->n * w->post->n_level, 1, baseline_tile, w, n_threads);
        for (int32_t h = 0; h < w->n; h++) move_baseline(&w->item[h], w->post->n_level);
    }
    weigh_all(w, n_threads);
    return FSC_OK;
}

/* The likely ones against the whole library, and the picks. */
static fsc_status finish(work *w, int32_t n_threads, fsc_error *err) {
    fsc_posterior *post = w->post;
    FSC_AUTO_BLOCK float *block = NULL;
    FSC_TRY(open_views(w, &block, w->library->n_member, err));
    weigh_all(w, n_threads);
    double upto = 0;
    for (int32_t h = 0; h < w->n; h++) {
        hypothesis *item = &w->item[h];
        item->from = (int32_t)(FSC_PICKS * upto + 0.5);
        upto += item->share;
        item->end = h == w->n - 1 ? FSC_PICKS : (int32_t)(FSC_PICKS * upto + 0.5);
        post->baseline[h] = item->baseline;
        for (int g = 0; g < FSC_SCALES; g++) post->scale_share[g] += item->share * item->scale_share[g];
    }
    fsc_tiles_run((int64_t)w->n * post->n_level, 1, draw_tile, w, n_threads);
    for (int32_t l = 0; l < post->n_level; l++) {
        fsc_level_posterior *level = &post->level[l];
        double spread = 0;
        for (int32_t h = 0; h < w->n; h++) {
            const hypothesis *item = &w->item[h];
            spread += item->share / item->view[l].effective_n;
            level->tempering += item->share * item->view[l].tempering;
        }
        level->effective_n = 1 / spread;
    }
    return FSC_OK;
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

static fsc_status run(work *w, fsc_view *view, int32_t n_threads, fsc_error *err) {
    for (int32_t h = 0; h < NODES; h++) w->item[h].view = view + (int64_t)h * w->post->n_level;
    for (int32_t l = 0; l < w->post->n_level; l++)
        FSC_TRY(fsc_weighing_new(&w->level[l], w->library, w->data, w->post->level[l].level, err));
    fsc_tiles_run(w->post->n_level, 1, fix_tile, w, n_threads);
    FSC_TRY(settle(w, n_threads, err));
    keep_likely(w, LEAST_SHARE, FSC_BASELINES);
    return finish(w, n_threads, err);
}

fsc_status fsc_posterior_run(fsc_posterior **out, const fsc_library *library, const fsc_data *data, uint64_t seed,
                             int32_t n_threads, fsc_error *err) {
    *out = NULL;
    FSC_AUTO_BLOCK fsc_weighing *level = fsc_alloc(library->n_level, sizeof *level);
    FSC_AUTO_BLOCK fsc_view *view = fsc_alloc((int64_t)NODES * library->n_level, sizeof *view);
    if (!level || !view) return fsc_fail_nomem(err, "weighing virtual people");
    work w = {.library = library, .data = data, .level = level, .seed = seed};
    fsc_status status = new_posterior(&w.post, library, data, err);
    if (status == FSC_OK) status = run(&w, view, n_threads, err);
    for (int32_t l = 0; l < library->n_level; l++) fsc_free(level[l].fixed);
    if (status != FSC_OK) {
        fsc_posterior_free(w.post);
        return status;
    }
    *out = w.post;
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
