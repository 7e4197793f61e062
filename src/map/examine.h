/* The parts of an exam that its reader, the red flags, the questions and the plan share. */
#ifndef FSC_MAP_EXAMINE_H
#define FSC_MAP_EXAMINE_H

#include "condition.h"
#include "json.h"
#include "table.h"

#include <fascicle/exam.h>

/* Everything missing; exam's lists must be empty. */
void fsc_exam_clear(fsc_exam *exam);
/* Fills an exam from an object that has passed the schema, or the other way round. The answers of questions.tsv that
 * are null are left out. Return FSC_OK, FSC_E_NOMEM; the JSON is NULL when memory is out. */
FSC_MUST_USE fsc_status fsc_exam_take(fsc_exam *exam, const fsc_json *object, fsc_error *err);
fsc_json *fsc_exam_json(const fsc_exam *exam);
void fsc_exam_free_lists(fsc_exam *exam);

/* As fsc_exam_parse, from an object that has not been checked yet. what names it in errors. */
FSC_MUST_USE fsc_status fsc_exam_from_json(fsc_exam **out, const fsc_json *object, const char *what, fsc_error *err);

/* Answers that cannot all be true, and muscles that nobody knows. Returns FSC_OK, FSC_E_RANGE. */
FSC_MUST_USE fsc_status fsc_exam_check(const fsc_exam *exam, const char *what, fsc_error *err);

/* Fills the trigger points, scales, red_flag, n_stop, n_now_* and cord_signs. Returns FSC_OK, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_exam_judge(fsc_exam *exam, fsc_error *err);

/* The names that conditions over an exam may use (doc/equations/plan.md), and one exam's values of them; value holds
 * as many as fsc_exam_names added. Return FSC_OK, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_exam_names(fsc_vocabulary *v, fsc_error *err);
FSC_MUST_USE fsc_status fsc_exam_values(fsc_value *value, const fsc_exam *exam, fsc_error *err);
/* The words of "wants" and of "treatments[].kind", ended by NULL. */
extern const char *const fsc_exam_wishes[], *const fsc_exam_treatment_kinds[];

/* Days after which something that neither came anew nor worsens is old (facts F112, F145: "stable over months"; the
 * number is our choice). */
#define FSC_EXAM_OLD_DAYS 84.0

/* The red flags that hold for these values, stops first, the most urgent first; *out is owned (fsc_free). */
FSC_MUST_USE fsc_status fsc_triage(fsc_red_flag **out, int32_t *n, int32_t *n_stop, const fsc_vocabulary *v,
                                   const fsc_value *value, fsc_error *err);

#endif
