/* The way from a scan to a page, step by step; commands walk as far as they need. */
#ifndef FASCICLE_TOOL_WALK_H
#define FASCICLE_TOOL_WALK_H

#include "cmd.h"

#include <fascicle/anatomy.h>
#include <fascicle/forecast.h>
#include <fascicle/map.h>
#include <fascicle/measure.h>
#include <fascicle/scan.h>
#include <fascicle/separate.h>

/* What the steps have made so far; zero-initialise, free with walk_free. Every step prints its line. */
typedef struct walk {
    cli *cli;
    fsc_scan *scan; /* its recipe collects every input of the run */
    fsc_fatwater *fatwater;
    fsc_sites *sites; /* NULL without labels */
    fsc_measures *measures;
    fsc_exam *exam; /* NULL when none was given */
    fsc_map *map;
    fsc_forecast *forecast;
    char anat[4096]; /* output folder; "" until walk_output */
    fsc_error err;
} walk;

/* The options that several commands share, in one struct. */
typedef struct walk_scan_options {
    const char *participant, *session, *acquisition;
} walk_scan_options;
typedef struct walk_separate_options {
    const char *spectrum, *sign;
    double water_shift_ppm;
    int no_ramp, t1_correct;
} walk_separate_options;
typedef struct walk_label_options {
    const char *labels, *levels, *label_scheme, *level_scheme;
} walk_label_options;

typedef struct walk_map_options {
    const char *exam, *store, *date;
    opt_texts norms;
} walk_map_options;

/* Rows for option tables; base is the offset of the struct inside the command's values. */
#define WALK_SCAN_OPTS(type, field)                                                                                    \
    {"participant", "ID", OPT_TEXT, offsetof(type, field.participant),                                                 \
     "which person of a BIDS dataset (16 or sub-16)"},                                                                 \
        {"session", "ID", OPT_TEXT, offsetof(type, field.session), "which visit of that person (02 or ses-02)"}, {     \
        "acquisition", "NAME", OPT_TEXT, offsetof(type, field.acquisition),                                            \
            "which acquisition, when there are several"                                                                \
    }
#define WALK_SEPARATE_OPTS(type, field)                                                                                \
    {"spectrum", "NAME", OPT_TEXT, offsetof(type, field.spectrum),                                                     \
     "fat spectrum: ismrm6 (default), hamilton, berglund9, qmritools10 or ren"},                                       \
        {"water-shift", "PPM", OPT_NUMBER, offsetof(type, field.water_shift_ppm),                                      \
         "shift of the water peak, for objects that are not at body temperature"},                                     \
        {"sign", "WHICH", OPT_TEXT, offsetof(type, field.sign),                                                        \
         "precession sign: auto (default), stored or conjugate"},                                                      \
        {"no-ramp", NULL, OPT_FLAG, offsetof(type, field.no_ramp), "do not look for a bipolar readout ramp"}, {        \
        "t1-correct", NULL, OPT_FLAG, offsetof(type, field.t1_correct),                                                \
            "remove the expected T1 weighting (needs FlipAngle and RepetitionTime)"                                    \
    }
#define WALK_LABEL_OPTS(type, field)                                                                                   \
    {"labels", "FILE", OPT_TEXT, offsetof(type, field.labels), "muscle label map (NIfTI)"},                            \
        {"levels", "FILE", OPT_TEXT, offsetof(type, field.levels),                                                     \
         "vertebra or disc label map (NIfTI); may be the same file"},                                                  \
        {"label-scheme", "NAME", OPT_TEXT, offsetof(type, field.label_scheme),                                         \
         "numbering of the muscle labels, when it is not clear from the values"},                                      \
    {                                                                                                                  \
        "level-scheme", "NAME", OPT_TEXT, offsetof(type, field.level_scheme), "numbering of the levels, likewise"      \
    }
#define WALK_MAP_OPTS(type, field)                                                                                     \
    {"exam", "FILE", OPT_TEXT, offsetof(type, field.exam),                                                             \
     "what the person and the examiner say (exam.json): age, sex, history, red flags"},                                \
        {"norms", "FILE", OPT_TEXTS, offsetof(type, field.norms),                                                      \
         "a norm table of your own (from `fascicle norms fit`), beside the published ones"},                           \
        {"date", "DAY", OPT_TEXT, offsetof(type, field.date), "day of the scan, as 2026-11-21"}, {                     \
        "store", "FILE", OPT_TEXT, offsetof(type, field.store),                                                        \
            "store of earlier visits: compare with the last one before this day"                                       \
    }

#define WALK_PDF_OPT(type, field)                                                                                      \
    {                                                                                                                  \
        "pdf", NULL, OPT_FLAG, offsetof(type, field),                                                                  \
            "print each page as PDF too (with Chromium, Chrome or WeasyPrint, whichever is installed)"                 \
    }

fsc_status walk_scan(walk *w, const char *path, const walk_scan_options *with);
fsc_status walk_separate(walk *w, const walk_separate_options *with);
/* In place of walk_separate: the maps of an earlier run, when path is its ..._PDFFmap.nii.gz; stem (may be NULL, at
 * least 4096 bytes) gets <dir>/<name>. FSC_E_NOTFOUND when path is no such map. */
fsc_status walk_earlier_maps(walk *w, const char *path, char *stem);
/* Reads the label maps and builds the sites; without with->labels it notes what could be given and returns FSC_OK. */
fsc_status walk_anatomy(walk *w, const walk_label_options *with);
fsc_status walk_measure(walk *w);
/* Reads exam and norms, makes the injury map, and compares with the last visit in the store. */
fsc_status walk_exam(walk *w, const walk_map_options *with);
fsc_status walk_map(walk *w, const walk_map_options *with);
/* What the injury-cycle model makes of the measured sites, under both its stories. */
fsc_status walk_forecast(walk *w);
/* Makes the output folder and fixes the recipe; call after the last input was read. */
fsc_status walk_output(walk *w, const char *out);
fsc_status walk_write_maps(walk *w);
fsc_status walk_write_measures(walk *w);
fsc_status walk_write_map(walk *w);
fsc_status walk_write_forecast(walk *w);
/* The three pages <stem>_desc-..._report.html, from all that the steps have made; with pdf each is printed too. */
fsc_status walk_write_report(walk *w, const char *stem, int pdf);
void walk_free(walk *w);

/* Seconds since some fixed moment. */
double walk_clock_s(void);

#endif
