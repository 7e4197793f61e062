/* The numbering tables against the values that their makers publish. */
#include "../test.h"
#include "scheme.h"

#include <string.h>

static void expect(const char *scheme_name, int32_t value, const char *structure, const char *level, fsc_side side) {
    FSC_AUTO_SCHEME fsc_scheme scheme = {0};
    assert_ok(fsc_scheme_load(&scheme, scheme_name, &test_error));
    const fsc_scheme_entry *e = fsc_scheme_find(&scheme, value);
    if (!e) fail_msg("%s has no value %d", scheme_name, (int)value);
    assert_string_equal(e->structure, structure);
    assert_string_equal(e->level, level);
    assert_int_equal(e->side, side);
}

static void published_values_hold(void **state) {
    (void)state;
    const fsc_side l = FSC_SIDE_LEFT, r = FSC_SIDE_RIGHT, m = FSC_SIDE_MIDLINE;
    expect("musclemap", 1111, "semispinalis_cervicis_multifidus", "", l);
    expect("musclemap", 5101, "multifidus", "", l);
    expect("musclemap", 5112, "erector_spinae", "", r);
    expect("musclemap", 6160, "sacrum", "", m);
    expect("musclemap-abdomen", 1, "multifidus", "", r); /* the other way round than the whole-body model */
    expect("musclemap-abdomen", 8, "quadratus_lumborum", "", l);
    expect("totalsegmentator:total", 27, "vertebra", "L5", m);
    expect("totalsegmentator:total", 50, "vertebra", "C1", m);
    expect("totalsegmentator:total", 86, "autochthon", "", l);
    expect("totalsegmentator:total", 117, "costal_cartilages", "", m);
    expect("totalsegmentator:total_mr", 47, "autochthon", "", r);
    expect("totalsegmentator:vertebrae_mr", 2, "vertebra", "L5", m);
    expect("totalsegmentator:vertebrae_mr", 25, "vertebra", "C1", m);
    expect("totalsegmentator:vertebrae_pp", 24, "vertebra", "L5", m);
    expect("totalsegmentator:abdominal_muscles", 15, "erector_spinae", "", r);
    expect("totalsegmentator:abdominal_muscles", 20, "psoas_major", "", l);
    expect("totalsegmentator:headneck_muscles", 1, "sternocleidomastoid", "", r);
    expect("totalspineseg", 45, "vertebra", "L5", m);
    expect("totalspineseg", 46, "vertebra", "L6", m);
    expect("totalspineseg", 71, "disc", "C7-T1", m);
    expect("totalspineseg", 100, "disc", "L5-S1", m);
    expect("totalspineseg-step1", 25, "disc", "L5-S1", m);
    expect("sct", 8, "vertebra", "T1", m);
    expect("sct", 25, "vertebra", "S1", m);
    expect("sct-discs", 3, "disc", "C2-C3", m);
    expect("sct-discs", 20, "disc", "T12-L1", m);
    expect("qmritools", 309, "erector_spinae", "", l);
    expect("qmritools", 326, "psoas_major", "", r);
    expect("relative", 2, "vertebra", "?2", m);
}

/* Every scheme loads, holds rising values without overlap, and every level is one. */
static void tables_are_sound(void **state) {
    (void)state;
    for (const char *const *name = fsc_scheme_names(); *name; name++) {
        FSC_AUTO_SCHEME fsc_scheme scheme = {0};
        assert_ok(fsc_scheme_load(&scheme, *name, &test_error));
        int32_t last = 0;
        for (int32_t i = 0; i < scheme.n; i++) {
            const fsc_scheme_entry *e = &scheme.entry[i];
            assert_true(e->first > last && e->last >= e->first);
            last = e->last;
            if (strcmp(e->structure, "vertebra") == 0) assert_false(isnan(fsc_level_order(e->level)));
            assert_null(fsc_scheme_find(&scheme, 0));
            if (e->muscle && e->side != FSC_SIDE_LEFT && e->side != FSC_SIDE_RIGHT)
                fail_msg("%s %d has no side", *name, (int)e->first);
            assert_true(strlen(fsc_table_get(&scheme.table, i, "source")) > 0);
            assert_true(strlen(fsc_table_get(&scheme.table, i, "status")) > 0);
        }
    }
}

static void an_unknown_name_lists_the_names(void **state) {
    (void)state;
    fsc_scheme scheme;
    assert_fails(fsc_scheme_load(&scheme, "musclemap2", &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "musclemap-abdomen"));
    assert_non_null(strstr(test_error.text, "relative"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values_hold),
        cmocka_unit_test(tables_are_sound),
        cmocka_unit_test(an_unknown_name_lists_the_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
