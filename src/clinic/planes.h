/* Planes: the DICOM slices that a scan was read from, and where their pixels lie in its grid. */
#ifndef FSC_CLINIC_PLANES_H
#define FSC_CLINIC_PLANES_H

#include "study.h"

/* One slice: voxel index of pixel (column c, row r) = first + c * column + r * row. */
typedef struct fsc_plane {
    const fsc_study_image *image; /* NULL: a slice of the scan's own grid, that no single image shows */
    double first[3], column[3], row[3];
    double position_mm[3]; /* DICOM's patient coordinates (to the left, back, head) */
} fsc_plane;

typedef struct fsc_planes {
    fsc_plane *plane; /* owned; along the slice direction */
    int32_t n, rows, columns;
    double orientation[6], spacing_mm[2], thickness_mm;
    int32_t *used; /* owned; indices of the study's images that the scan was read from */
    int32_t n_used;
} fsc_planes;

/* Returns FSC_OK; FSC_E_SHAPE (slices do not lie on the grid); FSC_E_NOTFOUND (no image is of the scan's series);
 * FSC_E_NUMERIC; FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_planes_make(fsc_planes *out, const fsc_dicom_study *study, const fsc_scan *scan,
                                        fsc_error *err);
void fsc_planes_free(fsc_planes *planes);
/* Index of the voxel under a pixel in the scan's grid. */
int64_t fsc_planes_voxel(const fsc_plane *plane, const fsc_grid *grid, int32_t row, int32_t column);

#endif
