/* The voxelwise fit on one branch of the field: variable projection with the exponent gamma = i 2 pi psi - R2* as one
 * complex unknown (Yu et al. 2008, doi 10.1002/mrm.21737), for FSC_LANES voxels side by side. */
#ifndef FSC_SEPARATE_FIT_H
#define FSC_SEPARATE_FIT_H

#include "lanes.h"

typedef struct fsc_fit {
    double psi_hz[FSC_LANES];   /* in: start; out: fitted field */
    double r2_per_s[FSC_LANES]; /* in: start; out: fitted R2*, not clipped at 0 */
    /* Amplitudes at the first echo, in the source's scale. */
    double water_re[FSC_LANES], water_im[FSC_LANES];
    double fat_re[FSC_LANES], fat_im[FSC_LANES];
    double residual[FSC_LANES];  /* sum of squares left */
    double energy[FSC_LANES];    /* sum of squares measured */
    double stiffness[FSC_LANES]; /* |p|^2: 1 / variance of gamma per unit of noise variance */
    /* Common-phase results. */
    double pdff[FSC_LANES];
    double pdff_variance[FSC_LANES];         /* per unit of noise variance (Cramer-Rao) */
    double magnitude_pdff[FSC_LANES];        /* |F| / (|F| + |W|) */
    double out_of_phase[FSC_LANES];          /* how far F / (W + F) is from real and 0..1, in noise variances */
    double water[FSC_LANES], fat[FSC_LANES]; /* real amplitudes at TE = 0; fat / (water + fat) is pdff */
} fsc_fit;

/* iterations Gauss-Newton steps with step halving, then the linear part and the Cramer-Rao terms. reach_hz bounds the
 * way from the start. noise_variance (per real channel) sets the weight of the R2* prior of short echo trains and tells
 * phase differences of fat and water from noise. */
void fsc_fit_run(fsc_fit *fit, const fsc_model *model, const fsc_lanes_echo *echo, int32_t iterations, double reach_hz,
                 double noise_variance);

#endif
