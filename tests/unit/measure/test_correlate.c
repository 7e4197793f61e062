/* The standard error against the truth: fields with known correlation are drawn again and again, and the stated error
 * of their mean is compared with the spread that the means really have. */
#include "../test.h"
#include "correlate.h"
#include "random.h"

#include <string.h>

#define NX 36
#define NY 32
#define NZ 14
#define N (NX * NY * NZ)

static float field[N], work[N], scratch[3 * N];
static int32_t map[N];
static int64_t places[N];

/* Running box mean along one axis, periodic; three of them are close to a Gaussian. */
static void box_pass(float *f, int axis, int half) {
    static const int64_t dim[3] = {NX, NY, NZ}, stride[3] = {1, NX, (int64_t)NX * NY};
    if (half == 0) return;
    for (int64_t v = 0; v < N; v++) {
        const int64_t at = v / stride[axis] % dim[axis];
        double sum = 0;
        for (int h = -half; h <= half; h++) {
            const int64_t there = (at + h + dim[axis]) % dim[axis];
            sum += (double)f[v + (there - at) * stride[axis]];
        }
        work[v] = (float)(sum / (2 * half + 1));
    }
    memcpy(f, work, sizeof work);
}

/* First-order autoregression along one axis: exponential correlation. */
static void exponential_pass(float *f, int axis, double r) {
    static const int64_t dim[3] = {NX, NY, NZ}, stride[3] = {1, NX, (int64_t)NX * NY};
    for (int64_t v = 0; v < N; v++) {
        if (v / stride[axis] % dim[axis] == 0) continue;
        f[v] = (float)(r * (double)f[v - stride[axis]] + sqrt(1 - r * r) * (double)f[v]);
    }
}

typedef struct recipe {
    const char *name;
    int box[3];      /* half widths, three passes; 0 = none */
    double r[3];     /* autoregression; 0 = none */
    double white;    /* standard deviation of white noise on top of a field of 1 */
    int64_t size[3]; /* of an ellipsoid in the middle; a size of the grid's or more leaves that direction uncut */
} recipe;

static int64_t cut_set(const recipe *c) {
    int64_t n = 0;
    for (int64_t v = 0; v < N; v++) {
        const double x = (double)(v % NX) - 0.5 * (NX - 1), y = (double)(v / NX % NY) - 0.5 * (NY - 1),
                     z = (double)(v / (NX * NY)) - 0.5 * (NZ - 1);
        const double d = pow(2 * x / (double)c->size[0], 2) + pow(2 * y / (double)c->size[1], 2);
        map[v] = d <= 1 && fabs(2 * z) <= (double)c->size[2] ? 7 : 3;
        if (map[v] == 7) places[n++] = v;
    }
    return n;
}

static void draw(const recipe *c, uint64_t seed) {
    for (int64_t v = 0; v < N; v++) field[v] = (float)fsc_random_normal(seed, 1, (uint64_t)v);
    double scale = 1;
    for (int a = 0; a < 3; a++) {
        for (int pass = 0; pass < 3; pass++) box_pass(field, a, c->box[a]);
        if (c->r[a] > 0) exponential_pass(field, a, c->r[a]);
        if (c->box[a] > 0) {
            /* Power that three boxes leave: the sum of squares of their joint weights. */
            double weight[64] = {0}, next[64];
            weight[32] = 1;
            for (int pass = 0; pass < 3; pass++) {
                memset(next, 0, sizeof next);
                for (int i = 0; i < 64; i++)
                    for (int h = -c->box[a]; h <= c->box[a]; h++)
                        if (i + h >= 0 && i + h < 64) next[i + h] += weight[i] / (2 * c->box[a] + 1);
                memcpy(weight, next, sizeof weight);
            }
            double power = 0;
            for (int i = 0; i < 64; i++) power += weight[i] * weight[i];
            scale *= sqrt(power);
        }
    }
    for (int64_t v = 0; v < N; v++)
        field[v] = (float)((double)field[v] / scale + c->white * fsc_random_normal(seed, 2, (uint64_t)v));
}

