/* Numbers and words as text, written and read alike in every locale of the program around us. */
#ifndef FSC_BASE_FORMAT_H
#define FSC_BASE_FORMAT_H

#include <fascicle/status.h>
#include <stdarg.h>
#include <stddef.h>

/* vsnprintf in the C locale: a decimal point is a point. Returns as it does; nothing is cut or replaced. */
int fsc_vprint(char *out, size_t size, const char *fmt, va_list args) FSC_PRINTF(3, 0);
/* As snprintf, in the C locale; bad UTF-8 and control characters become U+FFFD, and a text that does not fit is cut
 * after a letter. Returns the bytes that were wanted: as much as size or more tells of a cut. */
int fsc_format(char *out, size_t size, const char *fmt, ...) FSC_PRINTF(3, 4);
int fsc_vformat(char *out, size_t size, const char *fmt, va_list args) FSC_PRINTF(3, 0);
/* strtod in the C locale. */
double fsc_scan_number(const char *text, char **end);
/* Non-zero when text is n finite numbers parted by that letter, and nothing else. */
int fsc_scan_numbers(double *out, int n, const char *text, char between);

#endif
