/* cycle: the batched solver against CVODES, threads, bounds, schedules, bad input; slopes and crossings. */
#include "../test.h"
#include "alloc.h"
#include "scheme.h"

#include <fascicle/fascicle.h>
#include <stdlib.h>
#include <string.h>

/* Set by the command line: the whole neck for a year and 10,000 people instead of two levels and a few. */
static int is_long;

static fsc_cycle *neck(void) {
    fsc_cycle *model = NULL;
    assert_ok(fsc_cycle_new(&model, "C2", "T1", 0, &test_error));
    return model;
}

static fsc_cycle *part_of_neck(void) {
    fsc_cycle *model = NULL;
    if (is_long) return neck();
    assert_ok(fsc_cycle_new(&model, "C5", "C6", 0, &test_error));
    return model;
}

/* Butcher's weights from the two-register form. */
static void check_scheme(const fsc_scheme *scheme) {
    enum { MAX = FSC_STAGE_MAX + 1 };
    const int n = scheme->n_stage;
    double a[MAX][MAX] = {{0}}, c[MAX] = {0}, ac[MAX] = {0}, ac2[MAX] = {0}, aac[MAX] = {0};
    for (int i = 1; i <= n; i++)
        for (int j = 0; j < i; j++) {
            double product = 1;
            for (int k = j; k < i; k++) {
                if (k > j) product *= scheme->a[k];
                a[i][j] += scheme->b[k] * product;
            }
            c[i] += a[i][j];
        }
    for (int i = 0; i <= n; i++)
        for (int j = 0; j < i; j++) ac[i] += a[i][j] * c[j], ac2[i] += a[i][j] * c[j] * c[j];
    for (int i = 0; i <= n; i++)
        for (int j = 0; j < i; j++) aac[i] += a[i][j] * ac[j];
    double sum[8] = {0}, error[4] = {0}, order4 = 0;
    for (int j = 0; j < n; j++) {
        const double b = a[n][j],
                     term[8] = {1, c[j], c[j] * c[j], ac[j], c[j] * c[j] * c[j], c[j] * ac[j], ac2[j], aac[j]};
        for (int k = 0; k < 8; k++) sum[k] += b * term[k];
    }
    const double want[8] = {1, 1.0 / 2, 1.0 / 3, 1.0 / 6, 1.0 / 4, 1.0 / 8, 1.0 / 12, 1.0 / 24};
    for (int k = 0; k < 8; k++) assert_close(sum[k], want[k], 1e-12);
    for (int j = 0; j <= n; j++) { /* the error weights see order 4 and nothing below */
        const double e = scheme->error[j], term[4] = {1, c[j], c[j] * c[j], ac[j]};
        for (int k = 0; k < 4; k++) error[k] += e * term[k];
        order4 += e * aac[j];
    }
    for (int k = 0; k < 4; k++) assert_close(error[k], 0, 1e-12);
    assert_true(fabs(order4) > 0.01);
    for (double z = 0; z >= -scheme->reach; z -= 0.01) { /* the stability interval */
        double y = 1, q = 0;
        for (int k = 0; k < n; k++) {
            q = scheme->a[k] * q + z * y;
            y += scheme->b[k] * q;
        }
        assert_true(fabs(y) <= 1 + 1e-9);
    }
}

static void schemes_have_order_four(void **state) {
    (void)state;
    for (int k = 0; k < FSC_N_SCHEME; k++) check_scheme(&fsc_scheme_of[k]);
}

typedef struct scene {
    fsc_cycle *model;
    double strain[64], knife[64];
    fsc_cycle_event event[2];
    fsc_cycle_course course[3];
    fsc_cycle_person person;
} scene;

static void set_scene(scene *s, fsc_cycle_set set, double dose) {
    s->model = part_of_neck();
    memset(s->knife, 0, sizeof s->knife);
    assert_ok(fsc_cycle_strain_profile(s->strain, s->model, dose, "C5", "C6", &test_error));
    s->knife[fsc_cycle_find_site(s->model, "C5", "deep", "left")] = 1;
    s->event[0] = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, s->strain};
    s->event[1] = (fsc_cycle_event){120, FSC_CYCLE_SURGERY_OPEN, s->knife};
    s->course[0] = (fsc_cycle_course){42, 100, FSC_CYCLE_MANUAL, 1, NULL};
    s->course[1] = (fsc_cycle_course){50, 53, FSC_CYCLE_INJECTION, 1, NULL};
    s->course[2] = (fsc_cycle_course){130, 200, FSC_CYCLE_STRENGTHENING, 1, NULL};
    fsc_cycle_person_init(&s->person, s->model, set);
    s->person.event = s->event;
    s->person.n_event = 2;
    s->person.course = s->course;
    s->person.n_course = 3;
}

