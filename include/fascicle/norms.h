/* Norms: published or own reference values of muscle fat, and where a person stands among them. */
#ifndef FASCICLE_NORMS_H
#define FASCICLE_NORMS_H

#include <fascicle/exam.h>
#include <fascicle/measure.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opaque table of reference cells (a mean and an SD) and curves (fitted over age). */
typedef struct fsc_norms fsc_norms;

/* The table built in from data/norms.tsv. *out is owned: fsc_norms_free. Returns FSC_OK, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_norms_builtin(fsc_norms **out, fsc_error *err);
/* Reads and checks a norm table (the format of data/norms.tsv or of fsc_norms_fit). When several cells serve a person,
 * the order of fsc_norms_place decides. Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_norms_read(fsc_norms **out, const char *path, fsc_error *err);
/* Appends the cells of more to norms; more stays the caller's. Two equal norm ids are FSC_E_RANGE. */
FSC_API FSC_MUST_USE fsc_status fsc_norms_join(fsc_norms *norms, const fsc_norms *more, fsc_error *err);
FSC_API void fsc_norms_free(fsc_norms *norms);

/* The class a norm's method must share with the person's: "multi-echo PDFF", "2-point FSF", "method not stated". */
FSC_API const char *fsc_norms_method_class(fsc_method method);

typedef struct fsc_norm_query {
    const char *muscle;                   /* a key, or keys joined by '+' for a pooled region */
    const char *level_first, *level_last; /* equal for one level */
    fsc_side side;
    fsc_sex sex;
    double age_years; /* NaN = not known */
    fsc_method method;
    double value_fraction;
    double value_se_fraction; /* NaN = not known, taken as 0 */
} fsc_norm_query;

/* What a value is held against, best first. */
typedef enum fsc_norm_kind {
    FSC_NORM_NONE = 0,
    FSC_NORM_PUBLISHED, /* a published cell, or a curve fitted to own controls */
    FSC_NORM_POOLED,    /* the model, where a study of this muscle, level and method stands behind it */
    FSC_NORM_BORROWED /* the model across muscles, levels or methods: a band and words, never a percentile, not counted
                       */
} fsc_norm_kind;
FSC_API const char *fsc_norm_kind_text(fsc_norm_kind kind); /* "none", "published", "pooled", "borrowed" */

/* Where a value stands. Without a published or pooled norm norm_id is "", z and percentile are NaN, and failed and
 * reason say why; a borrowed one then still gives band and words. */
typedef struct fsc_norm_place {
    fsc_norm_kind kind;
    double band_low_fraction, band_high_fraction; /* pooled and borrowed: holds 90 % of people like this, the model's
                                                     own error included; else NaN */
    char words[24]; /* pooled and borrowed: "within what is usual", "more than is usual", "cannot say"; else "" */
    char norm_id[96];
    char failed[12];  /* "", "muscle", "level", "sex", "age", "method" or "value" */
    char reason[240]; /* one sentence; "" when a norm was found */
    char caveat[400]; /* what the reader must know beside the number; "" = nothing */
    char cohort[96];
    char method[64]; /* the norm's method class */
    char source[240];
    char status[64]; /* how the source was read, or "fitted ..." */
    char fact_id[16];
    double n;
    double mean_fraction, sd_fraction; /* as published; for curves the fitted mean and SD at this age */
    double z;
    double z_se;       /* of the norm's own sampling error (its n) and the value's standard error together */
    double percentile; /* 0..100 */
    double percentile_low, percentile_high; /* 90 % interval from z_se */
    double p95_fraction;                    /* the reference's 95th percentile */
} fsc_norm_place;

/* Places a value. Fat fractions are bounded and skewed, so a cell is read as a logit-normal distribution that has the
 * published mean and SD; z is the normal score of the value in it, percentile = 100 Phi(z). Rules, each of which can
 * refuse: muscle (same outline), level (same level; a cell that pools up to three levels serves the levels inside it
 * with a caveat where fat hardly changes from its first to its last level, else only the same pool), sex, age, method
 * class. place gets the best cell of the person's own method class; other_method (may be NULL) the best cell of another
 * class, with its caveat, when there is none. Where no cell serves, the pooled baseline of the built-in table does
 * (kind), for ages of 18 to 75 and a known sex. Never fails: refusals are in place->failed and place->reason. See
 * doc/equations/map.md. */
