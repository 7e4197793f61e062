/* Healthy and abnormal values of one marker, and what a value says of them. */
#ifndef FSC_CYCLE_ORDER_MIXTURE_H
#define FSC_CYCLE_ORDER_MIXTURE_H

#include <fascicle/order.h>

/* Bounds that keep the two distributions apart and finite. Young et al. 2014 hold the abnormal width below the healthy
 * one; fat spreads wider than health does, so ours may be up to three times as wide. */
#define FSC_ORDER_LEAST_SD_RATIO 0.4
#define FSC_ORDER_MOST_SD_RATIO 3.0
#define FSC_ORDER_LEAST_GAP_SD 1.0

/* The people with a value of one marker. Borrowed arrays of n entries. */
typedef struct fsc_order_sample {
    double *x;          /* turned so that abnormal is larger */
    double *is_control; /* 1 = known to be healthy, else 0 */
    double *odds;       /* prior odds abnormal : healthy from the other markers; NULL = one share for all */
    double *weight;     /* scratch: probability of being abnormal */
    int32_t n;
    double sd; /* of all values */
} fsc_order_sample;

/* Gathers a marker's finite values from the cohort into the arrays of sample (x, is_control, weight: n_person entries
 * each). FSC_E_RANGE with fewer than 10 people or a value whose square is no number, FSC_E_NUMERIC without spread; the
 * text names the marker. */
FSC_MUST_USE fsc_status fsc_order_sample_fill(fsc_order_sample *sample, const fsc_cohort *cohort, int32_t event,
                                              fsc_error *err);

/* Fits the mixture of a sample without odds from several starts; work holds n doubles. */
void fsc_order_mixture_fit(fsc_order_mixture *out, const fsc_order_sample *sample, int32_t falls, double *work);

/* Fits the mixture of a sample with odds: from *mixture when from_prior is 0, else from the odds alone. Returns the log
 * likelihood of the values given the odds. */
double fsc_order_mixture_refit(fsc_order_mixture *mixture, const fsc_order_sample *sample, int32_t falls,
                               int from_prior);

/* Whether a mixture, turned so that abnormal is larger, keeps the bounds; sd: of all values. */
int fsc_order_mixture_within(const fsc_order_mixture *mixture, double sd);

/* log p(value | abnormal) - log p(value | healthy), monotone in value (held at its extremum where unequal widths would
 * turn it round) and cut to +-limit; 0 for NaN. */
double fsc_order_mixture_log_ratio(const fsc_order_mixture *mixture, int32_t falls, double value, double limit);

#endif
