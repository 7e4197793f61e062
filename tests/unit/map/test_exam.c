/* exam: what is read, every kind of refusal with its words, red flags, scales and trigger points. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "json.h"
#include "scratch.h"
#include "table.h"

#include <fascicle/exam.h>
#include <stdio.h>
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
    assert_int_equal(exam->n_now_compulsory, 8);
    assert_int_equal(exam->n_now_answered, 0);
    assert_int_equal(exam->injury_history, FSC_INJURY_UNKNOWN);
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
    assert_int_equal(exam->n_finding, 1);
    assert_int_equal(exam->finding[0].answer, FSC_ANSWER_NO);
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

/* Which flags hold and whether they stop; the effects in order. */
static void expect_flags(const char *text, int32_t n_stop, const char *first, const char *urgency) {
    fsc_exam *exam = parse(text);
    if (exam->n_stop != n_stop) fail_msg("%s: %d stops, wanted %d", text, exam->n_stop, n_stop);
    if (first) {
        assert_true(exam->n_red_flag > 0);
        assert_string_equal(exam->red_flag[0].key, first);
        assert_string_equal(exam->red_flag[0].urgency, urgency);
    }
    for (int32_t i = 0; i < exam->n_red_flag; i++) {
        assert_int_equal(strcmp(exam->red_flag[i].effect, "stop") == 0, i < exam->n_stop);
        assert_true(exam->red_flag[i].action[0] && exam->red_flag[i].rows[0] && exam->red_flag[i].grade[0]);
    }
    fsc_exam_free(exam);
}

static void what_is_new_stops_and_the_most_urgent_leads(void **state) {
    (void)state;
    expect_flags("{\"red_flags\": {\"saddle_numbness\": true, \"foot_drop\": true, \"night_pain\": true}}", 2,
                 "cauda_equina", "now");
    expect_flags("{\"now\": {\"chest_breath_collapse\": true, \"fever_unwell\": true}}", 2, "chest_or_collapse",
                 "ambulance");
    expect_flags("{\"now\": {\"dark_urine_hard_muscle\": true}}", 1, "muscle_emergency", "now");
    expect_flags("{\"wad_grade\": 4}", 1, "wad_grade_iv", "now");
    expect_flags("{\"strain_grade\": 3}", 1, "grade_iii", "same day");
    expect_flags("{\"sprain_grade\": 3, \"days_since_injury\": 400}", 0, NULL, NULL);
    expect_flags("{\"wad_grade\": 3, \"days_since_injury\": 10}", 0, "wad_grade_iii", "days");
    expect_flags("{\"wad_grade\": 3, \"days_since_injury\": 400}", 0, NULL, NULL);
}

static void a_single_weak_flag_stops_nothing(void **state) {
    (void)state;
    static const char *const weak[] = {"dizziness", "night_pain", "thoracic_pain", "onset_under_20_or_over_55",
                                       "immune_suppression"};
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        char text[160];
        (void)snprintf(text, sizeof text,
                       "{\"pain\": [{\"region\": \"neck\", \"onset_days\": 1100}], \"red_flags\": {\"%s\": true}}",
                       weak[i]);
        expect_flags(text, 0, NULL, NULL);
    }
    expect_flags("{\"red_flags\": {\"dizziness\": {\"answer\": true, \"since_days\": 3},"
                 "\"unlike_any_before\": {\"answer\": true, \"since_days\": 3}}}",
                 1, "dizzy_with_sign", "now");
}

