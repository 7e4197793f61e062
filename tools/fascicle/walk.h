/* The way from a scan to a page, step by step; commands walk as far as they need. */
#ifndef FASCICLE_TOOL_WALK_H
#define FASCICLE_TOOL_WALK_H

#include "cmd.h"

/* What the steps have made so far; start from {.cli = c, .err = err}. Every step prints its line. */
typedef struct walk {
    cli *cli;
    fsc_error *err;
    fsc_scan *scan; /* its recipe collects every input of the run */
    fsc_fatwater *fatwater;
    fsc_label_maps *labels; /* as read; NULL without labels */
    fsc_proposal *proposal; /* NULL unless labels were proposed */
    fsc_network *network;   /* NULL unless one was named */
    const char *network_path;
    fsc_labels *network_labels; /* what it found; NULL before */
    fsc_sites *sites;           /* NULL without labels */
    fsc_volume *t2;             /* NULL unless a T2 map was given */
    const char *t2_path;
    fsc_measures *measures;
    fsc_exam *exam; /* NULL when none was given */
    fsc_norms *norms;
    fsc_map *map;
    fsc_forecast *forecast;
    fsc_model_view *view; /* to be filled by the forecast; borrowed, NULL = not asked for */
    fsc_plan *plan;       /* NULL without an exam */
    fsc_output output;    /* what is written, aside until walk_commit */
} walk;

/* The options that several commands share, in one struct. */
typedef struct walk_scan_options {
    const char *participant, *session, *acquisition, *run;
} walk_scan_options;
typedef struct walk_separate_options {
    const char *spectrum;
    double water_shift_ppm;
    int sign, no_ramp, t1_correct;
} walk_separate_options;
typedef struct walk_label_options {
    const char *labels, *levels, *label_scheme, *level_scheme, *t2;
    int same_grid;
} walk_label_options;

/* Where proposed labels are held to the spine. */
typedef struct walk_anchor_options {
    const char *anchor, *anchor_map;
} walk_anchor_options;

/* Labels made on the way instead of read from a file. */
typedef struct walk_made_options {
    opt_texts segment;
    const char *network;
    int propose, accept_proposal;
    walk_anchor_options anchor;
} walk_made_options;

typedef struct walk_map_options {
    const char *exam, *store, *date;
    opt_texts norms;
} walk_map_options;

/* Rows for option tables: the member of the command's values that holds such a struct. */
#define WALK_SCAN_OPTS(type, field)                                                                                    \
    OPT(type, field.participant, "participant", OPT_TEXT, "ID", "which person of a BIDS dataset (16 or sub-16)"),      \
        OPT(type, field.session, "session", OPT_TEXT, "ID", "which visit of that person (02 or ses-02)"),              \
        OPT(type, field.acquisition, "acquisition", OPT_TEXT, "NAME", "which acquisition, when there are several"),    \
        OPT(type, field.run, "run", OPT_TEXT, "ID", "which run, when there are several (1 or run-1)")
#define WALK_SEPARATE_OPTS(type, field)                                                                                \
    OPT(type, field.spectrum, "spectrum", OPT_TEXT, "NAME",                                                            \
        "fat spectrum: ismrm6 (default), hamilton, berglund9, qmritools10 or ren"),                                    \
        OPT(type, field.water_shift_ppm, "water-shift", OPT_NUMBER, "PPM",                                             \
            "shift of the water peak, for objects that are not at body temperature"),                                  \
        OPT(type, field.sign, "sign", OPT_WORD, "WHICH", "precession sign", .words = "auto|stored|conjugate"),         \
        OPT(type, field.no_ramp, "no-ramp", OPT_FLAG, NULL, "do not look for a bipolar readout ramp"),                 \
        OPT(type, field.t1_correct, "t1-correct", OPT_FLAG, NULL,                                                      \
            "remove the expected T1 weighting (needs FlipAngle and RepetitionTime)")
#define WALK_PDF_OPT(type, field)                                                                                      \
    OPT(type, field, "pdf", OPT_FLAG, NULL,                                                                            \
        "print each page as PDF too, with Chromium, Chrome or WeasyPrint, whichever is installed")
