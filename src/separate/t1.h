/* T1 weighting of a spoiled gradient echo: fat recovers faster than water, so PDFF reads too high unless the flip angle
 * is small. Steady state S = M sin(a) (1 - E1) / (1 - cos(a) E1), E1 = exp(-TR / T1) (Ernst & Anderson 1966). */
#ifndef FSC_SEPARATE_T1_H
#define FSC_SEPARATE_T1_H

#include <fascicle/separate.h>

/* Sets out->t1_bias_expected where flip angle and TR are known, notes it, and with correct != 0 divides the weighting
 * out of PDFF, its standard error, water and fat. FSC_E_RANGE when a correction is asked for and cannot be made. */
FSC_MUST_USE fsc_status fsc_t1_apply(fsc_fatwater *out, const fsc_scan *scan, int32_t correct, fsc_error *err);

#endif
