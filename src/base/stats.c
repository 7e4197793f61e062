#include "stats.h"

#include <math.h>

double fsc_normal_cdf(double z) {
    return 0.5 * erfc(-z * 0.70710678118654752440);
}

/* Rational start (Acklam), then two Newton steps on erfc, which leave rounding error only. */
double fsc_normal_quantile(double p) {
    static const double a[] = {-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                               1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    static const double b[] = {-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                               6.680131188771972e+01, -1.328068155288572e+01};
    static const double c[] = {-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                               -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    static const double d[] = {7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                               3.754408661907416e+00};
    if (!(p > 0 && p < 1)) return p == 0 ? -HUGE_VAL : p == 1 ? HUGE_VAL : (double)NAN;
    const double tail = p < 0.5 ? p : 1 - p;
    double z;
    if (tail < 0.02425) {
        const double q = sqrt(-2 * log(tail));
        z = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
            ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
    } else {
        const double q = tail - 0.5, r = q * q;
        z = (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
            (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
    }
    for (int i = 0; i < 2; i++) {
        const double density = 0.39894228040143267794 * exp(-0.5 * z * z);
        if (density > 0) z -= (fsc_normal_cdf(z) - tail) / density;
    }
    return p < 0.5 ? z : -z;
}

/* Continued fraction of the incomplete beta function (Lentz). */
static double beta_fraction(double a, double b, double x) {
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    if (fabs(d) < tiny) d = tiny;
    d = 1 / d;
    double h = d;
    for (int m = 1; m <= 500; m++) {
        const double m2 = 2.0 * m;
        for (int odd = 0; odd < 2; odd++) {
            const double t = odd ? -(a + m) * (a + b + m) * x / ((a + m2) * (a + m2 + 1))
                                 : m * (b - m) * x / ((a + m2 - 1) * (a + m2));
            d = 1 + t * d;
            if (fabs(d) < tiny) d = tiny;
            c = 1 + t / c;
            if (fabs(c) < tiny) c = tiny;
            d = 1 / d;
            h *= d * c;
        }
        if (fabs(d * c - 1) < 1e-15) break;
    }
    return h;
}

/* Regularised incomplete beta function I_x(a, b). */
static double beta_regular(double a, double b, double x) {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
    return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double fsc_f_quantile(double p, double d1, double d2) {
    double low = 0, high = 1;
    for (int i = 0; i < 200; i++) {
        const double mid = 0.5 * (low + high);
        if (beta_regular(0.5 * d1, 0.5 * d2, mid) < p)
            low = mid;
        else
            high = mid;
    }
    const double x = 0.5 * (low + high);
    return d2 * x / (d1 * (1 - x));
}

double fsc_student_quantile(double p, double dof) {
    if (p == 0.5) return 0;
    const double two_sided = p < 0.5 ? 2 * p : 2 * (1 - p);
    const double t = sqrt(fsc_f_quantile(1 - two_sided, 1, dof));
    return p < 0.5 ? -t : t;
}

double fsc_chi2_above(double x, double dof) {
    if (!(x > 0)) return 1;
    const double a = 0.5 * dof, half = 0.5 * x;
    const double front = exp(a * log(half) - half - lgamma(a));
    if (half < a + 1) {
        double term = 1 / a, sum = term;
        for (int i = 1; i < 1000 && term > sum * 1e-16; i++) sum += term *= half / (a + i);
        return 1 - front * sum;
    }
    double b = half + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int i = 1; i < 1000; i++) {
        const double an = -(double)i * (i - a);
        b += 2;
        d = an * d + b;
        if (fabs(d) < 1e-300) d = 1e-300;
        c = b + an / c;
        if (fabs(c) < 1e-300) c = 1e-300;
        d = 1 / d;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-15) break;
    }
    return front * h;
}