#define WALK_LABEL_OPTS(type, field)                                                                                   \
    OPT(type, field.labels, "labels", OPT_TEXT, "FILE",                                                                \
        "muscle label map (NIfTI), a derivatives folder, a folder of masks, or a path with {participant}, "            \
        "{session} or *"),                                                                                             \
        OPT(type, field.levels, "levels", OPT_TEXT, "FILE",                                                            \
            "vertebra or disc label map, likewise; may be the same file"),                                             \
        OPT(type, field.label_scheme, "label-scheme", OPT_NAME, "NAME",                                                \
            "numbering of the muscle labels, when it is not clear from the values", .names = fsc_scheme_names),        \
        OPT(type, field.level_scheme, "level-scheme", OPT_NAME, "NAME", "numbering of the levels, likewise",           \
            .names = fsc_scheme_names),                                                                                \
        OPT(type, field.same_grid, "same-grid", OPT_FLAG, NULL,                                                        \
            "labels or image without geometry lie voxel on voxel"),                                                    \
        OPT(type, field.t2, "t2", OPT_TEXT, "FILE",                                                                    \
            "a ready T2 map (NIfTI, in ms, best of the water alone): measured per site, and the only thing that "      \
            "dates")
#define WALK_ANCHOR_OPTS(type, field)                                                                                  \
    OPT(type, field.anchor, "anchor", OPT_TEXT, "LEVEL=X,Y,Z",                                                         \
        "where a vertebra's middle lies (mm to the right, front, head), as L4=2,-31,15: names the levels"),            \
        OPT(type, field.anchor_map, "anchor-map", OPT_TEXT, "FILE",                                                    \
            "a level map (SCT numbers) whose vertebra nearest to L3 is the anchor")
#define WALK_MADE_OPTS(type, field)                                                                                    \
    OPT(type, field.segment, "segment", OPT_TEXTS, "PROGRAM",                                                          \
        "find muscles and levels by a program of yours: musclemap, totalspineseg, totalsegmentator, or a command "     \
        "that "                                                                                                        \
        "is called with the water image and a folder"),                                                                \
        OPT(type, field.network, "network", OPT_TEXT, "FILE",                                                          \
            "find muscles by a network of yours (ONNX, 2-D U-Net), computed here; FILE.tsv beside it says which "      \
            "class "                                                                                                   \
            "is which label"),                                                                                         \
        OPT(type, field.propose, "propose", OPT_FLAG, NULL,                                                            \
            "propose labels of the low back from the scan itself: nobody has looked at them"),                         \
        OPT(type, field.accept_proposal, "accept-proposal", OPT_FLAG, NULL,                                            \
            "you have looked at the proposal and take it: compare with norms and go on"),                              \
        WALK_ANCHOR_OPTS(type, field.anchor)
#define WALK_MAP_OPTS(type, field)                                                                                     \
    OPT(type, field.exam, "exam", OPT_TEXT, "FILE",                                                                    \
        "what the person and the examiner say (exam.json): age, sex, history, red flags"),                             \
        OPT(type, field.norms, "norms", OPT_TEXTS, "FILE",                                                             \
            "a norm table of your own (from `fascicle norms fit`), beside the published ones"),                        \
        OPT(type, field.date, "date", OPT_DAY, "DAY", "day of the scan, as 2026-11-21"),                               \
        OPT(type, field.store, "store", OPT_TEXT, "FILE",                                                              \
            "store of visits: compare with the last one before this day, and add this one; made when it is not there")

#define WALK_PLAN_OPTS(type, field)                                                                                    \
    OPT(type, field.rules_path, "rules", OPT_TEXT, "FILE", "a rule table of your own, as data/plan/rules.tsv"),        \
        OPT(type, field.emergency_number, "emergency", OPT_TEXT, "NUMBER", "the emergency number of your place"),      \
        OPT(type, field.crisis_number, "crisis", OPT_TEXT, "NUMBER", "the crisis line of your place")
#define WALK_VIEW_OPT(type, field)                                                                                     \
    OPT(type, field, "model-view", OPT_FLAG, NULL,                                                                     \
        "add which order of treatments the injury-cycle model would choose; it changes nothing in the plan")

/* Before any work: reads label maps, the network, exam and norms, and looks whether out can be written and the store be
 * used. labels, made and map may be NULL. */
fsc_status walk_inputs(walk *w, const char *out, const walk_label_options *labels, const walk_made_options *made,
                       const walk_map_options *map);
