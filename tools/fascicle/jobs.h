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
    int n_at_once, n_thread;                                    /* threads of each */
    fsc_status (*note)(unit *u, void *context, fsc_error *err); /* called at each one's start and end; may be NULL */
    void *context;
} jobs;

/* "Slurm job 12_3", when a scheduler of clusters runs us; else "" and 0. */
int jobs_scheduler(char name[120]);

/* Runs the units that wait, in order, and says each one's end. Returns FSC_OK when all have ended, well or not;
 * FSC_E_CANCELLED after a signal, when those running have ended too; FSC_E_IO. */
fsc_status jobs_run(const jobs *j, people *list, fsc_error *err);

#endif
