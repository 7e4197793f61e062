/* From a stroke to a saved folder, over the wire: what is saved is, bit for bit, what 'fascicle run' makes of the edited
 * labels, and the run that was looked at is as it was. usage: test_view_save FASCICLE */
#include "client.h"

#include <stdarg.h>
#include <sys/stat.h>

static const char *fascicle;
static char dir[] = "/tmp/fsc-save-XXXXXX";

__attribute__((format(printf, 1, 2))) static void shell(const char *fmt, ...) {
    char line[4096];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    const int status = system(line);
    if (status != 0) fail_msg("%s: %d", line, status);
}

/* fascicle view in a child; its first address. */
static void start(client *c, const char *more) {
    int pipes[2];
    char line[512] = "";
    size_t n = 0;
    assert_int_equal(pipe(pipes), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(100);
        if (chdir(dir) != 0 || dup2(pipes[1], 1) < 0) _exit(9);
        (void)close(pipes[0]);
        (void)execl(fascicle, fascicle, "view", "out", "--viewer", "page", "--by", "A. Tester", "--levels", more, "--json",
                    (char *)NULL);
        _exit(9);
    }
    (void)close(pipes[1]);
    int says[2];
    assert_int_equal(pipe(says), 0);
    while (n + 1 < sizeof line && read(pipes[0], line + n, 1) == 1) {
        line[++n] = 0;
        const char *at = line[n - 1] == '\n' ? strstr(line, "http://") : NULL;
        if (line[n - 1] == '\n') n = 0;
        if (!at) continue;
        assert_true(write(says[1], at, strcspn(at, "\"")) > 0 && write(says[1], "", 1) == 1);
        break;
    }
    (void)close(says[1]);
    client_connect(c, child, says[0]);
    (void)close(says[0]);
}

static int post(const client *c, const char *path, const char *body, char *answer, size_t size) {
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "POST /%s/%s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/json\r\n"
                   "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
                   c->token, path, c->host, c->origin, (int)strlen(body), body);
    return client_ask(c, text, answer, size);
}

static int get(const client *c, const char *path, char *answer, size_t size) {
    char text[512];
    (void)snprintf(text, sizeof text, "GET /%s/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", c->token, path,
                   c->host);
    return client_ask(c, text, answer, size);
}

/* The whole number behind the first `"key": ` after `from`. */
static long number(const char *from, const char *key) {
    char find[64];
    (void)snprintf(find, sizeof find, "\"%s\": ", key);
    const char *at = strstr(from, find);
    if (!at) fail_msg("no %s", key);
    return atol(at + strlen(find));
}

/* The row of a site in an answer's rows as they are now. */
static const char *row_of(const char *answer, const char *muscle, const char *side, const char *level) {
    char find[256];
    (void)snprintf(find, sizeof find, "\"muscle\": \"%s\",\n   \"side\": \"%s\",", muscle, side);
    const char *rows = strstr(answer, "\"rows\": ");
    for (const char *at = rows; at && (at = strstr(at, find)) != NULL; at++) {
        const char *its = strstr(at, "\"level\": \"");
        if (its && strncmp(its + 10, level, strlen(level)) == 0) return at;
    }
    fail_msg("no row %s %s %s", muscle, level, side);
    return NULL;
}

static void a_save_is_what_run_makes(void **state) {
    (void)state;
    static char answer[1 << 20];
    char body[256], levels[512];
    client c;
    const size_t size = sizeof answer;
    (void)snprintf(levels, sizeof levels, "%s/ph/derivatives/truth/sub-01/anat/sub-01_desc-levels_dseg.nii.gz", dir);
    shell("cd %s && mkdir page && echo page >page/index.html && '%s' phantom ph --scale 0.35 --quiet && "
          "'%s' run ph --out out --quiet --levels %s "
          "--labels ph/derivatives/truth/sub-01/anat/sub-01_desc-muscles_dseg.nii.gz && cp -r out as-run",
          dir, fascicle, fascicle, levels);
    start(&c, levels);
    assert_int_equal(get(&c, "state.json", answer, size), 200);
    assert_non_null(strstr(answer, "\"value\": 5101")); /* above 255, and still its own number */
    const char *row = row_of(answer, "multifidus", "left", "L4");
    const long voxel = number(row, "voxel"), n_voxel = number(row, "n_voxel");
    assert_true(voxel >= 0);
    (void)snprintf(body, sizeof body, "site/%ld", voxel);
    assert_int_equal(get(&c, body, answer, size), 200);
    assert_non_null(strstr(answer, "multifidus:L4:left"));
    /* Takes a voxel away; the row follows, and back, and again. */
    (void)snprintf(body, sizeof body, "{\"revision\":0,\"voxel\":[%ld],\"index\":[0]}", voxel);
    assert_int_equal(post(&c, "stroke", body, answer, size), 200);
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel - 1);
    assert_int_equal(post(&c, "stroke", body, answer, size), 409); /* a window that missed it */
    assert_int_equal(post(&c, "undo", "{\"revision\":1}", answer, size), 200);
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel);
    assert_int_equal(post(&c, "redo", "{\"revision\":2}", answer, size), 200);
    /* What is no stroke changes nothing. */
    static const char *const bad[] = {"",
                                      "[]",
                                      "{\"revision\":3}",
                                      "{\"revision\":3,\"voxel\":[1],\"index\":[]}",
                                      "{\"revision\":3,\"voxel\":[-1],\"index\":[1]}",
                                      "{\"revision\":3,\"voxel\":[1e12],\"index\":[1]}",
                                      "{\"revision\":3,\"voxel\":[0.5],\"index\":[1]}",
                                      "{\"revision\":3,\"voxel\":[1],\"index\":[200]}",
                                      "{\"revision\":3,\"voxel\":\"1\",\"index\":\"1\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const int status = post(&c, "stroke", bad[i], answer, size);
        if (status != 400 && status != 409) fail_msg("%s: %d", bad[i], status);
    }
    /* Killed, and everything that was answered is there. */
    client_end(&c, SIGKILL);
    start(&c, levels);
    assert_int_equal(get(&c, "state.json", answer, size), 200);
    assert_int_equal(number(answer, "revision"), 3);
    assert_non_null(strstr(answer, "\"unsaved\": true"));
    assert_int_equal(number(row_of(answer, "multifidus", "left", "L4"), "n_voxel"), n_voxel - 1);
    assert_int_equal(post(&c, "save", "{\"revision\":3}", answer, size), 200);
    assert_non_null(strstr(answer, "\"unsaved\": false"));
    client_end(&c, SIGTERM);
    shell("cd %s && '%s' run out/sub-01/anat/sub-01_PDFFmap.nii.gz "
          "--labels out/edited/sub-01/anat/sub-01_desc-edited_dseg.nii.gz --levels %s --out again >said && "
          "diff -r -x '*edited_dseg*' -x '*strokes.txt' again out/edited && "
          "! cmp -s again/sub-01/anat/sub-01_sites.tsv out/sub-01/anat/sub-01_sites.tsv && "
          "grep -q '\"VoxelsChanged\": 1' out/edited/sub-01/anat/sub-01_desc-edited_dseg.json && "
          "grep -q '\"EditedBy\": \"A. Tester\"' out/edited/sub-01/anat/sub-01_desc-edited_dseg.json && "
          "rm -r out/edited && diff -r as-run out && cd / && rm -r %s",
          dir, fascicle, levels, dir);
}

int main(int argc, char **argv) {
    if (argc < 2 || !mkdtemp(dir)) return 2;
    fascicle = argv[1];
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_save_is_what_run_makes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
