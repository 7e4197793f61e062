/* cycle: Sobol indices. */
#include "../test.h"

#include <fascicle/fascicle.h>

static void sensitivity_knows_dead_and_live_factors(void **state) {
    (void)state;
    /* chi0's neighbour k_zr works over years; the dose decides. */
    const char *const factor[] = {"dose", "k_zr", "stress"};
    fsc_cycle_sobol *sobol = NULL;
    assert_ok(fsc_cycle_sobol_run(&sobol, FSC_CYCLE_SET_A, factor, 3, 40, 5, 0, NULL, &test_error));
    assert_string_equal(sobol->row[0].factor, "dose");
    assert_true(sobol->row[0].total[1] > 0.5);
    assert_string_equal(sobol->row[2].factor, "k_zr");
    assert_true(sobol->row[2].total[1] < 0.01);
    for (int k = 0; k < 3; k++) assert_true(sobol->row[k].total_sd[1] >= 0 && sobol->row[k].total_sd[1] < 0.3);
    fsc_cycle_sobol_free(sobol);
    const char *const unknown[] = {"nothing"};
    assert_fails(fsc_cycle_sobol_run(&sobol, FSC_CYCLE_SET_A, unknown, 1, 128, 5, 0, NULL, &test_error), FSC_E_ARG);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sensitivity_knows_dead_and_live_factors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
