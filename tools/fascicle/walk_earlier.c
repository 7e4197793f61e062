/* What an earlier run left, taken up again. */
#include "walk.h"

#include <unistd.h>

/* Asked without opening: a part that is there and cannot be read is said, not left out. */
static int is_there(const char *path) {
    return access(path, F_OK) == 0;
}

/* The page is of one scan: what lies beside the maps must come from the same. */
static fsc_status check_origin(const walk *w, const char *maps, const char *stem, const char *ending) {
    char path[CLI_PATH_MAX];
    TRY(cli_path(path, sizeof path, w->err, "%s%s", stem, ending));
    return is_there(path) ? fsc_output_check_origin(maps, path, w->err) : FSC_OK;
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

fsc_status walk_earlier_run(walk *w, const char *pdff_path, char *stem) {
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

/* The exam that the earlier map, forecast and plan were made with counts no longer. */
static fsc_status forget(walk *w, const walk_map_options *with) {
    fsc_map_free(w->map);
    fsc_forecast_free(w->forecast);
    fsc_plan_free(w->plan);
    w->map = NULL;
    w->forecast = NULL;
    w->plan = NULL;
    return walk_inputs(w, ".", NULL, NULL, with);
}

fsc_status walk_again(const cli *c, const char *pdff_path, const char *out, const walk_map_options *with, int forecast,
                      fsc_error *err) {
    cli quiet = *c;
    char stem[CLI_PATH_MAX], page[CLI_PATH_MAX];
    const walk_scan_options anyone = {0};
    const fsc_plan_options plan = FSC_PLAN_OPTIONS_INIT;
    AUTO_STRUCT(walk) w = {.cli = &quiet, .err = err};
    quiet.quiet = 1;
    TRY(cli_check_writable(out, 1, err));
    TRY(walk_earlier_run(&w, pdff_path, stem));
    TRY(forget(&w, with));
    const int judged = w.sites && !walk_unreviewed(&w);
    TRY(judged ? walk_map(&w, &anyone, with) : walk_stop(&w));
    if (judged && forecast) TRY(walk_forecast(&w));
    if (w.map) TRY(walk_plan(&w, &plan));
    TRY(walk_output(&w, out));
    TRY(walk_write_measures(&w));
    if (w.map) TRY(walk_write_map(&w));
    if (w.forecast) TRY(walk_write_forecast(&w));
    if (w.plan) TRY(walk_write_plan(&w));
    TRY(cli_path(page, sizeof page, err, "%s/%s", w.output.pages, w.scan->name));
    TRY(walk_write_report(&w, page, 0));
    return walk_commit(&w, FSC_OUTPUT_SITES);
}
