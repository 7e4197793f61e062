/* Variance of a mean under spatial correlation.
 *
 * Var(mean) = (1/n^2) sum_ij C(i - j). C cannot be summed as estimated: its tail is noise, and residuals about the
 * sample's own mean sum to zero by construction, which takes Var(mean) off every C(h). So a model is fitted to the
 * autocovariance along the three array axes, C(h) = c0 [ (1 - f) delta(h) + f exp(-d^p) ],   d^2 = sum_a (h_a / l_a)^2,
 * (f: share that is correlated, l_a: a length per axis, 1 <= p <= 2: from exponential to Gaussian), Var(mean) is added
 * back to the estimates, and both are iterated. The model is then summed over the set's true shape: all voxels against
 * an even sample of them. */
#include "correlate.h"

#include <math.h>
#include <stddef.h>

#define LAG_MAX 16
#define ROUNDS 6         /* of adding Var(mean) back; converges geometrically */
#define FEW 12           /* fewer voxels than this carry no correlation estimate */
#define PAIRS_MAX 300000 /* of the model's sum */
#define SAMPLE_MIN 32
#define LENGTHS 28
#define POWERS 5
#define SHARES 20
#define TABLE 1024
#define TABLE_END 60.0 /* exp(-d^p) is below 5e-4 beyond d^2 = 60 even for p = 1 */

typedef struct lag_set {
    double covariance[3][LAG_MAX + 1];
    double pairs[3][LAG_MAX + 1];
    int32_t last[3]; /* lags in use along each axis; 0 = none */
    double c0;
    int64_t n;
} lag_set;

typedef struct model {
    double share, power, length[3]; /* voxels */
} model;

static void measure_lags(lag_set *lags, const fsc_grid *grid, const float *data, const int32_t *map, int32_t value,
                         const int64_t *index, int64_t n, double mean) {
    const int64_t stride[3] = {1, grid->dim[0], grid->dim[0] * grid->dim[1]};
    double sum = 0;
    lags->n = 0;
    for (int64_t i = 0; i < n; i++) {
        const double r = (double)data[index[i]] - mean;
        if (!isfinite(r)) continue;
        sum += r * r;
        lags->n++;
    }
    lags->c0 = lags->n > 0 ? sum / (double)lags->n : 0;
    for (int a = 0; a < 3; a++) {
        lags->last[a] = 0;
        int32_t below = 0;
        for (int32_t h = 1; h <= LAG_MAX && h < grid->dim[a] && below < 2; h++) {
            double product = 0, pairs = 0;
            for (int64_t i = 0; i < n; i++) {
                const int64_t at = index[i], other = at + h * stride[a];
                if (at / stride[a] % grid->dim[a] + h >= grid->dim[a] || map[other] != value) continue;
                const double r = ((double)data[at] - mean) * ((double)data[other] - mean);
                if (!isfinite(r)) continue;
                product += r;
                pairs += 1;
            }
            if (pairs < 4) break;
            lags->pairs[a][h] = pairs;
            lags->covariance[a][h] = product / pairs;
            lags->last[a] = h;
            below += lags->covariance[a][h] < 0.02 * lags->c0; /* two lags past the end of the correlation say enough */
        }
    }
}

/* exp(-(h / l)^p) for every power, length and lag that the fit tries. */
typedef struct kernel_table {
    double value[POWERS][LENGTHS][LAG_MAX + 1];
} kernel_table;

static const double powers[POWERS] = {1.0, 1.25, 1.5, 1.75, 2.0};

static double kernel(double d2, double power) {
    return exp(-pow(d2, 0.5 * power));
}

static double length_of(int32_t step) {
    return 0.3 * pow(1.2, step);
} /* 0.3 ... 41 voxels */

static void fill_table(kernel_table *table) {
    for (int p = 0; p < POWERS; p++)
        for (int32_t l = 0; l < LENGTHS; l++)
            for (int h = 0; h <= LAG_MAX; h++) table->value[p][l][h] = kernel(pow(h / length_of(l), 2), powers[p]);
}

