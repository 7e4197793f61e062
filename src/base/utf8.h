/* UTF-8: where letters begin and end, and text of strangers made fit to be shown. */
#ifndef FSC_BASE_UTF8_H
#define FSC_BASE_UTF8_H

#include <stddef.h>

/* Bytes of the letter at text (1 to 4; text is 0-terminated), 0 when none that may stand in a text begins there: bad
 * UTF-8, and control characters other than tab and line end, which neither XML nor a terminal should get. */
size_t fsc_utf8_letter(const char *text);
/* Non-zero when the whole text is UTF-8 (control characters are). */
int fsc_utf8_valid(const char *text);
/* Bytes of the byte order mark that text begins with: 3 or 0. */
size_t fsc_utf8_mark(const char *text, size_t length);
/* Copies src into dst, each bad byte as U+FFFD, cut after the last letter that fits; always terminated. Returns the
 * number of bytes replaced. */
size_t fsc_utf8_copy(char *dst, size_t size, const char *src);
/* The same in place, for a text that may have been cut inside a letter when it fills size. Returns the bytes by which
 * the text grew. */
size_t fsc_utf8_repair(char *text, size_t size);

#endif
