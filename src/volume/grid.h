/* What the maps of this room share: a grid fit for memory, and a file that holds one map. */
#ifndef FSC_VOLUME_GRID_H
#define FSC_VOLUME_GRID_H

#include "nifti.h"

/* FSC_E_RANGE unless every dimension is at least 1, the voxels can be counted, and their edges are 0.05 to 50 mm long.
 * path and unit (may be NULL) go into the message. */
FSC_MUST_USE fsc_status fsc_grid_check(const fsc_grid *grid, const char *path, const char *unit, fsc_error *err);
/* Opens a file that must hold one frame; its sidecar's VoxelSizeAssumed goes into header.grid.spacing_assumed. */
FSC_MUST_USE fsc_status fsc_nifti_open_map(fsc_nifti **out, const char *path, fsc_error *err);

#endif
