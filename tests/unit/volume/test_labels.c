/* volume/labels.c: whole numbers only, and nearest-neighbour resampling against a search over all voxels. */
#include "../test.h"
#include "alloc.h"
#include "nifti_bytes.h"

#include <fascicle/volume.h>
#include <unistd.h>

static uint32_t random_state = 12345;

static double uniform(double low, double high) {
    random_state = random_state * 1664525u + 1013904223u;
    return low + (high - low) * (double)(random_state >> 8) / (double)(1 << 24);
}

/* A grid turned about a random axis order, with random spacing, flips and place. */
static fsc_grid random_grid(void) {
    fsc_grid grid = {.dim = {3 + (int64_t)uniform(0, 5), 3 + (int64_t)uniform(0, 5), 3 + (int64_t)uniform(0, 5)}};
    const double a = uniform(-0.6, 0.6), b = uniform(-0.6, 0.6);
    const double r[9] = {cos(a), -sin(a) * cos(b), sin(a) * sin(b), sin(a), cos(a) * cos(b), -cos(a) * sin(b),
                         0,      sin(b),           cos(b)};
    const int turn = (int)uniform(0, 3);
    for (int col = 0; col < 3; col++) {
        const double spacing = uniform(0.8, 3) * (uniform(0, 1) < 0.5 ? -1 : 1);
        for (int row = 0; row < 3; row++) grid.affine[4 * row + (col + turn) % 3] = r[3 * row + col] * spacing;
    }
    const double middle[3] = {(double)grid.dim[0] / 2, (double)grid.dim[1] / 2, (double)grid.dim[2] / 2};
    double at[3];
    fsc_grid_to_mm(&grid, middle, at);
    for (int d = 0; d < 3; d++) grid.affine[4 * d + 3] = uniform(-2, 2) - at[d];
    return grid;
}

/* Voxels are boxes: the one that holds the point, by testing each box's own half-spaces. 0 when the point is so near a
 * face that rounding decides. */
static int find_box(const fsc_grid *grid, const double xyz[3], int64_t *found) {
    *found = -1;
    for (int64_t k = 0; k < grid->dim[2]; k++)
        for (int64_t j = 0; j < grid->dim[1]; j++)
            for (int64_t i = 0; i < grid->dim[0]; i++) {
                const double ijk[3] = {(double)i, (double)j, (double)k};
                double centre[3], most = 0;
                fsc_grid_to_mm(grid, ijk, centre);
                for (int c = 0; c < 3; c++) { /* columns are orthogonal here */
                    double dot = 0, square = 0;
                    for (int d = 0; d < 3; d++) {
                        dot += (xyz[d] - centre[d]) * grid->affine[4 * d + c];
                        square += grid->affine[4 * d + c] * grid->affine[4 * d + c];
                    }
                    most = fmax(most, fabs(dot) / square);
                }
                if (fabs(most - 0.5) < 1e-9) return 0;
                if (most < 0.5) *found = i + grid->dim[0] * (j + grid->dim[1] * k);
            }
    return 1;
}

static void resampling_agrees_with_a_search(void **state) {
    (void)state;
    int64_t inside = 0, outside = 0;
    for (int trial = 0; trial < 60; trial++) {
        const fsc_grid from = random_grid(), to = random_grid();
        fsc_labels *labels = NULL, *out = NULL;
        assert_ok(fsc_labels_new(&labels, &from, &test_error));
        for (int64_t v = 0; v < fsc_grid_count(&from); v++) labels->data[v] = (int32_t)v + 1;
        assert_ok(fsc_labels_resample(&out, labels, &to, &test_error));
        for (int64_t v = 0; v < fsc_grid_count(&to); v++) {
            const double ijk[3] = {(double)(v % to.dim[0]), (double)(v / to.dim[0] % to.dim[1]),
                                   (double)(v / to.dim[0] / to.dim[1])};
            double xyz[3];
            int64_t found;
            fsc_grid_to_mm(&to, ijk, xyz);
            if (!find_box(&from, xyz, &found)) continue;
            assert_int_equal(out->data[v], found + 1);
            if (found < 0)
                outside++;
            else
                inside++;
        }
        fsc_labels_free(labels);
        fsc_labels_free(out);
    }
    assert_true(inside > 1000 && outside > 1000);
}

