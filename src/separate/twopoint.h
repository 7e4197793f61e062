/* Two echoes: their magnitudes allow a water-rich and a fat-rich mixture (Berglund et al. 2010, doi 10.1002/mrm.22385).
 * With phase each mixture implies a field, and the smoother field map decides; without it the water-rich one is taken.
 * There is no R2*: the result is a fat signal fraction, not a PDFF. */
#ifndef FSC_SEPARATE_TWOPOINT_H
#define FSC_SEPARATE_TWOPOINT_H

#include "model.h"

/* Exactly two echoes, complex or magnitude by scan->kind. */
FSC_MUST_USE fsc_status fsc_separate_two_point(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                               const fsc_separate_options *opt, fsc_error *err);

#endif
