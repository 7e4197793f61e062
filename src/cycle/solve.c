/* The reference solver: CVODES with the sparse exact Jacobian, roots and forward sensitivities. Only this file sees
 * SUNDIALS. */
#include "alloc.h"
#include "fail.h"
#include "jacobian.h"
#include "model.h"
#include "people.h"
#include "schedule.h"

#include <fascicle/simulate.h>

#include <cvodes/cvodes.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <string.h>
#include <sunlinsol/sunlinsol_spgmr.h>

#define REFERENCE_RELATIVE 1e-9
#define REFERENCE_ABSOLUTE 1e-12
enum { MAX_STEPS = 200000, KRYLOV = 20 };

typedef struct fsc_root {
    int32_t state;
    const uint8_t *site;
    double level;
    int direction;
} fsc_root;

/* One person on the reference solver. */
typedef struct fsc_solver {
    const fsc_cycle *model;
    const fsc_cycle_person *person;
    fsc_cast cast;
    fsc_jacobian jacobian;
    fsc_break *stop;
    int32_t n_stop;
    double *scratch;
    const fsc_root *root;
    /* Sensitivities: the person moved either way along each factor. */
    const fsc_cycle_person *plus, *minus;
    fsc_cast *cast_plus, *cast_minus;
    double *moved; /* two state vectors */
    int32_t n_factor;
    double step;
    /* SUNDIALS */
    SUNContext context;
    void *cvode;
    N_Vector y;
    N_Vector *slope;
    SUNLinearSolver linear;
} fsc_solver;

static int on_rhs(realtype t, N_Vector y, N_Vector dy, void *user) {
    (void)t;
    fsc_rhs_one(&((fsc_solver *)user)->cast, N_VGetArrayPointer(y), N_VGetArrayPointer(dy));
    return 0;
}

static int on_jacobian_setup(realtype t, N_Vector y, N_Vector fy, void *user) {
    (void)t;
    (void)fy;
    fsc_solver *solver = user;
    fsc_jacobian_fill(&solver->jacobian, &solver->cast, N_VGetArrayPointer(y));
    return 0;
}

static int on_jacobian_times(N_Vector v, N_Vector out, realtype t, N_Vector y, N_Vector fy, void *user, N_Vector tmp) {
    (void)t;
    (void)y;
    (void)fy;
    (void)tmp;
    fsc_jacobian_times(&((fsc_solver *)user)->jacobian, N_VGetArrayPointer(v), N_VGetArrayPointer(out));
    return 0;
}

static double root_mean(const fsc_solver *solver, const double *y) {
    double sum = 0;
    int32_t n = 0;
    for (int32_t i = 0; i < solver->model->n_site; i++) {
        if (!solver->root->site[i]) continue;
        sum += y[solver->model->offset[i] + solver->root->state];
        n++;
    }
    return n > 0 ? sum / n : 0;
}

static int on_root(realtype t, N_Vector y, realtype *out, void *user) {
    (void)t;
    const fsc_solver *solver = user;
    out[0] = root_mean(solver, N_VGetArrayPointer(y)) - solver->root->level;
    return 0;
}

/* d/dt of each sensitivity: J s + df/d factor, the latter by a central difference between the two moved people. */
static int on_slopes(int n, realtype t, N_Vector y, N_Vector dy, N_Vector *s, N_Vector *ds, void *user, N_Vector tmp1,
                     N_Vector tmp2) {
    (void)t;
    (void)dy;
    fsc_solver *solver = user;
    fsc_jacobian_fill(&solver->jacobian, &solver->cast, N_VGetArrayPointer(y));
    double *more = N_VGetArrayPointer(tmp1), *less = N_VGetArrayPointer(tmp2);
    for (int k = 0; k < n; k++) {
        double *to = N_VGetArrayPointer(ds[k]);
        fsc_jacobian_times(&solver->jacobian, N_VGetArrayPointer(s[k]), to);
        fsc_rhs_one(&solver->cast_plus[k], N_VGetArrayPointer(y), more);
        fsc_rhs_one(&solver->cast_minus[k], N_VGetArrayPointer(y), less);
        for (int32_t i = 0; i < solver->model->n_state; i++) to[i] += (more[i] - less[i]) / (2 * solver->step);
    }
    return 0;
}

static void no_print(int code, const char *module, const char *function, char *text, void *user) {
    (void)code;
    (void)module;
    (void)function;
    (void)text;
    (void)user;
}

