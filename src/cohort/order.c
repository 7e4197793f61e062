/* The room cohort: many people at once. Today it holds the event-based order: in which order do markers become
 * abnormal?
 *
 *   cohort.c    reads the table of people and markers and takes one visit of each person,
 *   mixture.c   for each marker: two distributions, before and after its event, from controls and patients,
 *   walk.c      climbs and walks over orders by their likelihood (Markov chains),
 *   refine.c    fits mixtures and order together,
 *   redraw.c    draws the mixtures anew beside them,
 *   tell.c      says which markers do not tell before from after,
 *   order.c     runs the chains side by side, joins them and says how sure each position is,
 *   subtypes.c  asks whether two or three orders describe the cohort better than one,
 *   write.c     leaves the record and the picture.
 *
 * Positions are statements about the cohort; a person's stage is a posterior over them. */
#include <fascicle/order.h>

#include "alloc.h"
#include "fail.h"
#include "mixture.h"
#include "random.h"
#include "redraw.h"
#include "refine.h"
#include "tell.h"
#include "tiles.h"
#include "walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Stage posteriors and best orders are looked at about this often per chain. */
enum { STAGE_SAMPLES = 500 };
/* Between two looks at the caller's wish to stop: ascents, and steps of each chain. */
enum { CLIMBS_A_LOOK = 8, STEPS_A_LOOK = 20000 };

/* One chain's tallies; rows of the arrays are events. */
typedef struct chain {
    fsc_order_walk walk;
    fsc_order_redraw redraw; /* empty when the mixtures stay */
    int64_t *position;       /* (n_event, n_event) steps */
    int64_t *before;         /* (n_event, n_event) steps */
    double *stage;           /* (n_person, n_event + 1) sum over samples */
    double *share;           /* (n_share, n_event): of the cases past each event, at each sample */
    int32_t n_share;
    int64_t accepted;
    int64_t at; /* the step that comes next */
    int32_t best[FSC_ORDER_MAX_EVENTS];
    double best_log_likelihood;
} chain;

typedef struct run {
    const fsc_order_options *opt;
    const fsc_order_ratios *ratios;
    int32_t n_person, n_event;
    const double *person_ratio;             /* (n_person, n_event): everyone, for stages */
    chain *chains;                          /* n_chain; the ascents use the first ones too */
    int32_t (*start)[FSC_ORDER_MAX_EVENTS]; /* ends of the ascents */
    double *start_log_likelihood;           /* n_start */
    const fsc_cohort *cohort;
    int64_t first_climb; /* of the ascents under way */
    int64_t until;       /* step at which chains pause */
} run;

static void read_sequence(int32_t *sequence, const fsc_order_walk *walk) {
    for (int32_t k = 0; k < walk->ratios->n_event; k++) sequence[k] = walk->event[k + 1];
}

/* Random orders by Fisher and Yates; stream numbers below 2^32 belong to ascents, above to chains. */
static void random_sequence(int32_t *sequence, int32_t n, uint64_t seed, uint64_t stream) {
    for (int32_t k = 0; k < n; k++) sequence[k] = k;
    for (int32_t k = n - 1; k > 0; k--) {
        const int32_t j = (int32_t)(fsc_random_uniform(seed, stream, (uint64_t)k) * (k + 1));
        const int32_t held = sequence[k];
        sequence[k] = sequence[j];
        sequence[j] = held;
    }
}

static void climb_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    (void)worker;
    run *r = context;
    const int64_t i = r->first_climb + tile;
    fsc_order_walk *walk = &r->chains[i].walk; /* room for max(n_start, n_chain) walks */
    random_sequence(r->start[i], r->n_event, r->opt->seed, (uint64_t)i);
    fsc_order_walk_set(walk, r->start[i]);
    fsc_order_walk_climb(walk);
    read_sequence(r->start[i], walk);
    fsc_order_walk_set(walk, r->start[i]);
    r->start_log_likelihood[i] = walk->log_likelihood;
}

