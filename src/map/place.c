#include "cell.h"
#include "fail.h"
#include "format.h"
#include "stats.h"
#include "text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* How far a cell gets against a query. Each stage can refuse; the farthest stage names the reason. */
typedef enum stage { AT_MUSCLE, AT_LEVEL, AT_SEX, AT_AGE, AT_METHOD, FITS } stage;
static const char *const stage_words[] = {"muscle", "level", "sex", "age", "method"};

/* A cell that pools more neighbouring levels than this speaks for none of them alone. */
enum { LEVELS_POOLED_MAX = 3 };
/* An age band wider than this is called pooled. */
static const double age_band_wide_years = 25;
static const double z95 = 1.6448536269514722;
/* Values at or beyond the ends of 0..1 (noise) are placed here. */
static const double value_end = 0.0005;

void fsc_norm_place_clear(fsc_norm_place *place) {
    memset(place, 0, sizeof *place);
    place->n = place->mean_fraction = place->sd_fraction = place->z = place->z_se = (double)NAN;
    place->percentile = place->percentile_low = place->percentile_high = place->p95_fraction = (double)NAN;
    place->band_low_fraction = place->band_high_fraction = (double)NAN;
}

static int same_level(const fsc_norm_cell *cell, double first, double last) {
    return cell->order_first == first && cell->order_last == last;
}

static int one_of_few_levels(const fsc_norms *norms, const fsc_norm_cell *cell, double first, double last) {
    return first == last && fsc_norm_cell_is_flat(norms, cell) && cell->order_first <= first &&
           last <= cell->order_last && cell->order_last - cell->order_first + 1 <= LEVELS_POOLED_MAX;
}

static int side_fits(const fsc_norm_cell *cell, fsc_side side) {
    return cell->side == FSC_SIDE_BOTH || cell->side == side;
}

static stage compare(const fsc_norms *norms, const fsc_norm_cell *cell, const fsc_norm_query *q) {
    if (strcmp(cell->muscle, q->muscle) != 0 || !side_fits(cell, q->side)) return AT_MUSCLE;
    const double first = fsc_level_order(q->level_first), last = fsc_level_order(q->level_last);
    if (!same_level(cell, first, last) && !one_of_few_levels(norms, cell, first, last)) return AT_LEVEL;
    if (cell->sex != FSC_SEX_UNKNOWN && cell->sex != q->sex) return AT_SEX;
    if (!(q->age_years >= cell->age_min_years) || q->age_years > cell->age_max_years) return AT_AGE;
    if (strcmp(cell->method, FSC_METHOD_CLASS_OTHER) == 0 ||
        strcmp(cell->method, fsc_norms_method_class(q->method)) != 0)
        return AT_METHOD;
    return FITS;
}

static int pools_ages(const fsc_norm_cell *cell) {
    return cell->curve.n_term == 0 && !(cell->age_max_years - cell->age_min_years <= age_band_wide_years);
}

/* Smaller is better: what the cell pools over, then how few people it stands on. */
static double cost(const fsc_norm_cell *cell) {
    const int pooled = (cell->sex == FSC_SEX_UNKNOWN) + pools_ages(cell) + (cell->order_first != cell->order_last) +
                       (cell->side == FSC_SIDE_BOTH && cell->curve.n_term == 0);
    return pooled + 1 / (1 + cell->n);
}

static const fsc_norm_cell *best_of(const fsc_norms *norms, const fsc_norm_query *q, stage wanted) {
    const fsc_norm_cell *best = NULL;
    for (int32_t i = 0; i < norms->n_cell; i++)
        if (compare(norms, &norms->cell[i], q) == wanted && (!best || cost(&norms->cell[i]) < cost(best)))
            best = &norms->cell[i];
    return best;
}

/* Variance of z from a cell's own sampling error: the published mean and SD are moments of n people drawn from a skewed
 * distribution, carried to mu and sigma by the matched slopes (delta method). */
