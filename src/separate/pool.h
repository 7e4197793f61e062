/* What neighbours know: whether fat and water are out of phase here, and a field map freed of the voxel's noise. */
#ifndef FSC_SEPARATE_POOL_H
#define FSC_SEPARATE_POOL_H

#include "voxels.h"

/* Where the out-of-phase evidence of a 7 x 7 neighbourhood is above what noise gives, or its mean PDFF is outside 0..1
 * by up to a standard error, PDFF is taken from magnitudes; water and fat follow with their sum kept. Needs
 * job->scratch for n_tissue floats (magnitude_pdff will do). */
void fsc_pool_phase(const fsc_voxel_job *job, int32_t n_threads);
/* Local plane through the fitted fields of 5 x 5 voxels in the slice plane, weighted by precision; neighbours across a
 * jump are left out. Needs job->scratch for n_tissue floats. */
void fsc_pool_field(const fsc_voxel_job *job, int32_t n_threads);

#endif
