/* The healthy person behind the measurements: what the fat of every observed layer and level would be without an
 * injury, and how far healthy people lie around that - as a whole, by layer, in slope, and site by site. */
#ifndef FSC_FORECAST_GROUND_H
#define FSC_FORECAST_GROUND_H

#include "assumed.h"
#include "infer.h"

enum { FSC_CELLS_MAX = 64 * FSC_LAYERS, FSC_SPREADS = 5 };

/* One observed layer of one level: both of its sides share a healthy fat, up to their side spread. */
typedef struct fsc_cell {
    int32_t level, layer;     /* of the model */
    int32_t first, end;       /* its data */
    int32_t known;            /* non-zero: the pooled baseline reaches it */
    double median_fraction;   /* of people like this one */
    double typical_fraction;  /* of this one, without what a single level does */
    double ageing, ageing_sd; /* fraction a year */
} fsc_cell;

/* Under one spread factor: how far this person's own departures, slopes and sides lie from the assumed spreads. */
typedef struct fsc_spread {
    double factor, log_prior;
    double *precision; /* (n_cell, n_cell): of the logits */
    double *block;     /* (n_cell, FSC_LAYERS): covariance of a level's cells given all others, row by row */
    double log_det;    /* of the precision */
} fsc_spread;

typedef struct fsc_ground {
    fsc_cell cell[FSC_CELLS_MAX];
    int32_t n_cell;
    int32_t level_cell[65], n_level; /* observed levels: where their cells begin */
    double *mean;                    /* owned with the rest: n_cell logits */
    fsc_spread spread[FSC_SPREADS];
    double *store;
} fsc_ground;

FSC_MUST_USE fsc_status fsc_ground_build(fsc_ground *out, const fsc_cycle *model, const fsc_data *data,
                                         const fsc_forecast_person *person, const fsc_assumed *assumed, fsc_error *err);
void fsc_ground_free(fsc_ground *ground);
/* SD of a healthy side around the mean of both, fraction. */
double fsc_side_sd(const fsc_cell *cell, const fsc_assumed *assumed, double factor);

#endif
