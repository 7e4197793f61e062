/* Subtypes: does one order of events hold for a whole cohort, or two or three, each for some of its people? A mixture
 * of event-based models (after Young et al. 2018 Nature Communications 9:4273, there of courses, here of orders). How
 * many there are is decided on people who were left out, so that a cohort that carries one order keeps one. */
#ifndef FASCICLE_SUBTYPES_H
#define FASCICLE_SUBTYPES_H

#include <fascicle/order.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FSC_SUBTYPES_MOST 3
#define FSC_SUBTYPES_LEAST_PEOPLE 20 /* who are no controls */

typedef struct fsc_subtypes_options {
    int32_t n_most;  /* 1 to FSC_SUBTYPES_MOST */
    int32_t n_start; /* ascents from random orders for each number of subtypes */
    int32_t n_fold;  /* parts of the cohort that are left out in turn */
    uint64_t seed;
    int32_t n_threads; /* 0 = all cores; the result does not depend on it */
    const fsc_progress *progress;
} fsc_subtypes_options;

#define FSC_SUBTYPES_OPTIONS_INIT                                                                                      \
    { FSC_SUBTYPES_MOST, 6, 5, 1, 0, NULL }

/* Every array is owned; fsc_subtypes_free. */
typedef struct fsc_subtypes {
    int32_t n_subtype; /* chosen */
    int32_t n_person, n_event;
    int32_t *sequence; /* (n_subtype, n_event): events in the order of each; the largest subtype first */
    double share[FSC_SUBTYPES_MOST];
    double *member; /* (n_person, n_subtype): posterior; controls and people who say nothing have the shares */
    /* Log likelihood a left-out person gains over one subtype less, and its standard error: [1] two over one, ... */
    double gain[FSC_SUBTYPES_MOST], gain_se[FSC_SUBTYPES_MOST];
    int32_t n_tried;
} fsc_subtypes;

/* One subtype more is taken when people who were left out gain by more than its standard error and 0.16 (a
 * third: 0.32) in log likelihood each. The markers' mixtures
 * are fitted to everybody, for each number of orders anew. *out is owned. Returns FSC_OK; FSC_E_RANGE (fewer than 2
 * markers or 20 people who are no controls, options out of range); FSC_E_NUMERIC (a marker has no spread);
 * FSC_E_CANCELLED; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_subtypes_run(fsc_subtypes **out, const fsc_cohort *cohort,
                                                 const fsc_subtypes_options *opt, fsc_error *err);
FSC_API void fsc_subtypes_free(fsc_subtypes *subtypes);

/* Writes <dir>/<name>_subtypes.tsv (the orders, a column a subtype) and <name>_members.tsv (people). Returns FSC_OK,
 * FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_subtypes_write(const fsc_subtypes *subtypes, const fsc_cohort *cohort,
                                                   const char *dir, const char *name, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
