/* Along steps of the field map a block of four voxels can hold two tissues; there every voxel decides for itself. */
#ifndef FSC_SEPARATE_REFINE_H
#define FSC_SEPARATE_REFINE_H

#include "fieldmap.h"

/* A second cut over single voxels, in and beside the blocks at steps of the coarse field and those that no one field
 * explains; blocks further out hold the
 * rim. fine is filled as blocks of one voxel, with no node elsewhere. Owned:
 * fsc_blocks_free. */
FSC_MUST_USE fsc_status fsc_refine(fsc_blocks *fine, const fsc_blocks *coarse, const fsc_grid *grid,
                                   const uint8_t *body, const fsc_sample *sample, const fsc_evidence *evidence,
                                   const fsc_fieldmap_prior *prior, fsc_error *err);

#endif
