/* Identify: what measurements could tell of the parameters; prior-preconditioned Fisher information from forward
 * sensitivities. */
#ifndef FASCICLE_IDENTIFY_H
#define FASCICLE_IDENTIFY_H

#include <fascicle/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif
#endif