static fsc_status failed(fsc_error *err, const char *what, int code) {
    if (code == CV_MEM_FAIL || code == CV_MEM_NULL) return fsc_fail_nomem(err, "solving the cycle by CVODES");
    return fsc_fail(err, FSC_E_NUMERIC, "cycle: CVODES failed (%s, code %d); loosen the tolerances or check the person",
                    what, code);
}

static fsc_status set_up_cvode(fsc_solver *s, double relative, double absolute, fsc_error *err) {
    if (SUNContext_Create(NULL, &s->context) != 0) return fsc_fail_nomem(err, "solving the cycle by CVODES");
    s->y = N_VNew_Serial(s->model->n_state, s->context);
    s->cvode = CVodeCreate(CV_BDF, s->context);
    if (!s->y || !s->cvode) return fsc_fail_nomem(err, "solving the cycle by CVODES");
    N_VConst(0, s->y);
    int code = CVodeSetErrHandlerFn(s->cvode, no_print, NULL); /* the library never prints */
    if (code == 0) code = CVodeInit(s->cvode, on_rhs, 0, s->y);
    if (code == 0) code = CVodeSStolerances(s->cvode, relative, absolute);
    if (code == 0) code = CVodeSetUserData(s->cvode, s);
    if (code == 0) code = CVodeSetMaxNumSteps(s->cvode, MAX_STEPS);
    if (code != 0) return failed(err, "start", code);
    s->linear = SUNLinSol_SPGMR(s->y, SUN_PREC_NONE, KRYLOV, s->context);
    if (!s->linear) return fsc_fail_nomem(err, "solving the cycle by CVODES");
    code = CVodeSetLinearSolver(s->cvode, s->linear, NULL);
    if (code == 0) code = CVodeSetJacTimes(s->cvode, on_jacobian_setup, on_jacobian_times);
    if (code == 0 && s->root) code = CVodeRootInit(s->cvode, 1, on_root);
    if (code == 0 && s->root) code = CVodeSetRootDirection(s->cvode, (int[]){s->root->direction});
    return code == 0 ? FSC_OK : failed(err, "linear solver", code);
}

static fsc_status set_up_slopes(fsc_solver *s, double relative, double absolute, fsc_error *err) {
    s->cast_plus = fsc_alloc(s->n_factor, sizeof *s->cast_plus);
    s->cast_minus = fsc_alloc(s->n_factor, sizeof *s->cast_minus);
    s->moved = fsc_alloc(2 * (int64_t)s->model->n_state, sizeof *s->moved);
    if (!s->cast_plus || !s->cast_minus || !s->moved) return fsc_fail_nomem(err, "the cycle's sensitivities");
    for (int32_t k = 0; k < s->n_factor; k++) {
        FSC_TRY(fsc_cast_new(&s->cast_plus[k], s->model, 1, err));
        FSC_TRY(fsc_cast_new(&s->cast_minus[k], s->model, 1, err));
        FSC_TRY(fsc_cast_seat(&s->cast_plus[k], 0, &s->plus[k], k, err));
        FSC_TRY(fsc_cast_seat(&s->cast_minus[k], 0, &s->minus[k], k, err));
    }
    s->slope = N_VCloneVectorArray(s->n_factor, s->y);
    if (!s->slope) return fsc_fail_nomem(err, "the cycle's sensitivities");
    for (int32_t k = 0; k < s->n_factor; k++) N_VConst(0, s->slope[k]);
    int code = CVodeSensInit(s->cvode, s->n_factor, CV_STAGGERED, on_slopes, s->slope);
    FSC_AUTO_BLOCK double *each = fsc_alloc(s->n_factor, sizeof *each);
    if (!each) return fsc_fail_nomem(err, "the cycle's sensitivities");
    for (int32_t k = 0; k < s->n_factor; k++) each[k] = absolute * 100;
    if (code == 0) code = CVodeSensSStolerances(s->cvode, relative * 10, each);
    if (code == 0) code = CVodeSetSensErrCon(s->cvode, 1);
    return code == 0 ? FSC_OK : failed(err, "sensitivities", code);
}

