/* Calibrate: studies with the cycle model: populations, fit to published numbers, what matters, what can be known. */
#ifndef FASCICLE_CALIBRATE_H
#define FASCICLE_CALIBRATE_H

#include <fascicle/cycle.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Reference solutions beyond fsc_cycle_simulate_reference (CVODES) ---- */

/* First day after start_day on which the mean of a state over the flagged sites crosses level in the given direction
 * (+1 rising, -1 falling); NaN when it does not before last_day. Found by CVODES' root search.
 * Returns FSC_OK, FSC_E_ARG, FSC_E_RANGE, FSC_E_NUMERIC, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_crossing(double *day, const fsc_cycle *model, const fsc_cycle_person *person,
                                                   fsc_cycle_state state, const uint8_t *site, double level,
                                                   int direction, double start_day, double last_day, fsc_error *err);

/* Forward sensitivities by CVODES. Factor k moves a person from minus[k] (-step) to plus[k] (+step); *out is owned
 * (fsc_cycle_slopes_free): value[factor][day][quantity][site] is d quantity / d factor, outcome[factor][day] likewise.
 */
typedef struct fsc_cycle_slopes {
    int32_t n_factor, n_day, n_quantity, n_site;
    double *value;
    fsc_cycle_outcome *outcome;
} fsc_cycle_slopes;
FSC_API FSC_MUST_USE fsc_status fsc_cycle_sensitivities(fsc_cycle_slopes **out, const fsc_cycle *model,
                                                        const fsc_cycle_person *person, const fsc_cycle_person *plus,
                                                        const fsc_cycle_person *minus, double step, int32_t n_factor,
                                                        const fsc_cycle_plan *plan, fsc_error *err);
FSC_API void fsc_cycle_slopes_free(fsc_cycle_slopes *slopes);

/* ---- Threshold: the smallest strain of the neck (C4-C7) that sustains itself ---- */

typedef struct fsc_cycle_threshold {
    double by_bisection; /* end state after three years; NaN: every dose heals; 0: every dose sustains itself */
    double by_root; /* from the days at which healing people cross a level (CVODES roots); NaN when there is none */
} fsc_cycle_threshold;
FSC_API FSC_MUST_USE fsc_status fsc_cycle_find_threshold(fsc_cycle_threshold *out, const fsc_cycle *model,
                                                         const fsc_cycle_person *person, int32_t n_threads,
                                                         fsc_error *err);

/* ---- Virtual population ---- */

typedef struct fsc_cycle_population {
    int64_t n_person;
    fsc_cycle_person *person; /* all owned, n_person entries each */
    double *dose;             /* strain dose at deep C4..C7 on day 0 */
    double *age;              /* years */
    fsc_cycle_event *event;
    double *amount; /* (n_person, n_site) */
} fsc_cycle_population;

/* Draws people around a parameter set: parameters lognormal with half the prior's spread, modifiers, age, dose and
 * baseline fat from data/cycle/population.tsv. Person i depends on (seed, i) alone. *out is owned. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_draw(fsc_cycle_population **out, const fsc_cycle *model, fsc_cycle_set set,
                                               fsc_cycle_story story, int64_t n_person, uint64_t seed, fsc_error *err);
FSC_API void fsc_cycle_population_free(fsc_cycle_population *population);

/* ---- Fit to published numbers ---- */

typedef struct fsc_cycle_fit_row {
    const char *id, *use, *group, *quantity, *unit, *status,
        *source; /* of data/cycle/targets.tsv; live as long as the fit */
    double day;
    double published, published_sd;
    double model;  /* NaN when the run cannot tell */
    double misfit; /* model - published, in the row's unit */
    int32_t hit;   /* within two published sd */
} fsc_cycle_fit_row;