FSC_API void fsc_norms_place(fsc_norm_place *place, fsc_norm_place *other_method, const fsc_norms *norms,
                             const fsc_norm_query *query);

/* Number of cells and their ids, in table order; NULL past the end. */
FSC_API int32_t fsc_norms_count(const fsc_norms *norms);
FSC_API const char *fsc_norms_id(const fsc_norms *norms, int32_t index);
/* What a cell is about. Text is borrowed from the table; numbers are NaN where the source does not say. */
typedef struct fsc_norm_entry {
    const char *id, *muscle, *level_first, *level_last, *method, *cohort;
    fsc_side side;
    fsc_sex sex; /* FSC_SEX_UNKNOWN = both pooled */
    double age_min_years, age_max_years;
    double n;
    double mean_fraction, sd_fraction; /* NaN for curves over age */
} fsc_norm_entry;
/* Fills out; returns 0 when the table has no such cell. */
FSC_API int fsc_norms_entry(fsc_norm_entry *out, const fsc_norms *norms, int32_t index);
/* Places a value in one named cell without matching (for recomputing a published cell). FSC_E_NOTFOUND when unknown. */
FSC_API FSC_MUST_USE fsc_status fsc_norms_place_in(fsc_norm_place *place, const fsc_norms *norms, const char *norm_id,
                                                   double age_years, double value_fraction, double value_se_fraction,
                                                   fsc_error *err);

typedef struct fsc_norms_fit_options {
    const char *cohort;       /* short name of the cohort: part of the norm ids and of every sentence */
    const char *method;       /* method class when the table has no method column; NULL = column */
    const char *source;       /* citation or "own controls" */
    const char *participants; /* table with participant_id, age and sex; NULL = the table has the columns itself */
    int32_t borrow; /* non-zero: few controls (3 or more a muscle, any age and sex) fix one offset a muscle on the shape
                       of the pooled baseline; notes say the norm's error before and after */
} fsc_norms_fit_options;

/* Fits curves over age from a table of healthy controls: a _sites.tsv (or several below one header) as it was written,
 * or any table with the columns participant_id, muscle, level, side, pdff_mean_fraction and, unless given in opt,
 * method, age and sex. Rows of bones and whole muscles are left out. Per muscle, level, side and sex:
 * t(PDFF) = spline(age) + normal error, t a power of the odds chosen by likelihood (0 = logit). Writes the norm table
 * to out_path (whole or not at all). opt and notes must not be NULL, recipe may. The curve is the median.
 * Returns FSC_OK, FSC_E_ARG (cohort or source no short line), FSC_E_IO, FSC_E_FORMAT (missing column, bad cell: the
 * line says which row), FSC_E_RANGE (the same person twice in a cell, no cell with enough people), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_norms_fit(const char *out_path, const char *table_path,
                                              const fsc_norms_fit_options *opt, const fsc_recipe *recipe,
                                              fsc_notes *notes, fsc_error *err);

/* Fits the pooled baseline (doc/equations/map.md) to the rows of a norm table whose column pool is "fit": table_path,
 * or the built-in table for NULL. Writes the parameters with their covariance to out_path (the format of
 * data/baseline.tsv, which is this fit of the built-in rows); notes tell how each study stands against a fit to the
 * others; NULL = not asked. progress may be NULL. Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_RANGE (fewer than two
 * studies), FSC_E_NUMERIC, FSC_E_CANCELLED, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_norms_pool(const char *out_path, const char *table_path, const fsc_recipe *recipe,
                                               const fsc_progress *progress, fsc_notes *notes, fsc_error *err);

/* The fitted (or published) median at an age with its simultaneous 90 % band, for pictures and checks; a cell gives its
 * own constant. All NaN outside the cell's ages. Returns FSC_OK, FSC_E_NOTFOUND. */
FSC_API FSC_MUST_USE fsc_status fsc_norms_curve(double *median_fraction, double *band_low_fraction,
                                                double *band_high_fraction, const fsc_norms *norms, const char *norm_id,
                                                double age_years, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
