/* Bipolar readouts give odd and even echoes opposite phase ramps along the readout: echo n is turned by
 * (-1)^n (constant + 2 pi slope x), x = index / size - 0.5. Found by the smallest summed residual, then taken off. */
#ifndef FSC_SEPARATE_RAMP_H
#define FSC_SEPARATE_RAMP_H

#include "branch.h"

typedef struct fsc_ramp {
    int32_t axis;       /* array axis, or -1: no ramp */
    double slope_dwell; /* turns over the field of view */
    double constant_rad;
    double drop;  /* share of the summed residual that goes with the ramp */
    double left;  /* mean relative residual with the ramp taken off */
    float *table; /* owned: cosines, then sines, dim[axis] each; NULL without a ramp */
} fsc_ramp;

/* Looks along the two axes other than slice_axis in the sampled voxels. Without a clear ramp axis is -1. */
FSC_MUST_USE fsc_status fsc_ramp_find(fsc_ramp *out, const fsc_sample *sample, int32_t slice_axis, fsc_error *err);
void fsc_ramp_free(fsc_ramp *ramp);
/* Makes the loader take the ramp off; the ramp must outlive the source. */
void fsc_ramp_apply(const fsc_ramp *ramp, fsc_source *source);

#endif
