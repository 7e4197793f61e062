/* stats: against tabulated values. */
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_match_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
