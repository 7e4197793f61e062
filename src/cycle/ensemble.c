/* The room cycle: the injury cycle as equations, and solvers for them. The way through it:
 *
 *   model/build.c      reads the tables of data/cycle: sites, couplings, parameters with their tag (literature,
 * assumption), model/equations.h  the right-hand side, once; scalar.c and lanes.c compile it for one and for eight
 * people, model/cast.c       seats a person: parameters, treatments in force, events that strike; observe.c reads a
 * state, people.c, schedule.c  check people, and list the days at which a run must stop, ensemble.c         runs many
 * people (this file); solve.c runs one by CVODES: the reference, roots, sensitivities, sbml.c, table_out.c  hand model
 * and runs to other programs; mathml.c writes formulas.
 *
 * Equations, units and sources: doc/equations/cycle.md. Nothing here has seen a scan.
 *
 * This file simulates many people: eight to a group in SIMD lanes, one explicit Runge-Kutta scheme with a wide
 * stability interval.
 *
 * The model is only mildly stiff (tone relaxes within a day), so explicit schemes of order 4 with wide stability
 * intervals beat both ordinary explicit pairs, which stability holds to small steps, and implicit multistep methods,
 * which every change of treatment restarts. Of three schemes, with 6, 9 and 12 stages, each step takes the one that
 * goes farthest per evaluation. They live in two registers (Williamson 1980) and a third one for the error. A group
 * takes common steps; its people therefore share bits with their neighbours' presence, never with the number of
 * threads.
 */
#include "alloc.h"
#include "fail.h"
#include "model.h"
#include "people.h"
#include "schedule.h"
#include "scheme.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

enum { GROUPS_PER_REPORT = 32 };
static const double first_step = 0.15; /* days, after every break that changes something */

/* What one thread needs to take one group through. */
typedef struct fsc_bench {
    fsc_cast cast;
    double *block;
    double *y, *f, *next, *other, *q;
    float *error;
    fsc_break *stop;
    double *level;
    int64_t n_rhs, n_step, n_rejected;
} fsc_bench;

typedef struct fsc_ensemble {
    const fsc_cycle *model;
    const fsc_cycle_person *person;
    const fsc_cycle_plan *plan;
    const fsc_lane_kernels *kernels;
    fsc_cycle_run *run;
    fsc_bench *bench;    /* one per worker */
    fsc_status *status;  /* one per group */
    double (*bounds)[2]; /* one per group */
    int64_t (*work)[3];
    int64_t first_group;
} fsc_ensemble;

/* Bound on the fastest rate of the group: tone, or whatever treatment speeds up. */
static double fastest_rate(const fsc_cast *cast) {
    const int64_t w = cast->width;
    double fastest = 0;
    for (int32_t lane = 0; lane < w; lane++) {
        const double *p = cast->p + lane;
        double needle = 0, resolve = 0;
        if (cast->treated)
            for (int32_t i = 0; i < cast->model->n_site; i++) {
                const double *fx = cast->effect + (int64_t)i * FSC_EFFECT_N * w + lane;
                needle = fmax(needle, fx[FSC_EFFECT_trigger * w]);
                resolve = fmax(resolve, fx[FSC_EFFECT_resolve * w]);
            }
        fastest = fmax(fastest, p[FSC_P_k_S * w]);
        fastest = fmax(fastest, p[FSC_P_k_T * w] + needle);
        fastest = fmax(fastest, p[FSC_P_k_I * w] * p[FSC_P_rho * w] + resolve);
        fastest = fmax(fastest, fmax(p[FSC_P_k_y * w], p[FSC_P_k_nd * w]) + p[FSC_P_k_c * w]);
    }
    return 1.15 * fastest; /* the coupled system reaches up to 15 % beyond */
}

/* One step of size h from y (with f = f(y)) to next; returns the error norm. f at next goes to other. */
static double try_step(const fsc_ensemble *ens, fsc_bench *b, const fsc_scheme *scheme, double h) {
    const fsc_lane_kernels *k = ens->kernels;
    const int64_t n = ens->model->n_state;
    fsc_lane_stage c = {0, scheme->b[0], scheme->error[0], h};
    k->first_stage(n, b->y, b->f, b->q, b->error, b->next, &c);
    for (int32_t s = 1; s < scheme->n_stage; s++) {
        c = (fsc_lane_stage){scheme->a[s], scheme->b[s], scheme->error[s], h};
        k->stage(&b->cast, b->next, b->q, b->error, &c);
    }
    k->rhs(&b->cast, b->next, b->other);
    b->n_rhs += scheme->n_stage;
    const double relative = ens->plan->relative_tolerance > 0 ? ens->plan->relative_tolerance : FSC_CYCLE_RELATIVE;
    const double absolute = ens->plan->absolute_tolerance > 0 ? ens->plan->absolute_tolerance : FSC_CYCLE_ABSOLUTE;
    return k->norm(n, b->y, b->next, b->error, b->other, h * scheme->error[scheme->n_stage], relative, absolute);
}

/* The scheme that goes farthest per evaluation, at most wanted days in one step; *h gets the step. The last stretch
 * before a break is taken in one step or in two equal ones. */
