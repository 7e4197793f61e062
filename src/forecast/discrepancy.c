/* How far the model is trusted: the discrepancy between model and muscle, from data/cycle/discrepancy.tsv. */
#include "infer.h"

#include "fail.h"
#include "table.h"

#include <math.h>
#include <string.h>

/* Scales that are weighed against each other: powers of two. */
static const double scale_node[FSC_SCALES] = {0.5, 1, 2, 4};

/* Lognormal around 1. */
static void spread(fsc_discrepancy *out, double log_sd) {
    double sum = 0, share[FSC_SCALES];
    for (int g = 0; g < FSC_SCALES; g++) {
        const double z = log(scale_node[g]) / log_sd;
        share[g] = exp(-0.5 * z * z);
        sum += share[g];
    }
    for (int g = 0; g < FSC_SCALES; g++) {
        out->scale[g] = scale_node[g];
        out->log_prior[g] = log(fmax(share[g] / sum, 1e-300));
    }
}

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
    double log_sd;
    FSC_TRY(read_one(&log_sd, &table, "scale_log_sd", "all", err));
    FSC_TRY(read_one(&out->change_share, &table, "change_share", "pdff", err));
    FSC_TRY(read_one(&out->memory_day, &table, "memory", "pdff", err));
    spread(out, log_sd);
    return FSC_OK;
}

double fsc_discrepancy_variance(const fsc_discrepancy *d, fsc_observed observed, double departure, double scale) {
    const double part = scale * d->share[observed] * departure;
    return d->constant[observed] * d->constant[observed] + part * part;
}
