/* A table of observations, shared by the tests of the inference. */
#ifndef FSC_TEST_OBSERVED_H
#define FSC_TEST_OBSERVED_H

#include <fascicle/forecast.h>
#include <math.h>
#include <string.h>

/* Appends one PDFF to a caller's array. */
static void observe(fsc_observations *all, fsc_observation *item, const char *level, const char *layer, fsc_side side,
                    double day, double pdff) {
    fsc_observation *o = &item[all->n++];
    *o = (fsc_observation){.side = side, .visit_day = day};
    strcpy(o->level, level);
    strcpy(o->layer, layer);
    for (int q = 0; q < FSC_OBSERVED_N; q++) o->value[q] = o->se[q] = (double)NAN;
    o->value[FSC_OBSERVED_PDFF] = pdff;
    o->se[FSC_OBSERVED_PDFF] = 0.01;
    all->item = item;
}

#endif
