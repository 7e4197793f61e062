/* What neighbours know: a field map freed of the voxel's noise. */
#ifndef FSC_SEPARATE_POOL_H
#define FSC_SEPARATE_POOL_H

#include "voxels.h"

/* Local plane through the fitted fields of 5 x 5 voxels in the slice plane, weighted by precision; neighbours across a
 * jump are left out. Needs job->scratch for n_tissue floats. */
void fsc_pool_field(const fsc_voxel_job *job, int32_t n_threads);

#endif
