#include "skew.h"

#include <math.h>

double fsc_logit(double fraction) {
    return log(fraction / (1 - fraction));
}
double fsc_unlogit(double logit) {
    return 1 / (1 + exp(-logit));
}

double fsc_skew_score(const fsc_skew *skew, double fraction) {
    return (fsc_logit(fraction) - skew->mu) / skew->sigma;
}
double fsc_skew_value(const fsc_skew *skew, double score) {
    return fsc_unlogit(skew->mu + skew->sigma * score);
}

/* The moments of a logit-normal have no closed form. The trapezoid rule over the normal's +-9 SD converges
 * exponentially for such smooth integrands; 240 steps leave an error below 1e-12. */
enum { STEPS = 240 };
static const double reach = 9.0;

static double weight(int i, double *z) {
    const double h = 2 * reach / STEPS;
    *z = -reach + h * i;
    return h * 0.39894228040143267794 * exp(-0.5 * *z * *z);
}

fsc_skew_moments fsc_skew_moments_of(const fsc_skew *skew) {
    double mean = 0, m2 = 0, m3 = 0, m4 = 0, z;
    for (int i = 0; i <= STEPS; i++) {
        const double w = weight(i, &z);
        mean += w * fsc_skew_value(skew, z);
    }
    for (int i = 0; i <= STEPS; i++) {
        const double w = weight(i, &z), d = fsc_skew_value(skew, z) - mean;
        m2 += w * d * d;
        m3 += w * d * d * d;
        m4 += w * d * d * d * d;
    }
    return (fsc_skew_moments){mean, sqrt(m2), m3 / (m2 * sqrt(m2)), m4 / (m2 * m2)};
}

/* Mean and SD of a candidate, with their slopes in mu and sigma: {dm/dmu, dm/dsigma, ds/dmu, ds/dsigma}. */
static void mean_and_sd(const fsc_skew *skew, double *mean, double *sd, double slope[4]) {
    double first = 0, second = 0, dm[2] = {0, 0}, d2[2] = {0, 0}, z;
    for (int i = 0; i <= STEPS; i++) {
        const double w = weight(i, &z), f = fsc_skew_value(skew, z), steep = f * (1 - f);
        first += w * f;
        second += w * f * f;
        dm[0] += w * steep;
        dm[1] += w * steep * z;
        d2[0] += w * 2 * f * steep;
        d2[1] += w * 2 * f * steep * z;
    }
    *mean = first;
    *sd = sqrt(fmax(second - first * first, 1e-30));
    for (int k = 0; k < 2; k++) {
        slope[k] = dm[k];
        slope[2 + k] = (d2[k] - 2 * first * dm[k]) / (2 * *sd);
    }
}

/* Newton's method in (mu, log sigma), each step halved until it helps. */
int fsc_skew_match(fsc_skew *out, double slope[4], double mean, double sd) {
    if (!(mean > 0 && mean < 1 && sd > 0 && sd * sd < 0.9 * mean * (1 - mean))) return 0;
    fsc_skew at = {fsc_logit(mean), sd / (mean * (1 - mean))};
    if (at.sigma > 3) at.sigma = 3;
    double m, s, j[4];
    mean_and_sd(&at, &m, &s, j);
    double miss = fabs(m - mean) + fabs(s - sd);
    for (int i = 0; i < 100 && miss > 1e-15; i++) {
        const double det = j[0] * j[3] - j[1] * j[2];
        const double step_mu = ((mean - m) * j[3] - (sd - s) * j[1]) / det;
        const double step_sigma = ((sd - s) * j[0] - (mean - m) * j[2]) / det;
        double part = 1;
        for (; part > 1e-6; part *= 0.5) {
            const fsc_skew next = {at.mu + part * step_mu, at.sigma * exp(part * step_sigma / at.sigma)};
            double try_j[4], try_m, try_s;
            mean_and_sd(&next, &try_m, &try_s, try_j);
            const double try_miss = fabs(try_m - mean) + fabs(try_s - sd);
            if (!(try_miss < miss)) continue;
            at = next;
            m = try_m;
            s = try_s;
            miss = try_miss;
            for (int k = 0; k < 4; k++) j[k] = try_j[k];
            break;
        }
        if (part <= 1e-6) break; /* rounding error is all that is left */
    }
    if (miss > 1e-9) return 0;
    *out = at;
    if (!slope) return 1;
    const double det = j[0] * j[3] - j[1] * j[2];
    slope[0] = j[3] / det;
    slope[1] = -j[1] / det;
    slope[2] = -j[2] / det;
    slope[3] = j[0] / det;
    return 1;
}