static double cell_variance(const fsc_norm_cell *cell, double z) {
    const double s = cell->sd_fraction, *j = cell->slope;
    const double var_mean = s * s / cell->n, var_sd = s * s * (cell->moments.kurtosis - 1) / (4 * cell->n);
    const double both = 0.5 * s * s * cell->moments.skewness / cell->n;
    const double to_mean = -(j[0] + z * j[2]) / cell->skew.sigma, to_sd = -(j[1] + z * j[3]) / cell->skew.sigma;
    return to_mean * to_mean * var_mean + to_sd * to_sd * var_sd + 2 * to_mean * to_sd * both;
}

/* The same from a curve at an age; mean and SD by the midpoint rule over probabilities. */
static void place_in_curve(fsc_norm_place *place, double *variance, double *z_slope, const fsc_norm_curve *curve,
                           double age_years, double at) {
    enum { POINTS = 400 };
    double mu_variance, first = 0, second = 0;
    const double mu = fsc_curve_at(&mu_variance, curve, age_years);
    place->z = (fsc_curve_transform(curve->lambda, at) - mu) / curve->sigma;
    *variance = mu_variance / (curve->sigma * curve->sigma) + place->z * place->z / (2 * curve->dof);
    *z_slope = fsc_curve_slope(curve->lambda, at) / curve->sigma;
    for (int i = 0; i < POINTS; i++) {
        const double score = fsc_normal_quantile((i + 0.5) / POINTS);
        const double x = fsc_curve_fraction(curve->lambda, mu + curve->sigma * score);
        first += x / POINTS;
        second += x * x / POINTS;
    }
    place->mean_fraction = first;
    place->sd_fraction = sqrt(fmax(second - first * first, 0));
    place->p95_fraction = fsc_curve_fraction(curve->lambda, mu + curve->sigma * z95);
}

void fsc_norm_fill(fsc_norm_place *place, const fsc_norm_cell *cell, double age_years, double value_fraction,
                   double value_se_fraction) {
    fsc_copy_text(place->norm_id, sizeof place->norm_id, cell->id);
    fsc_copy_text(place->cohort, sizeof place->cohort, cell->cohort);
    fsc_copy_text(place->method, sizeof place->method, cell->method);
    fsc_copy_text(place->source, sizeof place->source, cell->source);
    fsc_copy_text(place->status, sizeof place->status, cell->status);
    fsc_copy_text(place->fact_id, sizeof place->fact_id, cell->fact_id);
    place->kind = FSC_NORM_PUBLISHED;
    place->n = cell->n;
    double at = value_fraction;
    if (at < value_end || at > 1 - value_end) {
        at = at < value_end ? value_end : 1 - value_end;
        fsc_norm_add_caveat(place, "the value lies at the end of the scale and was placed at %.2f %%", 100 * at);
    }
    double variance, dof = cell->n - 1, z_slope;
    if (cell->curve.n_term > 0) {
        place_in_curve(place, &variance, &z_slope, &cell->curve, age_years, at);
        dof = cell->curve.dof;
    } else {
        place->z = fsc_skew_score(&cell->skew, at);
        variance = cell_variance(cell, place->z);
        z_slope = 1 / (at * (1 - at) * cell->skew.sigma);
        place->mean_fraction = cell->mean_fraction;
        place->sd_fraction = cell->sd_fraction;
        place->p95_fraction = fsc_skew_value(&cell->skew, z95);
    }
    if (value_se_fraction > 0) variance += value_se_fraction * value_se_fraction * z_slope * z_slope;
    place->z_se = sqrt(variance);
    /* Student's t: with few people the norm's spread is itself uncertain. */
    const double reach = fsc_student_quantile(0.95, dof) * place->z_se;
    place->percentile = 100 * fsc_normal_cdf(place->z);
    place->percentile_low = 100 * fsc_normal_cdf(place->z - reach);
    place->percentile_high = 100 * fsc_normal_cdf(place->z + reach);
}