static void same_grid_is_a_copy(void **state) {
    (void)state;
    const fsc_grid grid = random_grid();
    fsc_labels *labels = NULL, *out = NULL;
    assert_ok(fsc_labels_new(&labels, &grid, &test_error));
    for (int64_t v = 0; v < fsc_grid_count(&grid); v++) labels->data[v] = (int32_t)(v * 7 % 5101);
    assert_ok(fsc_labels_resample(&out, labels, &grid, &test_error));
    assert_memory_equal(out->data, labels->data, (size_t)fsc_grid_count(&grid) * sizeof(int32_t));
    fsc_labels_free(out);
    fsc_grid flat = grid;
    for (int d = 0; d < 3; d++) labels->grid.affine[4 * d + 1] = 0;
    assert_fails(fsc_labels_resample(&out, labels, &flat, &test_error), FSC_E_NUMERIC);
    fsc_labels_free(labels);
}

static void only_whole_numbers_are_labels(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-labels-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/labels.nii.gz", dir);
    nifti_plan plan = {.datatype = 64,
                       .dim = {3, 2, 2, 1, 1, 1, 1, 1},
                       .pixdim = {1, 1, 1, 1},
                       .sform = 1,
                       .srow = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}};
    const double good[4] = {0, 5101, -3, 2147483647};
    nifti_save(path, &plan, good, 4);
    fsc_labels *labels = NULL;
    assert_ok(fsc_labels_read(&labels, path, &test_error));
    assert_int_equal(labels->data[1], 5101);
    assert_int_equal(labels->data[3], INT32_MAX);
    assert_ok(fsc_labels_write(labels, path, &test_error));
    fsc_labels_free(labels);
    assert_ok(fsc_labels_read(&labels, path, &test_error));
    assert_int_equal(labels->data[2], -3);
    assert_int_equal(labels->data[3], INT32_MAX);
    fsc_labels_free(labels);
    const double bad[5] = {0.5, (double)NAN, (double)INFINITY, 2147483648.0, -1e300};
    for (int b = 0; b < 5; b++) {
        const double value[4] = {1, 1, bad[b], 1};
        nifti_save(path, &plan, value, 4);
        assert_fails(fsc_labels_read(&labels, path, &test_error), FSC_E_FORMAT);
        assert_non_null(strstr(test_error.text, "(0, 1, 0)"));
    }
    (void)unlink(path);
    (void)rmdir(dir);
}

static void impossible_grids_are_refused(void **state) {
    (void)state;
    fsc_grid grid = {.dim = {2, 0, 2}, .affine = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0}};
    fsc_labels *labels = NULL;
    fsc_volume *volume = NULL;
    assert_fails(fsc_labels_new(&labels, &grid, &test_error), FSC_E_RANGE);
    grid.dim[1] = (int64_t)1 << 62;
    assert_fails(fsc_volume_new(&volume, &grid, &test_error), FSC_E_RANGE);
    static const double scale[] = {1e-3, 1e3, 1e-25};
    for (int s = 0; s < 3; s++) { /* metres for millimetres, and the reverse */
        fsc_grid odd = {.dim = {2, 2, 2}, .affine = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0}};
        for (int i = 0; i < 12; i++) odd.affine[i] *= scale[s];
        assert_fails(fsc_labels_new(&labels, &odd, &test_error), FSC_E_RANGE);
        assert_non_null(strstr(test_error.text, "no voxel size"));
    }
    for (int64_t n = 0; n < 2; n++) {
        grid.dim[1] = 2;
        fsc_alloc_fail_at(n);
        const fsc_status status = fsc_volume_new(&volume, &grid, NULL);
        fsc_alloc_fail_at(-1);
        assert_int_equal(status, FSC_E_NOMEM);
        assert_null(volume);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resampling_agrees_with_a_search),
        cmocka_unit_test(same_grid_is_a_copy),
        cmocka_unit_test(only_whole_numbers_are_labels),
        cmocka_unit_test(impossible_grids_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
