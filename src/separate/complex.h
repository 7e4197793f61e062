/* Complex multi-echo, from echoes to maps. */
#ifndef FSC_SEPARATE_COMPLEX_H
#define FSC_SEPARATE_COMPLEX_H

#include "model.h"

/* Fills the maps and findings of an otherwise prepared result (grid, spectrum, method). */
FSC_MUST_USE fsc_status fsc_separate_complex(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                             const fsc_separate_options *opt, fsc_error *err);

#endif
