#include "baseline_row.h"

#include "alloc.h"
#include "cell.h"
#include "fail.h"
#include "text.h"

#include <fascicle/anatomy.h>
#include <math.h>
#include <string.h>

void fsc_baseline_rows_free(fsc_baseline_rows *rows) {
    fsc_free(rows->item);
    *rows = (fsc_baseline_rows){0};
}

/* A level of the pool: its own column, or the cell's where that names a vertebra. */
static double level_of(const fsc_table *table, int32_t row, const char *pool, const char *cell) {
    const char *text = fsc_table_get(table, row, pool);
    return fsc_level_order(strcmp(text, "n/a") != 0 && *text ? text : fsc_table_get(table, row, cell));
}

static int32_t study_index(fsc_baseline_rows *rows, const char *study) {
    int32_t i = 0;
    while (i < rows->n_study && strcmp(rows->study[i], study) != 0) i++;
    if (i == FSC_BASELINE_STUDY_MAX) return -1;
    if (i == rows->n_study) fsc_copy_text(rows->study[rows->n_study++], sizeof rows->study[0], study);
    return i;
}

static fsc_status read_row(fsc_baseline_rows *rows, const fsc_table *t, int32_t r, const char *what, fsc_error *err) {
    fsc_baseline_row *row = &rows->item[rows->n];
    const char *use = fsc_table_get(t, r, "pool");
    row->fits = strcmp(use, "fit") == 0;
    if (!row->fits && strcmp(use, "check") != 0) return FSC_OK;
    fsc_copy_text(row->id, sizeof row->id, fsc_table_get(t, r, "norm_id"));
    fsc_copy_text(row->study, sizeof row->study, fsc_table_get(t, r, "study"));
    const int32_t muscle = fsc_baseline_muscle_of(fsc_table_get(t, r, "muscle"));
    const int32_t method = fsc_baseline_method_of(fsc_table_get(t, r, "pool_method"));
    row->order_first = level_of(t, r, "pool_first", "level_first");
    row->order_last = level_of(t, r, "pool_last", "level_last");
    row->women = fsc_table_number(t, r, "female_share");
    row->age_years = fsc_table_number(t, r, "pool_age_years");
    row->age_sd_years = fsc_table_number(t, r, "pool_age_sd_years");
    row->n = fsc_table_number(t, r, "n");
    row->mean = fsc_table_number(t, r, "mean_percent") / 100;
    row->sd = fsc_table_number(t, r, "sd_percent") / 100;
    row->sd_counts = strcmp(fsc_table_get(t, r, "pool_sd"), "yes") == 0;
    row->study_of = row->fits ? study_index(rows, row->study) : -1;
    if (muscle < 0 || method < 0 || !(row->order_last >= row->order_first) || !(row->women >= 0 && row->women <= 1) ||
        !(row->age_years > 0) || !(row->age_sd_years >= 0) || !(row->n >= 2) || !(row->mean > 0 && row->mean < 1) ||
        !(row->sd > 0) || !row->study[0] || (row->fits && row->study_of < 0))
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: norm '%s': a row to pool needs study, pool_method, a known muscle, levels, female_share, "
                        "pool_age_years, pool_age_sd_years, n, mean and SD",
                        what, row->id);
    row->muscle = (fsc_baseline_muscle)muscle;
    row->method = (fsc_baseline_method)method;
    rows->n++;
    return FSC_OK;
}

fsc_status fsc_baseline_rows_read(fsc_baseline_rows *out, const fsc_table *table, const char *what, fsc_error *err) {
    *out = (fsc_baseline_rows){0};
    out->item = fsc_alloc(table->n_row + 1, sizeof *out->item);
    if (!out->item) return fsc_fail_nomem(err, "reading rows to pool");
    fsc_status status = FSC_OK;
    for (int32_t r = 0; r < table->n_row && status == FSC_OK; r++) status = read_row(out, table, r, what, err);
    if (status != FSC_OK) fsc_baseline_rows_free(out);
    return status;
}

/* Gauss and Hermite's nodes for a standard normal, five points: exact to the ninth power. */
enum { NODES = 5 };
static const double node[NODES] = {-2.8569700138728056, -1.3556261799742659, 0, 1.3556261799742659, 2.8569700138728056};
static const double node_weight[NODES] = {0.011257411327720691, 0.22207592200561266, 0.5333333333333333,
                                          0.22207592200561266, 0.011257411327720691};

static double logit_at(const fsc_baseline_at *at, const double *parameter) {
    double w[FSC_BASELINE_N], sum = 0;
    (void)fsc_baseline_weights(w, at);
    for (int32_t k = 0; k < FSC_BASELINE_N; k++) sum += w[k] * parameter[k];
    return sum;
}

static double person_sd(fsc_baseline_muscle muscle, const double *parameter) {
    return exp(parameter[muscle == FSC_BASELINE_IS_PSOAS      ? FSC_BASELINE_LOG_SD_PSOAS
                         : muscle == FSC_BASELINE_IS_LUMBORUM ? FSC_BASELINE_LOG_SD_LUMBORUM
                         : muscle == FSC_BASELINE_IS_NECK     ? FSC_BASELINE_LOG_SD_NECK
                                                              : FSC_BASELINE_LOG_SD_BACK]);
}

/* The mean over the row's levels of one sex and age, for every node of the person's own deviation. */
static void over_levels(double value[NODES], const fsc_baseline_row *row, const double *parameter, double study_effect,
                        const fsc_baseline_assumed *assumed, double women, double age_years) {
    const double sd = person_sd(row->muscle, parameter);
    const int united = row->muscle == FSC_BASELINE_IS_UNION;
    int32_t n = 0;
    for (int i = 0; i < NODES; i++) value[i] = 0;
    for (double order = row->order_first; order <= row->order_last; order += 1, n++) {
        fsc_baseline_at at = {united ? FSC_BASELINE_IS_ERECTOR : row->muscle, row->method, order, women, age_years};
        const double outer = logit_at(&at, parameter) + study_effect;
        const double share = united ? fsc_baseline_share(assumed, order) : 0;
        const double inner = outer + parameter[FSC_BASELINE_MULTIFIDUS];
        for (int i = 0; i < NODES; i++)
            value[i] += (1 - share) * fsc_unlogit(outer + sd * node[i]) + share * fsc_unlogit(inner + sd * node[i]);
    }
    for (int i = 0; i < NODES; i++) value[i] /= n;
}

void fsc_baseline_row_moments(double *mean, double *sd, const fsc_baseline_row *row, const double *parameter,
                              double study_effect, const fsc_baseline_assumed *assumed) {
    double first = 0, second = 0;
    for (int sex = 0; sex < 2; sex++) {
        const double share = sex ? row->women : 1 - row->women;
        if (share == 0) continue;
        for (int a = 0; a < NODES; a++) {
            double value[NODES];
            const double age = row->age_years + row->age_sd_years * node[a];
            over_levels(value, row, parameter, study_effect, assumed, sex, age);
            for (int i = 0; i < NODES; i++) {
                const double w = share * node_weight[a] * node_weight[i];
                first += w * value[i];
                second += w * value[i] * value[i];
            }
        }
    }
    *mean = first;
    *sd = sqrt(fmax(second - first * first, 1e-12));
}
