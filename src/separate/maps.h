/* The result's maps: made full of NaN, filled voxel by voxel. */
#ifndef FSC_SEPARATE_MAPS_H
#define FSC_SEPARATE_MAPS_H

#include "body.h"

#include <fascicle/separate.h>

#define FSC_MAP_SE 1u
#define FSC_MAP_R2STAR 2u
#define FSC_MAP_FIELD 4u
#define FSC_MAP_AMPLITUDES 8u
#define FSC_MAP_RESIDUAL 16u
#define FSC_MAP_SWAP 32u

/* Noise in tissue takes no fat fraction beyond these: a number there is none. */
#define FSC_FRACTION_LEAST (-1.0)
#define FSC_FRACTION_MOST 2.0

/* PDFF and quality always, the others as asked. */
FSC_MUST_USE fsc_status fsc_maps_make(fsc_fatwater *out, int64_t n_voxel, unsigned which, int32_t n_threads,
                                      fsc_error *err);
/* Lists tissue voxels (owned by the caller, rising) and marks the others as background. */
FSC_MUST_USE fsc_status fsc_maps_tissue(int32_t **tissue, fsc_fatwater *out, const fsc_body *body, fsc_error *err);

#endif
