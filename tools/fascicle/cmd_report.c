/* fascicle report: the pages again, from the files of an earlier run. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    int pdf;
} values;

static int is_there(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file) (void)fclose(file);
    return file != NULL;
}

/* What an earlier run left in its folder; stem gets the common part of its files' names. */
static fsc_status read_run(walk *w, const char *pdff_path, char *stem) {
    char path[4096];
    const walk_scan_options none = {0};
    fsc_status status = walk_earlier_maps(w, pdff_path, stem);
    if (status == FSC_OK) status = walk_scan(w, pdff_path, &none);
    if (status == FSC_OK) status = cli_path(path, sizeof path, &w->err, "%s_sites.tsv", stem);
    if (status == FSC_OK) status = fsc_measures_read(&w->measures, path, &w->err);
    if (status == FSC_OK) status = fsc_recipe_add_input(&w->scan->recipe, path, &w->err);
    if (status == FSC_OK) status = cli_path(path, sizeof path, &w->err, "%s_desc-sites_dseg.nii.gz", stem);
    if (status != FSC_OK) return status;
    /* A run without labels has no site map and no record, and a forecast is made only when asked for. */
    if (is_there(path)) status = fsc_sites_read(&w->sites, path, &w->err);
    if (status == FSC_OK) status = cli_path(path, sizeof path, &w->err, "%s_map.json", stem);
    if (status == FSC_OK && is_there(path)) status = fsc_map_read(&w->map, path, &w->err);
    if (status == FSC_OK) status = cli_path(path, sizeof path, &w->err, "%s_forecast.json", stem);
    if (status == FSC_OK && is_there(path)) status = fsc_forecast_read(&w->forecast, path, &w->err);
    return status;
}

static int run(cli *c, const void *given) {
    const values *v = given;
    char stem[4096];
    walk w = {.cli = c};
    fsc_status status = read_run(&w, v->path, stem);
    char path[4096];
    if (status == FSC_OK) status = cli_recipe(c, &w.scan->recipe, &w.err);
    if (status == FSC_OK)
        status = v->out ? cli_path(path, sizeof path, &w.err, "%s/%s", v->out, w.scan->name)
                        : cli_path(path, sizeof path, &w.err, "%s", stem);
    if (status == FSC_OK) status = walk_write_report(&w, path, v->pdf);
    const int code = status == FSC_OK ? EXIT_OK : cli_fail(c, status, &w.err);
    walk_free(&w);
    return code;
}

static const arg args[] = {
    {"MAP", offsetof(values, path), 1, "the ..._PDFFmap.nii.gz of an earlier run; its neighbours are read too"},
    {NULL, 0, 0, NULL}};
static const opt opts[] = {
    WALK_PDF_OPT(values, pdf),
    {"out", "FOLDER", OPT_TEXT, offsetof(values, out), "where the pages go (default: beside the map)"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};
extern const command cmd_report;
const command cmd_report = {
    .name = "report",
    .group = "step by step",
    .line = "the three pages again, from the files of an earlier run",
    .about = "Reads the maps and the table that an earlier run left and writes the pages anew, without separating or "
             "measuring "
             "again.",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
