/* The butterfly picture: spine in the middle, one cell a site, the person's left on the reader's right. */
#ifndef FSC_REPORT_BUTTERFLY_H
#define FSC_REPORT_BUTTERFLY_H

#include "sheet.h"
#include "text.h"

/* Appends the SVG element. id is put before every id inside, so that several pictures fit on one page. */
void fsc_butterfly_add(fsc_text *out, const fsc_sheet *sheet, const char *id);

#endif
