#include "case.h"

#include "fail.h"

#include <string.h>

fsc_status fsc_case_make(fsc_case *out, const fsc_report_input *input, fsc_error *err) {
    memset(out, 0, sizeof *out);
    if (!input || (!input->fatwater && !input->measures && !input->map))
        return fsc_fail(err, FSC_E_ARG, "the report needs maps, measures or a record: none was given");
    out->input = input;
    FSC_TRY(fsc_sheet_make(&out->sheet, input, err));
    return fsc_findings_make(&out->findings, &out->sheet, err);
}

void fsc_case_free(fsc_case *c) {
    fsc_findings_free(&c->findings);
    fsc_sheet_free(&c->sheet);
}
