/* From measured parts to the rows of the table. */
#ifndef FSC_MEASURE_ROWS_H
#define FSC_MEASURE_ROWS_H

#include "site_part.h"

#include <fascicle/measure.h>

/* |water + fat| / noise of a voxel; NaN where one of them is not known. */
double fsc_voxel_snr(const fsc_fatwater *fatwater, int64_t at);

/* Appends all rows to out (rows of sites, of whole muscles, of bones). */
FSC_MUST_USE fsc_status fsc_rows_make(fsc_measures *out, const fsc_voxels *voxels, const fsc_progress *progress,
                                      fsc_error *err);

#endif
