/* Voxels side by side: the loader that fills lanes from a scan, and the elementary functions lanes need. */
#ifndef FSC_SEPARATE_LANES_H
#define FSC_SEPARATE_LANES_H

#include "model.h"
#include "simd.h"

#include <math.h>

#define FSC_LANES 32

/* The echoes as the fit sees them: conjugated and freed of the readout ramp on the way in, never copied as a whole. */
typedef struct fsc_source {
    const float *re, *im; /* borrowed; im may be NULL */
    int64_t n_voxel;
    int64_t dim[3];
    int32_t n_echo;
    float scale;     /* brings the strong voxels to about 1 */
    float conjugate; /* +1, or -1 to conjugate */
    int32_t ramp_axis;
    float ramp_sign;                       /* value of conjugate for which the ramp was found */
    const float *ramp_cos, *ramp_sin;      /* along ramp_axis; NULL = no ramp */
    const double *offset_cos, *offset_sin; /* [echo], borrowed: constant phase offsets; NULL = none */
    float offset_sign;                     /* value of conjugate for which they were found */
} fsc_source;

/* Echoes of FSC_LANES voxels, [echo][lane]; unused lanes are 0. */
typedef struct fsc_lanes_echo {
    double re[FSC_ECHO_MAX][FSC_LANES];
    double im[FSC_ECHO_MAX][FSC_LANES];
} fsc_lanes_echo;

/* Index along the ramp axis of a voxel. */
static inline int64_t fsc_source_ramp_index(const fsc_source *source, int64_t voxel) {
    if (source->ramp_axis == 0) return voxel % source->dim[0];
    if (source->ramp_axis == 1) return voxel / source->dim[0] % source->dim[1];
    return voxel / (source->dim[0] * source->dim[1]);
}

/* Fills lanes with n voxels (n <= FSC_LANES); a voxel below 0 gives zeros. */
void fsc_source_load(const fsc_source *source, const int32_t *voxel, int32_t n, fsc_lanes_echo *echo);

/* sin and cos of 2 pi x for |x| < 1e6 turns, to about 1e-15: the quarter turn nearest to x is taken off, then Taylor.
 */
FSC_LEAF void fsc_sincos_turns(double x, double *s, double *c) {
    /* Adding and taking off 1.5 * 2^52 rounds to a whole number without a call. */
    const double magic = 6755399441055744.0;
    const double q = (x * 4 + magic) - magic;
    const double y = (x - q * 0.25) * 6.283185307179586476925;
    const double z = y * y;
    const double sy =
        y * (1 + z * (-1.0 / 6 +
                      z * (1.0 / 120 +
                           z * (-1.0 / 5040 + z * (1.0 / 362880 + z * (-1.0 / 39916800 + z * (1.0 / 6227020800.0)))))));
    const double cy =
        1 + z * (-0.5 + z * (1.0 / 24 +
                             z * (-1.0 / 720 + z * (1.0 / 40320 + z * (-1.0 / 3628800 + z * (1.0 / 479001600.0))))));
    const double half = (q * 0.5 + magic) - magic; /* q mod 4 without integers: parity and sign by arithmetic */
    const double odd = (q - 2 * half) * (q - 2 * half);
    const double h2 = (half * 0.5 + magic) - magic;
    const double flip = 1 - 2 * (half - 2 * h2) * (half - 2 * h2);
    /* q = 2 half + r, r in {-1, 0, 1}; half = 2 h2 + r2. A half turn flips both; a quarter turn by r exchanges them. */
    const double r = q - 2 * half;
    *s = flip * ((1 - odd) * sy + r * cy);
    *c = flip * ((1 - odd) * cy - r * sy);
}

/* exp(x) for -40 < x < 40, to about 1e-13: (exp(x / 64))^64. */
FSC_LEAF double fsc_exp_small(double x) {
    const double y = x * (1.0 / 64);
    double e =
        1 +
        y * (1 + y * (1.0 / 2 +
                      y * (1.0 / 6 +
                           y * (1.0 / 24 +
                                y * (1.0 / 120 +
                                     y * (1.0 / 720 + y * (1.0 / 5040 + y * (1.0 / 40320 + y * (1.0 / 362880)))))))));
    e *= e, e *= e, e *= e, e *= e, e *= e, e *= e;
    return e;
}

#endif
