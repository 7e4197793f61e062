/* Who belongs to a study, and how each one's run ended. */
#ifndef FSC_COHORT_ROSTER_H
#define FSC_COHORT_ROSTER_H

#include "gather.h"

/* Fills item, n and people from the logs, the folders, logs/dataset.tsv and participants.tsv below all->dir. */
FSC_MUST_USE fsc_status fsc_roster(fsc_gathered *all, fsc_error *err);

/* A file of logs/ of one member ("<name>.<end>"); NULL when it is not there, else owned: fsc_free. */
FSC_MUST_USE fsc_status fsc_roster_log(char **text, const fsc_gathered *all, const fsc_seen *m, const char *end,
                                       fsc_error *err);

#endif
