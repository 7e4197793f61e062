/* fascicle separate: echoes to water, fat, PDFF, R2* and field map. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    walk_scan_options scan;
    walk_separate_options separate;
} values;

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    TRY(walk_inputs(&w, v->out, NULL, NULL, NULL));
    TRY(walk_scan(&w, v->path, &v->scan));
    TRY(walk_separate(&w, &v->separate));
    TRY(walk_output(&w, v->out));
    TRY(walk_write_maps(&w));
    TRY(walk_commit(&w, FSC_OUTPUT_MAPS));
    cli_file(c, "maps", w.output.folder);
    return FSC_OK;
}

static int starts_program(const void *given) {
    const values *v = given;
    return fsc_scan_needs_converter(v->path);
}

static const arg args[] = {
    {"SCAN", offsetof(values, path), 1, "an echo's file, a folder, a BIDS dataset or a .mat file"}, ARG_END};
static const opt opts[] = {
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the maps go"),
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    OPT_END,
};
static const values defaults = {.out = "out"};
const command cmd_separate = {
    .name = "separate",
    .group = "step by step",
    .line = "echoes to water, fat, fat fraction (PDFF), R2* and field map",
    .about = "Takes the echoes of a fat-water scan apart into water and fat and writes the maps as NIfTI files with "
             "sidecars: fat fraction in percent with its standard error, R2* per second, field map in Hz, water, fat, "
             "fit residual, swap probability and quality flags.",
    .examples = "fascicle separate demo --out maps",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
