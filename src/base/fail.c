#include "fail.h"

#include "format.h"
#include "text.h"

#include <stdarg.h>
#include <string.h>

const char *fsc_status_text(fsc_status status) {
    switch (status) {
#define FSC_STATUS_CASE(name, value, text)                                                                             \
    case name: return text;
        FSC_STATUS_LIST(FSC_STATUS_CASE)
#undef FSC_STATUS_CASE
    }
    return "unknown status";
}

/* Longer than any reason and advice that we write, with a path of some length. */
enum { LONGEST = 8192, START_KEPT = 24 };

/* A line that does not fit began with a long path or word: its beginning and its end say more than its middle, and the
 * reason and the advice stand at the end. */
static void shorten(char *out, size_t size, const char *line) {
    static const char gap[] = "\xE2\x80\xA6";
    char head[START_KEPT + 1];
    fsc_copy_text(head, sizeof head, line);
    const size_t room = size - 1 - strlen(head) - (sizeof gap - 1), n = strlen(line);
    const char *tail = line + n - room;
    while ((*tail & 0xC0) == 0x80) tail++;
    (void)fsc_format(out, size, "%s%s%s", head, gap, tail);
}

fsc_status fsc_fail(fsc_error *err, fsc_status code, const char *fmt, ...) {
    if (!err || err->code != FSC_OK) return code;
    err->code = code;
    va_list args;
    va_start(args, fmt);
    char line[LONGEST];
    (void)fsc_vformat(line, sizeof line, fmt, args);
    va_end(args);
    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\r' || *c == '\t') *c = ' '; /* one line, whatever a name holds */
    if (strlen(line) < sizeof err->text)
        fsc_copy_text(err->text, sizeof err->text, line);
    else
        shorten(err->text, sizeof err->text, line);
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
