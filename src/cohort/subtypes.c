/* One order or several: orders and memberships by expectation and maximisation, their number by people left out. */
#include <fascicle/subtypes.h>

#include "alloc.h"
#include "fail.h"
#include "mixture.h"
#include "random.h"
#include "refine.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 60, SETTLE_ROUNDS = 3, FOLDS_MOST = 20, STARTS_MOST = 1000 };
#define ENOUGH 1.0 /* standard errors by which one subtype more must pay people left out, ... */
#define LEAST_GAIN                                                                                                     \
    0.16 /* ... and log likelihood a person: less is the misfit of mixtures in simulated cohorts of one order */
#define LEAST_SHARE 0.02 /* of a subtype */

/* Orders with their shares. */
typedef struct model {
    int32_t n;
    int32_t sequence[FSC_SUBTYPES_MOST][FSC_ORDER_MAX_EVENTS];
    double share[FSC_SUBTYPES_MOST];
    double log_likelihood;
} model;

/* The cases of a cohort and the fits under way: one a fold (the last leaves nobody out) and start. */
typedef struct trial {
    const fsc_subtypes_options *opt;
    const fsc_cohort *cohort;
    int32_t n_case, n_event, n_subtype;
    fsc_order_mixture *mixture; /* n_event: refitted for each number of subtypes */
    double *ratio;              /* (n_case, n_event) under them */
    double *base;               /* n_case: log density of the values if all were healthy */
    double *sample;             /* 4 n_person: a marker's values while its mixture is fitted */
    const int32_t *fold;        /* n_case */
    model *fit;                 /* (n_fold + 1, n_start) */
    double *room;               /* (n_fold + 1, n_start) blocks of room_size */
    int64_t room_size;
} trial;

/* Sum over stages of the products of a person's ratios, over their number. */
static double likelihood(const double *ratio, const int32_t *sequence, int32_t n) {
    double product = 1, total = 1;
    for (int32_t k = 0; k < n; k++) {
        product *= ratio[sequence[k]];
        total += product;
    }
    return total / (n + 1);
}

static double person_likelihood(double part[FSC_SUBTYPES_MOST], const model *m, const double *ratio, int32_t n) {
    double sum = 0;
    for (int32_t s = 0; s < m->n; s++) sum += part[s] = m->share[s] * likelihood(ratio, m->sequence[s], n);
    return sum;
}

/* Takes an event out and puts it where the weighted people are likeliest; non-zero when it moved. */
static int place_event(int32_t *sequence, int32_t at, const trial *t, const double *weight) {
    const int32_t n = t->n_event, event = sequence[at];
    int32_t others[FSC_ORDER_MAX_EVENTS];
    double product[FSC_ORDER_MAX_EVENTS + 1], gain[FSC_ORDER_MAX_EVENTS] = {0};
    memcpy(others, sequence, (size_t)at * sizeof *others);
    memcpy(others + at, sequence + at + 1, (size_t)(n - 1 - at) * sizeof *others);
    for (int32_t j = 0; j < t->n_case; j++) {
        const double *ratio = t->ratio + (int64_t)j * n;
        double total = 1, upto = 0;
        if (weight[j] < 1e-6) continue;
        product[0] = 1;
        for (int32_t k = 1; k < n; k++) total += product[k] = product[k - 1] * ratio[others[k - 1]];
        for (int32_t p = 0; p < n; p++) {
            const double from = fmax(total - upto, product[p]);
            upto += product[p];
            gain[p] += weight[j] * log(upto + ratio[event] * from);
        }
    }
    int32_t best = at;
    for (int32_t p = 0; p < n; p++)
        if (gain[p] > gain[best] + 1e-9) best = p;
    memcpy(sequence, others, (size_t)best * sizeof *sequence);
    sequence[best] = event;
    memcpy(sequence + best + 1, others + best, (size_t)(n - 1 - best) * sizeof *sequence);
    return best != at;
}

/* Memberships of the people who are not left out, into weight (n_subtype, n_case); returns the log likelihood. */
static double expect(double *weight, model *m, const trial *t, int32_t left_out) {
    double sum = 0, n = 0, share[FSC_SUBTYPES_MOST] = {0};
    for (int32_t j = 0; j < t->n_case; j++) {
        double part[FSC_SUBTYPES_MOST];
        const double all = person_likelihood(part, m, t->ratio + (int64_t)j * t->n_event, t->n_event);
        const int in = t->fold[j] != left_out;
        for (int32_t s = 0; s < m->n; s++) weight[(int64_t)s * t->n_case + j] = in ? part[s] / all : 0;
        if (!in) continue;
        for (int32_t s = 0; s < m->n; s++) share[s] += part[s] / all;
        sum += log(all);
        n++;
    }
    double rest = 0;
    for (int32_t s = 0; s < m->n; s++) rest += m->share[s] = fmax(share[s] / n, LEAST_SHARE);
    for (int32_t s = 0; s < m->n; s++) m->share[s] /= rest;
    return sum;
}

