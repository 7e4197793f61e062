/* Image: a scan's slices as a network wants them, and its classes back on the scan's grid. */
#ifndef FSC_NETWORK_IMAGE_H
#define FSC_NETWORK_IMAGE_H

#include <fascicle/volume.h>
#include <stdint.h>

typedef struct fsc_image_rules {
    double pixel_mm, tile_pixels, overlap_fraction, blend_fraction, margin_pixels; /* data/network.tsv */
} fsc_image_rules;

/* Planes (height towards R, width towards A) from foot to head, with mean 0 and SD 1 where the image is not 0. */
typedef struct fsc_image {
    float *value;             /* owned: [slices][height][width] */
    int64_t dim[3];           /* height, width, slices */
    int64_t low[3], high[3];  /* the box that is looked at: low <= i < high */
    double scale[3];          /* voxels of the scan's axis per pixel */
    int32_t axis[3], sign[3]; /* of the scan's grid */
    const fsc_grid *grid;
} fsc_image;

fsc_status fsc_image_rules_read(fsc_image_rules *out, fsc_error *err);
/* grid must outlive the image. FSC_E_RANGE: no voxel is brighter than the mean. */
fsc_status fsc_image_make(fsc_image *out, const fsc_grid *grid, const float *value, const fsc_image_rules *rules,
                          fsc_error *err);
void fsc_image_free(fsc_image *image);
/* classes (as image->value) to the nearest voxels of the scan. */
void fsc_image_back(int32_t *out, const fsc_image *image, const uint16_t *class_of);

/* Keeps of each class 1..n_class-1 the largest piece that hangs together by faces; the rest becomes 0. Returns FSC_OK
 * or FSC_E_NOMEM. */
fsc_status fsc_keep_largest(int32_t *class_of, const int64_t dim[3], int32_t n_class, fsc_error *err);

#endif
