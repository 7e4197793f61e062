/* validate: on simulated truths the bands cover, the forecast beats persistence, contrasts help the order. */
#include "../../test.h"

#include <fascicle/forecast.h>

static void bands_are_honest(void **state) {
    (void)state;
    const fsc_validation_options opt = {.n_truth = 16, .n_member = 512, .mismatch = 0.5, .seed = 1};
    fsc_validation result[FSC_CYCLE_N_STORY][2];
    assert_ok(fsc_forecast_validate(result, &opt, &test_error));
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        for (int d = 0; d < 2; d++) {
            const fsc_validation *r = &result[s][d];
            assert_int_equal(r->n_pair, 3 * 16);
            /* 224 sites in 16 people: sites of one person err together, so the room is wider than for 60 truths. */
            if (!(r->cover90 >= 0.80 && r->cover90 <= 0.99)) fail_msg("story %d, design %d: %.3f", s, d, r->cover90);
            assert_true(r->cover50 > 0.35 && r->cover50 < 0.75);
            assert_true(r->rmse_pp < r->persistence_rmse_pp);
            assert_true(r->order_stated >= 0.5 && r->order_stated < 0.8);
            assert_true(r->onset_error_day < r->onset_prior_error_day + 5);
        }
        /* Contrasts that carry age narrow the error in time. */
        assert_true(result[s][1].onset_error_day < result[s][0].onset_error_day);
        assert_true(result[s][1].rmse_pp < result[s][0].rmse_pp + 0.3);
    }
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    fsc_validation result[FSC_CYCLE_N_STORY][2];
    const fsc_validation_options none = {.n_truth = 0, .n_member = 512, .mismatch = 0.5};
    assert_fails(fsc_forecast_validate(result, &none, &test_error), FSC_E_RANGE);
    const fsc_validation_options wild = {.n_truth = 1, .n_member = 512, .mismatch = 9};
    assert_fails(fsc_forecast_validate(result, &wild, &test_error), FSC_E_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(bands_are_honest), cmocka_unit_test(wrong_options_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
