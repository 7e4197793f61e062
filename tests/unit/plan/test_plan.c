/* plan: the record's round trip and schema, rule tables that are wrong, drawings, facts, reminders. */
#include "alloc.h"
#include "file.h"
#include "people.h"
#include "planner.h"
#include "schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define NOW                                                                                                            \
    "\"now\": {\"saddle_bladder_legs\": false, \"climbing_weakness\": false, \"chest_breath_collapse\": false, "       \
    "\"sudden_head_sight_speech\": false, \"fever_unwell\": false, \"severe_after_event\": false, "                    \
    "\"dark_urine_hard_muscle\": false, \"safety_asked\": true}"
static const char full_exam[] =
    "{\"date\": \"2026-11-21\", \"age_years\": 45, \"sex\": \"female\", \"nrs_pain\": 5, \"odi_percent\": 44, " NOW
    ", \"pain\": [{\"region\": \"low back\", \"onset_days\": 400, \"side\": \"left\"}], \"wants\": [\"acupuncture\", "
    "\"self_release\", \"fusion\"], \"conditions\": {\"osteoporosis\": true}, \"palpation\": [{\"muscle\": "
    "\"multifidus\", \"level\": \"L5\", \"side\": \"left\", \"tenderness\": true}]}";

static fsc_map *map_of(const char *text) {
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_parse(&exam, text, "exam.json", &test_error));
    const fsc_row row[] = {people_row("erector_spinae", "L1", FSC_SIDE_LEFT, 0.4),
                           people_row("erector_spinae", "L1", FSC_SIDE_RIGHT, 0.05)};
    fsc_map *map = people_map(row, 2, exam);
    fsc_exam_free(exam);
    return map;
}

static char *print(const fsc_plan *plan) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_json *root = fsc_plan_json(plan);
    assert_ok(fsc_schema_check(root, "plan", "plan", &test_error));
    assert_ok(fsc_json_print(&text, root, &test_error));
    fsc_json_free(root);
    return fsc_strdup(text.data);
}

static void the_record_survives_a_round_trip(void **state) {
    (void)state;
    static const char *const exams[] = {full_exam, "{}", "{\"age_years\": 9}",
                                        "{\"now\": {\"chest_breath_collapse\": true}}"};
    static const int home[] = {1, 0, 0, 0};
    for (int i = 0; i < 4; i++) {
        fsc_map *map = map_of(exams[i]);
        fsc_plan *plan = NULL, *back = NULL;
        assert_ok(fsc_plan_run(&plan, map, NULL, &test_error));
        char dir[] = "/tmp/fsc-plan-XXXXXX", path[64], ics[64];
        assert_non_null(mkdtemp(dir));
        assert_ok(fsc_plan_write(plan, dir, "sub-01", NULL, &test_error));
        (void)snprintf(path, sizeof path, "%s/sub-01_plan.json", dir);
        (void)snprintf(ics, sizeof ics, "%s/sub-01_plan.ics", dir);
        assert_int_equal(access(ics, F_OK) == 0, home[i]);
        assert_ok(fsc_plan_read(&back, path, &test_error));
        char *first = print(plan), *second = print(back);
        assert_string_equal(first, second);
        fsc_free(first);
        fsc_free(second);
        fsc_plan_free(plan);
        fsc_plan_free(back);
        fsc_map_free(map);
        (void)unlink(ics);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(rmdir(dir), 0);
    }
}

/* The model's view, as a search fills it. */
static fsc_model_view some_view(void) {
    fsc_model_view view = {.made = 1, .n_tried = 209, .cannot_tell = 1, .text = "The model cannot tell."};
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        fsc_model_view_story *story = &view.story[s];
        fsc_copy_text(story->story, sizeof story->story, fsc_cycle_story_text((fsc_cycle_story)s));
        story->n_people = 32, story->n_differ = 20 + s, story->pain_range = 0.31;
        fsc_copy_text(story->best[0].what, sizeof story->best[0].what, "week 0 strengthening");
        story->best[0].share_best = 0.4 + s / 10.0;
    }
    return view;
}

static char *print_without_view(fsc_plan *plan) {
    plan->model_view = (fsc_model_view){0};
    return print(plan);
}

