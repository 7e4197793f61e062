/* What follows from an exam by the tables of data/: red flags and places on scales. */
#ifndef FSC_MAP_EXAMINE_H
#define FSC_MAP_EXAMINE_H

#include "json.h"

#include <fascicle/exam.h>

/* Fills red_flag, n_red_flag_*, cord_signs and scale, and the trigger points, from the answers. answers is the
 * red_flags object of exam.json (may be NULL). Returns FSC_OK, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_exam_judge(fsc_exam *exam, const fsc_json *answers, fsc_error *err);

/* The exam in the shape of exam.json; the answers to red flags as given. */
fsc_json *fsc_exam_json(const fsc_exam *exam);
/* Fills an exam from an object that has passed the schema. what names it in errors. */
FSC_MUST_USE fsc_status fsc_exam_from_json(fsc_exam **out, const fsc_json *object, const char *what, fsc_error *err);

#endif
