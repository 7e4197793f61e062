/* exam: what is read, every kind of refusal with its words, red flags, scales and trigger points. */
#include "../test.h"
#include "alloc.h"
#include "json.h"
#include "table.h"

#include <fascicle/exam.h>
#include <stdlib.h>
#include <string.h>

static fsc_exam *parse(const char *text) {
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_parse(&exam, text, "exam.json", &test_error));
    return exam;
}

static void nothing_given_is_all_missing(void **state) {
    (void)state;
    fsc_exam *exam = parse("{}");
    assert_true(isnan(exam->age_years));
    assert_int_equal(exam->sex, FSC_SEX_UNKNOWN);
    assert_int_equal(exam->wad_grade, -1);
    assert_int_equal(exam->n_red_flag, 0);
    assert_int_equal(exam->n_red_flag_asked, 0);
    assert_true(exam->n_red_flag_known > 20);
    assert_int_equal(exam->statin, FSC_ANSWER_UNKNOWN);
    assert_int_equal(exam->n_scale, 0);
    fsc_exam_free(exam);
    exam = parse("{\"age_years\": null, \"sex\": null, \"palpation\": []}");
    assert_true(isnan(exam->age_years));
    fsc_exam_free(exam);
}

static void everything_is_read(void **state) {
    (void)state;
    fsc_exam *exam = parse(
        "{\"participant\": \"sub-16\", \"date\": \"2026-11-21\", \"age_years\": 41.5, \"sex\": \"female\","
        "\"height_cm\": 170, \"weight_kg\": 64, \"days_since_injury\": 14, \"mechanism\": \"whiplash\","
        "\"prior_neck_episodes\": 2, \"prior_back_episodes\": 0, \"ndi_percent\": 34, \"odi_percent\": 12, "
        "\"nrs_pain\": 6,"
        "\"wad_grade\": 2, \"strain_grade\": 1, \"sprain_grade\": 2,"
        "\"palpation\": [{\"muscle\": \"multifidus\", \"level\": \"L4\", \"side\": \"left\", \"taut_band\": true,"
        "                 \"tenderness\": true, \"referred_pain\": true, \"recognised\": true}],"
        "\"strength\": [{\"movement\": \"neck extension\", \"side\": \"left\", \"newton\": 120}],"
        "\"motion\": [{\"region\": \"neck\", \"direction\": \"rotation left\", \"degrees\": 55, \"painful\": true}],"
        "\"treatments\": [{\"kind\": \"rf_neurotomy\", \"level_from\": \"L4\", \"level_to\": \"L5\", \"days_ago\": "
        "400}],"
        "\"modifiers\": {\"sleep_hours\": 6.5, \"stress_0_10\": 7, \"activity_hours_week\": 2, \"posture_hours_day\": "
        "9},"
        "\"statin\": false, \"steroid\": true, \"muscle_disease\": false,"
        "\"red_flags\": {\"saddle_numbness\": false, \"gait_change\": null}}");
    assert_close(exam->age_years, 41.5, 0);
    assert_int_equal(exam->sex, FSC_SEX_FEMALE);
    assert_close(exam->days_since_injury, 14, 0);
    assert_close(exam->sleep_hours, 6.5, 0);
    assert_close(exam->posture_hours_day, 9, 0);
    assert_string_equal(exam->mechanism, "whiplash");
    assert_string_equal(exam->palpation[0].trigger_point, "active");
    assert_int_equal(exam->palpation[0].place.side, FSC_SIDE_LEFT);
    assert_close(exam->strength[0].newton, 120, 0);
    assert_true(isnan(exam->strength[0].mrc_grade));
    assert_string_equal(exam->motion[0].direction, "rotation left");
    assert_string_equal(exam->treatment[0].level_to, "L5");
    assert_int_equal(exam->steroid, FSC_ANSWER_YES);
    assert_int_equal(exam->n_red_flag_asked, 1);
    assert_int_equal(exam->cord_signs, FSC_ANSWER_UNKNOWN);
    /* Scales: WAD II, NDI 34 % severe, ODI 12 % minimal, strain I. */
    assert_int_equal(exam->n_scale, 4);
    assert_ptr_equal(strstr(exam->scale[0].band, "grade II ("), exam->scale[0].band);
    assert_ptr_equal(strstr(exam->scale[1].band, "severe"), exam->scale[1].band);
    assert_string_equal(exam->scale[1].fact_id, "E028");
    assert_ptr_equal(strstr(exam->scale[2].band, "minimal"), exam->scale[2].band);
    fsc_exam_free(exam);
}

