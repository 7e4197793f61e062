/* The bend after the affine step: two channels pull every point of the body to where it looks alike (demons; Thirion
 * 1998, doi 10.1016/S1361-8415(98)80022-4, with both images' gradients). */
#ifndef FSC_PROPOSE_DEMONS_H
#define FSC_PROPOSE_DEMONS_H

#include "scene.h"

typedef struct fsc_bend {
    int32_t dim[3];
    const float *fixed[FSC_CHANNELS];  /* the scan */
    const float *moving[FSC_CHANNELS]; /* the body as laid by the affine step, on the same grid */
    const float *weight;               /* 0..1 */
    float *shift[3];                   /* voxels along i, j, k: in the start, out the result */
    double fluid_sd, elastic_sd;       /* blur of each step and of the whole, voxels */
    int32_t n_step;
    int32_t n_threads;
} fsc_bend;

FSC_MUST_USE fsc_status fsc_demons(fsc_bend *bend, fsc_error *err);

#endif
