/* Mixtures and order together: a marker that nearly everyone or nearly no one has abnormal cannot be split by its own
 * values; the other markers say who is early and who is late. */
#ifndef FSC_CYCLE_ORDER_REFINE_H
#define FSC_CYCLE_ORDER_REFINE_H

#include <fascicle/order.h>

/* Largest |log ratio| that one value may contribute with n_event markers. */
double fsc_order_ratio_limit(int32_t n_event);

/* Marginal mixtures of all markers (their own values alone). */
FSC_MUST_USE fsc_status fsc_order_mixtures(fsc_order_mixture *mixture, const fsc_cohort *cohort, fsc_error *err);

/* Coordinate ascent: takes each marker out in turn and puts it where the cohort is likeliest with the marker's mixture
 * refitted for that place, until nothing gains. Changes mixture and sequence. */
FSC_MUST_USE fsc_status fsc_order_refine(fsc_order_mixture *mixture, int32_t *sequence, const fsc_cohort *cohort,
                                         int32_t n_threads, const fsc_progress *progress, fsc_error *err);

/* Mixtures refitted to n_draw resamples of the people (with replacement; controls stay controls), under the prior odds
 * that the others' order gives each person: out[n_draw][n_event]. How far they differ is how uncertain they are. */
FSC_MUST_USE fsc_status fsc_order_resample(fsc_order_mixture *out, const fsc_order_mixture *mixture,
                                           const int32_t *sequence, const fsc_cohort *cohort, int32_t n_draw,
                                           uint64_t seed, const fsc_progress *progress, fsc_error *err);

#endif
