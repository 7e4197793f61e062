/* The exam's endpoints over the wire: what is too large, no JSON or against the schema is one line and nothing written;
 * drafts and saves are files of their own; links are not followed and another's change is not overwritten. */
#include "client.h"

#include <fascicle/exam.h>
#include <fascicle/view.h>

#include <sys/stat.h>

static volatile sig_atomic_t ended;
static void on_term(int signal_number) {
    (void)signal_number;
    ended = 1;
}
static int step(void *context, const char *stage, double fraction) {
    (void)context, (void)stage, (void)fraction;
    return ended;
}
static const fsc_progress until_term = {.step = step};

static char dir[] = "/tmp/fsc-exam-XXXXXX", anat[256], file[256], draft[256];

static fsc_status no_plan(void *context, fsc_error *err) {
    (void)context;
    (void)snprintf(err->text, sizeof err->text, "no plan today");
    return err->code = FSC_E_IO;
}

static void start(client *c, int plans) {
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGTERM, on_term);
        (void)alarm(60);
        const fsc_view_input input = {
            .folder = dir, .anat = dir, .name = "sub-01", .page = dir, .save_folder = dir, .exam_anat = anat};
        fsc_view_options options = FSC_VIEW_OPTIONS_INIT;
        options.progress = &until_term;
        options.opened = client_said;
        options.context = &pipes[1];
        if (plans) options.plan = no_plan;
        _exit(fsc_view_run(&input, &options, NULL) == FSC_OK ? 0 : 3);
    }
    (void)close(pipes[1]);
    client_connect(c, child, pipes[0]);
    (void)close(pipes[0]);
}

static void put(const char *path, const char *text) {
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    (void)fputs(text, out);
    assert_int_equal(fclose(out), 0);
}

