/* Cycle: the injury cycle as equations (doc/equations/cycle.md): sites, people, schedules and simulation.
 *
 * Research software. Most parameters are assumptions (fsc_cycle_honesty counts them); every trajectory holds within the
 * model only, and what the model says about treatments follows from assumed rates: it is no evidence of efficacy. */
#ifndef FASCICLE_CYCLE_H
#define FASCICLE_CYCLE_H

#include <fascicle/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The states of a site, in the order in which they are stored. Volume pools are fractions of the healthy site's volume;
 * what they leave of 1 is lost volume (A). The others lie in 0..1, inflammation is >= 0. */
typedef enum fsc_cycle_state {
    FSC_CYCLE_C = 0,  /* contractile */
    FSC_CYCLE_D = 1,  /* damaged, awaiting repair */
    FSC_CYCLE_X1 = 2, /* young scar */
    FSC_CYCLE_X2 = 3, /* mature scar */
    FSC_CYCLE_F = 4,  /* fat */
    FSC_CYCLE_N = 5,  /* nerve supply, 1 = healthy */
    FSC_CYCLE_S = 6,  /* tone (spasm) */
    FSC_CYCLE_Y = 7,  /* end-plate dysfunction (dystonia) */
    FSC_CYCLE_I = 8,  /* inflammation */
    FSC_CYCLE_T = 9,  /* trigger point */
    FSC_CYCLE_H = 10, /* fascial adhesion; glide = 1 - H */
    FSC_CYCLE_N_STATE = 11
} fsc_cycle_state;

/* One site of the model: layer x level x side. Borrowed from the model. */
typedef struct fsc_cycle_site {
    const char *level; /* "C5" */
    const char *layer; /* "deep", "intermediate", "superficial", "anterior", "sacroiliac", "hip" */
    const char *side;  /* "left", "right" */
    int32_t level_index;
    double baseline_fat; /* fraction of the healthy volume, before a person's own shift */
} fsc_cycle_site;

#define FSC_CYCLE_N_PARAMETER 80
typedef enum fsc_cycle_set {
    FSC_CYCLE_PRIOR = 0,       /* prior medians */
    FSC_CYCLE_SET_A = 1,       /* archetype fit: a severe injury can sustain itself in an unburdened person */
    FSC_CYCLE_SET_B = 2,       /* population fit: it cannot without modifiers; the data do not choose between A and B */
    FSC_CYCLE_PROTOTYPE_A = 3, /* the prototype's values, under which the changed equations reduce to the old ones */
    FSC_CYCLE_PROTOTYPE_B = 4,
    FSC_CYCLE_N_SET = 5
} fsc_cycle_set;

/* One row of data/cycle/parameters.tsv. Borrowed from the model. */
typedef struct fsc_cycle_parameter {
    const char *name, *unit, *description, *source;
    char tag;                      /* 'L' literature, 'A' assumption */
    double value[FSC_CYCLE_N_SET]; /* by fsc_cycle_set */
    double prior_log_sd;           /* sd of the logarithm */
} fsc_cycle_parameter;

/* How much stands on what; travels into every output. */
typedef struct fsc_cycle_honesty {
    int32_t n_literature, n_assumption; /* of the parameters */
    int32_t n_fixed_assumption;         /* further constants: site weights, event sizes, treatment rates */
    const char *sentence;               /* borrowed for ever; one line for people */
} fsc_cycle_honesty;

/* The model: sites, couplings, parameters. Constant after creation; shared freely between threads. */
typedef struct fsc_cycle fsc_cycle;

/* Builds the model for the levels first..last ("C2".."S1"); with_joints adds the sacro-iliac and hip sites at S1.
 * "C2", "S1", 1 is the full model of 196 sites. *out is owned: fsc_cycle_free.
 * Returns FSC_OK, FSC_E_ARG (unknown or reversed levels), FSC_E_FORMAT (built-in tables), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_new(fsc_cycle **out, const char *first_level, const char *last_level,
                                              int with_joints, fsc_error *err);
FSC_API void fsc_cycle_free(fsc_cycle *model);

FSC_API int32_t fsc_cycle_n_site(const fsc_cycle *model);
FSC_API int32_t fsc_cycle_n_level(const fsc_cycle *model);
FSC_API int32_t fsc_cycle_n_state(const fsc_cycle *model); /* 11 per site + 2 per level */
FSC_API const fsc_cycle_site *fsc_cycle_site_at(const fsc_cycle *model, int32_t site);
FSC_API const char *fsc_cycle_level_at(const fsc_cycle *model, int32_t level);
/* Index of a site, -1 when the model has none such. */
FSC_API int32_t fsc_cycle_find_site(const fsc_cycle *model, const char *level, const char *layer, const char *side);
FSC_API const fsc_cycle_parameter *fsc_cycle_parameter_at(const fsc_cycle *model, int32_t parameter);
FSC_API int32_t fsc_cycle_find_parameter(const fsc_cycle *model, const char *name); /* -1 when unknown */
FSC_API fsc_cycle_honesty fsc_cycle_honesty_of(const fsc_cycle *model);

