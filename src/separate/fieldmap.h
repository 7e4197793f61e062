/* The field map as one minimum cut: every block takes one of its few fields so that evidence plus total variation over
 * the grid is smallest. Total variation is convex in the field, so the cut is the exact optimum over all blocks at once
 * (Ishikawa 2003, doi 10.1109/TPAMI.2003.1233908). Wrapped fields are further labels, one period apart. */
#ifndef FSC_SEPARATE_FIELDMAP_H
#define FSC_SEPARATE_FIELDMAP_H

#include "blocks.h"

#define FSC_LABEL_MAX 64

/* One node's labels, rising in hz. */
typedef struct fsc_field_labels {
    int32_t n;
    double hz[FSC_LABEL_MAX];
    double cost[FSC_LABEL_MAX]; /* nats */
} fsc_field_labels;

typedef struct fsc_fieldmap_prior {
    double shift_hz;            /* unit of the field difference: the main fat shift */
    double stiffness;           /* nats for a jump of one shift between two blocks of full quality in the slice plane */
    double through_plane;       /* factor between slices */
    double cost_limit;          /* nats: no single block's evidence counts for more */
    double period_hz, range_hz; /* replicas of labels; period 0 = none */
} fsc_fieldmap_prior;

/* Labels of a node with replicas inside the range. */
void fsc_field_labels_make(fsc_field_labels *out, const fsc_minima *minima, const fsc_fieldmap_prior *prior);
/* Stiffness between two neighbouring nodes in nats per shift. */
double fsc_fieldmap_stiffness(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t a, int32_t b,
                              int32_t axis);
/* Chooses blocks->hz; the same for any n_threads. FSC_E_NOMEM, FSC_E_RANGE. */
FSC_MUST_USE fsc_status fsc_fieldmap_cut(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t n_threads,
                                         fsc_error *err);

#endif
