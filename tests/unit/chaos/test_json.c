/* Tokens of every length around the sizes of jansson's buffer, with each allocation failing once: the text is read or
 * memory was out, and the program goes on. */
#include "../test.h"
#include "fail.h"
#include "json.h"

#include <stdio.h>
#include <string.h>

static void tokens_of_every_length(void **state) {
    (void)state;
    for (int length = 1; length < 140; length++) {
        char text[256], word[160];
        memset(word, 'x', sizeof word);
        word[length] = 0;
        (void)snprintf(text, sizeof text, "{\"a\": \"%s\"}", word);
        for (int64_t n = -1, counted = 0; n < counted; n++) { /* first none fails */
            fsc_json *value = NULL;
            fsc_error err = FSC_ERROR_INIT;
            fail_start(n);
            const fsc_status status = fsc_json_parse(&value, text, strlen(text), "text", &err);
            const int64_t now = fail_stop();
            if (n < 0) counted = now;
            if (status == FSC_OK)
                assert_string_equal(fsc_json_string(fsc_json_get(value, "a")), word);
            else
                assert_int_equal(status, FSC_E_NOMEM);
            fsc_json_free(value);
            assert_int_equal(fail_kept(), 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(tokens_of_every_length)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
