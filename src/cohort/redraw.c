#include "redraw.h"

#include "alloc.h"
#include "fail.h"
#include "mixture.h"
#include "random.h"
#include "refine.h"

#include <math.h>
#include <string.h>

enum { HEALTHY, ABNORMAL, ANYWHERE, KINDS };

static double turned(const fsc_cohort *c, int32_t person, int32_t event) {
    const double value = c->value[(int64_t)person * c->n_event + event];
    return c->falls[event] ? -value : value;
}

static double log_density(const fsc_order_mixture *m, double x) {
    const double z = (x - m->healthy_mean) / m->healthy_sd;
    return -0.5 * z * z - log(m->healthy_sd);
}

static void start_marker(fsc_order_redraw *r, int32_t e, const fsc_order_mixture *mixture) {
    const fsc_cohort *c = r->cohort;
    fsc_order_mixture *m = &r->mixture[e];
    double sum = 0, square = 0, n = 0;
    *m = *mixture;
    if (c->falls[e]) {
        m->healthy_mean = -m->healthy_mean;
        m->abnormal_mean = -m->abnormal_mean;
    }
    r->scale[2 * e] = r->scale[2 * e + 1] = 1;
    r->most[e] = m->abnormal_mean;
    for (int32_t j = 0; j < c->n_person; j++) {
        const double x = turned(c, j, e);
        const int64_t at = (int64_t)j * c->n_event + e;
        r->person_ratio[at] = 1;
        if (!isfinite(x)) continue;
        r->log_healthy[at] = log_density(m, x);
        r->most[e] = fmax(r->most[e], x);
        sum += x - m->healthy_mean;
        square += (x - m->healthy_mean) * (x - m->healthy_mean);
        n++;
    }
    r->sd[e] = sqrt(fmax(square / n - sum / n * (sum / n), 0));
}

fsc_status fsc_order_redraw_new(fsc_order_redraw *r, const fsc_cohort *cohort, const fsc_order_mixture *mixture,
                                fsc_error *err) {
    const int64_t n = cohort->n_person, n_event = cohort->n_event;
    *r = (fsc_order_redraw){.cohort = cohort};
    FSC_TRY(fsc_order_ratios_new(&r->ratios, cohort, err));
    r->person_ratio = fsc_alloc(2 * n * n_event + 2 * n + 4 * n_event, sizeof *r->person_ratio);
    r->mixture = fsc_alloc(n_event, sizeof *r->mixture);
    if (!r->person_ratio || !r->mixture) return fsc_fail_nomem(err, "preparing the chains");
    r->log_healthy = r->person_ratio + n * n_event;
    r->trial = r->log_healthy + n * n_event;
    r->scale = r->trial + 2 * n;
    r->sd = r->scale + 2 * n_event;
    r->most = r->sd + n_event;
    for (int32_t e = 0; e < cohort->n_event; e++) start_marker(r, e, &mixture[e]);
    fsc_order_ratios_fill(&r->ratios, r->person_ratio, cohort, mixture);
    return FSC_OK;
}

void fsc_order_redraw_free(fsc_order_redraw *r) {
    fsc_free(r->ratios.ratio);
    fsc_free(r->person_ratio);
    fsc_free(r->mixture);
}

/* A draw of one kind; 0 when it leaves the bounds. */
static int propose(fsc_order_mixture *m, const fsc_order_redraw *r, int32_t e, int kind, const double z[2],
                   const double u[2]) {
    *m = r->mixture[e];
    if (kind == ANYWHERE) {
        const double least = m->healthy_mean + FSC_ORDER_LEAST_GAP_SD * m->healthy_sd;
        m->abnormal_mean = least + u[0] * (r->most[e] - least);
        m->abnormal_sd =
            m->healthy_sd * FSC_ORDER_LEAST_SD_RATIO * pow(FSC_ORDER_MOST_SD_RATIO / FSC_ORDER_LEAST_SD_RATIO, u[1]);
    } else {
        double *mean = kind == HEALTHY ? &m->healthy_mean : &m->abnormal_mean;
        double *sd = kind == HEALTHY ? &m->healthy_sd : &m->abnormal_sd;
        const double n = fmax(m->n_value * (kind == HEALTHY ? 1 - m->abnormal_share : m->abnormal_share), 3);
        const double step = r->scale[2 * e + kind] / sqrt(n);
        *mean += step * *sd * z[0];
        *sd *= exp(step * 0.70710678118654752440 * z[1]);
    }
    return fsc_order_mixture_within(m, r->sd[e]) && m->abnormal_mean <= r->most[e];
}