fsc_status walk_scan(walk *w, const char *path, const walk_scan_options *with);
/* Reads the label maps of this scan, unless walk_inputs did, and builds the sites on its grid; without labels it notes
 * what could be given and returns FSC_OK. */
fsc_status walk_anatomy(walk *w, const walk_scan_options *scan, const walk_label_options *with);
fsc_status walk_separate(walk *w, const walk_separate_options *with);
/* Proposes labels from the separated maps; *out is owned. */
fsc_status walk_propose(walk *w, fsc_proposal **out, const walk_anchor_options *with);
/* Non-zero when labels are to be made on the way (--propose, --segment, --network). */
int walk_makes(const walk_made_options *with);
/* One line when the options that say where labels come from contradict each other. */
fsc_status walk_made_check(const walk *w, const walk_made_options *with, const walk_label_options *labels);
/* Makes them from the separated maps and builds the sites; out is where a failing program's log goes. */
fsc_status walk_made(walk *w, const walk_scan_options *scan, const walk_made_options *with,
                     const walk_label_options *labels, const char *out);
/* Reads the network, and later finds the muscles by it (w->network_labels). */
fsc_status walk_network(walk *w, const char *path);
fsc_status walk_label_network(walk *w);
/* Reads the level map alone, for muscles that are made on the way. */
fsc_status walk_read_levels(walk *w, const walk_scan_options *scan, const walk_label_options *with);
/* Non-zero when the sites are a proposal that nobody has accepted: no norms, change, forecast or plan then. */
int walk_unreviewed(const walk *w);
/* Sites of a proposal become an accepted one where the options say so; either way it is noted. */
void walk_accept(walk *w, const walk_made_options *with);
/* Writes the labels that were proposed or that a network found; nothing when there are none. */
fsc_status walk_write_made(walk *w);
/* In place of walk_separate: the maps of an earlier run, when path is its ..._PDFFmap.nii.gz; stem (may be NULL, at
 * least CLI_PATH_MAX bytes) gets <dir>/<name>. FSC_E_NOTFOUND when path is no such map. */
fsc_status walk_earlier_maps(walk *w, const char *path, char *stem);
/* The maps of an earlier run as they are; any other scan is separated. */
fsc_status walk_maps(walk *w, const char *path, const walk_separate_options *with);
/* All of an earlier run but its labels: maps, table, sites, record, forecast and plan; stem as above. */
fsc_status walk_earlier_run(walk *w, const char *pdff_path, char *stem);
/* Map, plan and pages of an earlier run anew, with another exam, into the dataset out: as 'fascicle run' makes them of
 * the sites that it measured then. */
fsc_status walk_again(const cli *c, const char *pdff_path, const char *out, const walk_map_options *with, int forecast,
                      fsc_error *err);
fsc_status walk_measure(walk *w);
/* The day of the scan, from the option or the exam; "" when neither says. */
const char *walk_day(const walk *w, const walk_map_options *with);
/* Makes the injury map and compares with the last visit in the store. */
fsc_status walk_map(walk *w, const walk_scan_options *scan, const walk_map_options *with);
/* In place of walk_map where nothing may be compared: an exam with a red flag alone makes a record, which says stop. */
fsc_status walk_stop(walk *w);
/* Adds the record to the store, which is made when it is not there. */
fsc_status walk_store(walk *w, const char *path);
/* What the injury-cycle model makes of the measured sites, under both its stories. */
fsc_status walk_forecast(walk *w);
/* What follows from exam and map. */
fsc_status walk_plan(walk *w, const fsc_plan_options *with);
/* Makes the output folder and fixes the recipe; call after the last input was read. */
fsc_status walk_output(walk *w, const char *out);
/* Puts what was written in place; files of the steps from `from` on that an earlier run left are gone. */
fsc_status walk_commit(walk *w, fsc_output_step from);
fsc_status walk_write_maps(walk *w);
fsc_status walk_write_measures(walk *w);
fsc_status walk_write_map(walk *w);
fsc_status walk_write_forecast(walk *w);
fsc_status walk_write_plan(walk *w);
/* The three pages <stem>_desc-..._report.html, from all that the steps have made; with pdf each is printed too. */
fsc_status walk_write_report(walk *w, const char *stem, int pdf);
/* Names the pages that stand at stem, as the last lines of a command. */
fsc_status walk_name_report(walk *w, const char *stem);
void walk_free(walk *w);

#endif
