#include "text.h"

#include "alloc.h"
#include "format.h"
#include "utf8.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int reserve(fsc_text *text, size_t more) {
    if (text->failed) return 0;
    const size_t need = text->length + more + 1;
    if (need <= text->capacity) return 1;
    size_t capacity = text->capacity ? text->capacity : 256;
    while (capacity < need) capacity *= 2;
    char *data = fsc_grow(text->data, (int64_t)text->length + (text->data ? 1 : 0), (int64_t)capacity, 1);
    if (!data) {
        text->failed = 1;
        return 0;
    }
    text->data = data;
    text->capacity = capacity;
    return 1;
}

void fsc_text_add_n(fsc_text *text, const char *bytes, size_t n) {
    if (!reserve(text, n)) return;
    memcpy(text->data + text->length, bytes, n);
    text->length += n;
    text->data[text->length] = 0;
}

void fsc_text_add(fsc_text *text, const char *string) {
    fsc_text_add_n(text, string, strlen(string));
}

void fsc_text_printf(fsc_text *text, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const int n = fsc_vprint(NULL, 0, fmt, args);
    va_end(args);
    if (n < 0 || !reserve(text, (size_t)n)) {
        text->failed = 1;
        return;
    }
    va_start(args, fmt);
    (void)fsc_vprint(text->data + text->length, (size_t)n + 1, fmt, args);
    va_end(args);
    text->length += (size_t)n;
}

void fsc_text_add_html(fsc_text *text, const char *string) {
    for (const char *c = string; *c; c++) {
        switch (*c) {
        case '&': fsc_text_add(text, "&amp;"); break;
        case '<': fsc_text_add(text, "&lt;"); break;
        case '>': fsc_text_add(text, "&gt;"); break;
        case '"': fsc_text_add(text, "&quot;"); break;
        case '\'': fsc_text_add(text, "&#39;"); break;
        default: {
            const size_t n = fsc_utf8_letter(c);
            fsc_text_add_n(text, n ? c : "\xEF\xBF\xBD", n ? n : 3);
            c += n > 1 ? n - 1 : 0;
        }
        }
    }
}

void fsc_text_add_number(fsc_text *text, const char *fmt, double value) {
    if (!isfinite(value)) {
        fsc_text_add(text, "n/a");
        return;
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    fsc_text_printf(text, fmt, value);
#pragma GCC diagnostic pop
}

void fsc_text_free(fsc_text *text) {
    if (!text) return;
    fsc_free(text->data);
    memset(text, 0, sizeof *text);
}

void fsc_copy_text(char *dst, size_t size, const char *src) {
    (void)fsc_utf8_copy(dst, size, src);
}
