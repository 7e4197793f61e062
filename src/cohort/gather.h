/* What the members of a study left in the output folder. */
#ifndef FSC_COHORT_GATHER_H
#define FSC_COHORT_GATHER_H

#include "table.h"
#include "text.h"

#include <fascicle/group.h>

typedef struct fsc_seen {
    fsc_group_member who;
    char *made;      /* owned: version and options; NULL when a single run made it */
    char stem[300];  /* of its pages: "sub-01_acq-x"; "" without a table */
    fsc_table sites; /* no column without a table */
} fsc_seen;

typedef struct fsc_gathered {
    const char *dir;
    fsc_seen *item;
    int32_t n, n_table;
    char dictionary[4096]; /* a member's own; "" without a table */
    fsc_table people;      /* participants.tsv, where there is one */
} fsc_gathered;

FSC_MUST_USE fsc_status fsc_gather(fsc_gathered *out, const char *dir, fsc_error *err);
void fsc_gathered_free(fsc_gathered *all);

/* The row of participants.tsv, -1 when there is none. */
int32_t fsc_gathered_person(const fsc_gathered *all, const fsc_seen *m);
/* "<muscle> <level> <side>"; 0 for rows that pool sites. */
int fsc_gathered_site(char *name, size_t size, const fsc_table *t, int32_t row);

/* Every site that any member has, once, in alphabetical order. */
typedef struct fsc_site_names {
    char (*name)[72];
    int32_t n;
} fsc_site_names;
FSC_MUST_USE fsc_status fsc_gathered_sites(fsc_site_names *out, const fsc_gathered *all, fsc_error *err);
/* -1 when it is none of them. */
int32_t fsc_site_names_find(const fsc_site_names *names, const char *name);

/* The page's text. */
FSC_MUST_USE fsc_status fsc_group_page(fsc_text *out, const fsc_gathered *all, fsc_error *err);

#endif
