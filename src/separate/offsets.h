/* Constant phase offsets of single echoes (eddy currents, receiver): the same turn of one echo in every voxel. Offsets
 * that are constant or linear in TE are no different from phase and field, so only the rest is found. */
#ifndef FSC_SEPARATE_OFFSETS_H
#define FSC_SEPARATE_OFFSETS_H

#include "minima.h"

typedef struct fsc_offsets {
    int32_t found;            /* 0: none that is clear */
    double rad[FSC_ECHO_MAX]; /* turn of each echo */
    double cosine[FSC_ECHO_MAX], sine[FSC_ECHO_MAX];
    double largest_rad;
    double drop; /* share of the summed relative residual that goes with them */
} fsc_offsets;

/* Looks in n sampled voxels; needs 6 echoes. */
FSC_MUST_USE fsc_status fsc_offsets_find(fsc_offsets *out, const fsc_source *source, const fsc_model *model,
                                         const fsc_profiler *profiler, const int32_t *voxel, int32_t n,
                                         double noise_variance, fsc_error *err);
/* Makes the loader take them off; they must outlive the source. */
void fsc_offsets_apply(const fsc_offsets *offsets, fsc_source *source);

#endif
