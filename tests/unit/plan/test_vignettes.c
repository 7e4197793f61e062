/* vignettes: each file of vignettes/ is a person (exam and a few map sites), what must appear, and what must not. */
#include "file.h"
#include "json.h"
#include "people.h"
#include "planner.h"

#include <stdio.h>
#include <stdlib.h>

static fsc_rules *rules;
static int stated[12];      /* people of each of the eleven statements (doc/equations/plan.md) */
static char covered[32768]; /* every "must" that was met, blanks between */

static fsc_map *map_of(const fsc_json *vignette, const char *name) {
    FSC_AUTO_TEXT fsc_text text = {0};
    assert_ok(fsc_json_print(&text, fsc_json_get(vignette, "exam"), &test_error));
    fsc_exam *exam = NULL;
    if (fsc_exam_parse(&exam, text.data, name, &test_error) != FSC_OK) fail_msg("%s", test_error.text);
    fsc_row row[16];
    int32_t n = 0;
    const fsc_json *sites = fsc_json_get(vignette, "map");
    for (; n < fsc_json_length(sites); n++) {
        const fsc_json *site = fsc_json_at(sites, n);
        row[n] = people_row(fsc_json_string(fsc_json_get(site, "muscle")), fsc_json_string(fsc_json_get(site, "level")),
                            (fsc_side)fsc_side_find(fsc_json_string(fsc_json_get(site, "side"))),
                            fsc_json_number(fsc_json_get(site, "pdff_percent")) / 100);
    }
    fsc_map *map = people_map(row, n, exam);
    fsc_exam_free(exam);
    return map;
}

/* Whether one of n items (a text at its start) begins with wanted; "" asks for any. */
static int any(const void *items, size_t size, size_t at, int32_t n, const char *wanted) {
    for (int32_t i = 0; i < n; i++) {
        const char *text = (const char *)items + (size_t)i * size + at;
        if (!wanted[0] || strcmp(text, wanted) == 0) return 1;
    }
    return 0;
}

static int sentence_with(const fsc_plan *plan, const char *part, const char *wanted) {
    for (int32_t i = 0; i < plan->n_sentence; i++) {
        const fsc_plan_sentence *s = &plan->sentence[i];
        if (part && strcmp(s->part, part) != 0) continue;
        if (strstr(s->text, wanted) || strstr(s->rows, wanted)) return 1;
    }
    return 0;
}

#define ANY(array, type, member) any(plan->array, sizeof(type), offsetof(type, member), plan->n_##array, wanted)
/* "step:P41", "class:exercise", "text:words of any sentence", ... */
static int appears(const fsc_plan *plan, const char *item) {
    const char *wanted = strchr(item, ':') + 1;
    if (strncmp(item, "stop:", 5) == 0) return ANY(stop, fsc_red_flag, key);
    if (strncmp(item, "refer:", 6) == 0) return ANY(refer, fsc_red_flag, key);
    if (strncmp(item, "ask:", 4) == 0) return ANY(ask, fsc_question, key);
    if (strncmp(item, "hold:", 5) == 0) return ANY(hold_back, fsc_plan_hold, rule);
    if (strncmp(item, "step:", 5) == 0) return ANY(step, fsc_plan_step, rule);
    if (strncmp(item, "class:", 6) == 0) return ANY(step, fsc_plan_step, treatment);
    if (strncmp(item, "topic:", 6) == 0) return ANY(topic, fsc_plan_topic, rule);
    if (strncmp(item, "home:", 5) == 0) return ANY(home, fsc_plan_exercise, id);
    if (strncmp(item, "text:", 5) == 0) return sentence_with(plan, NULL, wanted);
    if (strncmp(item, "not_known:", 10) == 0) return sentence_with(plan, "not_known", wanted);
    for (int32_t i = 0; strncmp(item, "region:", 7) == 0 && i < plan->n_region; i++)
        if (strncmp(plan->region[i].where, wanted, strlen(wanted)) == 0) return 1;
    return 0;
}

