/* From measured parts to the rows of the table. */
#ifndef FSC_MEASURE_ROWS_H
#define FSC_MEASURE_ROWS_H

#include "kept.h"

#include <fascicle/measure.h>

/* |water + fat| / noise of a voxel; NaN where one of them is not known. */
double fsc_voxel_snr(const fsc_fatwater *fatwater, int64_t at);

/* Appends all rows to out (rows of sites, of whole muscles, of bones). kept (may be NULL) gives what is as it was and
 * takes voxels' content over. */
FSC_MUST_USE fsc_status fsc_rows_make(fsc_measures *out, fsc_voxels *voxels, fsc_measure_kept *kept,
                                      const fsc_progress *progress, fsc_error *err);

#endif
