/* The frame of the page: head with styles, header and the line that is always visible, warnings, notes, foot. */
#ifndef FSC_REPORT_HTML_H
#define FSC_REPORT_HTML_H

#include "case.h"
#include "text.h"

#include <fascicle/report.h>

/* Everything up to and with the page's title: who, when, and for the clinic what they feel. */
FSC_MUST_USE fsc_status fsc_html_open(fsc_text *out, const fsc_case *c, fsc_reader reader, fsc_error *err);
/* The butterfly with its heading, in a box of its own that scrolls on a small screen. */
void fsc_html_map_add(fsc_text *out, const fsc_case *c);
/* What was asked about red flags; none is positive here, for a stop stands alone. */
void fsc_html_flags_add(fsc_text *out, const fsc_map *map);
/* Warnings of every step, once each: what limits the result stands before the result. */
void fsc_html_warnings(fsc_text *out, const fsc_report_input *input);
/* What this program does not see, and whether somebody has read all the pictures. */
void fsc_html_unread(fsc_text *out);
/* What was found and what was assumed. */
void fsc_html_notes(fsc_text *out, const fsc_report_input *input);
/* The box that names the segmenters whose labels Fascicle reads. */
FSC_MUST_USE fsc_status fsc_html_segmenters(fsc_text *out, fsc_error *err);
/* Quality words explained. */
FSC_MUST_USE fsc_status fsc_html_quality(fsc_text *out, const fsc_sheet *sheet, fsc_error *err);
void fsc_html_close(fsc_text *out);

#endif
