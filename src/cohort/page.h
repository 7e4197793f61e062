/* The page of a study: what its sections share. */
#ifndef FSC_COHORT_PAGE_H
#define FSC_COHORT_PAGE_H

#include "gather.h"

#define FSC_PAGE_CONTROLS 20 /* from which the 5th and 95th percentile of controls are drawn */

enum { FSC_PAGE_GROUPS = 6 };

/* The words of the column "group" of participants.tsv; one nameless group without it. */
typedef struct fsc_page_groups {
    const char *name[FSC_PAGE_GROUPS];
    int32_t size[FSC_PAGE_GROUPS]; /* members with a table */
    int n;
} fsc_page_groups;

typedef struct fsc_page {
    const fsc_gathered *all;
    const fsc_gathered *other; /* n_other, of other raters or methods */
    int32_t n_other;
    const fsc_group_options *opt;
    fsc_page_groups group;
    int32_t *of;      /* owned: each member's group */
    int32_t *control; /* owned: non-zero for members that are controls */
    int32_t n_control;
    int32_t *site; /* owned: all->site by muscle, from the head down, left before right */
    double *value; /* owned, scratch: one a member, and one a row of the longest table */
} fsc_page;

extern const char *const fsc_page_ink[FSC_PAGE_GROUPS];

/* Room, groups, controls and the order of sites; fsc_page_close also after failure. */
FSC_MUST_USE fsc_status fsc_page_open_study(fsc_page *page, fsc_error *err);
void fsc_page_close(fsc_page *page);

/* Sections; each adds to the text, which remembers when memory was short. */
void fsc_page_strips(fsc_text *out, const fsc_page *page);
/* Sections that also leave tables. */
FSC_MUST_USE fsc_status fsc_page_quality(fsc_text *out, const fsc_page *page, fsc_error *err);
FSC_MUST_USE fsc_status fsc_page_levels(fsc_text *out, const fsc_page *page, fsc_error *err);
FSC_MUST_USE fsc_status fsc_page_age(fsc_text *out, const fsc_page *page, fsc_error *err);
FSC_MUST_USE fsc_status fsc_page_change(fsc_text *out, const fsc_page *page, fsc_error *err);
FSC_MUST_USE fsc_status fsc_page_agreement(fsc_text *out, const fsc_page *page, fsc_error *err);
FSC_MUST_USE fsc_status fsc_page_order(fsc_text *out, const fsc_page *page, fsc_error *err);
FSC_MUST_USE fsc_status fsc_page_controls(fsc_text *out, const fsc_page *page, fsc_error *err);

/* The page's text, and the tables of its sections. */
FSC_MUST_USE fsc_status fsc_group_page(fsc_text *out, const fsc_page *page, fsc_error *err);

/* Writes a table beside the others. */
FSC_MUST_USE fsc_status fsc_page_put(const fsc_page *page, const char *name, const fsc_text *text, fsc_error *err);
/* The column and the word that mark controls; column holds 100 bytes. */
const char *fsc_page_control_word(char column[100], const fsc_page *page);
/* Mean fat fraction of a member over the sites first..end of the page; NaN where it has none of them. */
double fsc_page_mean(const fsc_gathered *all, int32_t member, const int32_t *site, int32_t n);
/* A wide part that scrolls by itself, up to its table's head or its picture. */
void fsc_page_open(fsc_text *out, const char *name);
/* The groups by their colours and sizes, where there are several or one has a name. */
void fsc_page_key(fsc_text *out, const fsc_page_groups *groups);
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