static const fsc_scheme *pick_scheme(double wanted, double left, double rate, double *h) {
    const fsc_scheme *best = NULL;
    *h = 0;
    for (int32_t k = 0; k < FSC_N_SCHEME; k++) {
        const fsc_scheme *scheme = &fsc_scheme_of[k];
        double step = fmin(wanted, 0.97 * scheme->reach / rate);
        if (step >= 0.999 * left)
            step = left;
        else if (step > 0.5 * left)
            step = 0.5 * left;
        if (best && step * best->n_stage <= 1.0001 * *h * scheme->n_stage) continue;
        best = scheme;
        *h = step;
    }
    return best;
}

/* Carries the group from one break to the next; *step is the step to try first and, on return, next time. */
static fsc_status cross(const fsc_ensemble *ens, fsc_bench *b, double from, double to, double *step, double bounds[2],
                        int32_t n_people) {
    const double rate = fastest_rate(&b->cast);
    double day = from;
    while (day < to) {
        const double left = to - day;
        double h;
        const fsc_scheme *scheme = pick_scheme(*step, left, rate, &h);
        const double error = try_step(ens, b, scheme, h);
        const double factor = isnan(error) ? 0.2 : fmin(4, fmax(0.2, 0.85 * pow(error + 1e-12, -0.25)));
        if (!(error <= 1)) {
            b->n_rejected++;
            *step = h * fmin(factor, 0.8);
            if (*step < 1e-9) return FSC_E_NUMERIC;
            continue;
        }
        b->n_step++;
        /* A step cut short by a break says little about the step to come. */
        *step = h == left ? fmax(*step, h * factor) : h * factor;
        day = h == left ? to : day + h;
        double *const swap = b->y, *const swap_f = b->f;
        b->y = b->next;
        b->f = b->other;
        b->next = swap;
        b->other = swap_f;
        ens->kernels->bounds(ens->model, b->y, bounds, n_people);
    }
    return FSC_OK;
}

static void keep(const fsc_ensemble *ens, fsc_bench *b, int64_t first, int32_t n_people, int32_t day) {
    fsc_cycle_run *run = ens->run;
    const fsc_cycle_plan *plan = ens->plan;
    ens->kernels->levels(&b->cast, b->y);
    for (int32_t lane = 0; lane < n_people; lane++) {
        const int64_t at = (first + lane) * plan->n_day + day;
        double *value = run->value + at * plan->n_quantity * run->n_site;
        fsc_observe(&b->cast, lane, b->y, plan->quantity, plan->n_quantity, value, &run->outcome[at], b->level);
        if (!run->state) continue;
        double *state = run->state + at * run->n_state;
        for (int32_t i = 0; i < run->n_state; i++) state[i] = b->y[(int64_t)i * FSC_LANES + lane];
    }
}

/* Seats the group; lanes without a person repeat the last one. */
static fsc_status seat_group(const fsc_ensemble *ens, fsc_bench *b, const fsc_cycle_person *person, int32_t n_people) {
    const int32_t n_state = ens->model->n_state;
    for (int32_t lane = 0; lane < FSC_LANES; lane++) {
        const fsc_cycle_person *who = &person[lane < n_people ? lane : n_people - 1];
        FSC_TRY(fsc_cast_seat(&b->cast, lane, who, 0, NULL));
        if (!who->initial) fsc_cycle_healthy(ens->model, who, b->q);
        const double *start = who->initial ? who->initial : b->q;
        for (int32_t i = 0; i < n_state; i++) b->y[(int64_t)i * FSC_LANES + lane] = start[i];
    }
    return FSC_OK;
}

static void arrive(fsc_bench *b, const fsc_cycle_person *person, int32_t n_people, double day) {
    b->cast.treated = 0;
    for (int32_t lane = 0; lane < FSC_LANES; lane++) {
        const fsc_cycle_person *who = &person[lane < n_people ? lane : n_people - 1];
        for (int32_t k = 0; k < who->n_event; k++)
            if (who->event[k].day == day) fsc_cast_strike(&b->cast, lane, b->y, &who->event[k]);
        b->cast.treated |= fsc_cast_treat(&b->cast, lane, who, day);
    }
}

static fsc_status run_group(const fsc_ensemble *ens, fsc_bench *b, int64_t group) {
    const int64_t first = group * FSC_LANES;
    const int64_t rest = ens->run->n_person - first;
    const int32_t n_people = rest < FSC_LANES ? (int32_t)rest : FSC_LANES;
    const fsc_cycle_person *person = ens->person + first;
    FSC_TRY(seat_group(ens, b, person, n_people));
    const int32_t n_stop = fsc_breaks_list(b->stop, person, n_people, ens->plan);
    double step = first_step;
    for (int32_t k = 0; k < n_stop; k++) {
        if (b->stop[k].kicked) {
            arrive(b, person, n_people, b->stop[k].day);
            step = first_step;
            ens->kernels->rhs(&b->cast, b->y, b->f);
            b->n_rhs++;
        }
        if (b->stop[k].output >= 0) keep(ens, b, first, n_people, b->stop[k].output);
        if (k + 1 < n_stop)
            FSC_TRY(cross(ens, b, b->stop[k].day, b->stop[k + 1].day, &step, ens->bounds[group], n_people));
    }
    return FSC_OK;
}

