/* Scratch: a private folder for what another program reads and writes, gone afterwards. */
#ifndef FSC_BASE_SCRATCH_H
#define FSC_BASE_SCRATCH_H

#include <fascicle/status.h>

typedef struct fsc_scratch {
    char path[1100]; /* "" when there is none */
} fsc_scratch;

/* Makes a folder that only this user may enter, below dir. Returns FSC_OK, FSC_E_IO, FSC_E_RANGE (dir too long). */
FSC_MUST_USE fsc_status fsc_scratch_make(fsc_scratch *out, const char *dir, fsc_error *err);
/* Removes it with everything in it; links are removed, never followed. */
void fsc_scratch_remove(fsc_scratch *scratch);
/* FSC_AUTO_SCRATCH fsc_scratch work = {0}; */
#define FSC_AUTO_SCRATCH __attribute__((cleanup(fsc_scratch_remove)))

#endif
