/* place: the site as a type: same, text, parse, find. */
#include "../test.h"

#include <fascicle/place.h>
#include <string.h>

static void text_and_parse_are_inverse(void **state) {
    (void)state;
    for (int side = FSC_SIDE_UNKNOWN; side <= FSC_SIDE_BOTH; side++) {
        const fsc_place place = fsc_place_of("erector_spinae", "T12", (fsc_side)side);
        char text[FSC_PLACE_TEXT_MAX];
        fsc_place back;
        assert_ok(fsc_place_parse(&back, fsc_place_text(text, &place), &test_error));
        assert_true(fsc_place_same(&place, &back));
    }
    const char *const wrong[] = {"",
                                 ":",
                                 "::",
                                 "multifidus",
                                 "multifidus:L4",
                                 "multifidus:L4:",
                                 "multifidus:L4:up",
                                 "multifidus::left",
                                 ":L4:left",
                                 "multifidus:L4:left:8",
                                 "multifidus:L4 and more than fits:left",
                                 "a_muscle_with_a_name_that_no_table_has_because_it_is_long:L4:left"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fsc_place place;
        assert_fails(fsc_place_parse(&place, wrong[i], &test_error), FSC_E_ARG);
    }
}

static void the_longest_place_fits_its_text(void **state) {
    (void)state;
    char muscle[64], level[16], text[FSC_PLACE_TEXT_MAX];
    memset(muscle, 'm', sizeof muscle - 1);
    memset(level, 'L', sizeof level - 1);
    muscle[sizeof muscle - 1] = level[sizeof level - 1] = 0;
    const fsc_place place = fsc_place_of(muscle, level, FSC_SIDE_MIDLINE);
    fsc_place back;
    assert_ok(fsc_place_parse(&back, fsc_place_text(text, &place), &test_error));
    assert_true(fsc_place_same(&place, &back));
}

static void the_finder_walks_any_struct(void **state) {
    (void)state;
    struct item {
        double weight;
        fsc_place place;
    } item[3] = {{1, fsc_place_of("multifidus", "L4", FSC_SIDE_LEFT)},
                 {2, fsc_place_of("multifidus", "L4", FSC_SIDE_RIGHT)},
                 {3, fsc_place_of("multifidus", "L5", FSC_SIDE_RIGHT)}};
    for (int32_t i = 0; i < 3; i++)
        assert_int_equal(fsc_place_find(&item[0].place, sizeof *item, 3, &item[i].place), i);
    const fsc_place none = fsc_place_of("psoas_major", "L4", FSC_SIDE_LEFT);
    assert_int_equal(fsc_place_find(&item[0].place, sizeof *item, 3, &none), -1);
    assert_int_equal(fsc_place_find(NULL, sizeof *item, 0, &none), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(text_and_parse_are_inverse),
                                       cmocka_unit_test(the_longest_place_fits_its_text),
                                       cmocka_unit_test(the_finder_walks_any_struct)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
