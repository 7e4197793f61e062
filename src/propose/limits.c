#include "limits.h"

#include "fail.h"
#include "table.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *key;
    size_t offset;
} limit[] = {
#define LIMIT(name)                                                                                                    \
    { #name, offsetof(fsc_propose_limits, name) }
    LIMIT(similarity_min),        LIMIT(fat_share_flag),          LIMIT(fat_share_refuse),  LIMIT(fat_voxel_fraction),
    LIMIT(ring_contrast_flag),    LIMIT(area_ratio_low),          LIMIT(area_ratio_high),   LIMIT(side_ratio_flag),
    LIMIT(share_in_field_refuse), LIMIT(runner_up_gap),           LIMIT(anchor_reach_mm),   LIMIT(carry_similarity_min),
    LIMIT(carry_apart_flag_mm),   LIMIT(carry_volume_ratio_flag), LIMIT(unseen_share_flag), LIMIT(unseen_share_refuse),
    LIMIT(muscles_from_level),    LIMIT(part_fat_share_flag),     LIMIT(part_skew_flag)
#undef LIMIT
};

fsc_status fsc_propose_limits_read(fsc_propose_limits *out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "propose.tsv", err));
    for (size_t i = 0; i < sizeof limit / sizeof *limit; i++) {
        double value = (double)NAN;
        for (int32_t r = 0; r < table.n_row; r++)
            if (strcmp(fsc_table_get(&table, r, "key"), limit[i].key) == 0)
                value = fsc_table_number(&table, r, "value");
        if (isnan(value)) return fsc_fail(err, FSC_E_FORMAT, "propose.tsv: has no number for %s", limit[i].key);
        memcpy((char *)out + limit[i].offset, &value, sizeof value);
    }
    return FSC_OK;
}
