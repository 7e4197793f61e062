#include "refine.h"

#include "alloc.h"
#include "fail.h"
#include "mixture.h"
#include "tiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A single value never speaks louder than exp(16), about 9 million to 1: a floor under both densities, so that one
 * outlier cannot dictate the order, and products over all events stay within a double. */
#define MAX_LOG_RATIO 16.0
enum { MAX_ROUND = 12 };
/* Log likelihood within which two places are told apart by nothing: about 95 % of a chi square with one degree. */
#define NEARLY 2.0

double fsc_order_ratio_limit(int32_t n_event) {
    const double fits = 600.0 / n_event;
    return fits < MAX_LOG_RATIO ? fits : MAX_LOG_RATIO;
}

fsc_status fsc_order_mixtures(fsc_order_mixture *mixture, const fsc_cohort *cohort, fsc_error *err) {
    const int64_t n = cohort->n_person;
    FSC_AUTO_BLOCK double *work = fsc_alloc(4 * n, sizeof *work);
    if (!work) return fsc_fail_nomem(err, "fitting the mixtures");
    fsc_order_sample sample = {.x = work, .is_control = work + n, .weight = work + 2 * n};
    for (int32_t e = 0; e < cohort->n_event; e++) {
        FSC_TRY(fsc_order_sample_fill(&sample, cohort, e, err));
        fsc_order_mixture_fit(&mixture[e], &sample, cohort->falls[e], work + 3 * n);
    }
    return FSC_OK;
}

/* One marker looking for its place among the others. */
typedef struct search {
    const fsc_cohort *cohort;
    const fsc_order_mixture *mixture;
    int32_t event, place;    /* the marker and where it stands: after `place` others */
    fsc_order_sample sample; /* its values; odds and weight are set per place */
    double *odds;            /* (n_event, n_person): rows are places, columns follow sample */
    double *weight;          /* (n_event, n_person) */
    double *others;          /* n_person: log of the sum over stages without the marker's value, summed per place */
    double *log_likelihood;  /* n_event */
    fsc_order_mixture *candidate; /* n_event */
} search;

/* Prior odds of the marker at every place, from the running products of the others' ratios, and the part of the log
 * likelihood that does not depend on the marker's value. */
static void fill_odds(search *s, const int32_t *others, int32_t n_other, double limit) {
    const fsc_cohort *c = s->cohort;
    double product[FSC_ORDER_MAX_EVENTS + 1];
    for (int32_t p = 0; p <= n_other; p++) s->others[p] = 0;
    int32_t row = 0;
    for (int32_t j = 0; j < c->n_person; j++) {
        const double *value = c->value + (int64_t)j * c->n_event;
        const int known = isfinite(value[s->event]) != 0;
        if (!c->is_control[j]) {
            double total = 1;
            product[0] = 1;
            for (int32_t k = 0; k < n_other; k++) {
                const int32_t e = others[k];
                const double ratio = exp(fsc_order_mixture_log_ratio(&s->mixture[e], c->falls[e], value[e], limit));
                product[k + 1] = product[k] * ratio;
                total += product[k + 1];
            }
            double upto = 0; /* sum of products 0 .. p: the marker not yet abnormal */
            for (int32_t p = 0; p <= n_other; p++) {
                const double from = total - upto > product[p] ? total - upto : product[p]; /* products p and above */
                upto += product[p];
                s->others[p] += log(upto + from);
                if (known) s->odds[(int64_t)p * c->n_person + row] = from / upto;
            }
        }
        row += known;
    }
}

static void place_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    (void)worker;
    const search *s = context;
    fsc_order_sample sample = s->sample;
    sample.odds = s->odds + tile * s->cohort->n_person;
    sample.weight = s->weight + tile * s->cohort->n_person;
    const int32_t falls = s->cohort->falls[s->event];
    fsc_order_mixture from_prior = s->mixture[s->event], from_now = from_prior;
    const double prior = fsc_order_mixture_refit(&from_prior, &sample, falls, 1);
    const double now = fsc_order_mixture_refit(&from_now, &sample, falls, 0);
    s->candidate[tile] = now >= prior ? from_now : from_prior;
    s->log_likelihood[tile] = s->others[tile] + (now >= prior ? now : prior);
}

