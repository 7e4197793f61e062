/* Report: one self-contained HTML page, and the butterfly picture on its own. */
#ifndef FASCICLE_REPORT_H
#define FASCICLE_REPORT_H

#include <fascicle/anatomy.h>
#include <fascicle/forecast.h>
#include <fascicle/map.h>
#include <fascicle/measure.h>
#include <fascicle/recipe.h>
#include <fascicle/scan.h>
#include <fascicle/separate.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the page is made of. Everything is borrowed and any pointer may be NULL: what is missing is left out or said to
 * be missing, never guessed. Without fatwater there are no slices; without sites no outlines; without measures or map
 * (or without rows in them) a page of the tissue as a whole that names the segmenters whose output Fascicle reads. */
typedef struct fsc_report_input {
    const fsc_scan *scan;         /* the person and the acquisition; echoes may be absent (a ready map) */
    const fsc_fatwater *fatwater; /* maps for the slices, and how they were made */
    const fsc_sites *sites;       /* outlines; must be on the grid of fatwater to be drawn */
    const fsc_measures *measures; /* rows for the picture, the charts and the tables */
    const fsc_recipe *recipe;     /* provenance; scan->recipe is used when NULL */
    const fsc_map *map;           /* norms, differences, change, exam; its rows serve when measures is NULL */
    const fsc_forecast *forecast; /* what the injury-cycle model makes of it: both stories or none are shown */
} fsc_report_input;

/* Writes the page to path, whole or not at all: strict XHTML5, styles and pictures inside, no script, nothing loaded
 * from anywhere, A4 print rules. The same input gives the same bytes.
 * Returns FSC_OK; FSC_E_ARG (no maps, measures or record); FSC_E_IO; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_report_write(const char *path, const fsc_report_input *input, fsc_error *err);

/* Writes the butterfly picture alone as an SVG file, whole or not at all; measures or map must hold site rows.
 * Returns FSC_OK; FSC_E_ARG (no site rows); FSC_E_IO; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_report_butterfly_write(const char *path, const fsc_report_input *input,
                                                           fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