/* Adds the order's dwell time to the tallies. */
static void tally(chain *c, int32_t n_event, int64_t dwell) {
    const int32_t *event = c->walk.event + 1;
    for (int32_t k = 0; k < n_event; k++) {
        c->position[event[k] * n_event + k] += dwell;
        int64_t *before = c->before + event[k] * n_event;
        for (int32_t later = k + 1; later < n_event; later++) before[event[later]] += dwell;
    }
}

/* Everybody's stage, and the share of the cases that is past each event. */
static void add_stages(const run *r, chain *c, const double *person_ratio) {
    const int32_t n = r->n_event;
    double product[FSC_ORDER_MAX_EVENTS + 1], *share = c->share + (int64_t)c->n_share * n;
    int32_t n_case = 0;
    for (int32_t j = 0; j < r->n_person; j++) {
        const double *ratio = person_ratio + (int64_t)j * n;
        double *stage = c->stage + (int64_t)j * (n + 1), total = 1, from = 0;
        product[0] = 1;
        for (int32_t k = 1; k <= n; k++) {
            product[k] = product[k - 1] * ratio[c->walk.event[k]];
            total += product[k];
        }
        for (int32_t k = 0; k <= n; k++) stage[k] += product[k] / total;
        if (r->cohort->is_control[j]) continue;
        n_case++;
        for (int32_t k = n; k > 0; k--) share[c->walk.event[k]] += (from += product[k]) / total;
    }
    for (int32_t e = 0; e < n; e++) share[e] /= n_case;
    c->n_share++;
}

static void keep_best(chain *c) {
    if (c->walk.log_likelihood <= c->best_log_likelihood) return;
    c->best_log_likelihood = c->walk.log_likelihood;
    read_sequence(c->best, &c->walk);
}

/* A third each of swaps of neighbours (local), swaps of any two, shifts of one event; all symmetric. */
static fsc_order_move propose(const uint32_t word[4], int32_t n) {
    const uint32_t choice = word[0] % 3u;
    int32_t a = 1 + (int32_t)((uint64_t)word[1] * (uint32_t)n >> 32);
    if (choice == 0) {
        a = 1 + (int32_t)((uint64_t)word[1] * (uint32_t)(n - 1) >> 32);
        return (fsc_order_move){FSC_ORDER_SWAP, a, a + 1};
    }
    int32_t b = 1 + (int32_t)((uint64_t)word[2] * (uint32_t)(n - 1) >> 32);
    if (b >= a) b++;
    if (choice == 1) return (fsc_order_move){FSC_ORDER_SWAP, a < b ? a : b, a < b ? b : a};
    return a < b ? (fsc_order_move){FSC_ORDER_LATER, a, b} : (fsc_order_move){FSC_ORDER_EARLIER, b, a};
}

/* Steps between two draws of the mixtures; 0 = they stay. */
static int64_t steps_a_sweep(const fsc_order_options *opt) {
    return opt->n_mixture == 0 ? 0 : opt->n_step / opt->n_mixture > 0 ? opt->n_step / opt->n_mixture : 1;
}

/* Takes a chain on to the step at which all pause; where the pauses lie changes nothing. */
static void chain_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    (void)worker;
    const run *r = context;
    chain *c = &r->chains[tile];
    const uint64_t stream = ((uint64_t)1 << 32) + (uint64_t)tile, mixtures = ((uint64_t)2 << 32) + (uint64_t)tile;
    const int64_t every = r->opt->n_step / STAGE_SAMPLES + 1, keep = r->opt->n_burn, sweep = steps_a_sweep(r->opt);
    const double *person_ratio = sweep ? c->redraw.person_ratio : r->person_ratio;
    int64_t dwell = 0;
    if (c->at == 0) keep_best(c);
    for (; c->at < r->until; c->at++) {
        uint32_t word[4];
        if (sweep && c->at % sweep == 0)
            fsc_order_redraw_sweep(&c->redraw, &c->walk, r->opt->seed, mixtures, c->at / sweep, c->at < keep);
        fsc_random_words(word, r->opt->seed, stream, (uint64_t)c->at);
        const fsc_order_move move = propose(word, r->n_event);
        const double gain = fsc_order_walk_gain(&c->walk, move);
        if (gain >= 0 || fsc_random_unit(word[3], word[0]) < exp(gain)) {
            tally(c, r->n_event, dwell);
            dwell = 0;
            fsc_order_walk_make(&c->walk, move, gain);
            if (!sweep) keep_best(c); /* likelihoods compare under one mixture only */
            c->accepted += c->at >= keep;
        }
        if (c->at < keep) continue;
        dwell++;
        if ((c->at - keep) % every == 0) add_stages(r, c, person_ratio);
    }
    tally(c, r->n_event, dwell);
}

