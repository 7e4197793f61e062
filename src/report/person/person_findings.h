/* What stands out, told to the person: the findings as sentences of data/report/person.tsv. */
#ifndef FSC_REPORT_PERSON_FINDINGS_H
#define FSC_REPORT_PERSON_FINDINGS_H

#include "case.h"
#include "statements.h"

/* Each finding, or that nothing stood out; then what could not be compared and what was not judged. */
void fsc_person_findings_add(fsc_text *out, const fsc_case *c, const fsc_statements *said);
/* What the person and the examiner said. */
void fsc_person_told_add(fsc_text *out, const fsc_case *c, const fsc_statements *said);

#endif
