/* The public calls under test: what each works on, and how its result is looked at and let go. */
#ifndef FSC_TEST_CALLS_H
#define FSC_TEST_CALLS_H

#include "../change/visit.h"
#include "../test.h"
#include "file.h"
#include "text.h"

#include <fascicle/fascicle.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the calls work on; made once, from a small phantom. */
static struct {
    char dir[32], data[64], derived[64], anat[128], store[64], table[64], participants[64];
    fsc_phantom_options phantom_options;
    fsc_phantom *phantom;
    fsc_recipe recipe;
    fsc_scan *scan;
    fsc_fatwater *fatwater;
    fsc_sites *sites;
    fsc_measures *measures;
    fsc_exam *exam;
    fsc_map *map, *before;
    char *map_text;
    fsc_acquisition acquisition;
    fsc_observations observations;
    fsc_forecast *forecast;
    fsc_cycle *neck;
    fsc_cycle_person person;
    fsc_cycle_run *run;
    fsc_cohort *cohort;
    fsc_order *order;
    fsc_norms *norms;
} w;

static const double days[] = {30, 91};
static const fsc_cycle_quantity quantities[] = {FSC_CYCLE_PDFF};
static const fsc_cycle_plan plan = {.day = days, .n_day = 2, .quantity = quantities, .n_quantity = 1, .n_threads = 1};

static const char *at(const char *dir, const char *name) {
    static char path[4][512];
    static int k;
    k = (k + 1) % 4;
    (void)snprintf(path[k], sizeof path[k], "%s/%s", dir, name);
    return path[k];
}

/* What is compared. */
static uint64_t mix(uint64_t h, const void *bytes, size_t n) {
    for (const unsigned char *b = bytes; n--; b++) h = (h ^ *b) * 1099511628211u;
    return h;
}
static uint64_t mix_text(uint64_t h, const char *text) {
    return text ? mix(h, text, strlen(text)) : h;
}
static uint64_t mix_file(uint64_t h, const char *path) {
    char hex[65] = "none";
    if (fsc_file_exists(path)) assert_ok(fsc_file_sha256(hex, path, &test_error));
    return mix(h, hex, strlen(hex));
}
static uint64_t mix_notes(uint64_t h, const fsc_notes *notes) {
    for (int32_t i = 0; i < notes->n; i++) h = mix_text(h, notes->item[i].text);
    return h;
}
/* Every file below a folder, temporary ones too: none may be left. */
static uint64_t mix_folder(uint64_t h, const char *dir) {
    char **name = NULL;
    int32_t n = 0;
    if (!fsc_file_is_folder(dir)) return h;
    assert_ok(fsc_file_list(&name, &n, dir, &test_error));
    for (int32_t i = 0; i < n; i++) {
        char path[512];
        (void)snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        h = mix_text(h, name[i]);
        h = fsc_file_is_folder(path) ? mix_folder(h, path) : mix_file(h, path);
    }
    fsc_file_free_names(name, n);
    return h;
}

/* A call under test: makes *out (or files in out_dir), and how to look at it and let it go. */
typedef struct trial {
    const char *name;
    fsc_status (*call)(void **out, fsc_error *err);
    uint64_t (*look)(const void *out);
    void (*drop)(void *out);
    int share; /* allocations tried in the short suite; 0 = all */
} trial;

static char out_dir[64];
static void remove_folder(const char *dir) {
    char **name = NULL, path[512];
    int32_t n = 0;
    if (!fsc_file_is_folder(dir)) return;
    assert_ok(fsc_file_list(&name, &n, dir, &test_error));
    for (int32_t i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, name[i]);
        if (fsc_file_is_folder(path))
            remove_folder(path);
        else
            (void)unlink(path);
    }
    fsc_file_free_names(name, n);
    (void)rmdir(dir);
}
static void clear_out(void) {
    remove_folder(out_dir);
    assert_ok(fsc_file_make_folder(out_dir, &test_error));
}
static uint64_t look_files(const void *out) {
    (void)out;
    return mix_folder(1, out_dir);
}
static void drop_files(void *out) {
    (void)out;
}

