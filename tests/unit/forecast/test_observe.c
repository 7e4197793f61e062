/* observe: measured rows become sites of the model's layers; tables are read in their units. */
#include "../test.h"
#include "file.h"

#include <fascicle/forecast.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fsc_row row_of(const char *muscle, const char *level, fsc_side side, double pdff, double se, double volume) {
    fsc_row row = {.kind = FSC_ROW_SITE,
                   .place.side = side,
                   .pdff_mean_fraction = pdff,
                   .pdff_se_noise_fraction = se,
                   .volume_mm3 = volume};
    strcpy(row.place.muscle, muscle);
    strcpy(row.place.level, level);
    return row;
}

static void muscles_become_layers(void **state) {
    (void)state;
    fsc_row row[7] = {row_of("semispinalis_capitis", "C5", FSC_SIDE_LEFT, 0.10, 0.01, 300),
                      row_of("splenius_capitis", "C5", FSC_SIDE_LEFT, 0.20, 0.02, 100),
                      row_of("multifidus", "C5", FSC_SIDE_RIGHT, 0.18, 0.01, 200),
                      row_of("quadratus_lumborum", "L3", FSC_SIDE_LEFT, 0.18, 0.01, 200),
                      row_of("multifidus", "C6", FSC_SIDE_RIGHT, 0.18, 0.01, 200),
                      row_of("multifidus", "C6", FSC_SIDE_LEFT, NAN, 0.01, 200),
                      row_of("multifidus", "all", FSC_SIDE_LEFT, 0.18, 0.01, 200)};
    row[4].cut_by_fov = 1;
    row[6].kind = FSC_ROW_MUSCLE;
    const fsc_measures measures = {.row = row, .n_row = 7};
    fsc_observations all = {.injury_day = NAN};
    assert_ok(fsc_observations_add(&all, &measures, 12, &test_error));
    assert_int_equal(all.n, 3);
    assert_string_equal(all.item[0].layer, "intermediate");
    assert_close(all.item[0].value[FSC_OBSERVED_PDFF], 0.125, 1e-12); /* by volume: 3/4 and 1/4 */
    assert_close(all.item[0].se[FSC_OBSERVED_PDFF], sqrt(0.0075 * 0.0075 + 0.005 * 0.005), 1e-12);
    assert_true(isnan(all.item[0].value[FSC_OBSERVED_FLUID]));
    assert_string_equal(all.item[1].layer, "deep");
    assert_close(all.item[1].visit_day, 12, 0);
    assert_close(all.item[2].se[FSC_OBSERVED_PDFF], hypot(0.01, 0.03), 1e-12); /* cut: used, but loosely */
    assert_int_equal(all.notes.n, 2); /* quadratus lumborum, and the site that is cut */
    fsc_observations_free(&all);
}

/* Noise carries the mean of few voxels below 0; the forecast, and with it the run, must not stop there. */
static void noise_below_zero_is_no_fat(void **state) {
    (void)state;
    fsc_row row = row_of("multifidus", "L4", FSC_SIDE_LEFT, -0.026, 0.03, 300);
    const fsc_measures measures = {.row = &row, .n_row = 1};
    fsc_observations all = {.injury_day = NAN};
    assert_ok(fsc_observations_add(&all, &measures, 0, &test_error));
    assert_close(all.item[0].value[FSC_OBSERVED_PDFF], 0, 0);
    assert_close(all.item[0].se[FSC_OBSERVED_PDFF], 0.03, 1e-12);
    fsc_observations_free(&all);
}

static void tables_are_read_in_percent(void **state) {
    (void)state;
    char path[] = "/tmp/fsc-observe-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    const char good[] = "level\tlayer\tside\tvisit_day\tpdff\tpdff_se\tfluid\nC5\tdeep\tleft\t30\t18.5\t1.5\t0.1\n"
                        "C5\tdeep\tright\t30\tn/a\tn/a\tn/a\nC6\tdeep\tn/a\t30\t20\tn/a\tn/a\n";
    assert_ok(fsc_file_write(path, good, sizeof good - 1, &test_error));
    fsc_observations all = {.injury_day = NAN};
    assert_ok(fsc_observations_read(&all, path, 0, &test_error));
    assert_int_equal(all.n, 3);
    assert_int_equal(all.item[2].side, FSC_SIDE_UNKNOWN);
    assert_close(all.item[0].value[FSC_OBSERVED_PDFF], 0.185, 1e-12);
    assert_close(all.item[0].se[FSC_OBSERVED_PDFF], 0.015, 1e-12);
    assert_close(all.item[0].value[FSC_OBSERVED_FLUID], 0.1, 1e-12);
    assert_close(all.item[0].visit_day, 30, 0);
    assert_true(isnan(all.item[1].value[FSC_OBSERVED_PDFF]));
    fsc_observations_free(&all);
    const char bad[] = "level\tlayer\tside\tpdff\nC5\tdeep\tmiddle\t18\n";
    assert_ok(fsc_file_write(path, bad, sizeof bad - 1, &test_error));
    fsc_observations none = {.injury_day = NAN};
    assert_fails(fsc_observations_read(&none, path, 0, &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "middle"));
    fsc_observations_free(&none);
    const char fraction[] = "level\tlayer\tside\tpdff\nC5\tdeep\tleft\t0.18\n";
    assert_ok(fsc_file_write(path, fraction, sizeof fraction - 1, &test_error));
    fsc_observations lean = {.injury_day = NAN};
    assert_fails(fsc_observations_read(&lean, path, 0, &test_error), FSC_E_RANGE);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(muscles_become_layers),
        cmocka_unit_test(noise_below_zero_is_no_fat),
        cmocka_unit_test(tables_are_read_in_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
