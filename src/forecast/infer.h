/* Inside of the forecast. The way through it, in the order of forecast.c:
 *
 *   observe.c    measured rows become observations of layer, level and side
 *   data.c       ... sorted into the sites of a model that covers just their levels
 *   evidence.c   what the exam says: prior odds of an injury, palpation by level, modifiers
 *   ground.c     the healthy person behind the data: pooled baseline, own level, slope and sides
 *   library.c    virtual people who were injured, simulated up to the visits, once a story
 *   slab.c       what may stand at a level: nothing, a struck virtual level, a lesion of free form
 *   posterior.c  chains over all levels together: which depart, and joint draws;
 *                whole.c, a deep layer that is replaced as a whole
 *   future.c     the draws' months ahead; person.c the same for pain, disability and motion
 *   sequence.c   orders and start weeks of model treatments, tried on whole persons; view.c says what comes of it
 *   words.c      what is said, and what is not said where nothing departs; record.c the file
 *   assess.c     all of this tried on people whose truth is known (people.c)
 */
#ifndef FSC_FORECAST_INFER_H
#define FSC_FORECAST_INFER_H

#include "assumed.h"
#include "random.h"

#include <fascicle/forecast.h>

enum {
    FSC_PICKS = 512,      /* joint draws of everything that is not known of a person */
    FSC_COMPOSITES = 192, /* of these, simulated ahead as whole persons */
    FSC_LAYERS = 4        /* deep, intermediate, superficial, anterior */
};

/* A sequence of draws of one stream. */
typedef struct fsc_draw {
    uint64_t seed, stream, index;
} fsc_draw;
static inline double fsc_draw_uniform(fsc_draw *draw) {
    return fsc_random_uniform(draw->seed, draw->stream, draw->index++);
}
static inline double fsc_draw_normal(fsc_draw *draw) {
    return fsc_random_normal(draw->seed, draw->stream, draw->index++);
}

/* What the prior of virtual people is made of. */
typedef struct fsc_prior {
    fsc_cycle_story story;
    const fsc_assumed *assumed;
    double horizon_day;                   /* simulated days up to the last visit; an injury is never older */
    double injury_age_day;                /* days from the first injury to the last visit; NaN = unknown, log-uniform */
    const fsc_cycle_modifiers *modifiers; /* NULL or NaN fields = drawn */
    uint64_t seed;
} fsc_prior;

/* How far the model is trusted (data/cycle/discrepancy.tsv; doc/equations/forecast.md). */
typedef struct fsc_discrepancy {
    double constant[FSC_OBSERVED_N]; /* SD at a healthy site, in the unit of the quantity */
    double share[FSC_OBSERVED_N];    /* SD as a share of the departure from healthy */
    double change_share;             /* SD of a change of PDFF, as a share of the change */
} fsc_discrepancy;
FSC_MUST_USE fsc_status fsc_discrepancy_read(fsc_discrepancy *out, fsc_error *err);
/* Variance at a site whose value departs from healthy by departure. */
double fsc_discrepancy_variance(const fsc_discrepancy *d, fsc_observed observed, double departure);

/* Virtual people up to the last visit. */
typedef struct fsc_library {
    const fsc_cycle *model; /* borrowed */
    fsc_discrepancy discrepancy;
    fsc_cycle_story story;
    int32_t n_member, n_site, n_level, n_state, n_visit;
    fsc_cycle_person *person; /* owned, n_member */
    fsc_cycle_event *event;   /* owned */
    double *amount;           /* owned: doses of the events */
    double *fat_shift;        /* owned, (n_member, n_site) */
    double *strike_age;       /* owned, (n_member, n_level): days before the last visit, NaN = never struck */
    double *baseline_fat;     /* owned, n_site: the model's, fraction */
    fsc_cycle_run *run;       /* owned: the observed quantities at every visit, states */
} fsc_library;

/* Draws n_member people and simulates them to the visits (days on the simulation's clock, rising, the last one =
 * prior->horizon_day). */
FSC_MUST_USE fsc_status fsc_library_new(fsc_library **out, const fsc_cycle *model, const fsc_prior *prior,
                                        int32_t n_member, const double *visit_day, int32_t n_visit, int32_t n_threads,
                                        const fsc_progress *progress, fsc_error *err);
void fsc_library_free(fsc_library *library);
/* n_site values of an observed quantity at a visit. */
static inline const double *fsc_library_at(const fsc_library *library, int32_t member, int32_t visit,
                                           fsc_observed observed) {
    const int64_t row = ((int64_t)member * library->n_visit + visit) * FSC_OBSERVED_N + (int32_t)observed;
    return library->run->value + row * library->n_site;
}
/* The state vector at the last visit. */
const double *fsc_library_state(const fsc_library *library, int32_t member);

/* Value of an observed quantity in healthy muscle of a member. */
static inline double fsc_healthy_value(const fsc_library *library, int32_t member, int32_t site,
                                       fsc_observed observed) {
    if (observed == FSC_OBSERVED_PDFF)
        return library->baseline_fat[site] + library->fat_shift[(int64_t)member * library->n_site + site];
    return observed == FSC_OBSERVED_FLUID ? 0 : 1;
}

/* The observations as the model's sites see them. One entry per observed site, level and visit. */
typedef struct fsc_datum {
    int32_t visit;
    int32_t level, layer, side; /* of the model; side 0 = left, 1 = right, 2 = mean of both */
    double value[FSC_OBSERVED_N], variance[FSC_OBSERVED_N]; /* NaN = missing; variance from the SE */
} fsc_datum;

