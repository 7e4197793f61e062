/* What speaks for and against each proposed label. */
#ifndef FSC_PROPOSE_CHECK_H
#define FSC_PROPOSE_CHECK_H

#include "fit.h"
#include "limits.h"

/* Fills muscle and n_muscle of a proposal whose labels are drawn, and takes refused labels out of its muscle map.
 * laid[v] = the code that the affine step alone would give, part[v] = the body's level there, counted from 1. Returns
 * FSC_OK, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_propose_check(fsc_proposal *proposal, const fsc_body_fit *fit, const fsc_channels *channels,
                                          const fsc_fatwater *maps, const uint8_t *laid, const uint8_t *part,
                                          const fsc_propose_limits *limits, fsc_error *err);

#endif
