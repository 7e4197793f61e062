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

/* Puts <stem><ending> into path and whether it is there into *there; then it is an input of the page. */
static fsc_status find_part(walk *w, char *path, const char *stem, const char *ending, int *there) {
    TRY(cli_path(path, CLI_PATH_MAX, w->err, "%s%s", stem, ending));
    *there = is_there(path);
    return *there ? fsc_recipe_add_input(&w->scan->recipe, path, w->err) : FSC_OK;
}

/* The record knows how the scan was made, and the rows as they were before the table rounded them. */
static void recall(walk *w) {
    const fsc_acquisition *a = &w->map->acquisition;
    fsc_scan *scan = w->scan;
    if (a->method == FSC_METHOD_COMPLEX || a->method == FSC_METHOD_TWO_POINT) scan->kind = FSC_SCAN_COMPLEX;
    if (a->method == FSC_METHOD_MAGNITUDE || a->method == FSC_METHOD_TWO_POINT_MAGNITUDE)
        scan->kind = FSC_SCAN_MAGNITUDE;
    scan->n_echo = a->n_echo < FSC_ECHO_MAX ? a->n_echo : FSC_ECHO_MAX;
    for (int32_t e = 0; e < scan->n_echo; e++) scan->te_s[e] = a->te_first_s + e * a->te_step_s;
    scan->b0_tesla = a->field_tesla;
    scan->flip_angle_deg = a->flip_angle_deg;
    scan->repetition_time_s = a->repetition_time_s;
    (void)snprintf(scan->manufacturer, sizeof scan->manufacturer, "%s", a->manufacturer);
    for (int32_t i = 0; i < w->measures->n_row && i < w->map->n_site; i++) { /* both in the order of the sites */
        const fsc_row *row = &w->map->site[i].row;
        if (row->kind == w->measures->row[i].kind && fsc_place_same(&row->place, &w->measures->row[i].place))
            w->measures->row[i] = *row;
    }
}

/* The summary of the whole scan stands in no file; it is made again from the maps. */
static fsc_status summarise(walk *w) {
    AUTO(fsc_measures) whole = NULL;
    TRY(fsc_measure_run(&whole, w->fatwater, NULL, &w->cli->progress, w->err));
    w->measures->n_fitted = whole->n_fitted;
    w->measures->pdff_median_fraction = whole->pdff_median_fraction;
    w->measures->swap_suspect_fraction = whole->swap_suspect_fraction;
    w->measures->snr_median = whole->snr_median;
    return FSC_OK;
}

/* What an earlier run left in its folder; stem gets the common part of its files' names. */
static fsc_status read_run(walk *w, const char *pdff_path, char *stem) {
    char path[CLI_PATH_MAX];
    const walk_scan_options none = {0};
    int there = 0;
    TRY(walk_earlier_maps(w, pdff_path, stem));
    static const char *const record[] = {"_sites.json", "_desc-sites_dseg.json", "_map.json", "_forecast.json",
                                         "_plan.json"};
    for (size_t i = 0; i < sizeof record / sizeof *record; i++) TRY(check_origin(w, pdff_path, stem, record[i]));
    TRY(walk_scan(w, pdff_path, &none));
    TRY(cli_path(path, sizeof path, w->err, "%s_sites.tsv", stem));
    TRY(fsc_measures_read(&w->measures, path, w->err));
    TRY(fsc_recipe_add_input(&w->scan->recipe, path, w->err));
    TRY(summarise(w));
    /* A run without labels has no site map and no record, and a forecast is made only when asked for. */
    TRY(find_part(w, path, stem, "_desc-sites_dseg.nii.gz", &there));
    if (there) TRY(fsc_sites_read(&w->sites, path, w->err));
    TRY(find_part(w, path, stem, "_map.json", &there));
    if (there) TRY(fsc_map_read(&w->map, path, w->err));
    if (there) recall(w);
    TRY(find_part(w, path, stem, "_forecast.json", &there));
    if (there) TRY(fsc_forecast_read(&w->forecast, path, w->err));
    TRY(find_part(w, path, stem, "_plan.json", &there));
    if (there) TRY(fsc_plan_read(&w->plan, path, w->err));
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    char stem[CLI_PATH_MAX], path[CLI_PATH_MAX];
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    if (v->out) TRY(cli_check_writable(v->out, 1, err));
    TRY(read_run(&w, v->path, stem));
    TRY(cli_recipe(c, &w.scan->recipe, err));
    TRY(v->out ? cli_path(path, sizeof path, err, "%s/%s", v->out, w.scan->name)
               : cli_path(path, sizeof path, err, "%s", stem));
    if (v->out) TRY(cli_make_folder(v->out, err));
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
    .examples = "# from the files of run\n"
                "fascicle report first/sub-01/anat/sub-01_PDFFmap.nii.gz --out pages",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