static void fit_one(model *m, const trial *t, int32_t left_out, uint64_t stream, double *weight) {
    m->n = t->n_subtype;
    for (int32_t s = 0; s < m->n; s++) {
        m->share[s] = 1.0 / m->n;
        for (int32_t k = 0; k < t->n_event; k++) {
            const int32_t j = (int32_t)(fsc_random_uniform(t->opt->seed, stream, (uint64_t)(s * 100 + k)) * (k + 1));
            m->sequence[s][k] = m->sequence[s][j];
            m->sequence[s][j] = k;
        }
    }
    m->log_likelihood = expect(weight, m, t, left_out);
    for (int round = 0; round < ROUNDS; round++) {
        int moved = 0;
        for (int32_t s = 0; s < m->n; s++)
            for (int32_t e = 0; e < t->n_event; e++) {
                int32_t at = 0;
                while (m->sequence[s][at] != e) at++;
                moved |= place_event(m->sequence[s], at, t, weight + (int64_t)s * t->n_case);
            }
        const double now = expect(weight, m, t, left_out), gained = now - m->log_likelihood;
        m->log_likelihood = now;
        if (!moved && gained < 1e-6 * t->n_case) break;
    }
}

static void fit_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    (void)worker;
    const trial *t = context;
    const int32_t fold = (int32_t)(tile / t->opt->n_start);
    fit_one(&t->fit[tile], t, fold, ((uint64_t)3 << 32) + (uint64_t)tile * FSC_SUBTYPES_MOST + (uint64_t)t->n_subtype,
            t->room + tile * t->room_size);
}

static const model *best_of(const trial *t, int32_t fold) {
    const model *first = t->fit + (int64_t)fold * t->opt->n_start, *best = first;
    for (int32_t i = 1; i < t->opt->n_start; i++)
        if (first[i].log_likelihood > best->log_likelihood + 1e-9) best = &first[i];
    return best;
}

/* The gain of left-out people over a number of subtypes less, whose log likelihoods stand in before. */
static void compare(double *gain, double *se, double *before, const trial *t) {
    double sum = 0, square = 0;
    for (int32_t j = 0; j < t->n_case; j++) {
        double part[FSC_SUBTYPES_MOST];
        const double *ratio = t->ratio + (int64_t)j * t->n_event;
        const double now = t->base[j] + log(person_likelihood(part, best_of(t, t->fold[j]), ratio, t->n_event));
        const double d = now - before[j];
        before[j] = now;
        sum += d;
        square += d * d;
    }
    const double n = t->n_case;
    *gain = sum / n;
    *se = sqrt(fmax(square / n - *gain * *gain, 0) / n);
}

static int by_share(const model *m, int32_t rank) {
    for (int32_t s = 0; s < m->n; s++) {
        int32_t above = 0;
        for (int32_t o = 0; o < m->n; o++) above += m->share[o] > m->share[s] || (m->share[o] == m->share[s] && o < s);
        if (above == rank) return s;
    }
    return 0;
}

static fsc_status keep(fsc_subtypes *out, const model *found, const fsc_cohort *cohort, const double *ratio,
                       fsc_error *err) {
    const int32_t n = cohort->n_event;
    model m = {.n = found->n};
    for (int32_t s = 0; s < m.n; s++) {
        const int from = by_share(found, s);
        m.share[s] = out->share[s] = found->share[from];
        memcpy(m.sequence[s], found->sequence[from], sizeof m.sequence[s]);
    }
    fsc_free(out->sequence);
    fsc_free(out->member);
    out->n_subtype = m.n;
    out->sequence = fsc_alloc((int64_t)m.n * n, sizeof *out->sequence);
    out->member = fsc_alloc((int64_t)cohort->n_person * m.n, sizeof *out->member);
    if (!out->sequence || !out->member) return fsc_fail_nomem(err, "looking for subtypes");
    for (int32_t s = 0; s < m.n; s++)
        memcpy(out->sequence + (int64_t)s * n, m.sequence[s], (size_t)n * sizeof *out->sequence);
    for (int32_t j = 0, row = 0; j < cohort->n_person; j++) {
        double part[FSC_SUBTYPES_MOST], all = 1;
        for (int32_t s = 0; s < m.n; s++) part[s] = m.share[s];
        if (!cohort->is_control[j]) all = person_likelihood(part, &m, ratio + (int64_t)row++ * n, n);
        for (int32_t s = 0; s < m.n; s++) out->member[(int64_t)j * m.n + s] = part[s] / all;
    }
    return FSC_OK;
}

