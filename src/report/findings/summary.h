/* The findings in a clinician's words: each with its numbers, then what was not judged and not compared. */
#ifndef FSC_REPORT_SUMMARY_H
#define FSC_REPORT_SUMMARY_H

#include "case.h"
#include "text.h"

/* A numbered list of at most limit findings; one sentence when there is none. */
void fsc_summary_findings_add(fsc_text *out, const fsc_case *c, int32_t limit);
/* Highest and lowest site, pairs, sites left out, muscles that no reference group fits, comparisons that are a hint
 * only (pools of levels; an asterisk marks another method): one paragraph each. */
void fsc_summary_rest_add(fsc_text *out, const fsc_case *c);
/* What the examiner felt, place by place, and whether it was measured there; nothing without palpation. */
void fsc_summary_felt_add(fsc_text *out, const fsc_case *c);

#endif
