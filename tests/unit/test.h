/* cmocka with the headers it needs, in their order, and the checks the unit tests share. */
#ifndef FSC_TEST_H
#define FSC_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fascicle/status.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The call must succeed; prints the library's own line when it does not. */
#define assert_ok(call)                                                                                                \
    do {                                                                                                               \
        fsc_error *fsc_test_err = &test_error;                                                                         \
        *fsc_test_err = (fsc_error){0};                                                                                \
        if ((call) != FSC_OK) fail_msg("%s: %s", #call, fsc_test_err->text);                                           \
    } while (0)
/* The call must fail with code; its words stay in test_error. */
#define assert_fails(call, expected)                                                                                   \
    do {                                                                                                               \
        test_error = (fsc_error){0};                                                                                   \
        assert_int_equal((call), (expected));                                                                          \
        assert_int_equal(test_error.code, (expected));                                                                 \
    } while (0)
#define assert_close(a, b, tolerance)                                                                                  \
    do {                                                                                                               \
        const double fsc_a = (a), fsc_b = (b);                                                                         \
        if (!(fabs(fsc_a - fsc_b) <= (tolerance))) fail_msg("%s = %.9g, expected %.9g", #a, fsc_a, fsc_b);             \
    } while (0)

/* A host program has its own locale, and the library must not mind: scripts/check runs one variant in German. What the
 * tests themselves print and read stays in C. */
__attribute__((constructor)) static void fsc_test_locale(void) {
    (void)setlocale(LC_ALL, "");
}
#define FSC_TEST_IN_C(type, call)                                                                                      \
    do {                                                                                                               \
        const locale_t fsc_c = newlocale(LC_ALL_MASK, "C", (locale_t)0), fsc_before = uselocale(fsc_c);                \
        const type fsc_result = (call);                                                                                \
        (void)uselocale(fsc_before);                                                                                   \
        freelocale(fsc_c);                                                                                             \
        return fsc_result;                                                                                             \
    } while (0)
__attribute__((format(printf, 3, 4), unused)) static int fsc_test_snprintf(char *to, size_t size, const char *fmt,
                                                                           ...) {
    va_list args;
    va_start(args, fmt);
    FSC_TEST_IN_C(int, vsnprintf(to, size, fmt, args)); /* va_end: nothing to undo on our platforms */
}
__attribute__((format(printf, 2, 3), unused)) static int fsc_test_fprintf(FILE *to, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    FSC_TEST_IN_C(int, vfprintf(to, fmt, args));
}
__attribute__((unused)) static double fsc_test_strtod(const char *text, char **end) {
    FSC_TEST_IN_C(double, strtod(text, end));
}
#undef snprintf /* a macro itself where copies are guarded */
#undef fprintf
#define snprintf fsc_test_snprintf
#define fprintf fsc_test_fprintf
#define strtod fsc_test_strtod

/* Pass &test_error as the err argument of the call under test. */
static fsc_error test_error __attribute__((unused));

#endif
