/* Exams and maps for the plan's tests. */
#ifndef FSC_TEST_PLAN_PEOPLE_H
#define FSC_TEST_PLAN_PEOPLE_H

#include "../test.h"

#include <fascicle/plan.h>
#include <math.h>
#include <string.h>

/* A row of a site table as complex multi-echo gives it. */
static inline fsc_row people_row(const char *muscle, const char *level, fsc_side side, double pdff_fraction) {
    fsc_row row;
    memset(&row, 0, sizeof row);
    row.kind = FSC_ROW_SITE;
    row.place = fsc_place_of(muscle, level, side);
    row.n_voxel = 200;
    row.coverage = 1;
    row.csa_mm2 = 800;
    row.pdff_mean_fraction = row.pdff_median_fraction = pdff_fraction;
    row.pdff_se_fraction = 0.005;
    row.pdff_sd_fraction = row.pdff_se_noise_fraction = row.pdff_mean_erode1_fraction = row.pdff_mean_erode2_fraction =
        row.volume_mm3 = NAN;
    row.r2star_mean_per_s = row.t2_mean_ms = row.t2_se_ms = row.lean_csa_mm2 = row.lean_volume_mm3 = row.swap_fraction =
        row.snr = NAN;
    for (int q = 0; q < 4; q++) row.pdff_quartile_fraction[q] = row.pdff_quartile_se_fraction[q] = NAN;
    return row;
}

/* The map of rows and an exam; the caller frees it. */
static inline fsc_map *people_map(const fsc_row *row, int32_t n, const fsc_exam *exam) {
    const fsc_measures measures = {.row = (fsc_row *)row, .n_row = n, .method = FSC_METHOD_COMPLEX};
    const fsc_map_inputs in = {.measures = &measures, .exam = exam};
    fsc_map *map = NULL;
    assert_ok(fsc_map_run(&map, &in, &test_error));
    return map;
}

#endif
