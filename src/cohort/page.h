/* The page of a study: what its sections share. */
#ifndef FSC_COHORT_PAGE_H
#define FSC_COHORT_PAGE_H

#include "gather.h"

enum { FSC_PAGE_GROUPS = 6 };

/* The words of the column "group" of participants.tsv; one nameless group without it. */
typedef struct fsc_page_groups {
    const char *name[FSC_PAGE_GROUPS];
    int32_t size[FSC_PAGE_GROUPS]; /* members with a table */
    int n;
} fsc_page_groups;

typedef struct fsc_page {
    const fsc_gathered *all;
    fsc_page_groups group;
    int32_t *of;   /* owned: each member's group */
    int32_t *site; /* owned: all->site by muscle, from the head down, left before right */
    double *value; /* owned, scratch: one a member, and one a row of the longest table */
} fsc_page;

extern const char *const fsc_page_ink[FSC_PAGE_GROUPS];

/* Sections; each adds to the text, which remembers when memory was short. */
void fsc_page_quality(fsc_text *out, const fsc_page *page);
void fsc_page_strips(fsc_text *out, const fsc_page *page);

/* A wide part that scrolls by itself, up to its table's head or its picture. */
void fsc_page_open(fsc_text *out, const char *name);
/* A muscle's or site's name for people's eyes. */
void fsc_page_name(fsc_text *out, const char *name, size_t length);
/* "href=..." of a member's research page. */
void fsc_page_href(fsc_text *out, const fsc_seen *m);
/* The end of the sites of one muscle, from first on. */
int32_t fsc_page_muscle_end(const fsc_page *page, int32_t first);
/* In order of size, and of sorted values between neighbours (Hyndman and Fan 1996, type 7). */
void fsc_page_sort(double *value, int32_t n);
double fsc_page_quantile(const double *sorted, int32_t n, double p);

#endif