#define CALL(name, body)                                                                                               \
    static fsc_status name(void **out, fsc_error *err) {                                                               \
        (void)out;                                                                                                     \
        return body;                                                                                                   \
    }

CALL(make_phantom, fsc_phantom_make((fsc_phantom **)out, &w.phantom_options, err))
static uint64_t look_phantom(const void *out) {
    const fsc_phantom *p = out;
    const size_t n = (size_t)fsc_grid_count(&p->scan->grid);
    return mix(mix(1, p->truth_pdff_fraction, n * sizeof(float)), p->site, (size_t)p->n_site * sizeof *p->site);
}
static void drop_phantom(void *out) {
    fsc_phantom_free(out);
}
CALL(write_phantom, fsc_phantom_write(w.phantom, &w.phantom_options, out_dir, "sub-01", NULL, &w.recipe, err))

CALL(read_scan, fsc_scan_read((fsc_scan **)out, w.data, NULL, err))
static uint64_t look_scan(const void *out) {
    const fsc_scan *s = out;
    const size_t n = (size_t)fsc_grid_count(&s->grid) * sizeof(float);
    uint64_t h = mix_notes(mix(1, s->te_s, (size_t)s->n_echo * sizeof *s->te_s), &s->notes);
    h = mix(mix(h, s->echo_re, n * (size_t)s->n_echo), s->echo_im, n * (size_t)s->n_echo);
    return mix_text(mix_text(h, s->participant), s->manufacturer);
}
static void drop_scan(void *out) {
    fsc_scan_free(out);
}

static fsc_status separate(void **out, fsc_error *err) {
    fsc_separate_options options = FSC_SEPARATE_OPTIONS_INIT;
    options.n_threads = 1;
    return fsc_separate_run((fsc_fatwater **)out, w.scan, &options, err);
}
static uint64_t look_fatwater(const void *out) {
    const fsc_fatwater *f = out;
    return mix_notes(mix(1, f->pdff_fraction, (size_t)fsc_grid_count(&f->grid) * sizeof *f->pdff_fraction), &f->notes);
}
static void drop_fatwater(void *out) {
    fsc_fatwater_free(out);
}
CALL(write_fatwater, fsc_fatwater_write(w.fatwater, w.scan, out_dir, &w.recipe, err))
CALL(read_fatwater, fsc_fatwater_read((fsc_fatwater **)out, at(w.anat, "sub-01"), err))

CALL(build_sites, fsc_sites_build((fsc_sites **)out, &w.scan->grid, w.phantom->muscles, w.phantom->levels, NULL, err))
static uint64_t look_sites(const void *out) {
    const fsc_sites *s = out;
    const size_t n = (size_t)fsc_grid_count(&s->grid) * sizeof *s->site_of_voxel;
    return mix_notes(mix(mix(1, s->site_of_voxel, n), &s->n_site, sizeof s->n_site), &s->notes);
}
static void drop_sites(void *out) {
    fsc_sites_free(out);
}
CALL(write_sites, fsc_sites_write(w.sites, out_dir, "sub-01", &w.recipe, err))
CALL(read_sites, fsc_sites_read((fsc_sites **)out, at(w.anat, "sub-01_desc-sites_dseg.nii.gz"), err))
static fsc_status translate(void **out, fsc_error *err) {
    fsc_notes notes = {0};
    const fsc_status status =
        fsc_labels_translate((fsc_labels **)out, w.phantom->levels, "sct", "totalspineseg", &notes, err);
    fsc_notes_free(&notes);
    return status;
}
static uint64_t look_labels(const void *out) {
    const fsc_labels *l = out;
    return mix(1, l->data, (size_t)fsc_grid_count(&l->grid) * sizeof *l->data);
}
static void drop_labels(void *out) {
    fsc_labels_free(out);
}

