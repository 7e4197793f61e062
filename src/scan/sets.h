/* Which of the images found belong to one scan. */
#ifndef FSC_SCAN_SETS_H
#define FSC_SCAN_SETS_H

#include "find.h"

/* Numbers the sets: equal keys, and halves that a converter put under two series numbers. */
void fsc_sets_make(fsc_found *found);
/* Chooses the set that says most (complex echoes, magnitudes, water and fat, fat fraction); FSC_E_NOTFOUND with the
 * candidates when none or several qualify. */
FSC_MUST_USE fsc_status fsc_sets_choose(fsc_found *found, const char *path, fsc_error *err);

#endif
