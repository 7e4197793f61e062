/* cycle: identifiability. */
#include "../test.h"

#include <fascicle/fascicle.h>

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
    const struct CMUnitTest tests[] = {cmocka_unit_test(more_data_inform_more_directions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
