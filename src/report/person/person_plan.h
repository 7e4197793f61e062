/* What to do first: the plan in the person's words, with the drawings of its exercises. */
#ifndef FSC_REPORT_PERSON_PLAN_H
#define FSC_REPORT_PERSON_PLAN_H

#include "statements.h"
#include "text.h"

#include <fascicle/plan.h>

/* plan may be NULL: then it is said that there is none, and why. */
FSC_MUST_USE fsc_status fsc_person_plan_add(fsc_text *out, const fsc_plan *plan, const fsc_statements *said,
                                            fsc_error *err);

#endif
