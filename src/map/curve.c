#include "cell.h"
#include "fail.h"
#include "stats.h"

#include <math.h>
#include <string.h>

static double cube_above(double x) {
    return x > 0 ? x * x * x : 0;
}

/* Truncated-power form of the natural spline (Hastie, Tibshirani and Friedman 2009, section 5.2.1), scaled by the range
 * of the knots so that the normal equations stay well conditioned. */
void fsc_curve_basis(double *basis, const fsc_norm_curve *curve, double age_years) {
    const int32_t n = curve->n_knot;
    const double range = curve->knot[n - 1] - curve->knot[0];
    const double x = (age_years - curve->knot[0]) / range;
    double knot[FSC_KNOT_MAX];
    for (int32_t k = 0; k < n; k++) knot[k] = (curve->knot[k] - curve->knot[0]) / range;
    basis[0] = 1;
    basis[1] = x;
    const double last = (cube_above(x - knot[n - 2]) - cube_above(x - 1)) / (1 - knot[n - 2]);
    for (int32_t k = 0; k + 2 < curve->n_term; k++)
        basis[2 + k] = (cube_above(x - knot[k]) - cube_above(x - 1)) / (1 - knot[k]) - last;
}

double fsc_curve_transform(double lambda, double fraction) {
    const double log_odds = fsc_logit(fraction);
    return lambda > 0 ? expm1(lambda * log_odds) / lambda : log_odds;
}

double fsc_curve_fraction(double lambda, double value) {
    if (!(lambda > 0)) return fsc_unlogit(value);
    return lambda * value > -1 ? fsc_unlogit(log1p(lambda * value) / lambda) : 0;
}

double fsc_curve_slope(double lambda, double fraction) {
    return exp(lambda * fsc_logit(fraction)) / (fraction * (1 - fraction));
}

double fsc_curve_at(double *variance, const fsc_norm_curve *curve, double age_years) {
    double basis[FSC_TERM_MAX] = {0}, mu = 0;
    *variance = 0;
    fsc_curve_basis(basis, curve, age_years);
    for (int32_t i = 0; i < curve->n_term; i++) {
        mu += curve->coefficient[i] * basis[i];
        for (int32_t j = 0; j < curve->n_term; j++)
            *variance += basis[i] * basis[j] * curve->covariance[i * curve->n_term + j];
    }
    return mu;
}

fsc_status fsc_norms_curve(double *median_fraction, double *band_low_fraction, double *band_high_fraction,
                           const fsc_norms *norms, const char *norm_id, double age_years, fsc_error *err) {
    *median_fraction = *band_low_fraction = *band_high_fraction = (double)NAN;
    for (int32_t i = 0; i < norms->n_cell; i++) {
        const fsc_norm_cell *cell = &norms->cell[i];
        if (strcmp(cell->id, norm_id) != 0) continue;
        if (!(age_years >= cell->age_min_years) || age_years > cell->age_max_years) return FSC_OK;
        double variance, factor, mu = cell->skew.mu, lambda = 0;
        if (cell->curve.n_term > 0) {
            /* Working and Hotelling: holds for all ages at once with 90 % confidence. */
            mu = fsc_curve_at(&variance, &cell->curve, age_years);
            lambda = cell->curve.lambda;
            factor = sqrt(cell->curve.n_term * fsc_f_quantile(0.90, cell->curve.n_term, cell->curve.dof));
        } else {
            const double *j = cell->slope, s2 = cell->sd_fraction * cell->sd_fraction;
            const double vs = s2 * (cell->moments.kurtosis - 1) / 4, c = 0.5 * s2 * cell->moments.skewness;
            variance = (j[0] * j[0] * s2 + j[1] * j[1] * vs + 2 * j[0] * j[1] * c) / cell->n;
            factor = fsc_student_quantile(0.95, cell->n - 1);
        }
        *median_fraction = fsc_curve_fraction(lambda, mu);
        *band_low_fraction = fsc_curve_fraction(lambda, mu - factor * sqrt(variance));
        *band_high_fraction = fsc_curve_fraction(lambda, mu + factor * sqrt(variance));
        return FSC_OK;
    }
    return fsc_fail(err, FSC_E_NOTFOUND, "no norm has the id '%s'", norm_id);
}
