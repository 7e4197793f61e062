/* Volumes: voxel grids in millimetres, float maps and label maps on them, NIfTI files, nearest-neighbour resampling. */
#ifndef FASCICLE_VOLUME_H
#define FASCICLE_VOLUME_H

#include <fascicle/recipe.h>
#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A voxel grid. Index (i, j, k) has i fastest in memory; affine takes (i, j, k, 1) to RAS+ millimetres
 * (+x to the person's right, +y to the front, +z to the head), row-major 3 x 4. */
typedef struct fsc_grid {
    int64_t dim[3];
    double affine[12];
    int32_t spacing_assumed; /* non-zero: the file's makers did not know the voxel size; mm values mean nothing */
    int32_t place_assumed;   /* non-zero: the file has neither qform nor sform; directions and origin are invented */
} fsc_grid;

/* A float map on a grid; data is owned, dim[0]*dim[1]*dim[2] values. NaN = missing. */
typedef struct fsc_volume {
    fsc_grid grid;
    float *data;
    char units[32]; /* as the sidecar of the file states them ("percent", "Hz"); "" when it does not */
} fsc_volume;

/* A label map on a grid; data is owned; 0 = background. */
typedef struct fsc_labels {
    fsc_grid grid;
    int32_t *data;
} fsc_labels;

/* Number of voxels. */
FSC_API int64_t fsc_grid_count(const fsc_grid *grid);
/* Voxel edge lengths in mm along i, j, k. */
FSC_API void fsc_grid_spacing_mm(const fsc_grid *grid, double spacing_mm[3]);
/* RAS+ position in mm of a (fractional) voxel index. */
FSC_API void fsc_grid_to_mm(const fsc_grid *grid, const double ijk[3], double xyz_mm[3]);
/* Inverse of fsc_grid_to_mm. Returns FSC_OK or FSC_E_NUMERIC for a singular affine. */
FSC_API FSC_MUST_USE fsc_status fsc_grid_to_index(const fsc_grid *grid, const double xyz_mm[3], double ijk[3]);
/* For each of the anatomical directions R, A, S: the array axis (0..2) closest to it and the sign (+1/-1) with which
 * the index grows towards it. Always a permutation, also for oblique grids. */
FSC_API void fsc_grid_orientation(const fsc_grid *grid, int32_t axis[3], int32_t sign[3]);
/* Writes the three letters towards which i, j, k grow, e.g. "LAS", plus a 0. */
FSC_API void fsc_grid_orientation_letters(const fsc_grid *grid, char letters[4]);
/* Non-zero when dims are equal and every voxel centre of the corners differs by less than tolerance_mm. */
FSC_API int fsc_grid_same(const fsc_grid *a, const fsc_grid *b, double tolerance_mm);

/* Non-zero when both have the same voxels, perhaps stored in another order and direction of the axes. */
FSC_API int fsc_grid_same_voxels(const fsc_grid *a, const fsc_grid *b, double tolerance_mm);

/* Allocates a map of NaN / a label map of 0 on a copy of grid. Returns FSC_OK, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_volume_new(fsc_volume **out, const fsc_grid *grid, fsc_error *err);
FSC_API FSC_MUST_USE fsc_status fsc_labels_new(fsc_labels **out, const fsc_grid *grid, fsc_error *err);
FSC_API void fsc_volume_free(fsc_volume *volume);
FSC_API void fsc_labels_free(fsc_labels *labels);

/* Reads a 3-D NIfTI-1 or NIfTI-2 file (.nii, .nii.gz, either byte order, all real integer and float types, scl_slope
 * applied). A 4-D file with one frame is read as 3-D. The sidecar's VoxelSizeAssumed sets grid.spacing_assumed.
 * Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT (truncated, not NIfTI, qform and sform disagree by more than half a voxel),
 * FSC_E_RANGE (voxels outside 0.05 to 50 mm), FSC_E_UNSUPPORTED, FSC_E_SHAPE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_volume_read(fsc_volume **out, const char *path, fsc_error *err);
/* As fsc_volume_read for labels. Values that a header's slope moved off a whole number are rounded; others that are not
 * whole, or not finite, are FSC_E_FORMAT. */
FSC_API FSC_MUST_USE fsc_status fsc_labels_read(fsc_labels **out, const char *path, fsc_error *err);

/* Writes NIfTI-1 (.nii.gz or .nii by the name; float32 or int32, qform and sform set) to a temporary name in the same
 * folder and renames it when whole. Returns FSC_OK, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_volume_write(const fsc_grid *grid, const float *data, const char *path,
                                                 fsc_error *err);
FSC_API FSC_MUST_USE fsc_status fsc_labels_write(const fsc_labels *labels, const char *path, fsc_error *err);

/* Linear resampling of a map onto grid; NaN outside and wherever a voxel that counts is NaN. *out is owned. Returns
 * FSC_OK, FSC_E_SHAPE (one of the two does not say where it lies), FSC_E_NUMERIC, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_volume_resample(fsc_volume **out, const fsc_volume *volume, const fsc_grid *grid,
                                                    fsc_error *err);
/* Nearest-neighbour resampling of labels onto grid; outside = 0. Returns FSC_OK, FSC_E_NUMERIC, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_labels_resample(fsc_labels **out, const fsc_labels *labels, const fsc_grid *grid,
                                                    fsc_error *err);

/* How two maps differ over the voxels where both are finite (and mask, if not NULL, is non-zero). */
typedef struct fsc_volume_difference {
    int64_t n_voxel;    /* compared */
    int64_t n_only_one; /* finite in one map only (inside the mask) */
    double mean_error;  /* a - b */
    double median_abs;  /* of |a - b| */
    double max_abs;
    double rms;
    double within_fraction; /* share with |a - b| <= tolerance */
} fsc_volume_difference;

/* Compares two maps of the same shape. Returns FSC_OK, FSC_E_SHAPE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_volume_compare(fsc_volume_difference *out, const fsc_volume *a, const fsc_volume *b,
                                                   const fsc_labels *mask, double tolerance, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
