/* Maximum entropy: the dual is a smooth convex function of one multiplier per feature, solved by Newton's method. */
#include "weights.h"

#include "dense.h"

#include <math.h>
#include <string.h>

/* Returns the dual log sum exp + sum softness^2 (before + m)^2 / 2. */
static double weigh(const fsc_tilt *t, const double *m, double *weight) {
    const int64_t n = t->n_person;
    double top = -INFINITY, sum = 0, dual = 0;
    for (int64_t i = 0; i < n; i++) {
        weight[i] = 0;
        for (int32_t k = 0; k < t->n_feature; k++) weight[i] += m[k] * t->feature[i * t->n_feature + k];
        top = fmax(top, weight[i]);
    }
    for (int64_t i = 0; i < n; i++) sum += weight[i] = exp(weight[i] - top);
    for (int64_t i = 0; i < n; i++) weight[i] /= sum;
    for (int32_t k = 0; k < t->n_feature; k++) {
        const double pull = t->softness[k] * (t->before[k] + m[k]);
        dual += 0.5 * pull * pull;
    }
    return dual + top + log(sum);
}

void fsc_tilt_weigh(const fsc_tilt *tilt, const double *m, double *weight) {
    weigh(tilt, m, weight);
}

/* Slope and matrix of the dual at m, whose weights are given; returns the largest slope. */
static double dual_slope(const fsc_tilt *t, const double *m, const double *weight, double *slope, double *matrix) {
    const int32_t k = t->n_feature;
    double mean[FSC_FEATURE_MAX] = {0}, size = 0;
    memset(matrix, 0, FSC_FEATURE_MAX * FSC_FEATURE_MAX * sizeof *matrix);
    for (int64_t i = 0; i < t->n_person; i++) {
        const double *f = t->feature + i * k;
        for (int32_t a = 0; a < k; a++) {
            mean[a] += weight[i] * f[a];
            for (int32_t b = 0; b <= a; b++) matrix[a * k + b] += weight[i] * f[a] * f[b];
        }
    }
    for (int32_t a = 0; a < k; a++) {
        const double soft = t->softness[a] * t->softness[a];
        slope[a] = mean[a] + soft * (t->before[a] + m[a]);
        size = fmax(size, fabs(slope[a]));
        for (int32_t b = 0; b <= a; b++) matrix[a * k + b] -= mean[a] * mean[b];
        matrix[a * k + a] += soft;
    }
    return size;
}

/* Newton with halving on the dual. */
void fsc_tilt_solve(const fsc_tilt *tilt, double m[FSC_FEATURE_MAX], double *weight) {
    const int32_t k = tilt->n_feature;
    double slope[FSC_FEATURE_MAX], matrix[FSC_FEATURE_MAX * FSC_FEATURE_MAX];
    memset(m, 0, FSC_FEATURE_MAX * sizeof *m);
    double dual = weigh(tilt, m, weight);
    for (int round = 0; round < 100; round++) {
        if (dual_slope(tilt, m, weight, slope, matrix) < 1e-9) break;
        fsc_dense_solve(matrix, slope, k);
        double step = 1, next[FSC_FEATURE_MAX];
        for (int half = 0; half < 40; half++, step /= 2) {
            for (int32_t a = 0; a < k; a++) next[a] = m[a] - step * slope[a];
            const double value = weigh(tilt, next, weight);
            if (value > dual) continue;
            dual = value;
            memcpy(m, next, (size_t)k * sizeof *m);
            break;
        }
    }
    weigh(tilt, m, weight);
}

double fsc_effective_number(const double *weight, const int64_t *group, int64_t n_person, double *sum,
                            int64_t n_group) {
    double squares = 0;
    memset(sum, 0, (size_t)n_group * sizeof *sum);
    for (int64_t i = 0; i < n_person; i++) sum[group[i]] += weight[i];
    for (int64_t g = 0; g < n_group; g++) squares += sum[g] * sum[g];
    return 1 / squares;
}
