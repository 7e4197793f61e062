/* The most common value of a sample. */
#ifndef FSC_MEASURE_MODE_H
#define FSC_MEASURE_MODE_H

#include <stdint.h>

/* The half-sample mode of n ascending values: the densest half, of that the densest half, and so on (Bickel and
 * Fruehwirth 2006, Comput Stat Data Anal 50:3500-3530, doi 10.1016/j.csda.2005.07.011). NaN for n = 0. */
double fsc_half_sample_mode(const float *sorted, int64_t n);

#endif