static void run_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin;
    (void)end;
    fsc_ensemble *ens = context;
    fsc_bench *b = &ens->bench[worker];
    const int64_t group = ens->first_group + tile;
    b->n_rhs = b->n_step = b->n_rejected = 0;
    ens->status[group] = run_group(ens, b, group);
    ens->work[group][0] = b->n_rhs;
    ens->work[group][1] = b->n_step;
    ens->work[group][2] = b->n_rejected;
}

static fsc_status bench_new(fsc_bench *b, const fsc_cycle *model, int64_t n_break, fsc_error *err) {
    /* Rows to a multiple of four, the last ones zero: the norm takes four at a time. */
    const int64_t n = (model->n_state + 3) / 4 * 4 * (int64_t)FSC_LANES;
    FSC_TRY(fsc_cast_new(&b->cast, model, FSC_LANES, err));
    b->block = fsc_alloc(5 * n + model->n_level, sizeof *b->block);
    b->error = fsc_alloc(n, sizeof *b->error);
    b->stop = fsc_alloc(n_break, sizeof *b->stop);
    if (!b->block || !b->error || !b->stop) return fsc_fail_nomem(err, "simulating the cycle");
    b->y = b->block;
    b->f = b->y + n;
    b->next = b->f + n;
    b->other = b->next + n;
    b->q = b->other + n;
    b->level = b->q + n;
    return FSC_OK;
}

static void ensemble_free(fsc_ensemble *ens, int32_t n_worker) {
    for (int32_t k = 0; ens->bench && k < n_worker; k++) {
        fsc_cast_free(&ens->bench[k].cast);
        fsc_free(ens->bench[k].block);
        fsc_free(ens->bench[k].error);
        fsc_free(ens->bench[k].stop);
    }
    fsc_free(ens->bench);
    fsc_free(ens->status);
    fsc_free(ens->bounds);
    fsc_free(ens->work);
}

static fsc_status run_all(fsc_ensemble *ens, int32_t n_worker, const fsc_progress *progress, fsc_error *err) {
    const int64_t n_group = fsc_tiles_count(ens->run->n_person, FSC_LANES);
    const int64_t n_break = fsc_breaks_most(ens->person, ens->run->n_person, FSC_LANES, ens->plan);
    ens->bench = fsc_alloc(n_worker, sizeof *ens->bench);
    ens->status = fsc_alloc(n_group, sizeof *ens->status);
    ens->bounds = fsc_alloc(n_group, sizeof *ens->bounds);
    ens->work = fsc_alloc(n_group, sizeof *ens->work);
    if (!ens->bench || !ens->status || !ens->bounds || !ens->work) return fsc_fail_nomem(err, "simulating the cycle");
    for (int32_t k = 0; k < n_worker; k++) FSC_TRY(bench_new(&ens->bench[k], ens->model, n_break, err));
    for (int64_t group = 0; group < n_group; group += GROUPS_PER_REPORT) {
        const int64_t n = n_group - group < GROUPS_PER_REPORT ? n_group - group : GROUPS_PER_REPORT;
        FSC_TRY(fsc_progress_step(progress, "cycle", (double)group / (double)n_group, err));
        ens->first_group = group;
        fsc_tiles_run(n, 1, run_tile, ens, n_worker);
    }
    for (int64_t group = 0; group < n_group; group++) {
        if (ens->status[group] != FSC_OK)
            return fsc_fail(err, FSC_E_NUMERIC,
                            "cycle: no step is small enough for people %lld to %lld; check their parameters",
                            (long long)(group * FSC_LANES), (long long)(group * FSC_LANES + FSC_LANES - 1));
        ens->run->n_rhs += ens->work[group][0];
        ens->run->n_step += ens->work[group][1];
        ens->run->n_rejected += ens->work[group][2];
        ens->run->worst_simplex = fmin(ens->run->worst_simplex, ens->bounds[group][0]);
        ens->run->worst_box = fmin(ens->run->worst_box, ens->bounds[group][1]);
    }
    return FSC_OK;
}

fsc_status fsc_cycle_simulate(fsc_cycle_run **out, const fsc_cycle *model, const fsc_cycle_person *person,
                              int64_t n_person, const fsc_cycle_plan *plan, const fsc_progress *progress,
                              fsc_error *err) {
    *out = NULL;
    FSC_TRY(fsc_people_check(model, person, n_person, plan, err));
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_run_new(&run, model, n_person, plan, err));
    const int32_t n_worker = fsc_tiles_workers(plan->n_threads);
    fsc_ensemble ens = {.model = model, .person = person, .plan = plan, .kernels = fsc_lane_kernels_best(), .run = run};
    const fsc_status status = run_all(&ens, n_worker, progress, err);
    ensemble_free(&ens, n_worker);
    if (status != FSC_OK) {
        fsc_cycle_run_free(run);
        return status;
    }
    *out = run;
    return FSC_OK;
}