static char answer[1 << 18];
/* A request's status; its answer stays in answer. */
static int ask(const client *c, const char *path, const char *body) {
    const size_t n = body ? strlen(body) : 0, size = n + 1024;
    char *text = malloc(size);
    assert_non_null(text);
    if (body)
        (void)snprintf(text, size,
                       "POST /%s/%s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/json\r\n"
                       "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                       c->token, path, c->host, c->origin, n, body);
    else
        (void)snprintf(text, size, "GET /%s/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", c->token, path,
                       c->host);
    const int status = client_ask(c, text, answer, sizeof answer);
    free(text);
    return status;
}

static int is_there(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0;
}

static void refused_answers_write_nothing(void **state) {
    (void)state;
    client c;
    start(&c, 0);
    assert_int_equal(ask(&c, "exam/form.json", NULL), 200);
    assert_non_null(strstr(answer, "\"multifidus\""));
    const struct {
        const char *body, *says;
        int status;
    } row[] = {
        {"{", "the exam: not valid JSON at line 1", 400},
        {"[]", "Another window has changed", 409},
        {"{\"revision\": 1, \"stamp\": \"\"}", "holds no exam", 400},
        {"{\"revision\": 1, \"stamp\": \"\", \"exam\": [1]}", "holds no exam", 400},
        {"{\"revision\": 1, \"stamp\": \"\", \"exam\": {\"age_years\": 200}}", "age_years", 400},
        {"{\"revision\": 1, \"stamp\": \"\", \"exam\": {\"age\": 40}}", "age", 400},
        {"{\"revision\": 1, \"stamp\": \"\", \"exam\": {\"palpation\": [{\"muscle\": \"nobody\"}]}}", "nobody", 400},
        {"{\"revision\": 7, \"stamp\": \"\", \"exam\": {}}", "Another window", 409},
        {"{\"revision\": 1, \"stamp\": \"ab\", \"exam\": {}}", "Another program", 409},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        const int status = ask(&c, "exam/save", row[i].body);
        const char *said = strstr(answer, "\r\n\r\n");
        if (status != row[i].status || !said || !strstr(said, row[i].says) || strchr(said + 4, '\n'))
            fail_msg("%s: %d %s", row[i].body, status, said ? said + 4 : answer);
    }
    const size_t large = 300 << 10;
    char *body = malloc(large + 1);
    assert_non_null(body);
    memset(body, ' ', large);
    body[large] = 0;
    assert_int_equal(ask(&c, "exam/save", body), 413);
    assert_non_null(strstr(answer, "at most 256 kB"));
    assert_int_equal(ask(&c, "exam/draft", body), 413);
    free(body);
    assert_int_equal(ask(&c, "exam/other", "{}"), 404);
    assert_int_equal(ask(&c, "exam/../secret", NULL), 404);
    assert_int_equal(ask(&c, "exam/plan.json", NULL), 404);
    assert_false(is_there(anat));
    client_end(&c, SIGTERM);
}

/* A draft outlives its server and holds what no save would take; a save takes its place. */
static void drafts_outlive_the_server(void **state) {
    (void)state;
    client c;
    fsc_exam *exam = NULL;
    start(&c, 0);
    assert_int_equal(ask(&c, "exam/draft", "{\"revision\": 1, \"stamp\": \"\", \"exam\": {\"age_years\": \"forty\"}}"), 200);
    assert_non_null(strstr(answer, "\"fault\": \"the exam: age_years"));
    assert_int_equal(ask(&c, "exam/draft", "{\"revision\": 1, \"stamp\": \"\", \"exam\": {}}"), 409); /* another window */
    client_end(&c, SIGKILL);
    start(&c, 0);
    assert_int_equal(ask(&c, "exam/form.json", NULL), 200);
    assert_non_null(strstr(answer, "\"forty\""));
    assert_int_equal(
        ask(&c, "exam/look", "{\"exam\": {\"now\": {\"saddle_bladder_legs\": true}, \"age_years\": 40}}"), 200);
    assert_non_null(strstr(answer, "red_flags.saddle_numbness"));
    assert_int_equal(ask(&c, "exam/save", "{\"revision\": 1, \"stamp\": \"\", \"exam\": {\"age_years\": 40}}"), 200);
    assert_false(is_there(draft));
    assert_ok(fsc_exam_read(&exam, file, &test_error));
    assert_true(exam->age_years == 40);
    fsc_exam_free(exam);
    client_end(&c, SIGTERM);
}

static void another_change_is_told(void **state) {
    (void)state;
    client c;
    char link[300];
    put(file, "{\"age_years\": 41}");
    start(&c, 1);
    assert_int_equal(ask(&c, "exam/form.json", NULL), 200);
    assert_non_null(strstr(answer, "41"));
    assert_int_equal(ask(&c, "exam/save", "{\"revision\": 1, \"stamp\": \"\", \"exam\": {\"age_years\": 40}}"), 409);
    assert_non_null(strstr(answer, "Another program"));
    /* A link in its place is none, and is replaced, not followed. */
    (void)snprintf(link, sizeof link, "%s/other.json", dir);
    assert_int_equal(rename(file, link), 0);
    assert_int_equal(symlink(link, file), 0);
    assert_int_equal(ask(&c, "exam/form.json", NULL), 200);
    assert_null(strstr(answer, "\"age_years\": 41"));
    assert_int_equal(ask(&c, "exam/save", "{\"revision\": 1, \"stamp\": \"\", \"exam\": {\"age_years\": 40}}"), 507);
    assert_non_null(strstr(answer, "The exam is saved. Plan and pages could not be made of it: no plan today"));
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_read(&exam, link, &test_error));
    assert_true(exam->age_years == 41);
    fsc_exam_free(exam);
    client_end(&c, SIGTERM);
    assert_int_equal(unlink(link), 0);
}

static int make(void **state) {
    (void)state;
    char page[300];
    if (!mkdtemp(dir)) return 1;
    (void)snprintf(anat, sizeof anat, "%s/anat", dir);
    (void)snprintf(file, sizeof file, "%s/sub-01_exam.json", anat);
    (void)snprintf(draft, sizeof draft, "%s/sub-01_desc-draft_exam.json", anat);
    (void)snprintf(page, sizeof page, "%s/index.html", dir);
    put(page, "page");
    return 0;
}

static int clear(void **state) {
    (void)state;
    char page[300];
    (void)snprintf(page, sizeof page, "%s/index.html", dir);
    return unlink(page) || unlink(file) || rmdir(anat) || rmdir(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_answers_write_nothing),
        cmocka_unit_test(drafts_outlive_the_server),
        cmocka_unit_test(another_change_is_told),
    };
    return cmocka_run_group_tests(tests, make, clear);
}
