#include "program.h"

#include "fail.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ASK_S 0.2

extern char **environ;

int fsc_program_find(char *path, size_t size, const char *name) {
    if (strchr(name, '/')) { /* as a shell takes it: a path is not looked up */
        const int used = snprintf(path, size, "%s", name);
        if (used > 0 && (size_t)used < size && access(path, X_OK) == 0) return 1;
        path[0] = 0;
        return 0;
    }
    for (const char *dir = getenv("PATH"); dir && *dir;) {
        const size_t n = strcspn(dir, ":");
        const int used = snprintf(path, size, "%.*s/%s", (int)n, dir, name);
        if (n > 0 && used > 0 && (size_t)used < size && access(path, X_OK) == 0) return 1;
        dir += n;
        dir += *dir == ':';
    }
    path[0] = 0;
    return 0;
}

static double now_s(void) {
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Both outputs of the child go to out_fd; its input is empty. A group of its own, so that its children end with it. */
static int start(pid_t *child, char *const argv[], int out_fd) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    if (posix_spawn_file_actions_init(&files) != 0) return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&files);
        return ENOMEM;
    }
    int fault = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!fault) fault = posix_spawn_file_actions_adddup2(&files, out_fd, STDOUT_FILENO);
    if (!fault) fault = posix_spawn_file_actions_adddup2(&files, out_fd, STDERR_FILENO);
    if (!fault) fault = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    if (!fault) fault = posix_spawn(child, argv[0], &files, &attributes, argv, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&files);
    return fault;
}

/* The last thing that a program said, also between the \r of a progress bar. */
static void last_said(char *out, size_t size, const fsc_text *heard) {
    size_t end = heard->length, begin;
    while (end && strchr("\r\n \t", heard->data[end - 1])) end--;
    for (begin = end; begin && heard->data[begin - 1] != '\r' && heard->data[begin - 1] != '\n';) begin--;
    char line[200];
    const size_t n = end - begin < sizeof line ? end - begin : sizeof line - 1;
    if (n) memcpy(line, heard->data + begin, n);
    line[n] = 0;
    fsc_copy_text(out, size, line);
}

/* Whether the caller wants to wait on. */
static int waits(const fsc_progress *progress, const fsc_text *heard) {
    char said[72];
    if (!progress) return 1;
    last_said(said, sizeof said, heard);
    return fsc_progress_step(progress, said, (double)NAN, NULL) == FSC_OK;
}

typedef enum ending { CLOSED, LATE, CANCELLED } ending;

/* Reads until the child's side is closed, the time has run out, or the caller does not want to wait any longer. */
static ending listen_to(int fd, double limit_s, const fsc_progress *progress, fsc_text *heard) {
    const double end_s = now_s() + limit_s;
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        double left_s = limit_s > 0 ? end_s - now_s() : 3600;
        if (left_s <= 0) return LATE;
        if (!waits(progress, heard)) return CANCELLED;
        if (progress && left_s > ASK_S) left_s = ASK_S;
        const int ready = poll(&wait, 1, (int)(1000 * left_s) + 1);
        if (ready < 0 && errno != EINTR) return CLOSED;
        if (ready <= 0) continue;
        char chunk[4096];
        const ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0 || (n < 0 && errno != EINTR)) return CLOSED;
        if (n > 0) fsc_text_add_n(heard, chunk, (size_t)n);
    }
}

/* The last line that holds anything, for an error. */
static const char *last_words(fsc_text *heard) {
    if (!heard->length) return "it said nothing";
    while (heard->length && strchr("\r\n \t", heard->data[heard->length - 1])) heard->data[--heard->length] = 0;
    const char *line = strrchr(heard->data, '\n');
    return line ? line + 1 : heard->data;
}

fsc_status fsc_program_run(char *const argv[], double limit_s, fsc_text *output, fsc_error *err) {
    return fsc_program_watch(argv, limit_s, NULL, output, err);
}

fsc_status fsc_program_watch(char *const argv[], double limit_s, const fsc_progress *progress, fsc_text *output,
                             fsc_error *err) {
    int pipe_fd[2];
    if (pipe(pipe_fd) != 0) return fsc_fail(err, FSC_E_IO, "%s: cannot be started (%s)", argv[0], strerror(errno));
    (void)fcntl(pipe_fd[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(pipe_fd[1], F_SETFD, FD_CLOEXEC);
    pid_t child = 0;
    const int fault = start(&child, argv, pipe_fd[1]);
    (void)close(pipe_fd[1]);
    if (fault) {
        (void)close(pipe_fd[0]);
        return fsc_fail(err, FSC_E_IO, "%s: cannot be started (%s)", argv[0], strerror(fault));
    }
    FSC_AUTO_TEXT fsc_text heard = {0};
    const ending end = listen_to(pipe_fd[0], limit_s, progress, &heard);
    (void)close(pipe_fd[0]);
    if (end != CLOSED) (void)kill(-child, SIGKILL);
    int state = 0;
    while (waitpid(child, &state, 0) < 0 && errno == EINTR) continue;
    if (end == CANCELLED) return fsc_fail(err, FSC_E_CANCELLED, "cancelled; %s was ended", argv[0]);
    if (heard.failed) return fsc_fail_nomem(err, "running another program");
    if (output && heard.length) fsc_text_add_n(output, heard.data, heard.length);
    if (output && output->failed) return fsc_fail_nomem(err, "running another program");
    if (end == LATE) return fsc_fail(err, FSC_E_IO, "%s: not done after %.0f s, ended", argv[0], limit_s);
    if (WIFSIGNALED(state)) return fsc_fail(err, FSC_E_IO, "%s: ended by signal %d", argv[0], WTERMSIG(state));
    if (WEXITSTATUS(state) == 0) return FSC_OK;
    return fsc_fail(err, FSC_E_IO, "%s: ended with %d (%.200s)", argv[0], WEXITSTATUS(state), last_words(&heard));
}
