/* A virtual population that settles where the targets are: people drawn from the table's laws, weighted, and where the
 * weights rest on few of them, redrawn near those and moved. */
#ifndef FSC_STUDY_SETTLE_H
#define FSC_STUDY_SETTLE_H

#include "study.h"
#include "weights.h"

typedef struct fsc_settle {
    /* Given. */
    fsc_cycle_set set;
    fsc_cycle_story story;
    int64_t n_person;
    uint64_t seed;
    int32_t n_threads, n_feature;
    const double *softness;
    /* What the weights shall bring to 0 in the mean: n_feature numbers of one person. */
    void (*feature_of)(const void *context, const fsc_study_curve *curve, double *feature);
    const void *context;
    const fsc_progress *progress;
    /* Found; both owned by the caller, [n_person]. */
    fsc_study_curve *curve;
    double *weight;
    double effective_people; /* 1 / sum of squared weights, people who are still the same person counted once */
    double families;         /* the same over the people of the first draw and their offspring */
    int64_t n_drawn;         /* people of the first draw: n_person, or more where few of them carry the weights */
    int32_t n_round;         /* generations after the first draw */
    double bounds[2];        /* worst simplex and box of everyone simulated */
} fsc_settle;

/* curve and weight must be there; fills them and the numbers after them. Same bits for any number of threads.
 * Returns FSC_OK, FSC_E_NUMERIC, FSC_E_CANCELLED, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_settle_run(fsc_settle *settle, const fsc_cycle *neck, fsc_error *err);

#endif
