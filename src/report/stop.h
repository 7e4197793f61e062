/* Stop: a positive red flag stands alone on every page. */
#ifndef FSC_REPORT_STOP_H
#define FSC_REPORT_STOP_H

#include "case.h"
#include "text.h"

/* Non-zero when the record says stop. */
int fsc_stop_holds(const fsc_report_input *input);
/* What was answered, what to do and, but for the person, where that is written. */
FSC_MUST_USE fsc_status fsc_stop_add(fsc_text *out, const fsc_case *c, fsc_reader reader, fsc_error *err);

#endif
