/* Who and when: the lines under a page's title, and the stop that replaces everything else. */
#ifndef FSC_REPORT_WHO_H
#define FSC_REPORT_WHO_H

#include "case.h"
#include "text.h"

/* Dates of scan and exam, age, sex; for the clinic and research also what the person reports. */
void fsc_who_add(fsc_text *out, const fsc_case *c, fsc_reader reader);
/* "200 days", "7 months", "2 years": how long ago, as people say it. */
void fsc_who_add_span(fsc_text *out, double days);

#endif