/* Old, unchanged and examined is a note; the examination counts no more once it gets worse (facts F112, F113). */
static void old_and_examined_is_a_note_until_it_worsens(void **state) {
    (void)state;
    static const char *const sign[] = {"saddle_numbness", "bladder_bowel_change", "sexual_dysfunction",
                                       "foot_drop",       "double_vision",        "facial_numbness"};
    for (size_t i = 0; i < sizeof sign / sizeof *sign; i++)
        for (int worse = 0; worse < 2; worse++) {
            char text[240];
            (void)snprintf(text, sizeof text,
                           "{\"date\": \"2026-11-21\", \"red_flags\": {\"%s\": {\"answer\": true, \"since_days\": "
                           "1800, \"course\": \"%s\", \"examined_by\": \"family doctor\", \"examined_on\": "
                           "\"2026-01-01\"}}}",
                           sign[i], worse ? "worse" : "same");
            expect_flags(text, worse, NULL, NULL);
        }
}

static int32_t n_open(const char *text, int32_t *holding) {
    fsc_exam *exam = parse(text);
    fsc_question *question = NULL;
    int32_t n = 0;
    assert_ok(fsc_exam_open_questions(&question, &n, exam, &test_error));
    *holding = 0;
    for (int32_t i = 0; i < n; i++) {
        assert_true(question[i].text[0] && question[i].rows[0]);
        if (i > 0) assert_true(question[i].holds <= question[i - 1].holds);
        *holding += question[i].holds;
    }
    fsc_exam_free_questions(question);
    fsc_exam_free(exam);
    return n;
}

#define NOW_ALL                                                                                                        \
    "\"now\": {\"saddle_bladder_legs\": false, \"climbing_weakness\": false, \"chest_breath_collapse\": false, "       \
    "\"sudden_head_sight_speech\": false, \"fever_unwell\": false, \"severe_after_event\": false, "                    \
    "\"dark_urine_hard_muscle\": false, \"safety_asked\": true}"

static void questions_open_by_gates(void **state) {
    (void)state;
    int32_t holding;
    assert_true(n_open("{}", &holding) >= 10);
    assert_int_equal(holding, 10); /* eight, age and pain */
    (void)n_open("{" NOW_ALL ", \"age_years\": 40, \"nrs_pain\": 4}", &holding);
    assert_int_equal(holding, 0);
    /* a yes without its time is asked further */
    (void)n_open("{" NOW_ALL ", \"age_years\": 40, \"nrs_pain\": 4, \"red_flags\": {\"dizziness\": true}}", &holding);
    assert_int_equal(holding, 1);
    /* a fresh crash opens the C-spine rule and the head injury list */
    (void)n_open("{" NOW_ALL ", \"age_years\": 34, \"mechanism\": \"whiplash\", \"days_since_injury\": 3, "
                 "\"pain\": [{\"region\": \"neck\", \"onset_days\": 3}]}",
                 &holding);
    assert_int_equal(holding, 5);
    /* that the private questions were not asked is no answer */
    fsc_exam *exam = parse("{\"now\": {\"safety_asked\": false}}");
    assert_int_equal(exam->n_now_answered, 0);
    fsc_exam_free(exam);
}

static void the_template_reads_as_an_exam_without_answers(void **state) {
    (void)state;
    char *text = NULL, path[1200];
    size_t n;
    fsc_scratch place = {0};
    assert_ok(fsc_scratch_make(&place, "/tmp", &test_error));
    (void)snprintf(path, sizeof path, "%s/exam.json", place.path);
    assert_ok(fsc_exam_write_template(path, &test_error));
    assert_fails(fsc_exam_write_template(path, &test_error), FSC_E_IO); /* never over answers */
    assert_ok(fsc_file_read(&text, &n, path, 1 << 20, &test_error));
    assert_non_null(strstr(text, "//climbing_weakness"));
    fsc_exam *exam = parse(text);
    assert_int_equal(exam->n_finding, 0);
    assert_int_equal(exam->n_now_answered, 0);
    fsc_exam_free(exam);
    fsc_free(text);
    fsc_scratch_remove(&place);
}

