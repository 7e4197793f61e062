/* The page for research: every value, comparison, source and model statement, with a list of contents. */
#ifndef FSC_REPORT_RESEARCH_H
#define FSC_REPORT_RESEARCH_H

#include "case.h"
#include "text.h"

FSC_MUST_USE fsc_status fsc_research_add(fsc_text *out, const fsc_case *c, fsc_error *err);

#endif
