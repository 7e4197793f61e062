/* What a rule table may get wrong. */
#ifndef FSC_PLAN_RULES_CHECK_H
#define FSC_PLAN_RULES_CHECK_H

#include "rules.h"

/* Checks the rules that were read and puts them into the order in which they run. Returns as fsc_rules_read. */
FSC_MUST_USE fsc_status fsc_rules_check(fsc_rules *r, const char *what, fsc_error *err);

#endif