static fsc_status set_up(fsc_solver *s, const fsc_cycle_plan *plan, fsc_error *err) {
    const double relative = plan->relative_tolerance > 0 ? plan->relative_tolerance : REFERENCE_RELATIVE;
    const double absolute = plan->absolute_tolerance > 0 ? plan->absolute_tolerance : REFERENCE_ABSOLUTE;
    FSC_TRY(fsc_people_check(s->model, s->person, 1, plan, err));
    FSC_TRY(fsc_cast_new(&s->cast, s->model, 1, err));
    FSC_TRY(fsc_jacobian_new(&s->jacobian, s->model, err));
    s->stop = fsc_alloc(fsc_breaks_most(s->person, 1, 1, plan), sizeof *s->stop);
    s->scratch = fsc_alloc(s->model->n_level, sizeof *s->scratch);
    if (!s->stop || !s->scratch) return fsc_fail_nomem(err, "solving the cycle by CVODES");
    s->n_stop = fsc_breaks_list(s->stop, s->person, 1, plan);
    FSC_TRY(set_up_cvode(s, relative, absolute, err));
    if (s->n_factor > 0) FSC_TRY(set_up_slopes(s, relative, absolute, err));
    FSC_TRY(fsc_cast_seat(&s->cast, 0, s->person, 0, err));
    double *y = N_VGetArrayPointer(s->y);
    if (s->person->initial)
        memcpy(y, s->person->initial, (size_t)s->model->n_state * sizeof *y);
    else
        fsc_cycle_healthy(s->model, s->person, y);
    for (int32_t k = 0; k < s->n_factor && !s->person->initial; k++) {
        double *more = s->moved, *less = s->moved + s->model->n_state, *slope = N_VGetArrayPointer(s->slope[k]);
        fsc_cycle_healthy(s->model, &s->plus[k], more);
        fsc_cycle_healthy(s->model, &s->minus[k], less);
        for (int32_t i = 0; i < s->model->n_state; i++) slope[i] = (more[i] - less[i]) / (2 * s->step);
    }
    return FSC_OK;
}

static void take_down(fsc_solver *s) {
    for (int32_t k = 0; k < s->n_factor; k++) {
        if (s->cast_plus) fsc_cast_free(&s->cast_plus[k]);
        if (s->cast_minus) fsc_cast_free(&s->cast_minus[k]);
    }
    fsc_free(s->cast_plus);
    fsc_free(s->cast_minus);
    fsc_free(s->moved);
    if (s->slope) N_VDestroyVectorArray(s->slope, s->n_factor);
    if (s->cvode) CVodeFree(&s->cvode);
    if (s->linear) SUNLinSolFree(s->linear);
    if (s->y) N_VDestroy(s->y);
    if (s->context) SUNContext_Free(&s->context);
    fsc_cast_free(&s->cast);
    fsc_jacobian_free(&s->jacobian);
    fsc_free(s->stop);
    fsc_free(s->scratch);
}

static void strike_today(fsc_cast *cast, const fsc_cycle_person *person, double day, double *y) {
    for (int32_t k = 0; k < person->n_event; k++)
        if (person->event[k].day == day) fsc_cast_strike(cast, 0, y, &person->event[k]);
    cast->treated = fsc_cast_treat(cast, 0, person, day);
}

/* Events and treatments of a day, on the state and (moved either way) on the sensitivities; then a fresh start. */
static fsc_status arrive(fsc_solver *s, double day, fsc_error *err) {
    double *y = N_VGetArrayPointer(s->y);
    for (int32_t k = 0; k < s->n_factor; k++) {
        double *more = s->moved, *less = s->moved + s->model->n_state, *slope = N_VGetArrayPointer(s->slope[k]);
        for (int32_t i = 0; i < s->model->n_state; i++) {
            more[i] = y[i] + s->step * slope[i];
            less[i] = y[i] - s->step * slope[i];
        }
        strike_today(&s->cast_plus[k], &s->plus[k], day, more);
        strike_today(&s->cast_minus[k], &s->minus[k], day, less);
        for (int32_t i = 0; i < s->model->n_state; i++) slope[i] = (more[i] - less[i]) / (2 * s->step);
    }
    strike_today(&s->cast, s->person, day, y);
    int code = CVodeReInit(s->cvode, day, s->y);
    if (code == 0 && s->n_factor > 0) code = CVodeSensReInit(s->cvode, CV_STAGGERED, s->slope);
    return code == 0 ? FSC_OK : failed(err, "restart", code);
}

/* To the next break; *found is set to the day of a root after earliest, if one comes first. */
static fsc_status advance(fsc_solver *s, double to, double earliest, double *found, fsc_error *err) {
    int code = CVodeSetStopTime(s->cvode, to);
    for (double day = 0; code == 0;) {
        const int went = CVode(s->cvode, to, s->y, &day, CV_NORMAL);
        if (went < 0) return failed(err, "step", went);
        if (went == CV_ROOT_RETURN && day >= earliest && found) {
            *found = day;
            return FSC_OK;
        }
        if (day < to) continue;
        if (s->n_factor > 0) code = CVodeGetSens(s->cvode, &day, s->slope);
        break;
    }
    return code == 0 ? FSC_OK : failed(err, "step", code);
}

