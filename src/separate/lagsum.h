/* Residual over the field, in lag-sum form. For fixed R2* the energy that the model explains is
 *   Q(psi) = sum_mn conj(s_m) P_mn s_n exp(-i 2 pi psi (t_n - t_m)),
 * with P the projector on the decayed water and fat signals. Pairs of equal lag share one harmonic, and correlations
 * conj(s_m) s_n of voxels with one field simply add, so a whole block costs one profile. */
#ifndef FSC_SEPARATE_LAGSUM_H
#define FSC_SEPARATE_LAGSUM_H

#include "lanes.h"

#define FSC_R2_GRID 6

typedef struct fsc_profiler {
    int32_t n_echo;
    int32_t n_pair; /* echo pairs m <= n, the n_echo diagonal ones first */
    int32_t n_lag;  /* distinct lags above 0 */
    int32_t n_r2;
    int32_t half;     /* fields are (g - half) * step_hz, g = 0 .. 2 half */
    int32_t circular; /* the ends are one period apart: the same field */
    double step_hz;
    double r2_per_s[FSC_R2_GRID];
    float r2_cost[FSC_R2_GRID];          /* nats: rare decays need evidence */
    int32_t *pair_m, *pair_n, *pair_lag; /* owned; lag 0 = diagonal */
    float *proj_re, *proj_im;            /* owned, [r2][pair]; off-diagonal ones doubled */
    float *cosine, *sine;                /* owned, [g = 0 .. half][lag] */
    double *lag_s;                       /* owned, [lag] */
} fsc_profiler;

FSC_MUST_USE fsc_status fsc_profiler_init(fsc_profiler *out, const fsc_model *model, fsc_error *err);
void fsc_profiler_free(fsc_profiler *profiler);

/* Scratch of one worker. */
typedef struct fsc_profile {
    float *corr_re, *corr_im; /* [pair][lane]: weighted correlations */
    float *residual;          /* [2 half + 1][lane]: smallest residual over the R2* grid */
    float *lag_re, *lag_im;   /* [lag + 1][lane] */
} fsc_profile;

/* One for each of n workers. *out is owned: fsc_profiles_free. FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_profiles_new(fsc_profile **out, int32_t n, const fsc_profiler *profiler, fsc_error *err);
void fsc_profiles_free(fsc_profile *profile, int32_t n);

void fsc_profile_clear(fsc_profile *profile, const fsc_profiler *profiler);
/* Adds weight[lane] * conj(s_m) s_n of the loaded voxels. */
void fsc_profile_add(fsc_profile *profile, const fsc_profiler *profiler, const fsc_lanes_echo *echo,
                     const float *weight);
/* Residual over all fields. With residuals in nats, prior 1 adds what R2* costs beforehand; 0 leaves it out. */
void fsc_profile_scan(fsc_profile *profile, const fsc_profiler *profiler, float prior);

#endif
