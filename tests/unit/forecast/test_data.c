/* data: the model covers just the observed levels; impossible observations are refused in words. */
#include "../test.h"
#include "infer.h"
#include "observed.h"

static fsc_assumed assumed;

static void observations_are_sorted_into_a_model(void **state) {
    (void)state;
    assert_ok(fsc_assumed_read(&assumed, &test_error));
    fsc_observation item[8];
    fsc_observations all = {.injury_day = -100};
    observe(&all, item, "C6", "deep", FSC_SIDE_RIGHT, 30, 0.2);
    observe(&all, item, "C5", "deep", FSC_SIDE_LEFT, 30, 0.18);
    observe(&all, item, "C5", "deep", FSC_SIDE_LEFT, 0, 0.17);
    observe(&all, item, "T13", "deep", FSC_SIDE_LEFT, 0, 0.17); /* the model has no such level */
    fsc_data data;
    fsc_cycle *model = NULL;
    assert_ok(fsc_data_build(&data, &model, &all, &assumed, &test_error));
    assert_int_equal(fsc_cycle_n_level(model), 4); /* C5, C6, and a neighbour on both sides: at least three */
    assert_int_equal(data.n, 3);
    assert_int_equal(data.n_visit, 2);
    assert_close(data.injury_age_day, 130, 0);
    assert_string_equal(fsc_cycle_level_at(model, data.item[0].level), "C5");
    assert_int_equal(data.item[0].visit, 0);
    assert_int_equal(data.item[1].visit, 1);
    assert_int_equal(data.item[2].side, 1);
    assert_close(data.item[2].variance[FSC_OBSERVED_PDFF], 1e-4 + 0.81e-4, 1e-15); /* noise, and a repeated scan */
    assert_int_equal(data.notes.n, 1);
    fsc_data_free(&data);
    fsc_cycle_free(model);
}

static void impossible_observations_are_refused(void **state) {
    (void)state;
    assert_ok(fsc_assumed_read(&assumed, &test_error));
    fsc_observation item[4];
    fsc_data data;
    fsc_cycle *model = NULL;
    fsc_observations none = {.injury_day = NAN};
    observe(&none, item, "C1", "deep", FSC_SIDE_LEFT, 0, 0.2);
    assert_fails(fsc_data_build(&data, &model, &none, &assumed, &test_error), FSC_E_ARG);
    fsc_observations percent = {.injury_day = NAN};
    observe(&percent, item, "C5", "deep", FSC_SIDE_LEFT, 0, 18);
    assert_fails(fsc_data_build(&data, &model, &percent, &assumed, &test_error), FSC_E_RANGE);
    fsc_observations later = {.injury_day = 10};
    observe(&later, item, "C5", "deep", FSC_SIDE_LEFT, 0, 0.18);
    assert_fails(fsc_data_build(&data, &model, &later, &assumed, &test_error), FSC_E_RANGE);
    fsc_observations twice = {.injury_day = NAN};
    observe(&twice, item, "C5", "deep", FSC_SIDE_LEFT, 0, 0.18);
    observe(&twice, item, "C5", "deep", FSC_SIDE_LEFT, 0, 0.19);
    assert_fails(fsc_data_build(&data, &model, &twice, &assumed, &test_error), FSC_E_ARG);
    fsc_observations layer = {.injury_day = NAN};
    observe(&layer, item, "C5", "middle", FSC_SIDE_LEFT, 0, 0.18);
    assert_fails(fsc_data_build(&data, &model, &layer, &assumed, &test_error), FSC_E_ARG);
    assert_null(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(observations_are_sorted_into_a_model),
        cmocka_unit_test(impossible_observations_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
