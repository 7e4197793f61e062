/* The last step: every tissue voxel is fitted on the branch its block chose, and the maps are filled. */
#ifndef FSC_SEPARATE_VOXELS_H
#define FSC_SEPARATE_VOXELS_H

#include "blocks.h"
#include "body.h"
#include "fit.h"

typedef struct fsc_voxel_job {
    fsc_fatwater *out;
    const fsc_model *model;
    const fsc_source *source;
    const fsc_blocks *blocks;
    const int32_t *tissue; /* voxel numbers, rising */
    int32_t n_tissue;
    double noise_variance; /* source's scale */
    double reach_hz;
} fsc_voxel_job;

/* Fits all tissue voxels. residual_fraction, pdff, se, R2*, field, water and fat are filled. */
void fsc_voxels_fit(const fsc_voxel_job *job, int32_t n_threads);

#endif
