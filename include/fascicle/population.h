/* Population: virtual people drawn from published and assumed laws. */
#ifndef FASCICLE_POPULATION_H
#define FASCICLE_POPULATION_H

#include <fascicle/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct fsc_cycle_population {
    int64_t n_person;
    fsc_cycle_person *person; /* all owned, n_person entries each */
    double *dose;             /* strain dose at deep C4..C7 on day 0 */
    double *age;              /* years */
    fsc_cycle_event *event;
    double *amount; /* (n_person, n_site) */
} fsc_cycle_population;

/* Draws people around a parameter set: parameters lognormal with half the prior's spread, modifiers, age, dose and
 * baseline fat from data/cycle/population.tsv. Person i depends on (seed, i) alone. *out is owned. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_draw(fsc_cycle_population **out, const fsc_cycle *model, fsc_cycle_set set,
                                               fsc_cycle_story story, int64_t n_person, uint64_t seed, fsc_error *err);
FSC_API void fsc_cycle_population_free(fsc_cycle_population *population);

#ifdef __cplusplus
}
#endif
#endif
