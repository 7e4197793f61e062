/* The cycle model's own right-hand side for solvers of other projects: plain C functions (Python's ctypes, R's .C) and
 * the two entry points that deSolve asks of compiled models. One person of set A (0) or B (1) after a grade 3 strain of
 * C4 to C7: the person of bench_cycle. One model at a time, one thread. */
#include "fail.h"
#include "model.h"

#include <fascicle/cycle.h>
#include <string.h>

enum { N_DAY = 4, MAX_SITE = 256 };
static const double day[N_DAY] = {14, 90, 180, 365};

typedef struct peer {
    fsc_cycle *model;
    fsc_cast cast;
    fsc_cycle_event event;
    fsc_cycle_person person;
    double strain[MAX_SITE];
} peer;
static peer now; /* deSolve hands no pointer of ours to its callbacks */

FSC_API int cycle_peer_open(int set);
FSC_API int cycle_peer_start(double *y);
FSC_API int cycle_peer_rhs(const double *y, double *dy);
FSC_API int cycle_peer_exact(double *y);
FSC_API void cycle_peer_close(void);
FSC_API void cycle_r_open(const int *set, int *n_state);
FSC_API void cycle_r_start(double *y);
FSC_API void cycle_r_exact(double *y, int *failed);
FSC_API void cycle_r_init(void (*parameters)(int *n, double *value));
FSC_API void cycle_r_derivs(const int *n, const double *t, const double *y, double *dy, double *out, const int *ip);

static fsc_status seat(fsc_cycle_set set, fsc_error *err) {
    FSC_TRY(fsc_cycle_new(&now.model, "C2", "S1", 1, err));
    if (now.model->n_site > MAX_SITE) return FSC_E_RANGE;
    FSC_TRY(fsc_cycle_strain_profile(now.strain, now.model, fsc_cycle_grade_dose(now.model, 3), "C4", "C7", err));
    now.event = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, now.strain};
    fsc_cycle_person_init(&now.person, now.model, set);
    now.person.event = &now.event;
    now.person.n_event = 1;
    FSC_TRY(fsc_cast_new(&now.cast, now.model, 1, err));
    return fsc_cast_seat(&now.cast, 0, &now.person, 0, err);
}

void cycle_peer_close(void) {
    fsc_cast_free(&now.cast);
    fsc_cycle_free(now.model);
    now = (peer){0};
}

/* Returns the number of states, or -1. */
int cycle_peer_open(int set) {
    fsc_error err = FSC_ERROR_INIT;
    cycle_peer_close();
    if (seat(set == 0 ? FSC_CYCLE_SET_A : FSC_CYCLE_SET_B, &err) == FSC_OK) return now.model->n_state;
    cycle_peer_close();
    return -1;
}

/* y[n_state] right after the strain of day 0. */
int cycle_peer_start(double *y) {
    if (!now.model) return 1;
    fsc_cycle_healthy(now.model, &now.person, y);
    fsc_cast_strike(&now.cast, 0, y, &now.event);
    now.cast.treated = fsc_cast_treat(&now.cast, 0, &now.person, 0);
    return 0;
}

int cycle_peer_rhs(const double *y, double *dy) {
    fsc_rhs_one(&now.cast, y, dy);
    return 0;
}

/* y[4][n_state] at days 14, 90, 180 and 365 by CVODES at 1e-9, as bench_cycle's reference. */
int cycle_peer_exact(double *y) {
    fsc_error err = FSC_ERROR_INIT;
    const fsc_cycle_plan plan = {.day = day,
                                 .n_day = N_DAY,
                                 .want_state = 1,
                                 .n_threads = 1,
                                 .relative_tolerance = 1e-9,
                                 .absolute_tolerance = 1e-12};
    fsc_cycle_run *run = NULL;
    if (!now.model || fsc_cycle_simulate_reference(&run, now.model, &now.person, 1, &plan, NULL, &err) != FSC_OK) return 1;
    memcpy(y, run->state, (size_t)N_DAY * (size_t)run->n_state * sizeof *y);
    fsc_cycle_run_free(run);
    return 0;
}

void cycle_r_open(const int *set, int *n_state) {
    *n_state = cycle_peer_open(*set);
}

void cycle_r_start(double *y) {
    (void)cycle_peer_start(y);
}

void cycle_r_exact(double *y, int *failed) {
    *failed = cycle_peer_exact(y);
}

/* deSolve wants one; the person is already set by cycle_r_open. */
void cycle_r_init(void (*parameters)(int *n, double *value)) {
    (void)parameters;
}

void cycle_r_derivs(const int *n, const double *t, const double *y, double *dy, double *out, const int *ip) {
    (void)n;
    (void)t;
    (void)out;
    (void)ip;
    fsc_rhs_one(&now.cast, y, dy);
}
