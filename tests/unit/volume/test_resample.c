/* resample: a map that is linear in space comes back exactly from any grid; what was not measured stays missing. */
#include "../test.h"

#include <fascicle/volume.h>
#include <math.h>

static double field(const double mm[3]) {
    return 30 + 0.5 * mm[0] - 0.25 * mm[1] + 0.125 * mm[2];
}

static fsc_volume *painted(const fsc_grid *grid) {
    fsc_volume *v = NULL;
    assert_ok(fsc_volume_new(&v, grid, &test_error));
    for (int64_t i = 0; i < fsc_grid_count(grid); i++) {
        const double index[3] = {(double)(i % grid->dim[0]), (double)(i / grid->dim[0] % grid->dim[1]),
                                 (double)(i / grid->dim[0] / grid->dim[1])};
        double mm[3];
        fsc_grid_to_mm(grid, index, mm);
        v->data[i] = (float)field(mm);
    }
    return v;
}

/* Coarse, turned about the vertical axis and with its first axis backwards. */
static const fsc_grid coarse = {.dim = {9, 10, 6}, .affine = {-3.2, 0.8, 0, 14, 0.6, 2.9, 0, -11, 0, 0, 4, -3}};
static const fsc_grid fine = {.dim = {12, 12, 8}, .affine = {1.1, 0, 0, -5, 0, 1.3, 0, -2, 0, 0, 2, 0}};

static void a_linear_map_comes_back(void **state) {
    (void)state;
    fsc_volume *from = painted(&coarse), *expected = painted(&fine), *to = NULL;
    assert_ok(fsc_volume_resample(&to, from, &fine, &test_error));
    int64_t inside = 0;
    for (int64_t i = 0; i < fsc_grid_count(&fine); i++) {
        if (isnan(to->data[i])) continue;
        inside++;
        assert_close(to->data[i], expected->data[i], 1e-4);
    }
    assert_true(inside > fsc_grid_count(&fine) / 2);
    fsc_volume_free(to);
    /* Onto itself: every voxel, the outermost too. */
    assert_ok(fsc_volume_resample(&to, from, &coarse, &test_error));
    for (int64_t i = 0; i < fsc_grid_count(&coarse); i++) assert_close(to->data[i], from->data[i], 1e-4);
    fsc_volume_free(to);
    fsc_volume_free(from);
    fsc_volume_free(expected);
}

static void missing_stays_missing(void **state) {
    (void)state;
    fsc_volume *from = painted(&coarse), *to = NULL;
    from->data[3 + 9 * (4 + 10 * 2)] = NAN;
    assert_ok(fsc_volume_resample(&to, from, &coarse, &test_error));
    int64_t missing = 0;
    for (int64_t i = 0; i < fsc_grid_count(&coarse); i++) missing += isnan(to->data[i]) != 0;
    assert_int_equal(missing, 1);
    fsc_volume_free(to);
    fsc_grid away = fine;
    away.affine[3] = 500;
    assert_ok(fsc_volume_resample(&to, from, &away, &test_error));
    for (int64_t i = 0; i < fsc_grid_count(&away); i++) assert_true(isnan(to->data[i]));
    fsc_volume_free(to);
    away.place_assumed = 1;
    assert_fails(fsc_volume_resample(&to, from, &away, &test_error), FSC_E_SHAPE);
    fsc_volume_free(from);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_linear_map_comes_back),
                                       cmocka_unit_test(missing_stays_missing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
