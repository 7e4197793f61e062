/* What a page that stands alone holds: coarser voxels lie where the finer ones did, hold their mean, and bytes come
 * back from text. */
#include "../test.h"

#include "alloc.h"
#include "held.h"

#include <math.h>
#include <string.h>

static fsc_grid grid_of(int64_t nx, int64_t ny, int64_t nz) {
    /* Oblique, and the first axis runs to the left. */
    return (fsc_grid){.dim = {nx, ny, nz}, .affine = {-0.9, 0.1, 0, 40, 0.1, 0.9, -0.4, -30, 0, 0.3, 4, 10}};
}

static void a_small_grid_stays(void **state) {
    (void)state;
    const fsc_grid from = grid_of(100, 90, 30);
    fsc_grid to;
    int64_t step[3];
    fsc_view_held_grid(&to, step, &from);
    assert_memory_equal(&to, &from, sizeof to);
    assert_true(step[0] == 1 && step[1] == 1 && step[2] == 1);
}

static void a_large_grid_covers_the_same_body(void **state) {
    (void)state;
    const fsc_grid from = grid_of(301, 200, 60);
    fsc_grid to;
    int64_t step[3];
    fsc_view_held_grid(&to, step, &from);
    assert_true(fsc_grid_count(&to) <= FSC_VIEW_HELD_VOXELS_MAX);
    assert_true(step[0] == 2 && step[1] == 2 && step[2] == 1); /* the finer axes first */
    assert_int_equal(to.dim[0], 150);
    for (int64_t at = 0; at < 100; at += 33) {
        const double coarse[3] = {(double)at, (double)at, 7}, fine[3] = {2.0 * (double)at + 0.5, 2.0 * (double)at + 0.5, 7};
        double a[3], b[3];
        fsc_grid_to_mm(&to, coarse, a);
        fsc_grid_to_mm(&from, fine, b);
        for (int k = 0; k < 3; k++) assert_true(fabs(a[k] - b[k]) < 1e-9);
    }
}

static void blocks_hold_what_is_known(void **state) {
    (void)state;
    const fsc_grid from = grid_of(4, 2, 1);
    fsc_grid to = from;
    const int64_t step[3] = {2, 2, 1};
    const float data[8] = {0.10F, 0.20F, NAN, NAN, 0.30F, NAN, NAN, NAN};
    const int32_t site[8] = {1, 1, 2, 2, 1, 3, 2, 4};
    float *mean = NULL;
    int32_t *middle = NULL;
    to.dim[0] = 2;
    to.dim[1] = 1;
    assert_ok(fsc_view_held_mean(&mean, &to, step, &from, data, 100, 1.0 / 16, &test_error));
    assert_true(fabs((double)mean[0] - 20) <= 1.0 / 32 && isnan(mean[1]));
    assert_ok(fsc_view_held_middle(&middle, &to, step, &from, site, &test_error));
    assert_true(middle[0] == 3 && middle[1] == 4);
    fsc_free(mean);
    fsc_free(middle);
}

static void bytes_become_text(void **state) {
    (void)state;
    static const struct {
        const char *bytes, *text;
    } row[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xFF\xFE\xFD", "//79"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) { /* of RFC 4648 */
        FSC_AUTO_TEXT fsc_text text = {0};
        fsc_view_held_base64(&text, (const unsigned char *)row[i].bytes, strlen(row[i].bytes));
        assert_string_equal(text.data ? text.data : "", row[i].text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_grid_stays),
        cmocka_unit_test(a_large_grid_covers_the_same_body),
        cmocka_unit_test(blocks_hold_what_is_known),
        cmocka_unit_test(bytes_become_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