static void note_bounds(fsc_cycle_run *run, const fsc_cycle *m, const double *y) {
    for (int32_t i = 0; i < m->n_site; i++) {
        const double *s = y + m->offset[i];
        double low = 1;
        for (int k = FSC_CYCLE_C; k <= FSC_CYCLE_F; k++) low -= s[k];
        for (int k = FSC_CYCLE_C; k <= FSC_CYCLE_F; k++) low = fmin(low, s[k]);
        run->worst_simplex = fmin(run->worst_simplex, low);
        for (int k = FSC_CYCLE_N; k <= FSC_CYCLE_H; k++) {
            run->worst_box = fmin(run->worst_box, s[k]);
            if (k != FSC_CYCLE_I) run->worst_box = fmin(run->worst_box, 1 - s[k]);
        }
    }
}

/* row: which person and day of the run. */
static void keep(fsc_solver *s, const fsc_cycle_plan *plan, int64_t row, fsc_cycle_run *run) {
    const double *y = N_VGetArrayPointer(s->y);
    fsc_levels_one(&s->cast, y);
    fsc_observe(&s->cast, 0, y, plan->quantity, plan->n_quantity, run->value + row * plan->n_quantity * run->n_site,
                &run->outcome[row], s->scratch);
    if (run->state) memcpy(run->state + row * run->n_state, y, (size_t)run->n_state * sizeof *y);
    note_bounds(run, s->model, y);
}

static fsc_status solve_person(fsc_solver *s, const fsc_cycle_plan *plan, int64_t first_row, fsc_cycle_run *run,
                               fsc_error *err) {
    FSC_TRY(set_up(s, plan, err));
    for (int32_t k = 0; k < s->n_stop; k++) {
        if (k > 0) FSC_TRY(advance(s, s->stop[k].day, 0, NULL, err));
        if (s->stop[k].kicked) FSC_TRY(arrive(s, s->stop[k].day, err));
        if (s->stop[k].output >= 0) keep(s, plan, first_row + s->stop[k].output, run);
    }
    long n_step = 0, n_rhs = 0; /* since the last restart */
    CVodeGetNumSteps(s->cvode, &n_step);
    CVodeGetNumRhsEvals(s->cvode, &n_rhs);
    run->n_step += n_step;
    run->n_rhs += n_rhs;
    return FSC_OK;
}

fsc_status fsc_cycle_simulate_reference(fsc_cycle_run **out, const fsc_cycle *model, const fsc_cycle_person *person,
                                        int64_t n_person, const fsc_cycle_plan *plan, const fsc_progress *progress,
                                        fsc_error *err) {
    *out = NULL;
    if (n_person < 1 || plan->n_day < 1)
        return fsc_fail(err, FSC_E_ARG, "cycle: give at least one person and one output day");
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_run_new(&run, model, n_person, plan, err));
    fsc_status status = FSC_OK;
    for (int64_t p = 0; p < n_person && status == FSC_OK; p++) {
        status = fsc_progress_step(progress, "cycle", (double)p / (double)n_person, err);
        if (status != FSC_OK) break;
        fsc_solver solver = {.model = model, .person = &person[p]};
        status = solve_person(&solver, plan, p * plan->n_day, run, err);
        take_down(&solver);
    }
    if (status != FSC_OK) {
        fsc_cycle_run_free(run);
        return status;
    }
    *out = run;
    return FSC_OK;
}

fsc_status fsc_cycle_crossing(double *day, const fsc_cycle *model, const fsc_cycle_person *person,
                              fsc_cycle_state state, const uint8_t *site, double level, int direction, double start_day,
                              double last_day, fsc_error *err) {
    *day = (double)NAN;
    if ((int)state < 0 || state >= FSC_CYCLE_N_STATE || !(last_day > start_day) || !(start_day >= 0))
        return fsc_fail(err, FSC_E_ARG, "cycle crossing: name a state and days with 0 <= start < last");
    const fsc_root root = {.state = (int32_t)state, .site = site, .level = level, .direction = direction};
    const fsc_cycle_plan plan = {.day = &last_day, .n_day = 1, .relative_tolerance = 1e-7, .absolute_tolerance = 1e-9};
    fsc_solver solver = {.model = model, .person = person, .root = &root};
    fsc_status status = set_up(&solver, &plan, err);
    for (int32_t k = 0; k < solver.n_stop && status == FSC_OK && isnan(*day); k++) {
        if (k > 0) status = advance(&solver, solver.stop[k].day, start_day, day, err);
        if (status == FSC_OK && isnan(*day) && solver.stop[k].kicked) status = arrive(&solver, solver.stop[k].day, err);
    }
    take_down(&solver);
    return status;
}

