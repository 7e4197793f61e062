/* Report: three self-contained HTML pages from one record, for three readers; and the butterfly picture on its own. */
#ifndef FASCICLE_REPORT_H
#define FASCICLE_REPORT_H

#include <fascicle/anatomy.h>
#include <fascicle/forecast.h>
#include <fascicle/map.h>
#include <fascicle/measure.h>
#include <fascicle/plan.h>
#include <fascicle/recipe.h>
#include <fascicle/scan.h>
#include <fascicle/separate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The person: two printed pages, plain words. The clinic: one printed page, details folded behind it. Research: every
 * value, comparison and model statement. When the record says stop, each holds the stop and nothing else. */
typedef enum fsc_reader { FSC_READER_PERSON = 0, FSC_READER_CLINIC, FSC_READER_RESEARCH, FSC_READER_N } fsc_reader;
/* "person", "clinic", "research". */
FSC_API const char *fsc_reader_text(fsc_reader reader);

/* What the pages are made of. Everything is borrowed and any pointer may be NULL: what is missing is left out or said
 * to be missing, never guessed. Without fatwater there are no slices; without sites no outlines; without measures or
 * map (or without rows in them) pages of the tissue as a whole that name the segmenters whose output Fascicle reads. */
typedef struct fsc_report_input {
    const fsc_scan *scan;         /* the person and the acquisition; echoes may be absent (a ready map) */
    const fsc_fatwater *fatwater; /* maps for the slices, and how they were made */
    const fsc_sites *sites;       /* outlines; must be on the grid of fatwater to be drawn */
    const fsc_measures *measures; /* rows for the picture, the charts and the tables */
    const fsc_recipe *recipe;     /* provenance; scan->recipe is used when NULL */
    const fsc_map *map;           /* norms, differences, change, exam; its rows serve when measures is NULL */
    const fsc_plan *plan;         /* what follows; NULL = none was made, and the pages say so */
    const fsc_forecast *forecast; /* what the model makes of it, both stories or none; research page only */
} fsc_report_input;

/* A page's file name: <stem>_desc-<reader>_report.html. Returns FSC_OK; FSC_E_RANGE (longer than size). */
FSC_API FSC_MUST_USE fsc_status fsc_report_path(char *path, size_t size, const char *stem, fsc_reader reader,
                                                fsc_error *err);

/* Writes the three pages, all or none: strict XHTML5, styles and pictures inside, no script, nothing loaded from
 * anywhere, A4 print rules. The same input gives the same bytes.
 * Returns FSC_OK; FSC_E_ARG (no maps, measures or record); FSC_E_RANGE (stem too long); FSC_E_IO; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_report_write(const char *stem, const fsc_report_input *input, fsc_error *err);
/* Writes one page to path, whole or not at all. Returns as fsc_report_write. */
FSC_API FSC_MUST_USE fsc_status fsc_report_write_page(const char *path, fsc_reader reader,
                                                      const fsc_report_input *input, fsc_error *err);

/* Prints a page as PDF with the first of Chromium, Chrome and WeasyPrint that PATH holds.
 * Returns FSC_OK; FSC_E_NOTFOUND (none of them is installed); FSC_E_IO (it failed: the line holds its last words, or
 * the PDF cannot be written); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_report_print(const char *pdf_path, const char *html_path, fsc_error *err);

/* Writes the butterfly picture alone as an SVG file, whole or not at all; measures or map must hold site rows.
 * Returns FSC_OK; FSC_E_ARG (no site rows); FSC_E_IO; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_report_butterfly_write(const char *path, const fsc_report_input *input,
                                                           fsc_error *err);
/* The same as text. Each cell is a g element whose data-site names it as fsc_place_text does. *svg is owned:
 * fsc_report_free_text. Returns FSC_OK, FSC_E_ARG (no site rows), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_report_butterfly_svg(char **svg, const fsc_report_input *input, fsc_error *err);
FSC_API void fsc_report_free_text(char *text);

/* The pages' colours of fat, red, green and blue, from none to the returned fat fraction and more. */
#define FSC_REPORT_RAMP 256
FSC_API double fsc_report_ramp(uint8_t rgb[FSC_REPORT_RAMP][3]);

#ifdef __cplusplus
}
#endif
#endif
