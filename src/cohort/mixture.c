#include "mixture.h"

#include "fail.h"
#include "units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MIN_PEOPLE = 10, MIN_CONTROLS = 5, MAX_ITERATION = 300, REFIT_ITERATION = 40 };
#define MIN_SD_OF_ALL 0.1
#define MAX_SD_OF_ALL 2.0
#define MIN_SHARE 0.02
/* Larger values stand for "missing" in somebody's table; their squares would overflow. */
#define MAX_VALUE 1e100

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

static double log_normal(double x, double mean, double sd) {
    const double z = (x - mean) / sd;
    return -0.5 * z * z - log(sd) - 0.5 * log(2.0 * FSC_PI);
}

fsc_status fsc_order_sample_fill(fsc_order_sample *sample, const fsc_cohort *cohort, int32_t event, fsc_error *err) {
    double mean = 0, square = 0;
    int32_t n = 0;
    for (int32_t j = 0; j < cohort->n_person; j++) {
        const double value = cohort->value[(int64_t)j * cohort->n_event + event];
        if (!isfinite(value)) continue;
        if (fabs(value) > MAX_VALUE)
            return fsc_fail(err, FSC_E_RANGE, "marker '%s': %s has the value %g; write n/a for what is missing",
                            cohort->event[event], cohort->person[j], value);
        sample->x[n] = cohort->falls[event] ? -value : value;
        sample->is_control[n++] = cohort->is_control[j] ? 1.0 : 0.0;
    }
    if (n < MIN_PEOPLE)
        return fsc_fail(err, FSC_E_RANGE, "marker '%s': %d people have a value; at least %d are needed",
                        cohort->event[event], (int)n, (int)MIN_PEOPLE);
    for (int32_t i = 0; i < n; i++) mean += sample->x[i] / n;
    for (int32_t i = 0; i < n; i++) square += (sample->x[i] - mean) * (sample->x[i] - mean);
    sample->n = n;
    sample->sd = sqrt(square / n);
    if (!(sample->sd > 1e-9 * fabs(mean)))
        return fsc_fail(err, FSC_E_NUMERIC,
                        "marker '%s': all values are the same, so no healthy and abnormal to tell "
                        "apart",
                        cohort->event[event]);
    return FSC_OK;
}

static void keep_bounds(fsc_order_mixture *m, double sd_all) {
    m->healthy_sd = clamp(m->healthy_sd, MIN_SD_OF_ALL * sd_all, MAX_SD_OF_ALL * sd_all);
    m->abnormal_sd =
        clamp(m->abnormal_sd, FSC_ORDER_LEAST_SD_RATIO * m->healthy_sd, FSC_ORDER_MOST_SD_RATIO * m->healthy_sd);
    const double least = m->healthy_mean + FSC_ORDER_LEAST_GAP_SD * m->healthy_sd;
    if (m->abnormal_mean < least) m->abnormal_mean = least;
    m->abnormal_share = clamp(m->abnormal_share, MIN_SHARE, 1.0 - MIN_SHARE);
}

int fsc_order_mixture_within(const fsc_order_mixture *m, double sd) {
    return m->healthy_sd >= MIN_SD_OF_ALL * sd && m->healthy_sd <= MAX_SD_OF_ALL * sd &&
           m->abnormal_sd >= FSC_ORDER_LEAST_SD_RATIO * m->healthy_sd &&
           m->abnormal_sd <= FSC_ORDER_MOST_SD_RATIO * m->healthy_sd &&
           m->abnormal_mean >= m->healthy_mean + FSC_ORDER_LEAST_GAP_SD * m->healthy_sd;
}

/* Fills the weights; returns the log likelihood. */
static double expect(const fsc_order_sample *s, const fsc_order_mixture *m) {
    double likelihood = 0;
    const double shared_odds = m->abnormal_share / (1.0 - m->abnormal_share);
    for (int32_t i = 0; i < s->n; i++) {
        const double healthy = log_normal(s->x[i], m->healthy_mean, m->healthy_sd);
        s->weight[i] = 0;
        likelihood += healthy;
        if (s->is_control[i] > 0) continue;
        const double log_ratio = log_normal(s->x[i], m->abnormal_mean, m->abnormal_sd) - healthy;
        const double prior = s->odds ? s->odds[i] : shared_odds, odds = prior * exp(fmin(log_ratio, 500));
        s->weight[i] = odds / (1.0 + odds);
        likelihood += log((1.0 + odds) / (1.0 + prior));
    }
    return likelihood;
}

