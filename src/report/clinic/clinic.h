/* The page for the clinic: one printed page that stands alone, with the details folded behind it. */
#ifndef FSC_REPORT_CLINIC_H
#define FSC_REPORT_CLINIC_H

#include "case.h"
#include "text.h"

FSC_MUST_USE fsc_status fsc_clinic_add(fsc_text *out, const fsc_case *c, fsc_error *err);

#endif
