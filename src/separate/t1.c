#include "t1.h"
#include "fail.h"
#include "table.h"
#include "units.h"

#include <math.h>
#include <string.h>

static double t1_of(const fsc_table *table, const char *tissue) {
    for (int32_t row = 0; row < table->n_row; row++)
        if (strcmp(fsc_table_get(table, row, "tissue"), tissue) == 0 &&
            strcmp(fsc_table_get(table, row, "quantity"), "T1") == 0 &&
            strncmp(fsc_table_get(table, row, "status"), "verified", 8) == 0)
            return fsc_table_number(table, row, "value_ms") * 1e-3;
    return NAN;
}

static double weight(double flip_rad, double tr_s, double t1_s) {
    const double e1 = exp(-tr_s / t1_s);
    return sin(flip_rad) * (1 - e1) / (1 - cos(flip_rad) * e1);
}

static void correct_maps(fsc_fatwater *out, double water_weight, double fat_weight) {
    const double k = water_weight / fat_weight;
    const int64_t n = fsc_grid_count(&out->grid);
    for (int64_t v = 0; v < n; v++) {
        const double seen = (double)out->pdff_fraction[v], below = 1 - seen + seen * k;
        if (!isfinite(seen)) continue;
        out->pdff_fraction[v] = (float)(seen * k / below);
        if (out->pdff_se_fraction) out->pdff_se_fraction[v] *= (float)(k / (below * below));
        if (out->water) out->water[v] = (float)((double)out->water[v] / water_weight);
        if (out->fat) out->fat[v] = (float)((double)out->fat[v] / fat_weight);
    }
}

fsc_status fsc_t1_apply(fsc_fatwater *out, const fsc_scan *scan, int32_t correct, fsc_error *err) {
    const double flip = scan->flip_angle_deg * FSC_PI / 180, tr = scan->repetition_time_s;
    if (!(flip > 0 && flip < FSC_PI) || !(tr > 0)) {
        if (correct)
            return fsc_fail(
                err, FSC_E_RANGE,
                "T1 correction needs FlipAngle and RepetitionTime (ExcitationRepetitionTime); the files give none");
        return FSC_OK;
    }
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "relaxation.tsv", err));
    const double water_t1 = t1_of(&table, "muscle water"), fat_t1 = t1_of(&table, "fat");
    if (!isfinite(water_t1) || !isfinite(fat_t1))
        return fsc_fail(err, FSC_E_FORMAT, "relaxation.tsv lacks T1 of muscle water or fat");
    const double water = weight(flip, tr, water_t1), fat = weight(flip, tr, fat_t1);
    const double fraction = 0.1;
    out->t1_bias_expected = fraction * fat / (fraction * fat + (1 - fraction) * water) - fraction;
    fsc_notes_add(
        &out->notes, out->t1_bias_expected > 0.01 && !correct ? FSC_NOTE_WARNING : FSC_NOTE_FOUND, "t1-bias",
        "T1 weighting (flip angle %.3g degrees, TR %.4g ms) makes a PDFF of 10 %% read %.1f %%%s; T1 taken as "
        "%.0f ms for muscle water and %.0f ms for fat",
        scan->flip_angle_deg, tr * 1e3, 100 * (fraction + out->t1_bias_expected), correct ? "; it was divided out" : "",
        water_t1 * 1e3, fat_t1 * 1e3);
    if (correct) correct_maps(out, water, fat);
    return FSC_OK;
}