typedef struct fsc_cycle_fit {
    fsc_cycle_fit_row *row; /* owned */
    int32_t n_row;
    fsc_cycle_set set;
    fsc_cycle_story story;
    double *weight; /* owned, [n_person], sum 1 */
    int64_t n_person;
    double effective_people;         /* 1 / sum of squared weights: on how many people the rows rest */
    int64_t n_drawn;                 /* people of the first draw, n_person to 16 n_person */
    double families;                 /* the same over the people of the first draw and their offspring */
    int32_t n_round;                 /* generations redrawn and moved after the first draw; 0 = weights alone */
    double share[3];                 /* weighted shares of recovered, mild, severe at 12 months */
    double rms_fitted, rms_held_out; /* misfit / sd, over rows with use fit and holdout */
    double worst_simplex, worst_box;
    fsc_cycle_honesty honesty;
    char sentence[200]; /* what honesty.sentence points to */
    void *table;        /* what the rows point into; owned */
} fsc_cycle_fit;

/* Simulates n_person virtual people for a year, weighs them so that outcome classes have the published shares and the
 * fitted curves come as near as the weights' spread allows, and compares every row of data/cycle/targets.tsv. Where few
 * people would carry the weights, the first draw grows, and the population is redrawn and moved towards the targets, at
 * most 16 times (sequential Monte Carlo; Del Moral et al. 2006, doi 10.1111/j.1467-9868.2006.00553.x). *out is owned:
 * fsc_cycle_fit_free. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_calibrate(fsc_cycle_fit **out, fsc_cycle_set set, fsc_cycle_story story,
                                                    int64_t n_person, uint64_t seed, int32_t n_threads,
                                                    const fsc_progress *progress, fsc_error *err);
FSC_API void fsc_cycle_fit_free(fsc_cycle_fit *fit);

/* ---- Global sensitivity: Sobol indices by Saltelli's design and Jansen's estimators ---- */

typedef struct fsc_cycle_sobol_row {
    const char *factor; /* parameter, modifier, "dose" or "baseline_fat"; borrowed from the caller */
    double low, high;   /* range drawn from */
    /* For deep fat fraction and NDI after 12 months: first-order and total index, each with a bootstrap sd. */
    double first[2], first_sd[2], total[2], total_sd[2];
} fsc_cycle_sobol_row;

typedef struct fsc_cycle_sobol {
    fsc_cycle_sobol_row *row; /* owned, the most influential on NDI first */
    int32_t n_row;
    int64_t n_base, n_run;
} fsc_cycle_sobol;

/* factor NULL takes the leaders of the prototype's screening. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_sobol_run(fsc_cycle_sobol **out, fsc_cycle_set set, const char *const *factor,
                                                    int32_t n_factor, int64_t n_base, uint64_t seed, int32_t n_threads,
                                                    const fsc_progress *progress, fsc_error *err);
FSC_API void fsc_cycle_sobol_free(fsc_cycle_sobol *sobol);

/* ---- Identifiability: prior-preconditioned Fisher information from forward sensitivities ---- */

typedef struct fsc_cycle_design {
    const char *name;   /* "PDFF, deep mean, 4 visits" */
    const char *person; /* "recovering", "near threshold", "sick" */
    int32_t n_informed; /* eigenvalues above 1: directions that the data know better than the prior */
    double eigenvalue[6];
    double shrinkage[40]; /* by factor: 1 - posterior sd / prior sd */
} fsc_cycle_design;

typedef struct fsc_cycle_identifiability {
    fsc_cycle_design *design; /* owned */
    int32_t n_design, n_factor;
    const char *factor[40]; /* borrowed for ever */
} fsc_cycle_identifiability;

FSC_API FSC_MUST_USE fsc_status fsc_cycle_identify(fsc_cycle_identifiability **out, fsc_cycle_set set,
                                                   const fsc_progress *progress, fsc_error *err);
FSC_API void fsc_cycle_identifiability_free(fsc_cycle_identifiability *identifiability);

/* ---- Exchange ---- */

/* Writes a person's model as SBML Level 3 Version 1 core: states, equations, events and schedule (treatments become
 * parameters that events switch). Returns FSC_OK, FSC_E_RANGE, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_write_sbml(const char *path, const fsc_cycle *model,
                                                     const fsc_cycle_person *person, fsc_error *err);
/* A run as a table: person, day, level, layer, side and one column per quantity; the honesty sentence as a comment. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_write_tsv(const char *path, const fsc_cycle *model, const fsc_cycle_run *run,
                                                    const fsc_cycle_plan *plan, const char *const *person_name,
                                                    fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
