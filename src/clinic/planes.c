#include "planes.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OFF_GRID 0.05 /* voxels; the converter writes its matrix in single precision */

void fsc_planes_free(fsc_planes *planes) {
    fsc_free(planes->plane);
    fsc_free(planes->used);
    memset(planes, 0, sizeof *planes);
}

static int is_used(const fsc_scan *scan, const fsc_study_image *image) {
    for (int32_t s = 0; s < scan->n_series; s++)
        if (scan->series[s] == image->series_number) return 1;
    return scan->n_series == 0;
}

static int read_slice(double position[3], double orientation[6], double spacing[2], const fsc_study_image *image) {
    return image->rows > 0 && image->columns > 0 && fsc_scan_numbers(position, 3, image->position, '\\') &&
           fsc_scan_numbers(orientation, 6, image->orientation, '\\') &&
           fsc_scan_numbers(spacing, 2, image->spacing, '\\');
}

static void to_ras(double ras[3], const double lps[3]) {
    ras[0] = -lps[0];
    ras[1] = -lps[1];
    ras[2] = lps[2];
}

/* The indices of a slice's first pixel and of the steps to the next column and row. */
static fsc_status place(fsc_plane *plane, const fsc_planes *p, const fsc_grid *grid) {
    double corner[3][3];
    for (int c = 0; c < 3; c++) {
        double lps[3], ras[3];
        for (int d = 0; d < 3; d++)
            lps[d] = plane->position_mm[d] + (c == 1   ? p->orientation[d] * p->spacing_mm[1]
                                              : c == 2 ? p->orientation[3 + d] * p->spacing_mm[0]
                                                       : 0);
        to_ras(ras, lps);
        FSC_TRY(fsc_grid_to_index(grid, ras, corner[c]));
    }
    for (int d = 0; d < 3; d++) {
        plane->first[d] = corner[0][d];
        plane->column[d] = corner[1][d] - corner[0][d];
        plane->row[d] = corner[2][d] - corner[0][d];
    }
    return FSC_OK;
}

static int on_grid(const fsc_plane *plane, const fsc_planes *p, const fsc_grid *grid) {
    for (int corner = 0; corner < 4; corner++)
        for (int d = 0; d < 3; d++) {
            const double at = plane->first[d] + (corner & 1 ? p->columns - 1 : 0) * plane->column[d] +
                              (corner & 2 ? p->rows - 1 : 0) * plane->row[d];
            if (fabs(at - nearbyint(at)) > OFF_GRID || at < -0.5 || at > (double)grid->dim[d] - 0.5) return 0;
        }
    return 1;
}

/* The slices of the first series used, each place once, as the pictures stack. */
static double depth(const fsc_planes *p, const fsc_plane *plane) {
    const double *a = p->orientation, *b = p->orientation + 3;
    const double normal[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
    return normal[0] * plane->position_mm[0] + normal[1] * plane->position_mm[1] + normal[2] * plane->position_mm[2];
}

static void insert(fsc_planes *p, const fsc_plane *plane) {
    int32_t at = p->n;
    for (int32_t i = 0; i < p->n; i++)
        if (fabs(depth(p, &p->plane[i]) - depth(p, plane)) < 1e-3) return;
    for (; at > 0 && depth(p, &p->plane[at - 1]) > depth(p, plane); at--) p->plane[at] = p->plane[at - 1];
    p->plane[at] = *plane;
    p->n++;
}

static fsc_status take_slices(fsc_planes *p, const fsc_dicom_study *study, const fsc_grid *grid, fsc_error *err) {
    const fsc_study_image *first = &study->image[p->used[0]];
    fsc_plane plane = {.image = first};
    if (!read_slice(plane.position_mm, p->orientation, p->spacing_mm, first)) return FSC_OK; /* multi-frame */
    p->rows = first->rows;
    p->columns = first->columns;
    if (!fsc_scan_numbers(&p->thickness_mm, 1, first->thickness, '\\')) p->thickness_mm = 0;
    for (int32_t i = 0; i < p->n_used; i++) {
        double orientation[6], spacing[2];
        plane.image = &study->image[p->used[i]];
        if (strcmp(plane.image->series, first->series) != 0 || plane.image->rows != p->rows ||
            plane.image->columns != p->columns || !read_slice(plane.position_mm, orientation, spacing, plane.image))
            continue;
        if (place(&plane, p, grid) != FSC_OK || !on_grid(&plane, p, grid))
            return fsc_fail(err, FSC_E_SHAPE,
                            "the DICOM slices of series %d do not lie on the voxels of the converted scan; give the "
                            "series as the scanner made it",
                            (int)first->series_number);
        insert(p, &plane);
    }
    return FSC_OK;
}

/* Slices of the grid itself, for pictures that hold many frames in one file. */
static fsc_status take_grid(fsc_planes *p, const fsc_grid *grid, fsc_error *err) {
    double mm[3];
    fsc_grid_spacing_mm(grid, mm);
    p->columns = (int32_t)grid->dim[0];
    p->rows = (int32_t)grid->dim[1];
    p->spacing_mm[0] = mm[1];
    p->spacing_mm[1] = mm[0];
    p->thickness_mm = mm[2];
    for (int d = 0; d < 3; d++) {
        p->orientation[d] = (d < 2 ? -1 : 1) * grid->affine[4 * d] / mm[0];
        p->orientation[3 + d] = (d < 2 ? -1 : 1) * grid->affine[4 * d + 1] / mm[1];
    }
    for (int64_t k = 0; k < grid->dim[2]; k++) {
        const double ijk[3] = {0, 0, (double)k};
        double ras[3];
        fsc_plane plane = {.first = {0, 0, (double)k}, .column = {1, 0, 0}, .row = {0, 1, 0}};
        fsc_grid_to_mm(grid, ijk, ras);
        to_ras(plane.position_mm, ras);
        insert(p, &plane);
    }
    return p->n == grid->dim[2] ? FSC_OK : fsc_fail(err, FSC_E_NUMERIC, "the slices of the scan lie on one another");
}

fsc_status fsc_planes_make(fsc_planes *out, const fsc_dicom_study *study, const fsc_scan *scan, fsc_error *err) {
    memset(out, 0, sizeof *out);
    const int64_t most = study->n_image > scan->grid.dim[2] ? study->n_image : scan->grid.dim[2];
    out->plane = fsc_alloc(most, sizeof *out->plane);
    out->used = fsc_alloc(study->n_image, sizeof *out->used);
    if (!out->plane || !out->used) return fsc_fail_nomem(err, "placing the slices");
    for (int32_t i = 0; i < study->n_image; i++)
        if (is_used(scan, &study->image[i])) out->used[out->n_used++] = i;
    if (!out->n_used) return fsc_fail(err, FSC_E_NOTFOUND, "none of the DICOM images is of the series that was read");
    FSC_TRY(take_slices(out, study, &scan->grid, err));
    return out->n ? FSC_OK : take_grid(out, &scan->grid, err);
}

int64_t fsc_planes_voxel(const fsc_plane *plane, const fsc_grid *grid, int32_t row, int32_t column) {
    int64_t at[3];
    for (int d = 0; d < 3; d++)
        at[d] = (int64_t)floor(plane->first[d] + column * plane->column[d] + row * plane->row[d] + 0.5);
    return at[0] + grid->dim[0] * (at[1] + grid->dim[1] * at[2]);
}
