/* Constant phase offsets of single echoes (eddy currents, receiver): the same turn of one echo in every voxel. Offsets
 * that are constant or linear in TE are no different from phase and field, so only the rest is found. */
#ifndef FSC_SEPARATE_OFFSETS_H
#define FSC_SEPARATE_OFFSETS_H

#include "branch.h"

/* Fewer echoes leave nothing to find them by. */
#define FSC_OFFSET_ECHOES 4

typedef struct fsc_offsets {
    int32_t found;            /* 0: none that is clear */
    double rad[FSC_ECHO_MAX]; /* turn of each echo */
    double cosine[FSC_ECHO_MAX], sine[FSC_ECHO_MAX];
    double largest_rad;
    double drop; /* share of the summed relative residual that goes with them */
} fsc_offsets;

/* Looks in the sampled voxels by Gauss-Newton steps, with field, decay, water and fat of every voxel projected out
 * (variable projection: Golub & Pereyra 1973, doi 10.1137/0710036). Needs FSC_OFFSET_ECHOES. */
FSC_MUST_USE fsc_status fsc_offsets_find(fsc_offsets *out, const fsc_sample *sample, fsc_error *err);
/* Makes the loader take them off; they must outlive the source. */
void fsc_offsets_apply(const fsc_offsets *offsets, fsc_source *source);

#endif
