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
    const fsc_blocks *fine; /* goes before blocks where it has a node */
    const int32_t *tissue;  /* voxel numbers, rising */
    int32_t n_tissue;
    double noise_variance; /* source's scale */
    /* Scratch, borrowed. */
    float *field_variance; /* [voxel]: Hz^2; NaN outside tissue */
    float *scratch;        /* [tissue] */
} fsc_voxel_job;

/* Noise variance per real channel from the residuals of weak voxels, where the model's own error is small; NaN when the
 * echoes leave no freedom. n is at most FSC_NOISE_SAMPLE. */
#define FSC_NOISE_SAMPLE 2048 /* as many as FSC_SURVEY_SAMPLE */
double fsc_voxels_noise(const fsc_voxel_job *job, const int32_t *voxel, int32_t n);
/* Fits all tissue voxels. residual_fraction, pdff, se, R2*, field, water and fat are filled. */
void fsc_voxels_fit(const fsc_voxel_job *job, int32_t n_threads);

#endif
