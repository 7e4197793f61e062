/* How far the model is trusted: the discrepancy between model and muscle, from data/cycle/discrepancy.tsv. */
#include "infer.h"

#include "fail.h"
#include "table.h"

#include <math.h>
#include <string.h>

static fsc_status read_one(double *out, const fsc_table *table, const char *name, const char *quantity,
                           fsc_error *err) {
    for (int32_t row = 0; row < table->n_row; row++) {
        if (strcmp(fsc_table_get(table, row, "name"), name) != 0 ||
            strcmp(fsc_table_get(table, row, "quantity"), quantity) != 0)
            continue;
        *out = fsc_table_number(table, row, "value");
        if (*out > 0) return FSC_OK;
    }
    return fsc_fail(err, FSC_E_FORMAT, "built-in table cycle/discrepancy.tsv has no good row '%s %s'", name, quantity);
}

fsc_status fsc_discrepancy_read(fsc_discrepancy *out, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "cycle/discrepancy.tsv", err));
    for (int q = 0; q < FSC_OBSERVED_N; q++) {
        const char *quantity = fsc_observed_text((fsc_observed)q);
        FSC_TRY(read_one(&out->constant[q], &table, "constant", quantity, err));
        FSC_TRY(read_one(&out->share[q], &table, "share", quantity, err));
    }
    return read_one(&out->change_share, &table, "change_share", "pdff", err);
}

double fsc_discrepancy_variance(const fsc_discrepancy *d, fsc_observed observed, double departure) {
    const double part = d->share[observed] * departure;
    return d->constant[observed] * d->constant[observed] + part * part;
}
