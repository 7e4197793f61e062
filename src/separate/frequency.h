/* Field strengths are often rounded (3 for 2.8949 T). Fat's peaks then sit wrong, and fat-bearing voxels fit worse. */
#ifndef FSC_SEPARATE_FREQUENCY_H
#define FSC_SEPARATE_FREQUENCY_H

#include "branch.h"

typedef struct fsc_frequency {
    double nominal_tesla;
    double true_tesla; /* NaN: nothing to compare with */
    double ratio;      /* summed relative residual, nominal / true */
    double t;          /* its mean paired difference over the standard error */
    int32_t n;         /* fat-bearing voxels compared */
    int disturbed;     /* another fault of the scan can look like a rounded field */
} fsc_frequency;

/* Compares the stated field strength with the one that data/field_strengths.tsv lists for it, in the sampled voxels.
 * Only for 6 echoes and more without an imaging frequency; otherwise true_tesla is NaN. phases_wrong: a ramp or offsets
 * were found; readouts of both polarities also shift fat against itself. */
FSC_MUST_USE fsc_status fsc_frequency_compare(fsc_frequency *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                              const fsc_sample *sample, int phases_wrong, fsc_error *err);
/* Says what was found; non-zero when the true field is clearly the better one, and no other fault explains it. */
int fsc_frequency_note(const fsc_frequency *found, fsc_notes *notes);

#endif
