/* Which part of a level the field of view holds. */
#ifndef FSC_ANATOMY_COVERAGE_H
#define FSC_ANATOMY_COVERAGE_H

#include <fascicle/anatomy.h>

/* Sets coverage and cut_by_fov of every site. offset_mm holds, for each site, the mean of (voxel - its foot on the
 * centreline); touches[site] is non-zero when the site reaches the image's border across the head-foot axis (1) or
 * anywhere (2). */
void fsc_coverage_set(fsc_sites *sites, const double (*offset_mm)[3], const unsigned char *touches);

#endif
