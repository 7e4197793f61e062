/* Who is let in: the table of the viewer's security, asked over the wire. */
#include "client.h"

#include "serve.h"

#include <fascicle/view.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

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

static void put(const char *dir, const char *name, const char *text) {
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

/* A folder with a map, a map that is a link out of it, and a page. */
static void make_folder(char *dir) {
    char link[256];
    assert_non_null(mkdtemp(dir));
    put(dir, "sub-01_PDFFmap.nii.gz", "the map");
    put(dir, "secret.txt", "the secret");
    put(dir, "index.html", "<!doctype html>the page");
    (void)snprintf(link, sizeof link, "%s/sub-01_R2starmap.nii.gz", dir);
    assert_int_equal(symlink("secret.txt", link), 0);
}

static void remove_folder(const char *dir) {
    static const char *const name[] = {"sub-01_PDFFmap.nii.gz", "secret.txt", "index.html", "sub-01_R2starmap.nii.gz"};
    char path[256];
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(dir), 0); /* it left nothing of its own */
}

static void start(client *c, const char *dir) {
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGTERM, on_term);
        (void)alarm(60); /* a failed test leaves no server behind */
        const fsc_view_input input = {.folder = dir, .anat = dir, .name = "sub-01", .page = dir};
        fsc_view_options options = FSC_VIEW_OPTIONS_INIT;
        options.progress = &until_term;
        options.opened = client_said;
        options.context = &pipes[1];
        _exit(fsc_view_run(&input, &options, NULL) == FSC_OK ? 0 : 3);
    }
    (void)close(pipes[1]);
    client_connect(c, child, pipes[0]);
    (void)close(pipes[0]);
}

static void only_who_has_the_address_is_answered(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-view-XXXXXX", text[2048], answer[8192];
    client c;
    make_folder(dir);
    start(&c, dir);
    const char *t = c.token;
    const struct {
        const char *line, *path, *host, *more, *says;
        int status;
    } row[] = {
        {"GET", "", NULL, "", "the page", 200},
        {"GET", "map/pdff.nii.gz", NULL, "", "the map", 200},
        {"GET", "state.json", NULL, "", "\"pdff\"", 200},
        {"GET", "", NULL, "Origin: OWN\r\n", "the page", 200},
        {"GET", "", NULL, "Sec-Fetch-Site: same-origin\r\n", "the page", 200},
        {"GET", "", "evil.example", "", NULL, 403},
        {"GET", "", "localhost:1", "", NULL, 403},
        {"GET", "", "127.0.0.1", "", NULL, 403},
        {"GET", "", "", "", NULL, 403},
        {"GET", "", NULL, "Origin: http://evil.example\r\n", NULL, 403},
        {"GET", "", NULL, "Origin: null\r\n", NULL, 403},
        {"GET", "", NULL, "Origin: http://127.0.0.1\r\n", NULL, 403},
        {"GET", "", NULL, "Sec-Fetch-Site: cross-site\r\n", NULL, 403},
        {"GET", "secret.txt", NULL, "", NULL, 404},
        {"GET", "../secret.txt", NULL, "", NULL, 404},
        {"GET", "map/../secret.txt", NULL, "", NULL, 404},
        {"GET", "map/%2e%2e/secret.txt", NULL, "", NULL, 404},
        {"GET", "map/..%2fsecret.txt", NULL, "", NULL, 404},
        {"GET", "/etc/passwd", NULL, "", NULL, 404},
        {"GET", "map/pdff.nii.gz%00.txt", NULL, "", NULL, 404},
        {"GET", "map/r2star.nii.gz", NULL, "", NULL, 404}, /* a link */
        {"GET", "map/water.nii.gz", NULL, "", NULL, 404},
        {"DELETE", "", NULL, "", NULL, 405},
        {"POST", "stroke", NULL, "Content-Type: application/json\r\nContent-Length: 2\r\n", NULL, 403},
        {"POST", "stroke", NULL, "Origin: OWN\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n", NULL, 415},
        {"POST", "stroke", NULL, "Origin: OWN\r\nContent-Type: application/json\r\nContent-Length: 209715200\r\n", NULL,
         413},
        {"POST", "stroke", NULL, "Origin: OWN\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
         NULL, 411},
    };
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        char more[512];
        const char *own = strstr(row[i].more, "OWN");
        (void)snprintf(more, sizeof more, "%.*s%s%s", own ? (int)(own - row[i].more) : 0, row[i].more,
                       own ? c.origin : "", own ? own + 3 : row[i].more);
        (void)snprintf(text, sizeof text, "%s /%s/%s HTTP/1.1\r\n%s%s%s%sConnection: close\r\n\r\n", row[i].line, t,
                       row[i].path, row[i].host && !*row[i].host ? "" : "Host: ",
                       row[i].host ? row[i].host : c.host, row[i].host && !*row[i].host ? "" : "\r\n", more);
        const int status = client_ask(&c, text, answer, sizeof answer);
        const int expected = row[i].status;
        if (row[i].host && !*row[i].host) {
            assert_true(status == 400 || status == 403); /* the server's own word for a missing Host */
        } else if (status != expected) {
            fail_msg("%s %s %s%s: %d, expected %d", row[i].line, row[i].path, row[i].host ? row[i].host : "", more,
                     status, expected);
        }
        if (row[i].says && !strstr(answer, row[i].says)) fail_msg("%s: does not say %s", text, row[i].says);
        assert_null(strstr(answer, "the secret"));
        assert_null(strstr(answer, t)); /* the secret of the address is in no answer */
        if (status == 200) {
            assert_non_null(strstr(answer, "Content-Security-Policy: default-src 'none'"));
            assert_non_null(strstr(answer, "X-Content-Type-Options: nosniff"));
            assert_non_null(strstr(answer, "Referrer-Policy: no-referrer"));
            assert_non_null(strstr(answer, "Cache-Control: no-store"));
            assert_non_null(strstr(answer, "Cross-Origin-Resource-Policy: same-origin"));
        }
    }
    static const char *const wrong[] = {"/", "/index.html", "/state.json", "/00000000000000000000000000000000/", "//"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        (void)snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", wrong[i], c.host);
        assert_int_equal(client_ask(&c, text, answer, sizeof answer), 403);
    }
    (void)snprintf(text, sizeof text, "GET /%.31s/ HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", t, c.host);
    assert_int_equal(client_ask(&c, text, answer, sizeof answer), 403); /* a digit short */
    client_end(&c, SIGTERM);
    remove_folder(dir);
}

