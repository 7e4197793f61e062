/* Steps per core second of the event-based model: 300 people x 12 events, one thread: bench_order [results.csv]. Prints
 * one line. */
#include "results.h"

#include <fascicle/order.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

static double core_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t); /* core seconds, whatever else runs */
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A cheap deterministic draw; the bench sees the public headers only. */
static double uniform(void) {
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void) {
    return sqrt(-2 * log(uniform())) * cos(6.28318530717958647692 * uniform());
}

static double seconds(const fsc_cohort *cohort, int64_t n_step) {
    const fsc_order_options opt = {16, 1, 0, n_step, 1, 1, 24, NULL};
    fsc_order *order = NULL;
    fsc_error err = FSC_ERROR_INIT;
    const double start = core_s();
    if (fsc_order_run(&order, cohort, &opt, &err) != FSC_OK) {
        fprintf(stderr, "bench_order: %s\n", err.text);
        return NAN;
    }
    const double took = core_s() - start;
    fsc_order_free(order);
    return took;
}

int main(int argc, char **argv) {
    enum { PEOPLE = 300, EVENTS = 12, STEPS = 2000000 };
    fsc_cohort *cohort = NULL;
    if (fsc_cohort_new(&cohort, PEOPLE, EVENTS, NULL) != FSC_OK) return 1;
    for (int j = 0; j < PEOPLE; j++) {
        const int stage = (int)(uniform() * (EVENTS + 1));
        for (int k = 0; k < EVENTS; k++)
            cohort->value[j * EVENTS + k] = k < stage ? 22 + 5 * normal() : 16 + 4 * normal();
    }
    /* The mixtures and ascents are taken off, so that the figure is the chain's alone. */
    const double set_up = seconds(cohort, 1), whole = seconds(cohort, STEPS);
    printf("order      %d people x %d events: %.0f MCMC steps per core second (set-up %.3f s)\n", PEOPLE, EVENTS,
           STEPS / (whole - set_up), set_up);
    results_add(argc > 1 ? argv[1] : NULL, "order", "300 people x 12 events", "mcmc_step_per_core_s",
                STEPS / (whole - set_up));
    fsc_cohort_free(cohort);
    return 0;
}
