/* Outlines of labels as SVG paths along voxel edges: what was measured, no smoother than it was drawn. */
#ifndef FSC_REPORT_OUTLINE_H
#define FSC_REPORT_OUTLINE_H

#include "text.h"
#include "view.h"

/* The part of a slice that is shown: columns [c0, c1), rows [r0, r1) of the view, slice k. */
typedef struct fsc_crop {
    int64_t c0, c1, r0, r1;
} fsc_crop;

/* Appends path data (M, h, v; picture coordinates in pixels from the crop's corner) around the voxels of slice k whose
 * value, looked up in member by label (0 .. n_member), is wanted. */
void fsc_outline_add(fsc_text *out, const fsc_view *view, const fsc_grid *grid, fsc_crop crop, int64_t k,
                     const int32_t *label, const int32_t *member, int32_t wanted);

#endif
