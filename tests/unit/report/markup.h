/* A strict reader of markup for tests: every tag closed in order, attributes quoted and unique ids, no bare & or <. */
#ifndef FSC_TEST_REPORT_MARKUP_H
#define FSC_TEST_REPORT_MARKUP_H

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MARKUP_DEPTH 64

static inline size_t markup_name(const char *c) {
    size_t n = 0;
    while (isalnum((unsigned char)c[n]) || c[n] == '-' || c[n] == ':') n++;
    return n;
}

/* Past an attribute list; NULL when it is malformed. */
static inline const char *markup_attributes(const char *c) {
    for (;;) {
        const int blank = isspace((unsigned char)*c);
        while (isspace((unsigned char)*c)) c++;
        if (*c == '>' || (c[0] == '/' && c[1] == '>') || (c[0] == '?' && c[1] == '>')) return c;
        const size_t n = markup_name(c);
        if (!blank || n == 0 || c[n] != '=' || c[n + 1] != '"') return NULL;
        c += n + 2;
        while (*c && *c != '"' && *c != '<') c++;
        if (*c != '"') return NULL;
        c++;
    }
}

static inline int markup_entity(const char *c) {
    static const char *const known[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#173;"};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strncmp(c, known[k], strlen(known[k])) == 0) return 1;
    return 0;
}

/* NULL when text is well formed, else what is wrong and where. */
static inline const char *markup_fault(const char *text) {
    static char fault[160];
    const char *open[MARKUP_DEPTH];
    size_t length[MARKUP_DEPTH];
    int depth = 0;
    const char *c = text;
    while (*c) {
        if (*c == '&' && !markup_entity(c)) return snprintf(fault, sizeof fault, "bare & at: %.60s", c), fault;
        if (*c != '<') {
            c++;
            continue;
        }
        if (c[1] == '!' || c[1] == '?') {
            while (*c && *c != '>') c++;
            c++;
            continue;
        }
        const int closing = c[1] == '/';
        const char *name = c + 1 + closing;
        const size_t n = markup_name(name);
        if (n == 0) return snprintf(fault, sizeof fault, "bare < at: %.60s", c), fault;
        if (closing) {
            if (depth == 0 || length[depth - 1] != n || strncmp(open[depth - 1], name, n) != 0 || name[n] != '>')
                return snprintf(fault, sizeof fault, "wrong closing tag: %.60s", c), fault;
            depth--;
            c = name + n + 1;
            continue;
        }
        const char *end = markup_attributes(name + n);
        if (!end) return snprintf(fault, sizeof fault, "malformed tag: %.60s", c), fault;
        if (*end == '/') {
            c = end + 2;
            continue;
        }
        if (depth == MARKUP_DEPTH) return "tags nested too deep";
        open[depth] = name, length[depth++] = n;
        c = end + 1;
    }
    if (depth) return snprintf(fault, sizeof fault, "not closed: %.60s", open[depth - 1]), fault;
    return NULL;
}

#endif
