/* The few fields per block that its echoes allow: local minima of the residual, deepest first cut, sorted by field. */
#ifndef FSC_SEPARATE_MINIMA_H
#define FSC_SEPARATE_MINIMA_H

#include "lagsum.h"

#define FSC_MINIMA_MAX 4

typedef struct fsc_minima {
    int32_t n;
    float hz[FSC_MINIMA_MAX];   /* rising; within one period when echoes are even */
    float cost[FSC_MINIMA_MAX]; /* residual above the deepest, in the profile's weights (nats) */
    float floor;                /* the deepest residual */
    float range;                /* the highest residual above the deepest: all that the echoes say of the field */
} fsc_minima;

/* Reads the minima of one lane of a scanned profile. */
void fsc_minima_find(fsc_minima *out, const fsc_profile *profile, const fsc_profiler *profiler, int32_t lane);

/* Sorts by field. */
void fsc_minima_sort(fsc_minima *minima);

#endif
