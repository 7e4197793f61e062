/* The labelled voxels, listed set by set, with what the measurements need to know of each. */
#ifndef FSC_MEASURE_VOXELS_H
#define FSC_MEASURE_VOXELS_H

#include <fascicle/anatomy.h>
#include <fascicle/separate.h>
#include <stdint.h>

#define FSC_NO_QUARTILE 255u

/* Sets 0 .. n_site-1 are the sites, n_site .. n_site+n_level-1 the labelled vertebral bodies. */
typedef struct fsc_voxels {
    const fsc_fatwater *fatwater;
    const fsc_sites *sites;
    int32_t n_set;
    int64_t *start;    /* owned, n_set + 1: a set's voxels are [start[s], start[s + 1]) */
    int64_t *index;    /* owned: place in the maps, rising within a set */
    double *along_mm;  /* owned: along the centreline, or along the head-foot axis without one */
    float *cosine;     /* owned: of the angle between the head-foot array axis and the centreline */
    int32_t *slab;     /* owned: slice that the voxel belongs to, from 0 */
    uint8_t *quartile; /* owned: 0 (medial) .. 3, or FSC_NO_QUARTILE */
    uint8_t *depth;    /* owned: 0 rim, 1 survives one erosion, 2 survives two */
    int32_t n_slab;
    int32_t slab_is_slice; /* slabs are array slices; otherwise bins along the centreline of slab_mm */
    double slab_mm;
    double spacing_mm[3];
    int32_t axis[3]; /* array axes along right, anterior, superior */
    double voxel_mm3;
} fsc_voxels;

FSC_MUST_USE fsc_status fsc_voxels_list(fsc_voxels *out, const fsc_fatwater *fatwater, const fsc_sites *sites,
                                        fsc_error *err);
void fsc_voxels_free(fsc_voxels *voxels);

/* The map and the value in it that mark a set's voxels. */
void fsc_voxels_mark(const fsc_voxels *voxels, int32_t set, const int32_t **map, int32_t *value);

/* Erosion (erode.c) and quartiles (quartile.c) fill depth and quartile. */
FSC_MUST_USE fsc_status fsc_voxels_erode(fsc_voxels *voxels, fsc_error *err);
FSC_MUST_USE fsc_status fsc_voxels_quartiles(fsc_voxels *voxels, fsc_error *err);

/* A number for each muscle and side: sites with the same one are one muscle cut by levels. list has n_site items. */
int32_t fsc_voxels_groups(const fsc_sites *sites, int32_t *list);

#endif
