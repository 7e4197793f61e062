/* cycle: where the equations are unchanged, the trajectories and thresholds that the first version printed (its own
 * program, its own solver); where pain scales changed, its scales applied to our pain drive. */
#include "../test.h"

#include <fascicle/calibrate.h>
#include <string.h>

typedef struct figures {
    double pdff_percent, nrs, dystonia;
} figures;

static double struck_mean(const fsc_cycle *m, const double *strain, const double *value) {
    double sum = 0, n = 0;
    for (int32_t i = 0; i < fsc_cycle_n_site(m); i++)
        if (strain[i] > 0 && strcmp(fsc_cycle_site_at(m, i)->layer, "deep") == 0) sum += value[i], n += 1;
    return sum / n;
}

static figures run(const fsc_cycle *m, fsc_cycle_set set, double dose, double stress, double sleep,
                   const char *treatment, double start, double day) {
    static const fsc_cycle_quantity quantity[2] = {FSC_CYCLE_PDFF, FSC_CYCLE_STATE_Y};
    double strain[196];
    uint8_t flag[196];
    fsc_cycle_person person;
    fsc_cycle_person_init(&person, m, set);
    assert_ok(fsc_cycle_strain_profile(strain, m, dose, "C4", "C7", &test_error));
    for (int32_t i = 0; i < fsc_cycle_n_site(m); i++) flag[i] = strain[i] > 0;
    const fsc_cycle_event event = {0, FSC_CYCLE_STRAIN, strain};
    fsc_cycle_course course = {start, start + 84, FSC_CYCLE_MANUAL, 1, flag};
    person.event = &event;
    person.n_event = 1;
    person.modifiers.stress = stress;
    person.modifiers.sleep_deficit = sleep;
    person.course = &course;
    if (treatment) {
        course.treatment = (fsc_cycle_treatment)fsc_cycle_find_treatment(treatment);
        person.n_course = 1;
    }
    const fsc_cycle_plan plan = {.day = &day,
                                 .n_day = 1,
                                 .quantity = quantity,
                                 .n_quantity = 2,
                                 .relative_tolerance = 1e-5,
                                 .absolute_tolerance = 1e-7};
    fsc_cycle_run *out = NULL;
    assert_ok(fsc_cycle_simulate(&out, m, &person, 1, &plan, NULL, &test_error));
    const figures f = {100 * struck_mean(m, strain, fsc_cycle_run_at(out, 0, 0, 0)),
                       10 * (1 - exp(-out->outcome[0].pain_drive)),
                       struck_mean(m, strain, fsc_cycle_run_at(out, 0, 0, 1))};
    fsc_cycle_run_free(out);
    return f;
}

/* Half a unit of the last printed figure, and a little for the first version's own tolerance. */
static void same_trajectories(void **state) {
    (void)state;
    const fsc_cycle_set a = FSC_CYCLE_PROTOTYPE_A, b = FSC_CYCLE_PROTOTYPE_B;
    const struct {
        fsc_cycle_set set;
        double dose, stress, sleep, day;
        const char *treatment;
        double start, pdff, nrs, dystonia;
    } printed[] = {{a, .08, 0, 0, 365, NULL, 0, 16.2, 0.0, 0.00},
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
    for (size_t k = 0; k < sizeof printed / sizeof *printed; k++) {
        const figures f = run(m, printed[k].set, printed[k].dose, printed[k].stress, printed[k].sleep,
                              printed[k].treatment, printed[k].start, printed[k].day);
        if (fabs(f.pdff_percent - printed[k].pdff) > 0.11 || fabs(f.nrs - printed[k].nrs) > 0.06 ||
            fabs(f.dystonia - printed[k].dystonia) > 0.006)
            fail_msg("row %zu: PDFF %.3f, NRS %.3f, Y %.4f, printed %.1f, %.1f, %.2f", k, f.pdff_percent, f.nrs,
                     f.dystonia, printed[k].pdff, printed[k].nrs, printed[k].dystonia);
    }
    fsc_cycle_free(m);
}

static void same_thresholds_twice(void **state) {
    (void)state;
    fsc_cycle *m = NULL;
    assert_ok(fsc_cycle_new(&m, "C2", "T1", 0, &test_error));
    const struct {
        fsc_cycle_set set;
        double stress, repair, printed; /* printed NaN: a set of today, only root against bisection */
    } row[] = {{FSC_CYCLE_PROTOTYPE_A, 0, 1, 0.4855},
               {FSC_CYCLE_PROTOTYPE_A, 0, 0.5, 0.3097},
               {FSC_CYCLE_PROTOTYPE_B, 0.6, 1, 0.4580},
               {FSC_CYCLE_SET_A, 0, 1, (double)NAN},
               {FSC_CYCLE_SET_B, 0.6, 1, (double)NAN}};
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        fsc_cycle_person person;
        fsc_cycle_threshold t;
        fsc_cycle_person_init(&person, m, row[k].set);
        person.modifiers.stress = row[k].stress;
        person.modifiers.repair = row[k].repair;
        assert_ok(fsc_cycle_find_threshold(&t, m, &person, 0, &test_error));
        assert_close(t.by_root, t.by_bisection, 1e-3);
        if (!isnan(row[k].printed)) assert_close(t.by_bisection, row[k].printed, 5e-4);
    }
    fsc_cycle_person person;
    fsc_cycle_threshold t;
    fsc_cycle_person_init(&person, m, FSC_CYCLE_PROTOTYPE_B); /* no threshold without modifiers */
    assert_ok(fsc_cycle_find_threshold(&t, m, &person, 0, &test_error));
    assert_true(isnan(t.by_bisection) && isnan(t.by_root));
    fsc_cycle_free(m);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_trajectories), cmocka_unit_test(same_thresholds_twice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
