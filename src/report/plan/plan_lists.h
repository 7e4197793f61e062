/* The plan for clinicians: the short form for a page that stands alone, and everything behind it. */
#ifndef FSC_REPORT_PLAN_LISTS_H
#define FSC_REPORT_PLAN_LISTS_H

#include "text.h"

#include <fascicle/plan.h>

/* What comes first: questions that hold the plan back, or regions, what is held back, the first steps, and follow-up.
 * Says so when there is no plan (NULL). */
void fsc_plan_short_add(fsc_text *out, const fsc_plan *plan);
/* What goes to a doctor beside the plan; nothing when there is nothing. */
void fsc_plan_refer_add(fsc_text *out, const fsc_plan *plan);
/* Every step with both sides of what is contested, exercises, specialist topics, and what nobody knows. */
void fsc_plan_full_add(fsc_text *out, const fsc_plan *plan);

#endif
