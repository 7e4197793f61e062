/* fascicle report: the pages again, from the files of an earlier run. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    int pdf;
} values;

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    char stem[CLI_PATH_MAX], path[CLI_PATH_MAX];
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    if (v->out) TRY(cli_check_writable(v->out, 1, err));
    TRY(walk_earlier_run(&w, v->path, stem));
    TRY(cli_recipe(c, &w.scan->recipe, err));
    TRY(v->out ? cli_path(path, sizeof path, err, "%s/%s", v->out, w.scan->name)
               : cli_path(path, sizeof path, err, "%s", stem));
    if (v->out) TRY(cli_make_folder(v->out, err));
    TRY(walk_write_report(&w, path, v->pdf));
    return walk_name_report(&w, path);
}

static int starts_program(const void *given) {
    return ((const values *)given)->pdf;
}

static const arg args[] = {
    {"MAP", offsetof(values, path), 1, "the ..._PDFFmap.nii.gz of an earlier run; its neighbours are read too"},
    ARG_END};
static const opt opts[] = {
    WALK_PDF_OPT(values, pdf),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the pages go (default: beside the map)"),
    OPT_END,
};
const command cmd_report = {
    .name = "report",
    .group = "step by step",
    .line = "the three pages again, from the files of an earlier run",
    .about = "Reads the maps and the table that an earlier run left and writes the pages anew, without separating or "
             "measuring "
             "again.",
    .examples = "# from the files of run\n"
                "fascicle report first/sub-01/anat/sub-01_PDFFmap.nii.gz --out pages",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