typedef struct fsc_data {
    fsc_datum *item; /* owned, sorted by level, layer, side, visit */
    int32_t n;
    int32_t n_visit;
    double *visit_day;                     /* owned, rising: days on the observations' clock */
    double injury_age_day;                 /* at the last visit; NaN = unknown */
    fsc_method method;                     /* of the fat fractions */
    int32_t site_index[64][FSC_LAYERS][2]; /* the model's site of level, layer, side */
    int32_t group[64];                     /* levels of one group may stand for each other */
    fsc_notes notes;
} fsc_data;

/* The sites that a side stands for, left and right changed over when mirrored: 1, or 2 for the mean of both. */
enum { FSC_BOTH = 2 };
static inline int32_t fsc_sites_of(int32_t site[2], const fsc_data *data, int32_t level, int32_t layer, int32_t side,
                                   int32_t mirrored) {
    const int32_t *pair = data->site_index[level][layer];
    site[0] = side == FSC_BOTH ? pair[0] : pair[side ^ mirrored];
    site[1] = side == FSC_BOTH ? pair[1] : site[0];
    return side == FSC_BOTH ? 2 : 1;
}
/* Values at one site, or means of two; site as from fsc_sites_of. */
static inline double fsc_seen(const fsc_library *library, int32_t member, int32_t visit, fsc_observed observed,
                              const int32_t site[2]) {
    const double *value = fsc_library_at(library, member, visit, observed);
    return 0.5 * (value[site[0]] + value[site[1]]);
}
static inline double fsc_seen_healthy(const fsc_library *library, int32_t member, fsc_observed observed,
                                      const int32_t site[2]) {
    return 0.5 * (fsc_healthy_value(library, member, site[0], observed) +
                  fsc_healthy_value(library, member, site[1], observed));
}

/* Chooses the model's levels and sorts the observations into it, with the error of a repeated scan added to theirs.
 * *model is owned. */
FSC_MUST_USE fsc_status fsc_data_build(fsc_data *out, fsc_cycle **model, const fsc_observations *observations,
                                       const fsc_assumed *assumed, fsc_error *err);
void fsc_data_free(fsc_data *data);
/* Fills site_index and group for a model. */
void fsc_data_index(fsc_data *data, const fsc_cycle *model);

/* One schedule's future of chosen members: PDFF and end-plate dysfunction on fsc_forecast_days. */
typedef struct fsc_future {
    fsc_cycle_run *run; /* owned; people in the order of slots */
    int32_t *slot;      /* owned, n_member: place in run, -1 = not simulated */
} fsc_future;

/* member_wanted: n_member flags. */
FSC_MUST_USE fsc_status fsc_future_run(fsc_future *out, const fsc_library *library, const uint8_t *member_wanted,
                                       const fsc_cycle_course *course, int32_t n_course, int32_t n_threads,
                                       const fsc_progress *progress, fsc_error *err);
void fsc_future_free(fsc_future *future);

/* Five quantiles of n values; sorts them. NaN band when n is 0. */
fsc_band fsc_band_of(double *value, int32_t n);

/* The schedules of data/cycle/forecast_schedules.tsv, "no treatment" first. */
enum { FSC_SCHEDULE_MAX = 16, FSC_COURSE_MAX = 8 };
typedef struct fsc_schedules {
    fsc_forecast_schedule item[FSC_SCHEDULE_MAX];
    fsc_cycle_course course[FSC_SCHEDULE_MAX][FSC_COURSE_MAX];
    int32_t n_course[FSC_SCHEDULE_MAX];
    int32_t n;
} fsc_schedules;
/* All of them, or "no treatment" and the named ones. FSC_E_NOTFOUND for an unknown name. */
FSC_MUST_USE fsc_status fsc_schedules_read(fsc_schedules *out, const char *const *name, int32_t n_name, fsc_error *err);

/* Cut rules of data/cycle/stages.tsv. */
enum { FSC_STAGE_RULE_MAX = 24 };
typedef struct fsc_stage_rules {
    struct {
        fsc_stage stage;
        int32_t quantity;
        double cut;
    } rule[FSC_STAGE_RULE_MAX];
    int32_t n;
} fsc_stage_rules;
FSC_MUST_USE fsc_status fsc_stage_rules_read(fsc_stage_rules *out, fsc_error *err);
/* The stage of a site from its 11 states (fsc_cycle_state), its healthy fat and its excess of fat, by the rules of the
 * stages that the measurements can tell. */
fsc_stage fsc_stage_of(const fsc_stage_rules *rules, const double *site_state, double excess_fat,
                       const int32_t told[FSC_STAGE_N]);

/* Writes the order sentences and order_known of both stories from story->before. */
void fsc_order_words(fsc_forecast *forecast, const int32_t has[FSC_OBSERVED_N], const fsc_assumed *assumed);
/* The fixed sentences of a forecast. */
void fsc_honesty_words(fsc_forecast *forecast, const fsc_cycle *model, const fsc_forecast_person *person);
/* A forecast with room for its sites, levels and schedules. */
FSC_MUST_USE fsc_status fsc_forecast_new(fsc_forecast **out, int32_t n_site, int32_t n_level, int32_t n_schedule,
                                         fsc_error *err);

#endif
