/* cycle: virtual people, weights, fit table. */
#include "../test.h"
#include "settle.h"

#include <fascicle/fascicle.h>
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
    fsc_cycle_fit *fit = NULL, *rival = NULL;
    assert_ok(fsc_cycle_calibrate(&fit, FSC_CYCLE_SET_B, FSC_CYCLE_ACUTE, 150, 7, 1, NULL, &test_error));
    assert_ok(fsc_cycle_calibrate(&rival, FSC_CYCLE_SET_B, FSC_CYCLE_PREEXISTING, 150, 7, 0, NULL, &test_error));
    double sum = 0;
    for (int i = 0; i < 150; i++) sum += fit->weight[i];
    assert_close(sum, 1, 1e-12);
    assert_close(row(fit, "Q1a")->model, 41, 2 * 7);
    assert_close(row(fit, "Q1b")->model, 43, 2 * 7);
    assert_close(row(fit, "Q1c")->model, 16, 2 * 5);
    assert_true(fit->rms_fitted < 1.5);
    assert_true(fit->effective_people >= 50);
    assert_true(row(fit, "C4")->hit && row(fit, "C5")->hit && row(fit, "C6")->hit && row(fit, "C7")->hit);
    assert_true(row(fit, "H4")->model > 0.86); /* the first version's size in severe people was 0.86 to 0.89 */
    /* What tells the stories apart: pre-existing fat shows in the first days. */
    assert_true(row(rival, "W2")->model > row(fit, "W2")->model + 1);
    assert_true(fit->worst_simplex >= -1e-9 && rival->worst_simplex >= -1e-9);
    assert_int_equal(fit->honesty.n_literature, 5);
    fsc_cycle_fit_free(fit);
    fsc_cycle_fit_free(rival);
}

/* One feature, the fat of the first day, two standard deviations from where the table's law has it: the law of least
 * information is the same law moved, with its spread as it was. */
static void first_fat(const void *context, const fsc_study_curve *curve, double *feature) {
    feature[0] = 100 * curve->pdff[0] - *(const double *)context;
}

static void population_settles_where_it_is_asked(void **state) {
    (void)state;
    enum { N = 64 };
    const double wanted = 23, softness = 0.2;
    fsc_cycle *neck = NULL;
    assert_ok(fsc_cycle_new(&neck, "C4", "C7", 0, &test_error));
    static fsc_study_curve curve[2][N];
    static double weight[2][N];
    for (int threads = 1; threads <= 2; threads++) {
        fsc_settle settle = {.set = FSC_CYCLE_SET_B,
                             .story = FSC_CYCLE_ACUTE,
                             .n_person = N,
                             .seed = 3,
                             .n_threads = threads,
                             .n_feature = 1,
                             .softness = &softness,
                             .feature_of = first_fat,
                             .context = &wanted,
                             .curve = curve[threads - 1],
                             .weight = weight[threads - 1]};
        assert_ok(fsc_settle_run(&settle, neck, &test_error));
        assert_true(settle.n_round > 0 && settle.n_drawn > N);
        assert_true(settle.effective_people >= 0.25 * N);
        assert_true(settle.families <= settle.effective_people * (1 + 1e-12) && settle.families >= 1);
    }
    assert_memory_equal(weight[0], weight[1], sizeof weight[0]);
    assert_memory_equal(curve[0], curve[1], sizeof curve[0]);
    double mean = 0, square = 0;
    for (int i = 0; i < N; i++) mean += weight[0][i] * 100 * curve[0][i].pdff[0];
    for (int i = 0; i < N; i++) square += weight[0][i] * pow(100 * curve[0][i].pdff[0] - mean, 2);
    assert_close(mean, wanted, 3 * softness);
    assert_true(sqrt(square) > 2 && sqrt(square) < 5); /* the law: 3.5 */
    fsc_cycle_free(neck);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_depend_on_their_number_alone),
        cmocka_unit_test(weights_meet_the_published_numbers),
        cmocka_unit_test(population_settles_where_it_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
