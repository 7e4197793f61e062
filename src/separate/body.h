/* Which voxels hold tissue, how strong the signal is, and how large the noise. */
#ifndef FSC_SEPARATE_BODY_H
#define FSC_SEPARATE_BODY_H

#include "lanes.h"

typedef struct fsc_body {
    int64_t n_voxel;
    uint8_t *mask; /* owned: 1 tissue, 0 background, FSC_BODY_NOT_FINITE */
    float *energy; /* owned: sum over echoes of |s|^2 in the source's scale; dropped by fsc_body_drop_energy */
    int32_t n_tissue;
    double energy_p99, energy_p10; /* percentiles of the voxels with any signal, source's scale */
    double air_variance; /* per real channel from the weakest voxels, source's scale; NaN when there is no air */
    int64_t n_not_finite;
} fsc_body;

#define FSC_BODY_NOT_FINITE 2

/* Energies, their 99th percentile and the air noise. Also sets source->scale so that the 99th percentile of the energy
 * per echo is 1. FSC_E_NUMERIC when no voxel has signal. */
FSC_MUST_USE fsc_status fsc_body_measure(fsc_body *out, fsc_source *source, int32_t n_threads, fsc_error *err);
/* Marks tissue: clearly above noise, or a faint wall inside. Without a known noise (NaN), stronger than 4 % of the 99th
 * percentile in amplitude. */
void fsc_body_mark(fsc_body *body, const fsc_source *source, double noise_variance);
void fsc_body_drop_energy(fsc_body *body);
void fsc_body_free(fsc_body *body);
/* Up to most tissue-like voxels (energy between low and high times that of the 99th percentile), evenly spread; returns
 * how many. */
int32_t fsc_body_sample(const fsc_body *body, double low, double high, int32_t *voxel, int32_t most);

#endif
