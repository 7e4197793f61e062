/* Program: another program run to its end: found on PATH, started without a shell, its output kept for the error line.
 */
#ifndef FSC_BASE_PROGRAM_H
#define FSC_BASE_PROGRAM_H

#include "text.h"

#include <fascicle/status.h>
#include <stddef.h>

/* Looks name up in PATH, unless it is a path itself. Non-zero when it can be run; path then holds where. */
int fsc_program_find(char *path, size_t size, const char *name);

/* Runs argv[0] (a path; argv ends with NULL) with nothing on its input and waits for it. What it prints, on both
 * outputs together, is appended to output (may be NULL); limit_s > 0 ends it after so many seconds.
 * Returns FSC_OK when it ended with 0; FSC_E_IO (it cannot be started, ended with another code, by a signal, or was
 * late: the line holds the last thing it said); FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_program_run(char *const argv[], double limit_s, fsc_text *output, fsc_error *err);
/* The same, asking the caller all the while whether to go on: what the program said last is the stage, the fraction is
 * not known (NaN). FSC_E_CANCELLED: it and its children were ended. */
FSC_MUST_USE fsc_status fsc_program_watch(char *const argv[], double limit_s, const fsc_progress *progress,
                                          fsc_text *output, fsc_error *err);

#endif
