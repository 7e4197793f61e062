/* Rows of sites made by hand, for the tests of the map. */
#ifndef FSC_TEST_ROWS_H
#define FSC_TEST_ROWS_H

#include "text.h"

#include <fascicle/measure.h>
#include <math.h>
#include <string.h>

/* A whole, unremarkable row. */
static inline fsc_row make_row(const char *muscle, const char *level, fsc_side side, double pdff, double se) {
    fsc_row row;
    memset(&row, 0, sizeof row);
    row.kind = side == FSC_SIDE_BOTH ? FSC_ROW_SITE_BOTH : FSC_ROW_SITE;
    fsc_copy_text(row.place.muscle, sizeof row.place.muscle, muscle);
    fsc_copy_text(row.place.level, sizeof row.place.level, level);
    row.place.side = side;
    row.n_voxel = 1000;
    row.coverage = 1;
    row.csa_mm2 = 800;
    row.volume_mm3 = 20000;
    row.pdff_mean_fraction = row.pdff_median_fraction = row.pdff_mode_fraction = pdff;
    row.pdff_sd_fraction = 0.05;
    row.pdff_se_fraction = row.pdff_se_noise_fraction = se;
    row.pdff_mean_erode1_fraction = row.pdff_mean_erode2_fraction = pdff - 0.01;
    for (int q = 0; q < 4; q++) {
        row.pdff_quartile_fraction[q] = pdff + (q == 0 ? 0.06 : -0.02);
        row.pdff_quartile_se_fraction[q] = 2 * se;
    }
    row.r2star_mean_per_s = 40;
    row.t2_mean_ms = row.t2_se_ms = (double)NAN;
    row.lean_csa_mm2 = 800 * (1 - pdff);
    row.lean_volume_mm3 = 20000 * (1 - pdff);
    row.swap_fraction = 0;
    row.snr = 30;
    return row;
}

#endif
