/* A growing text buffer whose failure sticks, and escapes for the formats we write. */
#ifndef FSC_BASE_TEXT_H
#define FSC_BASE_TEXT_H

#include <fascicle/status.h>
#include <stddef.h>

/* Zero-initialise. data is 0-terminated once anything was added. failed is set when memory ran out: check once. */
typedef struct fsc_text {
    char *data;
    size_t length;
    size_t capacity;
    int failed;
} fsc_text;

void fsc_text_add(fsc_text *text, const char *string);
void fsc_text_add_n(fsc_text *text, const char *bytes, size_t n);
void fsc_text_printf(fsc_text *text, const char *fmt, ...) FSC_PRINTF(2, 3);
/* string with & < > " ' made safe for HTML and SVG text and attributes; what is no letter becomes U+FFFD. */
void fsc_text_add_html(fsc_text *text, const char *string);
/* value printed with fmt ("%.3f"), or "n/a" when it is not finite. */
void fsc_text_add_number(fsc_text *text, const char *fmt, double value) FSC_PRINTF(2, 0);
void fsc_text_free(fsc_text *text);
static inline void fsc_text_cleanup(fsc_text *text) {
    fsc_text_free(text);
}
/* FSC_AUTO_TEXT fsc_text page = {0}; */
#define FSC_AUTO_TEXT __attribute__((cleanup(fsc_text_cleanup)))

/* Copies src into a fixed array, cut after the last letter that fits; bad UTF-8 and control characters become U+FFFD;
 * always terminated. */
void fsc_copy_text(char *dst, size_t size, const char *src);

#endif
