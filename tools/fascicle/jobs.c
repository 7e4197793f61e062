#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { WORDS_MOST = 256 };

int jobs_scheduler(char name[120]) {
    static const char *const known[][2] = {{"SLURM_JOB_ID", "Slurm"}, {"PBS_JOBID", "PBS"}, {"LSB_JOBID", "LSF"}};
    const char *array = getenv("SLURM_ARRAY_JOB_ID"), *task = getenv("SLURM_ARRAY_TASK_ID"), *id = NULL;
    size_t k = 0;
    name[0] = 0;
    while (k < sizeof known / sizeof *known && !(id = getenv(known[k][0]))) k++;
    if (!id) return 0;
    if (k == 0 && array && task)
        (void)snprintf(name, 120, "Slurm job %.40s_%.20s", array, task);
    else
        (void)snprintf(name, 120, "%s job %.60s", known[k][1], id);
    return 1;
}

static fsc_status log_path(char out[CLI_PATH_MAX], const jobs *j, const unit *u, fsc_error *err) {
    char name[136];
    unit_name(name, u);
    return cli_path(out, CLI_PATH_MAX, err, "%s/logs/%s.log", j->out, name);
}

/* The environment with the threads of one process; the words of its command stay those of a single run. */
static fsc_status spawn(unit *u, char *const *argv, const char *log, int n_thread, fsc_error *err) {
    char threads[32];
    int n = 0, k = 0;
    while (environ[n]) n++;
    char **env = calloc((size_t)n + 2, sizeof *env);
    if (!env) return cli_refuse(err, FSC_E_NOMEM, "out of memory while starting %s", u->participant);
    (void)snprintf(threads, sizeof threads, "OMP_NUM_THREADS=%d", n_thread);
    for (int i = 0; i < n; i++)
        if (strncmp(environ[i], "OMP_NUM_THREADS=", 16) != 0) env[k++] = environ[i];
    env[k] = threads;
    posix_spawn_file_actions_t files;
    pid_t pid = 0;
    int why = posix_spawn_file_actions_init(&files);
    if (why == 0) why = posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    if (why == 0) why = posix_spawn_file_actions_addopen(&files, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (why == 0) why = posix_spawn_file_actions_adddup2(&files, 1, 2);
    if (why == 0) why = posix_spawn(&pid, "/proc/self/exe", &files, NULL, argv, env);
    (void)posix_spawn_file_actions_destroy(&files);
    free(env);
    if (why) return cli_refuse(err, FSC_E_IO, "%s cannot be started (%s)", u->participant, strerror(why));
    u->pid = pid;
    u->state = UNIT_RUNS;
    return FSC_OK;
}

static fsc_status start(const jobs *j, unit *u, fsc_error *err) {
    char log[CLI_PATH_MAX];
    const char *word[WORDS_MOST] = {j->cli->argv[0], "run", j->dir, "--participant", u->participant};
    int n = 5;
    if (u->session[0]) word[n++] = "--session", word[n++] = u->session;
    if (n + j->n_word + 1 > WORDS_MOST) return cli_refuse(err, FSC_E_ARG, "too many options");
    for (int i = 0; i < j->n_word; i++) word[n++] = j->word[i];
    TRY(log_path(log, j, u, err));
    return spawn(u, (char *const *)word, log, j->n_thread, err);
}

/* The last line of the log that tells of the failure. */
static void read_line(unit *u, const char *log, const char *dir) {
    char line[2048];
    FILE *from = cli_open(log);
    while (from && fgets(line, sizeof line, from)) {
        const char *said = strncmp(line, "fascicle run: ", 14) == 0 ? line + 14 : NULL;
        /* The list goes with the results: nothing above the dataset, whichever way it was named. */
        const char *above[] = {dir, "BIDS_DIR"};
        for (int k = 0; said && k < 2; k++)
            if (strncmp(said, above[k], strlen(above[k])) == 0) {
                said += strlen(above[k]) + strspn(said + strlen(above[k]), "/");
                if (strncmp(said, ": ", 2) == 0) said += 2; /* it was of the dataset itself */
                break;
            }
        if (said) (void)snprintf(u->line, sizeof u->line, "%.*s", (int)strcspn(said, "\n"), said);
    }
    if (from) (void)fclose(from);
}

/* A log goes with the results: what lies above dataset and results is left out of it. */
static fsc_status scrub(const jobs *j, const char *log, fsc_error *err) {
    const char *above[2] = {j->out, j->dir}, *instead[2] = {"OUT", "BIDS_DIR"};
    char line[8192];
    size_t length = 0;
    AUTO(char) text = NULL;
    FILE *from = cli_open(log), *to = open_memstream(&text, &length);
    while (from && to && fgets(line, sizeof line, from))
        for (const char *c = line; *c;) {
            int k = 0;
            while (k < 2 && strncmp(c, above[k], strlen(above[k])) != 0) k++;
            if (k < 2 && strchr(above[k], '/')) {
                fputs(instead[k], to);
                c += strlen(above[k]);
            } else {
                fputc(*c++, to);
            }
        }
    if (from) (void)fclose(from);
    if (!to || fclose(to) != 0) return cli_refuse(err, FSC_E_NOMEM, "out of memory while reading a log");
    return people_write(log, text, err);
}

static fsc_status end(const jobs *j, unit *u, int status, fsc_error *err) {
    char log[CLI_PATH_MAX];
    TRY(log_path(log, j, u, err));
    TRY(scrub(j, log, err));
    u->pid = 0;
    u->code = WIFSIGNALED(status) ? EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
    u->state = u->code == EXIT_OK                                   ? UNIT_DONE
               : u->code == EXIT_BAD_INPUT || u->code == EXIT_USAGE ? UNIT_REFUSED
                                                                    : UNIT_FAILED;
    if (u->state == UNIT_DONE) return FSC_OK;
    read_line(u, log, j->dir);
    if (!u->line[0] && WIFSIGNALED(status))
        (void)snprintf(u->line, sizeof u->line, "was ended by signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
    else if (!u->line[0])
        (void)snprintf(u->line, sizeof u->line, "exit code %d", u->code);
    return FSC_OK;
}

static void say(const jobs *j, const unit *u) {
    char name[136];
    unit_name(name, u);
    const int more = u->state == UNIT_FAILED || u->state == UNIT_REFUSED;
    cli_clear_progress(j->cli);
    cli_row(j->cli, "person",
            FIELDS(FIELD("participant", (const char *)u->participant), FIELD("session", (const char *)u->session),
                   FIELD("state", unit_state_text(u->state)), FIELD("exit_code", u->code),
                   FIELD("line", (const char *)u->line)),
            more ? "%s %s: %s; see logs/%s.log" : "%s %s", name, unit_state_text(u->state), u->line, name);
}

/* One of the running has ended: whose is it? Only they are looked at; the list may hold a hundred thousand. */
static unit *take_running(unit **run, int *running, pid_t pid) {
    for (int i = 0; i < *running; i++) {
        unit *u = run[i];
        if (u->pid != pid) continue;
        run[i] = run[--*running];
        return u;
    }
    return NULL;
}

/* Starts people until as many run as may. */
static fsc_status fill(const jobs *j, people *list, int *next, unit **run, int *running, fsc_error *err) {
    for (; *running < j->n_at_once && *next < list->n; ++*next) {
        unit *u = &list->item[*next];
        if (u->state != UNIT_WAITS) continue;
        TRY(start(j, u, err));
        run[(*running)++] = u;
        if (j->note) TRY(j->note(u, j->context, err));
    }
    return FSC_OK;
}

/* Its end, said and noted. A call that is stopped notes what it can. */
static fsc_status close_one(const jobs *j, unit *u, int how, fsc_status so_far, fsc_error *err) {
    fsc_error unheard = FSC_ERROR_INIT;
    fsc_error *to = so_far == FSC_OK ? err : &unheard;
    fsc_status status = end(j, u, how, to);
    if (so_far != FSC_OK && u->state != UNIT_DONE) {
        u->state = UNIT_FAILED;
        char job[120];
        const int named = jobs_scheduler(job);
        (void)snprintf(u->line, sizeof u->line, "was stopped with the whole call%s%s%s; the next call does it",
                       named ? " (" : "", job, named ? ")" : "");
    }
    if (status == FSC_OK && j->note) status = j->note(u, j->context, to);
    say(j, u);
    return so_far == FSC_OK ? status : so_far;
}

static fsc_status run_all(const jobs *j, people *list, unit **run, fsc_error *err) {
    int next = 0, running = 0, ended = 0;
    fsc_status status = FSC_OK;
    for (int i = 0; i < list->n; i++) ended += list->item[i].state == UNIT_KEPT;
    for (;;) {
        if (status == FSC_OK) status = cli_go_on(err);
        if (status == FSC_OK) status = fill(j, list, &next, run, &running, err);
        if (running == 0) return status;
        if (status != FSC_OK) /* those that run end by themselves or are asked to */
            for (int i = 0; i < running; i++) (void)kill(run[i]->pid, SIGTERM);
        int how = 0;
        const pid_t pid = waitpid(-1, &how, status == FSC_OK ? WNOHANG : 0);
        if (pid == 0) {
            const struct timespec moment = {0, 20000000};
            (void)nanosleep(&moment, NULL); /* a signal is noticed at once */
            continue;
        }
        if (pid < 0 && errno != EINTR) return cli_refuse(err, FSC_E_IO, "a process is lost (%s)", strerror(errno));
        unit *u = pid > 0 ? take_running(run, &running, pid) : NULL;
        if (!u) continue;
        const fsc_status was = close_one(j, u, how, status, err);
        if (status != FSC_OK) continue;
        status = was;
        (void)j->cli->progress.step(j->cli->progress.context, "people", (double)++ended / list->n);
    }
}

fsc_status jobs_run(const jobs *j, people *list, fsc_error *err) {
    unit **run = calloc((size_t)j->n_at_once, sizeof(unit *));
    if (!run) return cli_refuse(err, FSC_E_NOMEM, "out of memory while starting people");
    const fsc_status status = run_all(j, list, run, err);
    free(run);
    return status;
}
