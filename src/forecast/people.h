/* People of the trials: site tables with a truth, drawn from published means by formulas of their own. Nothing here
 * reads the pooled baseline or the assumed spreads: a trial that shared them would only meet itself. */
#ifndef FSC_FORECAST_PEOPLE_H
#define FSC_FORECAST_PEOPLE_H

#include "infer.h"

enum { FSC_TRIAL_LEVELS = 8, FSC_TRIAL_AHEAD = 3 };

typedef enum fsc_trial_region { FSC_TRIAL_BACK, FSC_TRIAL_NECK } fsc_trial_region;

typedef enum fsc_trial_injury {
    FSC_TRIAL_HEALTHY,
    FSC_TRIAL_ONE_SIDED,  /* deep at one level and side; three tenths of it in the layer outside */
    FSC_TRIAL_TWO_SIDED,  /* deep at one level */
    FSC_TRIAL_WHOLE,      /* deep everywhere */
    FSC_TRIAL_DIFFUSE,    /* exponential excess at every deep site */
    FSC_TRIAL_CYCLE_A,    /* virtual people of the cycle model, acute fat */
    FSC_TRIAL_CYCLE_B,    /* the same, fat that was there before */
    FSC_TRIAL_THIRD_WORLD /* one-sided; then it melts or grows by a law of its own */
} fsc_trial_injury;
const char *fsc_trial_injury_text(fsc_trial_injury injury);

typedef enum fsc_trial_exam {
    FSC_TRIAL_SAYS_NOTHING,
    FSC_TRIAL_SAYS_NEVER, /* never injured, pain 0 */
    FSC_TRIAL_COMPLAINS   /* injured 200 days ago, pain 5; tender at the injured level, or at a random one */
} fsc_trial_exam;
const char *fsc_trial_exam_text(fsc_trial_exam exam);

typedef struct fsc_trial_kind {
    fsc_trial_region region;
    fsc_trial_injury injury;
    fsc_trial_exam exam;
    double points; /* of the excess, where it has one size */
    double spread; /* of sides, slopes and single sites: 1, or 2 = doubled */
    int32_t level; /* of the injury, from the head; -1 = random */
} fsc_trial_kind;

typedef struct fsc_trial_person {
    fsc_trial_kind kind;
    fsc_forecast_person exam;
    fsc_observation item[FSC_TRIAL_LEVELS * FSC_LAYERS * 2];
    fsc_observations seen;                                         /* item */
    int32_t n_level, injured_level;                                /* of a lesion with a place; else -1 */
    double now[FSC_TRIAL_LEVELS][FSC_LAYERS][2];                   /* true fat, fraction; NaN = no such site */
    double excess[FSC_TRIAL_LEVELS][FSC_LAYERS][2];                /* of it */
    double then[FSC_TRIAL_AHEAD][FSC_TRIAL_LEVELS][FSC_LAYERS][2]; /* after 91, 183 and 365 days */
} fsc_trial_person;

/* Draws person `number`. cycle and ahead are the library of truths of a CYCLE injury, and its untreated year. */
void fsc_trial_draw(fsc_trial_person *out, const fsc_trial_kind *kind, uint64_t seed, int32_t number,
                    const fsc_library *cycle, const fsc_future *ahead);
/* The levels of a region, from the head. */
int32_t fsc_trial_levels(const char *const **level, fsc_trial_region region);

#endif
