/* Option tables: what a command takes. Parser, --help and man page all read the same tables. */
#ifndef FASCICLE_TOOL_OPT_H
#define FASCICLE_TOOL_OPT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What an option stores in the command's own struct, at its offset. */
typedef enum opt_kind {
    OPT_FLAG,    /* int: 1 when given */
    OPT_TEXT,    /* const char *: borrowed from argv */
    OPT_NUMBER,  /* double */
    OPT_INTEGER, /* int64_t */
    OPT_TEXTS    /* opt_texts: may be given several times */
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
    size_t offset; /* offsetof(struct, field) */
    const char *help;
} opt;

typedef struct arg {
    const char *name; /* "SCAN"; NULL ends a table */
    size_t offset;    /* of a const char * */
    int required;
    const char *help;
} arg;

struct cli;

/* One command, or one folder of commands when sub is set. */
typedef struct command {
    const char *name;
    const char *group;    /* heading in `fascicle --help`; "" in sub-tables */
    const char *line;     /* one line for lists */
    const char *about;    /* paragraphs for --help and the man page, in plain words */
    const arg *args;      /* may be NULL */
    const opt *opts;      /* may be NULL */
    const void *defaults; /* initial values, size bytes; NULL = zeros */
    size_t size;          /* of the command's struct */
    int (*run)(struct cli *shared, const void *values);
    const struct command *const *sub; /* NULL-ended; NULL for a plain command */
} command;

/* Largest struct of a command's values. */
#define OPT_VALUES_MAX 4096

/* Fills values from argv[1..]. Returns 0, or a line in why (at most why_size) and non-zero. *help is set for --help. */
int opt_parse(const command *cmd, void *values, struct cli *shared, int argc, char *const *argv, int *help, char *why,
              size_t why_size);

/* The help of one command, and the man page from the same tables. path is "fascicle run". */
void opt_print_help(FILE *to, const command *cmd, const char *path);
void opt_print_man(FILE *to, const command *cmd, const char *path, const char *version);

/* The options in force as a JSON object (for provenance); returns malloc'ed text or NULL. */
char *opt_json(const command *cmd, const void *values);

/* text as a JSON string. */
void opt_json_text(FILE *to, const char *text);

#endif
