/* Group: a study from the results of many people alone: who is there, one long table, one wide table, one page. */
#ifndef FASCICLE_GROUP_H
#define FASCICLE_GROUP_H

#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One person at one visit, as the output folder shows it. */
typedef struct fsc_group_member {
    char participant[72]; /* "sub-01" */
    char session[72];     /* "ses-02"; "" without visits */
    char name[150];       /* "sub-01_ses-02" */
    char state[16];       /* "done", "refused", "failed" (also: begun, and no end recorded) or "missing" */
    char line[400];       /* why it is not done, or what else is to be said of it */
} fsc_group_member;

/* Owned; fsc_group_free. */
typedef struct fsc_group {
    fsc_group_member *member; /* n_member, in order of name */
    int32_t n_member;
    int32_t n_table; /* how many of them have a table of sites */
} fsc_group;

typedef struct fsc_group_options {
    const char *controls; /* "COLUMN=VALUE" of participants.tsv marks who is a control; NULL = "group=control" */
    /* n_other folders likewise: results of other raters or methods for the same people; may be NULL. What
     * logs/raters.tsv of dir lists (rater, folder below dir) joins them. */
    const char *const *other;
    int32_t n_other;
    int32_t order;     /* non-zero: also the order of events over the sites (minutes for a thousand people) */
    int32_t n_threads; /* 0 = all cores; nothing depends on it */
    const fsc_progress *progress;
} fsc_group_options;

#define FSC_GROUP_OPTIONS_INIT                                                                                         \
    { NULL, NULL, 0, 0, 0, NULL }

/* Writes into dir, from what stands in it (sub-*, logs, participants.tsv):
 *   group_people.tsv  every member with state and line, and the columns of participants.tsv
 *   group_sites.tsv   members x sites: every column of their tables, then participants_<column>; group_sites.json says
 *                     what each is
 *   group_wide.tsv    a row a member, a column a site: mean fat fraction
 *   group_change.tsv  who has several visits: each site at the first and the last
 *   group_quality.tsv  each member's quality, and which of it is an outlier
 *   group_levels.tsv  each level of a muscle: mean of people, right minus left, also by group
 *   group_agreement.tsv  with other: each member's sites by both
 *   group_controls.tsv, group_norms.tsv  with controls: their sites, and the norms fitted to them (fsc_norms_fit)
 *   group_order.*     with order: as fsc_order_write
 *   group.html        who is not done, quality with its outliers, the fat of everybody by site, group and age, change
 *                     over visits, agreement, order and controls
 * All at once: a call that fails leaves what stood there, and one that does not ask for a table removes that of an
 * earlier call. opt may be NULL. Returns FSC_OK; FSC_E_NOTFOUND (no such folder, or no table in it); FSC_E_FORMAT
 * (results of two versions or two sets of options, or tables with other columns: the line names the member); FSC_E_ARG
 * (controls without
 * "=" or of an unknown column); FSC_E_IO; FSC_E_RANGE (a path or name too long); FSC_E_CANCELLED; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_group_write(fsc_group **out, const char *dir, const fsc_group_options *opt,
                                                fsc_error *err);
FSC_API void fsc_group_free(fsc_group *group);

#ifdef __cplusplus
}
#endif
#endif
