/* Forecast: from a person's site measurements to what the injury-cycle model makes of them: stage, onset and order of
 * the sites, and 3, 6 and 12 months ahead, with bands, under two rival stories that are never shown one without the
 * other. Method: doc/equations/forecast.md.
 *
 * Everything here holds within the model only. Most parameters are assumptions (honesty counts them). What a schedule
 * does in the model follows from assumed rates: it is no evidence that a treatment works. */
#ifndef FASCICLE_FORECAST_H
#define FASCICLE_FORECAST_H

#include <fascicle/measure.h>
#include <fascicle/simulate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What may be known of a site. Only PDFF is measured by Fascicle itself. */
typedef enum fsc_observed {
    FSC_OBSERVED_PDFF = 0,  /* fraction */
    FSC_OBSERVED_LEAN_CSA,  /* lean size / the same site when healthy */
    FSC_OBSERVED_FLUID,     /* the model's T2 index: 0 = as healthy muscle (assumed scale) */
    FSC_OBSERVED_STIFFNESS, /* 1 = as healthy muscle (assumed scale) */
    FSC_OBSERVED_STRENGTH,  /* 1 = as healthy */
    FSC_OBSERVED_N
} fsc_observed;
FSC_API const char *fsc_observed_text(fsc_observed observed); /* "pdff", "lean_csa", "fluid", "stiffness", "strength" */

/* One site at one visit. Missing values are NaN; a value without an SE gets a default one (note). */
typedef struct fsc_observation {
    char level[12];   /* "C5" */
    char layer[16];   /* "deep", "intermediate", "superficial", "anterior" */
    fsc_side side;    /* left or right; any other is taken as the mean of both, unless the visit holds left or right */
    double visit_day; /* days on any common clock; the last visit is where the forecast starts */
    double value[FSC_OBSERVED_N];
    double se[FSC_OBSERVED_N];
} fsc_observation;

typedef struct fsc_observations {
    fsc_observation *item; /* owned */
    int32_t n;
    double injury_day; /* of the first injury, on the clock of visit_day; NaN = unknown */
    fsc_notes notes;
} fsc_observations;

/* Adds a visit's site rows, muscles mapped to the model's layers by data/cycle/layers.tsv (rows of one layer are joined
 * by volume); sites cut by the field of view get 3 points more error, levels outside C2..S1 are left out, both with a
 * note. Zero-initialise out,
 * set injury_day, add visits, free once. Returns FSC_OK, FSC_E_FORMAT (built-in table), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_observations_add(fsc_observations *out, const fsc_measures *measures,
                                                     double visit_day, fsc_error *err);
/* Adds what a TSV holds: `_sites.tsv` rows (as above), or a table with level, layer, side and any of the observed names
 * with <name>_se (pdff_fraction and pdff_se_fraction for pdff; pdff and pdff_se in percent as in 0.1.0) and, if it
 * likes, its own visit_day column. Returns also FSC_E_IO, FSC_E_FORMAT. */
FSC_API FSC_MUST_USE fsc_status fsc_observations_read(fsc_observations *out, const char *tsv_path, double visit_day,
                                                      fsc_error *err);
FSC_API void fsc_observations_free(fsc_observations *observations);

/* Where a site stands in the cycle; cut rules on model states in data/cycle/stages.tsv (assumptions). */
typedef enum fsc_stage {
    FSC_STAGE_QUIET = 0,
    FSC_STAGE_STRAINED,
    FSC_STAGE_SPASM,
    FSC_STAGE_FIBROTIC,
    FSC_STAGE_WASTING,
    FSC_STAGE_FAT_REPLACED,
    FSC_STAGE_N
} fsc_stage;
FSC_API const char *fsc_stage_text(fsc_stage stage);

/* A posterior in five numbers: 90 % band p05..p95, 50 % band p25..p75. */
typedef struct fsc_band {
    double p05, p25, p50, p75, p95;
} fsc_band;

/* Days after the last visit at which a forecast is given; 91, 183 and 365 are the 3, 6 and 12 months. */
#define FSC_FORECAST_N_DAY 8
FSC_API const double *fsc_forecast_days(void); /* 0, 30, 61, 91, 137, 183, 274, 365 */

