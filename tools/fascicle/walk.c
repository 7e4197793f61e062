#include "walk.h"

#include <math.h>
#include <string.h>
#include <time.h>

double walk_clock_s(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void walk_free(walk *w) {
    fsc_forecast_free(w->forecast);
    fsc_map_free(w->map);
    fsc_exam_free(w->exam);
    fsc_measures_free(w->measures);
    fsc_sites_free(w->sites);
    fsc_fatwater_free(w->fatwater);
    fsc_scan_free(w->scan);
}

static void print_scan(walk *w) {
    const fsc_scan *s = w->scan;
    char echoes[96] = "", field[32] = "";
    if (s->n_echo == 1) (void)snprintf(echoes, sizeof echoes, "1 echo %.2f ms, ", 1e3 * s->te_s[0]);
    if (s->n_echo > 1)
        (void)snprintf(echoes, sizeof echoes, "%d echoes %.2f–%.2f ms, ", s->n_echo, 1e3 * s->te_s[0],
                       1e3 * s->te_s[s->n_echo - 1]);
    if (isfinite(s->b0_tesla)) (void)snprintf(field, sizeof field, "%.4g T, ", s->b0_tesla);
    cli_line(w->cli, "scan", "%s, %s%s%lld × %lld × %lld%s", fsc_scan_kind_text(s->kind), echoes, field,
             (long long)s->grid.dim[0], (long long)s->grid.dim[1], (long long)s->grid.dim[2],
             s->grid.spacing_assumed ? ", voxel size assumed" : "");
    cli_notes(w->cli, "scan", &s->notes, 0);
}

fsc_status walk_scan(walk *w, const char *path, const walk_scan_options *with) {
    const fsc_scan_options options = {.participant = with->participant,
                                      .session = with->session,
                                      .acquisition = with->acquisition,
                                      .progress = &w->cli->progress};
    TRY(fsc_scan_read(&w->scan, path, &options, w->err));
    print_scan(w);
    return FSC_OK;
}

static void print_separate(walk *w, double seconds) {
    const fsc_fatwater *f = w->fatwater;
    char sign[96] = "", ramp[96] = "";
    if (f->method == FSC_METHOD_COMPLEX || f->method == FSC_METHOD_TWO_POINT) {
        (void)snprintf(sign, sizeof sign, ", sign %s", f->sign < 0 ? "conjugated" : "as stored");
        if (isfinite(f->sign_ratio)) {
            const size_t n = strlen(sign);
            (void)snprintf(sign + n, sizeof sign - n, " (%.1f : 1 clearer)", f->sign_ratio);
        }
        if (f->ramp_axis >= 0)
            (void)snprintf(ramp, sizeof ramp, ", readout ramp of %.3f dwell along axis %d removed", f->ramp_slope_dwell,
                           f->ramp_axis);
        else
            (void)snprintf(ramp, sizeof ramp, ", no readout ramp");
    }
    cli_line(w->cli, "separate", "%s%s%s%s%s  %.1f s", fsc_method_text(f->method), f->spectrum[0] ? ", " : "",
             f->spectrum, sign, ramp, seconds);
    cli_notes(w->cli, "separate", &f->notes, 0);
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
    const double start_s = walk_clock_s();
    TRY(fsc_separate_run(&w->fatwater, w->scan, &options, w->err));
    print_separate(w, walk_clock_s() - start_s);
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
    cli_line(w->cli, "separate", "maps of an earlier run: %s", fsc_method_text(w->fatwater->method));
    return FSC_OK;
}

static void print_anatomy(walk *w) {
    const fsc_sites *s = w->sites;
    char first[12] = "n/a", last[12] = "n/a";
    double low = INFINITY, high = -INFINITY;
    int muscles = 0, unknown = 0;
    for (int32_t i = 0; i < s->n_site; i++) {
        muscles += i == 0 || strcmp(s->site[i].place.muscle, s->site[i - 1].place.muscle) != 0;
        unknown |= s->site[i].place.side == FSC_SIDE_UNKNOWN;
        const double order = fsc_level_order(s->site[i].place.level);
        if (order < low) memcpy(first, s->site[i].place.level, sizeof first);
        if (order > high) memcpy(last, s->site[i].place.level, sizeof last);
        low = order < low ? order : low;
        high = order > high ? order : high;
    }
    cli_line(w->cli, "anatomy", "%s (%d muscle%s%s)%s%s (%s–%s)", s->muscle_scheme, muscles, muscles == 1 ? "" : "s",
             unknown ? ", side unknown" : "", s->level_scheme[0] ? " · " : ", no level map", s->level_scheme, first,
             last);
    cli_notes(w->cli, "anatomy", &s->notes, 0);
}

static fsc_status read_labels(walk *w, fsc_labels **out, const char *path) {
    TRY(fsc_labels_read(out, path, w->err));
    return fsc_recipe_add_input(&w->scan->recipe, path, w->err);
}

fsc_status walk_anatomy(walk *w, const walk_label_options *with) {
    if (!with->labels) {
        if (with->levels)
            return cli_refuse(w->err, FSC_E_ARG, "%s: a level map needs a muscle map beside it; add --labels FILE",
                              with->levels);
        cli_line(w->cli, "anatomy",
                 "no label map: maps and a tissue summary only; --labels reads the output of MuscleMap, "
                 "TotalSegmentator, TotalSpineSeg, SCT and QMRITools");
        return FSC_OK;
    }
    AUTO(fsc_labels) muscles = NULL;
    AUTO(fsc_labels) levels = NULL;
    TRY(read_labels(w, &muscles, with->labels));
    const int same = with->levels && strcmp(with->levels, with->labels) == 0;
    if (with->levels && !same) TRY(read_labels(w, &levels, with->levels));
    const fsc_sites_options options = {
        .muscle_scheme = with->label_scheme, .level_scheme = with->level_scheme, .side_known = w->scan->side_known};
    TRY(fsc_sites_build(&w->sites, &w->scan->grid, muscles, same ? muscles : levels, &options, w->err));
    print_anatomy(w);
    return FSC_OK;
}

fsc_status walk_measure(walk *w) {
    TRY(fsc_measure_run(&w->measures, w->fatwater, w->sites, w->err));
    const fsc_measures *m = w->measures;
    long long sites = 0, voxels = 0, cut = 0;
    for (int32_t i = 0; i < m->n_row; i++) {
        if (m->row[i].kind != FSC_ROW_SITE) continue;
        sites++;
        voxels += m->row[i].n_voxel;
        cut += m->row[i].cut_by_fov != 0;
    }
    if (sites)
        cli_line(w->cli, "measure", "%lld sites, %lld voxels; %lld cut by the field of view", sites, voxels, cut);
    else
        cli_line(w->cli, "measure", "%lld voxels fitted, median fat fraction %.1f %%", (long long)m->n_fitted,
                 100 * m->pdff_median);
    cli_notes(w->cli, "measure", &m->notes, 0);
    return FSC_OK;
}

fsc_status walk_exam(walk *w, const walk_map_options *with) {
    if (!with->exam) return FSC_OK;
    TRY(fsc_exam_read(&w->exam, with->exam, w->err));
    return fsc_recipe_add_input(&w->scan->recipe, with->exam, w->err);
}

static fsc_status read_norms(walk *w, fsc_norms **norms, const opt_texts *files) {
    TRY(fsc_norms_builtin(norms, w->err));
    for (int i = 0; i < files->n; i++) {
        AUTO(fsc_norms) more = NULL;
        TRY(fsc_norms_read(&more, files->item[i], w->err));
        TRY(fsc_norms_join(*norms, more, w->err));
        TRY(fsc_recipe_add_input(&w->scan->recipe, files->item[i], w->err));
    }
    return FSC_OK;
}

static void print_map(walk *w) {
    int placed = 0, sites = 0;
    for (int32_t i = 0; i < w->map->n_site; i++) {
        if (w->map->site[i].row.kind != FSC_ROW_SITE) continue;
        sites++;
        placed += w->map->site[i].norm.norm_id[0] != 0;
    }
    if (w->map->stop) cli_line(w->cli, "STOP", "a red flag is positive: %s", w->map->exam->red_flag[0].action);
    const fsc_exam *exam = w->map->exam;
    const int asked = isfinite(exam->age_years) && exam->sex != FSC_SEX_UNKNOWN;
    cli_line(w->cli, "map", "%d of %d sites have a published group to compare with%s", placed, sites,
             asked ? "" : "; age and sex are not given (--exam)");
    cli_notes(w->cli, "map", &w->map->notes, 0);
}

/* The last visit of this person before the day of this one. */
static fsc_status compare_with_store(walk *w, const char *path) {
    AUTO(fsc_store) store = NULL;
    AUTO(fsc_visit) visits = NULL;
    AUTO(fsc_map) before = NULL;
    int32_t n = 0, last = -1;
    const fsc_acquisition *now = &w->map->acquisition;
    TRY(fsc_store_open(&store, path, 0, w->err));
    TRY(fsc_store_visits(&visits, &n, store, now->participant, w->err));
    for (int32_t i = 0; i < n; i++)
        if (strcmp(visits[i].acquisition.date, now->date) < 0) last = i;
    if (last < 0) {
        cli_line(w->cli, "change", "no earlier visit of %s in %s", now->participant, path);
        return FSC_OK;
    }
    TRY(fsc_store_map(&before, store, now->participant, visits[last].acquisition.session, w->err));
    TRY(fsc_change_run(w->map, before, w->err));
    cli_line(w->cli, "change", "since %s: %s", visits[last].acquisition.date, w->map->change_multiplicity);
    return FSC_OK;
}

fsc_status walk_map(walk *w, const walk_map_options *with) {
    AUTO(fsc_norms) norms = NULL;
    fsc_acquisition acquisition;
    fsc_acquisition_from_scan(&acquisition, w->scan);
    if (with->date) (void)snprintf(acquisition.date, sizeof acquisition.date, "%s", with->date);
    TRY(read_norms(w, &norms, &with->norms));
    const fsc_map_inputs inputs = {.measures = w->measures,
                                   .fatwater = w->fatwater,
                                   .sites = w->sites,
                                   .acquisition = &acquisition,
                                   .exam = w->exam,
                                   .norms = norms};
    TRY(fsc_map_run(&w->map, &inputs, w->err));
    print_map(w);
    return with->store ? compare_with_store(w, with->store) : FSC_OK;
}

fsc_status walk_forecast(walk *w) {
    AUTO_STRUCT(fsc_observations) seen = {0};
    fsc_forecast_options options = FSC_FORECAST_OPTIONS_INIT;
    options.n_threads = (int32_t)w->cli->threads;
    options.progress = &w->cli->progress;
    fsc_forecast_person person;
    fsc_forecast_person_from(&person, w->exam);
    options.person = &person;
    seen.injury_day = w->exam ? -w->exam->days_since_injury : (double)NAN; /* the scan is day 0 */
    TRY(fsc_observations_add(&seen, w->measures, 0, w->err));
    const fsc_status status = fsc_forecast_run(&w->forecast, &seen, &options, w->err);
    if (status == FSC_E_ARG) { /* no site that the model can place: the rest of the page stands without it */
        cli_line(w->cli, "forecast", "none: %s", w->err->text);
        *w->err = (fsc_error)FSC_ERROR_INIT;
        return FSC_OK;
    }
    if (status != FSC_OK) return status;
    cli_line(w->cli, "forecast", "%d levels, two stories of %d virtual people; %s", w->forecast->n_level,
             w->forecast->n_member, w->forecast->within);
    cli_notes(w->cli, "forecast", &w->forecast->notes, 0);
    return FSC_OK;
}

fsc_status walk_output(walk *w, const char *out) {
    TRY(cli_recipe(w->cli, &w->scan->recipe, w->err));
    return cli_make_output(w->anat, sizeof w->anat, out, w->scan->participant, w->scan->session, &w->scan->recipe,
                           w->err);
}

fsc_status walk_write_maps(walk *w) {
    return fsc_fatwater_write(w->fatwater, w->scan, w->anat, &w->scan->recipe, w->err);
}

fsc_status walk_write_measures(walk *w) {
    const fsc_scan *s = w->scan;
    if (w->sites) TRY(fsc_sites_write(w->sites, w->anat, s->name, &s->recipe, w->err));
    return fsc_measures_write(w->measures, w->anat, s->name, s->participant, s->session, &s->recipe, w->err);
}

fsc_status walk_write_map(walk *w) {
    return fsc_map_write(w->map, w->anat, w->scan->name, &w->scan->recipe, w->err);
}

fsc_status walk_write_forecast(walk *w) {
    return fsc_forecast_write(w->forecast, w->anat, w->scan->name, &w->scan->recipe, w->err);
}

fsc_status walk_write_report(walk *w, const char *path) {
    const fsc_report_input input = {.scan = w->scan,
                                    .fatwater = w->fatwater,
                                    .sites = w->sites,
                                    .measures = w->measures,
                                    .recipe = &w->scan->recipe,
                                    .map = w->map,
                                    .forecast = w->forecast};
    TRY(fsc_report_write(path, &input, w->err));
    cli_file(w->cli, "report", path);
    return FSC_OK;
}
