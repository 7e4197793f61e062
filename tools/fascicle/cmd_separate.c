/* fascicle separate: echoes to water, fat, PDFF, R2* and field map. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    walk_scan_options scan;
    walk_separate_options separate;
} values;

static int run(cli *c, const void *given) {
    const values *v = given;
    walk w = {.cli = c};
    fsc_status status = walk_scan(&w, v->path, &v->scan);
    if (status == FSC_OK) status = walk_output(&w, v->out);
    if (status == FSC_OK) status = walk_separate(&w, &v->separate);
    if (status == FSC_OK) status = walk_write_maps(&w);
    if (status == FSC_OK) cli_file(c, "maps", w.anat);
    const int code = status == FSC_OK ? EXIT_OK : cli_fail(c, status, &w.err);
    walk_free(&w);
    return code;
}

static const arg args[] = {
    {"SCAN", offsetof(values, path), 1, "an echo's file, a folder, a BIDS dataset or a .mat file"}, {NULL, 0, 0, NULL}};
static const opt opts[] = {
    {"out", "FOLDER", OPT_TEXT, offsetof(values, out), "where the maps go (default: out)"},
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
static const values defaults = {.out = "out"};
extern const command cmd_separate;
const command cmd_separate = {
    .name = "separate",
    .group = "step by step",
    .line = "echoes to water, fat, fat fraction (PDFF), R2* and field map",
    .about = "Takes the echoes of a fat-water scan apart into water and fat and writes the maps as NIfTI files with "
             "sidecars: fat fraction in percent with its standard error, R2* per second, field map in Hz, water, fat, "
             "fit residual, swap probability and quality flags.",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
