/* Day: calendar days as ISO 8601 writes them. */
#ifndef FASCICLE_DAY_H
#define FASCICLE_DAY_H

#include <fascicle/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Days from 1970-01-01 to a day such as "2026-11-21" (1900 or later); NaN when the text is no real day. */
FSC_API double fsc_days_of(const char *iso_day);

#ifdef __cplusplus
}
#endif
#endif