CALL(measure, fsc_measure_run((fsc_measures **)out, w.fatwater, w.sites, NULL, err))
static uint64_t look_measures(const void *out) {
    const fsc_measures *m = out;
    uint64_t h = mix_notes(1, &m->notes);
    for (int32_t i = 0; i < m->n_row; i++)
        h = mix_text(mix(h, &m->row[i].pdff_mean_fraction, sizeof(double)), m->row[i].place.muscle);
    return h;
}
static void drop_measures(void *out) {
    fsc_measures_free(out);
}
CALL(write_measures, fsc_measures_write(w.measures, out_dir, "sub-01", "sub-01", "", &w.recipe, err))
CALL(read_measures, fsc_measures_read((fsc_measures **)out, at(w.anat, "sub-01_sites.tsv"), err))

CALL(read_exam, fsc_exam_read((fsc_exam **)out, FSC_SOURCE "/examples/exam.json", err))
static uint64_t look_exam(const void *out) {
    const fsc_exam *e = out;
    uint64_t h = mix(1, &e->age_years, sizeof e->age_years);
    for (int32_t i = 0; i < e->n_finding; i++) h = mix_text(h, e->finding[i].key);
    return h;
}
static void drop_exam(void *out) {
    fsc_exam_free(out);
}
CALL(load_norms, fsc_norms_builtin((fsc_norms **)out, err))
static uint64_t look_norms(const void *out) {
    uint64_t h = 1;
    for (int32_t i = 0; i < fsc_norms_count(out); i++) h = mix_text(h, fsc_norms_id(out, i));
    return h;
}
static void drop_norms(void *out) {
    fsc_norms_free(out);
}
static fsc_status fit_norms(void **out, fsc_error *err) {
    static const fsc_norms_fit_options options = {.cohort = "ours", .method = NULL, .source = "own controls"};
    (void)out;
    fsc_notes notes = {0};
    const fsc_status status = fsc_norms_fit(at(out_dir, "norms.tsv"), w.table, &options, &w.recipe, &notes, err);
    fsc_notes_free(&notes);
    return status;
}

static fsc_status make_map(void **out, fsc_error *err) {
    const fsc_map_inputs in = {.measures = w.measures,
                               .fatwater = w.fatwater,
                               .sites = w.sites,
                               .acquisition = &w.acquisition,
                               .exam = w.exam};
    return fsc_map_run((fsc_map **)out, &in, err);
}
static uint64_t look_map(const void *out) {
    char *text = NULL;
    assert_ok(fsc_map_print(&text, out, &test_error));
    const uint64_t h = mix_text(1, text);
    fsc_map_free_text(text);
    return h;
}
static void drop_map(void *out) {
    fsc_map_free(out);
}
CALL(print_map, fsc_map_print((char **)out, w.map, err))
static uint64_t look_text(const void *out) {
    return mix_text(1, out);
}
static void drop_text(void *out) {
    fsc_map_free_text(out);
}
CALL(parse_map, fsc_map_parse((fsc_map **)out, w.map_text, "text", err))
CALL(write_map, fsc_map_write(w.map, out_dir, "sub-01", &w.recipe, err))
CALL(read_map, fsc_map_read((fsc_map **)out, at(w.anat, "sub-01_map.json"), err))

static fsc_status compare_maps(void **out, fsc_error *err) {
    fsc_map *now = NULL;
    const fsc_status parsed = fsc_map_parse(&now, w.map_text, "text", err);
    if (parsed != FSC_OK) return parsed;
    const fsc_status status = fsc_change_run(now, w.before, err);
    if (status == FSC_OK)
        *out = now;
    else
        fsc_map_free(now);
    return status;
}
static fsc_status find_trends(void **out, fsc_error *err) {
    const fsc_map *const visits[] = {w.before, w.map, w.map};
    fsc_notes notes = {0};
    int32_t n = 0;
    const fsc_status status = fsc_change_trends((fsc_trend **)out, &n, &notes, visits, 3, err);
    fsc_notes_free(&notes);
    return status;
}
static uint64_t look_trend(const void *out) {
    const fsc_trend *t = out;
    return mix(mix(1, &t->slope_per_year, sizeof(double)), &t->n_visit, sizeof t->n_visit);
}
static void drop_trend(void *out) {
    fsc_change_free_trends(out);
}

