/* text: cut at letters, bad bytes said, the end of a long line kept, numbers alike in every locale. */
#include "../test.h"
#include "fail.h"
#include "format.h"
#include "table.h"
#include "text.h"
#include "utf8.h"

#include <locale.h>
#include <string.h>

static void a_text_is_cut_between_letters(void **state) {
    (void)state;
    char out[48];
    fsc_copy_text(out, sizeof out, "Société d'imagerie médicale du Grand-Est, Né");
    assert_true(fsc_utf8_valid(out));
    for (size_t size = 1; size < 20; size++) {
        (void)fsc_format(out, size, "%s", "ééé€€𝄞𝄞");
        assert_true(fsc_utf8_valid(out) && strlen(out) < size);
        fsc_copy_text(out, size, "a\xff\x01é\x1b€");
        assert_true(fsc_utf8_valid(out) && strlen(out) < size);
    }
    fsc_copy_text(out, sizeof out,
                  "a\xff"
                  "b\x1b");
    assert_string_equal(out, "a\xEF\xBF\xBD"
                             "b\xEF\xBF\xBD");
}

static void a_long_path_leaves_reason_and_advice(void **state) {
    (void)state;
    char path[4001];
    memset(path, 'p', sizeof path - 1);
    path[4000] = 0;
    fsc_error err = FSC_ERROR_INIT;
    (void)fsc_fail(&err, FSC_E_IO, "/start/%s: is truncated; copy it again", path);
    assert_non_null(strstr(err.text, "/start/"));
    assert_non_null(strstr(err.text, "is truncated; copy it again"));
}

static void numbers_are_alike_in_every_locale(void **state) {
    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "de_DE.utf8")) skip();
    char out[16];
    (void)fsc_format(out, sizeof out, "%.1f", 31.5);
    assert_string_equal(out, "31.5");
    assert_close(fsc_parse_number("31.5"), 31.5, 0);
    (void)setlocale(LC_ALL, "C");
}

static void missing_is_not_the_same_as_no_number(void **state) {
    (void)state;
    static const char text[] = "\xEF\xBB\xBFname\tpdff\na\t31.5\nb\tn/a\nc\t3O.5\nd\t31,5\n";
    FSC_AUTO_TABLE fsc_table table = {0};
    double value;
    assert_ok(fsc_table_parse(&table, text, sizeof text - 1, "t.tsv", &test_error));
    assert_string_equal(fsc_table_get(&table, 0, "name"), "a");
    assert_ok(fsc_table_read_number(&value, &table, 0, "pdff", "t.tsv", &test_error));
    assert_close(value, 31.5, 0);
    assert_ok(fsc_table_read_number(&value, &table, 1, "pdff", "t.tsv", &test_error));
    assert_true(isnan(value));
    assert_fails(fsc_table_read_number(&value, &table, 2, "pdff", "t.tsv", &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "row 3, column 'pdff': '3O.5'"));
    assert_fails(fsc_table_read_number(&value, &table, 3, "pdff", "t.tsv", &test_error), FSC_E_FORMAT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_is_cut_between_letters),
        cmocka_unit_test(a_long_path_leaves_reason_and_advice),
        cmocka_unit_test(numbers_are_alike_in_every_locale),
        cmocka_unit_test(missing_is_not_the_same_as_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
