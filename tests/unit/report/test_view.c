/* report: orientation letters and pixel order, for every way a grid can be stored. */
#include "../test.h"
#include "view.h"

#include <string.h>

/* A grid whose array axis k runs along direction order[k] (0 right, 1 front, 2 head) with sign[k]. */
static fsc_grid made(const int order[3], const int sign[3]) {
    fsc_grid grid = {.dim = {5, 6, 7}};
    for (int k = 0; k < 3; k++) grid.affine[4 * order[k] + k] = sign[k] * (k + 1.0);
    return grid;
}

/* Picture position of a letter's direction: the component of mm that it names, and its sign. */
static void direction_of(char letter, int *component, int *sign) {
    const char *const letters = "RLAPHF";
    const int at = (int)(strchr(letters, letter) - letters);
    *component = at / 2;
    *sign = at % 2 ? -1 : 1;
}

static double component_mm(const fsc_grid *grid, const fsc_view *view, int64_t column, int64_t row, int component) {
    const int64_t voxel = fsc_view_voxel(view, grid, column, row, 1);
    const double ijk[3] = {(double)(voxel % grid->dim[0]), (double)(voxel / grid->dim[0] % grid->dim[1]),
                           (double)(voxel / (grid->dim[0] * grid->dim[1]))};
    double mm[3];
    fsc_grid_to_mm(grid, ijk, mm);
    return mm[component];
}

static void check_view(const fsc_grid *grid, fsc_plane plane) {
    fsc_view view;
    fsc_view_of(&view, grid, plane);
    int component, sign;
    direction_of(view.left, &component, &sign);
    assert_true(sign * (component_mm(grid, &view, 0, 0, component) - component_mm(grid, &view, 1, 0, component)) > 0);
    direction_of(view.right, &component, &sign);
    assert_true(sign * (component_mm(grid, &view, 1, 0, component) - component_mm(grid, &view, 0, 0, component)) > 0);
    direction_of(view.top, &component, &sign);
    assert_true(sign * (component_mm(grid, &view, 0, 0, component) - component_mm(grid, &view, 0, 1, component)) > 0);
    direction_of(view.bottom, &component, &sign);
    assert_true(sign * (component_mm(grid, &view, 0, 1, component) - component_mm(grid, &view, 0, 0, component)) > 0);
    /* The habit of the page, whatever the storage. */
    const char *const habit[3] = {"APHF", "RLHF", "RLAP"};
    const char got[5] = {view.left, view.right, view.top, view.bottom, 0};
    assert_string_equal(got, habit[plane]);
    /* Every voxel of the slice is shown once. */
    char seen[5 * 6 * 7] = {0};
    for (int64_t row = 0; row < view.n_down; row++)
        for (int64_t column = 0; column < view.n_across; column++) {
            const int64_t voxel = fsc_view_voxel(&view, grid, column, row, 1);
            assert_in_range(voxel, 0, 5 * 6 * 7 - 1);
            assert_int_equal(seen[voxel]++, 0);
        }
}

static void letters_fit_all_48_storage_orders(void **state) {
    (void)state;
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int o = 0; o < 6; o++)
        for (int bits = 0; bits < 8; bits++) {
            const int sign[3] = {bits & 1 ? 1 : -1, bits & 2 ? 1 : -1, bits & 4 ? 1 : -1};
            const fsc_grid grid = made(orders[o], sign);
            for (int plane = 0; plane < 3; plane++) check_view(&grid, (fsc_plane)plane);
        }
}

static void the_two_cases_of_the_issue(void **state) {
    (void)state;
    /* LAS, thick in the third axis: axial, the person's right on the reader's left, so columns run with i. */
    fsc_grid las = {.dim = {256, 157, 3}, .affine = {-1.5, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 10, 0}};
    assert_int_equal(fsc_view_natural_plane(&las), FSC_PLANE_AXIAL);
    fsc_view view;
    fsc_view_of(&view, &las, FSC_PLANE_AXIAL);
    assert_int_equal(view.flip_across, 0);
    assert_int_equal(view.flip_down, 1);
    /* ASR, thick in the third axis: sagittal; i grows to the front, so columns run against it. */
    fsc_grid asr = {.dim = {208, 160, 3}, .affine = {0, 0, 4, 0, 1.2, 0, 0, 0, 0, 1.2, 0, 0}};
    assert_int_equal(fsc_view_natural_plane(&asr), FSC_PLANE_SAGITTAL);
    fsc_view_of(&view, &asr, FSC_PLANE_SAGITTAL);
    assert_int_equal(view.across, 0);
    assert_int_equal(view.down, 1);
    assert_int_equal(view.flip_across, 1);
    assert_int_equal(view.flip_down, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(letters_fit_all_48_storage_orders),
                                       cmocka_unit_test(the_two_cases_of_the_issue)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
