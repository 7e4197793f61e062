/* Raters or methods behind one pattern of label maps: "masks/{participant}_{rater}.nii.gz". */
#ifndef FASCICLE_TOOL_RATERS_H
#define FASCICLE_TOOL_RATERS_H

#include "cmd.h"

#define RATERS_MOST 64
#define RATER_WORD "{rater}"

typedef struct raters {
    char name[RATERS_MOST][64]; /* letters and digits, in their order; the first one's results stand in OUT itself */
    int n;
} raters;

/* Who stands for {rater} in the paths that match the pattern, over all people of the label folder. FSC_E_NOTFOUND when
 * nothing matches; FSC_E_ARG (two {rater}); FSC_E_RANGE; FSC_E_NOMEM. */
fsc_status raters_find(raters *out, const char *pattern, fsc_error *err);
/* Those of an earlier call (OUT/logs/raters.tsv); out->n = 0 when there was none. */
void raters_read(raters *out, const char *path);
/* The list as text, a rater a line with the folder below OUT; *text is owned: free. */
fsc_status raters_list(char **text, const raters *all, fsc_error *err);
/* Below OUT: "." of the first, "derivatives/rater-ben" of another. */
void raters_folder(char out[100], const raters *all, int k);
/* A pattern with the name in it; NULL stays NULL. *out is owned: free. */
fsc_status raters_fill(char **out, const char *pattern, const char *name, fsc_error *err);

#endif