static fsc_status add_visit(void **out, fsc_error *err) {
    (void)out;
    fsc_store *store = NULL;
    fsc_status status = fsc_store_open(&store, at(out_dir, "visits.db"), 1, err);
    if (status == FSC_OK) status = fsc_store_add(store, w.map, 0, err);
    fsc_store_close(store);
    return status;
}
/* Acknowledged: the visit is there. Refused: it is not, or the store is not there. */
static uint64_t look_added(const void *out) {
    (void)out;
    fsc_store *store = NULL;
    fsc_map *map = NULL;
    if (fsc_store_open(&store, at(out_dir, "visits.db"), 0, NULL) != FSC_OK) return 0;
    uint64_t h = 0;
    if (fsc_store_map(&map, store, "sub-01", "2026-05-04", NULL) == FSC_OK) h = look_map(map);
    fsc_map_free(map);
    fsc_store_close(store);
    return h;
}
static fsc_status list_visits(void **out, fsc_error *err) {
    fsc_store *store = NULL;
    int32_t n = 0;
    fsc_status status = fsc_store_open(&store, w.store, 0, err);
    if (status == FSC_OK) status = fsc_store_visits((fsc_visit **)out, &n, store, NULL, err);
    if (status == FSC_OK && n != 1) fail_msg("%d visits instead of 1", n);
    fsc_store_close(store);
    return status;
}
static uint64_t look_visits(const void *out) {
    const fsc_visit *v = out;
    return mix_text(mix_text(1, v->acquisition.participant), v->acquisition.manufacturer);
}
static void drop_visits(void *out) {
    fsc_store_free_visits(out);
}
static fsc_status read_visits(void **out, fsc_error *err) {
    fsc_store *store = NULL;
    fsc_map **maps = NULL;
    int32_t n = 0;
    fsc_status status = fsc_store_open(&store, w.store, 0, err);
    if (status == FSC_OK) status = fsc_store_maps(&maps, &n, store, "sub-01", err);
    fsc_store_close(store);
    if (status != FSC_OK) return status;
    *out = maps[0];
    maps[0] = NULL;
    fsc_store_free_maps(maps, n);
    return FSC_OK;
}

static fsc_status observe(void **out, fsc_error *err) {
    static fsc_observations made; /* the caller's own struct */
    fsc_observations *const seen = &made;
    made = (fsc_observations){.injury_day = (double)NAN};
    const fsc_status status = fsc_observations_add(seen, w.measures, 0, err);
    if (status == FSC_OK) {
        *out = seen;
        return FSC_OK;
    }
    fsc_observations_free(seen);
    return status;
}
static uint64_t look_observations(const void *out) {
    const fsc_observations *o = out;
    uint64_t h = mix_notes(1, &o->notes);
    for (int32_t i = 0; i < o->n; i++) h = mix(h, o->item[i].value, sizeof o->item[i].value);
    return h;
}
static void drop_observations(void *out) {
    fsc_observations_free(out);
}
static fsc_status forecast(void **out, fsc_error *err) {
    fsc_forecast_options options = FSC_FORECAST_OPTIONS_INIT;
    options.n_member = 64;
    options.n_threads = 1;
    return fsc_forecast_run((fsc_forecast **)out, &w.observations, &options, err);
}
static uint64_t look_forecast(const void *out) {
    const fsc_forecast *f = out;
    uint64_t h = mix_notes(1, &f->notes);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++)
        for (int32_t i = 0; i < f->n_site; i++) h = mix(h, f->story[s].site[i].stage, sizeof f->story[s].site[i].stage);
    return h;
}
static void drop_forecast(void *out) {
    fsc_forecast_free(out);
}
CALL(write_forecast, fsc_forecast_write(w.forecast, out_dir, "sub-01", &w.recipe, err))
CALL(read_forecast, fsc_forecast_read((fsc_forecast **)out, at(w.anat, "sub-01_forecast.json"), err))