static void refused(const char *text, fsc_status code, const char *where, const char *what) {
    fsc_exam *exam = NULL;
    assert_fails(fsc_exam_parse(&exam, text, "exam.json", &test_error), code);
    assert_null(exam);
    if (!strstr(test_error.text, where) || !strstr(test_error.text, what))
        fail_msg("'%s' lacks '%s' or '%s'", test_error.text, where, what);
    assert_null(strchr(test_error.text, '\n'));
}

static void errors_name_place_fault_and_choice(void **state) {
    (void)state;
    refused("{\"age_years\": \"forty\"}", FSC_E_FORMAT, "exam.json: age_years", "number or null");
    refused("{\"age_years\": 400}", FSC_E_RANGE, "age_years", "0 to 120");
    refused("{\"age_years\": -1}", FSC_E_RANGE, "age_years", "0 to 120");
    refused("{\"sex\": \"woman\"}", FSC_E_RANGE, "sex", "female, male");
    refused("{\"age\": 40}", FSC_E_FORMAT, "'age'", "age_years");
    refused("{\"wad_grade\": 2.5}", FSC_E_FORMAT, "wad_grade", "integer");
    refused("{\"date\": \"21.11.2026\"}", FSC_E_RANGE, "date", "2026-11-21");
    refused("{\"palpation\": [{\"muscle\": \"multifidus\"}, {\"muscle\": \"multifidus\", \"side\": \"lft\"}]}",
            FSC_E_RANGE, "palpation[1].side", "left, right");
    refused("{\"palpation\": [{\"level\": \"L4\"}]}", FSC_E_FORMAT, "palpation[0]", "'muscle' is missing");
    refused("{\"palpation\": [{\"muscle\": \"biceps_of_the_spine\"}]}", FSC_E_RANGE, "palpation[0].muscle",
            "muscles.tsv");
    refused("{\"palpation\": [{\"muscle\": \"multifidus\", \"level\": \"L9\"}]}", FSC_E_RANGE, "palpation[0].level",
            "as C5");
    refused("{\"palpation\": {}}", FSC_E_FORMAT, "palpation", "array");
    refused("{\"red_flags\": {\"saddle_numbness\": \"no\"}}", FSC_E_FORMAT, "red_flags.saddle_numbness", "boolean");
    refused("{\"red_flags\": {\"saddle\": true}}", FSC_E_FORMAT, "red_flags", "saddle_numbness");
    refused("{\"modifiers\": {\"stress_0_10\": 11}}", FSC_E_RANGE, "modifiers.stress_0_10", "0 to 10");
    refused("[]", FSC_E_FORMAT, "exam.json", "object");
    refused("{\"age_years\": 40", FSC_E_FORMAT, "exam.json", "JSON");
    refused("{\"age_years\": 40, \"age_years\": 41}", FSC_E_FORMAT, "exam.json", "uplicate");
}

static void red_flags_come_by_urgency(void **state) {
    (void)state;
    fsc_exam *exam = parse("{\"red_flags\": {\"night_pain\": true, \"foot_drop\": true, \"saddle_numbness\": true,"
                           "\"hand_clumsiness\": true, \"gait_change\": false}}");
    assert_int_equal(exam->n_red_flag, 4);
    assert_int_equal(exam->n_red_flag_asked, 5);
    assert_string_equal(exam->red_flag[0].key, "saddle_numbness");
    assert_string_equal(exam->red_flag[0].urgency, "emergency");
    assert_string_equal(exam->red_flag[1].key, "foot_drop");
    assert_int_equal(exam->cord_signs, FSC_ANSWER_YES);
    for (int32_t i = 0; i < exam->n_red_flag; i++) {
        assert_true(exam->red_flag[i].action[0] && exam->red_flag[i].source[0]);
        assert_true(strncmp(exam->red_flag[i].status, "verified", 8) == 0);
    }
    fsc_exam_free(exam);
}

