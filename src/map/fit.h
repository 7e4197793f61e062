/* Controls of one's own, as both fits read them. */
#ifndef FSC_MAP_FIT_H
#define FSC_MAP_FIT_H

#include "text.h"

#include <fascicle/norms.h>

/* One usable row of the users' table. Words are borrowed from it. */
typedef struct fsc_control {
    const char *participant, *muscle, *level, *method;
    fsc_side side;
    fsc_sex sex;
    double age_years, fraction;
    int32_t row; /* 1 = first below the header */
} fsc_control;

/* Appends norm rows with the baseline's shape and one offset a muscle from n controls, sorted by muscle and level;
 * counts them in *written, and notes the norm's error before and after. */
FSC_MUST_USE fsc_status fsc_fit_borrowed(fsc_text *out, int32_t *written, const fsc_control *control, int32_t n,
                                         const fsc_norms_fit_options *opt, fsc_notes *notes, fsc_error *err);

#endif