CALL(new_cycle, fsc_cycle_new((fsc_cycle **)out, "C4", "C7", 0, err))
static uint64_t look_cycle(const void *out) {
    const int32_t n = fsc_cycle_n_site(out);
    uint64_t h = mix(1, &n, sizeof n);
    for (int32_t i = 0; i < n; i++) h = mix_text(h, fsc_cycle_site_at(out, i)->level);
    return h;
}
static void drop_cycle(void *out) {
    fsc_cycle_free(out);
}
CALL(simulate, fsc_cycle_simulate((fsc_cycle_run **)out, w.neck, &w.person, 1, &plan, NULL, err))
CALL(simulate_reference, fsc_cycle_simulate_reference((fsc_cycle_run **)out, w.neck, &w.person, 1, &plan, NULL, err))
static uint64_t look_run(const void *out) {
    const fsc_cycle_run *r = out;
    return mix(1, r->value, (size_t)r->n_person * r->n_day * r->n_quantity * r->n_site * sizeof *r->value);
}
static void drop_run(void *out) {
    fsc_cycle_run_free(out);
}
CALL(write_sbml, fsc_cycle_write_sbml(at(out_dir, "model.xml"), w.neck, &w.person, err))
static const char *const names[] = {"one"};
CALL(write_run, fsc_cycle_write_tsv(at(out_dir, "run.tsv"), w.neck, w.run, &plan, names, err))
CALL(draw, fsc_cycle_draw((fsc_cycle_population **)out, w.neck, FSC_CYCLE_SET_A, FSC_CYCLE_ACUTE, 3, 1, err))
static uint64_t look_population(const void *out) {
    const fsc_cycle_population *p = out;
    return mix(1, p->dose, (size_t)p->n_person * sizeof *p->dose);
}
static void drop_population(void *out) {
    fsc_cycle_population_free(out);
}

CALL(read_cohort, fsc_cohort_read((fsc_cohort **)out, w.participants, NULL, err))
static uint64_t look_cohort(const void *out) {
    const fsc_cohort *c = out;
    return mix_notes(mix(1, c->value, (size_t)c->n_person * c->n_event * sizeof *c->value), &c->notes);
}
static void drop_cohort(void *out) {
    fsc_cohort_free(out);
}
static fsc_status order(void **out, fsc_error *err) {
    fsc_order_options options = FSC_ORDER_OPTIONS_INIT;
    options.n_burn = 50;
    options.n_step = 200;
    options.n_mixture = 2;
    options.n_threads = 1;
    return fsc_order_run((fsc_order **)out, w.cohort, &options, err);
}
static uint64_t look_order(const void *out) {
    const fsc_order *o = out;
    return mix_notes(mix(mix(1, o->sequence, (size_t)o->n_event * sizeof *o->sequence), o->position,
                         (size_t)o->n_event * o->n_event * sizeof *o->position),
                     &o->notes);
}
static void drop_order(void *out) {
    fsc_order_free(out);
}
CALL(write_order, fsc_order_write(w.order, out_dir, "cohort", &w.recipe, err))

static fsc_status write_page(void **out, fsc_error *err) {
    (void)out;
    const fsc_report_input in = {.scan = w.scan,
                                 .fatwater = w.fatwater,
                                 .sites = w.sites,
                                 .measures = w.measures,
                                 .map = w.map,
                                 .forecast = w.forecast,
                                 .recipe = &w.recipe};
    return fsc_report_write(at(out_dir, "page.html"), &in, err);
}
static fsc_status write_recipe(void **out, fsc_error *err) {
    static char *const words[] = {(char *)"fascicle", (char *)"run", (char *)"a b"};
    (void)out;
    fsc_recipe recipe = {0};
    fsc_status status = fsc_recipe_set_command(&recipe, 3, words, err);
    if (status == FSC_OK) status = fsc_recipe_set_options(&recipe, "{\"sign\":\"auto\"}", err);
    if (status == FSC_OK) status = fsc_recipe_add_input(&recipe, FSC_SOURCE "/examples/exam.json", err);
    if (status == FSC_OK) status = fsc_recipe_open_dataset(out_dir, err);
    fsc_recipe_free(&recipe);
    return status;
}

#define FILES look_files, drop_files

#endif
