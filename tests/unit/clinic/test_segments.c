/* What segments of other programs' segmentations are taken for, by name and by code. */
#include "segments.h"
#include "table.h"
#include "../test.h"

typedef struct row {
    const char *label, *code, *scheme, *side_code;
    int32_t value, is_muscle;
} row;

/* Names as TotalSegmentator, our own objects, people and code-only programs write them; values of schemes/fascicle.tsv. */
static const row rows[] = {
    {"Multifidus L4 left", "", "", "", 1011, 1},
    {"multifidus_right", "", "", "", 1012, 1},
    {"autochthon_left", "44947003", "SCT", "7771000", 1041, 1}, /* the name is the narrower of the two */
    {"M. erector spinae (R)", "", "", "", 1082, 1},
    {"Left psoas major muscle", "", "", "", 1101, 1},
    {"Quadratus lumborum L3 right (proposal)", "", "", "", 1092, 1},
    {"Multifidus ?2 left (proposal)", "", "", "", 1011, 1},
    {"Semispinalis cervicis and multifidus C5 left", "", "", "", 1031, 1},
    {"Segment 1", "44947003", "SCT", "24028007", 1082, 1},
    {"", "M01", "99FASCICLE", "7771000", 1011, 1},
    {"Multifidus L4", "", "", "", 0, 1}, /* without a side */
    {"Multifidus L4", "", "", "7771000", 1011, 1},
    {"vertebrae_L4", "", "", "", 23, 0},
    {"L4 vertebra", "", "", "", 23, 0},
    {"t12", "", "", "", 19, 0},
    {"Vertebral body C7", "", "", "", 7, 0},
    {"bone", "11994002", "SCT", "", 23, 0},
    {"disc L4-L5", "", "", "", 0, 0},
    {"nerve root L4", "", "", "", 0, 0},
    {"kidney_left", "", "", "7771000", 0, 0},
    {"prostate", "41216001", "SCT", "", 0, 0},
    {"", "", "", "", 0, 0},
};

static void names_and_codes_are_understood(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fsc_segment s = {.number = 1};
        (void)snprintf(s.label, sizeof s.label, "%s", rows[i].label);
        if (*rows[i].code) {
            (void)snprintf(s.code[s.n_code], sizeof s.code[0], "%s", rows[i].code);
            (void)snprintf(s.scheme[s.n_code++], sizeof s.scheme[0], "%s", rows[i].scheme);
        }
        if (*rows[i].side_code) {
            (void)snprintf(s.code[s.n_code], sizeof s.code[0], "%s", rows[i].side_code);
            (void)snprintf(s.scheme[s.n_code++], sizeof s.scheme[0], "SCT");
        }
        assert_ok(fsc_segments_name(&s, 1, &test_error));
        if (s.value != rows[i].value || s.is_muscle != rows[i].is_muscle)
            fail_msg("\"%s\": %d, a muscle: %d", rows[i].label, (int)s.value, (int)s.is_muscle);
    }
}

/* Every muscle and level that Fascicle knows has its number. */
static void the_numbering_is_whole(void **state) {
    (void)state;
    FSC_AUTO_TABLE fsc_table muscles = {0}, levels = {0};
    assert_ok(fsc_table_embedded(&muscles, "muscles.tsv", &test_error));
    assert_ok(fsc_table_embedded(&levels, "levels.tsv", &test_error));
    for (int32_t r = 0; r < muscles.n_row; r++)
        for (int side = 0; side < 2; side++) {
            fsc_segment s = {.number = 1};
            (void)snprintf(s.label, sizeof s.label, "%s %s", fsc_table_get(&muscles, r, "name"),
                           side ? "right" : "left");
            assert_ok(fsc_segments_name(&s, 1, &test_error));
            if (!s.value) fail_msg("%s has no number in schemes/fascicle.tsv", s.label);
        }
    for (int32_t r = 0; r < levels.n_row; r++) {
        fsc_segment s = {.number = 1};
        (void)snprintf(s.label, sizeof s.label, "%s vertebra", fsc_table_get(&levels, r, "level"));
        assert_ok(fsc_segments_name(&s, 1, &test_error));
        assert_int_equal(s.value, (int32_t)fsc_table_number(&levels, r, "value"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_and_codes_are_understood),
                                       cmocka_unit_test(the_numbering_is_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
