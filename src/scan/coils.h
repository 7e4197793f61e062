/* Joining the images of several coils. */
#ifndef FSC_SCAN_COILS_H
#define FSC_SCAN_COILS_H

#include <stdint.h>

/* Borrowed arrays of shape (n_echo, n_coil, n_voxel), voxels fastest. */
typedef struct fsc_coil_images {
    const float *re, *im;
    int64_t n_voxel, n_coil, n_echo;
} fsc_coil_images;

/* Fills re and im, shape (n_echo, n_voxel). The coils are weighted by the conjugate of their first
 * echo, over its root of summed squares: magnitudes as matched filters give them (Roemer 1990 with the first echo as
 * the sensitivity), and the same phase evolution for every coil, so that field and chemical shift stay. A voxel with no
 * signal in the first echo becomes 0. */
void fsc_coils_combine(float *re, float *im, const fsc_coil_images *coils);

#endif
