/* The Jacobian of the right-hand side: exact, sparse, block tridiagonal in the level. */
#ifndef FSC_CYCLE_JACOBIAN_H
#define FSC_CYCLE_JACOBIAN_H

#include "model.h"

/* Compressed rows. The pattern depends on the model alone. */
typedef struct fsc_jacobian {
    int32_t n_state;
    int64_t *row;    /* [n_state + 1] */
    int32_t *column; /* [row[n_state]], rising within a row */
    double *value;
    int32_t *place; /* [n_state] scratch: where a column sits in the row at hand */
} fsc_jacobian;

FSC_MUST_USE fsc_status fsc_jacobian_new(fsc_jacobian *out, const fsc_cycle *model, fsc_error *err);
void fsc_jacobian_free(fsc_jacobian *jacobian);
/* Fills value at the state y of the one person in cast (width 1). */
void fsc_jacobian_fill(fsc_jacobian *jacobian, const fsc_cast *cast, const double *y);
/* out = J v */
void fsc_jacobian_times(const fsc_jacobian *jacobian, const double *v, double *out);

#endif
