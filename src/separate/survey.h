/* What is found over the whole scan before the field map: signal and noise, the sign of the phase, a readout ramp,
 * turned echoes, a rounded field strength, and whether the echoes fit together at all. */
#ifndef FSC_SEPARATE_SURVEY_H
#define FSC_SEPARATE_SURVEY_H

#include "body.h"
#include "frequency.h"
#include "offsets.h"
#include "ramp.h"
#include "sign.h"

/* Sampled voxels for what is asked of the scan as a whole. */
#define FSC_SURVEY_SAMPLE 2048

/* Any field gives 0.5 and more; phase in a wrong unit, or of another scan, gives 0.03. */
#define FSC_COHERENT 0.1

typedef struct fsc_survey {
    fsc_model model;
    fsc_source source; /* freed of what was found */
    fsc_profiler profiler;
    fsc_body body;
    fsc_sign sign;
    int sign_unclear;
    fsc_ramp ramp;
    fsc_offsets offsets;
    fsc_sample sample; /* of strong voxels; borrows from this struct */
    int32_t strong[FSC_SURVEY_SAMPLE];
    int32_t weak[FSC_SURVEY_SAMPLE]; /* weak enough for their model error to be small against the noise */
    int32_t n_weak;
    double coherence;      /* of the phase steps of neighbours: below FSC_COHERENT nothing else is filled */
    double noise_variance; /* per real channel, source's scale */
} fsc_survey;

/* Fills a zeroed survey, which must not move afterwards; out gets the findings and the notes. FSC_E_RANGE for a model
 * that cannot be made; FSC_E_NUMERIC without signal; FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_survey_make(fsc_survey *survey, fsc_fatwater *out, const fsc_scan *scan,
                                        const fsc_spectrum *spectrum, const fsc_separate_options *opt, fsc_error *err);
void fsc_survey_free(fsc_survey *survey);

#endif
