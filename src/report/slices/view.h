/* How a voxel grid is looked at: which array axis runs across, down and through the picture, and the letters beside it.
 */
#ifndef FSC_REPORT_VIEW_H
#define FSC_REPORT_VIEW_H

#include <fascicle/volume.h>
#include <stdint.h>

typedef enum fsc_plane { FSC_PLANE_SAGITTAL = 0, FSC_PLANE_CORONAL = 1, FSC_PLANE_AXIAL = 2 } fsc_plane;

/* Axial: front up, the person's left on the reader's right. Coronal: head up, likewise. Sagittal: head up, front to
 * the reader's left. Oblique grids take the nearest plane. */
typedef struct fsc_view {
    fsc_plane plane;
    int32_t across, down, through;  /* array axes */
    int32_t flip_across, flip_down; /* non-zero: the picture runs against the index */
    int64_t n_across, n_down, n_through;
    double mm_across, mm_down;     /* pixel size */
    char left, right, top, bottom; /* letters at the picture's edges: R L A P H F */
} fsc_view;

/* The view of a plane of the grid. */
void fsc_view_of(fsc_view *view, const fsc_grid *grid, fsc_plane plane);
/* The plane the stack was acquired in: the one with the thickest slices; near-isotropic grids are seen axially. */
fsc_plane fsc_view_natural_plane(const fsc_grid *grid);
const char *fsc_plane_text(fsc_plane plane); /* "axial" */
/* Memory index of picture pixel (column, row) of slice k. */
int64_t fsc_view_voxel(const fsc_view *view, const fsc_grid *grid, int64_t column, int64_t row, int64_t k);

#endif
