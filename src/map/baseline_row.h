/* A published row as the pooled baseline sees it: which people, muscles and levels it is a mean over. */
#ifndef FSC_MAP_BASELINE_ROW_H
#define FSC_MAP_BASELINE_ROW_H

#include "baseline.h"
#include "table.h"

enum { FSC_BASELINE_STUDY_MAX = 16 };

typedef struct fsc_baseline_row {
    char id[96], study[48];
    int32_t fits;     /* 0: only held against the model */
    int32_t study_of; /* index of its study among those that fit; -1 for others */
    fsc_baseline_muscle muscle;
    fsc_baseline_method method;
    double order_first, order_last;
    double women, age_years, age_sd_years;
    double n, mean, sd; /* fractions */
    int32_t sd_counts;
} fsc_baseline_row;

typedef struct fsc_baseline_rows {
    fsc_baseline_row *item; /* owned */
    int32_t n;
    char study[FSC_BASELINE_STUDY_MAX][48];
    int32_t n_study;
} fsc_baseline_rows;

/* The rows of a norm table whose column pool is "fit" or "check". */
FSC_MUST_USE fsc_status fsc_baseline_rows_read(fsc_baseline_rows *out, const fsc_table *table, const char *what,
                                               fsc_error *err);
void fsc_baseline_rows_free(fsc_baseline_rows *rows);

/* Mean and SD between the row's people of their mean over its muscles and levels, for parameters and a study effect;
 * sexes, ages and people are averaged as the paper did. */
void fsc_baseline_row_moments(double *mean, double *sd, const fsc_baseline_row *row, const double *parameter,
                              double study_effect, const fsc_baseline_assumed *assumed);

#endif
