#include "walk.h"

#include "say.h"

#include <math.h>
#include <string.h>
#include <time.h>

static double clock_s(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void walk_free(walk *w) {
    fsc_forecast_free(w->forecast);
    fsc_plan_free(w->plan);
    fsc_map_free(w->map);
    fsc_exam_free(w->exam);
    fsc_norms_free(w->norms);
    fsc_label_maps_free(w->labels);
    fsc_proposal_free(w->proposal);
    fsc_network_free(w->network);
    fsc_labels_free(w->network_labels);
    fsc_output_abandon(&w->output);
    fsc_volume_free(w->t2);
    fsc_measures_free(w->measures);
    fsc_sites_free(w->sites);
    fsc_fatwater_free(w->fatwater);
    fsc_scan_free(w->scan);
}

/* What can be read before the scan is known; folders and patterns wait for its names. */
static fsc_status read_labels(walk *w, const walk_label_options *with, const walk_made_options *made) {
    const fsc_segment_options programs = {.program = made ? made->segment.item : NULL,
                                          .n_program = made ? made->segment.n : 0};
    TRY(fsc_segment_check(&programs, w->err));
    if (made && made->network) TRY(walk_network(w, made->network));
    if (made && walk_makes(made)) return FSC_OK;
    if (!with->labels && with->levels)
        return cli_refuse(w->err, FSC_E_ARG, "%s: a level map needs a muscle map beside it; add --labels FILE",
                          with->levels);
    if (!with->labels || !fsc_label_maps_is_file(with->labels) ||
        (with->levels && !fsc_label_maps_is_file(with->levels)))
        return FSC_OK;
    return fsc_label_maps_read(&w->labels, with->labels, with->levels, NULL, w->err);
}

static fsc_status read_norms(walk *w, const opt_texts *files) {
    TRY(fsc_norms_builtin(&w->norms, w->err));
    for (int i = 0; i < files->n; i++) {
        AUTO(fsc_norms) more = NULL;
        TRY(fsc_norms_read(&more, files->item[i], w->err));
        TRY(fsc_norms_join(w->norms, more, w->err));
    }
    return FSC_OK;
}

/* A store can be opened or made, and what goes into it has a day and sites. */
static fsc_status check_store(walk *w, const walk_label_options *labels, const walk_made_options *made,
                              const walk_map_options *with) {
    if (!with->store) return FSC_OK;
    if (!labels->labels && !(made && walk_makes(made)))
        return cli_usage(w->cli, w->err,
                         "--store keeps what is measured in the muscles; add --labels FILE, --segment PROGRAM or "
                         "--network FILE");
    if (!walk_day(w, with)[0])
        return cli_usage(w->cli, w->err,
                         "--store needs the day of the scan to tell earlier visits from later ones; add --date DAY");
    AUTO(fsc_store) store = NULL;
    const fsc_status status = fsc_store_open(&store, with->store, 0, w->err);
    if (status != FSC_E_NOTFOUND) return status;
    *w->err = (fsc_error)FSC_ERROR_INIT; /* it will be made */
    return cli_check_writable(with->store, 0, w->err);
}

fsc_status walk_inputs(walk *w, const char *out, const walk_label_options *labels, const walk_made_options *made,
                       const walk_map_options *map) {
    TRY(cli_check_writable(out, 1, w->err));
    if (labels) TRY(read_labels(w, labels, made));
    if (labels && labels->t2) TRY(fsc_volume_read(&w->t2, w->t2_path = labels->t2, w->err));
    if (!map) return FSC_OK;
    if (map->exam) TRY(fsc_exam_read(&w->exam, map->exam, w->err));
    TRY(read_norms(w, &map->norms));
    return check_store(w, labels, made, map);
}

fsc_status walk_scan(walk *w, const char *path, const walk_scan_options *with) {
    const fsc_scan_options options = {.participant = with->participant,
                                      .session = with->session,
                                      .acquisition = with->acquisition,
                                      .run = with->run,
                                      .scratch_dir = getenv("TMPDIR"),
                                      .progress = &w->cli->progress};
    TRY(fsc_scan_read(&w->scan, path, &options, w->err));
    say_scan(w->cli, w->scan);
    return FSC_OK;
}

fsc_status walk_separate(walk *w, const walk_separate_options *with) {
    static const int sign[] = {0, 1, -1}; /* in the order of the option's words */
    fsc_separate_options options = FSC_SEPARATE_OPTIONS_INIT;
    options.sign = sign[with->sign];
    options.spectrum = with->spectrum;
    options.water_shift_ppm = with->water_shift_ppm;
    options.ramp = with->no_ramp ? -1 : 0;
    options.t1_correct = with->t1_correct;
    options.n_threads = (int32_t)w->cli->threads;
    options.progress = &w->cli->progress;
    const double start_s = clock_s();
    TRY(fsc_separate_run(&w->fatwater, w->scan, &options, w->err));
    say_separate(w->cli, w->fatwater, clock_s() - start_s);
    return FSC_OK;
}

/* Takes ending off text; non-zero when it was there. */
static int cut_ending(char *text, const char *ending) {
    const size_t n = strlen(text), cut = strlen(ending);
    if (n <= cut || strcmp(text + n - cut, ending) != 0) return 0;
    text[n - cut] = 0;
    return 1;
}

fsc_status walk_earlier_maps(walk *w, const char *path, char *stem) {
    char own[CLI_PATH_MAX];
    if (!stem) stem = own;
    if ((size_t)snprintf(stem, sizeof own, "%s", path) >= sizeof own || !cut_ending(stem, "_PDFFmap.nii.gz"))
        return cli_refuse(w->err, FSC_E_NOTFOUND, "%s: name the ..._PDFFmap.nii.gz of an earlier run", path);
    /* Maps that are no PDFF carry a word more. */
    if (!cut_ending(stem, "_desc-2point")) (void)cut_ending(stem, "_desc-ready");
    TRY(fsc_fatwater_read(&w->fatwater, stem, w->err));
    const char *method = fsc_method_text(w->fatwater->method);
    cli_row(w->cli, "separate", FIELDS(FIELD("method", method), FIELD("earlier_run", stem)),
            "maps of an earlier run: %s", method);
    return FSC_OK;
}

fsc_status walk_maps(walk *w, const char *path, const walk_separate_options *with) {
    const fsc_status status = walk_earlier_maps(w, path, NULL);
    if (status != FSC_E_NOTFOUND) return status;
    *w->err = (fsc_error)FSC_ERROR_INIT;
    return walk_separate(w, with);
}

/* Labels whose name says another person or session than the scan's are used, but not in silence. */
static void compare_names(walk *w, const char *path) {
    static const char *const prefix[] = {"sub-", "ses-"};
    const char *const known[] = {w->scan->participant, w->scan->session};
    AUTO_STRUCT(fsc_notes) notes = {0};
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    for (int e = 0; e < 2; e++) {
        const char *at = strstr(name, prefix[e]);
        const size_t n = at ? strcspn(at, "_.") : 0;
        if (!at || !known[e][0] || (strlen(known[e]) == n && strncmp(at, known[e], n) == 0)) continue;
        fsc_notes_add(&notes, FSC_NOTE_WARNING, "labels-of-another",
                      "Values may be another's: the scan is of %s, the labels are named for %.*s.", known[e], (int)n,
                      at);
    }
    cli_notes(w->cli, "anatomy", &notes, 0);
    fsc_notes_join(&w->scan->notes, &notes);
}

static const char *first_told(const char *a, const char *b) {
    return a[0] || !b ? a : b;
}

/* The maps of this scan and their names in the recipe. */
static fsc_status read_maps(walk *w, const walk_scan_options *scan, const walk_label_options *with, int tell) {
    const fsc_label_owner owner = {.participant = first_told(w->scan->participant, scan->participant),
                                   .session = first_told(w->scan->session, scan->session),
                                   .name = w->scan->name};
    if (!w->labels) TRY(fsc_label_maps_read(&w->labels, with->labels, with->levels, &owner, w->err));
    const fsc_label_maps *maps = w->labels;
    for (int32_t i = 0; i < maps->n_file; i++) {
        TRY(fsc_recipe_add_input(&w->scan->recipe, maps->file[i], w->err));
        compare_names(w, maps->file[i]);
    }
    fsc_notes_join(&w->scan->notes, &maps->notes);
    cli_notes(w->cli, "anatomy", &maps->notes, tell);
    return FSC_OK;
}

fsc_status walk_read_levels(walk *w, const walk_scan_options *scan, const walk_label_options *with) {
    return read_maps(w, scan, with, !fsc_label_maps_is_file(with->levels));
}

fsc_status walk_anatomy(walk *w, const walk_scan_options *scan, const walk_label_options *with) {
    if (w->t2 && !with->labels) return cli_usage(w->cli, w->err, "--t2 is measured in the muscles; add --labels FILE");
    if (!with->labels) {
        cli_line(w->cli, "anatomy",
                 "no label map: maps and a tissue summary only; --labels reads the output of MuscleMap, "
                 "TotalSegmentator, TotalSpineSeg, SCT and QMRITools");
        return FSC_OK;
    }
    TRY(read_maps(w, scan, with, !fsc_label_maps_is_file(with->labels)));
    const fsc_label_maps *maps = w->labels;
    const char *muscle_scheme = maps->muscle_scheme[0] ? maps->muscle_scheme : NULL;
    const char *level_scheme = maps->level_scheme[0] ? maps->level_scheme : NULL;
    const fsc_sites_options options = {.muscle_scheme = with->label_scheme ? with->label_scheme : muscle_scheme,
                                       .level_scheme = with->level_scheme ? with->level_scheme : level_scheme,
                                       .side_known = w->scan->side_known,
                                       .same_grid = with->same_grid,
                                       .label_source = maps->source,
                                       .muscle_file = maps->muscle_path,
                                       .level_file = maps->level_path};
    const fsc_labels *levels = maps->levels ? maps->levels : maps->level_path ? maps->muscles : NULL;
    TRY(fsc_sites_build(&w->sites, &w->scan->grid, maps->muscles, levels, &options, w->err));
    say_anatomy(w->cli, w->sites);
    return FSC_OK;
}

fsc_status walk_measure(walk *w) {
    if (w->t2) {
        TRY(fsc_recipe_add_input(&w->scan->recipe, w->t2_path, w->err));
        TRY(fsc_fatwater_take_t2(w->fatwater, w->t2, w->err));
    }
    TRY(fsc_measure_run(&w->measures, w->fatwater, w->sites, &w->cli->progress, w->err));
    say_measure(w->cli, w->measures);
    return FSC_OK;
}

const char *walk_day(const walk *w, const walk_map_options *with) {
    return with->date ? with->date : w->exam ? w->exam->date : "";
}

/* The last visit of this person before the day of this one. */
static fsc_status compare_with_store(walk *w, const char *path) {
    AUTO(fsc_store) store = NULL;
    AUTO(fsc_visit) visits = NULL;
    AUTO(fsc_map) before = NULL;
    int32_t n = 0, last = -1;
    const fsc_acquisition *now = &w->map->acquisition;
    const fsc_status status = fsc_store_open(&store, path, 0, w->err);
    if (status == FSC_E_NOTFOUND) return *w->err = (fsc_error)FSC_ERROR_INIT, FSC_OK;
    if (status != FSC_OK) return status;
    TRY(fsc_store_visits(&visits, &n, store, now->participant, w->err));
    for (int32_t i = 0; i < n; i++)
        if (strcmp(visits[i].acquisition.date, now->date) < 0) last = i;
    if (last < 0) return FSC_OK;
    TRY(fsc_store_map(&before, store, now->participant, visits[last].acquisition.session, w->err));
    TRY(fsc_change_run(w->map, before, w->err));
    say_change(w->cli, w->map, visits[last].acquisition.date);
    return FSC_OK;
}

fsc_status walk_map(walk *w, const walk_scan_options *scan, const walk_map_options *with) {
    fsc_acquisition acquisition;
    fsc_acquisition_from_scan(&acquisition, w->scan);
    (void)snprintf(acquisition.date, sizeof acquisition.date, "%s", walk_day(w, with));
    if (!acquisition.participant[0] && scan->participant) /* files that name nobody */
        (void)snprintf(acquisition.participant, sizeof acquisition.participant, "%s", scan->participant);
    if (with->exam) TRY(fsc_recipe_add_input(&w->scan->recipe, with->exam, w->err));
    for (int i = 0; i < with->norms.n; i++) TRY(fsc_recipe_add_input(&w->scan->recipe, with->norms.item[i], w->err));
    const fsc_map_inputs inputs = {.measures = w->measures,
                                   .fatwater = w->fatwater,
                                   .sites = w->sites,
                                   .acquisition = &acquisition,
                                   .exam = w->exam,
                                   .scan = w->scan,
                                   .norms = w->norms};
    TRY(fsc_map_run(&w->map, &inputs, w->err));
    fsc_map_place_rows(w->measures, w->map);
    say_map(w->cli, w->map);
    return with->store ? compare_with_store(w, with->store) : FSC_OK;
}

fsc_status walk_stop(walk *w) {
    AUTO(fsc_map) map = NULL;
    const fsc_measures none = {0};
    const fsc_map_inputs inputs = {.measures = &none, .exam = w->exam, .scan = w->scan};
    if (!w->exam) return FSC_OK;
    TRY(fsc_map_run(&map, &inputs, w->err));
    if (!map->stop) return FSC_OK;
    w->map = map;
    map = NULL;
    say_map(w->cli, w->map);
    return FSC_OK;
}

/* The store's visit of the map's person with the name that the map would get, or NULL. */
static const fsc_visit *find_visit(const fsc_visit *visits, int32_t n, const fsc_acquisition *now) {
    const char *name = now->session[0] ? now->session : now->date;
    for (int32_t i = 0; i < n; i++)
        if (strcmp(visits[i].acquisition.session, name) == 0) return &visits[i];
    return NULL;
}

fsc_status walk_store(walk *w, const char *path) {
    AUTO(fsc_store) store = NULL;
    AUTO(fsc_visit) visits = NULL;
    int32_t n = 0;
    const fsc_acquisition *now = &w->map->acquisition;
    TRY(fsc_store_open(&store, path, 1, w->err));
    TRY(fsc_store_visits(&visits, &n, store, now->participant, w->err));
    if (find_visit(visits, n, now)) {
        cli_line(w->cli, "visit",
                 "%s already holds this visit and keeps what it has; 'fascicle visit add --replace' takes the new one",
                 path);
        return FSC_OK;
    }
    TRY(fsc_store_add(store, w->map, 0, w->err));
    cli_row(w->cli, "visit",
            FIELDS(FIELD("participant", now->participant), FIELD("session", now->session), FIELD("date", now->date),
                   FIELD("store", path), FIELD("n_visit", n + 1)),
            "%s, %s added to %s (%d visit%s of this person)", now->participant, now->date, path, n + 1, n ? "s" : "");
    return FSC_OK;
}

fsc_status walk_forecast(walk *w) {
    AUTO_STRUCT(fsc_observations) seen = {0};
    fsc_forecast_options options = FSC_FORECAST_OPTIONS_INIT;
    options.n_threads = (int32_t)w->cli->threads;
    options.progress = &w->cli->progress;
    fsc_forecast_person person;
    fsc_forecast_person_from(&person, w->map ? w->map->exam : w->exam); /* with what the dataset tells */
    options.person = &person;
    options.view = w->view;
    seen.injury_day = w->exam ? -w->exam->days_since_injury : (double)NAN; /* the scan is day 0 */
    TRY(fsc_observations_add(&seen, w->measures, 0, w->err));
    const fsc_status status = fsc_forecast_run(&w->forecast, &seen, &options, w->err);
    if (status == FSC_E_ARG) { /* no site that the model can place: the rest of the page stands without it */
        cli_line(w->cli, "forecast", "none: %s", w->err->text);
        if (w->view) (void)snprintf(w->view->reason, sizeof w->view->reason, "%.159s", w->err->text);
        *w->err = (fsc_error)FSC_ERROR_INIT;
        return FSC_OK;
    }
    if (status == FSC_OK) say_forecast(w->cli, w->forecast);
    return status;
}

fsc_status walk_plan(walk *w, const fsc_plan_options *with) {
    fsc_plan_options full = *with;
    full.model_view = w->view;
    TRY(fsc_plan_run(&w->plan, w->map, &full, w->err));
    say_plan(w->cli, w->plan);
    return FSC_OK;
}

fsc_status walk_output(walk *w, const char *out) {
    TRY(cli_recipe(w->cli, &w->scan->recipe, w->err));
    return fsc_output_begin(&w->output, out, w->scan->participant, w->scan->session, w->err);
}

fsc_status walk_commit(walk *w, fsc_output_step from) {
    return fsc_output_commit(&w->output, w->scan->name, from, w->err);
}

fsc_status walk_write_maps(walk *w) {
    TRY(cli_go_on(w->err));
    return fsc_fatwater_write(w->fatwater, w->scan, w->output.anat, &w->scan->recipe, w->err);
}

fsc_status walk_write_measures(walk *w) {
    TRY(cli_go_on(w->err));
    const fsc_scan *s = w->scan;
    if (w->sites) TRY(fsc_sites_write(w->sites, w->output.anat, s->name, &s->recipe, w->err));
    return fsc_measures_write(w->measures, w->output.anat, s->name, s->participant, s->session, &s->recipe, w->err);
}

fsc_status walk_write_map(walk *w) {
    TRY(cli_go_on(w->err));
    return fsc_map_write(w->map, w->output.anat, w->scan->name, &w->scan->recipe, w->err);
}

fsc_status walk_write_forecast(walk *w) {
    TRY(cli_go_on(w->err));
    return fsc_forecast_write(w->forecast, w->output.anat, w->scan->name, &w->scan->recipe, w->err);
}

fsc_status walk_write_plan(walk *w) {
    return fsc_plan_write(w->plan, w->output.anat, w->scan->name, &w->scan->recipe, w->err);
}

/* A page that no program here can print is no failure: the page itself is there. */
static fsc_status print_page(walk *w, const char *html) {
    char pdf[CLI_PATH_MAX];
    fsc_error err = FSC_ERROR_INIT;
    TRY(cli_path(pdf, sizeof pdf, w->err, "%.*s.pdf", (int)(strlen(html) - strlen(".html")), html));
    if (fsc_report_print(pdf, html, &err) == FSC_OK)
        cli_line(w->cli, "pdf", "printed beside its page");
    else
        cli_line(w->cli, "pdf", "%s", err.text);
    return err.code == FSC_E_NOTFOUND || err.code == FSC_OK ? FSC_OK : (*w->err = err).code;
}

fsc_status walk_write_report(walk *w, const char *stem, int pdf) {
    const fsc_report_input input = {.scan = w->scan,
                                    .fatwater = w->fatwater,
                                    .sites = w->sites,
                                    .measures = w->measures,
                                    .recipe = &w->scan->recipe,
                                    .map = w->map,
                                    .forecast = w->forecast,
                                    .plan = w->plan};
    TRY(cli_go_on(w->err));
    TRY(fsc_report_write(stem, &input, w->err));
    for (int r = 0; r < FSC_READER_N && pdf; r++) {
        char path[CLI_PATH_MAX];
        TRY(fsc_report_path(path, sizeof path, stem, (fsc_reader)r, w->err));
        TRY(print_page(w, path));
    }
    return FSC_OK;
}

fsc_status walk_name_report(walk *w, const char *stem) {
    for (int r = 0; r < FSC_READER_N; r++) {
        char path[CLI_PATH_MAX];
        TRY(fsc_report_path(path, sizeof path, stem, (fsc_reader)r, w->err));
        cli_file(w->cli, fsc_reader_text((fsc_reader)r), path);
    }
    return FSC_OK;
}
