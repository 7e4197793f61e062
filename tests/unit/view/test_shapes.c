/* Shapes that a label gets by itself, against solids that are known. */
#include "../test.h"
#include "alloc.h"
#include "shapes.h"

#include <string.h>

enum { N = 48, NZ = 13 };

static fsc_grid grid(void) {
    return (fsc_grid){.dim = {N, N, NZ}, .affine = {1, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 4, 0}};
}

static int64_t voxel_at(int64_t x, int64_t y, int64_t z) {
    return x + N * (y + N * z);
}

/* Whether a voxel lies in the truncated cone: 6 to 14 mm wide at the ends, its middle moving by 5 mm. */
static int in_cone(int64_t x, int64_t y, int64_t z) {
    const double t = (double)z / (NZ - 1), radius = 6 + 8 * t;
    return hypot((double)x - 20 - 5 * t, 1.5 * ((double)y - 22)) <= radius;
}

static void between_slices_lies_the_solid(void **state) {
    (void)state;
    static uint8_t index[N * N * NZ], truth[N * N * NZ];
    const fsc_grid g = grid();
    int64_t n_truth = 0, n_both = 0;
    for (int64_t z = 0; z < NZ; z++)
        for (int64_t y = 0; y < N; y++)
            for (int64_t x = 0; x < N; x++) {
                const int64_t v = voxel_at(x, y, z);
                truth[v] = (uint8_t)in_cone(x, y, z);
                index[v] = z == 0 || z == NZ - 1 ? truth[v] : x == 20 && y == 22 ? 2 : 0;
                n_truth += truth[v] && z > 0 && z < NZ - 1 && index[v] != 2;
            }
    const fsc_view_canvas canvas = {.grid = &g, .index = index, .label = 1, .lock = 1};
    fsc_view_shape shape = {0};
    assert_ok(fsc_view_fill(&shape, &canvas, 2, 5, &test_error));
    for (int64_t i = 0; i < shape.n; i++) {
        assert_int_equal(index[shape.voxel[i]], 0); /* the other label is spared */
        n_both += truth[shape.voxel[i]];
    }
    assert_true(2.0 * (double)n_both / (double)(n_truth + shape.n) > 0.95); /* Dice */
    fsc_view_shape_free(&shape);
    assert_fails(fsc_view_fill(&shape, &canvas, 2, 0, &test_error), FSC_E_RANGE); /* holds it already */
    assert_fails(fsc_view_fill(&shape, &canvas, 2, 99, &test_error), FSC_E_RANGE);
    memset(index + voxel_at(0, 0, NZ - 1), 0, (size_t)N * N);
    assert_fails(fsc_view_fill(&shape, &canvas, 2, 5, &test_error), FSC_E_RANGE); /* one side only */
    fsc_view_shape_free(&shape);
}

static void growing_stays_within_fat_and_reach(void **state) {
    (void)state;
    static uint8_t index[N * N * NZ];
    static float pdff[N * N * NZ];
    const fsc_grid g = grid();
    /* A bar of 10 % fat along x, two voxels wide, a wall of another label, a bridge of missing values. */
    for (int64_t v = 0; v < N * N * NZ; v++) pdff[v] = 0.9f;
    for (int64_t x = 5; x < 40; x++)
        for (int64_t y = 10; y < 12; y++) pdff[voxel_at(x, y, 3)] = x == 30 ? NAN : 0.1f;
    index[voxel_at(8, 10, 3)] = index[voxel_at(8, 11, 3)] = 2;
    const double range[2] = {0, 0.3};
    fsc_view_canvas canvas = {.grid = &g, .index = index, .label = 1, .lock = 1};
    fsc_view_shape shape = {0};
    assert_ok(fsc_view_grow(&shape, &canvas, pdff, voxel_at(20, 10, 3), range, 200, 1000, &test_error));
    assert_int_equal(shape.n, 2 * (30 - 9));
    assert_false(shape.limited);
    fsc_view_shape_free(&shape);
    canvas.lock = 0;
    assert_ok(fsc_view_grow(&shape, &canvas, pdff, voxel_at(20, 10, 3), range, 200, 1000, &test_error));
    assert_int_equal(shape.n, 2 * (30 - 5));
    fsc_view_shape_free(&shape);
    assert_ok(fsc_view_grow(&shape, &canvas, pdff, voxel_at(20, 10, 3), range, 4, 1000, &test_error));
    assert_true(shape.limited && shape.n == 9 + 7); /* 4 mm: 9 voxels in its row, 7 in the next, 1.5 mm away */
    fsc_view_shape_free(&shape);
    assert_fails(fsc_view_grow(&shape, &canvas, pdff, voxel_at(20, 10, 3), range, 200, 10, &test_error), FSC_E_RANGE);
    fsc_view_shape_free(&shape);
    assert_fails(fsc_view_grow(&shape, &canvas, pdff, voxel_at(20, 20, 3), range, 200, 10, &test_error), FSC_E_RANGE);
    fsc_view_shape_free(&shape);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_slices_lies_the_solid),
        cmocka_unit_test(growing_stays_within_fat_and_reach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
