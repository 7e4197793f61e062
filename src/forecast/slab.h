/* What may stand at an observed level: nothing, a virtual level that was struck, or a lesion of free form. */
#ifndef FSC_FORECAST_SLAB_H
#define FSC_FORECAST_SLAB_H

#include "ground.h"

enum { FSC_STRUCK_MAX = 320 };

typedef struct fsc_candidate {
    int32_t member, level, mirrored; /* of the library; member -1 = no virtual level */
    double excess[FSC_LAYERS][2];    /* fat over the healthy baseline at the last visit, fraction; left, right */
    double log_weight;               /* prior, given that the person was injured; palpation included */
    int32_t departs;                 /* non-zero: some site has an excess that counts */
} fsc_candidate;

/* One observed level: its candidates (the first is "nothing"), and what the data say of each under every spread factor.
 * The data of a cell come down to one value of its healthy logit with a variance, and a rest that no logit moves. */
typedef struct fsc_slab {
    int32_t level; /* of the model */
    int32_t n, n_cell, first_cell;
    int32_t first_deep; /* lesion of free form of the deep layer, 0 = none here */
    fsc_candidate *item;
    double *logit[FSC_SPREADS], *variance[FSC_SPREADS]; /* (n, n_cell) */
    double *rest[FSC_SPREADS];                          /* n */
    double *store;
} fsc_slab;

/* tender: log factor of the level from palpation. */
/* Sizes of the lesions of free form. */
enum { FSC_LESION_SIZES = 12 };
/* The lesion of size i on both sides of the deep layer alike, the layer outside holding its part: one piece of a deep
 * layer that is replaced as a whole. 0 = the level has no deep layer. */
int32_t fsc_slab_whole(const fsc_slab *slab, int32_t i);

FSC_MUST_USE fsc_status fsc_slab_build(fsc_slab *out, int32_t l, const fsc_ground *ground, const fsc_library *library,
                                       const fsc_data *data, double log_tender, const fsc_assumed *assumed,
                                       fsc_error *err);
void fsc_slab_free(fsc_slab *slab);
/* Fat over the healthy baseline of a candidate at a visit, ageing since the last visit included; side 2 = mean. */
double fsc_candidate_excess(const fsc_candidate *c, const fsc_library *library, const fsc_data *data,
                            const fsc_cell *cell, int32_t side, int32_t visit);

#endif
