/* What every command gets and how it speaks: one line a step, progress on a terminal only, named exit codes. */
#ifndef FASCICLE_TOOL_CMD_H
#define FASCICLE_TOOL_CMD_H

#include "opt.h"

#include <fascicle/notes.h>
#include <fascicle/recipe.h>
#include <fascicle/status.h>

enum {
    EXIT_OK = 0,
    EXIT_FAILED = 1,    /* a method failed, memory ran out, or a check did not pass */
    EXIT_USAGE = 2,     /* the command line is wrong */
    EXIT_BAD_INPUT = 3, /* the data are wrong or do not fit together */
    EXIT_FILE = 4,      /* a file cannot be read or written */
    EXIT_INTERRUPTED = 130
};

/* Options every command has. */
typedef struct cli {
    int quiet;
    int json;         /* lines as JSON objects */
    int64_t threads;  /* 0 = all */
    const char *path; /* "fascicle run", for messages */
    const command *cmd;
    const void *values;
    int argc;
    char *const *argv;
    fsc_progress progress; /* pass &cli->progress to the library */
    int progress_shown;
} cli;

/* "scan      5 echoes ..." on standard output (nothing with --quiet; a JSON object with --json). */
void cli_line(cli *cli, const char *step, const char *fmt, ...) FSC_PRINTF(3, 4);
/* The file a step made; the last line of a command. */
void cli_file(cli *cli, const char *step, const char *path);
/* Warnings, and with all non-zero also what was found and assumed. Warnings go to standard error. */
void cli_notes(cli *cli, const char *step, const fsc_notes *notes, int all);
/* One error line on standard error; returns the exit code for the status. */
int cli_fail(cli *cli, fsc_status status, const fsc_error *err);
int cli_usage(cli *cli, const char *fmt, ...) FSC_PRINTF(2, 3);
/* Command, options in force: what every output of this run carries. */
fsc_status cli_recipe(cli *cli, fsc_recipe *recipe, fsc_error *err);

/* Sets up progress (terminal only) and the interrupt. */
void cli_begin(cli *cli);
/* Removes a progress line that is on the screen. */
void cli_clear_progress(cli *cli);

/* dir/<participant>[/<session>]/anat, made if needed. */
fsc_status cli_make_output(char *anat, size_t size, const char *dir, const char *participant, const char *session,
                           const fsc_recipe *recipe, fsc_error *err);

/* Joins formatted text; FSC_E_RANGE when it does not fit. */
fsc_status cli_path(char *out, size_t size, fsc_error *err, const char *fmt, ...) FSC_PRINTF(4, 5);

/* All commands, NULL-ended (main.c). */
extern const command *const commands[];

#endif