/* Squared misfit of axis a for one curve; variance is what the mean's error took off every lag. */
static double misfit(const lag_set *lags, int a, const double *curve, double share, double variance) {
    const double c0 = lags->c0 + variance;
    double sum = 0;
    for (int32_t h = 1; h <= lags->last[a]; h++) {
        const double e = (lags->covariance[a][h] + variance) / c0 - share * curve[h];
        sum += lags->pairs[a][h] * e * e;
    }
    return sum;
}

static model fit(const lag_set *lags, const kernel_table *table, double variance) {
    model best = {0, 1, {0.3, 0.3, 0.3}};
    double least = INFINITY;
    for (int p = 0; p < POWERS; p++)
        for (int32_t f = 1; f <= SHARES; f++) {
            model m = {.share = (double)f / SHARES, .power = powers[p], .length = {0.3, 0.3, 0.3}};
            double total = 0;
            for (int a = 0; a < 3; a++) {
                double axis = INFINITY;
                for (int32_t l = 0; l < LENGTHS && lags->last[a] > 0; l++) {
                    const double e = misfit(lags, a, table->value[p][l], m.share, variance);
                    if (e >= axis) continue;
                    axis = e;
                    m.length[a] = length_of(l);
                }
                if (lags->last[a] > 0) total += axis;
            }
            if (total < least) {
                least = total;
                best = m;
            }
        }
    return best;
}

/* Mean of the correlated part over all pairs of the set: every stride-th voxel against all. place is (n, 3). */
static double mean_kernel(const model *m, const float *place, int64_t n) {
    double table[TABLE + 1];
    for (int t = 0; t <= TABLE; t++) table[t] = kernel(TABLE_END * t / TABLE, m->power);
    const int64_t wanted = PAIRS_MAX / n > SAMPLE_MIN ? PAIRS_MAX / n : SAMPLE_MIN;
    const int64_t stride = n > wanted ? n / wanted : 1;
    double scale[3], sum = 0, count = 0;
    for (int a = 0; a < 3; a++) scale[a] = 1 / m->length[a];
    for (int64_t i = stride / 2; i < n; i += stride) {
        for (int64_t j = 0; j < n; j++) {
            const double dx = (double)(place[3 * j] - place[3 * i]) * scale[0];
            const double dy = (double)(place[3 * j + 1] - place[3 * i + 1]) * scale[1];
            const double dz = (double)(place[3 * j + 2] - place[3 * i + 2]) * scale[2];
            const double at = (dx * dx + dy * dy + dz * dz) * (TABLE / TABLE_END);
            if (at >= TABLE) continue;
            const int cell = (int)at;
            sum += table[cell] + (at - cell) * (table[cell + 1] - table[cell]);
        }
        count += 1;
    }
    return sum / (count * (double)n);
}

/* Grid indices of the voxels with finite data. */
static void list_places(float *place, const fsc_grid *grid, const float *data, const int64_t *index, int64_t n) {
    int64_t at = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isfinite(data[index[i]])) continue;
        place[at++] = (float)(index[i] % grid->dim[0]);
        place[at++] = (float)(index[i] / grid->dim[0] % grid->dim[1]);
        place[at++] = (float)(index[i] / (grid->dim[0] * grid->dim[1]));
    }
}

double fsc_variance_of_mean(const fsc_grid *grid, const float *data, const int32_t *map, int32_t value,
                            const int64_t *index, int64_t n, double mean, float *scratch) {
    lag_set lags = {0};
    measure_lags(&lags, grid, data, map, value, index, n, mean);
    if (lags.n < 2) return (double)NAN;
    const double plain = lags.c0 / (double)(lags.n - 1);
    if (lags.n < FEW || !(lags.c0 > 0)) return plain;
    kernel_table table;
    fill_table(&table);
    list_places(scratch, grid, data, index, n);
    double variance = plain;
    for (int round = 0; round < ROUNDS; round++) {
        const model m = fit(&lags, &table, variance);
        const double c0 = lags.c0 + variance;
        variance = c0 * ((1 - m.share) / (double)lags.n + m.share * mean_kernel(&m, scratch, lags.n));
        if (!(variance < lags.c0)) return lags.c0; /* correlated as far as the set reaches: one sample, not many */
    }
    return variance > plain ? variance : plain;
}