/* Schedules of data/cycle/forecast_schedules.tsv; number 0 is "no treatment". */
typedef struct fsc_forecast_schedule {
    char name[48];
    char description[160];
} fsc_forecast_schedule;

/* One measured site under one story. */
typedef struct fsc_forecast_site {
    char level[12], layer[16];
    fsc_side side;
    double pdff_fraction, pdff_se_fraction; /* at the last visit that has it; NaN = none */
    double stage[FSC_STAGE_N];              /* posterior at the last visit */
    fsc_band *pdff;  /* owned: [schedule][day], fraction; two-humped posteriors have wide, honest bands */
    double recovers; /* no treatment, 12 months: share of the posterior with end-plate dysfunction below 0.1 */
} fsc_forecast_site;

/* One level with a measured site. */
typedef struct fsc_forecast_level {
    char level[12];
    double struck;      /* probability that the level was injured itself */
    fsc_band onset_day; /* days before the last visit, given that it was struck */
    double effective_n; /* effective number of virtual people behind this level */
    double tempering;   /* 1 = the data count in full; less = they were softened to keep enough virtual people */
} fsc_forecast_level;

/* For the whole person; model scales. */
typedef enum fsc_person_quantity {
    FSC_PERSON_DEEP_PDFF = 0, /* mean over the measured deep sites, fraction */
    FSC_PERSON_PAIN,          /* 0..10 */
    FSC_PERSON_DISABILITY,    /* 0..100 */
    FSC_PERSON_MOTION,        /* 0..1 of healthy */
    FSC_PERSON_N
} fsc_person_quantity;
FSC_API const char *fsc_person_quantity_text(fsc_person_quantity quantity);

typedef struct fsc_forecast_story {
    fsc_cycle_story story;
    fsc_forecast_site *site;   /* owned, n_site of the forecast */
    fsc_forecast_level *level; /* owned, n_level of the forecast */
    double *before;   /* owned, (n_level, n_level): probability that level i was struck before level j, given that both
                         were and not on the same day; NaN on the diagonal */
    fsc_band *person; /* owned: [schedule][quantity][day] */
    int32_t order_known;      /* non-zero: some pair is farther than 0.15 from chance */
    char order_sentence[320]; /* what this scan can and cannot tell of the sequence, and what would */
} fsc_forecast_story;

typedef struct fsc_forecast {
    int32_t n_site, n_level, n_schedule, n_member; /* n_member: virtual people per story */
    fsc_forecast_schedule *schedule;               /* owned array, n_schedule */
    fsc_forecast_story story[FSC_CYCLE_N_STORY];
    double days_since_injury; /* at the last visit; NaN = unknown */
    int32_t n_visit;
    int32_t n_literature, n_assumption, n_fixed_assumption; /* what the model stands on */
    char within[96];                                        /* "within the model": for the figure */
    char honesty[480];                                      /* the sentence on assumptions */
    char treatment[240]; /* the sentence on schedules: assumed rates, no evidence of efficacy */
    fsc_notes notes;
} fsc_forecast;

typedef struct fsc_forecast_options {
    int32_t n_member;            /* virtual people per story */
    const char *const *schedule; /* names besides "no treatment"; NULL = all of the table */
    int32_t n_schedule;
    const fsc_cycle_modifiers *modifiers; /* of this person; NaN fields, or NULL, are drawn from the prior */
    uint64_t seed;
    int32_t n_threads; /* 0 = all; the result does not depend on it */
    const fsc_progress *progress;
} fsc_forecast_options;

#define FSC_FORECAST_OPTIONS_INIT                                                                                      \
    { 4096, NULL, 0, NULL, 1, 0, NULL }

