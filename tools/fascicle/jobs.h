/* One process a person, several at a time: each is `fascicle run` as anybody could type it. */
#ifndef FASCICLE_TOOL_JOBS_H
#define FASCICLE_TOOL_JOBS_H

#include "people.h"

/* What every process is called with: "run", the dataset, then, per unit, --participant, --session, then these words. */
typedef struct jobs {
    cli *cli;
    const char *dir, *out; /* logs go to <out>/logs/<unit>.log */
    const char *const *word;
    int n_word;
    int n_at_once, n_thread; /* threads of each */
} jobs;

/* Runs the units that wait, in order, says each one's end, and calls done (may be NULL) for it. Returns FSC_OK when all
 * have ended, well or not; FSC_E_CANCELLED after a signal, when those running have ended too; FSC_E_IO. */
fsc_status jobs_run(const jobs *j, people *list, fsc_status (*done)(unit *u, void *context, fsc_error *err),
                    void *context, fsc_error *err);

#endif
