/* Assess: the forecast tried on people whose truth is known, as printed tables. */
#ifndef FASCICLE_ASSESS_H
#define FASCICLE_ASSESS_H

#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fsc_assess_table {
    FSC_ASSESS_HEALTHY = 0, /* false calls in healthy backs and necks, spreads as assumed and doubled */
    FSC_ASSESS_INJURED,     /* found, other levels called, and the stage against three simple rules */
    FSC_ASSESS_CALIBRATED,  /* said and true share of departing levels */
    FSC_ASSESS_AHEAD,       /* 3, 6 and 12 months: coverage and interval score against measured value and ageing */
    FSC_ASSESS_LIMITS,      /* least excess that is found, by level */
    FSC_ASSESS_DOUBLED,     /* each assumed number doubled, one at a time */
    FSC_ASSESS_N
} fsc_assess_table;
/* "healthy", "injured", "calibrated", "ahead", "limits", "doubled". */
FSC_API const char *fsc_assess_table_text(fsc_assess_table table);

typedef struct fsc_assess_options {
    int32_t n_person; /* of each kind */
    int32_t n_member; /* virtual people a story */
    const char *only; /* of all tables but calibrated, the lines whose name holds this; NULL = all */
    uint64_t seed;
    int32_t n_threads;
    void (*line)(void *context, const char *table, const char *text); /* called for every line of a table */
    void *context;
    const fsc_progress *progress;
} fsc_assess_options;

/* Draws people (src/forecast/people.c: published means and spreads of their own), runs the forecast's inference on them
 * and prints one table. opt->line must not be NULL. Returns FSC_OK, FSC_E_RANGE (fewer than 4 people or 64 virtual
 * ones), FSC_E_NUMERIC, FSC_E_CANCELLED, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_forecast_assess(fsc_assess_table table, const fsc_assess_options *opt,
                                                    fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
