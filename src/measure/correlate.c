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
#define ROUNDS 4         /* of adding Var(mean) back; converges geometrically */
#define FEW 12           /* fewer voxels than this carry no correlation estimate */
#define PAIRS_MAX 150000 /* of the model's sum */
#define SAMPLE_MIN 32
#define LENGTHS 28
#define POWERS 5
#define DIAGONALS 4
#define DIAGONAL_LAGS 4
#define CORRECTION_MAX 0.15 /* of c0: a set whose mean wanders more than that cannot tell how much more */
#define SHARES 20
#define TABLE 1024
#define SPLIT_MAX 256
#define FAR_AWAY 1e6f
#define TABLE_END 60.0 /* exp(-d^p) is below 5e-4 beyond d^2 = 60 even for p = 1 */

typedef struct lag_set {
    double covariance[3][LAG_MAX + 1];
    double pairs[3][LAG_MAX + 1];
    int32_t last[3]; /* lags in use along each axis; 0 = none */
    double diagonal[DIAGONALS][DIAGONAL_LAGS + 1], diagonal_pairs[DIAGONALS][DIAGONAL_LAGS + 1];
    double c0;
    int64_t n;
} lag_set;

typedef struct model {
    double share, power, length[3]; /* voxels */
    int round;
} model;

static const int diagonal_step[DIAGONALS][3] = {{1, 1, 0}, {1, 0, 1}, {0, 1, 1}, {1, 1, 1}};

/* What the sums over a set of voxels need. */
typedef struct lag_source {
    const fsc_grid *grid;
    const float *data;
    const int32_t *map;
    int32_t value;
    const int64_t *index;
    int64_t n;
    double mean;
    const float *place; /* (n, 3) */
} lag_source;

/* Mean product of residuals step apart; pairs says over how many. */
static double covariance_at(const lag_source *s, const int step[3], double *pairs) {
    const int64_t *dim = s->grid->dim;
    const int64_t jump = step[0] + dim[0] * (step[1] + dim[1] * step[2]);
    const float end[3] = {(float)(dim[0] - step[0]), (float)(dim[1] - step[1]), (float)(dim[2] - step[2])};
    double product = 0;
    *pairs = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const float *p = &s->place[3 * i];
        if (p[0] >= end[0] || p[1] >= end[1] || p[2] >= end[2]) continue;
        const int64_t at = s->index[i];
        if (s->map[at + jump] != s->value) continue;
        const double r = ((double)s->data[at] - s->mean) * ((double)s->data[at + jump] - s->mean);
        if (!isfinite(r)) continue;
        product += r;
        *pairs += 1;
    }
    return *pairs > 0 ? product / *pairs : 0;
}