static void the_models_view_changes_nothing_and_is_silent_at_a_stop(void **state) {
    (void)state;
    static const char *const exams[] = {full_exam, "{}", "{\"age_years\": 9}", "{\"now\": {\"fever_unwell\": true}}"};
    const fsc_model_view view = some_view();
    for (int i = 0; i < 4; i++) {
        fsc_map *map = map_of(exams[i]);
        fsc_plan *without = NULL, *with = NULL, *back = NULL;
        const fsc_plan_options options = {.model_view = &view};
        assert_ok(fsc_plan_run(&without, map, NULL, &test_error));
        assert_ok(fsc_plan_run(&with, map, &options, &test_error));
        assert_int_equal(with->model_view.made, i == 0);
        assert_string_equal(with->model_view.story[1].best[0].what, i == 0 ? "week 0 strengthening" : "");
        assert_ok(fsc_plan_write(with, ".", "test_plan_view", NULL, &test_error));
        assert_ok(fsc_plan_read(&back, "./test_plan_view_plan.json", &test_error));
        (void)unlink("test_plan_view_plan.json");
        (void)unlink("test_plan_view_plan.ics");
        char *first = print(with), *second = print(back);
        assert_string_equal(first, second);
        fsc_free(first);
        fsc_free(second);
        first = print_without_view(with), second = print_without_view(without);
        assert_string_equal(first, second);
        fsc_free(first);
        fsc_free(second);
        fsc_plan_free(without);
        fsc_plan_free(with);
        fsc_plan_free(back);
        fsc_map_free(map);
    }
}

static void a_stop_takes_an_earlier_runs_reminders_away(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-plan-XXXXXX", ics[64], json[64];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(ics, sizeof ics, "%s/a_plan.ics", dir);
    (void)snprintf(json, sizeof json, "%s/a_plan.json", dir);
    static const char *const exams[] = {full_exam, "{\"now\": {\"fever_unwell\": true}}"};
    for (int i = 0; i < 2; i++) {
        fsc_map *map = map_of(exams[i]);
        fsc_plan *plan = NULL;
        assert_ok(fsc_plan_run(&plan, map, NULL, &test_error));
        assert_ok(fsc_plan_write(plan, dir, "a", NULL, &test_error));
        assert_int_equal(access(ics, F_OK) == 0, i == 0);
        fsc_plan_free(plan);
        fsc_map_free(map);
    }
    assert_int_equal(unlink(json), 0);
    assert_int_equal(rmdir(dir), 0);
}

/* Reminders may be read by anybody: no word of body, pain or program part. */
static void reminders_say_nothing_of_health(void **state) {
    (void)state;
    fsc_map *map = map_of(full_exam);
    fsc_plan *plan = NULL;
    assert_ok(fsc_plan_run(&plan, map, NULL, &test_error));
    FSC_AUTO_TEXT fsc_text ics = {0};
    fsc_plan_calendar(&ics, plan);
    assert_true(plan->n_home >= 4 && plan->n_home <= 6);
    int events = 0;
    for (const char *at = ics.data; (at = strstr(at, "BEGIN:VEVENT")); at++) events++;
    assert_int_equal(events, plan->n_home);
    static const char *const words[] = {"pain", "back", "neck", "exercise", "muscle", "bridge", "walk"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) assert_null(strstr(ics.data, words[i]));
    fsc_plan_free(plan);
    fsc_map_free(map);
}

static void a_week_has_as_many_days_as_the_exercise(void **state) {
    (void)state;
    for (int n = 0; n <= 7; n++) {
        const fsc_plan_exercise exercise = {.days_a_week = n ? n : (double)NAN};
        int days = 0;
        for (int d = -1; d <= 7; d++) days += fsc_exercise_on_day(&exercise, d);
        assert_int_equal(days, n ? n : 3);
        assert_true(fsc_exercise_on_day(&exercise, 0));
    }
}

static void numbers_of_the_place_are_printed(void **state) {
    (void)state;
    fsc_map *map = map_of(full_exam);
    fsc_plan *plan = NULL;
    const fsc_plan_options opt = {.emergency_number = "112", .crisis_number = "116 123"};
    assert_ok(fsc_plan_run(&plan, map, &opt, &test_error));
    int hits = 0;
    for (int32_t i = 0; i < plan->n_sentence; i++)
        hits += strstr(plan->sentence[i].text, "Call 112") || strstr(plan->sentence[i].text, "call 116 123");
    assert_int_equal(hits, 2);
    fsc_plan_free(plan);
    fsc_map_free(map);
}

