/* How the library's own code reports and passes on errors. */
#ifndef FSC_BASE_FAIL_H
#define FSC_BASE_FAIL_H

#include <fascicle/status.h>

/* Writes code and one formatted line into err (may be NULL) unless err already holds a failure; returns code. */
fsc_status fsc_fail(fsc_error *err, fsc_status code, const char *fmt, ...) FSC_PRINTF(3, 4);
/* fsc_fail(err, FSC_E_NOMEM, "out of memory while <what>"). */
fsc_status fsc_fail_nomem(fsc_error *err, const char *what);

/* Returns from the enclosing function when call did not return FSC_OK. */
#define FSC_TRY(call)                                                                                                  \
    do {                                                                                                               \
        const fsc_status fsc_try_status = (call);                                                                      \
        if (fsc_try_status != FSC_OK) return fsc_try_status;                                                           \
    } while (0)

/* Calls a progress callback that may be NULL; FSC_E_CANCELLED when it asks to stop. */
fsc_status fsc_progress_step(const fsc_progress *progress, const char *stage, double fraction, fsc_error *err);

#endif