/* Where a state lives in a state vector: site states level by level, each level followed by its two own states. */
FSC_API int32_t fsc_cycle_site_offset(const fsc_cycle *model, int32_t site); /* of FSC_CYCLE_C */
FSC_API int32_t fsc_cycle_level_offset(const fsc_cycle *model,
                                       int32_t level); /* of degeneration Z; sensitisation E next */

/* Two rival stories, never shown one without the other. */
typedef enum fsc_cycle_story {
    FSC_CYCLE_ACUTE = 0,       /* injury turns muscle to fat within weeks */
    FSC_CYCLE_PREEXISTING = 1, /* the fat was there before: no acute fat */
    FSC_CYCLE_N_STORY = 2
} fsc_cycle_story;
FSC_API const char *fsc_cycle_story_text(fsc_cycle_story story); /* "acute fat", "pre-existing fat" */

typedef struct fsc_cycle_modifiers {
    double activity;      /* 1 = usual */
    double posture_load;  /* 1 = usual */
    double stress;        /* 0..1 */
    double sleep_deficit; /* 0..1 */
    double bmi_excess;    /* (BMI - 24) / 10 */
    double repair;        /* 1 = usual; age and hormones */
} fsc_cycle_modifiers;

typedef enum fsc_cycle_event_kind {
    FSC_CYCLE_STRAIN = 0, /* amount = share of C that becomes D at each site */
    FSC_CYCLE_SURGERY_OPEN =
        1, /* amount > 0 at any site of a level = that level is operated; neighbours are hurt too */
    FSC_CYCLE_SURGERY_MIS = 2,
    FSC_CYCLE_NERVE_BLOCK = 3 /* amount = share of the nerve supply lost at each site (neurotomy: 0.95) */
} fsc_cycle_event_kind;

typedef struct fsc_cycle_event {
    double day;
    fsc_cycle_event_kind kind;
    const double *amount; /* n_site values, borrowed */
} fsc_cycle_event;

typedef enum fsc_cycle_treatment {
    FSC_CYCLE_SELF_RELEASE = 0,
    FSC_CYCLE_STRETCHING = 1,
    FSC_CYCLE_MANUAL = 2,
    FSC_CYCLE_INJECTION = 3, /* trigger-point injection */
    FSC_CYCLE_NEUROMODULATION = 4,
    FSC_CYCLE_REMODELLING = 5,
    FSC_CYCLE_REGENERATIVE = 6,
    FSC_CYCLE_STRENGTHENING = 7,
    FSC_CYCLE_CONVENTIONAL = 8, /* conventional exercise */
    FSC_CYCLE_STEROID = 9,
    FSC_CYCLE_N_TREATMENT = 10
} fsc_cycle_treatment;
FSC_API const char *fsc_cycle_treatment_text(fsc_cycle_treatment treatment); /* key word: "self-release" */
FSC_API int32_t fsc_cycle_find_treatment(const char *text);                  /* -1 when unknown */

typedef struct fsc_cycle_course {
    double start_day, stop_day;
    fsc_cycle_treatment treatment;
    double intensity;    /* 1 = usual */
    const uint8_t *site; /* n_site flags, borrowed; NULL = every site */
} fsc_cycle_course;

/* One simulated person. Initialise with fsc_cycle_person_init; all pointers are borrowed. */
typedef struct fsc_cycle_person {
    double parameter[FSC_CYCLE_N_PARAMETER];
    fsc_cycle_modifiers modifiers;
    fsc_cycle_story story;   /* PREEXISTING switches acute fat off, whatever the parameters say */
    double deep_fat_shift;   /* added to the baseline fat of deep sites (fraction) */
    const double *fat_shift; /* n_site further shifts (fraction), or NULL */
    const fsc_cycle_event *event;
    int32_t n_event;
    const fsc_cycle_course *course;
    int32_t n_course;
    const double *initial; /* n_state values at day 0, or NULL = healthy */
} fsc_cycle_person;

FSC_API void fsc_cycle_person_init(fsc_cycle_person *person, const fsc_cycle *model, fsc_cycle_set set);
/* Healthy state of a person: n_state values into y. */
FSC_API void fsc_cycle_healthy(const fsc_cycle *model, const fsc_cycle_person *person, double *y);
/* amount[n_site] = dose x layer share (deep 1, intermediate 0.6, ...) at the levels first..last, both sides; else 0. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_strain_profile(double *amount, const fsc_cycle *model, double dose,
                                                         const char *first_level, const char *last_level,
                                                         fsc_error *err);
/* Damaged fraction for strain grades 1..3 (assumption): 0.08, 0.25, 0.65; NaN otherwise. */
FSC_API double fsc_cycle_grade_dose(const fsc_cycle *model, int32_t grade);

