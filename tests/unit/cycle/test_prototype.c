/* cycle: where the equations are unchanged, the trajectories and thresholds that the first version printed (its own
 * program, its own solver); where pain scales changed, its scales applied to our pain drive. */
#include "../test.h"

#include <fascicle/fascicle.h>
#include <string.h>

/* A person, and what the first version printed. */
typedef struct case_row {
    fsc_cycle_set set;
    double dose, stress, sleep, day;
    const char *treatment; /* for twelve weeks from start */
    double start, pdff, nrs, dystonia;
} case_row;

enum { CASES = 15, SITES = 196 };

static double struck_mean(const fsc_cycle *m, const double *strain, const double *value) {
    double sum = 0, n = 0;
    for (int32_t i = 0; i < fsc_cycle_n_site(m); i++)
        if (strain[i] > 0 && strcmp(fsc_cycle_site_at(m, i)->layer, "deep") == 0) sum += value[i], n += 1;
    return sum / n;
}

/* Runs the cases of one last day side by side and checks them. */
static void check_cases(const fsc_cycle *m, const case_row *row, int n) {
    static const fsc_cycle_quantity quantity[2] = {FSC_CYCLE_PDFF, FSC_CYCLE_STATE_Y};
    static double strain[CASES][SITES];
    static uint8_t flag[CASES][SITES];
    fsc_cycle_person person[CASES];
    fsc_cycle_event event[CASES];
    fsc_cycle_course course[CASES];
    for (int k = 0; k < n; k++) {
        fsc_cycle_person_init(&person[k], m, row[k].set);
        assert_ok(fsc_cycle_strain_profile(strain[k], m, row[k].dose, "C4", "C7", &test_error));
        for (int32_t i = 0; i < SITES; i++) flag[k][i] = strain[k][i] > 0;
        event[k] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, strain[k]};
        course[k] = (fsc_cycle_course){row[k].start, row[k].start + 84, FSC_CYCLE_MANUAL, 1, flag[k]};
        person[k].event = &event[k];
        person[k].n_event = 1;
        person[k].modifiers.stress = row[k].stress;
        person[k].modifiers.sleep_deficit = row[k].sleep;
        person[k].course = &course[k];
        if (!row[k].treatment) continue;
        course[k].treatment = (fsc_cycle_treatment)fsc_cycle_find_treatment(row[k].treatment);
        person[k].n_course = 1;
    }
    const fsc_cycle_plan plan = {.day = &row->day,
                                 .n_day = 1,
                                 .quantity = quantity,
                                 .n_quantity = 2,
                                 .relative_tolerance = 1e-5,
                                 .absolute_tolerance = 1e-7};
    fsc_cycle_run *out = NULL;
    assert_ok(fsc_cycle_simulate(&out, m, person, n, &plan, NULL, &test_error));
    for (int k = 0; k < n; k++) {
        const double pdff = 100 * struck_mean(m, strain[k], fsc_cycle_run_at(out, k, 0, 0));
        const double nrs = 10 * (1 - exp(-out->outcome[k].pain_drive));
        const double dystonia = struck_mean(m, strain[k], fsc_cycle_run_at(out, k, 0, 1));
        if (fabs(pdff - row[k].pdff) > 0.11 || fabs(nrs - row[k].nrs) > 0.06 ||
            fabs(dystonia - row[k].dystonia) > 0.006)
            fail_msg("case %d: PDFF %.3f, NRS %.3f, Y %.4f, printed %.1f, %.1f, %.2f", k, pdff, nrs, dystonia,
                     row[k].pdff, row[k].nrs, row[k].dystonia);
    }
    fsc_cycle_run_free(out);
}

/* Half a unit of the last printed figure, and a little for the first version's own tolerance: the margins of
 * check_cases. */
