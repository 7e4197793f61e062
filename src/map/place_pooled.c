/* Places a value among the pooled baseline, where no published cell serves it. */
#include "baseline.h"
#include "cell.h"
#include "format.h"
#include "stats.h"
#include "text.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Ages the pooled rows reach (18 to 69), and a little beyond. */
static const double age_least_years = 18, age_most_years = 75;
static const double z90 = 1.6448536269514722;
/* Values at or beyond the ends of 0..1 (noise) are placed here. */
static const double value_end = 0.0005;

int fsc_norm_cell_is_flat(const fsc_norms *norms, const fsc_norm_cell *cell) {
    if (cell->order_first == cell->order_last) return 1;
    const int32_t muscle = fsc_baseline_muscle_of(cell->muscle);
    if (!norms->baseline || muscle < 0) return 0;
    fsc_baseline_at at = {(fsc_baseline_muscle)muscle, FSC_BASELINE_MULTI_ECHO, cell->order_first, 0.5, 45};
    double least = INFINITY, most = -INFINITY;
    for (; at.order <= cell->order_last; at.order += 1) {
        const double logit = fsc_baseline_logit(norms->baseline, &at);
        if (isnan(logit)) return 0;
        least = fmin(least, logit);
        most = fmax(most, logit);
    }
    return most - least < norms->baseline->assumed->flat;
}

/* What stands behind the model at a site. */
typedef struct support {
    int muscle, level, method; /* a row of this muscle; of this muscle and level by any, or by this method */
    int same;                  /* of muscle, level and method */
    int32_t n_study;
    double people; /* at least: the largest row of each study */
    char studies[96];
} support;

/* Multifidus, erector spinae and their union hold each other up. */
static int same_group(int32_t a, int32_t b) {
    return a == b || (a <= FSC_BASELINE_IS_UNION && b <= FSC_BASELINE_IS_UNION);
}

static void add_study(support *s, const fsc_norms *norms, int32_t i, int32_t muscle) {
    double most = 0;
    for (int32_t k = 0; k < norms->n_cell; k++) {
        const fsc_norm_cell *cell = &norms->cell[k];
        if (strcmp(cell->study, norms->cell[i].study) != 0 || !same_group(cell->pool_muscle, muscle)) continue;
        if (k < i) return; /* counted already */
        most = fmax(most, cell->n);
    }
    const size_t used = strlen(s->studies);
    fsc_format(s->studies + used, sizeof s->studies - used, "%s%s", used ? ", " : "", norms->cell[i].study);
    s->people += most;
    s->n_study++;
}

static support support_of(const fsc_norms *norms, const fsc_baseline_at *at) {
    support s = {0};
    for (int32_t i = 0; i < norms->n_cell; i++) {
        const fsc_norm_cell *cell = &norms->cell[i];
        if (!cell->study[0] || !same_group(cell->pool_muscle, (int32_t)at->muscle)) continue;
        add_study(&s, norms, i, (int32_t)at->muscle);
        if (cell->pool_muscle != (int32_t)at->muscle) continue;
        const int level = at->order >= cell->pool_first && at->order <= cell->pool_last;
        const int method = cell->pool_method == (int32_t)at->method;
        s.muscle = 1;
        s.level |= level;
        s.method |= method;
        s.same |= level && method;
    }
    return s;
}

static const char *borrowed_over(const support *s) {
    if (!s->muscle) return "muscles";
    if (s->level && !s->method) return "methods";
    return s->method ? "levels" : "levels and methods";
}

/* Non-zero when the model reaches the query. */
static int site_of(fsc_baseline_at *at, const fsc_norm_query *q) {
    const int32_t muscle = fsc_baseline_muscle_of(q->muscle);
    const int32_t method = fsc_baseline_method_of(fsc_norms_method_class(q->method));
    if (muscle < 0 || method < 0 || q->sex == FSC_SEX_UNKNOWN || strcmp(q->level_first, q->level_last) != 0 ||
        !(q->age_years >= age_least_years && q->age_years <= age_most_years))
        return 0;
    *at = (fsc_baseline_at){(fsc_baseline_muscle)muscle, (fsc_baseline_method)method, fsc_level_order(q->level_first),
                            q->sex == FSC_SEX_FEMALE, q->age_years};
    /* T12 and S1 of the multifidus have no study at all: the forecast takes them, wider; nobody has counted there. */
    const int outside = at->order > fsc_level_order("L5") ||
                        (at->muscle == FSC_BASELINE_IS_MULTIFIDUS && at->order < fsc_level_order("L1"));
    return !(outside && at->muscle <= FSC_BASELINE_IS_UNION);
}

