/* Order: the event-based model. From one look at each of many people it estimates in which order markers become
 * abnormal, and how sure that order is. Method: Fonteijn et al. 2012 NeuroImage 60:1880, Young et al. 2014 Brain
 * 137:2564. It assumes one common order for the whole cohort and events that do not reverse; it sees sequence, not
 * time, and an association in a cohort is no proof of a person's course. For research on groups. */
#ifndef FASCICLE_ORDER_H
#define FASCICLE_ORDER_H

#include <fascicle/notes.h>
#include <fascicle/recipe.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Largest number of markers of one cohort. */
#define FSC_ORDER_MAX_EVENTS 64

/* A table of people x markers. Every array is owned; fsc_cohort_free. Missing values are NaN. */
typedef struct fsc_cohort {
    int32_t n_person;
    int32_t n_event;
    char **person;       /* n_person names: participant, or participant/session */
    char **event;        /* n_event names: a column, or "multifidus L4 left" */
    double *value;       /* (n_person, n_event) */
    int32_t *is_control; /* n_person: non-zero = known to be healthy */
    int32_t *falls;      /* n_event: non-zero = abnormal means smaller (lean area), else larger (PDFF) */
    fsc_notes notes;
} fsc_cohort;

typedef struct fsc_cohort_options {
    const char *value_column; /* of a stacked site table; NULL = "pdff_mean_fraction", or "pdff_mean" of 0.1.0 */
    const char *group_column; /* NULL = "group"; need not exist */
    const char *control_word; /* cell of group_column that marks a control; NULL = "control" */
    const char *const *falls; /* names of markers (or value columns) whose abnormal values are small; may be NULL */
    int32_t n_falls;
    const char *const *markers; /* the only columns (or "muscle level side" sites) to use; NULL = all with numbers */
    int32_t n_markers;
    int32_t pool_sides;  /* stacked site tables: use the rows that pool left and right */
    int32_t first_visit; /* non-zero: of people with several visits only the first row's; a note counts the others */
} fsc_cohort_options;

#define FSC_COHORT_OPTIONS_INIT                                                                                        \
    { NULL, NULL, NULL, NULL, 0, NULL, 0, 0, 0 }

/* Reads a TSV. With the columns muscle, level and side it is taken as `_sites.tsv` rows of many people stacked under
 * one header (participant_id and session_id tell them apart; rows that pool levels are skipped); otherwise as one row a
 * person: the first column names the person, every other column with numbers is a marker unless markers are named
 * (do so when the table also holds age or dates). Markers known in fewer than 10
 * people are left out with a note.
 * Returns FSC_OK; FSC_E_IO; FSC_E_FORMAT (no markers, no people); FSC_E_NOTFOUND (a named column is missing);
 * FSC_E_RANGE (too many markers); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_cohort_read(fsc_cohort **out, const char *tsv_path, const fsc_cohort_options *opt,
                                                fsc_error *err);
/* An empty cohort of the given size, values NaN, names ""; fill the arrays (names: fsc_cohort_name). */
FSC_API FSC_MUST_USE fsc_status fsc_cohort_new(fsc_cohort **out, int32_t n_person, int32_t n_event, fsc_error *err);
/* Replaces a name by a copy. */
FSC_API FSC_MUST_USE fsc_status fsc_cohort_name(char **slot, const char *name, fsc_error *err);
FSC_API void fsc_cohort_free(fsc_cohort *cohort);

typedef struct fsc_order_options {
    int32_t n_start; /* greedy ascents from random orders */
    int32_t n_chain; /* independent MCMC chains, started at the ascents' ends */
    int64_t n_burn;  /* steps a chain forgets */
    int64_t n_step;  /* steps a chain keeps */
    uint64_t seed;
    int32_t n_threads; /* 0 = all cores; the result does not depend on it */
    int32_t n_mixture; /* times a chain draws its mixtures anew, so that shares and stages hold the mixtures' own
                          uncertainty; 0 = the best ones only */
    const fsc_progress *progress;
} fsc_order_options;

#define FSC_ORDER_OPTIONS_INIT                                                                                         \
    { 16, 4, 50000, 250000, 1, 0, 800, NULL }

/* The two-component Gaussian mixture of one marker, in the marker's units. */
typedef struct fsc_order_mixture {
    double healthy_mean, healthy_sd;
    double abnormal_mean, abnormal_sd;
    double abnormal_share; /* among those not known to be healthy */
    int32_t n_value;       /* people with a value */
    /* Found by the chains: between which shares of those people 90 % of the samples put the number past the event. A
     * wide span says that the values do not tell before from after. */
    double abnormal_share_p05, abnormal_share_p95;
    double
        beyond_share; /* a second opinion: share of them beyond the controls' 95th percentile; NaN under 20 controls */
} fsc_order_mixture;

/* Every array is owned; fsc_order_free. Positions and stages count from 0; stage k = the first k events have happened.
 */
typedef struct fsc_order {
    int32_t n_person, n_event;
    char **person; /* copies of the cohort's names */
    char **event;
    int32_t *is_control;
    fsc_order_mixture *mixture; /* n_event */
    int32_t *sequence;          /* n_event: the most likely order found, as event numbers */
    double log_likelihood;      /* of that order, relative to everyone being healthy; natural logarithm */
    double *position;           /* (n_event, n_event): share of MCMC orders with event e at position k */
    double *before;             /* (n_event, n_event): share of MCMC orders with event i before event j */
    double *stage;              /* (n_person, n_event + 1): posterior, averaged over MCMC orders */
    int64_t n_kept;             /* MCMC steps kept over all chains */
    double accepted;            /* share of moves accepted */
    double chain_gap;           /* largest difference of a position share between a chain and all: 0 = chains agree */
    fsc_notes notes;
} fsc_order;

/* Fits the mixtures, climbs, runs the chains. Known controls shape the mixtures and say nothing about the order. *out
 * is owned. Returns FSC_OK; FSC_E_RANGE (fewer than 2 markers or 10 people, options out of range, a value beyond
 * 1e100); FSC_E_NUMERIC (a marker has no spread); FSC_E_CANCELLED; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_order_run(fsc_order **out, const fsc_cohort *cohort, const fsc_order_options *opt,
                                              fsc_error *err);
FSC_API void fsc_order_free(fsc_order *order);

/* Writes <dir>/<name>_order.tsv (events in their order with position shares), <name>_precedence.tsv, <name>_stages.tsv
 * (people), <name>_order.svg (the positional variance) and <name>_order.json (what, how, from what).
 * Returns FSC_OK, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_order_write(const fsc_order *order, const char *dir, const char *name,
                                                const fsc_recipe *recipe, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