static int check(const char *name, const fsc_json *vignette) {
    fsc_map *map = map_of(vignette, name);
    fsc_plan *plan = NULL;
    int faults = 0;
    assert_ok(fsc_plan_make(&plan, map, rules, NULL, &test_error));
    const char *state = fsc_json_string(fsc_json_get(vignette, "state"));
    if (strcmp(fsc_plan_state_text(plan->state), state) != 0) {
        print_error("%s: state %s, wanted %s\n", name, fsc_plan_state_text(plan->state), state);
        faults++;
    }
    for (int wanted = 0; wanted < 2; wanted++) {
        const fsc_json *list = fsc_json_get(vignette, wanted ? "must" : "must_not");
        for (int64_t i = 0; i < fsc_json_length(list); i++) {
            const char *item = fsc_json_string(fsc_json_at(list, i));
            if (appears(plan, item) != wanted) {
                print_error("%s: %s %s\n", name, item, wanted ? "is missing" : "appears");
                faults++;
            } else if (wanted && strlen(covered) + strlen(item) + 2 < sizeof covered) {
                (void)snprintf(covered + strlen(covered), sizeof covered - strlen(covered), " %s ", item);
            }
        }
    }
    fsc_plan_free(plan);
    fsc_map_free(map);
    return faults;
}

/* "2 11": the statements that a person stands for. */
static void count_statements(const char *numbers) {
    for (char *end = NULL; numbers && *numbers; numbers = end) {
        const long number = strtol(numbers, &end, 10);
        if (end == numbers) return;
        assert_in_range(number, 1, 11);
        stated[number]++;
    }
}

static void every_person_gets_what_their_file_says(void **state) {
    (void)state;
    char **names = NULL;
    int32_t n = 0;
    int faults = 0;
    assert_ok(fsc_file_list(&names, &n, VIGNETTES, &test_error));
    assert_true(n >= 40);
    for (int32_t i = 0; i < n; i++) {
        char path[1024];
        fsc_json *vignette = NULL;
        assert_ok(fsc_file_join(path, sizeof path, VIGNETTES, names[i], &test_error));
        assert_ok(fsc_json_read(&vignette, path, &test_error));
        faults += check(names[i], vignette);
        count_statements(fsc_json_string(fsc_json_get(vignette, "mission")));
        fsc_json_free(vignette);
    }
    fsc_file_free_names(names, n);
    assert_int_equal(faults, 0);
}

/* Runs after the vignettes: what they met covers every rule, every red flag and each layer. */
static void every_rule_and_flag_has_a_person(void **state) {
    (void)state;
    int faults = 0;
    for (int32_t i = 0; i < rules->n_rule; i++) {
        char item[32];
        (void)snprintf(item, sizeof item, " %s:%s ", rules->rule[i].kind, rules->rule[i].id);
        if (!strstr(covered, item)) faults += (print_error("no person for rule %s\n", rules->rule[i].id), 1);
    }
    for (int32_t row = 0; row < rules->flag_table.n_row; row++) {
        char stop[80], refer[80];
        const char *id = fsc_table_get(&rules->flag_table, row, "id");
        (void)snprintf(stop, sizeof stop, " stop:%s ", id);
        (void)snprintf(refer, sizeof refer, " refer:%s ", id);
        if (!strstr(covered, stop) && !strstr(covered, refer)) faults += (print_error("no person for %s\n", id), 1);
    }
    for (int k = 1; k <= 11; k++)
        if (!stated[k]) faults += (print_error("no person for statement %d\n", k), 1);
    print_message("people of the eleven statements:");
    for (int k = 1; k <= 11; k++) print_message(" %d", stated[k]);
    print_message("\n");
    assert_int_equal(faults, 0);
}

static int setup(void **state) {
    (void)state;
    return fsc_rules_read(&rules, NULL, &test_error) != FSC_OK;
}
static int teardown(void **state) {
    (void)state;
    fsc_rules_free(rules);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_person_gets_what_their_file_says),
                                       cmocka_unit_test(every_rule_and_flag_has_a_person)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
