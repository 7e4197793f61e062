/* Cycle: the injury cycle as equations (doc/equations/cycle.md): sites, states, parameters and the two stories.
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

#ifdef __cplusplus
}
#endif
#endif