static void fill_cases(trial *t) {
    const fsc_cohort *c = t->cohort;
    const int32_t n = c->n_event;
    const double limit = fsc_order_ratio_limit(n);
    for (int32_t j = 0, row = 0; j < c->n_person; j++) {
        if (c->is_control[j]) continue;
        t->base[row] = 0;
        for (int32_t e = 0; e < n; e++) {
            const fsc_order_mixture *m = &t->mixture[e];
            const double x = c->value[(int64_t)j * n + e], z = (x - m->healthy_mean) / m->healthy_sd;
            t->ratio[(int64_t)row * n + e] = exp(fsc_order_mixture_log_ratio(m, c->falls[e], x, limit));
            if (isfinite(x)) t->base[row] -= 0.5 * z * z + log(m->healthy_sd);
        }
        row++;
    }
}

/* Prior odds that a case is past an event, from its other values under all subtypes. */
static double odds_of(const model *m, const double *ratio, int32_t event, int32_t n) {
    double before = 0, past = 0;
    for (int32_t s = 0; s < m->n; s++) {
        double product = 1;
        int is_past = 0;
        for (int32_t k = 0; k <= n; k++) {
            *(is_past ? &past : &before) += m->share[s] * product;
            if (k == n) break;
            if (m->sequence[s][k] == event) { /* its own value is left out: one stage more, the same product */
                is_past = 1;
                continue;
            }
            product *= ratio[m->sequence[s][k]];
        }
    }
    return past / before;
}

/* Every marker's mixture again, given the orders. */
static fsc_status refit(trial *t, const model *m, fsc_error *err) {
    const fsc_cohort *c = t->cohort;
    const int32_t n = c->n_event;
    fsc_order_sample sample = {.x = t->sample,
                               .is_control = t->sample + c->n_person,
                               .odds = t->sample + 2 * (int64_t)c->n_person,
                               .weight = t->sample + 3 * (int64_t)c->n_person};
    for (int32_t e = 0; e < n; e++) {
        int32_t at = 0;
        FSC_TRY(fsc_order_sample_fill(&sample, c, e, err));
        for (int32_t j = 0, row = 0; j < c->n_person; j++) {
            const double *ratio = t->ratio + (int64_t)row * n;
            row += c->is_control[j] == 0;
            if (!isfinite(c->value[(int64_t)j * n + e])) continue;
            sample.odds[at++] = c->is_control[j] ? 0 : odds_of(m, ratio, e, n);
        }
        (void)fsc_order_mixture_refit(&t->mixture[e], &sample, c->falls[e], 0);
    }
    fill_cases(t);
    return FSC_OK;
}

/* Orders and mixtures together, nobody left out; from the markers' own values, for the fits of fewer orders bend them.
 */
static fsc_status settle(trial *t, fsc_error *err) {
    FSC_TRY(fsc_order_mixtures(t->mixture, t->cohort, err));
    fill_cases(t);
    for (int round = 0; round < SETTLE_ROUNDS; round++) {
        trial whole = *t;
        fsc_subtypes_options opt = *t->opt;
        opt.n_fold = 0; /* the fits of the whole only */
        whole.opt = &opt;
        fsc_tiles_run(t->opt->n_start, 1, fit_tile, &whole, t->opt->n_threads);
        FSC_TRY(refit(t, best_of(&whole, 0), err));
    }
    return FSC_OK;
}

/* One subtype, two, three, until one more does not pay. */
static fsc_status choose(fsc_subtypes *out, trial *t, double *before, fsc_error *err) {
    const fsc_subtypes_options *opt = t->opt;
    for (t->n_subtype = 1; t->n_subtype <= opt->n_most; t->n_subtype++) {
        double *gain = &out->gain[t->n_subtype - 1], *se = &out->gain_se[t->n_subtype - 1];
        FSC_TRY(fsc_progress_step(opt->progress, "subtypes", (t->n_subtype - 1.0) / opt->n_most, err));
        FSC_TRY(settle(t, err));
        fsc_tiles_run((int64_t)(opt->n_fold + 1) * opt->n_start, 1, fit_tile, t, opt->n_threads);
        compare(gain, se, before, t);
        out->n_tried = t->n_subtype;
        if (t->n_subtype > 1 && !(*gain > ENOUGH * *se && *gain > LEAST_GAIN * (t->n_subtype - 1))) break;
        FSC_TRY(keep(out, best_of(t, opt->n_fold), t->cohort, t->ratio, err));
    }
    out->gain[0] = out->gain_se[0] = 0;
    return FSC_OK;
}

