/* The deepest branch of single voxels: where each of them would lie without its neighbours. */
#ifndef FSC_SEPARATE_BRANCH_H
#define FSC_SEPARATE_BRANCH_H

#include "fit.h"
#include "minima.h"

/* Some voxels of a scan, and all that it takes to fit them; everything is borrowed. */
typedef struct fsc_sample {
    const fsc_source *source;
    const fsc_model *model;
    const fsc_profiler *profiler; /* for fsc_branch_find alone */
    const int32_t *voxel;         /* [n] */
    int32_t n;
    double noise_variance; /* per real channel, source's scale; 0 where it is not known yet */
    int32_t n_threads;
} fsc_sample;

/* Field (hz, may be NULL) and residual (left, may be NULL; R2* from the profiler's grid) of the deepest minimum of each
 * voxel. FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_branch_find(double *hz, double *left, const fsc_sample *sample, fsc_error *err);
/* Loads and fits the voxels from number at on, up to FSC_LANES, starting from their fields hz; returns how many. */
int32_t fsc_branch_fit(fsc_fit *fit, fsc_lanes_echo *echo, const fsc_sample *sample, const double *hz, int32_t at);
/* What one voxel's fit leaves. */
typedef struct fsc_leftover {
    double residual, energy; /* sums of squares */
    double magnitude_pdff;
    double r2_per_s;
} fsc_leftover;

/* Fits all voxels of the sample from their fields. */
void fsc_branch_leftovers(fsc_leftover *out, const fsc_sample *sample, const double *hz);
/* The middle of n values, which get sorted; NaN when there are none. */
double fsc_median(double *value, int32_t n);
/* Noise variance per real channel from n residuals, which get sorted; NaN when the echoes leave no freedom. */
double fsc_branch_variance(double *residual, int32_t n, const fsc_model *model);

#endif
