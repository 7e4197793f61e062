/* Simulate: virtual people, what happens to them, and what the cycle model makes of it. */
#ifndef FASCICLE_SIMULATE_H
#define FASCICLE_SIMULATE_H

#include <fascicle/cycle.h>

#ifdef __cplusplus
extern "C" {
#endif

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
/* The same by CVODES (variable-order BDF, sparse Jacobian), one person after another: the reference. plan->n_threads is
 * not used; n_rejected stays 0. Returns as fsc_cycle_simulate. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_simulate_reference(fsc_cycle_run **out, const fsc_cycle *model,
                                                             const fsc_cycle_person *person, int64_t n_person,
                                                             const fsc_cycle_plan *plan, const fsc_progress *progress,
                                                             fsc_error *err);
FSC_API void fsc_cycle_run_free(fsc_cycle_run *run);

/* Address of value[person][day][quantity][0]: n_site values. */
FSC_API const double *fsc_cycle_run_at(const fsc_cycle_run *run, int64_t person, int32_t day, int32_t quantity);

/* First day after start_day on which the mean of a state over the flagged sites crosses level in the given direction
 * (+1 rising, -1 falling); NaN when it does not before last_day. Found by CVODES' root search.
 * Returns FSC_OK, FSC_E_ARG, FSC_E_RANGE, FSC_E_NUMERIC, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_crossing(double *day, const fsc_cycle *model, const fsc_cycle_person *person,
                                                   fsc_cycle_state state, const uint8_t *site, double level,
                                                   int direction, double start_day, double last_day, fsc_error *err);

/* Forward sensitivities by CVODES. Factor k moves a person from minus[k] (-step) to plus[k] (+step); *out is owned
 * (fsc_cycle_slopes_free): value[factor][day][quantity][site] is d quantity / d factor, outcome[factor][day] likewise.
 */
typedef struct fsc_cycle_slopes {
    int32_t n_factor, n_day, n_quantity, n_site;
    double *value;
    fsc_cycle_outcome *outcome;
} fsc_cycle_slopes;
FSC_API FSC_MUST_USE fsc_status fsc_cycle_sensitivities(fsc_cycle_slopes **out, const fsc_cycle *model,
                                                        const fsc_cycle_person *person, const fsc_cycle_person *plus,
                                                        const fsc_cycle_person *minus, double step, int32_t n_factor,
                                                        const fsc_cycle_plan *plan, fsc_error *err);
FSC_API void fsc_cycle_slopes_free(fsc_cycle_slopes *slopes);

#ifdef __cplusplus
}
#endif
#endif
