/* The mixtures of a chain on the move: drawn anew from their posterior beside the order, so that shares and stages hold
 * their uncertainty and what ties it to the order. */
#ifndef FSC_COHORT_REDRAW_H
#define FSC_COHORT_REDRAW_H

#include "walk.h"

typedef struct fsc_order_redraw {
    const fsc_cohort *cohort;   /* borrowed */
    fsc_order_ratios ratios;    /* owned block: of the cases, in lanes, under the mixtures of the moment */
    double *person_ratio;       /* owned block: (n_person, n_event), everyone's */
    double *log_healthy;        /* (n_person, n_event): log density of the value under health */
    double *trial;              /* 2 n_person: what a proposal would make of both */
    double *scale;              /* (n_event, 2): of proposals, healthy and abnormal */
    double *sd, *most;          /* n_event: of all values; the largest of them, turned so that abnormal is larger */
    fsc_order_mixture *mixture; /* owned, n_event: turned likewise */
} fsc_order_redraw;

/* Starts from given mixtures. */
FSC_MUST_USE fsc_status fsc_order_redraw_new(fsc_order_redraw *r, const fsc_cohort *cohort,
                                             const fsc_order_mixture *mixture, fsc_error *err);
void fsc_order_redraw_free(fsc_order_redraw *r);

/* Proposes each marker's healthy and abnormal distribution once (Metropolis et al. 1953; flat in means and log widths
 * within the bounds of mixture.h), and a new abnormal one from anywhere. The walk must stand on r's ratios. adapt: let
 * the proposals find their size; only while steps are forgotten. */
void fsc_order_redraw_sweep(fsc_order_redraw *r, fsc_order_walk *walk, uint64_t seed, uint64_t stream, int64_t sweep,
                            int adapt);

#endif
