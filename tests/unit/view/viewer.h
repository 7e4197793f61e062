/* A viewer of a made person's results, over the wire. */
#ifndef FSC_TEST_VIEWER_H
#define FSC_TEST_VIEWER_H

#include "client.h"

#include <stdarg.h>
#include <sys/stat.h>

static const char *fascicle;
static char dir[] = "/tmp/fsc-view-XXXXXX";

__attribute__((format(printf, 1, 2))) static inline void shell(const char *fmt, ...) {
    char line[4096];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    const int status = system(line);
    if (status != 0) fail_msg("%s: %d", line, status);
}

/* fascicle view of a folder below dir in a child; its first address. levels may be NULL. */
static inline void start(client *c, const char *out, const char *levels) {
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
        (void)execl(fascicle, fascicle, "view", out, "--viewer", "page", "--by", "A. Tester", "--json",
                    levels ? "--levels" : (char *)NULL, levels, (char *)NULL);
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

static inline int post(const client *c, const char *path, const char *body, char *answer, size_t size) {
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "POST /%s/%s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/json\r\n"
                   "Content-Length: %d\r\nConnection: close\r\n\r\n%s",
                   c->token, path, c->host, c->origin, (int)strlen(body), body);
    return client_ask(c, text, answer, size);
}

static inline int get(const client *c, const char *path, char *answer, size_t size) {
    char text[512];
    (void)snprintf(text, sizeof text, "GET /%s/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", c->token, path,
                   c->host);
    return client_ask(c, text, answer, size);
}

/* The whole number behind the first `"key": ` after `from`. */
static inline long number(const char *from, const char *key) {
    char find[64];
    (void)snprintf(find, sizeof find, "\"%s\": ", key);
    const char *at = strstr(from, find);
    if (!at) fail_msg("no %s", key);
    return atol(at + strlen(find));
}

/* The row of a site in an answer's rows as they are now; NULL when there is none. */
static inline const char *find_row(const char *answer, const char *muscle, const char *side, const char *level) {
    char find[256];
    (void)snprintf(find, sizeof find, "\"muscle\": \"%s\",\n   \"side\": \"%s\",", muscle, side);
    const char *rows = strstr(answer, "\"rows\": ");
    for (const char *at = rows; at && (at = strstr(at, find)) != NULL; at++) {
        const char *its = strstr(at, "\"level\": \"");
        if (its && strncmp(its + 10, level, strlen(level)) == 0) return at;
    }
    return NULL;
}

static inline const char *row_of(const char *answer, const char *muscle, const char *side, const char *level) {
    const char *row = find_row(answer, muscle, side, level);
    if (!row) fail_msg("no row %s %s %s", muscle, level, side);
    return row;
}

/* A small person in dir/ph, and a page that stands for the built one. */
static inline void make_person(void) {
    shell("cd %s && mkdir page && echo page >page/index.html && '%s' phantom ph --scale 0.35 --quiet", dir, fascicle);
}

#endif