static void both_solvers_agree(void **state) {
    (void)state;
    const double day[] = {0, 14, 125, 150, 365};
    const int32_t n_day = is_long ? 5 : 3;
    for (int set = FSC_CYCLE_SET_A; set <= FSC_CYCLE_SET_B; set++) {
        scene s;
        set_scene(&s, (fsc_cycle_set)set, 0.6);
        const fsc_cycle_plan plan = {.day = day, .n_day = n_day, .want_state = 1};
        fsc_cycle_run *fast = NULL, *exact = NULL;
        assert_ok(fsc_cycle_simulate(&fast, s.model, &s.person, 1, &plan, NULL, &test_error));
        assert_ok(fsc_cycle_simulate_reference(&exact, s.model, &s.person, 1, &plan, NULL, &test_error));
        for (int32_t i = 0; i < n_day * fast->n_state; i++) assert_close(fast->state[i], exact->state[i], 1.5e-4);
        fsc_cycle_run_free(fast);
        fsc_cycle_run_free(exact);
        fsc_cycle_free(s.model);
    }
}

static void people_stay_in_bounds_on_any_threads(void **state) {
    (void)state;
    const int64_t n = is_long ? 10000 : 44; /* the last group is not full */
    fsc_cycle *model = neck();
    const double day[] = {14, 365};
    const fsc_cycle_quantity pdff = FSC_CYCLE_PDFF;
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++) {
        fsc_cycle_population *people = NULL;
        fsc_cycle_run *first = NULL;
        assert_ok(fsc_cycle_draw(&people, model, FSC_CYCLE_SET_A, (fsc_cycle_story)story, n, 3, &test_error));
        for (int threads = 1; threads <= 3; threads += 2) {
            const fsc_cycle_plan plan = {
                .day = day, .n_day = 2, .quantity = &pdff, .n_quantity = 1, .n_threads = threads};
            fsc_cycle_run *run = NULL;
            assert_ok(fsc_cycle_simulate(&run, model, people->person, n, &plan, NULL, &test_error));
            assert_true(run->worst_simplex >= -1e-9);
            assert_true(run->worst_box >= -1e-6);
            if (first) {
                assert_memory_equal(run->value, first->value, (size_t)(n * 2 * run->n_site) * sizeof(double));
                assert_memory_equal(run->outcome, first->outcome, (size_t)(n * 2) * sizeof *run->outcome);
                fsc_cycle_run_free(run);
            } else
                first = run;
        }
        fsc_cycle_run_free(first);
        fsc_cycle_population_free(people);
    }
    fsc_cycle_free(model);
}

static void mild_injury_recovers_and_stories_differ(void **state) {
    (void)state;
    const double day[] = {30, 1095};
    const fsc_cycle_quantity quantity[2] = {FSC_CYCLE_STRENGTH, FSC_CYCLE_PDFF};
    const fsc_cycle_plan plan = {.day = day, .n_day = 2, .quantity = quantity, .n_quantity = 2};
    for (int set = FSC_CYCLE_SET_A; set <= FSC_CYCLE_SET_B; set++) {
        scene s;
        set_scene(&s, (fsc_cycle_set)set, 0.08);
        s.person.n_event = 1;
        s.person.n_course = 0;
        fsc_cycle_person pair[2] = {s.person, s.person};
        pair[1].story = FSC_CYCLE_PREEXISTING;
        fsc_cycle_run *run = NULL;
        assert_ok(fsc_cycle_simulate(&run, s.model, pair, 2, &plan, NULL, &test_error));
        const int32_t site = fsc_cycle_find_site(s.model, "C5", "deep", "left");
        assert_true(fsc_cycle_run_at(run, 0, 1, 0)[site] > 0.97);
        assert_true(run->outcome[1].ndi < 1);
        assert_true(fsc_cycle_run_at(run, 0, 0, 1)[site] > fsc_cycle_run_at(run, 1, 0, 1)[site]);
        fsc_cycle_run_free(run);
        fsc_cycle_free(s.model);
    }
}