/* 90 % sure on the side that matters: whether the value lies below the 95th percentile of people, or above it. */
static const char *in_words(double z, double z_se) {
    if (z + z90 * z_se < z90) return "within what is usual";
    return z - z90 * z_se > z90 ? "more than is usual" : "cannot say";
}

static void fill_moments(fsc_norm_place *place, double median_logit, double sd) {
    const fsc_skew skew = {median_logit, sd};
    const fsc_skew_moments m = fsc_skew_moments_of(&skew);
    place->mean_fraction = m.mean;
    place->sd_fraction = m.sd;
    place->p95_fraction = fsc_skew_value(&skew, z90);
}

static void name_norm(fsc_norm_place *place, const support *s, const fsc_norm_query *q) {
    const int pooled = place->kind == FSC_NORM_POOLED;
    fsc_format(place->cohort, sizeof place->cohort, "%d studies pooled", (int)s->n_study);
    fsc_format(place->source, sizeof place->source, "fascicle norms pool: %s", s->studies);
    fsc_copy_text(place->method, sizeof place->method, fsc_norms_method_class(q->method));
    fsc_copy_text(place->status, sizeof place->status,
                  pooled ? "pooled (a model of published rows)" : "borrowed (a model of published rows)");
    place->n = s->people;
    if (pooled)
        fsc_norm_add_caveat(place,
                            "a model of %d studies, not a published mean; its own error is in the interval, and "
                            "is one for all sites of a person",
                            (int)s->n_study);
    else
        fsc_norm_add_caveat(place, "borrowed over %s: no study of this muscle at this level by this method was read",
                            borrowed_over(s));
}

void fsc_norm_place_pooled(fsc_norm_place *place, const fsc_norms *norms, const fsc_norm_query *query) {
    fsc_baseline_at at;
    if (!norms->baseline || !site_of(&at, query)) return;
    const double median = fsc_baseline_logit(norms->baseline, &at);
    if (isnan(median)) return;
    const double sd = fsc_baseline_person_sd(norms->baseline, at.muscle);
    const double variance = fsc_baseline_error(norms->baseline, &at, &at), reach = z90 * sqrt(sd * sd + variance);
    const double value = fmin(fmax(query->value_fraction, value_end), 1 - value_end);
    const double se = query->value_se_fraction > 0 ? query->value_se_fraction / (value * (1 - value)) : 0;
    const double z = (fsc_logit(value) - median) / sd, z_se = sqrt(variance + se * se) / sd;
    const support s = support_of(norms, &at);
    place->kind = s.same ? FSC_NORM_POOLED : FSC_NORM_BORROWED;
    place->band_low_fraction = fsc_unlogit(median - reach);
    place->band_high_fraction = fsc_unlogit(median + reach);
    fsc_copy_text(place->words, sizeof place->words, in_words(z, z_se));
    name_norm(place, &s, query);
    if (!s.same) return;
    fsc_format(place->norm_id, sizeof place->norm_id, "pooled.%s.%s.%c", query->muscle, query->level_first,
               query->sex == FSC_SEX_FEMALE ? 'f' : 'm');
    place->failed[0] = place->reason[0] = 0;
    fill_moments(place, median, sd);
    place->z = z;
    place->z_se = z_se;
    place->percentile = 100 * fsc_normal_cdf(z);
    place->percentile_low = 100 * fsc_normal_cdf(z - z90 * z_se);
    place->percentile_high = 100 * fsc_normal_cdf(z + z90 * z_se);
}

void fsc_norm_add_caveat(fsc_norm_place *place, const char *fmt, ...) {
    char text[240];
    va_list args;
    va_start(args, fmt);
    fsc_vformat(text, sizeof text, fmt, args);
    va_end(args);
    const size_t used = strlen(place->caveat);
    fsc_format(place->caveat + used, sizeof place->caveat - used, "%s%s", used ? "; " : "", text);
}
