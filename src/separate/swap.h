/* How likely fat and water are exchanged: for one block against its neighbours, and for a whole connected region
 * against its own evidence, because a region that agrees with itself can still be wrong as a whole. */
#ifndef FSC_SEPARATE_SWAP_H
#define FSC_SEPARATE_SWAP_H

#include "fieldmap.h"

/* Exchanges whole regions, joined through blocks of good signal, whose summed evidence is clearly better one fat shift
 * away once steps across weak walls are free. n_exchanged: blocks that moved. Comes after the cut. */
FSC_MUST_USE fsc_status fsc_swap_exchange(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int64_t *n_exchanged,
                                          fsc_error *err);
/* Fills blocks->swap from each block's own evidence and its neighbours, without regions. FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_swap_alone(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, fsc_error *err);
/* Fills blocks->swap from the chosen fields. FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_swap_estimate(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, fsc_error *err);

#endif
