/* Words and numbers for readers: n/a for what is missing, percent for fractions, sentences for quality flags. */
#ifndef FSC_REPORT_PROSE_H
#define FSC_REPORT_PROSE_H

#include "sheet.h"
#include "text.h"

#include <fascicle/report.h>

/* "12.4" from 0.124; "n/a" when not finite. */
void fsc_prose_percent(fsc_text *out, double fraction);
/* "12.4 ± 0.6" (90 % interval) or "12.4" or "n/a". */
void fsc_prose_percent_pm(fsc_text *out, double fraction, double se_fraction);
/* "87", "more than 99" or "less than 1". */
void fsc_prose_percentile(fsc_text *out, double percentile);
/* The cell as one sentence: "Multifidus, L4, left: fat 12.4 % (90 % interval 11.8 to 13.0 %), 812 voxels; ...". */
void fsc_prose_cell(fsc_text *out, const char *muscle_name, const fsc_cell *cell);
/* The quality words of a row as short phrases joined by "; " ("" when there is nothing to say). */
void fsc_prose_quality(fsc_text *out, const fsc_row *row);
/* text as a sentence: notes may start small and end without a stop. At most 511 characters. */
void fsc_prose_sentence(fsc_text *out, const char *text);
/* "sub-16, ses-02", the scan's name, or "unnamed scan". */
void fsc_prose_person(fsc_text *out, const fsc_scan *scan);
/* Non-zero when millimetres of this input mean nothing. */
int fsc_prose_spacing_assumed(const fsc_report_input *input);
/* Opens a table body with a muscle as its heading across n columns; the caller closes it. */
void fsc_table_group_add(fsc_text *out, const char *muscle, int n);
/* A list of data/report/statements.tsv: group "cannot", "contested" or "limit", with grade and source. */
FSC_MUST_USE fsc_status fsc_prose_statements(fsc_text *out, const char *group, const fsc_sheet *sheet, int brief,
                                             fsc_error *err);

#endif
