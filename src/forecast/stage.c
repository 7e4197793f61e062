/* Where a site stands in the cycle, by cut rules on the model's states. */
#include "infer.h"

#include "fail.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* What a rule may look at. */
enum { DAMAGE, INFLAMMATION, TONE, END_PLATE, SCAR, ADHESION, LOST_VOLUME, EXCESS_FAT, N_QUANTITY };
static const char *const quantity_name[N_QUANTITY] = {"damage", "inflammation", "tone",        "end_plate",
                                                      "scar",   "adhesion",     "lost_volume", "excess_fat"};

const char *fsc_stage_text(fsc_stage stage) {
    static const char *const text[FSC_STAGE_N] = {"quiet", "strained", "spasm", "fibrotic", "wasting", "fat-replaced"};
    return stage >= 0 && stage < FSC_STAGE_N ? text[stage] : "";
}

fsc_status fsc_stage_rules_read(fsc_stage_rules *out, fsc_error *err) {
    *out = (fsc_stage_rules){0};
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "cycle/stages.tsv", err));
    for (int32_t row = 0; row < table.n_row; row++) {
        int32_t stage = 0, quantity = 0;
        while (stage < FSC_STAGE_N &&
               strcmp(fsc_stage_text((fsc_stage)stage), fsc_table_get(&table, row, "stage")) != 0)
            stage++;
        while (quantity < N_QUANTITY && strcmp(quantity_name[quantity], fsc_table_get(&table, row, "quantity")) != 0)
            quantity++;
        const double cut = fsc_table_number(&table, row, "cut");
        if (stage == FSC_STAGE_N || quantity == N_QUANTITY || !isfinite(cut) || out->n == FSC_STAGE_RULE_MAX)
            return fsc_fail(err, FSC_E_FORMAT, "built-in table cycle/stages.tsv, row %d is malformed", (int)row + 1);
        out->rule[out->n].stage = (fsc_stage)stage;
        out->rule[out->n].quantity = quantity;
        out->rule[out->n++].cut = cut;
    }
    return FSC_OK;
}

fsc_stage fsc_stage_of(const fsc_stage_rules *rules, const double *y, double excess_fat,
                       const int32_t told[FSC_STAGE_N]) {
    const double scar = y[FSC_CYCLE_X1] + y[FSC_CYCLE_X2];
    const double lost = 1 - y[FSC_CYCLE_C] - y[FSC_CYCLE_D] - scar - y[FSC_CYCLE_F];
    const double value[N_QUANTITY] = {y[FSC_CYCLE_D], y[FSC_CYCLE_I], y[FSC_CYCLE_S], y[FSC_CYCLE_Y],
                                      scar,           y[FSC_CYCLE_H], lost,           excess_fat};
    fsc_stage stage = FSC_STAGE_QUIET;
    for (int32_t i = 0; i < rules->n; i++)
        if (told[rules->rule[i].stage] && value[rules->rule[i].quantity] >= rules->rule[i].cut &&
            rules->rule[i].stage > stage)
            stage = rules->rule[i].stage;
    return stage;
}