static fsc_status check(const fsc_cohort *cohort, int32_t n_case, const fsc_subtypes_options *opt, fsc_error *err) {
    if (cohort->n_event < 2 || cohort->n_event > FSC_ORDER_MAX_EVENTS || n_case < FSC_SUBTYPES_LEAST_PEOPLE)
        return fsc_fail(err, FSC_E_RANGE, "%d markers and %d people who are not controls; subtypes need 2 to %d and %d",
                        (int)cohort->n_event, (int)n_case, (int)FSC_ORDER_MAX_EVENTS, FSC_SUBTYPES_LEAST_PEOPLE);
    if (opt->n_most < 1 || opt->n_most > FSC_SUBTYPES_MOST || opt->n_start < 1 || opt->n_start > STARTS_MOST ||
        opt->n_fold < 2 || opt->n_fold > FOLDS_MOST)
        return fsc_fail(err, FSC_E_RANGE, "subtypes are 1 to %d, starts 1 to %d, parts left out 2 to %d",
                        FSC_SUBTYPES_MOST, (int)STARTS_MOST, (int)FOLDS_MOST);
    return FSC_OK;
}

static fsc_status run(fsc_subtypes *out, const fsc_cohort *cohort, const fsc_subtypes_options *opt, fsc_error *err) {
    trial t = {.opt = opt, .cohort = cohort, .n_event = cohort->n_event};
    for (int32_t j = 0; j < cohort->n_person; j++) t.n_case += cohort->is_control[j] == 0;
    FSC_TRY(check(cohort, t.n_case, opt, err));
    const int64_t n_fit = (int64_t)(opt->n_fold + 1) * opt->n_start, n_case = t.n_case;
    t.room_size = FSC_SUBTYPES_MOST * n_case;
    FSC_AUTO_BLOCK double *block =
        fsc_alloc(n_case * (t.n_event + 2) + 4 * (int64_t)cohort->n_person + n_fit * t.room_size, sizeof *block);
    FSC_AUTO_BLOCK int32_t *fold = fsc_alloc(n_case, sizeof *fold);
    FSC_AUTO_BLOCK model *fit = fsc_alloc(n_fit, sizeof *fit);
    FSC_AUTO_BLOCK fsc_order_mixture *mixture = fsc_alloc(t.n_event, sizeof *mixture);
    if (!block || !fold || !fit || !mixture) return fsc_fail_nomem(err, "looking for subtypes");
    t.ratio = block;
    t.base = t.ratio + n_case * t.n_event;
    double *before = t.base + n_case;
    t.sample = before + n_case;
    t.room = t.sample + 4 * (int64_t)cohort->n_person;
    t.fold = fold;
    t.fit = fit;
    t.mixture = mixture;
    for (int32_t j = 0; j < t.n_case; j++)
        fold[j] = (int32_t)(fsc_random_uniform(opt->seed, (uint64_t)4 << 32, (uint64_t)j) * opt->n_fold);
    return choose(out, &t, before, err);
}

fsc_status fsc_subtypes_run(fsc_subtypes **result, const fsc_cohort *cohort, const fsc_subtypes_options *opt,
                            fsc_error *err) {
    const fsc_subtypes_options standard = FSC_SUBTYPES_OPTIONS_INIT;
    *result = NULL;
    fsc_subtypes *out = fsc_alloc(1, sizeof *out);
    if (!out) return fsc_fail_nomem(err, "looking for subtypes");
    out->n_person = cohort->n_person;
    out->n_event = cohort->n_event;
    const fsc_status status = run(out, cohort, opt ? opt : &standard, err);
    if (status == FSC_OK)
        *result = out;
    else
        fsc_subtypes_free(out);
    return status;
}

void fsc_subtypes_free(fsc_subtypes *subtypes) {
    if (!subtypes) return;
    fsc_free(subtypes->sequence);
    fsc_free(subtypes->member);
    fsc_free(subtypes);
}
