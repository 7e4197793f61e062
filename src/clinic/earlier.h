/* Earlier: what a report keeps of its scan and sites so that a later visit can be compared with it, and its reading. */
#ifndef FSC_CLINIC_EARLIER_H
#define FSC_CLINIC_EARLIER_H

#include "objects.h"

/* How the record begins, in a text item of the report. */
#define FSC_EARLIER_MARK "{\"fascicle\": "

/* One line of JSON: acquisition and the rows of single sites, nothing of the person and nothing of an exam. */
FSC_MUST_USE fsc_status fsc_earlier_print(fsc_text *out, const fsc_objects *o, fsc_error *err);
/* The record as a map without exam and norms. *out is owned. Returns FSC_OK, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_earlier_parse(fsc_map **out, const char *text, const char *day, const char *participant,
                                          fsc_error *err);

#endif
