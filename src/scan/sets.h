/* Which of the images found belong to one scan. */
#ifndef FSC_SCAN_SETS_H
#define FSC_SCAN_SETS_H

#include "find.h"

/* Numbers the sets: equal keys, and parts that a converter put under several series numbers. FSC_OK or FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_sets_make(fsc_found *found, fsc_error *err);
/* Chooses the set that says most (complex echoes, magnitudes, water and fat, fat fraction); FSC_E_NOTFOUND with the
 * candidates when none or several qualify. name (may be NULL) is that of a set outside BIDS. */
FSC_MUST_USE fsc_status fsc_sets_choose(fsc_found *found, const char *path, const char *name, fsc_error *err);

/* Decides, once a set is chosen, what images stand for that can be two things. */
void fsc_sets_settle(fsc_found *found);

#endif