#define REPEATS 120

/* Root of the mean stated variance over the true spread of the means, and the share of intervals of 1.645 errors that
 * hold the truth (0). */
static void run_recipe(const recipe *c, double *ratio, double *covered) {
    const fsc_grid grid = {{NX, NY, NZ}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, 0, 0};
    const int64_t n = cut_set(c);
    double spread = 0, stated = 0, hits = 0;
    for (uint64_t k = 0; k < REPEATS; k++) {
        draw(c, 1000 + k);
        double mean = 0;
        for (int64_t i = 0; i < n; i++) mean += (double)field[places[i]] / (double)n;
        const double variance = fsc_variance_of_mean(&grid, field, map, 7, places, n, mean, scratch);
        spread += mean * mean / REPEATS;
        stated += variance / REPEATS;
        hits += fabs(mean) < 1.645 * sqrt(variance);
    }
    *ratio = sqrt(stated / spread);
    *covered = hits / REPEATS;
    print_message(
        "%-34s %5lld voxels: stated / true error %.3f, 90 %% intervals hold %.1f %%, neighbours ignored %.3f\n",
        c->name, (long long)n, *ratio, 100 * *covered, sqrt((1 + c->white * c->white) / (double)n / spread));
}

static void stated_error_is_the_true_error(void **state) {
    (void)state;
    static const recipe recipes[] = {
        {"white noise", {0, 0, 0}, {0, 0, 0}, 0, {24, 20, 12}},
        {"smooth", {1, 1, 1}, {0, 0, 0}, 0, {26, 24, 12}},
        {"smooth with white noise", {1, 1, 1}, {0, 0, 0}, 1, {26, 24, 12}},
        {"smoother in the slice only", {2, 2, 0}, {0, 0, 0}, 0.5, {30, 26, 12}},
        {"exponential with white noise", {0, 0, 0}, {0.7, 0.6, 0.3}, 0.7, {30, 26, 12}},
        {"three slices", {1, 1, 1}, {0, 0, 0}, 0.5, {26, 24, 3}},
        {"one slice", {1, 1, 0}, {0, 0, 0}, 0.5, {26, 24, 1}},
        {"narrow strip", {1, 1, 0}, {0, 0, 0}, 0.5, {8, 30, 8}},
    };
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        double ratio, covered;
        run_recipe(&recipes[i], &ratio, &covered);
        assert_true(ratio > 0.85 && ratio < 1.15);
        assert_true(covered > 0.83 && covered < 0.97);
    }
}

static void few_and_missing_voxels_are_safe(void **state) {
    (void)state;
    const fsc_grid grid = {{NX, NY, NZ}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, 0, 0};
    memset(map, 0, sizeof map);
    for (int64_t i = 0; i < 4; i++) {
        places[i] = i;
        map[i] = 7;
        field[i] = (float)i;
    }
    assert_true(isnan(fsc_variance_of_mean(&grid, field, map, 7, places, 1, 0, scratch)));
    /* Four independent values 0..3: variance 5/3, of the mean 5/12. */
    assert_close(fsc_variance_of_mean(&grid, field, map, 7, places, 4, 1.5, scratch), 5.0 / 12, 1e-9);
    field[3] = NAN;
    assert_close(fsc_variance_of_mean(&grid, field, map, 7, places, 4, 1, scratch), 1.0 / 3, 1e-9);
    for (int64_t i = 0; i < 100; i++) {
        places[i] = i;
        map[i] = 7;
        field[i] = 0.25f;
    }
    assert_close(fsc_variance_of_mean(&grid, field, map, 7, places, 100, 0.25, scratch), 0, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stated_error_is_the_true_error),
        cmocka_unit_test(few_and_missing_voxels_are_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