static void bad_people_are_refused(void **state) {
    (void)state;
    scene s;
    set_scene(&s, FSC_CYCLE_SET_B, 0.3);
    const double day = 10, backwards[] = {10, 5};
    const fsc_cycle_plan plan = {.day = &day, .n_day = 1}, wrong = {.day = backwards, .n_day = 2};
    fsc_cycle_run *run = NULL;
    assert_fails(fsc_cycle_simulate(&run, s.model, &s.person, 1, &wrong, NULL, &test_error), FSC_E_ARG);
    s.person.modifiers.stress = 2;
    assert_fails(fsc_cycle_simulate(&run, s.model, &s.person, 1, &plan, NULL, &test_error), FSC_E_RANGE);
    s.person.modifiers.stress = 0;
    s.person.parameter[3] = (double)NAN;
    assert_fails(fsc_cycle_simulate(&run, s.model, &s.person, 1, &plan, NULL, &test_error), FSC_E_RANGE);
    assert_non_null(strstr(test_error.text, "chi0"));
    s.person.parameter[3] = 0.04;
    s.strain[0] = -1;
    assert_fails(fsc_cycle_simulate(&run, s.model, &s.person, 1, &plan, NULL, &test_error), FSC_E_RANGE);
    s.strain[0] = 0;
    s.course[0].stop_day = 1;
    assert_fails(fsc_cycle_simulate_reference(&run, s.model, &s.person, 1, &plan, NULL, &test_error), FSC_E_RANGE);
    fsc_cycle_free(s.model);
}

static void slopes_are_those_of_differences(void **state) {
    (void)state;
    const double day[] = {14, 30}, step = 1e-4, wide = 2e-3;
    const fsc_cycle_quantity pdff = FSC_CYCLE_PDFF;
    scene s;
    set_scene(&s, FSC_CYCLE_SET_A, 0.3);
    const fsc_cycle_plan plan = {.day = day, .n_day = 2, .quantity = &pdff, .n_quantity = 1};
    fsc_cycle_person plus = s.person, minus = s.person;
    const int32_t k = fsc_cycle_find_parameter(s.model, "k_c"),
                  site = fsc_cycle_find_site(s.model, "C5", "deep", "left");
    plus.parameter[k] *= exp(step);
    minus.parameter[k] *= exp(-step);
    fsc_cycle_slopes *slopes = NULL;
    assert_ok(fsc_cycle_sensitivities(&slopes, s.model, &s.person, &plus, &minus, step, 1, &plan, &test_error));
    plus.parameter[k] = s.person.parameter[k] * exp(wide);
    minus.parameter[k] = s.person.parameter[k] * exp(-wide);
    fsc_cycle_run *more = NULL, *less = NULL;
    assert_ok(fsc_cycle_simulate_reference(&more, s.model, &plus, 1, &plan, NULL, &test_error));
    assert_ok(fsc_cycle_simulate_reference(&less, s.model, &minus, 1, &plan, NULL, &test_error));
    for (int32_t d = 0; d < 2; d++) {
        const double slope =
            (fsc_cycle_run_at(more, 0, d, 0)[site] - fsc_cycle_run_at(less, 0, d, 0)[site]) / (2 * wide);
        assert_close(slopes->value[d * slopes->n_site + site], slope, 1e-4 * fabs(slope) + 1e-7);
        const double ndi = (more->outcome[d].ndi - less->outcome[d].ndi) / (2 * wide);
        assert_close(slopes->outcome[d].ndi, ndi, 1e-3 * fabs(ndi) + 1e-4);
    }
    fsc_cycle_run_free(more);
    fsc_cycle_run_free(less);
    fsc_cycle_slopes_free(slopes);
    fsc_cycle_free(s.model);
}

static void allocation_failure_is_reported(void **state) {
    (void)state;
    scene s;
    set_scene(&s, FSC_CYCLE_SET_B, 0.3);
    const double day = 1;
    const fsc_cycle_plan plan = {.day = &day, .n_day = 1, .n_threads = 1};
    for (int reference = 0; reference < 2; reference++) {
        fsc_status status = FSC_E_NOMEM;
        for (int64_t n = 0; status != FSC_OK; n++) {
            fsc_cycle_run *run = NULL;
            fsc_alloc_fail_at(n);
            status = reference ? fsc_cycle_simulate_reference(&run, s.model, &s.person, 1, &plan, NULL, NULL)
                               : fsc_cycle_simulate(&run, s.model, &s.person, 1, &plan, NULL, NULL);
            fsc_alloc_fail_at(-1);
            assert_true(status == FSC_OK || status == FSC_E_NOMEM);
            assert_true((run != NULL) == (status == FSC_OK));
            fsc_cycle_run_free(run);
            assert_true(n < 200);
        }
    }
    fsc_cycle_free(s.model);
}

int main(int argc, char **argv) {
    is_long = argc > 1 && strcmp(argv[1], "long") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemes_have_order_four),
        cmocka_unit_test(both_solvers_agree),
        cmocka_unit_test(people_stay_in_bounds_on_any_threads),
        cmocka_unit_test(mild_injury_recovers_and_stories_differ),
        cmocka_unit_test(bad_people_are_refused),
        cmocka_unit_test(slopes_are_those_of_differences),
        cmocka_unit_test(allocation_failure_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
