/* How commands speak: lines, notes, errors, progress. */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted; /* the signal that asked the work to end */

/* Only asks; where nothing polls progress, a second signal ends the process at once. */
static void on_signal(int signal_number) {
    interrupted = signal_number;
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
}

/* Progress asks between stages of work; that is also where an interrupt is noticed. */
static int show_progress(void *context, const char *stage, double fraction) {
    cli *c = context;
    if (interrupted) return 1;
    if (c->quiet || c->json || !isatty(STDERR_FILENO)) return 0;
    if (isnan(fraction)) /* another program's words */
        fprintf(stderr, "\r\033[K%s", stage);
    else
        fprintf(stderr, "\r\033[K%-10s%3.0f %%", stage, 100 * fraction);
    fflush(stderr);
    c->progress_shown = 1;
    return 0;
}

fsc_status cli_go_on(fsc_error *err) {
    return interrupted ? cli_refuse(err, FSC_E_CANCELLED, "interrupted; what stands in the output folder is whole")
                       : FSC_OK;
}

int cmd_always(const void *values) {
    (void)values;
    return 1;
}

void cli_begin(cli *c) {
    c->progress.step = show_progress;
    c->progress.context = c;
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART}; /* a signal is no broken disk */
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file over the limit fails as a full disk does: with a line, and nothing left */
}

void cli_clear_progress(cli *c) {
    if (!c->progress_shown) return;
    fputs("\r\033[K", stderr);
    c->progress_shown = 0;
}

static void json_number(double value) {
    if (!isfinite(value)) {
        fputs("null", stdout);
        return;
    }
    char text[32];
    int digits = 15; /* as many as it takes to read the same number back */
    do (void)snprintf(text, sizeof text, "%.*g", digits, value);
    while (strtod(text, NULL) != value && digits++ < 17);
    fputs(text, stdout);
}

static void json_field(const cli_field *field) {
    putchar(',');
    opt_json_text(stdout, field->key);
    putchar(':');
    switch (field->kind) {
    case FIELD_NUMBER: json_number(field->number); break;
    case FIELD_INTEGER: printf("%lld", field->integer); break;
    case FIELD_TEXT: field->text ? opt_json_text(stdout, field->text) : (void)fputs("null", stdout); break;
    case FIELD_NUMBERS:
        putchar('[');
        for (long long i = 0; i < field->integer; i++) {
            if (i) putchar(',');
            json_number(field->numbers[i]);
        }
        putchar(']');
        break;
    }
}

static void json_line(const char *step, const cli_field *fields) {
    fputs("{\"step\":", stdout);
    opt_json_text(stdout, step);
    for (; fields->key; fields++) json_field(fields);
    puts("}");
    fflush(stdout);
}

