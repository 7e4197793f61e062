/* words: one rule for percentiles, sites and sentences. */
#include "../test.h"
#include "alloc.h"
#include "words.h"

#include <string.h>

static void a_percentile_never_reads_0_or_100(void **state) {
    (void)state;
    char text[FSC_WORDS_PERCENTILE_MAX];
    const struct {
        double percentile;
        const char *text;
    } row[] = {{0, "less than 1"},   {0.99, "less than 1"}, {1, "1"}, {50.4, "50"}, {98.4, "98"},
               {99, "more than 99"}, {100, "more than 99"}};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        fsc_words_percentile(text, row[i].percentile);
        assert_string_equal(text, row[i].text);
    }
}

static void a_site_reads_as_people_say_it(void **state) {
    (void)state;
    char text[96];
    fsc_place place = fsc_place_of("multifidus", "L5", FSC_SIDE_LEFT);
    fsc_words_site(text, sizeof text, &place);
    assert_string_equal(text, "Multifidus at L5 left");
    place.side = FSC_SIDE_UNKNOWN;
    fsc_words_site(text, sizeof text, &place);
    assert_string_equal(text, "Multifidus at L5");
    assert_string_equal(fsc_words_muscle("no_such_muscle"), "no_such_muscle");
}

static void a_sentence_keeps_what_it_stands_on(void **state) {
    (void)state;
    fsc_sentence *list = NULL;
    int32_t n = 0;
    for (int i = 0; i < 3; i++)
        assert_ok(fsc_words_say(&list, &n, &test_error, "change", "site.change F012", i == 2, "%d sites.", i));
    assert_int_equal(n, 3);
    assert_string_equal(list[1].text, "1 sites.");
    assert_string_equal(list[2].from, "site.change F012");
    assert_int_equal(list[2].contested, 1);
    fsc_alloc_fail_at(0);
    assert_fails(fsc_words_say(&list, &n, &test_error, "change", "", 0, "lost"), FSC_E_NOMEM);
    fsc_alloc_fail_at(-1);
    assert_int_equal(n, 3);
    fsc_free(list);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_percentile_never_reads_0_or_100),
                                       cmocka_unit_test(a_site_reads_as_people_say_it),
                                       cmocka_unit_test(a_sentence_keeps_what_it_stands_on)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