static void say_what_pools(fsc_norm_place *place, const fsc_norm_cell *cell, const fsc_norm_query *q) {
    if (!same_level(cell, fsc_level_order(q->level_first), fsc_level_order(q->level_last)))
        fsc_norm_add_caveat(place, "the reference is a mean over %s-%s", cell->level_first, cell->level_last);
    if (cell->side == FSC_SIDE_BOTH && q->side != FSC_SIDE_BOTH)
        fsc_norm_add_caveat(place, "the reference pools both sides");
    if (cell->sex == FSC_SEX_UNKNOWN) fsc_norm_add_caveat(place, "the reference pools women and men");
    if (pools_ages(cell)) {
        if (isnan(cell->age_max_years))
            fsc_norm_add_caveat(place, "the reference pools adults of all ages");
        else
            fsc_norm_add_caveat(place, "the reference pools ages %.0f-%.0f", cell->age_min_years, cell->age_max_years);
    }
    if (cell->age_basis[0] && strcmp(cell->age_basis, "range") != 0)
        fsc_norm_add_caveat(place, "its age bounds: %s", cell->age_basis);
    if (cell->n_basis[0] && strcmp(cell->n_basis, "stated") != 0)
        fsc_norm_add_caveat(place, "its n: %s", cell->n_basis);
    if (cell->caveat[0]) fsc_norm_add_caveat(place, "%s", cell->caveat);
}

static void muscle_in_words(char *out, size_t size, const char *keys) {
    fsc_copy_text(out, size, keys);
    for (char *c = out; *c; c++)
        if (*c == '_') *c = ' ';
}

/* The levels for which the muscle has cells, once each: "C3, T1, L1-L5". */
static void list_levels(char *out, size_t size, const fsc_norms *norms, const fsc_norm_query *q) {
    size_t used = 0;
    out[0] = 0;
    for (int32_t i = 0; i < norms->n_cell; i++) {
        const fsc_norm_cell *cell = &norms->cell[i];
        if (strcmp(cell->muscle, q->muscle) != 0 || !side_fits(cell, q->side)) continue;
        char word[28];
        const int one = strcmp(cell->level_first, cell->level_last) == 0;
        fsc_format(word, sizeof word, "%s%s%s", cell->level_first, one ? "" : "-", one ? "" : cell->level_last);
        int said = 0;
        for (int32_t k = 0; k < i && !said; k++)
            said = strcmp(norms->cell[k].muscle, q->muscle) == 0 && side_fits(&norms->cell[k], q->side) &&
                   strcmp(norms->cell[k].level_first, cell->level_first) == 0 &&
                   strcmp(norms->cell[k].level_last, cell->level_last) == 0;
        if (said || used + strlen(word) + 3 > size) continue;
        used += (size_t)fsc_format(out + used, size - used, "%s%s", used ? ", " : "", word);
    }
}

/* The ages that the cells stopped at AT_AGE cover, as one outer range. */
static void age_range(double *low, double *high, const fsc_norms *norms, const fsc_norm_query *q) {
    *low = HUGE_VAL;
    *high = -HUGE_VAL;
    for (int32_t i = 0; i < norms->n_cell; i++) {
        const fsc_norm_cell *cell = &norms->cell[i];
        if (compare(norms, cell, q) != AT_AGE) continue;
        *low = fmin(*low, cell->age_min_years);
        *high = fmax(*high, isnan(cell->age_max_years) ? 120 : cell->age_max_years);
    }
}

