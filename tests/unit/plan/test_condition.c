/* condition: what is read, what a blank does, what is refused, and which conditions can never hold. */
#include "../test.h"
#include "alloc.h"
#include "condition.h"

#include <string.h>

enum { FEVER, PAIN, AGE, KIND, NAMES };
static fsc_vocabulary names;

static int setup(void **state) {
    (void)state;
    return fsc_vocabulary_add(&names, FSC_VALUE_ANSWER, "", &test_error, "fever") ||
           fsc_vocabulary_add(&names, FSC_VALUE_ANSWER, "", &test_error, "pain.neck") ||
           fsc_vocabulary_add(&names, FSC_VALUE_NUMBER, "", &test_error, "age") ||
           fsc_vocabulary_add(&names, FSC_VALUE_WORD, "fall sport", &test_error, "kind");
}
static int teardown(void **state) {
    (void)state;
    fsc_vocabulary_free(&names);
    return 0;
}

static fsc_truth truth(const char *text, double fever, double pain, double age, const char *kind) {
    const fsc_value value[NAMES] = {{fever, NULL}, {pain, NULL}, {age, NULL}, {NAN, kind}};
    fsc_condition *c = NULL;
    assert_ok(fsc_condition_parse(&c, text, &names, "test", &test_error));
    const fsc_truth out = fsc_condition_truth(c, value);
    fsc_condition_free(c);
    return out;
}

static void conditions_say_yes_no_or_unknown(void **state) {
    (void)state;
    assert_int_equal(truth("", NAN, NAN, NAN, NULL), FSC_TRUTH_YES);
    assert_int_equal(truth("fever and age >= 60", 1, 0, 60, NULL), FSC_TRUTH_YES);
    assert_int_equal(truth("fever and age > 60", 1, 0, 60, NULL), FSC_TRUTH_NO);
    assert_int_equal(truth("fever and age > 60", 1, 0, NAN, NULL), FSC_TRUTH_UNKNOWN);
    assert_int_equal(truth("fever and age > 60", 0, 0, NAN, NULL), FSC_TRUTH_NO);
    assert_int_equal(truth("fever or pain.neck", NAN, 1, NAN, NULL), FSC_TRUTH_YES);
    assert_int_equal(truth("fever or pain.neck", NAN, 0, NAN, NULL), FSC_TRUTH_UNKNOWN);
    assert_int_equal(truth("kind = fall", 0, 0, 0, "fall"), FSC_TRUTH_YES);
    assert_int_equal(truth("kind != fall", 0, 0, 0, "sport"), FSC_TRUTH_YES);
    assert_int_equal(truth("kind = fall", 0, 0, 0, NULL), FSC_TRUTH_UNKNOWN);
    assert_int_equal(truth("known(age) and fever or pain.neck and fever", 1, 0, 3, NULL), FSC_TRUTH_YES);
    assert_int_equal(truth("(fever or pain.neck) and age < 5", 0, 1, 3, NULL), FSC_TRUTH_YES);
}

/* A blank never calls off an alarm, and never counts as one. */
static void not_and_count_take_a_blank_as_not_said(void **state) {
    (void)state;
    assert_int_equal(truth("pain.neck and not fever", NAN, 1, NAN, NULL), FSC_TRUTH_YES);
    assert_int_equal(truth("pain.neck and not fever", 1, 1, NAN, NULL), FSC_TRUTH_NO);
    assert_int_equal(truth("count(fever, pain.neck, age > 60) >= 2", 1, NAN, 70, NULL), FSC_TRUTH_YES);
    assert_int_equal(truth("count(fever, pain.neck, age > 60) = 1", NAN, NAN, 70, NULL), FSC_TRUTH_YES);
    assert_int_equal(truth("count(fever and pain.neck, not fever) < 1", 1, 0, 0, NULL), FSC_TRUTH_YES);
}

static void refused(const char *text, const char *why) {
    fsc_condition *c = NULL;
    assert_fails(fsc_condition_parse(&c, text, &names, "rules.tsv: R1", &test_error), FSC_E_FORMAT);
    assert_null(c);
    if (!strstr(test_error.text, why) || !strstr(test_error.text, "rules.tsv: R1")) fail_msg("%s", test_error.text);
}

static void what_cannot_be_read_is_named(void **state) {
    (void)state;
    refused("fevr", "'fevr' is no name");
    refused("fever and", "a name is missing");
    refused("fever pain.neck", "'and' or 'or'");
    refused("age", "compared");
    refused("age > old", "no number");
    refused("kind = flood", "never 'flood'");
    refused("kind < fall", "is a word");
    refused("(fever", "')'");
    refused("count(fever) and age < 3", "compared with a number");
    refused("((((((((((((((((((((((((((((fever))))))))))))))))))))))))))))", "deep");
}

static int can_hold(const char *text) {
    const fsc_value value[NAMES] = {{NAN, NULL}, {NAN, NULL}, {NAN, NULL}, {NAN, NULL}};
    const unsigned char fixed[NAMES] = {0};
    fsc_condition *c = NULL;
    assert_ok(fsc_condition_parse(&c, text, &names, "test", &test_error));
    const int holds = fsc_condition_can_hold(c, &names, value, fixed);
    fsc_condition_free(c);
    return holds;
}

static void a_condition_that_contradicts_itself_can_never_hold(void **state) {
    (void)state;
    assert_true(can_hold("age > 30 and age < 31"));
    assert_false(can_hold("age > 31 and age < 30"));
    assert_false(can_hold("fever and not fever"));
    assert_true(can_hold("not known(age) and fever"));
    assert_false(can_hold("kind = fall and kind = sport"));
    assert_true(can_hold("kind != fall and kind != sport"));
    assert_false(can_hold("count(fever, pain.neck) >= 3"));
}

static void memory_failures_are_reported(void **state) {
    (void)state;
    fsc_condition *c = NULL;
    fsc_alloc_fail_at(0);
    assert_fails(fsc_condition_parse(&c, "fever", &names, "t", &test_error), FSC_E_NOMEM);
    fsc_alloc_fail_at(-1);
    assert_null(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(conditions_say_yes_no_or_unknown),
                                       cmocka_unit_test(not_and_count_take_a_blank_as_not_said),
                                       cmocka_unit_test(what_cannot_be_read_is_named),
                                       cmocka_unit_test(a_condition_that_contradicts_itself_can_never_hold),
                                       cmocka_unit_test(memory_failures_are_reported)};
    return cmocka_run_group_tests(tests, setup, teardown);
}
