/* cycle: Sobol indices, identifiability. */
#include "../test.h"

#include <fascicle/calibrate.h>

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

static void more_data_inform_more_directions(void **state) {
    (void)state;
    fsc_cycle_identifiability *table = NULL;
    assert_ok(fsc_cycle_identify(&table, FSC_CYCLE_SET_A, NULL, &test_error));
    assert_int_equal(table->n_design, 9);
    for (int c = 0; c < 3; c++) {
        const fsc_cycle_design *mean = &table->design[3 * c], *every = mean + 1;
        assert_true(mean->n_informed >= 1 && mean->n_informed <= 4); /* four numbers cannot inform more */
        assert_true(every->n_informed >= mean->n_informed);
        for (int k = 0; k < table->n_factor; k++) assert_true(mean->shrinkage[k] > -1e-9 && mean->shrinkage[k] < 1);
    }
    fsc_cycle_identifiability_free(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sensitivity_knows_dead_and_live_factors),
        cmocka_unit_test(more_data_inform_more_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