static void grades_raise_red_flags(void **state) {
    (void)state;
    static const struct {
        const char *text, *key;
    } raising[] = {{"{\"wad_grade\": 4}", "wad_grade_iv"},
                   {"{\"wad_grade\": 3, \"days_since_injury\": 10}", "wad_grade_iii_new"},
                   {"{\"wad_grade\": 3}", "wad_grade_iii_new"},
                   {"{\"strain_grade\": 3}", "strain_grade_iii"},
                   {"{\"sprain_grade\": 3}", "sprain_grade_iii"}};
    for (size_t i = 0; i < sizeof raising / sizeof *raising; i++) {
        fsc_exam *exam = parse(raising[i].text);
        assert_int_equal(exam->n_red_flag, 1);
        assert_string_equal(exam->red_flag[0].key, raising[i].key);
        fsc_exam_free(exam);
    }
    fsc_exam *exam = parse("{\"wad_grade\": 3, \"days_since_injury\": 400, \"strain_grade\": 2, \"sprain_grade\": 1}");
    assert_int_equal(exam->n_red_flag, 0);
    fsc_exam_free(exam);
}

static void trigger_points_need_all_criteria(void **state) {
    (void)state;
    static const struct {
        const char *answers, *expected;
    } cases[] = {
        {"\"taut_band\": true, \"tenderness\": true, \"referred_pain\": true, \"recognised\": false", "latent"},
        {"\"taut_band\": true, \"tenderness\": true, \"referred_pain\": true", ""},
        {"\"taut_band\": true, \"tenderness\": false", "criteria not met"},
        {"\"taut_band\": true", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        (void)snprintf(text, sizeof text, "{\"palpation\": [{\"muscle\": \"multifidus\", %s}]}", cases[i].answers);
        fsc_exam *exam = parse(text);
        assert_string_equal(exam->palpation[0].trigger_point, cases[i].expected);
        fsc_exam_free(exam);
    }
}

/* Every red flag that can be answered is in the schema, and nothing else is; NDI bands leave gaps. */
static void schema_and_tables_agree(void **state) {
    (void)state;
    fsc_json *schema = NULL;
    const char *text = fsc_schema_text("exam");
    assert_non_null(text);
    assert_null(fsc_schema_text("nothing"));
    assert_ok(fsc_json_parse(&schema, text, strlen(text), "schema", &test_error));
    const fsc_json *flags = fsc_json_get(fsc_json_get(fsc_json_get(schema, "properties"), "red_flags"), "properties");
    fsc_table table = {0};
    assert_ok(fsc_table_embedded(&table, "redflags.tsv", &test_error));
    int32_t answered = 0;
    for (int32_t row = 0; row < table.n_row; row++) {
        const char *key = fsc_table_get(&table, row, "key");
        if (!strstr(key, "_grade_")) {
            assert_non_null(fsc_json_get(flags, key));
            answered++;
        }
        const char *status = fsc_table_get(&table, row, "status");
        assert_true(strncmp(status, "verified", 8) == 0 || strncmp(status, "opinion", 7) == 0);
    }
    assert_int_equal(fsc_json_length(flags), answered);
    fsc_table_free(&table);
    fsc_json_free(schema);
    fsc_exam *exam = parse("{\"ndi_percent\": 9}");
    assert_string_equal(exam->scale[0].band, "between two bands of the scale");
    fsc_exam_free(exam);
}

static void memory_failures_are_reported(void **state) {
    (void)state;
    for (int64_t n = 0;; n++) {
        fsc_exam *exam = NULL;
        fsc_alloc_fail_at(n);
        const fsc_status status = fsc_exam_parse(&exam,
                                                 "{\"wad_grade\": 2, \"palpation\": [{\"muscle\": \"multifidus\"}],"
                                                 "\"red_flags\": {\"night_pain\": true}}",
                                                 "e", NULL);
        fsc_alloc_fail_at(-1);
        fsc_exam_free(exam);
        if (status == FSC_OK) break;
        assert_int_equal(status, FSC_E_NOMEM);
        assert_true(n < 200);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_is_all_missing),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(errors_name_place_fault_and_choice),
        cmocka_unit_test(red_flags_come_by_urgency),
        cmocka_unit_test(grades_raise_red_flags),
        cmocka_unit_test(trigger_points_need_all_criteria),
        cmocka_unit_test(schema_and_tables_agree),
        cmocka_unit_test(memory_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
