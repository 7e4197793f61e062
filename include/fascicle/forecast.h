/* Forecast: from a person's site measurements to what the injury-cycle model makes of them: stage, onset and order of
 * the sites, and 3, 6 and 12 months ahead, with bands, under two rival stories that are never shown one without the
 * other. Method: doc/equations/forecast.md.
 *
 * Everything here holds within the model only. Most parameters are assumptions (honesty counts them). What a schedule
 * does in the model follows from assumed rates: it is no evidence that a treatment works. */
#ifndef FASCICLE_FORECAST_H
#define FASCICLE_FORECAST_H

#include <fascicle/exam.h>
#include <fascicle/measure.h>
#include <fascicle/model_view.h>
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
    fsc_method method; /* of the fat fractions; a table that does not say counts as multi-echo */
    fsc_notes notes;
} fsc_observations;

/* What the exam says that bears on the forecast; missing: NaN, FSC_ANSWER_UNKNOWN, FSC_SEX_UNKNOWN. */
typedef struct fsc_forecast_person {
    double age_years;
    fsc_sex sex;
    fsc_answer injured;        /* ever, here: yes, no = never, or not known */
    double nrs_pain;           /* 0..10, today */
    double disability_percent; /* 0..100: NDI or ODI */
    fsc_answer painful_motion; /* of any direction that was tried */
    fsc_answer weakness;       /* strength below grade 5 in any movement that was tried */
    struct {
        char level[12];
        fsc_answer tender;
    } palpation[32];
    int32_t n_palpation;
    fsc_cycle_modifiers modifiers; /* NaN fields are drawn from the prior */
} fsc_forecast_person;
/* Everything missing; then what the exam gives (exam may be NULL). */
FSC_API void fsc_forecast_person_from(fsc_forecast_person *out, const fsc_exam *exam);

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
    double departs; /* probability that its fat departs from the person's own healthy baseline */
    double
        stage[FSC_STAGE_N]; /* posterior at the last visit; only stages that the measurements can tell (stage_told) */
    fsc_band *pdff;         /* owned: [schedule][day], fraction; NaN after day 0 where misfit */
    double recovers; /* no treatment, 12 months: share of the posterior with end-plate dysfunction below 0.1; NaN when
                        nothing departs */
    int32_t misfit;  /* non-zero: measured outside the model's band on day 0; then it gets no forecast */
} fsc_forecast_site;

/* One level with a measured site. */
typedef struct fsc_forecast_level {
    char level[12];
    double departs; /* probability that some site of the level departs */
    double struck;  /* probability that the level was injured as the model means it (not by a lesion of free form) */
    fsc_band onset_day; /* days before the last visit, given that it was struck */
} fsc_forecast_level;

/* For the whole person; model scales. */
typedef enum fsc_person_quantity {
    FSC_PERSON_DEEP_PDFF = 0, /* mean over the measured deep sites, fraction */
    FSC_PERSON_PAIN,          /* 0..10: the exam's number, plus what the model changes; NaN when the exam has none */
    FSC_PERSON_DISABILITY,    /* 0..100, likewise */
    FSC_PERSON_MOTION,        /* of today's, 1 = as today */
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
    double stage_prior[FSC_STAGE_N]; /* of a struck level's deep sites before any measurement */
    int32_t
        order_known; /* non-zero: some pair of departing levels is farther than 0.15 from chance under both stories */
    char order_sentence[320]; /* what this scan can and cannot tell of the sequence, and what would */
} fsc_forecast_story;

/* One line on a field of the exam: whether it was used, and what it did. */
typedef struct fsc_forecast_use {
    char field[40]; /* "nrs_pain" */
    char what[160]; /* "makes an injury 1.8 times as likely" or "not given" */
    double factor;  /* on the odds, 1 = none; NaN when it acts otherwise */
    int32_t used;
} fsc_forecast_use;
#define FSC_FORECAST_N_USE 12

typedef struct fsc_forecast {
    int32_t n_site, n_level, n_schedule, n_member; /* n_member: virtual people per story */
    fsc_forecast_schedule *schedule;               /* owned array, n_schedule */
    fsc_forecast_story story[FSC_CYCLE_N_STORY];
    double days_since_injury; /* at the last visit; NaN = unknown */
    int32_t n_visit;
    int32_t nothing_departs; /* non-zero: no level departs with more than one half under either story. Then fat goes on
                                as measured, with ageing, and there is no stage, pain, disability, strike or order */
    char nothing[320];       /* the sentence that says so, else "" */
    int32_t stage_told[FSC_STAGE_N]; /* whether these measurements can tell the stage at all */
    double injured_prior, injured;   /* probability that the person was ever injured here: by history, and by everything
                                        (the larger of the stories) */
    double spread; /* the person's own healthy spread of sites against the assumed one (1), as inferred */
    fsc_forecast_use use[FSC_FORECAST_N_USE];
    int32_t n_use;
    char library[240];                                      /* of whom the library consists */
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
    const fsc_forecast_person *person; /* NULL = nothing known */
    uint64_t seed;
    int32_t n_threads; /* 0 = all; the result does not depend on it */
    const fsc_progress *progress;
    fsc_model_view *view; /* filled when given; NULL = not asked for */
} fsc_forecast_options;

#define FSC_FORECAST_OPTIONS_INIT                                                                                      \
    { 1024, NULL, 0, NULL, 1, 0, NULL, NULL }

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

#ifdef __cplusplus
}
#endif
#endif
