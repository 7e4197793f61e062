/* What has to be said of an order before it is believed. */
#ifndef FSC_COHORT_TELL_H
#define FSC_COHORT_TELL_H

#include "refine.h"

/* So many places apart, half of the order, a marker could stand anywhere. */
#define FSC_ORDER_DOUBT_PLACES(n_event) (((n_event) + 1) / 2)

/* A second opinion on each marker, and a note on those whose mixture is undetermined. */
FSC_MUST_USE fsc_status fsc_order_tell(fsc_order *order, const fsc_order_doubt *doubt, const fsc_cohort *cohort,
                                       fsc_error *err);

#endif
