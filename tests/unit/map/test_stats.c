/* stats and skew: against tabulated values and brute-force sums. */
#include "../test.h"
#include "random.h"
#include "skew.h"
#include "stats.h"

/* Values of R 4 (qnorm, qt, qf, pchisq), 10 digits. */
static void quantiles_match_tables(void **state) {
    (void)state;
    assert_close(fsc_normal_quantile(0.975), 1.959963985, 1e-9);
    assert_close(fsc_normal_quantile(1e-6), -4.753424309, 1e-8);
    assert_close(fsc_normal_cdf(1.2), 0.8849303298, 1e-10);
    assert_close(fsc_student_quantile(0.95, 4), 2.131846786, 1e-8);
    assert_close(fsc_student_quantile(0.05, 4), -2.131846786, 1e-8);
    assert_close(fsc_student_quantile(0.95, 1e6), 1.644855, 1e-5);
    assert_close(fsc_f_quantile(0.90, 4, 96), 2.004355290, 1e-8);
    assert_close(fsc_chi2_above(3.2, 2), 0.2018965180, 1e-10);
    assert_close(fsc_chi2_above(30, 4), 4.894437128e-06, 1e-14);
    assert_close(fsc_chi2_above(0, 4), 1, 0);
}

static void holm_steps_down(void **state) {
    (void)state;
    /* Worked by hand: sorted 0.01, 0.02, 0.03, 0.9 times 4, 3, 2, 1, made non-decreasing. */
    double p[] = {0.03, (double)NAN, 0.01, 0.9, 0.02};
    int32_t rank[5];
    assert_int_equal(fsc_holm(p, rank, 5), 4);
    assert_close(p[2], 0.04, 1e-15);
    assert_close(p[4], 0.06, 1e-15);
    assert_close(p[0], 0.06, 1e-15);
    assert_close(p[3], 0.90, 1e-15);
    assert_true(isnan(p[1]));
}

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
        cmocka_unit_test(quantiles_match_tables),          cmocka_unit_test(holm_steps_down),
        cmocka_unit_test(matching_reproduces_mean_and_sd), cmocka_unit_test(impossible_spread_is_refused),
        cmocka_unit_test(slopes_match_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