/* Quantities of the person moved by sign steps along factor k. */
static void keep_moved(fsc_solver *s, const fsc_cycle_plan *plan, int32_t k, double sign, double *value,
                       fsc_cycle_outcome *outcome) {
    const fsc_cast *cast = sign > 0 ? &s->cast_plus[k] : &s->cast_minus[k];
    const double *y = N_VGetArrayPointer(s->y), *slope = N_VGetArrayPointer(s->slope[k]);
    for (int32_t i = 0; i < s->model->n_state; i++) s->moved[i] = y[i] + sign * s->step * slope[i];
    fsc_levels_one(cast, s->moved);
    fsc_observe(cast, 0, s->moved, plan->quantity, plan->n_quantity, value, outcome, s->scratch);
}

static fsc_status solve_slopes(fsc_solver *s, const fsc_cycle_plan *plan, fsc_cycle_slopes *out, fsc_error *err) {
    FSC_TRY(set_up(s, plan, err));
    const int64_t n = (int64_t)plan->n_quantity * s->model->n_site;
    FSC_AUTO_BLOCK double *less = fsc_alloc(n, sizeof *less);
    if (!less) return fsc_fail_nomem(err, "the cycle's sensitivities");
    for (int32_t b = 0; b < s->n_stop; b++) {
        if (b > 0) FSC_TRY(advance(s, s->stop[b].day, 0, NULL, err));
        if (s->stop[b].kicked) FSC_TRY(arrive(s, s->stop[b].day, err));
        if (s->stop[b].output < 0) continue;
        for (int32_t k = 0; k < s->n_factor; k++) {
            const int64_t at = (int64_t)k * plan->n_day + s->stop[b].output;
            double *more = out->value + at * n;
            fsc_cycle_outcome low, *high = &out->outcome[at];
            keep_moved(s, plan, k, 1, more, high);
            keep_moved(s, plan, k, -1, less, &low);
            const double inv = 1 / (2 * s->step);
            for (int64_t i = 0; i < n; i++) more[i] = (more[i] - less[i]) * inv;
            *high = (fsc_cycle_outcome){(high->pain_drive - low.pain_drive) * inv, (high->nrs - low.nrs) * inv,
                                        (high->ndi - low.ndi) * inv, (high->rom - low.rom) * inv};
        }
    }
    return FSC_OK;
}

fsc_status fsc_cycle_sensitivities(fsc_cycle_slopes **out, const fsc_cycle *model, const fsc_cycle_person *person,
                                   const fsc_cycle_person *plus, const fsc_cycle_person *minus, double step,
                                   int32_t n_factor, const fsc_cycle_plan *plan, fsc_error *err) {
    *out = NULL;
    if (n_factor < 1 || plan->n_day < 1 || !(step > 0))
        return fsc_fail(err, FSC_E_ARG, "cycle sensitivities: give a factor, a day and a step above 0");
    fsc_cycle_slopes *slopes = fsc_alloc(1, sizeof *slopes);
    if (!slopes) return fsc_fail_nomem(err, "the cycle's sensitivities");
    *slopes = (fsc_cycle_slopes){n_factor, plan->n_day, plan->n_quantity, model->n_site, NULL, NULL};
    const int64_t rows = (int64_t)n_factor * plan->n_day;
    slopes->value = fsc_alloc(rows * plan->n_quantity * model->n_site, sizeof *slopes->value);
    slopes->outcome = fsc_alloc(rows, sizeof *slopes->outcome);
    fsc_solver solver = {
        .model = model, .person = person, .plus = plus, .minus = minus, .step = step, .n_factor = n_factor};
    fsc_status status = slopes->value && slopes->outcome ? solve_slopes(&solver, plan, slopes, err)
                                                         : fsc_fail_nomem(err, "the cycle's sensitivities");
    take_down(&solver);
    if (status != FSC_OK) {
        fsc_cycle_slopes_free(slopes);
        return status;
    }
    *out = slopes;
    return FSC_OK;
}

void fsc_cycle_slopes_free(fsc_cycle_slopes *slopes) {
    if (!slopes) return;
    fsc_free(slopes->value);
    fsc_free(slopes->outcome);
    fsc_free(slopes);
}
