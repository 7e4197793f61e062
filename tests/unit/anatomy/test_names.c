/* Muscles, levels and sides as words. */
#include "../test.h"
#include "names.h"

#include <string.h>

static void levels_sort_along_the_spine(void **state) {
    (void)state;
    assert_close(fsc_level_order("C1"), 1, 0);
    assert_close(fsc_level_order("T12"), 19, 0);
    assert_close(fsc_level_order("T13"), 19.5, 0);
    assert_close(fsc_level_order("L1"), 20, 0);
    assert_close(fsc_level_order("L6"), 24.5, 0);
    assert_close(fsc_level_order("S1"), 25, 0);
    assert_true(fsc_level_order("?2") > fsc_level_order("?1") && fsc_level_order("?1") > fsc_level_order("S5"));
    static const char *const wrong[] = {"", "n/a", "all", "C8", "L4-L5", "?", "?0", "?x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_true(isnan(fsc_level_order(wrong[i])));
        assert_int_equal(fsc_level_value(wrong[i]), 0);
    }
    assert_true(isnan(fsc_level_order(NULL)));
}

static void level_values_are_sct_numbers(void **state) {
    (void)state;
    assert_int_equal(fsc_level_value("C2"), 2);
    assert_int_equal(fsc_level_value("T9"), 16);
    assert_int_equal(fsc_level_value("L5"), 24);
    assert_true(fsc_level_value("T13") >= 100 && fsc_level_value("L6") >= 100 && fsc_level_value("?3") >= 100);
    assert_true(fsc_level_value("T13") != fsc_level_value("L6"));
    assert_string_equal(fsc_level_word_find("L4")->snomed, "11994002");
}

static void muscles_have_keys_and_an_order(void **state) {
    (void)state;
    const fsc_muscle *multifidus = fsc_muscle_find("multifidus"), *erector = fsc_muscle_find("erector_spinae");
    assert_non_null(multifidus);
    assert_non_null(erector);
    assert_string_equal(multifidus->name, "Multifidus");
    assert_string_equal(multifidus->layer, "deep");
    assert_true(multifidus->order < erector->order);
    assert_ptr_equal(multifidus, fsc_muscle_find("multifidus"));
    assert_null(fsc_muscle_find("femur"));
    assert_null(fsc_muscle_find(NULL));
}

static void sides_have_words(void **state) {
    (void)state;
    assert_string_equal(fsc_side_text(FSC_SIDE_LEFT), "left");
    assert_string_equal(fsc_side_text(FSC_SIDE_RIGHT), "right");
    assert_string_equal(fsc_side_text(FSC_SIDE_MIDLINE), "midline");
    assert_string_equal(fsc_side_text(FSC_SIDE_BOTH), "both");
    assert_string_equal(fsc_side_text(FSC_SIDE_UNKNOWN), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_sort_along_the_spine),
        cmocka_unit_test(level_values_are_sct_numbers),
        cmocka_unit_test(muscles_have_keys_and_an_order),
        cmocka_unit_test(sides_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