/* Moments under the weights, then the bounds. */
static void maximise(const fsc_order_sample *s, fsc_order_mixture *m) {
    double sum[2] = {0}, first[2] = {0}, second[2] = {0}, n_open = 0;
    const double centre = s->x[0]; /* keeps the second moments well conditioned */
    for (int32_t i = 0; i < s->n; i++) {
        const double weight[2] = {1.0 - s->weight[i], s->weight[i]}, d = s->x[i] - centre;
        n_open += 1.0 - s->is_control[i];
        for (int c = 0; c < 2; c++) {
            sum[c] += weight[c];
            first[c] += weight[c] * d;
            second[c] += weight[c] * d * d;
        }
    }
    double mean[2], sd[2];
    for (int c = 0; c < 2; c++) {
        const double w = sum[c] > 1e-9 ? sum[c] : 1e-9, offset = first[c] / w;
        mean[c] = centre + offset;
        sd[c] = sqrt(fmax(second[c] / w - offset * offset, 0));
    }
    m->healthy_mean = mean[0];
    m->healthy_sd = sd[0];
    m->abnormal_mean = mean[1];
    m->abnormal_sd = sd[1];
    m->abnormal_share = n_open > 0 ? sum[1] / n_open : MIN_SHARE;
    m->n_value = s->n;
    keep_bounds(m, s->sd);
}

/* Expectation-maximisation until it gains little; the bounds may cost likelihood in a step, so the best is kept. */
static double climb(const fsc_order_sample *s, fsc_order_mixture *m, int max_iteration) {
    double best = expect(s, m);
    for (int i = 0; i < max_iteration; i++) {
        fsc_order_mixture trial = *m;
        maximise(s, &trial);
        const double now = expect(s, &trial);
        if (!(now > best)) break;
        const double gain = now - best;
        *m = trial;
        best = now;
        if (gain < 1e-7 * s->n) break;
    }
    return best;
}

static void turn(fsc_order_mixture *m, int32_t falls) {
    if (!falls) return;
    m->healthy_mean = -m->healthy_mean;
    m->abnormal_mean = -m->abnormal_mean;
}

/* Starts from a split of the sorted values at a quantile; healthy from the controls when there are enough. */
static fsc_order_mixture start_at(const fsc_order_sample *s, const double *sorted, double quantile) {
    const int32_t cut = (int32_t)clamp(quantile * s->n, 2, s->n - 2);
    double mean[2] = {0}, n_control = 0, control_mean = 0, control_square = 0;
    for (int32_t i = 0; i < s->n; i++) mean[i >= cut] += sorted[i] / (i >= cut ? s->n - cut : cut);
    for (int32_t i = 0; i < s->n; i++) n_control += s->is_control[i];
    fsc_order_mixture m = {.healthy_mean = mean[0],
                           .healthy_sd = 0.5 * s->sd,
                           .abnormal_mean = mean[1],
                           .abnormal_sd = 0.5 * s->sd,
                           .abnormal_share = 1.0 - quantile,
                           .n_value = s->n};
    if (n_control >= MIN_CONTROLS) {
        for (int32_t i = 0; i < s->n; i++) control_mean += s->is_control[i] * s->x[i] / n_control;
        for (int32_t i = 0; i < s->n; i++)
            control_square += s->is_control[i] * (s->x[i] - control_mean) * (s->x[i] - control_mean);
        m.healthy_mean = control_mean;
        m.healthy_sd = sqrt(control_square / n_control);
    }
    keep_bounds(&m, s->sd);
    return m;
}

void fsc_order_mixture_fit(fsc_order_mixture *out, const fsc_order_sample *sample, int32_t falls, double *work) {
    static const double quantile[] = {0.1, 0.3, 0.5, 0.7, 0.9};
    memcpy(work, sample->x, (size_t)sample->n * sizeof *work);
    qsort(work, (size_t)sample->n, sizeof *work, compare_double);
    double best = -INFINITY;
    for (size_t q = 0; q < sizeof quantile / sizeof quantile[0]; q++) {
        fsc_order_mixture trial = start_at(sample, work, quantile[q]);
        const double reached = climb(sample, &trial, MAX_ITERATION);
        if (reached <= best) continue;
        best = reached;
        *out = trial;
    }
    turn(out, falls);
}

double fsc_order_mixture_refit(fsc_order_mixture *mixture, const fsc_order_sample *sample, int32_t falls,
                               int from_prior) {
    turn(mixture, falls);
    if (from_prior) {
        for (int32_t i = 0; i < sample->n; i++)
            sample->weight[i] = sample->is_control[i] > 0 ? 0 : sample->odds[i] / (1.0 + sample->odds[i]);
        maximise(sample, mixture);
    }
    const double reached = climb(sample, mixture, REFIT_ITERATION);
    turn(mixture, falls);
    return reached;
}

double fsc_order_mixture_log_ratio(const fsc_order_mixture *mixture, int32_t falls, double value, double limit) {
    if (!isfinite(value)) return 0;
    const double sign = falls ? -1.0 : 1.0, healthy = sign * mixture->healthy_mean;
    const double abnormal = sign * mixture->abnormal_mean;
    const double wh = 1.0 / (mixture->healthy_sd * mixture->healthy_sd);
    const double wa = 1.0 / (mixture->abnormal_sd * mixture->abnormal_sd);
    double x = sign * value;
    if (fabs(wa - wh) > 1e-12 * wh) {
        const double bend = (wa * abnormal - wh * healthy) / (wa - wh);
        if (wa < wh && x < bend) x = bend; /* wide abnormal: very healthy values must not look abnormal again */
        if (wa > wh && x > bend) x = bend;
    }
    return clamp(log_normal(x, abnormal, mixture->abnormal_sd) - log_normal(x, healthy, mixture->healthy_sd), -limit,
                 limit);
}
