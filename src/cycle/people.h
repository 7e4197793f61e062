/* Checks of people and plans, and the record that a simulation fills: shared by both solvers. */
#ifndef FSC_CYCLE_PEOPLE_H
#define FSC_CYCLE_PEOPLE_H

#include <fascicle/simulate.h>

/* Tolerances in force when a plan names none. */
#define FSC_CYCLE_RELATIVE 4e-4
#define FSC_CYCLE_ABSOLUTE 4e-6

FSC_MUST_USE fsc_status fsc_people_check(const fsc_cycle *model, const fsc_cycle_person *person, int64_t n_person,
                                         const fsc_cycle_plan *plan, fsc_error *err);
FSC_MUST_USE fsc_status fsc_run_new(fsc_cycle_run **out, const fsc_cycle *model, int64_t n_person,
                                    const fsc_cycle_plan *plan, fsc_error *err);

#endif
