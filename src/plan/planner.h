/* The planner's parts: tables read once, and the steps from answers to a plan. */
#ifndef FSC_PLAN_PLANNER_H
#define FSC_PLAN_PLANNER_H

#include "json.h"
#include "text.h"

#include <fascicle/plan.h>

/* One item more in an owned array; NULL when memory is out. */
void *fsc_plan_grow(void **items, int32_t *n, size_t size);

fsc_json *fsc_plan_json(const fsc_plan *plan);
/* Reminders of the home programme as iCalendar; says nothing about health. */
void fsc_plan_calendar(fsc_text *out, const fsc_plan *plan);

#endif
