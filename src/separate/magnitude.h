/* Magnitudes alone: no phase, so a water-rich and a fat-rich mixture can both fit. Multi-echo fits start from both
 * (the MAGO idea: Triay Bagur et al. 2019, doi 10.1002/mrm.27728); then all voxels choose at once, by residual, decay
 * and neighbours, as one minimum cut. */
#ifndef FSC_SEPARATE_MAGNITUDE_H
#define FSC_SEPARATE_MAGNITUDE_H

#include "model.h"

/* Three or more echoes. */
FSC_MUST_USE fsc_status fsc_separate_magnitude(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                               const fsc_separate_options *opt, fsc_error *err);

#endif
