/* The tables of the page: the key table of page one, the full table, the scan's facts, provenance. */
#ifndef FSC_REPORT_PAGE_TABLES_H
#define FSC_REPORT_PAGE_TABLES_H

#include "sheet.h"
#include "text.h"

/* One line a muscle: lowest to highest level, right, left, both. */
void fsc_table_key_add(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet);
/* Every row with every column, and the quality words in use; what is missing is n/a. */
FSC_MUST_USE fsc_status fsc_table_full_add(fsc_text *out, const fsc_report_input *input, const fsc_sheet *sheet,
                                           fsc_error *err);
/* Person, scanner, echoes, grid; method, spectrum, sign, ramp, swaps, noise. */
void fsc_table_scan_add(fsc_text *out, const fsc_report_input *input);
/* Command, version, inputs with hashes, options, folded away on a screen. */
void fsc_table_provenance_add(fsc_text *out, const fsc_report_input *input);

#endif