static fsc_status check(const fsc_cohort *cohort, const fsc_order_options *opt, fsc_error *err) {
    int32_t n_case = 0;
    for (int32_t j = 0; j < cohort->n_person; j++) n_case += cohort->is_control[j] == 0;
    if (cohort->n_event < 2 || cohort->n_event > FSC_ORDER_MAX_EVENTS)
        return fsc_fail(err, FSC_E_RANGE, "%d markers; an order needs 2 to %d", (int)cohort->n_event,
                        (int)FSC_ORDER_MAX_EVENTS);
    if (n_case < 10)
        return fsc_fail(err, FSC_E_RANGE, "%d people who are not controls; an order needs at least 10", (int)n_case);
    if (opt->n_start < 1 || opt->n_start > 10000 || opt->n_chain < 1 || opt->n_chain > 1000 || opt->n_burn < 0 ||
        opt->n_step < 1 || opt->n_mixture < 0 || opt->n_mixture > 10000)
        return fsc_fail(err, FSC_E_RANGE,
                        "starts and chains must be 1 or more, burn-in and mixtures 0 or more, steps 1 or more");
    return FSC_OK;
}

/* The events by their mean position: under mixtures that move no single order is the likeliest. */
static void order_by_mean(fsc_order *out) {
    const int32_t n = out->n_event;
    double mean[FSC_ORDER_MAX_EVENTS];
    for (int32_t e = 0; e < n; e++) {
        int32_t k = e;
        mean[e] = 0;
        for (int32_t p = 0; p < n; p++) mean[e] += p * out->position[e * n + p];
        for (; k > 0 && mean[out->sequence[k - 1]] > mean[e]; k--) out->sequence[k] = out->sequence[k - 1];
        out->sequence[k] = e;
    }
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The span of each event's share over the samples of all chains. */
static fsc_status join_shares(fsc_order *out, const run *r, fsc_error *err) {
    const int32_t n = out->n_event;
    FSC_AUTO_BLOCK double *all = fsc_alloc((int64_t)r->opt->n_chain * (STAGE_SAMPLES + 1), sizeof *all);
    if (!all) return fsc_fail_nomem(err, "joining the chains");
    for (int32_t e = 0; e < n; e++) {
        int32_t count = 0;
        for (int32_t c = 0; c < r->opt->n_chain; c++)
            for (int32_t i = 0; i < r->chains[c].n_share; i++) all[count++] = r->chains[c].share[(int64_t)i * n + e];
        qsort(all, (size_t)count, sizeof *all, by_size);
        out->mixture[e].abnormal_share_p05 = all[(int32_t)(0.05 * (count - 1))];
        out->mixture[e].abnormal_share_p95 = all[(int32_t)(0.95 * (count - 1) + 0.5)];
    }
    return FSC_OK;
}

/* Shares out of the chains' tallies, joined in chain order. */
static void join(fsc_order *out, const run *r) {
    const int32_t n = out->n_event, n_chain = r->opt->n_chain;
    const double kept = (double)r->opt->n_step;
    int64_t accepted = 0;
    const chain *best = &r->chains[0];
    for (int32_t c = 0; c < n_chain; c++) {
        const chain *one = &r->chains[c];
        for (int32_t i = 0; i < n * n; i++) {
            out->position[i] += (double)one->position[i] / (kept * n_chain);
            out->before[i] += (double)one->before[i] / (kept * n_chain);
        }
        accepted += one->accepted;
        if (one->best_log_likelihood > best->best_log_likelihood + 1e-9) best = one;
    }
    for (int32_t c = 0; c < n_chain; c++) {
        for (int32_t i = 0; i < n * n; i++) {
            const double gap = fabs((double)r->chains[c].position[i] / kept - out->position[i]);
            if (gap > out->chain_gap) out->chain_gap = gap;
        }
    }
    for (int32_t j = 0; j < out->n_person; j++) {
        double *stage = out->stage + (int64_t)j * (n + 1), total = 0;
        for (int32_t c = 0; c < n_chain; c++)
            for (int32_t k = 0; k <= n; k++) stage[k] += r->chains[c].stage[(int64_t)j * (n + 1) + k];
        for (int32_t k = 0; k <= n; k++) total += stage[k];
        for (int32_t k = 0; k <= n; k++) stage[k] /= total;
    }
    if (r->opt->n_mixture == 0)
        memcpy(out->sequence, best->best, (size_t)n * sizeof *out->sequence);
    else
        order_by_mean(out);
    out->n_kept = r->opt->n_step * n_chain;
    out->accepted = (double)accepted / (kept * n_chain);
    if (out->chain_gap > 0.1)
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "chains-differ",
                      "The chains disagree by up to %.0f points in a position's share: do not read the shares as "
                      "final; run more steps.",
                      100 * out->chain_gap);
}

