/* fascicle report: the pages again, from the files of an earlier run. */
#include "walk.h"

typedef struct values {
    const char *path, *out;
    int pdf;
} values;

/* The page is of one scan: what lies beside the maps must come from the same. */
static fsc_status check_origin(const walk *w, const char *maps, const char *stem, const char *ending) {
    char path[CLI_PATH_MAX];
    TRY(cli_path(path, sizeof path, w->err, "%s%s", stem, ending));
    FILE *file = fopen(path, "rb");
    if (!file) return FSC_OK;
    (void)fclose(file);
    return fsc_output_check_origin(maps, path, w->err);
}

static int is_there(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file) (void)fclose(file);
    return file != NULL;
}

/* What an earlier run left in its folder; stem gets the common part of its files' names. */
static fsc_status read_run(walk *w, const char *pdff_path, char *stem) {
    char path[CLI_PATH_MAX];
    const walk_scan_options none = {0};
    TRY(walk_earlier_maps(w, pdff_path, stem));
    static const char *const record[] = {"_sites.json", "_desc-sites_dseg.json", "_map.json", "_forecast.json",
                                         "_plan.json"};
    for (size_t i = 0; i < sizeof record / sizeof *record; i++) TRY(check_origin(w, pdff_path, stem, record[i]));
    TRY(walk_scan(w, pdff_path, &none));
    TRY(cli_path(path, sizeof path, w->err, "%s_sites.tsv", stem));
    TRY(fsc_measures_read(&w->measures, path, w->err));
    TRY(fsc_recipe_add_input(&w->scan->recipe, path, w->err));
    /* A run without labels has no site map and no record, and a forecast is made only when asked for. */
    TRY(cli_path(path, sizeof path, w->err, "%s_desc-sites_dseg.nii.gz", stem));
    if (is_there(path)) TRY(fsc_sites_read(&w->sites, path, w->err));
    TRY(cli_path(path, sizeof path, w->err, "%s_map.json", stem));
    if (is_there(path)) TRY(fsc_map_read(&w->map, path, w->err));
    TRY(cli_path(path, sizeof path, w->err, "%s_forecast.json", stem));
    if (is_there(path)) TRY(fsc_forecast_read(&w->forecast, path, w->err));
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    char stem[CLI_PATH_MAX], path[CLI_PATH_MAX];
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    if (v->out) TRY(cli_check_writable(v->out, 0, err));
    TRY(read_run(&w, v->path, stem));
    TRY(cli_recipe(c, &w.scan->recipe, err));
    TRY(v->out ? cli_path(path, sizeof path, err, "%s/%s", v->out, w.scan->name)
               : cli_path(path, sizeof path, err, "%s", stem));
    TRY(walk_write_report(&w, path, v->pdf));
    return walk_name_report(&w, path);
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
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
