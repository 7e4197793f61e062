/* fascicle plan: what follows from the map and the exam. */
#include "say.h"
#include "walk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct values {
    const char *map, *exam, *out;
    fsc_plan_options with;
    int model_view;
} values;

/* Folder and name of the files beside path, "<dir>/<name>_map.json" or the PDFF map of the same run. */
static fsc_status split(char *map, char *dir, char *name, size_t size, const char *path, fsc_error *err) {
    static const char *const ends[] = {"_map.json", "_PDFFmap.nii.gz"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const size_t length = strlen(path), end = strlen(ends[i]);
        if (length < end || strcmp(path + length - end, ends[i]) != 0) continue;
        const char *slash = strrchr(path, '/');
        const int head = (int)(slash ? slash - path : 0);
        TRY(cli_path(map, size, err, "%.*s_map.json", (int)(length - end), path));
        TRY(cli_path(dir, size, err, "%.*s", slash ? head : 1, slash ? path : "."));
        return cli_path(name, size, err, "%.*s", (int)(path + length - end - (slash ? slash + 1 : path)),
                        slash ? slash + 1 : path);
    }
    return cli_refuse(err, FSC_E_ARG, "%s: give the ..._map.json of a run", path);
}

/* What the map compares with was chosen by the age and sex of its own exam. */
static void say_other_group(cli *c, const fsc_exam *made_with, const fsc_exam *now) {
    const int same_age =
        made_with->age_years == now->age_years || (isnan(made_with->age_years) && isnan(now->age_years));
    if (same_age && made_with->sex == now->sex) return;
    cli_line(
        c, "plan",
        "The map was compared with a group of another age or sex than this exam gives; `fascicle run` with the exam "
        "compares it anew.");
}

/* The order that the cycle model would choose, from the sites of the map. A map that holds none of the model's sites
 * gets the reason. */
static fsc_status view_orders(fsc_model_view *view, cli *c, const fsc_map *map, fsc_error *err) {
    AUTO_STRUCT(fsc_observations) seen = {0};
    AUTO(fsc_forecast) forecast = NULL;
    fsc_forecast_person person;
    fsc_forecast_options options = FSC_FORECAST_OPTIONS_INIT;
    fsc_forecast_person_from(&person, map->exam);
    options.person = &person;
    options.view = view;
    options.n_threads = (int32_t)c->threads;
    options.progress = &c->progress;
    seen.injury_day = -map->exam->days_since_injury;
    fsc_row *row = calloc((size_t)map->n_site + 1, sizeof *row);
    if (!row) return cli_refuse(err, FSC_E_NOMEM, "out of memory");
    for (int32_t i = 0; i < map->n_site; i++) row[i] = map->site[i].row;
    const fsc_measures measures = {.row = row, .n_row = map->n_site, .method = map->acquisition.method};
    fsc_status status = fsc_observations_add(&seen, &measures, 0, err);
    free(row);
    if (status == FSC_OK) status = fsc_forecast_run(&forecast, &seen, &options, err);
    if (status != FSC_E_ARG) return status;
    (void)snprintf(view->reason, sizeof view->reason, "%.159s", err->text);
    *err = (fsc_error)FSC_ERROR_INIT;
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    char path[CLI_PATH_MAX], dir[CLI_PATH_MAX], name[CLI_PATH_MAX];
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    AUTO(fsc_map) map = NULL;
    AUTO(fsc_plan) plan = NULL;
    TRY(split(path, dir, name, sizeof path, v->map, err));
    TRY(fsc_map_read(&map, path, err));
    if (v->exam) {
        fsc_exam *exam = NULL;
        TRY(fsc_exam_read(&exam, v->exam, err));
        say_other_group(c, map->exam, exam);
        fsc_exam_free(map->exam);
        map->exam = exam;
    }
    fsc_model_view view = {0};
    fsc_plan_options with = v->with;
    if (v->model_view) {
        TRY(view_orders(&view, c, map, err));
        with.model_view = &view;
    }
    TRY(fsc_plan_run(&plan, map, &with, err));
    say_plan(c, plan);
    TRY(cli_recipe(c, &recipe, err));
    TRY(fsc_recipe_add_input(&recipe, path, err));
    if (v->exam) TRY(fsc_recipe_add_input(&recipe, v->exam, err));
    if (v->out) TRY(cli_path(dir, sizeof dir, err, "%s", v->out));
    TRY(fsc_plan_write(plan, dir, name, &recipe, err));
    TRY(cli_path(path, sizeof path, err, "%s/%s_plan.json", dir, name));
    cli_file(c, "plan", path);
    return FSC_OK;
}

static const arg args[] = {{"MAP", offsetof(values, map), 1, "the ..._map.json of an earlier run"}, ARG_END};
static const opt opts[] = {
    OPT(values, exam, "exam", OPT_TEXT, "FILE", "the exam (default: the one the map was made with)"),
    OPT(values, out, "out", OPT_TEXT, "FOLDER", "where the plan goes (default: beside the map)"),
    WALK_PLAN_OPTS(values, with),
    WALK_VIEW_OPT(values, model_view),
    OPT_END,
};
const command cmd_plan = {
    .name = "plan",
    .group = "step by step",
    .line = "what follows from the map and the exam: stops first, then steps, exercises and what nobody knows",
    .about = "Reads the record of a run and the exam, and writes a plan (JSON) and reminders (iCalendar): what stops "
             "everything, what is held back, where, in what order, how much, by whom, and how sure each sentence is. "
             "No clinician has signed the rules yet. `fascicle exam --new FILE` makes an exam to fill in.",
    .examples = "fascicle plan first/sub-01/anat/sub-01_map.json --exam exam.json --out planned",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
};
