/* stats: against tabulated values, and Holm's method worked by hand. */
#include "../test.h"
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_match_tables),
        cmocka_unit_test(holm_steps_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
