/* The people of a BIDS dataset, one unit a participant and session, and whether a unit's results are still those of
 * today's inputs, options and version. */
#ifndef FASCICLE_TOOL_PEOPLE_H
#define FASCICLE_TOOL_PEOPLE_H

#include "cmd.h"

typedef enum unit_state {
    UNIT_WAITS,
    UNIT_RUNS,
    UNIT_KEPT, /* done before, and nothing has changed since */
    UNIT_DONE,
    UNIT_REFUSED, /* its data are wrong; line says why */
    UNIT_FAILED   /* the log says more */
} unit_state;

typedef struct unit {
    char participant[64], session[64]; /* "sub-01"; "ses-01" or "" */
    unit_state state;
    int pid, code; /* of its process; code 128 + n for signal n */
    char line[400];
} unit;

typedef struct people {
    unit *item; /* owned */
    int n;
} people;

typedef struct people_filter {
    const char *dir;
    const opt_texts *participant, *session; /* with or without sub-, ses-, or a file of them; none = all */
} people_filter;

/* Lists the units in order of their names. c->code is set beside the line: 66 no such folder, 16 no BIDS dataset, 18
 * nothing selected. */
fsc_status people_find(cli *c, people *out, const people_filter *filter, fsc_error *err);
void people_free(people *list);

/* "sub-01_ses-02" */
void unit_name(char out[136], const unit *u);
const char *unit_state_text(unit_state state);

/* participants.tsv, read once and in order of people: a look at the whole file for each of them would be a square. */
typedef struct people_rows {
    char *text;  /* owned */
    char **line; /* owned; the head, then the rows */
    size_t n;
} people_rows;

/* Empty where the dataset has none; people_rows_free also after failure. */
fsc_status people_rows_read(people_rows *rows, const char *dir, fsc_error *err);
void people_rows_free(people_rows *rows);

/* What a unit's results depend on, as lines of text: version, options, the hash of each file and the person's rows.
 * labels and levels may be NULL. *out is owned: free. */
fsc_status unit_key(char **out, const unit *u, const people_rows *rows, const char *dir, const char *labels,
                    const char *levels, const char *options, fsc_error *err);
/* What a unit left below out, a line a file: hash and path. *list is owned: free. */
fsc_status unit_results(char **list, const unit *u, const char *out, fsc_error *err);
/* Non-zero when a file holds exactly that text. */
int unit_key_is(const char *path, const char *key);
/* Writes a text whole or not at all. */
fsc_status people_write(const char *path, const char *text, fsc_error *err);

#endif
