/* The injury map's record on the page: sentences, comparison with norms, differences inside the person. */
#ifndef FSC_REPORT_RECORD_H
#define FSC_REPORT_RECORD_H

#include "sheet.h"
#include "text.h"

/* Each appends nothing when there is no record or nothing to say. */

/* What was asked about red flags when none is positive; NULL when the record says nothing. Borrowed. */
const char *fsc_record_red_flags(const fsc_map *map);
/* Every sentence with the fields and facts it stands on; contested ones under their own heading. */
void fsc_record_sentences_add(fsc_text *out, const fsc_map *map);
/* Percentiles against published norms, each with its source. */
void fsc_record_norms_add(fsc_text *out, const fsc_sheet *sheet);
/* Sites that have a borrowed band only: in words, with the reason. */
void fsc_record_borrowed_add(fsc_text *out, const fsc_map *map);
/* Differences between sides, levels, layers and quarters, extents, and grades that people know. */
void fsc_record_within_add(fsc_text *out, const fsc_sheet *sheet);
/* Change since an earlier visit with its error and the least change that counts as real. */
void fsc_record_change_add(fsc_text *out, const fsc_sheet *sheet);

#endif
