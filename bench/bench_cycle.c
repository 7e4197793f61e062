/* The injury cycle's speed and error, in one run: milliseconds per patient-year at 196 sites on one core, the error
 * against a 1e-9 run, 2,000 people for a year on all cores, and the same equations under CVODES. */
#include <fascicle/fascicle.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Rounds: the best of many short ones, because a shared machine changes its pace by the second. */
enum { N_DAY = 4, N_GROUP = 64, N_MANY = 2000, N_ROUND = 12 };
static const double day[N_DAY] = {14, 90, 180, 365};

static double now_s(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(const fsc_error *err) {
    fprintf(stderr, "bench_cycle: %s\n", err->text);
    return 1;
}

static double worst_difference(const fsc_cycle_run *a, const fsc_cycle_run *b) {
    double worst = 0;
    for (int64_t i = 0; i < (int64_t)N_DAY * a->n_state; i++) worst = fmax(worst, fabs(a->state[i] - b->state[i]));
    return worst;
}

/* One person of a set after a grade 3 strain of the neck, 64 times over, on one core. */
static int bench_set(const fsc_cycle *model, fsc_cycle_set set, const double *strain, fsc_error *err) {
    const fsc_cycle_event event = {0, FSC_CYCLE_STRAIN, strain};
    fsc_cycle_person person[N_GROUP];
    for (int i = 0; i < N_GROUP; i++) {
        fsc_cycle_person_init(&person[i], model, set);
        person[i].event = &event;
        person[i].n_event = 1;
    }
    const fsc_cycle_plan plan = {.day = day, .n_day = N_DAY, .want_state = 1, .n_threads = 1};
    fsc_cycle_plan tight = plan;
    tight.relative_tolerance = 1e-9;
    tight.absolute_tolerance = 1e-12;
    fsc_cycle_run *fast = NULL, *exact = NULL, *cvodes = NULL;
    if (fsc_cycle_simulate_reference(&exact, model, person, 1, &tight, NULL, err) != FSC_OK) return 1;
    double best_wall = INFINITY, best_cpu = INFINITY;
    for (int round = 0; round < N_ROUND; round++) {
        fsc_cycle_run_free(fast);
        const double wall = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
        if (fsc_cycle_simulate(&fast, model, person, N_GROUP, &plan, NULL, err) != FSC_OK) return 1;
        best_wall = fmin(best_wall, now_s(CLOCK_MONOTONIC) - wall);
        best_cpu = fmin(best_cpu, now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu);
    }
    printf("set %c: %.2f ms per patient-year (%.2f ms of processor), %lld evaluations, error %.1e at days 14 to 365\n",
           set == FSC_CYCLE_SET_A ? 'A' : 'B', 1e3 * best_wall / N_GROUP, 1e3 * best_cpu / N_GROUP,
           (long long)fast->n_rhs * 8 / N_GROUP, worst_difference(fast, exact));
    fsc_cycle_plan loose = plan;
    loose.relative_tolerance = 1e-4;
    loose.absolute_tolerance = 1e-6;
    const double wall = now_s(CLOCK_MONOTONIC);
    if (fsc_cycle_simulate_reference(&cvodes, model, person, 1, &loose, NULL, err) != FSC_OK) return 1;
    printf("set %c: CVODES, BDF with the exact sparse Jacobian, rtol 1e-4: %.1f ms, error %.1e\n",
           set == FSC_CYCLE_SET_A ? 'A' : 'B', 1e3 * (now_s(CLOCK_MONOTONIC) - wall), worst_difference(cvodes, exact));
    fsc_cycle_run_free(fast);
    fsc_cycle_run_free(exact);
    fsc_cycle_run_free(cvodes);
    return 0;
}

static int bench_many(const fsc_cycle *model, fsc_error *err) {
    fsc_cycle_population *people = NULL;
    fsc_cycle_run *run = NULL;
    if (fsc_cycle_draw(&people, model, FSC_CYCLE_SET_B, FSC_CYCLE_ACUTE, N_MANY, 1, err) != FSC_OK) return 1;
    const double year = 365;
    const fsc_cycle_plan plan = {.day = &year, .n_day = 1};
    const double wall = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
    if (fsc_cycle_simulate(&run, model, people->person, N_MANY, &plan, NULL, err) != FSC_OK) return 1;
    printf(
        "%d virtual people, 196 sites, 1 year, all cores: %.2f s (%.2f s of processor); outside the simplex by %.1e\n",
        N_MANY, now_s(CLOCK_MONOTONIC) - wall, now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu, -run->worst_simplex);
    fsc_cycle_run_free(run);
    fsc_cycle_population_free(people);
    return 0;
}

int main(void) {
    fsc_error err = FSC_ERROR_INIT;
    fsc_cycle *model = NULL;
    double strain[256];
    if (fsc_cycle_new(&model, "C2", "S1", 1, &err) != FSC_OK) return fail(&err);
    if (fsc_cycle_strain_profile(strain, model, fsc_cycle_grade_dose(model, 3), "C4", "C7", &err) != FSC_OK)
        return fail(&err);
    const int failed = bench_set(model, FSC_CYCLE_SET_A, strain, &err) ||
                       bench_set(model, FSC_CYCLE_SET_B, strain, &err) || bench_many(model, &err);
    fsc_cycle_free(model);
    return failed ? fail(&err) : 0;
}
