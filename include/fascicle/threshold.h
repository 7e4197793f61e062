/* Threshold: the smallest strain of the neck (C4-C7) that sustains itself. */
#ifndef FASCICLE_THRESHOLD_H
#define FASCICLE_THRESHOLD_H

#include <fascicle/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fsc_cycle_threshold {
    double by_bisection; /* end state after three years; NaN: every dose heals; 0: every dose sustains itself */
    double by_root; /* from the days at which healing people cross a level (CVODES roots); NaN when there is none */
} fsc_cycle_threshold;
FSC_API FSC_MUST_USE fsc_status fsc_cycle_find_threshold(fsc_cycle_threshold *out, const fsc_cycle *model,
                                                         const fsc_cycle_person *person, int32_t n_threads,
                                                         fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
