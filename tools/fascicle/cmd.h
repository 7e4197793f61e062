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
    /* Of the BIDS Apps execution draft, for the command that is one. */
    EXIT_BIDS_INVALID = 16, /* no BIDS dataset */
    EXIT_BIDS_LEVEL = 17,   /* neither participant nor group */
    EXIT_BIDS_NOTHING = 18, /* the labels asked for select nobody */
    EXIT_BIDS_USAGE = 64,
    EXIT_BIDS_DATA = 65,
    EXIT_BIDS_NO_INPUT = 66,
    EXIT_BIDS_CANNOT_MAKE = 73, /* the output folder */
    EXIT_BIDS_FILE = 74,
    EXIT_SIGNAL = 128 /* and the signal's number: 130 Ctrl-C, 143 terminated */
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
    int code;         /* set by a command beside its error: the exit code, when it is not the usual one */
    int check_failed; /* set by a command whose check did not pass: exit code 1 without an error line */
} cli;

/* One value of a line, for programs. The key ends in its unit ("csa_mm2", "pdff_fraction"); NaN and NULL become null.
 */
typedef struct cli_field {
    const char *key;
    enum { FIELD_NUMBER, FIELD_INTEGER, FIELD_TEXT, FIELD_NUMBERS } kind;
    double number;
    long long integer; /* of FIELD_NUMBERS: how many */
    const char *text;
    const double *numbers;
} cli_field;
static inline cli_field cli_number(const char *key, double value) {
    return (cli_field){.key = key, .kind = FIELD_NUMBER, .number = value};
}
static inline cli_field cli_integer(const char *key, long long value) {
    return (cli_field){.key = key, .kind = FIELD_INTEGER, .integer = value};
}
static inline cli_field cli_text(const char *key, const char *value) {
    return (cli_field){.key = key, .kind = FIELD_TEXT, .text = value};
}
#define FIELD(key, value)                                                                                              \
    _Generic((value), double: cli_number, char *: cli_text, const char *: cli_text, default: cli_integer)(key, value)
#define FIELD_ARRAY(name, values, n) ((cli_field){.key = name, .kind = FIELD_NUMBERS, .integer = n, .numbers = values})
/* The three fields of a fsc_place. */
#define FIELD_PLACE(place)                                                                                             \
    FIELD("muscle", (place).muscle), FIELD("level", (place).level), FIELD("side", fsc_side_text((place).side))
#define FIELDS(...) ((const cli_field[]){__VA_ARGS__, {.key = NULL}})

/* "scan      5 echoes ..." on standard output for people (nothing with --quiet); with --json one object a line with
 * "step" and the fields. */
void cli_row(cli *cli, const char *step, const cli_field *fields, const char *fmt, ...) FSC_PRINTF(4, 5);
/* A sentence, which is the same for both: with --json it stands in "text". */
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
/* For commands that live by other programs: clinic, cohort, view. */
int cmd_always(const void *values);
/* FSC_E_CANCELLED once a signal has asked to end; for between steps that do not poll progress themselves. */
fsc_status cli_go_on(fsc_error *err);
/* Removes a progress line that is on the screen. */
void cli_clear_progress(cli *cli);

/* A regular file for reading; NULL, with errno, for what is not there and for pipes and devices, which would be waited on. */
FILE *cli_open(const char *path);
/* Whether path (a folder when folder is non-zero, else a file) can be made or written into; leaves nothing behind. */
fsc_status cli_check_writable(const char *path, int folder, fsc_error *err);

/* Makes the last folder of path when it is not there. */
fsc_status cli_make_folder(const char *path, fsc_error *err);

/* Joins formatted text; FSC_E_RANGE when it does not fit. */
fsc_status cli_path(char *out, size_t size, fsc_error *err, const char *fmt, ...) FSC_PRINTF(4, 5);

#define COMMAND(name, file) extern const command cmd_##name;
#include "commands.h"
#undef COMMAND

#endif