static void measure_lags(lag_set *lags, const lag_source *s) {
    double sum = 0;
    lags->n = 0;
    for (int64_t i = 0; i < s->n; i++) {
        const double r = (double)s->data[s->index[i]] - s->mean;
        if (!isfinite(r)) continue;
        sum += r * r;
        lags->n++;
    }
    lags->c0 = lags->n > 0 ? sum / (double)lags->n : 0;
    for (int a = 0; a < 3; a++) {
        int32_t below = 0;
        /* Two lags past the end of the correlation say enough. */
        for (int h = 1; h <= LAG_MAX && below < 2; h++) {
            int step[3] = {0};
            step[a] = h;
            double pairs;
            const double c = covariance_at(s, step, &pairs);
            if (pairs < 4) break;
            lags->pairs[a][h] = pairs;
            lags->covariance[a][h] = c;
            lags->last[a] = h;
            below += c < 0.02 * lags->c0;
        }
    }
    for (int d = 0; d < DIAGONALS; d++)
        for (int h = 1; h <= DIAGONAL_LAGS; h++) {
            const int step[3] = {h * diagonal_step[d][0], h * diagonal_step[d][1], h * diagonal_step[d][2]};
            lags->diagonal[d][h] = covariance_at(s, step, &lags->diagonal_pairs[d][h]);
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

/* exp(-d^p) between voxels h apart. */
static double model_at(const model *m, const int h[3]) {
    double round = 0, split = 0;
    for (int a = 0; a < 3; a++) {
        if (h[a] == 0) continue;
        const double x = h[a] / m->length[a];
        round += x * x;
        if (!m->round) split += pow(x, m->power);
    }
    return m->round ? kernel(round, m->power) : exp(-split);
}

static double diagonal_misfit(const lag_set *lags, const model *m, double variance) {
    double sum = 0;
    for (int d = 0; d < DIAGONALS; d++)
        for (int h = 1; h <= DIAGONAL_LAGS; h++) {
            if (lags->diagonal_pairs[d][h] < 4) break;
            const int step[3] = {h * diagonal_step[d][0], h * diagonal_step[d][1], h * diagonal_step[d][2]};
            const double e = (lags->diagonal[d][h] + variance) / (lags->c0 + variance) - m->share * model_at(m, step);
            sum += lags->diagonal_pairs[d][h] * e * e;
        }
    return sum;
}

static model fit(const lag_set *lags, const kernel_table *table, double variance) {
    model best = {0, 1, {0.3, 0.3, 0.3}, 1};
    double least = INFINITY;
    for (int p = 0; p < POWERS; p++)
        for (int32_t f = 1; f <= SHARES; f++) {
            model m = {(double)f / SHARES, powers[p], {0.3, 0.3, 0.3}, 1};
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
            /* A Gaussian (p = 2) is both. */
            for (m.round = 1; m.round >= (m.power < 2 ? 0 : 1); m.round--) {
                const double all = total + diagonal_misfit(lags, &m, variance);
                if (all >= least) continue;
                least = all;
                best = m;
            }
        }
    return best;
}

/* Mean of the correlated part over all pairs of the set: every stride-th voxel against all. place is (n, 3), n_known of
 * them with data. */
static double mean_kernel(const model *m, const float *place, int64_t n, int64_t n_known) {
    double table[TABLE + 1];
    for (int t = 0; t <= TABLE; t++) table[t] = kernel(TABLE_END * t / TABLE, m->power);
    double split[3][SPLIT_MAX]; /* by whole voxels along one axis */
    for (int a = 0; a < 3; a++)
        for (int h = 0; h < SPLIT_MAX; h++) split[a][h] = exp(-pow(h / m->length[a], m->power));
    const int64_t wanted = PAIRS_MAX / n > SAMPLE_MIN ? PAIRS_MAX / n : SAMPLE_MIN;
    const int64_t stride = n > wanted ? n / wanted : 1;
    double scale[3], sum = 0, count = 0;
    for (int a = 0; a < 3; a++) scale[a] = 1 / m->length[a];
    for (int64_t i = stride / 2; i < n; i += stride) {
        if (place[3 * i] >= FAR_AWAY) continue;
        for (int64_t j = 0; j < n && !m->round; j++) {
            double product = 1;
            for (int a = 0; a < 3; a++) {
                const float h = fabsf(place[3 * j + a] - place[3 * i + a]);
                product *= h < SPLIT_MAX ? split[a][(int)h] : 0;
            }
            sum += product;
        }
        for (int64_t j = 0; j < n && m->round; j++) {
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
    return count > 0 ? sum / (count * (double)n_known) : 0;
}

/* Grid indices of every voxel; those without data are put far away, out of reach of all others. */
static void list_places(float *place, const fsc_grid *grid, const float *data, const int64_t *index, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        const int known = isfinite(data[index[i]]);
        place[3 * i] = known ? (float)(index[i] % grid->dim[0]) : FAR_AWAY;
        place[3 * i + 1] = known ? (float)(index[i] / grid->dim[0] % grid->dim[1]) : FAR_AWAY;
        place[3 * i + 2] = known ? (float)(index[i] / (grid->dim[0] * grid->dim[1])) : FAR_AWAY;
    }
}

double fsc_variance_of_mean(const fsc_grid *grid, const float *data, const int32_t *map, int32_t value,
                            const int64_t *index, int64_t n, double mean, float *scratch) {
    lag_set lags = {0};
    const lag_source source = {grid, data, map, value, index, n, mean, scratch};
    list_places(scratch, grid, data, index, n);
    measure_lags(&lags, &source);
    if (lags.n < 2) return (double)NAN;
    const double plain = lags.c0 / (double)(lags.n - 1);
    if (lags.n < FEW || !(lags.c0 > 0)) return plain;
    kernel_table table;
    fill_table(&table);
    double variance = plain;
    for (int round = 0; round < ROUNDS; round++) {
        const double correction = fmin(variance, CORRECTION_MAX * lags.c0);
        const model m = fit(&lags, &table, correction);
        const double c0 = lags.c0 + correction;
        variance = c0 * ((1 - m.share) / (double)lags.n + m.share * mean_kernel(&m, scratch, n, lags.n));
    }
    return variance > plain ? variance : plain;
}
