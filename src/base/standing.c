#include "standing.h"

#include "fail.h"
#include "stats.h"

#include <math.h>
#include <string.h>

fsc_status fsc_standing_read(fsc_standing *out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "report/findings.tsv", err));
    out->family_error = out->side_floor_fraction = (double)NAN;
    for (int32_t i = 0; i < table.n_row; i++) {
        const double value = fsc_table_number(&table, i, "value");
        if (strcmp(fsc_table_get(&table, i, "key"), "family_error") == 0) out->family_error = value;
        if (strcmp(fsc_table_get(&table, i, "key"), "side_floor_points") == 0) out->side_floor_fraction = value / 100;
    }
    if (!(out->family_error > 0 && out->family_error < 1 && out->side_floor_fraction >= 0))
        return fsc_fail(err, FSC_E_FORMAT, "report/findings.tsv: family_error or side_floor_points is missing");
    return fsc_table_embedded(&out->quality, "report/quality.tsv", err);
}

void fsc_standing_free(fsc_standing *standing) {
    fsc_table_free(&standing->quality);
}

int fsc_standing_site(const fsc_standing *standing, double value, int cut_by_fov, const char *quality) {
    if (!isfinite(value) || cut_by_fov) return 0;
    for (int32_t i = 0; i < standing->quality.n_row; i++)
        if (strcmp(fsc_table_get(&standing->quality, i, "headline"), "no") == 0 &&
            strstr(quality, fsc_table_get(&standing->quality, i, "word")))
            return 0;
    return 1;
}

int fsc_standing_side(const fsc_standing *standing, int32_t n_pair, double difference, double se) {
    const double size = fabs(difference);
    return size >= standing->side_floor_fraction &&
           size > fsc_normal_quantile(1 - standing->family_error / 2 / n_pair) * se;
}
