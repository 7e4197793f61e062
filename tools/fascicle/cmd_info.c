/* fascicle info: what the scanner wrote. */
#include "walk.h"

#include <math.h>

typedef struct values {
    const char *path;
    walk_scan_options scan;
} values;

/* key is the name for programs, with its unit. */
static void number(cli *c, const char *name, const char *key, const char *unit, double value) {
    const cli_field *fields = FIELDS(FIELD(key, value));
    if (isfinite(value))
        cli_row(c, name, fields, "%.6g %s", value, unit);
    else
        cli_row(c, name, fields, "not stated");
}

static void print(cli *c, const fsc_scan *s) {
    char letters[4];
    double mm[3];
    fsc_grid_orientation_letters(&s->grid, letters);
    fsc_grid_spacing_mm(&s->grid, mm);
    cli_line(c, "name", "%s", s->name);
    cli_row(c, "grid",
            FIELDS(FIELD_ARRAY("voxel_mm", mm, 3), FIELD("spacing_assumed", s->grid.spacing_assumed),
                   FIELD("axes", letters)),
            "voxel %.3g × %.3g × %.3g mm%s, axes to %s", mm[0], mm[1], mm[2],
            s->grid.spacing_assumed ? " (assumed: lengths and volumes mean nothing)" : "", letters);
    for (int32_t e = 0; e < s->n_echo; e++)
        cli_row(c, "echo", FIELDS(FIELD("echo", e + 1), FIELD("te_s", s->te_s[e])), "%d at %.4f ms", e + 1,
                1e3 * s->te_s[e]);
    number(c, "field", "b0_tesla", "T", s->b0_tesla);
    number(c, "frequency", "imaging_frequency_mhz", "MHz", s->imaging_frequency_mhz);
    number(c, "flip", "flip_angle_deg", "degrees", s->flip_angle_deg);
    number(c, "TR", "repetition_time_s", "s", s->repetition_time_s);
    cli_line(c, "sign", "%s",
             s->precession > 0   ? "stated: as stored"
             : s->precession < 0 ? "stated: conjugate"
                                 : "not stated");
    if (!s->side_known) cli_line(c, "sides", "left and right are not knowable, say the files");
    cli_notes(c, "note", &s->notes, 1);
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    TRY(walk_scan(&w, v->path, &v->scan));
    print(c, w.scan);
    return FSC_OK;
}

static int starts_program(const void *given) {
    const values *v = given;
    return fsc_scan_needs_converter(v->path);
}

static const arg args[] = {
    {"SCAN", offsetof(values, path), 1, "an echo's file, a folder, a BIDS dataset or a .mat file"}, ARG_END};
static const opt opts[] = {WALK_SCAN_OPTS(values, scan), OPT_END};
const command cmd_info = {
    .name = "info",
    .group = "look",
    .line = "what a scan holds: echoes, field, grid, what had to be assumed",
    .about = "Reads a scan as `run` would and prints what was found and what had to be assumed. Writes nothing.",
    .examples = "fascicle info demo",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
