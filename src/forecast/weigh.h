/* One observed level against the library, given the person's baseline: what posterior.c puts together. */
#ifndef FSC_CYCLE_WEIGH_H
#define FSC_CYCLE_WEIGH_H

#include "infer.h"

/* Deep fat over the model's baseline at an observed level, or over all of them. */
typedef struct fsc_surrounding {
    double excess, variance; /* NaN = not observed */
} fsc_surrounding;

/* One level's samples: every virtual level of the group, as it is and mirrored. */
typedef struct fsc_weighing {
    const fsc_library *library;
    const fsc_data *data;
    int32_t level;                      /* of the model */
    int32_t first, end;                 /* the level's data */
    int32_t candidate[64], n_candidate; /* virtual levels that may stand for it */
    int32_t has_contrasts;              /* non-zero: something besides PDFF was observed */
    fsc_surrounding next[2], mean;      /* towards the head, towards the foot; the whole person */
    float *fixed; /* owned, (n_sample, FSC_SCALES): the part of the log likelihood that no baseline moves */
    int64_t n_sample;
} fsc_weighing;

/* A level's samples under one baseline. */
typedef struct fsc_view {
    const fsc_weighing *w;
    const fsc_baseline *baseline;
    float *value;   /* borrowed, (n_sample, FSC_SCALES): log likelihood, later the weight given the scale */
    int64_t n_used; /* samples that are looked at: all, or the first ones */
    double sum[FSC_SCALES];
    double log_evidence[FSC_SCALES];                    /* logarithm of the mean likelihood over the library */
    double precision[FSC_LAYERS], weighted[FSC_LAYERS]; /* what the level says of the baseline */
    double effective_n, tempering;
} fsc_view;

FSC_MUST_USE fsc_status fsc_weighing_new(fsc_weighing *w, const fsc_library *library, const fsc_data *data,
                                         int32_t level, fsc_error *err);
/* Once: fixed. */
void fsc_weighing_fix(fsc_weighing *w);
/* Fills value with the log likelihood of the level's own data, and log_evidence. */
void fsc_view_likelihood(fsc_view *view);
/* Turns value into weights that sum to 1 for each scale; look_around adds how the level's surroundings compare. */
void fsc_view_weigh(fsc_view *view, const double scale_share[FSC_SCALES], int look_around);
/* Fills precision and weighted from the weights. */
void fsc_view_baseline(fsc_view *view, const double scale_share[FSC_SCALES]);
/* Systematic draws under one scale into pick[0..n); offset 0..1. */
void fsc_view_draw(const fsc_view *view, fsc_pick *pick, int32_t n, int scale, double offset);

#endif
