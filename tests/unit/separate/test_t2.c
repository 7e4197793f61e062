/* A T2 map is taken over in ms, whatever it was in, and refused when it is none. */
#include "../test.h"
#include "alloc.h"

#include <fascicle/separate.h>
#include <math.h>
#include <string.h>

static const fsc_grid grid = {.dim = {6, 5, 4}, .affine = {2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 0}};

/* The value everywhere but for a masked edge of zeros. */
static fsc_volume *map_of(double value, const char *units) {
    fsc_volume *v = NULL;
    assert_ok(fsc_volume_new(&v, &grid, &test_error));
    for (int64_t i = 0; i < fsc_grid_count(&grid); i++) v->data[i] = i < 30 ? 0 : (float)value;
    strcpy(v->units, units);
    return v;
}

static fsc_status take(fsc_fatwater *fw, double value, const char *units) {
    fsc_volume *t2 = map_of(value, units);
    const fsc_status status = fsc_fatwater_take_t2(fw, t2, &test_error);
    fsc_volume_free(t2);
    return status;
}

static void t2_is_kept_in_ms(void **state) {
    (void)state;
    fsc_fatwater fw = {.grid = grid};
    assert_ok(take(&fw, 36, ""));
    assert_true(isnan(fw.t2_ms[0]) && fabs(fw.t2_ms[119] - 36) < 1e-4);
    assert_ok(take(&fw, 0.036, "s"));
    assert_true(fabs(fw.t2_ms[119] - 36) < 1e-4);
    assert_fails(take(&fw, 0.036, ""), FSC_E_RANGE);
    assert_non_null(strstr(test_error.text, "T2 in ms"));
    assert_fails(take(&fw, 36, "1/s"), FSC_E_RANGE);
    assert_fails(take(&fw, 1200, ""), FSC_E_RANGE); /* a weighted picture */
    assert_true(fabs(fw.t2_ms[119] - 36) < 1e-4);   /* what was there stays */
    fsc_free(fw.t2_ms);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(t2_is_kept_in_ms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
