/* skew: matched distributions against brute-force sums and differences. */
#include "../test.h"
#include "skew.h"
#include "stats.h"

/* 20 pairs of mean and SD: the matched distribution, sampled by a midpoint sum over probabilities, has them. */
static void matching_reproduces_mean_and_sd(void **state) {
    (void)state;
    for (int k = 0; k < 20; k++) {
        const double mean = 0.02 + 0.03 * k, sd = (0.1 + 0.02 * k) * mean * (1 - mean) * 2;
        fsc_skew skew;
        assert_true(fsc_skew_match(&skew, NULL, mean, sd));
        const int n = 200000;
        double first = 0, second = 0;
        for (int i = 0; i < n; i++) {
            const double x = fsc_skew_value(&skew, fsc_normal_quantile((i + 0.5) / n));
            first += x / n;
            second += x * x / n;
        }
        assert_close(first, mean, 1e-6);
        assert_close(sqrt(second - first * first), sd, 2e-5);
    }
}

static void impossible_spread_is_refused(void **state) {
    (void)state;
    fsc_skew skew;
    assert_false(fsc_skew_match(&skew, NULL, 0.1, 0.31)); /* over sqrt(mean (1 - mean)) */
    assert_false(fsc_skew_match(&skew, NULL, 0.1, 0));
    assert_false(fsc_skew_match(&skew, NULL, 1.2, 0.1));
    assert_false(fsc_skew_match(&skew, NULL, (double)NAN, 0.1));
}

static void slopes_match_differences(void **state) {
    (void)state;
    fsc_skew at, up;
    double slope[4];
    assert_true(fsc_skew_match(&at, slope, 0.148, 0.101));
    assert_true(fsc_skew_match(&up, NULL, 0.148 + 1e-6, 0.101));
    assert_close((up.mu - at.mu) / 1e-6, slope[0], 1e-3);
    assert_close((up.sigma - at.sigma) / 1e-6, slope[2], 1e-3);
    assert_true(fsc_skew_match(&up, NULL, 0.148, 0.101 + 1e-6));
    assert_close((up.mu - at.mu) / 1e-6, slope[1], 1e-3);
    assert_close((up.sigma - at.sigma) / 1e-6, slope[3], 1e-3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matching_reproduces_mean_and_sd),
        cmocka_unit_test(impossible_spread_is_refused),
        cmocka_unit_test(slopes_match_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
