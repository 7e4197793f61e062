/* What a reader sees of a page: its text without markup, and how hard the running text is to read. */
#ifndef FSC_TEST_REPORT_READING_H
#define FSC_TEST_REPORT_READING_H

#include "text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* The text between the tags, without the style sheet; a blank for every tag. Free with fsc_text_free. */
static inline fsc_text visible_text(const char *page) {
    fsc_text out = {0};
    const char *body = strstr(page, "<body");
    for (const char *c = body ? body : page; *c; c++) {
        if (*c == '<') {
            while (*c && *c != '>') c++;
            fsc_text_add(&out, " ");
            if (!*c) break;
        } else {
            fsc_text_add_n(&out, c, 1);
        }
    }
    return out;
}

/* Where word stands in text as a word or words of their own, in any case; NULL when it does not. */
static inline const char *find_words(const char *text, const char *word) {
    const size_t n = strlen(word);
    for (const char *c = text; *c; c++)
        if (strncasecmp(c, word, n) == 0 && (c == text || !isalpha((unsigned char)c[-1])) &&
            !isalpha((unsigned char)c[n]))
            return c;
    return NULL;
}

typedef struct reading {
    int words, sentences, syllables, longest; /* longest: words of the longest sentence */
} reading;

static inline int is_vowel(int c) {
    return c != 0 && strchr("aeiouyAEIOUY", c) != NULL;
}

/* Groups of vowels; an e that ends a word is silent, as is the one of -ed and -es after most letters; every digit
 * counts as one ("100", "one hundred"). */
static inline int syllables_of(const char *word, size_t n) {
    int count = 0, digits = 0;
    for (size_t k = 0; k < n; k++) {
        digits += isdigit((unsigned char)word[k]) != 0;
        count += is_vowel(word[k]) && (k == 0 || !is_vowel(word[k - 1]));
    }
    const size_t last = n - 1;
    if (count > 1 && (word[last] == 'e') && !(n > 2 && word[last - 1] == 'l' && !is_vowel(word[last - 2]))) count--;
    if (count > 1 && n > 3 && word[last] == 'd' && word[last - 1] == 'e' && !strchr("td", word[last - 2])) count--;
    if (count > 1 && n > 3 && word[last] == 's' && word[last - 1] == 'e' && !strchr("scxzgh", word[last - 2])) count--;
    return (count > 0 ? count : digits ? 0 : 1) + digits;
}

/* Adds one paragraph: its end ends a sentence, whatever its last sign is. */
static inline void read_paragraph(reading *r, const char *text, size_t n) {
    int words = 0;
    for (size_t k = 0; k < n;) {
        size_t end = k;
        while (end < n && (isalnum((unsigned char)text[end]) || text[end] == '-' || text[end] == '\'' ||
                           (unsigned char)text[end] >= 0x80))
            end++;
        if (end > k) {
            r->words++, words++;
            r->syllables += syllables_of(text + k, end - k);
            k = end;
            continue;
        }
        const int stop = strchr(".!?", text[k]) && (k + 1 == n || isspace((unsigned char)text[k + 1]));
        if (stop && words) {
            r->sentences++;
            if (words > r->longest) r->longest = words;
            words = 0;
        }
        k++;
    }
    if (!words) return;
    r->sentences++;
    if (words > r->longest) r->longest = words;
}

/* The running text of a page: its paragraphs, list items and picture captions. */
static inline reading read_page(const char *page) {
    reading r = {0};
    static const char *const open[] = {"<p>", "<li>", "<figcaption>"};
    static const char *const close[] = {"</p>", "</li>", "</figcaption>"};
    for (size_t k = 0; k < 3; k++)
        for (const char *c = strstr(page, open[k]); c; c = strstr(c, open[k])) {
            const char *end = strstr(c, close[k]);
            char block[4096];
            size_t n = 0;
            for (const char *t = c; t < end && n + 1 < sizeof block; t++) {
                if (*t == '<')
                    while (*t != '>') t++;
                else
                    block[n++] = *t;
            }
            read_paragraph(&r, block, n);
            c = end;
        }
    return r;
}

/* School grade after Flesch and Kincaid. */
static inline double grade_of(const reading *r) {
    return 0.39 * r->words / r->sentences + 11.8 * r->syllables / r->words - 15.59;
}

#endif
