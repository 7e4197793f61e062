/* program: another program's end, words and lateness are told; no shell reads its arguments. */
#include "../test.h"
#include "program.h"

#include <string.h>

static char shell[256];

static fsc_status run(const char *script, double limit_s, fsc_text *output) {
    char *const argv[] = {shell, (char *)"-c", (char *)script, NULL};
    test_error = (fsc_error)FSC_ERROR_INIT;
    return fsc_program_run(argv, limit_s, output, &test_error);
}

static void a_program_is_found_on_the_path_or_not(void **state) {
    (void)state;
    char path[256];
    assert_true(fsc_program_find(path, sizeof path, "sh"));
    assert_int_equal(path[0], '/');
    assert_false(fsc_program_find(path, sizeof path, "no-such-program-of-fascicle"));
    assert_string_equal(path, "");
    char small[4];
    assert_false(fsc_program_find(small, sizeof small, "sh"));
}

static void both_outputs_are_kept(void **state) {
    (void)state;
    FSC_AUTO_TEXT fsc_text output = {0};
    assert_ok(run("echo out; echo err >&2", 20, &output));
    assert_string_equal(output.data, "out\nerr\n");
}

static void a_long_output_is_read_whole(void **state) {
    (void)state;
    FSC_AUTO_TEXT fsc_text output = {0};
    assert_ok(run("i=0; while [ $i -lt 20000 ]; do echo 123456789; i=$((i+1)); done", 60, &output));
    assert_int_equal(output.length, 200000);
}

static void arguments_are_not_read_by_a_shell(void **state) {
    (void)state;
    char echo[256];
    if (!fsc_program_find(echo, sizeof echo, "echo")) skip();
    FSC_AUTO_TEXT fsc_text output = {0};
    char *const argv[] = {echo, (char *)"$(id); `id` > x", NULL};
    assert_ok(fsc_program_run(argv, 20, &output, &test_error));
    assert_string_equal(output.data, "$(id); `id` > x\n");
}

static void failure_holds_its_last_line(void **state) {
    (void)state;
    assert_fails(run("echo first; echo the reason; echo; exit 3", 20, NULL), FSC_E_IO);
    assert_non_null(strstr(test_error.text, "ended with 3 (the reason)"));
    assert_fails(run("kill -9 $$", 20, NULL), FSC_E_IO);
    assert_non_null(strstr(test_error.text, "signal 9"));
    char *const argv[] = {(char *)"/no/such/program", NULL};
    assert_fails(fsc_program_run(argv, 1, NULL, &test_error), FSC_E_IO);
}

static void a_late_program_is_ended_with_its_children(void **state) {
    (void)state;
    assert_fails(run("sleep 100 & sleep 100", 0.2, NULL), FSC_E_IO);
    assert_non_null(strstr(test_error.text, "not done after"));
}

typedef struct watcher {
    int asked;
    char said[72];
} watcher;

static int stop_when_told(void *context, const char *stage, double fraction) {
    watcher *w = context;
    assert_true(isnan(fraction));
    (void)snprintf(w->said, sizeof w->said, "%s", stage);
    w->asked++;
    return strcmp(stage, "loading 10 %") == 0;
}

/* A segmenter takes minutes: an interrupt must end it, not wait for it. */
static void a_watched_program_is_ended_with_its_children(void **state) {
    (void)state;
    char words[] = "printf 'begin\\nloading 5 %%\\rloading 10 %%\\r'; sleep 100 & sleep 100";
    char *const argv[] = {shell, (char *)"-c", words, NULL};
    watcher w = {0};
    const fsc_progress progress = {stop_when_told, &w};
    assert_fails(fsc_program_watch(argv, 50, &progress, NULL, &test_error), FSC_E_CANCELLED);
    assert_string_equal(w.said, "loading 10 %");
    assert_in_range(w.asked, 2, 50);
    char *const quick[] = {shell, (char *)"-c", (char *)"echo done", NULL};
    assert_ok(fsc_program_watch(quick, 50, &progress, NULL, &test_error));
}

static void a_path_is_not_looked_up(void **state) {
    (void)state;
    char path[300];
    assert_true(fsc_program_find(path, sizeof path, shell));
    assert_string_equal(path, shell);
    assert_false(fsc_program_find(path, sizeof path, "./no-such-program"));
    assert_string_equal(path, "");
}

int main(void) {
    if (!fsc_program_find(shell, sizeof shell, "sh")) return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_is_found_on_the_path_or_not),
        cmocka_unit_test(both_outputs_are_kept),
        cmocka_unit_test(a_long_output_is_read_whole),
        cmocka_unit_test(arguments_are_not_read_by_a_shell),
        cmocka_unit_test(failure_holds_its_last_line),
        cmocka_unit_test(a_late_program_is_ended_with_its_children),
        cmocka_unit_test(a_watched_program_is_ended_with_its_children),
        cmocka_unit_test(a_path_is_not_looked_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