/* A table of one or two rules, as a stranger may write it. */
static void refused_rules(const char *name, const char *rows, const char *why) {
    char path[] = "/tmp/fsc-rules-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_printf(
        &text,
        "id\tlayer\tkind\tclass\tregion\tstage\tintensity\twho\tstart_week\treview_week\ttags\twithholds\twaits\t"
        "when\twhat\tplain\tdose\tmeasure\tprogress\tregress\tnot_yet\tinstead\tgrade\trows\tmission\n%s",
        rows);
    assert_int_equal(write(file, text.data, text.length), (ssize_t)text.length);
    assert_int_equal(close(file), 0);
    fsc_rules *rules = NULL;
    const fsc_status status = fsc_rules_read(&rules, path, &test_error);
    if (why && (status != FSC_E_FORMAT || !strstr(test_error.text, why) || strchr(test_error.text, '\n')))
        fail_msg("%s: %d '%s'", name, status, test_error.text);
    if (!why && status != FSC_OK) fail_msg("%s: %s", name, test_error.text);
    test_error = (fsc_error){0};
    fsc_rules_free(rules);
    assert_int_equal(unlink(path), 0);
}
#define RULE(id, layer, kind, waits, when, grade, rows)                                                                \
    id "\t" layer "\t" kind "\texercise\tany\tany\t\tself\t\t\tgeneral\t\t" waits "\t" when                            \
       "\twhat\tplain\t\t\t\t\t\t\t" grade "\t" rows "\t\n"

static void a_wrong_rule_table_is_named_in_one_line(void **state) {
    (void)state;
    refused_rules("good", RULE("A1", "3", "step", "", "pain.any", "low", "G002"), NULL);
    refused_rules("no rule", "", "holds no rule");
    refused_rules("unknown name", RULE("A1", "3", "step", "", "pain.elbow", "low", "G002"), "'pain.elbow' is no name");
    refused_rules("unknown rule asked", RULE("A1", "3", "step", "", "fired.B9", "low", "G002"),
                  "'fired.B9' is no name");
    refused_rules("one of ours, missing here", RULE("A1", "3", "step", "", "fired.P41", "low", "G002"), "'P41'");
    refused_rules("unknown rule awaited", RULE("A1", "3", "step", "B9", "pain.any", "low", "G002"), "waits for 'B9'");
    refused_rules("unknown fact", RULE("A1", "3", "step", "", "pain.any", "low", "G999"), "'G999' is no fact row");
    refused_rules("no fact", RULE("A1", "3", "step", "", "pain.any", "low", ""), "stands on no row");
    refused_rules("recalled alone", RULE("A1", "3", "step", "", "pain.any", "low", "D005"), "expert opinion");
    refused_rules("recalled, said so", RULE("A1", "3", "step", "", "pain.any", "expert opinion", "D005"), NULL);
    refused_rules("dead", RULE("A1", "3", "step", "", "age_years > 60 and age_years < 40", "low", "G002"),
                  "can never fire");
    refused_rules("circle",
                  RULE("A1", "3", "step", "A2", "pain.any", "low", "G002")
                      RULE("A2", "3", "step", "", "fired.A1", "low", "G002"),
                  "circle");
    refused_rules("upside down",
                  RULE("A1", "3", "step", "", "fired.A2", "low", "G002")
                      RULE("A2", "4", "step", "", "pain.any", "low", "G002"),
                  "later layer");
    refused_rules("twice",
                  RULE("A1", "3", "step", "", "pain.any", "low", "G002")
                      RULE("A1", "3", "step", "", "pain.any", "low", "G002"),
                  "stands twice");
    refused_rules("kind", RULE("A1", "3", "order", "", "pain.any", "low", "G002"), "hold, step or topic");
    refused_rules("layer", RULE("A1", "9", "step", "", "pain.any", "low", "G002"), "layer must be");
    refused_rules("the map chooses", RULE("A1", "3", "step", "", "map.high_sites >= 1", "low", "G002"),
                  "the fat map chooses no treatment");
}

/* Each hold names the answers that it stands on, and no other. */
static void a_hold_says_why(void **state) {
    (void)state;
    fsc_map *map =
        map_of("{\"date\": \"2026-11-21\", \"age_years\": 45, \"sex\": \"female\", \"postpartum_weeks\": 6, " NOW
               ", \"pain\": [{\"region\": \"low back\", \"onset_days\": 400}], \"red_flags\": {\"pregnancy_warning\": "
               "false}, \"conditions\": {\"rheumatoid\": "
               "true, \"hypermobile\": false, \"osteoporosis\": true}}");
    fsc_plan *plan = NULL;
    assert_ok(fsc_plan_run(&plan, map, NULL, &test_error));
    static const char *const wanted[][2] = {
        {"P21", "Thin bones (osteoporosis)"}, {"P22", "postpartum, weeks: 6"}, {"P27", "Rheumatoid arthritis"}};
    int found = 0;
    for (int32_t i = 0; i < plan->n_hold_back; i++) {
        assert_true(plan->hold_back[i].why[0] != 0);
        for (int k = 0; k < 3; k++)
            if (strcmp(plan->hold_back[i].rule, wanted[k][0]) == 0) {
                assert_string_equal(plan->hold_back[i].why, wanted[k][1]);
                found++;
            }
    }
    assert_int_equal(found, 3);
    fsc_plan_free(plan);
    fsc_map_free(map);
}

