/* What is measured once per set of voxels and joined into rows. */
#ifndef FSC_MEASURE_SITE_PART_H
#define FSC_MEASURE_SITE_PART_H

#include "voxels.h"

/* Sums over the voxels of one set with a finite PDFF. Rows that pool sets add these up. */
typedef struct fsc_site_part {
    int64_t n_labelled, n;
    double sum, variance_of_mean; /* the latter NaN for fewer than two voxels */
    double noise_variance_sum;    /* of the n_noise voxels with a standard error */
    int64_t n_noise;
    int64_t n_erode[2];
    double sum_erode[2];
    int64_t n_quartile[4];
    double sum_quartile[4], variance_quartile[4]; /* of each quarter's mean */
    int64_t n_r2star, n_swap, n_flagged;          /* n_flagged: voxels with quality bits to look at */
    double sum_r2star;
    int64_t n_t2;
    double sum_t2, square_t2; /* ms, ms2 */
} fsc_site_part;

/* Measures set. scratch holds 3 floats for each of its voxels. */
void fsc_site_part_measure(fsc_site_part *out, const fsc_voxels *voxels, int32_t set, float *scratch);

#endif
