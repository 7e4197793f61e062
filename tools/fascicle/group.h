/* The study as one table, from the outputs alone. */
#ifndef FASCICLE_TOOL_GROUP_H
#define FASCICLE_TOOL_GROUP_H

#include "people.h"

/* Writes <out>/group_sites.tsv (every row of every person and session, with the columns of <out>/participants.tsv
 * behind them) and its dictionary, and says first who is missing and why. */
fsc_status group_write(cli *c, const char *out, fsc_error *err);

#endif