static void same_trajectories(void **state) {
    (void)state;
    const fsc_cycle_set a = FSC_CYCLE_PROTOTYPE_A, b = FSC_CYCLE_PROTOTYPE_B;
    const case_row printed[] = {{a, .08, 0, 0, 365, NULL, 0, 16.2, 0.0, 0.00},
                                {a, .25, 0, 0, 365, NULL, 0, 16.9, 0.0, 0.00},
                                {a, .25, .6, .6, 365, NULL, 0, 46.0, 9.7, 0.96},
                                {a, .65, 0, 0, 365, NULL, 0, 44.3, 7.7, 0.92},
                                {b, .08, 0, 0, 365, NULL, 0, 16.1, 0.0, 0.00},
                                {b, .25, 0, 0, 365, NULL, 0, 16.6, 0.0, 0.00},
                                {b, .25, .6, .6, 365, NULL, 0, 18.5, 6.1, 0.11},
                                {b, .65, 0, 0, 365, NULL, 0, 20.7, 0.2, 0.00},
                                {a, .65, 0, 0, 1095, NULL, 0, 62.5, 7.9, 0.92},
                                {a, .65, 0, 0, 1095, "neuromodulation", 7, 19.1, 0.1, 0},
                                {a, .65, 0, 0, 1095, "manual", 42, 55.1, 7.9, 0.92},
                                {a, .65, 0, 0, 1095, "self-release", 7, 60.2, 7.9, 0.92},
                                {a, .65, 0, 0, 1095, "remodelling", 7, 56.7, 7.9, 0.92},
                                {a, .65, 0, 0, 1095, "strengthening", 7, 63.2, 8.0, 0.92},
                                {a, .65, 0, 0, 1095, "conventional", 180, 66.6, 8.0, 0.92}};
    fsc_cycle *m = NULL;
    assert_ok(fsc_cycle_new(&m, "C2", "S1", 1, &test_error));
    assert_int_equal(fsc_cycle_n_site(m), SITES);
    check_cases(m, printed, 8);
    check_cases(m, printed + 8, CASES - 8);
    fsc_cycle_free(m);
}

typedef struct threshold_row {
    fsc_cycle_set set;
    double stress, repair, printed; /* printed NaN: a set of today, only root against bisection */
} threshold_row;

static void check_thresholds(const char *first, const char *last, const threshold_row *row, int n) {
    fsc_cycle *m = NULL;
    assert_ok(fsc_cycle_new(&m, first, last, 0, &test_error));
    for (int k = 0; k < n; k++) {
        fsc_cycle_person person;
        fsc_cycle_threshold t;
        fsc_cycle_person_init(&person, m, row[k].set);
        person.modifiers.stress = row[k].stress;
        person.modifiers.repair = row[k].repair;
        assert_ok(fsc_cycle_find_threshold(&t, m, &person, 0, &test_error));
        assert_close(t.by_root, t.by_bisection, 1e-3);
        if (!isnan(row[k].printed)) assert_close(t.by_bisection, row[k].printed, 5e-4);
    }
    fsc_cycle_free(m);
}

static void threshold_is_found_twice(void **state) {
    (void)state;
    const threshold_row row = {FSC_CYCLE_SET_A, 0, 1, (double)NAN};
    check_thresholds("C4", "C7", &row, 1);
    fsc_cycle *m = NULL;
    fsc_cycle_person person;
    fsc_cycle_threshold t;
    assert_ok(fsc_cycle_new(&m, "C2", "T1", 0, &test_error));
    fsc_cycle_person_init(&person, m, FSC_CYCLE_PROTOTYPE_B); /* no threshold without modifiers */
    assert_ok(fsc_cycle_find_threshold(&t, m, &person, 0, &test_error));
    assert_true(isnan(t.by_bisection) && isnan(t.by_root));
    fsc_cycle_free(m);
}

/* On the neck of the first version: half a minute, so it runs with the long tests. */
static void printed_thresholds(void **state) {
    (void)state;
    const threshold_row row[] = {{FSC_CYCLE_PROTOTYPE_A, 0, 1, 0.4855},
                                 {FSC_CYCLE_PROTOTYPE_A, 0, 0.5, 0.3097},
                                 {FSC_CYCLE_PROTOTYPE_B, 0.6, 1, 0.4580},
                                 {FSC_CYCLE_SET_A, 0, 1, (double)NAN},
                                 {FSC_CYCLE_SET_B, 0.6, 1, (double)NAN}};
    check_thresholds("C2", "T1", row, 5);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_trajectories), cmocka_unit_test(threshold_is_found_twice)};
    const struct CMUnitTest long_tests[] = {cmocka_unit_test(printed_thresholds)};
    const int is_long = argc > 1 && strcmp(argv[1], "long") == 0;
    return is_long ? cmocka_run_group_tests(long_tests, NULL, NULL) : cmocka_run_group_tests(tests, NULL, NULL);
}
