/* One person of the trials through the forecast's inference, and what simple rules make of the same table. */
#ifndef FSC_FORECAST_TRIAL_H
#define FSC_FORECAST_TRIAL_H

#include "assumed.h"
#include "people.h"

#include <fascicle/assess.h>

/* What is made once and serves all people: a model a region, libraries by story and by whether the day of the injury is
 * known, all of their members' untreated years, and truths of the cycle model. */
typedef struct fsc_trial_bench {
    const fsc_assess_options *opt;
    fsc_assumed assumed;
    fsc_cycle *model[2];
    fsc_library *library[2][2][FSC_CYCLE_N_STORY];
    fsc_future ahead[2][2][FSC_CYCLE_N_STORY];
    fsc_library *truth[2][FSC_CYCLE_N_STORY];
    fsc_future truth_ahead[2][FSC_CYCLE_N_STORY];
    int wants_ahead;
} fsc_trial_bench;

FSC_MUST_USE fsc_status fsc_trial_open(fsc_trial_bench *bench, const fsc_assess_options *opt, fsc_error *err);
void fsc_trial_close(fsc_trial_bench *bench);
/* Lets go of the virtual people, so that the next one who needs them draws them anew; the truths stay. */
void fsc_trial_close_libraries(fsc_trial_bench *bench);

typedef struct fsc_trial_verdict {
    double level[FSC_CYCLE_N_STORY][FSC_TRIAL_LEVELS];               /* departs */
    double site[FSC_CYCLE_N_STORY][FSC_TRIAL_LEVELS][FSC_LAYERS][2]; /* departs */
    double measured[FSC_TRIAL_LEVELS][FSC_LAYERS][2];                /* fraction; NaN = no such site */
    fsc_band ahead[FSC_CYCLE_N_STORY][FSC_TRIAL_AHEAD][FSC_TRIAL_LEVELS][FSC_LAYERS][2];
    int32_t nothing_departs;
    double spread;
} fsc_trial_verdict;

/* Draws and infers. */
FSC_MUST_USE fsc_status fsc_trial_run(fsc_trial_person *person, fsc_trial_verdict *verdict, fsc_trial_bench *bench,
                                      const fsc_trial_kind *kind, int32_t number, fsc_error *err);
/* The larger of the stories: what the page would call. */
double fsc_trial_level(const fsc_trial_verdict *v, int32_t l);
double fsc_trial_site(const fsc_trial_verdict *v, int32_t l, int layer, int side);

/* Simple rules on a deep site: its fat, less the other side's, and less a robust line through the other levels. */
typedef enum fsc_trial_rule { FSC_RULE_STAGE, FSC_RULE_FAT, FSC_RULE_SIDES, FSC_RULE_LINE, FSC_RULE_N } fsc_trial_rule;
const char *fsc_trial_rule_text(fsc_trial_rule rule);
double fsc_trial_score(const fsc_trial_verdict *v, fsc_trial_rule rule, int32_t n_level, int32_t l, int side);

#endif
