/* The butterfly picture: spine in the middle, one cell a site, the person's left on the reader's right. */
#ifndef FSC_REPORT_BUTTERFLY_H
#define FSC_REPORT_BUTTERFLY_H

#include "case.h"
#include "text.h"

/* Appends the SVG element. id is put before every id inside, so that several pictures fit on one page. names: NULL for
 * the full picture with values, intervals and percentiles; for the person, plain names of the sheet's muscles, and the
 * picture has colours and marks alone and is narrow enough for a phone. */
void fsc_butterfly_add(fsc_text *out, const fsc_case *c, const char *id, const char *const *names);

#endif
