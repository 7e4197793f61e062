/* The two-week cut of whiplash research, only in its own context and beside the share of healthy people over it. */
#include "build.h"
#include "fail.h"
#include "format.h"
#include "stats.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void norms_cleanup(fsc_norms **norms) {
    fsc_norms_free(*norms);
}

static void measure(fsc_threshold *t, const fsc_map *map, const fsc_table *table) {
    const char *muscle = fsc_table_get(table, 0, "muscle");
    const double first = fsc_level_order(fsc_table_get(table, 0, "level_first"));
    const double last = fsc_level_order(fsc_table_get(table, 0, "level_last"));
    fsc_row_sum sum = {0};
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *row = &map->site[i].row;
        const double order = fsc_level_order(row->place.level);
        if (row->kind == FSC_ROW_SITE && strcmp(row->place.muscle, muscle) == 0 && order >= first && order <= last)
            fsc_row_sum_add(&sum, row);
    }
    t->value_fraction = fsc_row_sum_mean(&sum);
    t->value_se_fraction = fsc_row_sum_se(&sum);
}

/* Share of healthy people over the cut, from each published mean and SD: once as if normal (the arithmetic of the
 * facts' README), once by the skewed distribution that our percentiles use. */
static fsc_status healthy_shares(fsc_threshold *t, const char *ids, fsc_error *err) {
    fsc_norms *norms __attribute__((cleanup(norms_cleanup))) = NULL;
    FSC_TRY(fsc_norms_builtin(&norms, err));
    t->healthy_share_low = t->healthy_share_skewed_low = 1;
    t->healthy_share_high = t->healthy_share_skewed_high = 0;
    size_t used = strlen(t->fact_ids);
    for (const char *at = ids; *at;) {
        char id[96];
        const size_t n = strcspn(at, ";");
        fsc_copy_text(id, n + 1 < sizeof id ? n + 1 : sizeof id, at);
        at += n + (at[n] == ';');
        fsc_norm_place place;
        FSC_TRY(fsc_norms_place_in(&place, norms, id, (double)NAN, t->cut_fraction, (double)NAN, err));
        const double normal = 1 - fsc_normal_cdf((t->cut_fraction - place.mean_fraction) / place.sd_fraction);
        const double skewed = 1 - place.percentile / 100;
        t->healthy_share_low = fmin(t->healthy_share_low, normal);
        t->healthy_share_high = fmax(t->healthy_share_high, normal);
        t->healthy_share_skewed_low = fmin(t->healthy_share_skewed_low, skewed);
        t->healthy_share_skewed_high = fmax(t->healthy_share_skewed_high, skewed);
        used += (size_t)fsc_format(t->fact_ids + used, sizeof t->fact_ids - used, " %s", place.fact_id);
    }
    return FSC_OK;
}

fsc_status fsc_map_threshold(fsc_map *map, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "thresholds.tsv", err));
    fsc_threshold *t = &map->threshold;
    t->days_since_injury = map->exam->days_since_injury;
    t->cut_fraction = fsc_table_number(&table, 0, "cut_percent") / 100;
    t->n = fsc_table_number(&table, 0, "n");
    t->n_severe = fsc_table_number(&table, 0, "n_severe");
    t->sensitivity = fsc_table_number(&table, 0, "sensitivity");
    t->specificity = fsc_table_number(&table, 0, "specificity");
    fsc_copy_text(t->source, sizeof t->source, fsc_table_get(&table, 0, "source"));
    fsc_copy_text(t->fact_ids, sizeof t->fact_ids, fsc_table_get(&table, 0, "fact_id"));
    FSC_TRY(healthy_shares(t, fsc_table_get(&table, 0, "healthy_norms"), err));
    measure(t, map, &table);
    const double day_min = fsc_table_number(&table, 0, "day_min"), day_max = fsc_table_number(&table, 0, "day_max");
    const char *region = fsc_table_get(&table, 0, "region");
    if (isnan(t->value_fraction))
        fsc_format(t->reason, sizeof t->reason, "no %s were measured", region);
    else if (isnan(t->days_since_injury))
        fsc_format(t->reason, sizeof t->reason, "the day of an injury is not known");
    else if (t->days_since_injury < day_min || t->days_since_injury > day_max)
        fsc_format(t->reason, sizeof t->reason,
                   "%.0f days since the injury is not near two weeks (taken as day %.0f to %.0f)", t->days_since_injury,
                   day_min, day_max);
    else
        t->applies = 1;
    return FSC_OK;
}