/* The others in their order, and the marker's own place. */
static int32_t list_others(search *s, int32_t *others, const int32_t *sequence) {
    int32_t n_other = 0;
    for (int32_t k = 0; k < s->cohort->n_event; k++) {
        if (sequence[k] == s->event)
            s->place = k;
        else
            others[n_other++] = sequence[k];
    }
    return n_other;
}

static void find_doubt(fsc_order_doubt *doubt, const search *s, int32_t best) {
    *doubt = (fsc_order_doubt){best, best, s->candidate[best]};
    for (int32_t p = 0; p < s->cohort->n_event; p++)
        if (s->log_likelihood[p] > s->log_likelihood[best] - NEARLY && abs(p - best) > abs(doubt->other_place - best)) {
            doubt->other_place = p;
            doubt->other = s->candidate[p];
        }
}

/* Moves one marker to its best place; non-zero when it moved or its mixture still changed. */
static int move_one(search *s, fsc_order_mixture *mixture, int32_t *sequence, fsc_order_doubt *doubt,
                    int32_t n_threads) {
    const int32_t n = s->cohort->n_event;
    int32_t others[FSC_ORDER_MAX_EVENTS];
    const int32_t n_other = list_others(s, others, sequence);
    fill_odds(s, others, n_other, fsc_order_ratio_limit(n));
    fsc_tiles_run(n, 1, place_tile, s, n_threads);
    int32_t best = s->place;
    for (int32_t p = 0; p < n; p++)
        if (s->log_likelihood[p] > s->log_likelihood[best] + 1e-6) best = p;
    find_doubt(&doubt[s->event], s, best);
    const fsc_order_mixture *old = &mixture[s->event], *new = &s->candidate[best];
    const double shift = fabs(new->healthy_mean - old->healthy_mean) + fabs(new->abnormal_mean - old->abnormal_mean);
    const int changed = best != s->place || shift > 1e-3 * s->sample.sd;
    mixture[s->event] = *new;
    memcpy(sequence, others, (size_t)best * sizeof *sequence);
    sequence[best] = s->event;
    memcpy(sequence + best + 1, others + best, (size_t)(n_other - best) * sizeof *sequence);
    return changed;
}

/* Room for a search; block and candidate are the caller's. */
static void open_search(search *s, const fsc_cohort *cohort, const fsc_order_mixture *mixture, double *block) {
    const int64_t n = cohort->n_person, n_event = cohort->n_event;
    *s = (search){.cohort = cohort, .mixture = mixture};
    s->sample = (fsc_order_sample){.x = block, .is_control = block + n};
    s->odds = block + 2 * n;
    s->weight = s->odds + n * n_event;
    s->others = s->weight + n * n_event;
    s->log_likelihood = s->others + n_event;
}

fsc_status fsc_order_refine(fsc_order_mixture *mixture, int32_t *sequence, fsc_order_doubt *doubt,
                            const fsc_cohort *cohort, int32_t n_threads, const fsc_progress *progress, fsc_error *err) {
    const int64_t n = cohort->n_person, n_event = cohort->n_event;
    FSC_AUTO_BLOCK double *block = fsc_alloc(2 * n + 2 * n * n_event + 2 * n_event, sizeof *block);
    FSC_AUTO_BLOCK fsc_order_mixture *candidate = fsc_alloc(n_event, sizeof *candidate);
    if (!block || !candidate) return fsc_fail_nomem(err, "fitting mixtures and order together");
    search s;
    open_search(&s, cohort, mixture, block);
    s.candidate = candidate;
    for (int round = 0; round < MAX_ROUND; round++) {
        int changed = 0;
        for (s.event = 0; s.event < cohort->n_event; s.event++) {
            FSC_TRY(fsc_progress_step(progress, "order", 0.02, err));
            FSC_TRY(fsc_order_sample_fill(&s.sample, cohort, s.event, err));
            changed |= move_one(&s, mixture, sequence, doubt, n_threads);
        }
        if (!changed) break;
    }
    return FSC_OK;
}
