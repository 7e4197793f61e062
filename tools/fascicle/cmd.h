/* What every command gets and how it speaks: one line a step, progress on a terminal only, named exit codes. */
#ifndef FASCICLE_TOOL_CMD_H
#define FASCICLE_TOOL_CMD_H

#include "opt.h"
#include "scope.h"

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,    /* a method failed, memory ran out, or a check did not pass */
    EXIT_USAGE = 2,     /* the command line is wrong */
    EXIT_BAD_INPUT = 3, /* the data are wrong or do not fit together */
    EXIT_FILE = 4,      /* a file cannot be read or written */
    EXIT_SIGNAL = 128   /* and the signal's number: 130 Ctrl-C, 143 terminated */
};

enum { CLI_PATH_MAX = 4096 };

/* Options every command has. */
typedef struct cli {
    int quiet;
    int json;        /* lines as JSON objects */
    int64_t threads; /* 0 = all */
    const command *cmd;
    const void *values;
    int argc;
    char *const *argv;
    fsc_progress progress; /* pass &cli->progress to the library */
    int progress_shown;
    int check_failed; /* set by a command whose check did not pass: exit code 1 without an error line */
} cli;

/* "scan      5 echoes ..." on standard output (nothing with --quiet; a JSON object with --json). */
void cli_line(cli *cli, const char *step, const char *fmt, ...) FSC_PRINTF(3, 4);
/* The file a step made; the last line of a command. */
void cli_file(cli *cli, const char *step, const char *path);
/* Warnings, and with all non-zero also what was found and assumed. Warnings go to standard error. */
void cli_notes(cli *cli, const char *step, const fsc_notes *notes, int all);
/* One error line on standard error; returns the exit code. */
int cli_fail(cli *cli, const fsc_error *err);

/* Puts one line into err and returns code; nothing allocated, err is never NULL in the tool. */
fsc_status cli_refuse(fsc_error *err, fsc_status code, const char *fmt, ...) FSC_PRINTF(3, 4);
/* FSC_E_ARG with "...; see 'fascicle run --help'". */
fsc_status cli_usage(const cli *cli, fsc_error *err, const char *fmt, ...) FSC_PRINTF(3, 4);

/* Command, options in force: what every output of this run carries. */
fsc_status cli_recipe(cli *cli, fsc_recipe *recipe, fsc_error *err);

/* Sets up progress (terminal only) and the signals: the first asks the work to end, the second ends it. */
void cli_begin(cli *cli);
/* Removes a progress line that is on the screen. */
void cli_clear_progress(cli *cli);

/* dir/<participant>[/<session>]/anat, made if needed. */
fsc_status cli_make_output(char *anat, size_t size, const char *dir, const char *participant, const char *session,
                           const fsc_recipe *recipe, fsc_error *err);

/* Joins formatted text; FSC_E_RANGE when it does not fit. */
fsc_status cli_path(char *out, size_t size, fsc_error *err, const char *fmt, ...) FSC_PRINTF(4, 5);

#define COMMAND(name, file) extern const command cmd_##name;
#include "commands.h"
#undef COMMAND

#endif
