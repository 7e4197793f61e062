/* validate: on simulated truths the bands cover, the forecast beats persistence, contrasts help the order. */
#include "../test.h"

#include <fascicle/forecast.h>

static void bands_are_honest(void **state) {
    (void)state;
    const fsc_validation_options opt = {.n_truth = 1, .n_member = 128, .mismatch = 0.5, .seed = 1};
    fsc_validation result[FSC_TRUTH_N][2];
    assert_ok(fsc_forecast_validate(result, &opt, &test_error));
    double in = 0, all = 0, onset[2] = {0};
    for (int k = 0; k < FSC_TRUTH_N; k++) {
        for (int d = 0; d < 2; d++) {
            const fsc_validation *r = &result[k][d];
            assert_int_equal(r->n_pair, 3 * 3); /* one person on each of three days of scan */
            assert_int_equal(r->cover90.n, 14 * 3);
            in += r->cover90.share * r->cover90.n;
            all += r->cover90.n;
            onset[d] += r->onset_error_day;
            assert_true(r->cover90.low <= r->cover90.share && r->cover90.share <= r->cover90.high);
            assert_close(r->cover90.binomial_se, sqrt(r->cover90.share * (1 - r->cover90.share) / r->cover90.n), 1e-12);
            assert_true(r->cover50.share < r->cover90.share);
            assert_true(r->order_stated >= 0.5 && r->order_stated < 0.85);
            assert_true(isfinite(r->log_score));
            /* Choosing sites partly by outcome costs coverage, as the forecasts themselves foresee. */
            if (r->cover90_chosen.n > 0) assert_true(r->chosen_expected > 0.5 && r->chosen_expected <= 0.9001);
        }
    }
    /* Three people of each kind err together by person, so the room is wider than the command's rule for sixty. */
    if (!(in / all >= 0.75 && in / all <= 0.99)) fail_msg("%.3f", in / all);
    /* Contrasts that carry age narrow the error in time. */
    assert_true(onset[1] < onset[0]);
}

static void verdict_follows_the_rule(void **state) {
    (void)state;
    const fsc_coverage inside = {0.9, 0.01, 0.8, 0.99, 100}, chance = {0.84, 0.02, 0.79, 0.88, 100};
    const fsc_coverage wide = {0.98, 0.005, 0.96, 0.99, 100}, none = {NAN, NAN, NAN, NAN, 0};
    assert_int_equal(fsc_coverage_verdict(&inside), 0);
    assert_int_equal(fsc_coverage_verdict(&chance), 1);
    assert_int_equal(fsc_coverage_verdict(&wide), 2);
    assert_int_equal(fsc_coverage_verdict(&none), -1);
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    fsc_validation result[FSC_TRUTH_N][2];
    const fsc_validation_options none = {.n_truth = 0, .n_member = 512, .mismatch = 0.5};
    assert_fails(fsc_forecast_validate(result, &none, &test_error), FSC_E_RANGE);
    const fsc_validation_options wild = {.n_truth = 1, .n_member = 512, .mismatch = 9};
    assert_fails(fsc_forecast_validate(result, &wild, &test_error), FSC_E_RANGE);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(bands_are_honest), cmocka_unit_test(verdict_follows_the_rule),
                                       cmocka_unit_test(wrong_options_are_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
