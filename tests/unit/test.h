/* cmocka with the headers it needs, in their order, and the checks the unit tests share. */
#ifndef FSC_TEST_H
#define FSC_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fascicle/status.h>
#include <math.h>
#include <stdio.h>

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

/* Pass &test_error as the err argument of the call under test. */
static fsc_error test_error __attribute__((unused));

#endif