static fsc_status new_result(fsc_order **result, const fsc_cohort *cohort, fsc_error *err) {
    fsc_order *out = fsc_alloc(1, sizeof *out);
    *result = out;
    if (!out) return fsc_fail_nomem(err, "preparing the order");
    const int64_t n = cohort->n_event, m = cohort->n_person;
    out->person = fsc_alloc(m, sizeof *out->person);
    out->event = fsc_alloc(n, sizeof *out->event);
    out->is_control = fsc_alloc(m, sizeof *out->is_control);
    out->mixture = fsc_alloc(n, sizeof *out->mixture);
    out->sequence = fsc_alloc(n, sizeof *out->sequence);
    out->position = fsc_alloc(n * n, sizeof *out->position);
    out->before = fsc_alloc(n * n, sizeof *out->before);
    out->stage = fsc_alloc(m * (n + 1), sizeof *out->stage);
    if (!out->person || !out->event || !out->is_control || !out->mixture || !out->sequence || !out->position ||
        !out->before || !out->stage)
        return fsc_fail_nomem(err, "preparing the order");
    out->n_person = cohort->n_person;
    out->n_event = cohort->n_event;
    memcpy(out->is_control, cohort->is_control, (size_t)m * sizeof *out->is_control);
    for (int64_t i = 0; i < m; i++) FSC_TRY(fsc_cohort_name(&out->person[i], cohort->person[i], err));
    for (int64_t i = 0; i < n; i++) FSC_TRY(fsc_cohort_name(&out->event[i], cohort->event[i], err));
    fsc_notes_join(&out->notes, &cohort->notes);
    return FSC_OK;
}

static fsc_status new_chains(run *r, int32_t n_walk, fsc_error *err) {
    const int64_t n = r->n_event;
    r->chains = fsc_alloc(n_walk, sizeof *r->chains);
    r->start = fsc_alloc(r->opt->n_start, sizeof *r->start);
    r->start_log_likelihood = fsc_alloc(r->opt->n_start, sizeof *r->start_log_likelihood);
    if (!r->chains || !r->start || !r->start_log_likelihood) return fsc_fail_nomem(err, "preparing the chains");
    for (int32_t c = 0; c < n_walk; c++) {
        chain *one = &r->chains[c];
        FSC_TRY(fsc_order_walk_new(&one->walk, r->ratios, err));
        if (c >= r->opt->n_chain) continue;
        one->best_log_likelihood = -INFINITY;
        one->position = fsc_alloc(n * n, sizeof *one->position);
        one->before = fsc_alloc(n * n, sizeof *one->before);
        one->stage = fsc_alloc(r->n_person * (n + 1), sizeof *one->stage);
        one->share = fsc_alloc((STAGE_SAMPLES + 1) * n, sizeof *one->share);
        if (!one->position || !one->before || !one->stage || !one->share)
            return fsc_fail_nomem(err, "preparing the chains");
    }
    return FSC_OK;
}

