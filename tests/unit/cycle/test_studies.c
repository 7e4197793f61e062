/* cycle: virtual people, weights, fit table, Sobol indices, identifiability. */
#include "../test.h"

#include <fascicle/calibrate.h>
#include <string.h>

static void people_depend_on_their_number_alone(void **state) {
    (void)state;
    fsc_cycle *m = NULL;
    fsc_cycle_population *few = NULL, *many = NULL;
    assert_ok(fsc_cycle_new(&m, "C2", "T1", 0, &test_error));
    assert_ok(fsc_cycle_draw(&few, m, FSC_CYCLE_SET_B, FSC_CYCLE_ACUTE, 5, 1, &test_error));
    assert_ok(fsc_cycle_draw(&many, m, FSC_CYCLE_SET_B, FSC_CYCLE_ACUTE, 2000, 1, &test_error));
    assert_memory_equal(few->person[4].parameter, many->person[4].parameter, sizeof few->person[4].parameter);
    double age = 0, stress = 0, fat = 0;
    for (int i = 0; i < 2000; i++) {
        age += many->age[i] / 2000;
        stress += many->person[i].modifiers.stress / 2000;
        fat += many->person[i].deep_fat_shift / 2000;
    }
    assert_close(age, 38.2, 1);
    assert_close(stress, 0.231, 0.015); /* mean of the law that the table names */
    assert_close(fat, 0, 0.005);
    fsc_cycle_population_free(few);
    fsc_cycle_population_free(many);
    fsc_cycle_free(m);
}

static const fsc_cycle_fit_row *row(const fsc_cycle_fit *fit, const char *id) {
    for (int32_t k = 0; k < fit->n_row; k++)
        if (strcmp(fit->row[k].id, id) == 0) return &fit->row[k];
    fail_msg("no target %s", id);
    return NULL;
}

static void weights_meet_the_published_numbers(void **state) {
    (void)state;
    fsc_cycle_fit *fit = NULL, *rival = NULL, *again = NULL;
    assert_ok(fsc_cycle_calibrate(&fit, FSC_CYCLE_SET_B, FSC_CYCLE_ACUTE, 600, 7, 1, NULL, &test_error));
    assert_ok(fsc_cycle_calibrate(&again, FSC_CYCLE_SET_B, FSC_CYCLE_ACUTE, 600, 7, 3, NULL, &test_error));
    assert_ok(fsc_cycle_calibrate(&rival, FSC_CYCLE_SET_B, FSC_CYCLE_PREEXISTING, 600, 7, 0, NULL, &test_error));
    assert_memory_equal(fit->weight, again->weight, 600 * sizeof *fit->weight);
    double sum = 0;
    for (int i = 0; i < 600; i++) sum += fit->weight[i];
    assert_close(sum, 1, 1e-12);
    assert_close(row(fit, "Q1a")->model, 41, 2 * 7);
    assert_close(row(fit, "Q1b")->model, 43, 2 * 7);
    assert_close(row(fit, "Q1c")->model, 16, 2 * 5);
    assert_true(fit->rms_fitted < 1.5);
    assert_true(fit->effective_people > 60);
    assert_true(row(fit, "C4")->hit && row(fit, "C5")->hit && row(fit, "C6")->hit && row(fit, "C7")->hit);
    assert_true(row(fit, "H4")->model > 0.86); /* the first version's size in severe people was 0.86 to 0.89 */
    /* What tells the stories apart: pre-existing fat shows in the first days. */
    assert_true(row(rival, "W2")->model > row(fit, "W2")->model + 1);
    assert_true(fit->worst_simplex >= -1e-9 && rival->worst_simplex >= -1e-9);
    assert_int_equal(fit->honesty.n_literature, 5);
    fsc_cycle_fit_free(fit);
    fsc_cycle_fit_free(again);
    fsc_cycle_fit_free(rival);
}

static void sensitivity_knows_dead_and_live_factors(void **state) {
    (void)state;
    /* chi0's neighbour k_zr works over years; the dose decides. */
    const char *const factor[] = {"dose", "k_zr", "stress"};
    fsc_cycle_sobol *sobol = NULL;
    assert_ok(fsc_cycle_sobol_run(&sobol, FSC_CYCLE_SET_A, factor, 3, 128, 5, 0, NULL, &test_error));
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
        cmocka_unit_test(people_depend_on_their_number_alone),
        cmocka_unit_test(weights_meet_the_published_numbers),
        cmocka_unit_test(sensitivity_knows_dead_and_live_factors),
        cmocka_unit_test(more_data_inform_more_directions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