/* What the proposal would add to the log likelihood of everybody's values; fills trial. */
static double weigh(const fsc_order_redraw *r, const fsc_order_walk *walk, int32_t e, const fsc_order_mixture *m) {
    const fsc_cohort *c = r->cohort;
    const int64_t n_lane = r->ratios.n_lane;
    const double limit = fsc_order_ratio_limit(c->n_event);
    int32_t place = 1;
    while (walk->event[place] != e) place++;
    const double *upto = walk->upto + place * n_lane, *from = walk->from + place * n_lane;
    double gain = 0;
    int64_t lane = 0;
    for (int32_t j = 0; j < c->n_person; j++) {
        const double x = turned(c, j, e);
        const int64_t at = (int64_t)j * c->n_event + e, mine = lane;
        lane += c->is_control[j] == 0;
        if (!isfinite(x)) continue;
        const double healthy = log_density(m, x);
        const double ratio = exp(fsc_order_mixture_log_ratio(m, 0, x, limit));
        r->trial[2 * j] = healthy;
        r->trial[2 * j + 1] = ratio;
        gain += healthy - r->log_healthy[at];
        if (c->is_control[j]) continue;
        gain += log((upto[mine] + ratio / r->person_ratio[at] * from[mine]) / (upto[mine] + from[mine]));
    }
    return gain;
}

static void take(fsc_order_redraw *r, fsc_order_walk *walk, int32_t e, const fsc_order_mixture *m) {
    const fsc_cohort *c = r->cohort;
    int32_t sequence[FSC_ORDER_MAX_EVENTS];
    int64_t lane = (int64_t)e * r->ratios.n_lane;
    r->mixture[e] = *m;
    for (int32_t j = 0; j < c->n_person; j++) {
        const int64_t at = (int64_t)j * c->n_event + e;
        if (isfinite(c->value[at])) {
            r->log_healthy[at] = r->trial[2 * j];
            r->person_ratio[at] = r->trial[2 * j + 1];
            if (!c->is_control[j]) {
                r->ratios.ratio[lane] = r->person_ratio[at];
                r->ratios.inverse[lane] = 1 / r->person_ratio[at];
            }
        }
        lane += c->is_control[j] == 0;
    }
    for (int32_t k = 0; k < c->n_event; k++) sequence[k] = walk->event[k + 1];
    fsc_order_walk_set(walk, sequence);
}

void fsc_order_redraw_sweep(fsc_order_redraw *r, fsc_order_walk *walk, uint64_t seed, uint64_t stream, int64_t sweep,
                            int adapt) {
    for (int32_t e = 0; e < r->cohort->n_event; e++)
        for (int kind = 0; kind < KINDS; kind++) {
            const uint64_t at =
                4 * (((uint64_t)sweep * (uint64_t)r->cohort->n_event + (uint64_t)e) * KINDS + (uint64_t)kind);
            const double z[2] = {fsc_random_normal(seed, stream, at), fsc_random_normal(seed, stream, at + 1)};
            uint32_t word[4];
            fsc_random_words(word, seed, stream, at + 2);
            const double u[2] = {fsc_random_unit(word[0], word[1]), fsc_random_unit(word[2], word[3])};
            fsc_order_mixture m;
            const int good = propose(&m, r, e, kind, z, u);
            const int taken = good && log(fsc_random_uniform(seed, stream, at + 3)) < weigh(r, walk, e, &m);
            if (taken) take(r, walk, e, &m);
            if (adapt && kind != ANYWHERE) r->scale[2 * e + kind] *= taken ? 1.1 : 0.95; /* a third is taken */
        }
}