static void free_chains(run *r, int32_t n_walk) {
    for (int32_t c = 0; r->chains && c < n_walk; c++) {
        fsc_order_walk_free(&r->chains[c].walk);
        fsc_order_redraw_free(&r->chains[c].redraw);
        fsc_free(r->chains[c].share);
        fsc_free(r->chains[c].position);
        fsc_free(r->chains[c].before);
        fsc_free(r->chains[c].stage);
    }
    fsc_free(r->chains);
    fsc_free(r->start);
    fsc_free(r->start_log_likelihood);
}

/* Ascents from random orders; *best is the number of the best. share: of the whole work, for the progress. */
static fsc_status climb_all(run *r, int32_t *best, double share, fsc_error *err) {
    const int32_t n = r->opt->n_start;
    for (r->first_climb = 0; r->first_climb < n; r->first_climb += CLIMBS_A_LOOK) {
        FSC_TRY(fsc_progress_step(r->opt->progress, "order", share, err));
        const int64_t left = n - r->first_climb;
        fsc_tiles_run(left < CLIMBS_A_LOOK ? left : CLIMBS_A_LOOK, 1, climb_tile, r, r->opt->n_threads);
    }
    *best = 0;
    for (int32_t s = 1; s < n; s++)
        if (r->start_log_likelihood[s] > r->start_log_likelihood[*best] + 1e-9) *best = s;
    return FSC_OK;
}

static fsc_status walk_chains(run *r, fsc_error *err) {
    const int64_t n = r->opt->n_burn + r->opt->n_step;
    for (r->until = 0; r->until < n;) {
        FSC_TRY(fsc_progress_step(r->opt->progress, "order", 0.1 + 0.9 * (double)r->until / (double)n, err));
        r->until = n - r->until > STEPS_A_LOOK ? r->until + STEPS_A_LOOK : n;
        fsc_tiles_run(r->opt->n_chain, 1, chain_tile, r, r->opt->n_threads);
    }
    return FSC_OK;
}

/* Gives a chain mixtures of its own. Chains hardly ever find from one explanation of a flat marker to the other, so
 * every second one starts from the other. */
static fsc_status let_mixtures_move(chain *c, int32_t number, const fsc_order_mixture *mixture,
                                    const fsc_order_doubt *doubt, const fsc_cohort *cohort, fsc_error *err) {
    const int32_t n = cohort->n_event;
    fsc_order_mixture start[FSC_ORDER_MAX_EVENTS];
    int32_t sequence[FSC_ORDER_MAX_EVENTS];
    read_sequence(sequence, &c->walk);
    memcpy(start, mixture, (size_t)n * sizeof *start);
    for (int32_t e = 0; number % 2 && e < n; e++) {
        int32_t at = 0;
        const int32_t to = doubt[e].other_place;
        if (abs(to - doubt[e].place) < FSC_ORDER_DOUBT_PLACES(n)) continue;
        start[e] = doubt[e].other;
        while (sequence[at] != e) at++;
        for (; at < to; at++) sequence[at] = sequence[at + 1];
        for (; at > to; at--) sequence[at] = sequence[at - 1];
        sequence[to] = e;
    }
    FSC_TRY(fsc_order_redraw_new(&c->redraw, cohort, start, err));
    c->walk.ratios = &c->redraw.ratios;
    fsc_order_walk_set(&c->walk, sequence);
    return FSC_OK;
}

/* Ascents with the marginal mixtures, mixtures and order refined together, ascents again, then the chains: the first
 * from the best end, the others from their own ascents, so that chains that agree have come from different places. */