/* What can be read off a simulated person, per site unless said otherwise. */
typedef enum fsc_cycle_quantity {
    FSC_CYCLE_PDFF = 0,  /* fraction */
    FSC_CYCLE_CSA,       /* total size / healthy */
    FSC_CYCLE_LEAN_CSA,  /* lean size / healthy lean size */
    FSC_CYCLE_T2,        /* fluid index, 0 = healthy (assumed scale) */
    FSC_CYCLE_STIFFNESS, /* 1 = healthy (assumed scale) */
    FSC_CYCLE_STRENGTH,  /* 1 = healthy */
    FSC_CYCLE_SCAR,      /* X1 + X2 */
    FSC_CYCLE_LOST,      /* A */
    FSC_CYCLE_STATE_C,   /* the raw states follow in the order of fsc_cycle_state */
    FSC_CYCLE_STATE_D,
    FSC_CYCLE_STATE_X1,
    FSC_CYCLE_STATE_X2,
    FSC_CYCLE_STATE_F,
    FSC_CYCLE_STATE_N,
    FSC_CYCLE_STATE_S,
    FSC_CYCLE_STATE_Y,
    FSC_CYCLE_STATE_I,
    FSC_CYCLE_STATE_T,
    FSC_CYCLE_STATE_H,
    FSC_CYCLE_LEVEL_PAIN,        /* of the site's level, with referral */
    FSC_CYCLE_LEVEL_IMMOBILE,    /* B */
    FSC_CYCLE_LEVEL_COMPRESSION, /* P */
    FSC_CYCLE_N_QUANTITY
} fsc_cycle_quantity;
FSC_API const char *fsc_cycle_quantity_text(fsc_cycle_quantity quantity);

/* Scales for the whole person (assumed maps of the model's pain drive). */
typedef struct fsc_cycle_outcome {
    double pain_drive; /* >= 0, unbounded */
    double nrs;        /* 0..10 */
    double ndi;        /* 0..100 */
    double rom;        /* 0..1 of healthy */
} fsc_cycle_outcome;

/* What to compute. */
typedef struct fsc_cycle_plan {
    const double *day; /* n_day output days, rising, >= 0; the run starts at day 0 */
    int32_t n_day;
    const fsc_cycle_quantity *quantity;
    int32_t n_quantity;                            /* may be 0 */
    int want_state;                                /* non-zero: keep full state vectors */
    double relative_tolerance, absolute_tolerance; /* 0 = 4e-4 and 4e-6: measured error below 1e-4 */
    int32_t n_threads;                             /* 0 = all; results never depend on it */
} fsc_cycle_plan;

typedef struct fsc_cycle_run {
    int64_t n_person;
    int32_t n_day, n_quantity, n_site, n_state;
    double *value;                     /* owned: [person][day][quantity][site] */
    fsc_cycle_outcome *outcome;        /* owned: [person][day] */
    double *state;                     /* owned: [person][day][n_state], or NULL */
    int64_t n_rhs, n_step, n_rejected; /* work, summed over groups of 8 people */
    double worst_simplex;              /* most negative pool or lost volume seen at any accepted step (0 = none) */
    double worst_box;                  /* farthest that any other state left its box */
} fsc_cycle_run;

/* Simulates people in SIMD lanes, eight to a group (people next to each other share steps: sort like with like).
 * *out is owned: fsc_cycle_run_free. Returns FSC_OK, FSC_E_ARG, FSC_E_RANGE (a person's values), FSC_E_NUMERIC,
 * FSC_E_CANCELLED, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_simulate(fsc_cycle_run **out, const fsc_cycle *model,
                                                   const fsc_cycle_person *person, int64_t n_person,
                                                   const fsc_cycle_plan *plan, const fsc_progress *progress,
                                                   fsc_error *err);
/* The same for one person by CVODES (variable-order BDF, sparse Jacobian): the reference. plan->n_threads is not used.
 */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_simulate_reference(fsc_cycle_run **out, const fsc_cycle *model,
                                                             const fsc_cycle_person *person, const fsc_cycle_plan *plan,
                                                             fsc_error *err);
FSC_API void fsc_cycle_run_free(fsc_cycle_run *run);

/* Address of value[person][day][quantity][0]: n_site values. */
FSC_API const double *fsc_cycle_run_at(const fsc_cycle_run *run, int64_t person, int32_t day, int32_t quantity);

#ifdef __cplusplus
}
#endif
#endif
