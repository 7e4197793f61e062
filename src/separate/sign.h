/* Which way protons turn in the stored phase: the wrong way leaves a larger residual whatever the field. */
#ifndef FSC_SEPARATE_SIGN_H
#define FSC_SEPARATE_SIGN_H

#include "body.h"
#include "branch.h"

typedef struct fsc_sign {
    int32_t sign;          /* +1 as stored, -1 conjugated */
    double ratio;          /* summed relative residual of the other sign / of this sign */
    double left;           /* mean relative residual of the sign taken */
    double noise_variance; /* from the residuals of the sign taken, source's scale */
} fsc_sign;

/* stated: scan.precession (0 unknown); wanted: the user's choice (0 = decide). */
FSC_MUST_USE fsc_status fsc_sign_find(fsc_sign *out, const fsc_sample *sample, int32_t stated, int32_t wanted,
                                      fsc_error *err);
/* Says what was found, and how clear it is; non-zero when it is not clear. */
int fsc_sign_note(const fsc_sign *sign, int32_t stated, int32_t wanted, fsc_notes *notes);

#endif
