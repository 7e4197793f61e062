/* fascicle carry: labels of one visit brought to another. */
#include "walk.h"

typedef struct values {
    const char *labels, *from, *to, *out, *levels;
    walk_separate_options separate;
} values;

/* Water and fat of a scan, or of an earlier run's maps. */
static fsc_status find_maps(walk *w, const char *path, const values *v) {
    static const walk_scan_options as_named = {0};
    TRY(walk_scan(w, path, &as_named));
    return walk_maps(w, path, &v->separate);
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    AUTO_STRUCT(walk) first = {.cli = c, .err = err};
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    AUTO(fsc_carried) carried = NULL;
    const walk_label_options named = {.labels = v->labels, .levels = v->levels};
    TRY(walk_inputs(&w, v->out, &named, NULL, NULL));
    TRY(find_maps(&first, v->from, v));
    if (!w.labels) {
        const fsc_label_owner owner = {first.scan->participant, first.scan->session, first.scan->name};
        TRY(fsc_label_maps_read(&w.labels, v->labels, v->levels, &owner, err));
    }
    if (w.labels->source == FSC_LABELS_PROPOSAL)
        return cli_refuse(err, FSC_E_ARG,
                          "%s: is a proposal that nobody has looked at; correct it and save it as ..._desc-edited_dseg",
                          v->labels);
    TRY(find_maps(&w, v->to, v));
    for (int32_t i = 0; i < w.labels->n_file; i++) TRY(fsc_recipe_add_input(&w.scan->recipe, w.labels->file[i], err));
    if (fsc_label_maps_is_file(v->from)) TRY(fsc_recipe_add_input(&w.scan->recipe, v->from, err));
    const fsc_carry_input input = {.from = first.fatwater,
                                   .to = w.fatwater,
                                   .muscles = w.labels->muscles,
                                   .levels = w.labels->levels,
                                   .n_threads = (int32_t)c->threads,
                                   .progress = &c->progress};
    TRY(fsc_carry_run(&carried, &input, err));
    cli_line(c, "carry", "%d labels carried; similarity of the scans %.2f", (int)carried->n_label, carried->similarity);
    cli_notes(c, "carry", &carried->notes, 1);
    TRY(walk_output(&w, v->out));
    TRY(fsc_carried_write(carried, w.output.anat, w.scan->name, &w.scan->recipe, err));
    TRY(walk_commit(&w, FSC_OUTPUT_PROPOSAL));
    cli_file(c, "labels", w.output.folder);
    return FSC_OK;
}

static int starts_program(const void *given) {
    const values *v = given;
    return fsc_scan_needs_converter(v->from) || fsc_scan_needs_converter(v->to);
}

static const arg args[] = {
    {"LABELS", offsetof(values, labels), 1, "muscle label map of the first scan, as --labels of run takes it"},
    {"FROM_SCAN", offsetof(values, from), 1, "the scan that they were drawn on, or its ..._PDFFmap.nii.gz of a run"},
    {"TO_SCAN", offsetof(values, to), 1, "the scan that they shall lie on, likewise"},
    ARG_END};
static const opt opts[] = {
    OPT(values, levels, "levels", OPT_TEXT, "FILE", "vertebra label map of the first scan, to be carried too"),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the labels go"),
    WALK_SEPARATE_OPTS(values, separate),
    OPT_END,
};
static const values defaults = {.out = "out"};
const command cmd_carry = {
    .name = "carry",
    .group = "step by step",
    .line = "labels of one visit brought to another scan of the same person",
    .about = "Lays one scan onto the other (turned, shifted, sized, then bent, the mean of both ways) and brings the "
             "labels along, so that what was corrected once need not be drawn again and both visits are measured with "
             "one set of borders. Scans that do not resemble each other are refused; labels whose way back does not "
             "end where it began are named: look at those first. In `run`, give the result with --labels and "
             "--levels: its file name says that it was carried.",
    .examples = "# the first visit's corrected labels on the second visit's scan\n"
                "fascicle carry $truth-muscles_dseg.nii.gz first/sub-01/anat/sub-01_PDFFmap.nii.gz later --levels "
                "$truth-levels_dseg.nii.gz --out carried",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
