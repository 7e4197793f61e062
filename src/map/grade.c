/* Scales people know, derived from PDFF and labelled so. Only scales whose cut points were read in a source: Goutallier
 * (more or less fat than muscle) and the 0-1-2 grade of both lumbar multifidi. Kader's and Kjaer's bands were not read.
 */
#include "build.h"
#include "fail.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <string.h>

/* The row of a scale's band, or -1. */
static int32_t band(const fsc_table *table, const char *scale, const char *name) {
    for (int32_t row = 0; row < table->n_row; row++)
        if (strcmp(fsc_table_get(table, row, "scale"), scale) == 0 &&
            strcmp(fsc_table_get(table, row, "band"), name) == 0)
            return row;
    return -1;
}

static void start(fsc_grade *grade, const fsc_table *table, const char *scale, const char *first) {
    memset(grade, 0, sizeof *grade);
    const int32_t row = band(table, scale, first);
    fsc_copy_text(grade->scale, sizeof grade->scale, fsc_table_get(table, row, "name"));
    fsc_copy_text(grade->fact_id, sizeof grade->fact_id, fsc_table_get(table, row, "fact_id"));
}

/* Equal fat and muscle (grade 3) is what cannot be told from 50 %. */
static void goutallier(fsc_grade *grade, const fsc_table *table, const fsc_row *row) {
    start(grade, table, "goutallier", "3");
    const double half = fsc_table_number(table, band(table, "goutallier", "3"), "low") / 100;
    const double error = fsc_row_se_fraction(row), reach = isfinite(error) ? 1.6448536269514722 * error : 0;
    if (!isfinite(row->pdff_mean_fraction)) {
        fsc_copy_text(grade->reason, sizeof grade->reason, "no fat fraction");
        return;
    }
    const char *name = row->pdff_mean_fraction - reach > half   ? "4"
                       : row->pdff_mean_fraction + reach < half ? "2"
                                                                : "3";
    const int32_t found = band(table, "goutallier", name);
    fsc_copy_text(grade->grade, sizeof grade->grade, fsc_table_get(table, found, "label"));
    fsc_copy_text(grade->fact_id, sizeof grade->fact_id, fsc_table_get(table, found, "fact_id"));
    fsc_copy_text(grade->reason, sizeof grade->reason, fsc_table_get(table, found, "definition"));
}

static void visual(fsc_grade *grade, const fsc_table *table, const fsc_row *row) {
    start(grade, table, "visual_0_1_2", "0");
    const double order = fsc_level_order(row->place.level);
    const int lumbar = order >= fsc_level_order("L1") && order < fsc_level_order("S1");
    if (row->kind != FSC_ROW_SITE_BOTH || strcmp(row->place.muscle, "multifidus") != 0 || !lumbar) {
        fsc_copy_text(grade->reason, sizeof grade->reason, "defined for both lumbar multifidi together");
        return;
    }
    static const char *const names[] = {"0", "1", "2"};
    for (int i = 0; i < 3; i++) {
        const int32_t found = band(table, "visual_0_1_2", names[i]);
        const double percent = 100 * row->pdff_mean_fraction;
        if (!(percent <= fsc_table_number(table, found, "high"))) continue;
        fsc_copy_text(grade->grade, sizeof grade->grade, names[i]);
        return;
    }
    fsc_copy_text(grade->reason, sizeof grade->reason, "no fat fraction");
}

fsc_status fsc_map_grades(fsc_map *map, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "exam.tsv", err));
    for (int32_t i = 0; i < map->n_site; i++) {
        goutallier(&map->site[i].grade[0], &table, &map->site[i].row);
        visual(&map->site[i].grade[1], &table, &map->site[i].row);
    }
    return FSC_OK;
}
