/* volume/grid.c: voxel positions, orientation of oblique grids, equality. */
#include "../test.h"

#include <fascicle/volume.h>
#include <string.h>

/* A grid whose columns are given unit vectors times spacing. */
static fsc_grid oblique(double degrees_x, double degrees_z, const double spacing[3]) {
    const double x = degrees_x * acos(-1) / 180, z = degrees_z * acos(-1) / 180;
    const double r[9] = {cos(z), -sin(z) * cos(x), sin(z) * sin(x), sin(z), cos(z) * cos(x), -cos(z) * sin(x),
                         0,      sin(x),           cos(x)};
    fsc_grid grid = {.dim = {4, 5, 6}};
    for (int row = 0; row < 3; row++)
        for (int col = 0; col < 3; col++) grid.affine[4 * row + col] = r[3 * row + col] * spacing[col];
    grid.affine[3] = -10;
    grid.affine[7] = 20;
    grid.affine[11] = 3.5;
    return grid;
}

static void index_and_mm_are_inverse(void **state) {
    (void)state;
    const double spacing[3] = {0.7, 1.2, 5};
    const fsc_grid grid = oblique(33, -21, spacing);
    const double ijk[3] = {1.25, -3, 4.5};
    double xyz[3], back[3], found[3];
    fsc_grid_to_mm(&grid, ijk, xyz);
    assert_int_equal(fsc_grid_to_index(&grid, xyz, back), FSC_OK);
    fsc_grid_spacing_mm(&grid, found);
    for (int d = 0; d < 3; d++) {
        assert_close(back[d], ijk[d], 1e-12);
        assert_close(found[d], spacing[d], 1e-12);
    }
    assert_int_equal(fsc_grid_count(&grid), 120);
    fsc_grid flat = grid;
    for (int row = 0; row < 3; row++) flat.affine[4 * row + 2] = flat.affine[4 * row] + flat.affine[4 * row + 1];
    assert_int_equal(fsc_grid_to_index(&flat, xyz, back), FSC_E_NUMERIC);
}

static void letters_follow_the_affine(void **state) {
    (void)state;
    char letters[4];
    /* i towards A, j towards S, k towards R: a sagittal stack. */
    fsc_grid grid = {.dim = {2, 2, 2}, .affine = {0, 0, 4, 0, 1.2, 0, 0, 0, 0, 1.2, 0, 0}};
    fsc_grid_orientation_letters(&grid, letters);
    assert_string_equal(letters, "ASR");
    int32_t axis[3], sign[3];
    fsc_grid_orientation(&grid, axis, sign);
    assert_int_equal(axis[0], 2);
    assert_int_equal(axis[1], 0);
    assert_int_equal(axis[2], 1);
    grid = (fsc_grid){.dim = {2, 2, 2}, .affine = {-1.5, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 10, 0}};
    fsc_grid_orientation_letters(&grid, letters);
    assert_string_equal(letters, "LAS");
    fsc_grid_orientation(&grid, axis, sign);
    assert_int_equal(sign[0], -1);
    assert_int_equal(sign[2], 1);
}

/* Near 45 degrees two axes can be nearest to the same direction: the result must stay a permutation. */
static void oblique_grids_get_a_permutation(void **state) {
    (void)state;
    const double spacing[3] = {1, 2, 3};
    for (int x = -80; x <= 80; x += 5)
        for (int z = -80; z <= 80; z += 5) {
            const fsc_grid grid = oblique(x, z, spacing);
            int32_t axis[3], sign[3];
            fsc_grid_orientation(&grid, axis, sign);
            assert_int_equal((1 << axis[0]) | (1 << axis[1]) | (1 << axis[2]), 7);
            for (int d = 0; d < 3; d++) assert_true(grid.affine[4 * d + axis[d]] * sign[d] >= 0);
        }
}

static void same_looks_at_every_corner(void **state) {
    (void)state;
    const double spacing[3] = {1, 1, 1};
    const fsc_grid a = oblique(0, 0, spacing);
    fsc_grid b = a;
    assert_true(fsc_grid_same(&a, &b, 1e-6));
    b.affine[10] = 1.01; /* 5 voxels on: 0.05 mm */
    assert_true(fsc_grid_same(&a, &b, 0.06));
    assert_false(fsc_grid_same(&a, &b, 0.04));
    b = a;
    b.dim[1] = 4;
    assert_false(fsc_grid_same(&a, &b, 100));
    b = a;
    b.affine[3] = (double)NAN;
    assert_false(fsc_grid_same(&a, &b, 100));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(index_and_mm_are_inverse),
        cmocka_unit_test(letters_follow_the_affine),
        cmocka_unit_test(oblique_grids_get_a_permutation),
        cmocka_unit_test(same_looks_at_every_corner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