static void huge_headers_are_cut(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-view-XXXXXX", answer[8192];
    const size_t size = 1 << 20;
    client c;
    make_folder(dir);
    start(&c, dir);
    char *text = malloc(size);
    assert_non_null(text);
    const int n = snprintf(text, size, "GET /%s/ HTTP/1.1\r\nHost: %s\r\nX: ", c.token, c.host);
    memset(text + n, 'a', size - (size_t)n - 1);
    text[size - 1] = 0;
    assert_true(client_ask(&c, text, answer, sizeof answer) != 200);
    free(text);
    char again[512];
    (void)snprintf(again, sizeof again, "GET /%s/ HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", c.token, c.host);
    assert_int_equal(client_ask(&c, again, answer, sizeof answer), 200);
    client_end(&c, SIGTERM);
    remove_folder(dir);
}

static void one_viewer_a_folder(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-view-XXXXXX";
    client c;
    make_folder(dir);
    start(&c, dir);
    const fsc_view_input input = {.folder = dir, .anat = dir, .name = "sub-01", .page = dir};
    fsc_view_options options = FSC_VIEW_OPTIONS_INIT;
    assert_fails(fsc_view_run(&input, &options, &test_error), FSC_E_ARG);
    assert_non_null(strstr(test_error.text, "open on this folder already"));
    client_end(&c, SIGKILL); /* the lock ends with its process */
    start(&c, dir);
    char other[] = "/tmp/fsc-view-XXXXXX";
    make_folder(other);
    const fsc_view_input second = {.folder = other, .anat = other, .name = "sub-01", .page = other};
    options.port = c.port;
    assert_fails(fsc_view_run(&second, &options, &test_error), FSC_E_IO);
    assert_non_null(strstr(test_error.text, "is taken"));
    client_end(&c, SIGTERM);
    const fsc_view_input pageless = {.folder = other, .anat = other, .name = "sub-01", .page = NULL};
    assert_fails(fsc_view_run(&pageless, &options, &test_error), FSC_E_NOTFOUND);
    remove_folder(other);
    remove_folder(dir);
}

static void say_hello(void *context, const char *path, const char *body, size_t n, fsc_view_reply *reply) {
    (void)context, (void)path, (void)body, (void)n;
    reply->status = 200;
    fsc_text_add(&reply->body, "hello");
}

/* A byte now and then keeps no connection open, and nobody asking ends the server. */
static void slow_and_idle_end(void **state) {
    (void)state;
    int pipes[2], status = 0;
    client c;
    assert_int_equal(pipe(pipes), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(60);
        const fsc_view_service service = {
            .answer = say_hello, .opened = client_said, .context = &pipes[1], .idle_s = 3, .slow_s = 0.8};
        _exit(fsc_view_serve(&service, NULL) == FSC_OK ? 0 : 3);
    }
    (void)close(pipes[1]);
    client_connect(&c, child, pipes[0]);
    (void)close(pipes[0]);
    const int fd = client_open(&c);
    int sent = 0;
    while (sent < 100 && send(fd, "G", 1, MSG_NOSIGNAL) == 1) {
        const struct timespec wait = {0, 100000000};
        (void)nanosleep(&wait, NULL);
        sent++;
    }
    (void)close(fd);
    assert_true(sent < 100);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_who_has_the_address_is_answered),
        cmocka_unit_test(huge_headers_are_cut),
        cmocka_unit_test(one_viewer_a_folder),
        cmocka_unit_test(slow_and_idle_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
