/* Mixtures and order together: a marker that nearly everyone or nearly no one has abnormal cannot be split by its own
 * values; the other markers say who is early and who is late. */
#ifndef FSC_CYCLE_ORDER_REFINE_H
#define FSC_CYCLE_ORDER_REFINE_H

#include <fascicle/order.h>

/* Largest |log ratio| that one value may contribute with n_event markers. */
double fsc_order_ratio_limit(int32_t n_event);

/* Marginal mixtures of all markers (their own values alone). */
FSC_MUST_USE fsc_status fsc_order_mixtures(fsc_order_mixture *mixture, const fsc_cohort *cohort, fsc_error *err);

/* A marker whose mixture hangs on its place: the place farthest from its own at which, refitted, it makes the cohort
 * nearly as likely. */
typedef struct fsc_order_doubt {
    int32_t place, other_place; /* from 0; the same without doubt */
    fsc_order_mixture other;    /* there */
} fsc_order_doubt;

/* Coordinate ascent: takes each marker out in turn and puts it where the cohort is likeliest with the marker's mixture
 * refitted for that place, until nothing gains. Changes mixture and sequence; fills
 * doubt[n_event]. */
FSC_MUST_USE fsc_status fsc_order_refine(fsc_order_mixture *mixture, int32_t *sequence, fsc_order_doubt *doubt,
                                         const fsc_cohort *cohort, int32_t n_threads, const fsc_progress *progress,
                                         fsc_error *err);

#endif
