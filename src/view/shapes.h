/* Voxels that a label gets by itself: between two drawn slices, or by growing from one voxel. */
#ifndef FSC_VIEW_SHAPES_H
#define FSC_VIEW_SHAPES_H

#include <fascicle/volume.h>
#include <stdint.h>

typedef struct fsc_view_shape {
    uint32_t *voxel; /* owned, n; zero-initialise, fsc_view_shape_free in every case */
    int64_t n, room;
    int limited; /* growing stopped at its radius somewhere */
} fsc_view_shape;
void fsc_view_shape_free(fsc_view_shape *shape);

/* What a shape may take: index holds each voxel's label. lock: no voxel of another label. */
typedef struct fsc_view_canvas {
    const fsc_grid *grid;
    const uint8_t *index;
    uint8_t label;
    int lock;
} fsc_view_canvas;

/* The slices between the nearest ones on both sides of `slice` along an array axis that hold the label, by shape-based
 * interpolation of signed distances (Raya and Udupa 1990, doi 10.1109/42.52980). FSC_E_RANGE (the slice holds the
 * label, or one side has none), FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_view_fill(fsc_view_shape *out, const fsc_view_canvas *canvas, int axis, int64_t slice,
                                      fsc_error *err);

/* What hangs together with seed by faces, with fat fractions (missing ones never) from..to, no farther than radius_mm
 * from it; voxels that have the label are passed through. FSC_E_RANGE (the seed itself is out of range, or more than
 * most voxels), FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_view_grow(fsc_view_shape *out, const fsc_view_canvas *canvas, const float *pdff_fraction,
                                      int64_t seed, const double range[2], double radius_mm, int64_t most,
                                      fsc_error *err);

#endif
