/* Calibrate: the cycle model held against published numbers. */
#ifndef FASCICLE_CALIBRATE_H
#define FASCICLE_CALIBRATE_H

#include <fascicle/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif
#endif
