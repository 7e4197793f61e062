/* Case: what all pages of one person are made from: the input, laid out, with its findings. */
#ifndef FSC_REPORT_CASE_H
#define FSC_REPORT_CASE_H

#include "findings.h"
#include "sheet.h"

#include <fascicle/report.h>

typedef struct fsc_case {
    const fsc_report_input *input; /* borrowed */
    fsc_sheet sheet;
    fsc_findings findings;
} fsc_case;

/* Returns FSC_OK, FSC_E_ARG (neither maps nor measures nor a record), FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_case_make(fsc_case *out, const fsc_report_input *input, fsc_error *err);
void fsc_case_free(fsc_case *c);
#define FSC_AUTO_CASE __attribute__((cleanup(fsc_case_free)))

#endif
