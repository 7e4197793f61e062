/* Cross-sections along the spine. */
#ifndef FSC_MEASURE_SHAPE_H
#define FSC_MEASURE_SHAPE_H

#include "voxels.h"

typedef struct fsc_section {
    double csa_mm2, lean_csa_mm2; /* NaN when it cannot be measured */
} fsc_section;

/* The largest cross-section of the union of the sets list[0 .. n_list). area, lean and known hold n_slab doubles each.
 */
fsc_section fsc_section_largest(const fsc_voxels *voxels, const int32_t *list, int32_t n_list, double *area,
                                double *lean, double *known);

/* Non-zero when slices across the spine can show a whole cross-section: enough voxels to both sides, and the sets do
 * not reach the image's border there. */
int fsc_section_measurable(const fsc_voxels *voxels, const int32_t *list, int32_t n_list);

#endif