/* Infers and forecasts. *out is owned: fsc_forecast_free. Returns FSC_OK; FSC_E_ARG (no observation usable);
 * FSC_E_NOTFOUND (unknown schedule); FSC_E_RANGE (values, days, injury after a visit); FSC_E_NUMERIC; FSC_E_CANCELLED;
 * FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_forecast_run(fsc_forecast **out, const fsc_observations *observations,
                                                 const fsc_forecast_options *opt, fsc_error *err);
FSC_API void fsc_forecast_free(fsc_forecast *forecast);

/* Writes <dir>/<name>_forecast.json, whole or not at all; reads it back (for the report).
 * Return FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_forecast_write(const fsc_forecast *forecast, const char *dir, const char *name,
                                                   const fsc_recipe *recipe, fsc_error *err);
FSC_API FSC_MUST_USE fsc_status fsc_forecast_read(fsc_forecast **out, const char *path, fsc_error *err);

/* How good the method is on simulated people whose truth is known: where their parameters come from. A third
 * of the library of virtual people lies around each of the three centres. */
typedef enum fsc_truth {
    FSC_TRUTH_A = 0,       /* around set A; acute fat */
    FSC_TRUTH_B = 1,       /* around set B; acute fat */
    FSC_TRUTH_MEDIANS = 2, /* around the prior medians; acute fat */
    FSC_TRUTH_RIVAL = 3,   /* around the prior medians; the rival story, fat that was there before */
    FSC_TRUTH_N = 4
} fsc_truth;
FSC_API const char *fsc_truth_text(fsc_truth truth); /* "A", "B", "medians", "rival" */

typedef struct fsc_validation_options {
    int32_t n_truth;  /* simulated people for each fsc_truth and day of scan (90, 270 and 540 after the injury) */
    int32_t n_member; /* virtual people per story */
    double mismatch;  /* every parameter of every truth is off its centre by this many of its prior SDs (SD of the
                         logarithm, cut at 0.3), drawn for itself; 0 = on the centre */
    uint64_t seed;
    int32_t n_threads;
    const fsc_progress *progress;
} fsc_validation_options;

#define FSC_VALIDATION_OPTIONS_INIT                                                                                    \
    { 60, 4096, 0.5, 1, 0, NULL }

/* How often a band held the truth. */
typedef struct fsc_coverage {
    double share;       /* NaN when n is 0 */
    double binomial_se; /* as if sites were independent, which they are not */
    double low, high;   /* 95 % interval by resampling people: sites of one person err together */
    int32_t n;          /* sites */
} fsc_coverage;
/* Our rule for an honest 90 % band: 0.85 to 0.95 of the truths. 0 = inside; 1 = outside, but the interval reaches in,
 * so that chance may have done it; 2 = outside with the whole interval; -1 = nothing to judge. */
FSC_API int fsc_coverage_verdict(const fsc_coverage *coverage);

/* One kind of truth seen through one set of measurements. Shares are 0..1, PDFF in points (percent). */
typedef struct fsc_validation {
    fsc_truth truth;
    int32_t with_contrasts; /* 0: PDFF alone; 1: PDFF, lean size, fluid, stiffness */
    int32_t n_pair;
    double order_right, order_stated; /* share of struck pairs in the right order; mean stated confidence */
    double order_right_far;           /* pairs 120 days or more apart */
    double onset_error_day, onset_prior_error_day; /* mean absolute error of the median; of the prior's median */
    double rmse_pp, persistence_rmse_pp;           /* 12 months, all deep sites */
    fsc_coverage cover90, cover90_fatty, cover50;  /* of the 12-month bands; fatty = over 22 % as measured, or by the
                                                      median forecast: known on the day of the scan */
    fsc_coverage cover90_chosen; /* sites truly over 22 % now or then: chosen partly by outcome, so that forecasts which
                                    are right hold fewer than 0.90 of them */
    double chosen_expected;      /* what the forecasts themselves expect of cover90_chosen */
    double width90_pp;
    double log_score; /* mean natural logarithm of the predictive density (per point) at the truth: higher is better */
} fsc_validation;

/* Fills result[truth][with_contrasts]. Returns as fsc_forecast_run. */
FSC_API FSC_MUST_USE fsc_status fsc_forecast_validate(fsc_validation result[FSC_TRUTH_N][2],
                                                      const fsc_validation_options *opt, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
