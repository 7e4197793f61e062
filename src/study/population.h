/* Virtual people as points: the standard normal and uniform numbers behind them, which can be moved and shaped anew. */
#ifndef FSC_STUDY_POPULATION_H
#define FSC_STUDY_POPULATION_H

#include <fascicle/population.h>

enum { FSC_PERSON_ROWS = 13 }; /* rows of data/cycle/population.tsv */

typedef struct fsc_person_code {
    double parameter[FSC_CYCLE_N_PARAMETER], normal[FSC_PERSON_ROWS]; /* standard normal */
    double uniform[FSC_PERSON_ROWS];                                  /* uniform in 0..1 */
} fsc_person_code;

/* The code of person i of a seed: what fsc_cycle_draw shapes into a person. */
void fsc_person_code_draw(fsc_person_code *code, uint64_t seed, int64_t i);
/* A random step of size reach (0 none, 1 a fresh draw of the normal ones) that leaves the law of all people as it is:
 * an autoregression for normal numbers, a mirrored walk for uniform ones. */
void fsc_person_code_move(fsc_person_code *code, double reach, uint64_t seed, int64_t i, int32_t round);
/* Shapes every person of a population from its code. */
FSC_MUST_USE fsc_status fsc_population_shape(fsc_cycle_population *to, const fsc_cycle *model, fsc_cycle_set set,
                                             fsc_cycle_story story, const fsc_person_code *code, fsc_error *err);

#endif
