/* fascicle measure: maps and labels to a table of sites. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    walk_scan_options scan;
    walk_separate_options separate;
    walk_label_options labels;
} values;

static int run(cli *c, const void *given) {
    const values *v = given;
    if (!v->labels.labels)
        return cli_usage(c, "--labels FILE is missing: measuring needs to know which voxel is which muscle");
    walk w = {.cli = c};
    fsc_status status = walk_scan(&w, v->path, &v->scan);
    if (status == FSC_OK) status = walk_earlier_maps(&w, v->path, NULL);
    if (status == FSC_E_NOTFOUND && w.scan) { /* any other map, or echoes */
        w.err = (fsc_error)FSC_ERROR_INIT;
        status = walk_separate(&w, &v->separate);
    }
    if (status == FSC_OK) status = walk_anatomy(&w, &v->labels);
    if (status == FSC_OK) status = walk_output(&w, v->out);
    if (status == FSC_OK) status = walk_measure(&w);
    if (status == FSC_OK) status = walk_write_measures(&w);
    if (status == FSC_OK) cli_file(c, "table", w.anat);
    const int code = status == FSC_OK ? EXIT_OK : cli_fail(c, status, &w.err);
    walk_free(&w);
    return code;
}

static const arg args[] = {
    {"MAP", offsetof(values, path), 1, "a fat-fraction map, a water+fat pair, or a scan (then it is separated first)"},
    {NULL, 0, 0, NULL}};
static const opt opts[] = {
    WALK_LABEL_OPTS(values, labels),
    {"out", "FOLDER", OPT_TEXT, offsetof(values, out), "where the table goes (default: out)"},
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
static const values defaults = {.out = "out"};
extern const command cmd_measure;
const command cmd_measure = {
    .name = "measure",
    .group = "step by step",
    .line = "maps and labels to a table: muscle by level by side",
    .about =
        "Writes one row per site (muscle, vertebral level, side) and rows for whole muscles and both sides, each "
        "with its uncertainty, as a TSV table with a data dictionary beside it. What is missing is n/a, never 0; a "
        "site that the field of view cuts says so.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
