/* Where the files of one participant and session go. */
#ifndef FSC_PHANTOM_TARGET_H
#define FSC_PHANTOM_TARGET_H

#include "json.h"

#include <fascicle/phantom.h>

#define FSC_TARGET_PATH 4096

typedef struct fsc_target {
    const char *dir;
    char participant[64]; /* "sub-01" */
    char session[64];     /* "ses-01" or "" */
    const fsc_recipe *recipe;
} fsc_target;

/* Checks and completes the names. Returns FSC_OK or FSC_E_ARG. */
fsc_status fsc_target_init(fsc_target *target, const char *dir, const char *participant, const char *session,
                           const fsc_recipe *recipe, fsc_error *err);
/* <dir>/<below><participant>[/<session>]/<kind>/<participant>[_<session>]_<ending>; below is "" or
 * "derivatives/truth/". Makes the folder. */
fsc_status fsc_target_path(char path[FSC_TARGET_PATH], const fsc_target *target, const char *below, const char *kind,
                           const char *ending, fsc_error *err);
/* Writes a sidecar and frees it whether or not that works. */
fsc_status fsc_target_sidecar(fsc_json *sidecar, const fsc_target *target, const char *below, const char *kind,
                              const char *ending, fsc_error *err);
/* The truth beside the scan. */
fsc_status fsc_truth_write(const fsc_phantom *phantom, const fsc_phantom_options *opt, const fsc_target *target,
                           fsc_error *err);

#endif
