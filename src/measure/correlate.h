/* The standard error of a mean over voxels that resemble their neighbours. */
#ifndef FSC_MEASURE_CORRELATE_H
#define FSC_MEASURE_CORRELATE_H

#include <fascicle/volume.h>
#include <stdint.h>

/* n voxels (places in map, rising) of a set that map marks with value; those whose data are not finite are passed over.
 * mean is their mean; scratch holds 3 n floats. Returns the variance of that mean; NaN for fewer than two.
 * Method: doc/equations/measure.md. */
double fsc_variance_of_mean(const fsc_grid *grid, const float *data, const int32_t *map, int32_t value,
                            const int64_t *index, int64_t n, double mean, float *scratch);

#endif
