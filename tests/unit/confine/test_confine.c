/* What a file of strangers could make the process do, were it to take it over: no program, no network. */
#define _DEFAULT_SOURCE
#include "../test.h"
#include "confine.h"

#include <errno.h>
#include <fascicle/volume.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BEFORE = 1, HELD = 2, EXEC = 4, NETWORK = 8, THREAD = 16, FILES = 32, ALL = 63 };

static void *try_there(void *out) {
    *(int *)out = socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM;
    return NULL;
}

/* In a process of its own, which keeps the filter to its end; what held. */
static int tried(void) {
    char *const argv[] = {(char *)"true", NULL};
    pthread_t thread;
    int held = 0, there = 0;
    const int before = socket(AF_UNIX, SOCK_STREAM, 0);
    if (before >= 0) held |= BEFORE;
    if (confine()) held |= HELD;
    if (execv("/bin/true", argv) < 0 && errno == EPERM) held |= EXEC;
    if (socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM) held |= NETWORK;
    if (pthread_create(&thread, NULL, try_there, &there) == 0 && pthread_join(thread, NULL) == 0 && there)
        held |= THREAD;
    FILE *file = fopen("/proc/self/status", "r");
    if (file && fclose(file) == 0) held |= FILES;
    return held;
}

static void nothing_is_started_and_nobody_is_asked(void **state) {
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(tried());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), ALL);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_is_started_and_nobody_is_asked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
