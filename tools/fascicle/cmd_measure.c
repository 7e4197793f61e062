/* fascicle measure: maps and labels to a table of sites. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    walk_scan_options scan;
    walk_separate_options separate;
    walk_label_options labels;
} values;

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    if (!v->labels.labels)
        return cli_usage(c, err, "--labels FILE is missing: measuring needs to know which voxel is which muscle");
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    TRY(walk_inputs(&w, v->out, &v->labels, NULL, NULL));
    TRY(walk_scan(&w, v->path, &v->scan));
    TRY(walk_anatomy(&w, &v->scan, &v->labels));
    TRY(walk_maps(&w, v->path, &v->separate));
    TRY(walk_measure(&w));
    TRY(walk_output(&w, v->out));
    TRY(walk_write_measures(&w));
    TRY(walk_commit(&w, FSC_OUTPUT_SITES));
    cli_file(c, "table", w.output.folder);
    return FSC_OK;
}

static int starts_program(const void *given) {
    const values *v = given;
    return fsc_scan_needs_converter(v->path);
}

static const arg args[] = {
    {"MAP", offsetof(values, path), 1, "a fat-fraction map, a water+fat pair, or a scan (then it is separated first)"},
    ARG_END};
static const opt opts[] = {
    WALK_LABEL_OPTS(values, labels),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the table goes"),
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    OPT_END,
};
static const values defaults = {.out = "out"};
const command cmd_measure = {
    .name = "measure",
    .group = "step by step",
    .line = "maps and labels to a table: muscle by level by side",
    .about =
        "Writes one row per site (muscle, vertebral level, side) and rows for whole muscles and both sides, each "
        "with its uncertainty, as a TSV table with a data dictionary beside it. What is missing is n/a, never 0; a "
        "site that the field of view cuts says so.",
    .examples = "# from the maps of separate\n"
                "truth=demo/derivatives/truth/sub-01/anat/sub-01_desc\n"
                "fascicle measure maps/sub-01/anat/sub-01_PDFFmap.nii.gz --labels $truth-muscles_dseg.nii.gz --levels "
                "$truth-levels_dseg.nii.gz --out table",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
