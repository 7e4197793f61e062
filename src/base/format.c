#include "format.h"

#include "utf8.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The C locale for this thread only, until it is given back. glibc and musl keep it ready: nothing is allocated. */
typedef struct guard {
    locale_t c, before;
} guard;

static guard enter(void) {
    guard g = {newlocale(LC_ALL_MASK, "C", (locale_t)0), (locale_t)0};
    if (g.c) g.before = uselocale(g.c);
    return g;
}

static void leave(guard g) {
    if (!g.c) return;
    (void)uselocale(g.before);
    freelocale(g.c);
}

int fsc_vprint(char *out, size_t size, const char *fmt, va_list args) {
    const guard g = enter();
    const int n = vsnprintf(out, size, fmt, args);
    leave(g);
    return n;
}

int fsc_vformat(char *out, size_t size, const char *fmt, va_list args) {
    const int n = fsc_vprint(out, size, fmt, args);
    if (n < 0 || size == 0) return n;
    const size_t more = fsc_utf8_repair(out, size);
    return n + (int)more;
}

int fsc_format(char *out, size_t size, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const int n = fsc_vformat(out, size, fmt, args);
    va_end(args);
    return n;
}

double fsc_scan_number(const char *text, char **end) {
    const guard g = enter();
    const double value = strtod(text, end);
    leave(g);
    return value;
}

int fsc_scan_numbers(double *out, int n, const char *text, char between) {
    for (int i = 0; i < n; i++) {
        char *end;
        out[i] = fsc_scan_number(text, &end);
        if (end == text || !isfinite(out[i]) || *end != (i + 1 < n ? between : 0)) return 0;
        text = end + 1;
    }
    return 1;
}
