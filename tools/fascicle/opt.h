/* Option tables: what a command takes. Parser, help, man page, completion and provenance all read the same tables. */
#ifndef FASCICLE_TOOL_OPT_H
#define FASCICLE_TOOL_OPT_H

#include <fascicle/status.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What an option stores in the command's own struct, at its offset. */
typedef enum opt_kind {
    OPT_FLAG,    /* int: 1 when given */
    OPT_TEXT,    /* const char *: borrowed from argv */
    OPT_WORD,    /* int: which of words, counted from 0 */
    OPT_NAME,    /* const char *: one of names() */
    OPT_DAY,     /* const char *: a day of the calendar, as 2026-11-21 */
    OPT_NUMBER,  /* double, finite, from low to high when they differ */
    OPT_INTEGER, /* int64_t, likewise; 0 or more when they do not differ */
    OPT_TEXTS,   /* opt_texts: may be given several times */
    OPT_NAMES    /* opt_texts: likewise, each one of names() */
} opt_kind;

#define OPT_TEXTS_MAX 64
typedef struct opt_texts {
    const char *item[OPT_TEXTS_MAX];
    int n;
} opt_texts;

typedef struct opt {
    const char *name;  /* "labels", given as --labels; NULL ends a table */
    const char *value; /* "FILE" in the help; NULL for a flag */
    opt_kind kind;
    size_t offset;                     /* offsetof(struct, field) */
    const char *help;                  /* choices, range and default are added from the fields below */
    const char *words;                 /* OPT_WORD: "auto|stored|conjugate" */
    const char *const *(*names)(void); /* OPT_NAME, OPT_NAMES: NULL-ended */
    double low, high;                  /* OPT_NUMBER, OPT_INTEGER */
    const char *also;                  /* other spellings: "nprocs|n-cpus"; _ serves as - in every name */
    char letter;                       /* short name: -w; 0 = none */
    int many;                          /* OPT_TEXTS: takes the words after it too, once the arguments are there */
} opt;

/* A row: OPT(values, out, "out", OPT_TEXT, "FOLDER", "where it goes") or, with what the kind needs,
 * OPT(values, sign, "sign", OPT_WORD, "WHICH", "precession sign", .words = "auto|stored"). */
#define OPT(type, member, option, what, placeholder, ...)                                                              \
    { .name = option, .value = placeholder, .kind = what, .offset = offsetof(type, member), .help = __VA_ARGS__ }
#define OPT_END                                                                                                        \
    { .name = NULL }

typedef struct arg {
    const char *name; /* "SCAN"; NULL ends a table */
    size_t offset;    /* of a const char * */
    int required;
    const char *help;
} arg;
#define ARG_END                                                                                                        \
    { .name = NULL }

struct cli;

/* One command, or a folder of commands when run is NULL: its parts begin with its name and a blank. */
typedef struct command {
    const char *name;     /* "run", "norms place" */
    const char *group;    /* heading in `fascicle --help`; not used in parts */
    const char *line;     /* one line for lists */
    const char *about;    /* paragraphs for --help and the man page, in plain words */
    const char *examples; /* lines that run as printed, in one shell, after those of phantom; "# ..." says what for */
    const arg *args;      /* may be NULL */
    const opt *opts;      /* may be NULL */
    const void *defaults; /* initial values, size bytes; NULL = zeros */
    size_t size;          /* of the command's struct */
    fsc_status (*run)(struct cli *shared, const void *values, fsc_error *err);
    /* Non-zero when this call may start another program or listen; NULL = never. Else nothing of the kind is allowed while
     * it reads (confine.h). */
    int (*starts_program)(const void *values);
    int bids_codes; /* non-zero: exit codes of the BIDS Apps execution draft */
} command;

/* All commands, NULL-ended (main.c). */
extern const command *const commands[];
/* The command of this name, or NULL. */
const command *command_find(const char *name);
/* Non-zero when cmd is a part of folder; with folder NULL, when it is no part of any. */
int command_is_part(const command *cmd, const command *folder);

/* Options that every command has, stored in the cli struct. */
extern const opt opt_common[];

/* What is asked for instead of the work: --help of every command, --version and -v of BIDS Apps. */
enum { OPT_HELP = 1, OPT_VERSION };

/* Fills values from argv[1..]. FSC_E_ARG with one line in err when they do not fit. *help is one of the above or 0. */
fsc_status opt_parse(const command *cmd, void *values, struct cli *shared, int argc, char *const *argv, int *help,
                     fsc_error *err);

/* Non-zero when the option's value is a file or folder, there or not. */
int opt_is_path(const opt *o);

/* The word of words ("a|b|c") at index, into out; returns 0 behind the last. */
int opt_word(char *out, size_t size, const char *words, int index);

/* The name in table or words that was most likely meant, or NULL. */
const char *opt_nearest(const char *typed, const char *best, const char *candidate);

/* The help of one command, and the man page from the same tables. */
void opt_print_help(FILE *to, const command *cmd);
/* cmd NULL: the page of fascicle itself. */
void opt_print_man(FILE *to, const command *cmd, const char *version);

/* Completion for "bash" or "zsh", and every command's examples as a script. */
void opt_print_completion(FILE *to, const char *shell);
void opt_print_examples(FILE *to);

/* The options in force as a JSON object (for provenance); returns malloc'ed text or NULL. */
char *opt_json(const command *cmd, const void *values);

/* text as a JSON string. */
void opt_json_text(FILE *to, const char *text);

#endif
