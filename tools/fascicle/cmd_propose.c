/* fascicle propose: labels from the scan itself, for a person to look at. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    walk_scan_options scan;
    walk_separate_options separate;
    walk_anchor_options anchor;
} values;

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    AUTO(fsc_proposal) proposal = NULL;
    TRY(walk_inputs(&w, v->out, NULL, NULL, NULL));
    TRY(walk_scan(&w, v->path, &v->scan));
    TRY(walk_maps(&w, v->path, &v->separate));
    TRY(walk_propose(&w, &proposal, &v->anchor));
    TRY(walk_output(&w, v->out));
    TRY(fsc_proposal_write(proposal, w.output.anat, w.scan->name, &w.scan->recipe, err));
    TRY(walk_commit(&w, FSC_OUTPUT_PROPOSAL));
    cli_file(c, "labels", w.output.folder);
    return FSC_OK;
}

static int starts_program(const void *given) {
    const values *v = given;
    return fsc_scan_needs_converter(v->path);
}

static const arg args[] = {
    {"SCAN", offsetof(values, path), 1, "a scan of the low back, or the ..._PDFFmap.nii.gz of an earlier run"},
    ARG_END};
static const opt opts[] = {
    WALK_ANCHOR_OPTS(values, anchor),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the labels go"),
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    OPT_END,
};
static const values defaults = {.out = "out"};
const command cmd_propose = {
    .name = "propose",
    .group = "step by step",
    .line = "labels of the low back from the scan itself, for you to look at",
    .about =
        "Lays an average low back into the scan and writes the labels that follow from it: multifidus, erector "
        "spinae, psoas, quadratus lumborum and vertebrae. It is a proposal: look at it over the water image, and "
        "correct it, before a number from it means anything. What speaks against each label stands in the sidecar.\n\n"
        "One scan looks alike one vertebra higher or lower, so levels get names only when you name one vertebra "
        "with --anchor or --anchor-map; else they are numbered from the head end. Neck muscles are not offered.",
    .examples = "# from the maps of run\n"
                "fascicle propose first/sub-01/anat/sub-01_PDFFmap.nii.gz --out proposed",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
