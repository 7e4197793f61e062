/* fascicle run: the whole way, from a scan to a page. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    walk_scan_options scan;
    walk_separate_options separate;
    walk_label_options labels;
    walk_map_options map;
    int forecast, pdf;
} values;

static fsc_status write_report(walk *w, const char *out, int pdf) {
    char stem[4096];
    const fsc_status status = cli_path(stem, sizeof stem, &w->err, "%s/%s", out, w->scan->name);
    return status == FSC_OK ? walk_write_report(w, stem, pdf) : status;
}

static int run(cli *c, const void *given) {
    const values *v = given;
    walk w = {.cli = c};
    fsc_status status = walk_scan(&w, v->path, &v->scan);
    if (status == FSC_OK) status = walk_separate(&w, &v->separate);
    if (status == FSC_OK) status = walk_anatomy(&w, &v->labels);
    if (status == FSC_OK) status = walk_exam(&w, &v->map);
    if (status == FSC_OK) status = walk_measure(&w);
    if (status == FSC_OK && w.sites) status = walk_map(&w, &v->map);
    if (status == FSC_OK && w.sites && v->forecast) status = walk_forecast(&w);
    if (status == FSC_OK) status = walk_output(&w, v->out);
    if (status == FSC_OK) status = walk_write_maps(&w);
    if (status == FSC_OK) status = walk_write_measures(&w);
    if (status == FSC_OK && w.map) status = walk_write_map(&w);
    if (status == FSC_OK && w.forecast) status = walk_write_forecast(&w);
    if (status == FSC_OK) status = write_report(&w, v->out, v->pdf);
    const int code = status == FSC_OK ? EXIT_OK : cli_fail(c, status, &w.err);
    walk_free(&w);
    return code;
}

static const arg args[] = {{"SCAN", offsetof(values, path), 1,
                            "an echo's file, a folder, a BIDS dataset, a .mat file, or ready water and fat images"},
                           {NULL, 0, 0, NULL}};
static const opt opts[] = {
    WALK_LABEL_OPTS(values, labels),
    WALK_MAP_OPTS(values, map),
    {"forecast", NULL, OPT_FLAG, offsetof(values, forecast),
     "add what the injury-cycle model makes of it, under both its stories (most of its parameters are assumptions)"},
    WALK_PDF_OPT(values, pdf),
    {"out", "FOLDER", OPT_TEXT, offsetof(values, out), "where the results go (default: out)"},
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
static const values defaults = {.out = "out"};
extern const command cmd_run;
const command cmd_run = {
    .name = "run",
    .group = "the whole way",
    .line = "from a scan to a table and pages that a person, a clinic and a researcher can read",
    .about =
        "Reads a fat-water MRI of the neck or back, separates water and fat, measures the fat in each muscle at each "
        "level and side, and writes maps, a table and three pages (HTML) that open in any browser: for the person, for "
        "the "
        "clinic, and for research.\n\n"
        "Muscles and vertebrae are found by other programs: give their label maps with --labels and --levels. "
        "Without them you still get the maps and pages about the whole picture.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
