/* volume/compare.c: differences against a sorted list, missing values, masks. */
#include "../test.h"

#include <fascicle/volume.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void differences_match_a_sorted_list(void **state) {
    (void)state;
    uint32_t random = 7;
    for (int64_t n = 1; n < 70; n++) {
        const fsc_grid grid = {.dim = {n, 1, 1}, .affine = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}};
        fsc_volume *a = NULL, *b = NULL;
        assert_ok(fsc_volume_new(&a, &grid, &test_error));
        assert_ok(fsc_volume_new(&b, &grid, &test_error));
        double apart[70], sum = 0, square = 0;
        int within = 0;
        for (int64_t v = 0; v < n; v++) {
            random = random * 1664525u + 1013904223u;
            a->data[v] = (float)(random >> 28); /* small whole numbers: many ties */
            random = random * 1664525u + 1013904223u;
            b->data[v] = (float)(random >> 29);
            const double d = (double)a->data[v] - (double)b->data[v];
            apart[v] = fabs(d);
            sum += d;
            square += d * d;
            within += fabs(d) <= 2;
        }
        qsort(apart, (size_t)n, sizeof *apart, by_value);
        fsc_volume_difference r;
        assert_ok(fsc_volume_compare(&r, a, b, NULL, 2, &test_error));
        assert_int_equal(r.n_voxel, n);
        assert_close(r.median_abs, n % 2 ? apart[n / 2] : 0.5 * (apart[n / 2 - 1] + apart[n / 2]), 0);
        assert_close(r.max_abs, apart[n - 1], 0);
        assert_close(r.mean_error, sum / (double)n, 1e-12);
        assert_close(r.rms, sqrt(square / (double)n), 1e-12);
        assert_close(r.within_fraction, (double)within / (double)n, 0);
        fsc_volume_free(a);
        fsc_volume_free(b);
    }
}

static void missing_voxels_and_masks(void **state) {
    (void)state;
    const fsc_grid grid = {.dim = {4, 1, 1}, .affine = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}};
    fsc_volume *a = NULL, *b = NULL;
    fsc_labels *mask = NULL;
    assert_ok(fsc_volume_new(&a, &grid, &test_error));
    assert_ok(fsc_volume_new(&b, &grid, &test_error));
    assert_ok(fsc_labels_new(&mask, &grid, &test_error));
    a->data[0] = b->data[0] = 1;
    a->data[1] = 5;
    b->data[2] = INFINITY;
    fsc_volume_difference r;
    assert_ok(fsc_volume_compare(&r, a, b, NULL, 0, &test_error));
    assert_int_equal(r.n_voxel, 1);
    assert_int_equal(r.n_only_one, 1);
    assert_close(r.within_fraction, 1, 0);
    mask->data[3] = 1;
    assert_ok(fsc_volume_compare(&r, a, b, mask, 0, &test_error));
    assert_int_equal(r.n_voxel, 0);
    assert_int_equal(r.n_only_one, 0);
    assert_true(isnan(r.median_abs) && isnan(r.within_fraction) && isnan(r.max_abs));
    fsc_volume *c = NULL;
    fsc_grid other = grid;
    other.dim[1] = 2;
    assert_ok(fsc_volume_new(&c, &other, &test_error));
    assert_fails(fsc_volume_compare(&r, a, c, NULL, 0, &test_error), FSC_E_SHAPE);
    fsc_volume_free(a);
    fsc_volume_free(b);
    fsc_volume_free(c);
    fsc_labels_free(mask);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_match_a_sorted_list),
        cmocka_unit_test(missing_voxels_and_masks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
