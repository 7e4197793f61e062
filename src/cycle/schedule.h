/* The days at which a simulation must stop: outputs, events, changes of treatment. */
#ifndef FSC_CYCLE_SCHEDULE_H
#define FSC_CYCLE_SCHEDULE_H

#include <fascicle/simulate.h>

typedef struct fsc_break {
    double day;
    int32_t kicked; /* non-zero: an event or a treatment changes here (and on the first day) */
    int32_t output; /* index of an output day, or -1 */
} fsc_break;

/* Breaks of a group of people, rising, equal days joined, from day 0 to the plan's last day; returns their number. */
int32_t fsc_breaks_list(fsc_break *stop, const fsc_cycle_person *person, int32_t n_people, const fsc_cycle_plan *plan);
/* The longest list that any group of group_size neighbours among people can need. */
int64_t fsc_breaks_most(const fsc_cycle_person *person, int64_t n_person, int32_t group_size,
                        const fsc_cycle_plan *plan);

#endif
