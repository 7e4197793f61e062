/* Sensitivity: which assumptions matter; Sobol indices by Saltelli's design and Jansen's estimators. */
#ifndef FASCICLE_SENSITIVITY_H
#define FASCICLE_SENSITIVITY_H

#include <fascicle/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fsc_cycle_sobol_row {
    const char *factor; /* parameter, modifier, "dose" or "baseline_fat"; borrowed from the caller */
    double low, high;   /* range drawn from */
    /* For deep fat fraction and NDI after 12 months: first-order and total index, each with a bootstrap sd. */
    double first[2], first_sd[2], total[2], total_sd[2];
} fsc_cycle_sobol_row;

typedef struct fsc_cycle_sobol {
    fsc_cycle_sobol_row *row; /* owned, the most influential on NDI first */
    int32_t n_row;
    int64_t n_base, n_run;
} fsc_cycle_sobol;

/* factor NULL takes the leaders of the prototype's screening. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_sobol_run(fsc_cycle_sobol **out, fsc_cycle_set set, const char *const *factor,
                                                    int32_t n_factor, int64_t n_base, uint64_t seed, int32_t n_threads,
                                                    const fsc_progress *progress, fsc_error *err);
FSC_API void fsc_cycle_sobol_free(fsc_cycle_sobol *sobol);

#ifdef __cplusplus
}
#endif
#endif
