/* What a list of echo times can tell at all: the standard error of a fat fraction by the Cramer-Rao bound of the signal
 * model, with field and common phase (complex echoes) and R2* beside water and fat, before any voxel is looked at. */
#ifndef FSC_SEPARATE_CONDITIONING_H
#define FSC_SEPARATE_CONDITIONING_H

#include "model.h"

/* The SNR (water + fat at TE 0 over noise per real channel) that the conditioning is stated for. */
#define FSC_CONDITIONING_SNR 30.0

/* Standard error of fraction at an SNR, on the right branch. R2* has a normal prior of r2_prior_sd (per s) about the
 * model's typical value: small = known, large = only the echoes tell. Infinite where the echoes tell nothing. */
double fsc_conditioning_se(const fsc_model *model, int complex, double fraction, double snr, double r2_prior_sd);
/* Refuses echoes that cannot tell fat from water (FSC_E_RANGE, with the numbers), and says when they tell them poorly;
 * for two complex echoes always, and what decides which of the two is fat. */
FSC_MUST_USE fsc_status fsc_conditioning_judge(const fsc_model *model, int complex, fsc_notes *notes, fsc_error *err);

#endif
