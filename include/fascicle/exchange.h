/* Exchange: the cycle model and its runs as files that other programs read (SBML, TSV). */
#ifndef FASCICLE_EXCHANGE_H
#define FASCICLE_EXCHANGE_H

#include <fascicle/simulate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a person's model as SBML Level 3 Version 1 core: states, equations, events and schedule (treatments become
 * parameters that events switch). Returns FSC_OK, FSC_E_RANGE, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_write_sbml(const char *path, const fsc_cycle *model,
                                                     const fsc_cycle_person *person, fsc_error *err);
/* A run as a table: person, day, level, layer, side and one column per quantity; the honesty sentence as a comment. */
FSC_API FSC_MUST_USE fsc_status fsc_cycle_write_tsv(const char *path, const fsc_cycle *model, const fsc_cycle_run *run,
                                                    const fsc_cycle_plan *plan, const char *const *person_name,
                                                    fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
