#include "fail.h"

#include <stdarg.h>
#include <stdio.h>

const char *fsc_status_text(fsc_status status) {
    switch (status) {
#define FSC_STATUS_CASE(name, value, text)                                                                             \
    case name: return text;
        FSC_STATUS_LIST(FSC_STATUS_CASE)
#undef FSC_STATUS_CASE
    }
    return "unknown status";
}

fsc_status fsc_fail(fsc_error *err, fsc_status code, const char *fmt, ...) {
    if (!err || err->code != FSC_OK) return code;
    err->code = code;
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}

fsc_status fsc_fail_nomem(fsc_error *err, const char *what) {
    return fsc_fail(err, FSC_E_NOMEM, "out of memory while %s", what);
}

fsc_status fsc_progress_step(const fsc_progress *progress, const char *stage, double fraction, fsc_error *err) {
    if (!progress || !progress->step) return FSC_OK;
    if (progress->step(progress->context, stage, fraction) == 0) return FSC_OK;
    return fsc_fail(err, FSC_E_CANCELLED, "cancelled during %s", stage);
}
