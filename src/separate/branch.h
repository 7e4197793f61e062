/* The deepest branch of single voxels: where each of them would lie without its neighbours. */
#ifndef FSC_SEPARATE_BRANCH_H
#define FSC_SEPARATE_BRANCH_H

#include "fit.h"
#include "minima.h"

/* Field (hz, may be NULL) and residual (left, may be NULL; R2* from the profiler's grid) of the deepest minimum of n
 * voxels. FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_branch_find(double *hz, double *left, const fsc_source *source,
                                        const fsc_profiler *profiler, const int32_t *voxel, int32_t n, fsc_error *err);
/* Loads and fits n voxels (n <= FSC_LANES) from their fields hz. */
void fsc_branch_fit(fsc_fit *fit, fsc_lanes_echo *echo, const fsc_source *source, const fsc_model *model,
                    const int32_t *voxel, const double *hz, int32_t n, double noise_variance);

#endif
