/* What the members of a study left in the output folder. */
#ifndef FSC_COHORT_GATHER_H
#define FSC_COHORT_GATHER_H

#include "table.h"
#include "text.h"

#include <fascicle/group.h>

typedef struct fsc_seen {
    fsc_group_member who;
    int32_t person;   /* its row of participants.tsv; -1 without */
    char *made;       /* owned: version and options; NULL when a single run made it */
    char version[40]; /* that made it; "" when neither its record nor its table says */
    int32_t doubled;  /* non-zero: several rows of participants.tsv say different things of it, and none is used */
    char stem[300];   /* of its pages: "sub-01_acq-x"; "" without a table */
    fsc_table sites;  /* no column without a table */
} fsc_seen;

/* Every site that any member has ("<muscle> <level> <side>"), once, in alphabetical order. */
typedef struct fsc_site_names {
    char (*name)[72]; /* owned */
    int32_t n;
} fsc_site_names;

typedef struct fsc_gathered {
    const char *dir;
    char name[80];  /* of the rater or method; "" when nothing says */
    const char *to; /* where the group's files are written: aside, until all are there */
    fsc_seen *item; /* owned; each name once, in their order */
    int32_t n, n_table, capacity;
    char dictionary[4096]; /* a member's own; "" without a table */
    fsc_table people;      /* participants.tsv, where there is one */
    fsc_site_names site;
    int32_t *row; /* owned, (n, site.n): the site's row in the member's table; -1 where it has none */
} fsc_gathered;

FSC_MUST_USE fsc_status fsc_gather(fsc_gathered *out, const char *dir, fsc_error *err);
void fsc_gathered_free(fsc_gathered *all);

/* A cell of a member's site: "" and NaN where there is none. */
const char *fsc_gathered_get(const fsc_gathered *all, int32_t member, int32_t site, const char *column);
double fsc_gathered_number(const fsc_gathered *all, int32_t member, int32_t site, const char *column);

#endif