static void explain(fsc_norm_place *place, const fsc_norms *norms, const fsc_norm_query *q, stage reached) {
    char muscle[96], levels[100], level[28];
    const int one = strcmp(q->level_first, q->level_last) == 0;
    muscle_in_words(muscle, sizeof muscle, q->muscle);
    fsc_format(level, sizeof level, "%s%s%s", q->level_first, one ? "" : "-", one ? "" : q->level_last);
    fsc_copy_text(place->failed, sizeof place->failed, stage_words[reached]);
    char *out = place->reason;
    const size_t size = sizeof place->reason;
    double low, high;
    switch (reached) {
    case AT_MUSCLE: fsc_format(out, size, "nobody has counted: no norm cell for this muscle (%s)", muscle); break;
    case AT_LEVEL:
        list_levels(levels, sizeof levels, norms, q);
        fsc_format(out, size, "no norm cell for %s at %s (there are cells for %s)", muscle, level, levels);
        break;
    case AT_SEX:
        if (q->sex == FSC_SEX_UNKNOWN)
            fsc_format(out, size, "the person's sex is not known, and the cells for %s at %s are by sex", muscle,
                       level);
        else
            fsc_format(out, size, "no norm cell of %s for %s at %s", q->sex == FSC_SEX_FEMALE ? "women" : "men", muscle,
                       level);
        break;
    case AT_AGE:
        age_range(&low, &high, norms, q);
        if (isnan(q->age_years))
            fsc_format(out, size, "the person's age is not known, and fat rises with age");
        else
            fsc_format(out, size, "no norm cell for age %.0f: the cells for %s at %s cover %.0f-%.0f years",
                       q->age_years, muscle, level, low, high);
        break;
    default:
        fsc_format(out, size, "the cells for %s at %s were measured by another method than this scan (%s)", muscle,
                   level, fsc_norms_method_class(q->method));
    }
}

void fsc_norms_place(fsc_norm_place *place, fsc_norm_place *other_method, const fsc_norms *norms,
                     const fsc_norm_query *query) {
    fsc_norm_place_clear(place);
    if (other_method) fsc_norm_place_clear(other_method);
    if (isnan(query->value_fraction)) {
        fsc_copy_text(place->failed, sizeof place->failed, "value");
        fsc_copy_text(place->reason, sizeof place->reason, "no fat fraction was measured here");
        return;
    }
    stage reached = AT_MUSCLE;
    for (int32_t i = 0; i < norms->n_cell; i++) {
        const stage s = compare(norms, &norms->cell[i], query);
        if (s > reached) reached = s;
    }
    if (reached == FITS) {
        const fsc_norm_cell *cell = best_of(norms, query, FITS);
        say_what_pools(place, cell, query);
        fsc_norm_fill(place, cell, query->age_years, query->value_fraction, query->value_se_fraction);
        return;
    }
    explain(place, norms, query, reached);
    fsc_norm_place_pooled(place, norms, query);
    if (place->norm_id[0]) return;
    const fsc_norm_cell *other = other_method && reached == AT_METHOD ? best_of(norms, query, AT_METHOD) : NULL;
    if (!other) return;
    fsc_norm_add_caveat(other_method,
                        "OTHER METHOD: the reference was measured by %s, this scan by %s; the two can differ by more "
                        "than people do",
                        other->method, fsc_norms_method_class(query->method));
    say_what_pools(other_method, other, query);
    fsc_norm_fill(other_method, other, query->age_years, query->value_fraction, query->value_se_fraction);
}

fsc_status fsc_norms_place_in(fsc_norm_place *place, const fsc_norms *norms, const char *norm_id, double age_years,
                              double value_fraction, double value_se_fraction, fsc_error *err) {
    fsc_norm_place_clear(place);
    for (int32_t i = 0; i < norms->n_cell; i++) {
        if (strcmp(norms->cell[i].id, norm_id) != 0) continue;
        if (norms->cell[i].curve.n_term > 0 && isnan(age_years))
            return fsc_fail(err, FSC_E_RANGE, "norm '%s' is a curve over age: give the age", norm_id);
        fsc_norm_fill(place, &norms->cell[i], age_years, value_fraction, value_se_fraction);
        return FSC_OK;
    }
    return fsc_fail(err, FSC_E_NOTFOUND, "no norm has the id '%s'; `fascicle norms list` shows the ids", norm_id);
}