void cli_row(cli *c, const char *step, const cli_field *fields, const char *fmt, ...) {
    cli_clear_progress(c);
    if (c->json) {
        json_line(step, fields);
    } else if (!c->quiet) {
        char text[8192];
        va_list args;
        va_start(args, fmt);
        (void)vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        /* A folder's name must not steer the terminal. */
        for (char *at = text; *at; at++)
            if (((unsigned char)*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f) *at = '?';
        printf("%-10s%s\n", step, text);
        fflush(stdout);
    }
}

void cli_line(cli *c, const char *step, const char *fmt, ...) {
    char text[2048];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    cli_row(c, step, FIELDS(FIELD("text", text)), "%s", text);
}

void cli_file(cli *c, const char *step, const char *path) {
    cli_row(c, step, FIELDS(FIELD("file", path)), "%s", path);
}

void cli_notes(cli *c, const char *step, const fsc_notes *notes, int all) {
    static const char *const word[] = {"found", "assumed", "warning"};
    for (int32_t i = 0; i < notes->n; i++) {
        const fsc_note *note = &notes->item[i];
        const char *kind = word[note->kind];
        if (note->kind != FSC_NOTE_WARNING && !all) continue;
        if (c->json || note->kind != FSC_NOTE_WARNING) {
            cli_row(c, step, FIELDS(FIELD("note", kind), FIELD("key", note->key), FIELD("text", note->text)), "%s: %s",
                    kind, note->text);
        } else if (!c->quiet) {
            cli_clear_progress(c);
            fprintf(stderr, "%-10swarning: %s\n", step, note->text);
        }
    }
}

static int exit_code(fsc_status status) {
    switch (status) {
    case FSC_OK: return EXIT_OK;
    case FSC_E_CANCELLED: return interrupted ? EXIT_SIGNAL + interrupted : EXIT_FAILED;
    case FSC_E_ARG: return EXIT_USAGE;
    case FSC_E_IO: return EXIT_FILE;
    case FSC_E_FORMAT:
    case FSC_E_UNSUPPORTED:
    case FSC_E_SHAPE:
    case FSC_E_RANGE:
    case FSC_E_NOTFOUND:
    case FSC_E_ANATOMY: return EXIT_BAD_INPUT;
    case FSC_E_NOMEM:
    case FSC_E_NUMERIC: return EXIT_FAILED;
    }
    return EXIT_FAILED;
}

static int bids_code(int code) {
    static const int of[][2] = {
        {EXIT_USAGE, EXIT_BIDS_USAGE}, {EXIT_BAD_INPUT, EXIT_BIDS_DATA}, {EXIT_FILE, EXIT_BIDS_FILE}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        if (of[i][0] == code) return of[i][1];
    return code;
}

int cli_fail(cli *c, const fsc_error *err) {
    cli_clear_progress(c);
    fprintf(stderr, "fascicle %s: %s\n", c->cmd->name, err->text[0] ? err->text : fsc_status_text(err->code));
    if (c->code) return c->code;
    return c->cmd->bids_codes ? bids_code(exit_code(err->code)) : exit_code(err->code);
}

fsc_status cli_refuse(fsc_error *err, fsc_status code, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    err->code = code;
    (void)vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}

fsc_status cli_usage(const cli *c, fsc_error *err, const char *fmt, ...) {
    char why[sizeof err->text];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(why, sizeof why, fmt, args);
    va_end(args);
    return cli_refuse(err, FSC_E_ARG, "%.400s; see 'fascicle %s --help'", why, c->cmd->name);
}

/* The value of an option that is a path, given alone, is marked as one: the library leaves out what lies above data. */
static fsc_status set_command(const cli *c, fsc_recipe *recipe, fsc_error *err) {
    char marked[CLI_PATH_MAX];
    char **word = calloc((size_t)c->argc + 1, sizeof *word);
    fsc_status status = word ? FSC_OK : cli_refuse(err, FSC_E_NOMEM, "out of memory while noting the command");
    for (int i = 0; word && i < c->argc; i++) {
        const opt *o = i > 0 && strncmp(c->argv[i - 1], "--", 2) == 0 ? c->cmd->opts : NULL;
        while (o && o->name && strcmp(o->name, c->argv[i - 1] + 2) != 0) o++;
        const int bare = o && o->name && opt_is_path(o) && !strchr(c->argv[i], '/');
        (void)snprintf(marked, sizeof marked, "%s%.4000s", bare ? "./" : "", c->argv[i]);
        if (status == FSC_OK && !(word[i] = strdup(bare ? marked : c->argv[i])))
            status = cli_refuse(err, FSC_E_NOMEM, "out of memory while noting the command");
    }
    if (status == FSC_OK) status = fsc_recipe_set_command(recipe, c->argc, word, err);
    for (int i = 0; word && i < c->argc; i++) free(word[i]);
    free(word);
    return status;
}

fsc_status cli_recipe(cli *c, fsc_recipe *recipe, fsc_error *err) {
    AUTO(char) options = opt_json(c->cmd, c->values);
    if (!options) return cli_refuse(err, FSC_E_NOMEM, "out of memory while noting the options");
    TRY(set_command(c, recipe, err));
    return fsc_recipe_set_options(recipe, options, err);
}

fsc_status cli_path(char *out, size_t size, fsc_error *err, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const int n = vsnprintf(out, size, fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n < size) return FSC_OK;
    return cli_refuse(err, FSC_E_RANGE, "%.200s...: path is too long", out);
}

/* The folder that holds path; "." when path names none. */
static void parent_of(char *out, size_t size, const char *path) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    while (n > 0 && path[n - 1] != '/') n--;
    while (n > 1 && path[n - 1] == '/') n--;
    (void)snprintf(out, size, "%.*s", n ? (int)n : 1, n ? path : ".");
}

static fsc_status check_folder(const char *path, fsc_error *err) {
    struct stat is;
    char above[CLI_PATH_MAX];
    if (stat(path, &is) == 0 && !S_ISDIR(is.st_mode))
        return cli_refuse(err, FSC_E_IO, "%.300s: is a file, not a folder; name another --out", path);
    if (stat(path, &is) == 0 && access(path, W_OK) == 0) return FSC_OK;
    if (stat(path, &is) == 0) return cli_refuse(err, FSC_E_IO, "%.300s: %s", path, strerror(errno));
    /* Made and removed again: only the system knows whether it can be made. */
    parent_of(above, sizeof above, path);
    if (stat(above, &is) != 0) return check_folder(above, err);
    if (mkdir(path, 0777) != 0)
        return errno == EEXIST ? FSC_OK : /* made by a call beside this one */
                   cli_refuse(err, FSC_E_IO, "%.300s: the folder cannot be made: %s", path, strerror(errno));
    (void)rmdir(path);
    return FSC_OK;
}

FILE *cli_open(const char *path) {
    struct stat is;
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0) return NULL;
    if (fstat(fd, &is) == 0 && S_ISREG(is.st_mode)) return fdopen(fd, "rb");
    (void)close(fd);
    errno = S_ISDIR(is.st_mode) ? EISDIR : ENXIO;
    return NULL;
}

fsc_status cli_check_writable(const char *path, int folder, fsc_error *err) {
    struct stat is;
    char above[CLI_PATH_MAX];
    if (folder) {
        TRY(check_folder(path, err));
        return fsc_recipe_check_dataset(path, err);
    }
    if (stat(path, &is) == 0 && S_ISDIR(is.st_mode))
        return cli_refuse(err, FSC_E_IO, "%.300s: is a folder, and a file is to be written there", path);
    parent_of(above, sizeof above, path);
    if (stat(above, &is) != 0) return cli_refuse(err, FSC_E_IO, "%.300s: %s", above, strerror(errno));
    return check_folder(above, err);
}

fsc_status cli_make_folder(const char *path, fsc_error *err) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return FSC_OK;
    return cli_refuse(err, FSC_E_IO, "%.300s: the folder cannot be made: %s", path, strerror(errno));
}