static fsc_status walk_all(fsc_order *out, run *r, const fsc_cohort *cohort, fsc_order_ratios *ratios,
                           double *person_ratio, fsc_error *err) {
    fsc_order_ratios_fill(ratios, person_ratio, cohort, out->mixture);
    int32_t best = 0;
    FSC_TRY(climb_all(r, &best, 0, err));
    int32_t refined[FSC_ORDER_MAX_EVENTS];
    memcpy(refined, r->start[best], sizeof refined);
    fsc_order_doubt doubt[FSC_ORDER_MAX_EVENTS];
    FSC_TRY(fsc_order_refine(out->mixture, refined, doubt, cohort, r->opt->n_threads, r->opt->progress, err));
    fsc_order_ratios_fill(ratios, person_ratio, cohort, out->mixture);
    FSC_TRY(climb_all(r, &best, 0.05, err));
    fsc_order_walk *first = &r->chains[0].walk;
    fsc_order_walk_set(first, refined);
    fsc_order_walk_climb(first);
    if (r->start_log_likelihood[best] > first->log_likelihood + 1e-9) fsc_order_walk_set(first, r->start[best]);
    for (int32_t c = 1; c < r->opt->n_chain; c++) fsc_order_walk_set(&r->chains[c].walk, r->start[c % r->opt->n_start]);
    for (int32_t c = 0; c < r->opt->n_chain && r->opt->n_mixture > 0; c++)
        FSC_TRY(let_mixtures_move(&r->chains[c], c, out->mixture, doubt, cohort, err));
    FSC_TRY(walk_chains(r, err));
    first->ratios = ratios;
    join(out, r);
    FSC_TRY(join_shares(out, r, err));
    FSC_TRY(fsc_order_tell(out, doubt, cohort, err));
    fsc_order_walk_set(first, out->sequence);
    out->log_likelihood = first->log_likelihood;
    return FSC_OK;
}

static fsc_status run_on(fsc_order *out, run *r, const fsc_cohort *cohort, fsc_order_ratios *ratios, fsc_error *err) {
    FSC_TRY(fsc_order_mixtures(out->mixture, cohort, err));
    FSC_TRY(fsc_order_ratios_new(ratios, cohort, err));
    FSC_AUTO_BLOCK double *person_ratio = fsc_alloc((int64_t)cohort->n_person * cohort->n_event, sizeof(double));
    if (!person_ratio) return fsc_fail_nomem(err, "comparing values with the mixtures");
    r->person_ratio = person_ratio;
    const int32_t n_walk = r->opt->n_start > r->opt->n_chain ? r->opt->n_start : r->opt->n_chain;
    fsc_status status = new_chains(r, n_walk, err);
    if (status == FSC_OK) status = walk_all(out, r, cohort, ratios, person_ratio, err);
    free_chains(r, n_walk);
    return status;
}

fsc_status fsc_order_run(fsc_order **result, const fsc_cohort *cohort, const fsc_order_options *opt, fsc_error *err) {
    const fsc_order_options standard = FSC_ORDER_OPTIONS_INIT;
    *result = NULL;
    if (!opt) opt = &standard;
    FSC_TRY(check(cohort, opt, err));
    fsc_order *out = NULL;
    fsc_order_ratios ratios = {0};
    run r = {.opt = opt, .ratios = &ratios, .n_person = cohort->n_person, .n_event = cohort->n_event, .cohort = cohort};
    fsc_status status = new_result(&out, cohort, err);
    if (status == FSC_OK) status = run_on(out, &r, cohort, &ratios, err);
    if (status == FSC_OK) status = fsc_notes_check(&out->notes, err);
    fsc_free(ratios.ratio);
    if (status != FSC_OK) {
        fsc_order_free(out);
        return status;
    }
    *result = out;
    return FSC_OK;
}

void fsc_order_free(fsc_order *order) {
    if (!order) return;
    for (int32_t i = 0; order->person && i < order->n_person; i++) fsc_free(order->person[i]);
    for (int32_t i = 0; order->event && i < order->n_event; i++) fsc_free(order->event[i]);
    fsc_free(order->person);
    fsc_free(order->event);
    fsc_free(order->is_control);
    fsc_free(order->mixture);
    fsc_free(order->sequence);
    fsc_free(order->position);
    fsc_free(order->before);
    fsc_free(order->stage);
    fsc_notes_free(&order->notes);
    fsc_free(order);
}
