#include "utf8.h"

#include <string.h>

static const char replacement[] = "\xEF\xBF\xBD";

/* Bytes of the well-formed sequence at text, 0 when there is none (RFC 3629: no surrogates, nothing overlong). */
static size_t sequence(const unsigned char *t) {
    if (t[0] < 0x80) return 1;
    const size_t n = t[0] >= 0xC2 && t[0] <= 0xDF   ? 2
                     : (t[0] & 0xF0) == 0xE0        ? 3
                     : t[0] >= 0xF0 && t[0] <= 0xF4 ? 4
                                                    : 0;
    for (size_t i = 1; i < n; i++)
        if ((t[i] & 0xC0) != 0x80) return 0;
    if ((t[0] == 0xE0 && t[1] < 0xA0) || (t[0] == 0xED && t[1] > 0x9F)) return 0;
    if ((t[0] == 0xF0 && t[1] < 0x90) || (t[0] == 0xF4 && t[1] > 0x8F)) return 0;
    return n;
}

size_t fsc_utf8_letter(const char *text) {
    const unsigned char *t = (const unsigned char *)text;
    if ((t[0] < 0x20 && t[0] != '\t' && t[0] != '\n' && t[0] != '\r') || t[0] == 0x7F) return 0;
    if (t[0] == 0xC2 && t[1] >= 0x80 && t[1] <= 0x9F) return 0; /* the other control characters */
    const int no_character = t[0] == 0xEF && t[1] == 0xBF && (t[2] == 0xBE || t[2] == 0xBF);
    return no_character ? 0 : sequence(t);
}

int fsc_utf8_valid(const char *text) {
    for (size_t n; *text; text += n)
        if ((n = sequence((const unsigned char *)text)) == 0) return 0;
    return 1;
}

size_t fsc_utf8_mark(const char *text, size_t length) {
    return length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

size_t fsc_utf8_copy(char *dst, size_t size, const char *src) {
    size_t used = 0, replaced = 0;
    while (*src) {
        const size_t n = fsc_utf8_letter(src), width = n ? n : sizeof replacement - 1;
        if (used + width >= size) break;
        memcpy(dst + used, n ? src : replacement, width);
        used += width;
        src += n ? n : 1;
        replaced += n == 0;
    }
    dst[used] = 0;
    return replaced;
}

/* Whether the bytes at the end are the beginning of a letter whose rest is missing. */
static size_t cut_letter(const char *text, size_t n) {
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        const unsigned char lead = (unsigned char)text[n - back];
        if ((lead & 0xC0) == 0x80) continue;
        const size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
        return whole > back ? back : 0;
    }
    return 0;
}

size_t fsc_utf8_repair(char *text, size_t size) {
    size_t n = strlen(text);
    if (n + 1 == size) text[n -= cut_letter(text, n)] = 0;
    size_t grown = 0;
    for (char *at = text; *at;) {
        size_t width = fsc_utf8_letter(at);
        if (width == 0) {
            width = sizeof replacement - 1;
            const size_t before = (size_t)(at - text), rest = n - before - 1;
            if (before + width >= size) {
                *at = 0;
                break;
            }
            const size_t kept = before + width + rest < size ? rest : size - 1 - before - width;
            memmove(at + width, at + 1, kept);
            memcpy(at, replacement, width);
            n = before + width + kept;
            text[n] = 0;
            if (kept < rest) text[n -= cut_letter(text, n)] = 0;
            grown += width - 1;
        }
        at += width;
    }
    return grown;
}
