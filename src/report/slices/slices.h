/* Slice pictures: the anatomy in grey with outlines, and the fat map in colour beside it. */
#ifndef FSC_REPORT_SLICES_H
#define FSC_REPORT_SLICES_H

#include "sheet.h"
#include "text.h"

#include <fascicle/report.h>

/* Appends the figures, or nothing when there is no map. */
FSC_MUST_USE fsc_status fsc_slices_add(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet,
                                       fsc_error *err);

#endif
