/* Every order and start week of a few model treatments, tried on virtual people. */
#ifndef FSC_FORECAST_SEQUENCE_H
#define FSC_FORECAST_SEQUENCE_H

#include "posterior.h"

enum {
    FSC_SEQUENCE_TREATMENTS = 4,
    FSC_SEQUENCE_BLOCKS = 4, /* one treatment or none each, a treatment once at most */
    FSC_SEQUENCE_MOST = 209  /* what four treatments in four blocks come to */
};

/* A beginning of sequences: what stands in its last block, and what came before. */
typedef struct fsc_sequence_node {
    int16_t parent;   /* of the block before */
    int8_t treatment; /* -1 = none */
    uint8_t used;     /* bits of the treatments so far */
} fsc_sequence_node;

/* The rows of data/cycle/view.tsv, in their order. */
#define FSC_VIEW_ROWS(X) X(people) X(block_weeks) X(least_share) X(least_points) X(equal_points)
#define FSC_VIEW_FIELD(name) double name;
typedef struct fsc_view_rules {
    FSC_VIEW_ROWS(FSC_VIEW_FIELD)
} fsc_view_rules;

typedef struct fsc_sequences {
    fsc_view_rules rules;
    int32_t n_treatment;
    fsc_cycle_treatment treatment[FSC_SEQUENCE_TREATMENTS];
    char words[FSC_SEQUENCE_TREATMENTS][40];
    fsc_sequence_node node[FSC_SEQUENCE_BLOCKS][FSC_SEQUENCE_MOST];
    int32_t n_node[FSC_SEQUENCE_BLOCKS]; /* the nodes of the last block are the sequences */
} fsc_sequences;

/* The treatments of data/cycle/sequences.tsv, and all their sequences. FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_sequences_read(fsc_sequences *out, fsc_error *err);
static inline int32_t fsc_sequences_n(const fsc_sequences *all) {
    return all->n_node[FSC_SEQUENCE_BLOCKS - 1];
}
/* The treatment (-1 = none) of each block. */
void fsc_sequence_blocks(int32_t block[FSC_SEQUENCE_BLOCKS], const fsc_sequences *all, int32_t which);
/* "week 0 strengthening, week 6 hands-on tissue work", or "no treatment". */
void fsc_sequence_words(char *out, size_t size, const fsc_sequences *all, int32_t which);

/* pain[n_person][sequence]: mean model pain (0..10) over 52 weeks from each person's initial state. */
FSC_MUST_USE fsc_status fsc_sequences_try(double *pain, const fsc_sequences *all, const fsc_cycle *model,
                                          const fsc_cycle_person *person, int32_t n_person, int32_t n_threads,
                                          const fsc_progress *progress, fsc_error *err);
/* Of one person's pain[sequence]: the least, worst less best, and whether that makes a difference. */
double fsc_sequences_least(const double *pain, int32_t n);
double fsc_sequences_range(const double *pain, int32_t n);
int fsc_sequences_differ(const fsc_sequences *all, const double *pain);
/* The sequence that is best in most people, and the share of people of each: share[sequence]. Sequences that are
 * equally good share a person; people to whom order makes no difference count for none. */
int32_t fsc_sequences_vote(double *share, const fsc_sequences *all, const double *pain, int32_t n_person);

/* Searches under one story over whole persons put together from the posterior's draws (rules.people at most). *pain is
 * owned: [n_person][sequence]. n_person may come out 0: nobody who fits carries an injury. */
FSC_MUST_USE fsc_status fsc_sequences_search(double **pain, int32_t *n_person, const fsc_sequences *all,
                                             const fsc_posterior *posterior, int32_t n_threads,
                                             const fsc_progress *progress, fsc_error *err);

/* Whole view from the pain of both stories' people. */
FSC_MUST_USE fsc_status fsc_model_view_fill(fsc_model_view *out, const fsc_sequences *all,
                                            double *const pain[FSC_CYCLE_N_STORY],
                                            const int32_t n_person[FSC_CYCLE_N_STORY], fsc_error *err);
void fsc_model_view_refuse(fsc_model_view *out, const char *reason);

#endif
