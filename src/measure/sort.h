/* Floats in order, fast: the medians and modes of every row sort all its voxels. Finite values only. */
#ifndef FSC_MEASURE_SORT_H
#define FSC_MEASURE_SORT_H

#include <stdint.h>

/* Sorts rising; spare holds n floats. */
void fsc_sort_floats(float *values, float *spare, int64_t n);
/* NaN when n is 0. */
double fsc_median_sorted(const float *values, int64_t n);
/* As fsc_median_sorted of the sorted values; leaves them in another order. */
double fsc_median_of(float *values, int64_t n);

#endif
