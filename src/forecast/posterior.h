/* What the data make of a person: which levels depart, and joint draws of everything that is not known. */
#ifndef FSC_FORECAST_POSTERIOR_H
#define FSC_FORECAST_POSTERIOR_H

#include "slab.h"

/* One observed level. Probabilities are means over the chains of the probability given everything else. */
typedef struct fsc_level_posterior {
    int32_t level; /* of the model */
    double departs, struck;
    double site_departs[FSC_LAYERS][2]; /* left, right */
    double disagreement;                /* largest difference of departs between halves of the chains */
} fsc_level_posterior;

typedef struct fsc_posterior {
    const fsc_ground *ground; /* borrowed, like the rest */
    const fsc_library *library;
    const fsc_data *data;
    const fsc_assumed *assumed;
    fsc_slab *slab;             /* owned, n_level */
    fsc_level_posterior *level; /* owned */
    int32_t n_level;
    double untouched;     /* probability that nothing stands at any level, a whole deep layer left out */
    double whole;         /* probability that the whole deep layer is replaced */
    double injured;       /* probability that the person was injured here */
    double spread;        /* posterior mean of the person's spread factor */
    int32_t *pick;        /* owned, (FSC_PICKS, n_level): candidates of joint draws */
    double *logit;        /* owned, (FSC_PICKS, n_cell) */
    int32_t *spread_pick; /* owned, FSC_PICKS */
} fsc_posterior;

/* log_odds: of ever having been injured, by history and answers; log_tender: n_level factors from palpation. */
FSC_MUST_USE fsc_status fsc_posterior_run(fsc_posterior **out, const fsc_ground *ground, const fsc_library *library,
                                          const fsc_data *data, double log_odds, const double *log_tender,
                                          const fsc_assumed *assumed, uint64_t seed, int32_t n_threads, fsc_error *err);
void fsc_posterior_free(fsc_posterior *posterior);
static inline const fsc_candidate *fsc_picked(const fsc_posterior *p, int32_t i, int32_t l) {
    return &p->slab[l].item[p->pick[(int64_t)i * p->n_level + l]];
}
/* Weighs, beside what the chains made of single levels, that the whole deep layer holds one more fat (whole.c); its
 * share of the joint draws becomes that. Log priors of it, and of nothing anywhere. */
FSC_MUST_USE fsc_status fsc_whole_weigh(fsc_posterior *posterior, double log_whole, double log_nothing, uint64_t seed,
                                        fsc_error *err);
/* Share of joint draws in which level i was struck before level j, given both struck, on different days; 0.5 when there
 * are none. */
double fsc_share_before(const fsc_posterior *posterior, int32_t i, int32_t j);

#endif
