/* The steps that fill a map record, in the order of map.c. Each reads what the earlier ones left. */
#ifndef FSC_MAP_BUILD_H
#define FSC_MAP_BUILD_H

#include <fascicle/map.h>

/* place.c: sets everything missing. */
void fsc_norm_place_clear(fsc_norm_place *place);

/* within.c: side, level, depth, psoas and medial contrasts of every site. */
void fsc_map_contrasts(fsc_map *map);
/* extent.c: shares of voxels over the cuts; maps and sites may be NULL. */
FSC_MUST_USE fsc_status fsc_map_extents(fsc_map *map, const fsc_fatwater *fatwater, const fsc_sites *sites,
                                        fsc_error *err);
/* pool.c: pools that norms are published for. */
FSC_MUST_USE fsc_status fsc_map_pools(fsc_map *map, const fsc_norms *norms, fsc_error *err);
/* runs.c: neighbouring levels that share a finding. */
FSC_MUST_USE fsc_status fsc_map_runs(fsc_map *map, fsc_error *err);
/* grade.c: scales people know, derived. */
FSC_MUST_USE fsc_status fsc_map_grades(fsc_map *map, fsc_error *err);
/* threshold.c: the two-week cut in its context. */
FSC_MUST_USE fsc_status fsc_map_threshold(fsc_map *map, fsc_error *err);
/* sentence.c: the summary; last. */
FSC_MUST_USE fsc_status fsc_map_sentences(fsc_map *map, fsc_error *err);

/* Non-zero for a row of one level (not a pool of levels, not bone). */
static inline int fsc_map_is_site(const fsc_row *row) {
    return row->kind == FSC_ROW_SITE || row->kind == FSC_ROW_SITE_BOTH;
}

/* Running mean of rows, weighted by their voxels, with the error of the mean. */
typedef struct fsc_row_sum {
    double weight, value, variance; /* variance: without the labels' bias, which is shared and adds up in bias */
    double bias;
    int64_t n_voxel;
} fsc_row_sum;
void fsc_row_sum_add(fsc_row_sum *sum, const fsc_row *row);
double fsc_row_sum_mean(const fsc_row_sum *sum); /* NaN when empty */
double fsc_row_sum_se(const fsc_row_sum *sum);
/* Standard errors beside a reference group: the labels of groups take in fat at their borders as these do, so that the
 * labels' bias stays out and their scatter counts. */
double fsc_row_compared_se(const fsc_row *row);
double fsc_row_sum_compared_se(const fsc_row_sum *sum);

#endif
