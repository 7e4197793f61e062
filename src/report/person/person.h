/* The page for the person: two printed pages in plain words, no model, no z, no bare percentages. */
#ifndef FSC_REPORT_PERSON_H
#define FSC_REPORT_PERSON_H

#include "case.h"
#include "text.h"

FSC_MUST_USE fsc_status fsc_person_add(fsc_text *out, const fsc_case *c, fsc_error *err);

#endif
