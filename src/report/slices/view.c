#include "view.h"

void fsc_view_of(fsc_view *view, const fsc_grid *grid, fsc_plane plane) {
    int32_t axis[3], sign[3]; /* for right, front, head */
    double spacing_mm[3];
    fsc_grid_orientation(grid, axis, sign);
    fsc_grid_spacing_mm(grid, spacing_mm);
    /* Anatomical direction (0 right, 1 front, 2 head) that runs across, down, through; and whether the picture runs
     * towards it (+1) or away from it (-1). */
    static const int32_t direction[3][3] = {{1, 2, 0}, {0, 2, 1}, {0, 1, 2}};
    *view = (fsc_view){.plane = plane};
    const int32_t u = direction[plane][0], v = direction[plane][1], n = direction[plane][2];
    view->across = axis[u], view->down = axis[v], view->through = axis[n];
    /* Across runs towards the back (sagittal) or towards the left: away from the direction in each case. Down runs
     * towards the feet or the back: likewise. */
    view->flip_across = sign[u] > 0;
    view->flip_down = sign[v] > 0;
    view->n_across = grid->dim[view->across];
    view->n_down = grid->dim[view->down];
    view->n_through = grid->dim[view->through];
    view->mm_across = spacing_mm[view->across];
    view->mm_down = spacing_mm[view->down];
    static const char start[3] = {'R', 'A', 'H'}, end[3] = {'L', 'P', 'F'};
    view->left = start[u], view->right = end[u];
    view->top = start[v], view->bottom = end[v];
}

fsc_plane fsc_view_natural_plane(const fsc_grid *grid) {
    int32_t axis[3], sign[3];
    double spacing_mm[3];
    fsc_grid_orientation(grid, axis, sign);
    fsc_grid_spacing_mm(grid, spacing_mm);
    int32_t thick = 2; /* head-foot, unless another direction is clearly thicker */
    for (int32_t d = 0; d < 3; d++)
        if (spacing_mm[axis[d]] > 1.3 * spacing_mm[axis[thick]]) thick = d;
    return (fsc_plane)thick;
}

const char *fsc_plane_text(fsc_plane plane) {
    static const char *const text[3] = {"sagittal", "coronal", "axial"};
    return text[plane];
}

int64_t fsc_view_voxel(const fsc_view *view, const fsc_grid *grid, int64_t column, int64_t row, int64_t k) {
    int64_t index[3] = {0};
    index[view->across] = view->flip_across ? view->n_across - 1 - column : column;
    index[view->down] = view->flip_down ? view->n_down - 1 - row : row;
    index[view->through] = k;
    return (index[2] * grid->dim[1] + index[1]) * grid->dim[0] + index[0];
}
