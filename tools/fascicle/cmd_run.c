/* fascicle run: the whole way, from a scan to a page. */
#include "walk.h"

#include <string.h>
#include <sys/stat.h>

typedef struct values {
    const char *path, *out;
    walk_scan_options scan;
    walk_separate_options separate;
    walk_label_options labels;
    walk_made_options made;
    walk_map_options map;
    fsc_plan_options plan;
    int forecast, model_view, pdf, share;
} values;

static fsc_status write_report(walk *w, int pdf) {
    char stem[CLI_PATH_MAX];
    TRY(cli_path(stem, sizeof stem, w->err, "%s/%s", w->output.pages, w->scan->name));
    return walk_write_report(w, stem, pdf);
}

static fsc_status name_report(walk *w, const char *out) {
    char stem[CLI_PATH_MAX];
    TRY(cli_path(stem, sizeof stem, w->err, "%s/%s", out, w->scan->name));
    return walk_name_report(w, stem);
}

/* A set made from maps that stand where it goes leaves them there. */
static fsc_status first_step(fsc_output_step *step, const walk *w, const char *path) {
    struct stat map, there;
    char same[CLI_PATH_MAX];
    const char *slash = strrchr(path, '/');
    TRY(cli_path(same, sizeof same, w->err, "%s/%s", w->output.folder, slash ? slash + 1 : path));
    const int is_same =
        stat(path, &map) == 0 && stat(same, &there) == 0 && map.st_dev == there.st_dev && map.st_ino == there.st_ino;
    *step = is_same ? FSC_OUTPUT_SITES : FSC_OUTPUT_MAPS;
    return FSC_OK;
}

/* Map, forecast, plan and pages repeat what a person said: they stay away from results that are passed on. */
static fsc_status write_shared(walk *w, const values *v, int with_maps) {
    fsc_output_step from = FSC_OUTPUT_MAPS;
    if (!with_maps) TRY(first_step(&from, w, v->path));
    if (from != FSC_OUTPUT_MAPS)
        return cli_refuse(w->err, FSC_E_ARG, "%.300s: holds the maps that are to be shared; give --out another folder",
                          v->out);
    TRY(fsc_recipe_share(&w->scan->recipe, w->err));
    if (with_maps) TRY(walk_write_maps(w));
    TRY(walk_write_measures(w));
    TRY(walk_write_made(w));
    TRY(walk_commit(w, FSC_OUTPUT_MAPS));
    cli_line(w->cli, "share", "%s holds no day, age, exam, comparison, forecast, plan, page or hash of a source",
             v->out);
    cli_line(w->cli, "share",
             "left in it: the label %s, images that show a body's shape, and the table; look before "
             "you pass it on",
             w->scan->participant[0] ? w->scan->participant : w->scan->name);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    const int made = walk_makes(&v->made);
    fsc_model_view view = {0};
    if (v->model_view) w.view = &view;
    TRY(walk_made_check(&w, &v->made, &v->labels));
    TRY(walk_inputs(&w, v->out, &v->labels, &v->made, &v->map));
    TRY(walk_scan(&w, v->path, &v->scan));
    if (!made) TRY(walk_anatomy(&w, &v->scan, &v->labels));
    if (!made && w.sites) walk_accept(&w, &v->made);
    /* Maps of an earlier run keep the method that made them. */
    const fsc_status earlier = walk_earlier_maps(&w, v->path, NULL);
    if (earlier == FSC_E_NOTFOUND) {
        *err = (fsc_error)FSC_ERROR_INIT;
        TRY(walk_separate(&w, &v->separate));
    } else if (earlier != FSC_OK) {
        return earlier;
    }
    if (made) TRY(walk_made(&w, &v->scan, &v->made, &v->labels, v->out));
    TRY(walk_measure(&w));
    const int judged = w.sites && !walk_unreviewed(&w);
    TRY(judged ? walk_map(&w, &v->scan, &v->map) : walk_stop(&w));
    if (judged && (v->forecast || v->model_view)) TRY(walk_forecast(&w));
    if (w.map && w.exam) TRY(walk_plan(&w, &v->plan));
    TRY(walk_output(&w, v->out));
    if (v->share) return write_shared(&w, v, earlier != FSC_OK);
    if (earlier != FSC_OK) TRY(walk_write_maps(&w));
    TRY(walk_write_measures(&w));
    TRY(walk_write_made(&w));
    if (w.map) TRY(walk_write_map(&w));
    if (w.forecast) TRY(walk_write_forecast(&w));
    if (w.plan) TRY(walk_write_plan(&w));
    TRY(write_report(&w, v->pdf));
    fsc_output_step from = FSC_OUTPUT_MAPS;
    if (earlier == FSC_OK) TRY(first_step(&from, &w, v->path));
    TRY(walk_commit(&w, from));
    TRY(name_report(&w, v->out));
    return judged && v->map.store ? walk_store(&w, v->map.store) : FSC_OK;
}

static int starts_program(const void *given) {
    const values *v = given;
    return v->pdf || v->made.segment.n || fsc_scan_needs_converter(v->path);
}

static const arg args[] = {{"SCAN", offsetof(values, path), 1,
                            "an echo's file, a folder, a BIDS dataset, a .mat file, or ready water and fat images"},
                           ARG_END};
static const opt opts[] = {
    WALK_LABEL_OPTS(values, labels),
    WALK_MADE_OPTS(values, made),
    WALK_MAP_OPTS(values, map),
    WALK_PLAN_OPTS(values, plan),
    OPT(values, forecast, "forecast", OPT_FLAG, NULL,
        "add what the injury-cycle model makes of it, under both its stories (most of its parameters are assumptions)"),
    WALK_VIEW_OPT(values, model_view),
    WALK_PDF_OPT(values, pdf),
    OPT(values, share, "share", OPT_FLAG, NULL,
        "results fit to be passed on: maps and table without days, ages, exam, comparisons, plan, pages and hashes"),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the results go"),
    WALK_SCAN_OPTS(values, scan),
    WALK_SEPARATE_OPTS(values, separate),
    OPT_END,
};
static const values defaults = {.out = "out"};
const command cmd_run = {
    .name = "run",
    .group = "the whole way",
    .line = "from a scan to a table and pages for a person, a clinic and research",
    .about =
        "Reads a fat-water MRI of the neck or back, separates water and fat, measures the fat in each muscle at each "
        "level and side, and writes maps, a table and three pages (HTML) that open in any browser: for the "
        "person, for the clinic, and for research.\n\n"
        "Muscles and vertebrae are found by other programs: give their label maps with --labels and --levels, let "
        "--segment run one, let --network compute one of yours, or take a proposal for the low back with --propose, which you should look at before you "
        "believe a number from it. Without labels you still get the maps and pages about the whole picture.",
    .examples = "# the whole way, kept in a store of visits\n"
                "truth=demo/derivatives/truth/sub-01/anat/sub-01_desc\n"
                "fascicle run demo --labels $truth-muscles_dseg.nii.gz --levels $truth-levels_dseg.nii.gz --date "
                "2026-05-02 --store visits.db --out first",
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
    .starts_program = starts_program,
};