static void contradictions_are_named(void **state) {
    (void)state;
    refused("{\"age_years\": 80, \"pregnant_weeks\": 20}", FSC_E_RANGE, "pregnant_weeks", "80");
    refused("{\"sex\": \"male\", \"postpartum_weeks\": 20}", FSC_E_RANGE, "postpartum_weeks", "male");
    refused("{\"date\": \"2026-01-01\", \"pain\": [{\"region\": \"neck\", \"onset_date\": \"2026-02-01\"}]}",
            FSC_E_RANGE, "pain[0].onset_date", "after the exam");
    refused("{\"injury_history\": \"never\", \"days_since_injury\": 4}", FSC_E_RANGE, "injury_history",
            "days_since_injury");
    refused("{\"age_years\": 20, \"red_flags\": {\"falls\": {\"answer\": true, \"since_days\": 9000}}}", FSC_E_RANGE,
            "red_flags.falls.since_days", "birth");
    refused("{\"age_years\": 40, \"onset_age_years\": 41}", FSC_E_RANGE, "onset_age_years", "40");
    refused("{\"wants\": [\"magic\"]}", FSC_E_RANGE, "wants[0]", "hands_on");
}

static void violence_is_never_kept(void **state) {
    (void)state;
    fsc_exam *exam = parse("{\"mechanism\": \"violence\"}"); /* as 0.1.0 wrote it */
    assert_string_equal(exam->mechanism, "other");
    fsc_exam_free(exam);
    assert_null(strstr(fsc_schema_text("exam"), "violence"));
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

/* Another validator must let the comments of the template pass: every object of the exam that is closed says so. */
static void the_schema_lets_comments_pass(void **state) {
    (void)state;
    const char *text = fsc_schema_text("exam");
    int closed = 0, open = 0;
    for (const char *c = text; (c = strstr(c, "\"additionalProperties\": false")); c++) closed++;
    for (const char *c = text; (c = strstr(c, "\"patternProperties\": {\"^//\": {}}")); c++) open++;
    assert_true(closed > 10);
    assert_int_equal(open, closed);
}

/* Every question is in the schema under its group, and nothing else is; NDI bands leave gaps. */
static void schema_and_tables_agree(void **state) {
    (void)state;
    fsc_json *schema = NULL;
    const char *text = fsc_schema_text("exam");
    assert_non_null(text);
    assert_null(fsc_schema_text("nothing"));
    assert_ok(fsc_json_parse(&schema, text, strlen(text), "schema", &test_error));
    const fsc_json *properties = fsc_json_get(schema, "properties");
    fsc_table table = {0};
    assert_ok(fsc_table_embedded(&table, "questions.tsv", &test_error));
    int64_t fields = 0;
    for (int32_t row = 0; row < table.n_row; row++) {
        const fsc_json *group =
            fsc_json_get(fsc_json_get(properties, fsc_table_get(&table, row, "group")), "properties");
        assert_non_null(fsc_json_get(group, fsc_table_get(&table, row, "key")));
    }
    static const char *const groups[] = {"now", "red_flags", "conditions", "examiner"};
    for (int g = 0; g < 4; g++)
        fields += fsc_json_length(fsc_json_get(fsc_json_get(properties, groups[g]), "properties"));
    assert_int_equal(fields, table.n_row);
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
        assert_true(n < 2000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_given_is_all_missing),
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(errors_name_place_fault_and_choice),
        cmocka_unit_test(what_is_new_stops_and_the_most_urgent_leads),
        cmocka_unit_test(a_single_weak_flag_stops_nothing),
        cmocka_unit_test(old_and_examined_is_a_note_until_it_worsens),
        cmocka_unit_test(questions_open_by_gates),
        cmocka_unit_test(the_template_reads_as_an_exam_without_answers),
        cmocka_unit_test(contradictions_are_named),
        cmocka_unit_test(violence_is_never_kept),
        cmocka_unit_test(trigger_points_need_all_criteria),
        cmocka_unit_test(schema_and_tables_agree),
        cmocka_unit_test(the_schema_lets_comments_pass),
        cmocka_unit_test(memory_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
