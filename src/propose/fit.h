/* The average body fitted to one scan: an affine map, and a bend on a grid of the scan's space. */
#ifndef FSC_PROPOSE_FIT_H
#define FSC_PROPOSE_FIT_H

#include "align.h"

typedef struct fsc_body_fit {
    fsc_atlas atlas;
    fsc_alignment alignment;
    /* The bend, in steps of the grid; nowhere but there. */
    int32_t dim[3];
    double origin_mm[3], step_mm;
    float *shift[3]; /* owned */
} fsc_body_fit;

/* Affine step, then the bend. Returns as fsc_align. */
FSC_MUST_USE fsc_status fsc_body_fit_run(fsc_body_fit *out, const fsc_channels *channels, const fsc_anchor *anchor,
                                         double reach_mm, int32_t n_threads, const fsc_progress *progress,
                                         fsc_error *err);
void fsc_body_fit_free(fsc_body_fit *fit);

/* The point of the average body that lies at a point of the scan; bent 0 leaves the bend out. */
void fsc_body_fit_point(double body_mm[3], const fsc_body_fit *fit, const double scan_mm[3], int bent);

#endif