static void an_onset_after_the_scan_contradicts(void **state) {
    (void)state;
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_parse(&exam, "{\"pain\": [{\"region\": \"neck\", \"onset_date\": \"2026-05-01\"}]}", "e",
                             &test_error));
    fsc_map *map = people_map(NULL, 0, exam);
    fsc_exam_free(exam);
    fsc_copy_text(map->acquisition.date, sizeof map->acquisition.date, "2026-04-01");
    fsc_plan *plan = NULL;
    assert_fails(fsc_plan_run(&plan, map, NULL, &test_error), FSC_E_RANGE);
    assert_non_null(strstr(test_error.text, "after the scan"));
    fsc_map_free(map);
}

static void every_exercise_is_whole_and_every_phase_is_drawn(void **state) {
    (void)state;
    fsc_table table = {0};
    assert_ok(fsc_table_embedded(&table, "exercises/exercises.tsv", &test_error));
    assert_true(table.n_row >= 30);
    static const char *const filled[] = {"name", "group",  "rules",  "purpose",    "how",   "dose",
                                         "feel", "easier", "harder", "stop_signs", "grade", "rows"};
    for (int32_t row = 0; row < table.n_row; row++) {
        const char *id = fsc_table_get(&table, row, "id");
        assert_string_equal(fsc_exercise_id(row), id);
        for (size_t i = 0; i < sizeof filled / sizeof *filled; i++)
            if (!fsc_table_get(&table, row, filled[i])[0]) fail_msg("%s: %s is empty", id, filled[i]);
        int phases = 1;
        for (const char *at = fsc_table_get(&table, row, "captions"); *at; at++) phases += *at == '|';
        assert_true(phases >= 2 && phases <= FSC_EXERCISE_PHASES);
        for (int32_t k = 0; k <= phases; k++) {
            char *svg = NULL;
            if (k == phases) {
                assert_fails(fsc_exercise_svg(&svg, id, k, &test_error), FSC_E_NOTFOUND);
                continue;
            }
            assert_ok(fsc_exercise_svg(&svg, id, k, &test_error));
            assert_non_null(strstr(svg, "<title>"));
            assert_non_null(strstr(svg, "</svg>"));
            assert_null(strstr(svg, "nan"));
            assert_null(strstr(svg, "style="));
            fsc_plan_free_text(svg);
        }
    }
    assert_null(fsc_exercise_id(table.n_row));
    fsc_table_free(&table);
}

static void facts_are_found_by_id(void **state) {
    (void)state;
    fsc_plan_fact_row fact;
    assert_true(fsc_plan_fact(&fact, "G024"));
    assert_string_equal(fact.direction, "against");
    assert_non_null(strstr(fact.source, "BMJ"));
    assert_false(fsc_plan_fact(&fact, "Z1"));
}

static void memory_failures_are_reported(void **state) {
    (void)state;
    fsc_map *map = map_of(full_exam);
    fsc_rules *rules = NULL;
    assert_ok(fsc_rules_read(&rules, NULL, &test_error));
    for (int64_t n = 0;; n++) {
        fsc_plan *plan = NULL;
        fsc_alloc_fail_at(n);
        const fsc_status status = fsc_plan_make(&plan, map, rules, NULL, NULL);
        fsc_alloc_fail_at(-1);
        fsc_plan_free(plan);
        if (status == FSC_OK) break;
        assert_int_equal(status, FSC_E_NOMEM);
        assert_true(n < 5000);
    }
    fsc_rules_free(rules);
    fsc_map_free(map);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_record_survives_a_round_trip),
        cmocka_unit_test(the_models_view_changes_nothing_and_is_silent_at_a_stop),
        cmocka_unit_test(a_stop_takes_an_earlier_runs_reminders_away),
        cmocka_unit_test(reminders_say_nothing_of_health),
        cmocka_unit_test(a_week_has_as_many_days_as_the_exercise),
        cmocka_unit_test(numbers_of_the_place_are_printed),
        cmocka_unit_test(a_wrong_rule_table_is_named_in_one_line),
        cmocka_unit_test(a_hold_says_why),
        cmocka_unit_test(an_onset_after_the_scan_contradicts),
        cmocka_unit_test(every_exercise_is_whole_and_every_phase_is_drawn),
        cmocka_unit_test(facts_are_found_by_id),
        cmocka_unit_test(memory_failures_are_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
