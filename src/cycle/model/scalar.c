/* The equations for one person: the reference solver, the Jacobian's check, and the healthy state's tests use it. */
#define EQ_LANES 1
#include "equations.h"

void fsc_rhs_one(const fsc_cast *cast, const double *y, double *dy) {
    eq_rhs(cast, y, dy);
}

void fsc_levels_one(const fsc_cast *cast, const double *y) {
    eq_levels(cast, y);
}
