/* map: contrasts, extent, runs, threshold, pools, grades, sentences; and the record written, checked and read back. */
#include "../test.h"
#include "alloc.h"
#include "rows.h"
#include "schema.h"

#include <fascicle/map.h>
#include <stdlib.h>
#include <unistd.h>

static const char deep[] = "semispinalis_cervicis_multifidus";

static fsc_map *make(fsc_row *row, int32_t n, fsc_method method, const char *exam_text) {
    fsc_measures measures = {
        .row = row, .n_row = n, .muscle_scheme = "musclemap", .level_scheme = "sct", .method = method};
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_parse(&exam, exam_text, "exam.json", &test_error));
    fsc_map_inputs in = FSC_MAP_INPUTS_INIT;
    in.measures = &measures;
    in.exam = exam;
    fsc_map *map = NULL;
    assert_ok(fsc_map_run(&map, &in, &test_error));
    fsc_exam_free(exam);
    return map;
}

static const fsc_sentence *sentence(const fsc_map *map, const char *key, const char *part) {
    for (int32_t i = 0; i < map->n_sentence; i++)
        if (strcmp(map->sentence[i].key, key) == 0 && strstr(map->sentence[i].text, part)) return &map->sentence[i];
    return NULL;
}

/* The neck of sub-16: one side-less deep row a level, no age, no sex. */
static fsc_map *neck(const char *exam_text) {
    static const char *const levels[] = {"C2", "C3", "C4", "C5", "C6", "C7"};
    fsc_row row[6];
    for (int i = 0; i < 6; i++) row[i] = make_row(deep, levels[i], FSC_SIDE_UNKNOWN, 0.18 + 0.01 * i, 0.006);
    return make(row, 6, FSC_METHOD_COMPLEX, exam_text);
}

static void neck_levels_without_norms_get_no_z(void **state) {
    (void)state;
    fsc_map *map = neck("{\"age_years\": 40, \"sex\": \"female\"}");
    static const char *const none[] = {"C4", "C6", "C7"};
    const fsc_sentence *said = sentence(map, "no-norm", "C2");
    assert_non_null(said);
    assert_non_null(sentence(map, "borrowed", "not counted"));
    for (int i = 0; i < 3; i++) {
        const fsc_map_site *site = fsc_map_find(map, deep, none[i], FSC_SIDE_UNKNOWN);
        assert_true(isnan(site->norm.z) && isnan(site->other_method.z));
        assert_string_equal(site->norm.failed, "level");
        assert_int_equal(site->norm.kind, FSC_NORM_BORROWED); /* read between C3 and T1: a band and words */
        assert_true(site->norm.band_low_fraction < 0.18 && site->norm.band_high_fraction > 0.25);
        assert_string_not_equal(site->norm.words, "");
        assert_null(strstr(said->text, none[i]));
    }
    assert_non_null(strstr(said->text, "no norm cell"));
    assert_false(isnan(fsc_map_find(map, deep, "C3", FSC_SIDE_UNKNOWN)->norm.z));
    assert_null(strstr(said->text, "C3"));
    assert_non_null(strstr(fsc_map_find(map, deep, "C3", FSC_SIDE_UNKNOWN)->side.reason, "not known"));
    fsc_map_free(map);
    map = neck("{}");
    for (int32_t i = 0; i < map->n_site; i++) assert_true(isnan(map->site[i].norm.z));
    assert_string_equal(fsc_map_find(map, deep, "C3", FSC_SIDE_UNKNOWN)->norm.failed, "sex");
    assert_string_equal(fsc_map_find(map, deep, "C6", FSC_SIDE_UNKNOWN)->norm.failed, "level");
    fsc_map_free(map);
}

static void threshold_is_printed_in_context_only(void **state) {
    (void)state;
    fsc_map *map = neck("{\"days_since_injury\": 14}");
    const fsc_threshold *t = &map->threshold;
    assert_int_equal(t->applies, 1);
    assert_close(t->value_fraction, 0.205, 1e-12); /* mean of the six rows */
    assert_close(t->value_se_fraction, 0.006 / sqrt(6), 1e-12);
    assert_close(t->cut_fraction, 0.205, 1e-12);
    assert_close(t->n, 36, 0);
    assert_close(t->sensitivity, 0.875, 0);
    /* The arithmetic of the facts' README: 45 % of women at C3 (19.2, SD 11.0), 25 % of Paliwal's controls. */
    assert_close(t->healthy_share_high, 0.453, 0.001);
    assert_close(t->healthy_share_low, 0.2546, 0.001);
    const fsc_sentence *said = sentence(map, "threshold", "20.5 %");
    assert_non_null(said);
    assert_int_equal(said->contested, 1);
    assert_non_null(strstr(said->text, "36 people"));
    assert_non_null(strstr(said->text, "no limit of normal"));
    assert_non_null(strstr(said->text, "25 to 45 %"));
    fsc_map_free(map);
    static const char *const not [] = {"{}", "{\"days_since_injury\": 3}", "{\"days_since_injury\": 90}"};
    for (int i = 0; i < 3; i++) {
        map = neck(not [i]);
        assert_int_equal(map->threshold.applies, 0);
        assert_true(map->threshold.reason[0] != 0);
        for (int32_t k = 0; k < map->n_sentence; k++) assert_null(strstr(map->sentence[k].text, "20.5"));
        fsc_map_free(map);
    }
    fsc_row back = make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.3, 0.01);
    map = make(&back, 1, FSC_METHOD_COMPLEX, "{\"days_since_injury\": 14}");
    assert_int_equal(map->threshold.applies, 0);
    fsc_map_free(map);
}

static void red_flags_lead(void **state) {
    (void)state;
    fsc_map *map = neck("{\"red_flags\": {\"saddle_numbness\": true}}");
    assert_int_equal(map->stop, 1);
    assert_string_equal(map->sentence[0].key, "stop");
    assert_non_null(strstr(map->sentence[0].text, "STOP (now)"));
    assert_non_null(strstr(map->sentence[0].text, "Emergency department"));
    fsc_map_free(map);
    map = neck("{\"now\": {\"saddle_bladder_legs\": false, \"climbing_weakness\": false, \"chest_breath_collapse\": "
               "false, \"sudden_head_sight_speech\": false, \"fever_unwell\": false, \"severe_after_event\": false, "
               "\"dark_urine_hard_muscle\": false, \"safety_asked\": true}}");
    assert_int_equal(map->stop, 0);
    assert_non_null(sentence(map, "red-flags", "does not exclude"));
    fsc_map_free(map);
    map = neck("{}");
    assert_non_null(sentence(map, "red-flags", "8 of the 8 questions"));
    fsc_map_free(map);
}

/* A low back of three muscles at L3 to L5, both sides; the left multifidus is fatter. */
static int32_t low_back(fsc_row *row) {
    static const char *const levels[] = {"L1", "L2", "L3", "L4", "L5"};
    int32_t n = 0;
    for (int l = 0; l < 5; l++)
        for (int s = 0; s < 2; s++) {
            const fsc_side side = s ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
            row[n++] = make_row("multifidus", levels[l], side, 0.20 + 0.02 * l + (s ? 0 : 0.08), 0.01);
            row[n++] = make_row("erector_spinae", levels[l], side, 0.12 + 0.01 * l, 0.005);
            row[n++] = make_row("psoas_major", levels[l], side, 0.05, 0.005);
        }
    return n;
}

static void differences_inside_the_person(void **state) {
    (void)state;
    fsc_row row[30];
    const int32_t n = low_back(row);
    fsc_map *map = make(row, n, FSC_METHOD_COMPLEX, "{}");
    const fsc_map_site *mf = fsc_map_find(map, "multifidus", "L4", FSC_SIDE_LEFT);
    assert_close(mf->side.difference_fraction, 0.08, 1e-12);
    assert_close(mf->side.se_fraction, sqrt(2) * 0.01, 1e-12);
    assert_int_equal(mf->side.beyond_error, 1);
    assert_string_equal(mf->side.with, "multifidus L4 right");
    assert_close(mf->above.difference_fraction, 0.02, 1e-12);
    assert_int_equal(mf->above.beyond_error, 0);
    assert_close(mf->psoas.difference_fraction, 0.34 - 0.05, 1e-12);
    assert_close(mf->depth.difference_fraction, 0.34 - 0.15, 1e-12);
    assert_close(mf->medial.difference_fraction, 0.08, 1e-12);
    assert_close(mf->medial.se_fraction, sqrt(4e-4 + 3 * 4e-4 / 9), 1e-12);
    assert_true(isnan(fsc_map_find(map, "psoas_major", "L4", FSC_SIDE_LEFT)->psoas.difference_fraction));
    assert_true(isnan(fsc_map_find(map, "multifidus", "L1", FSC_SIDE_LEFT)->above.difference_fraction));
    const fsc_sentence *sides = sentence(map, "side", "5 of 15");
    assert_non_null(sides);
    assert_non_null(strstr(sides->text, "Unequal sides are common"));
    assert_non_null(sentence(map, "contested", "side difference"));
    /* Never a word of injury about fat. */
    for (int32_t i = 0; i < map->n_sentence; i++) assert_null(strstr(map->sentence[i].text, "injured"));
    fsc_map_free(map);
}

/* Three levels of equal weight rising by 0.02 and 0.04: slope 0.03, residuals 0.01 * (1, -2, 1) / 3. */
static void fat_has_a_gradient_along_the_levels(void **state) {
    (void)state;
    fsc_row row[4] = {make_row("multifidus", "L3", FSC_SIDE_LEFT, 0.20, 0.001),
                      make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.22, 0.001),
                      make_row("multifidus", "L5", FSC_SIDE_LEFT, 0.26, 0.001),
                      make_row("multifidus", "all", FSC_SIDE_LEFT, 0.22, 0.001)};
    row[3].kind = FSC_ROW_MUSCLE;
    fsc_map *map = make(row, 4, FSC_METHOD_COMPLEX, "{}");
    const fsc_contrast *g = &map->site[3].gradient;
    assert_close(g->difference_fraction, 0.03, 1e-12);
    const double rss = (1 + 4 + 1) * pow(0.01 / 3, 2);
    assert_close(g->se_fraction, sqrt(rss / 1e-6) * 0.001 / sqrt(2), 1e-12);
    assert_string_equal(g->with, "per level, L3 to L5");
    assert_true(isnan(map->site[0].gradient.difference_fraction));
    fsc_map_free(map);
}

static void pools_meet_their_norms(void **state) {
    (void)state;
    fsc_row row[30];
    int32_t n = low_back(row);
    fsc_map *map = make(row, n, FSC_METHOD_TWO_POINT, "{\"age_years\": 40, \"sex\": \"male\"}");
    const fsc_map_pool *l5 = NULL, *psoas = NULL;
    for (int32_t i = 0; i < map->n_pool; i++) {
        if (strcmp(map->pool[i].muscle, "multifidus+erector_spinae") == 0 &&
            strcmp(map->pool[i].level_first, "L5") == 0)
            l5 = &map->pool[i];
        if (strcmp(map->pool[i].muscle, "psoas_major") == 0) psoas = &map->pool[i];
    }
    assert_non_null(l5);
    assert_non_null(psoas);
    assert_close(l5->pdff_mean_fraction, (0.36 + 0.28 + 0.16 + 0.16) / 4, 1e-12);
    assert_string_equal(l5->norm.norm_id, "crawford2016.mf+es.L5.m");
    assert_string_equal(psoas->norm.failed, "method"); /* that norm is multi-echo */
    assert_true(psoas->other_method.norm_id[0] != 0);
    fsc_map_free(map);
    /* A missing side or a cut site: no pool. */
    row[n - 1].cut_by_fov = 1;
    map = make(row, n, FSC_METHOD_TWO_POINT, "{\"age_years\": 40, \"sex\": \"male\"}");
    for (int32_t i = 0; i < map->n_pool; i++) assert_string_not_equal(map->pool[i].muscle, "psoas_major");
    fsc_map_free(map);
}

/* Ten lean-looking psoas sites over a young man's model: one error stands behind all of them, so they are one. */
static void high_sites_of_one_model_are_one_observation(void **state) {
    (void)state;
    fsc_row row[30];
    const int32_t n = low_back(row);
    for (int32_t i = 0; i < n; i++)
        if (strcmp(row[i].place.muscle, "psoas_major") == 0) row[i].pdff_mean_fraction = 0.09;
    fsc_map *map = make(row, n, FSC_METHOD_COMPLEX, "{\"age_years\": 25, \"sex\": \"male\"}");
    assert_int_equal(fsc_map_find(map, "psoas_major", "L3", FSC_SIDE_LEFT)->norm.kind, FSC_NORM_POOLED);
    assert_non_null(sentence(map, "norms-joint", "read them as one observation, not as 10"));
    fsc_map_free(map);
    for (int32_t i = 0; i < n; i++)
        if (strcmp(row[i].place.muscle, "psoas_major") == 0) row[i].pdff_mean_fraction = 0.03;
    map = make(row, n, FSC_METHOD_COMPLEX, "{\"age_years\": 25, \"sex\": \"male\"}");
    assert_null(sentence(map, "norms-joint", ""));
    fsc_map_free(map);
}

static void findings_run_along_the_spine(void **state) {
    (void)state;
    fsc_row row[5];
    static const char *const levels[] = {"C3", "C4", "C5", "C6", "C7"};
    static const double pdff[] = {0.15, 0.25, 0.26, 0.24, 0.15};
    for (int i = 0; i < 5; i++) row[i] = make_row(deep, levels[i], FSC_SIDE_LEFT, pdff[i], 0.01);
    fsc_map *map = make(row, 5, FSC_METHOD_COMPLEX, "{}");
    assert_int_equal(map->n_run, 1);
    assert_string_equal(map->run[0].text, "C4-C6 left, deep layer");
    assert_int_equal(map->run[0].n_level, 3);
    fsc_map_free(map);
    row[2].pdff_mean_fraction = 0.1; /* a gap makes two */
    map = make(row, 5, FSC_METHOD_COMPLEX, "{}");
    assert_int_equal(map->n_run, 2);
    assert_string_equal(map->run[1].text, "C6 left, deep layer");
    fsc_map_free(map);
}

static void grades_are_derived_where_cut_points_were_read(void **state) {
    (void)state;
    fsc_row row[4] = {make_row("multifidus", "L4", FSC_SIDE_BOTH, 0.15, 0.01),
                      make_row("multifidus", "L5", FSC_SIDE_BOTH, 0.55, 0.01),
                      make_row("multifidus", "L3", FSC_SIDE_BOTH, 0.49, 0.02),
                      make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.2, 0.01)};
    fsc_map *map = make(row, 4, FSC_METHOD_COMPLEX, "{}");
    assert_string_equal(map->site[0].grade[0].grade, "0-2");
    assert_string_equal(map->site[1].grade[0].grade, "4");
    assert_string_equal(map->site[2].grade[0].grade, "3");
    assert_string_equal(map->site[0].grade[1].grade, "0");
    assert_string_equal(map->site[1].grade[1].grade, "2");
    assert_string_equal(map->site[2].grade[1].grade, "1");
    assert_string_equal(map->site[3].grade[1].grade, ""); /* one side alone has no such grade */
    for (int g = 0; g < FSC_GRADE_COUNT; g++) assert_non_null(strstr(map->site[0].grade[g].scale, "derived"));
    fsc_map_free(map);
}

/* Two sites of 4 x 4 x 4 voxels with known values; the shares counted by hand. */
static void extents_count_voxels(void **state) {
    (void)state;
    fsc_grid grid = {.dim = {4, 4, 4}, .affine = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}};
    float pdff[64];
    int32_t which[64];
    for (int v = 0; v < 64; v++) {
        which[v] = v < 32 ? 1 : v < 48 ? 2 : 0;
        pdff[v] = v < 8 ? 0.6f : v < 16 ? 0.25f : v < 32 ? 0.05f : 0.15f;
    }
    pdff[31] = NAN;
    fsc_site site[2] = {{.place.muscle = "multifidus", .place.level = "L4", .place.side = FSC_SIDE_LEFT},
                        {.place.muscle = "multifidus", .place.level = "L4", .place.side = FSC_SIDE_RIGHT}};
    const fsc_sites sites = {.grid = grid, .site_of_voxel = which, .site = site, .n_site = 2};
    const fsc_fatwater fatwater = {.grid = grid, .pdff_fraction = pdff};
    fsc_row row[3] = {make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.2, 0.01),
                      make_row("multifidus", "L4", FSC_SIDE_RIGHT, 0.15, 0.01),
                      make_row("multifidus", "L4", FSC_SIDE_BOTH, 0.18, 0.01)};
    const fsc_measures measures = {.row = row, .n_row = 3};
    fsc_map_inputs in = {.measures = &measures, .fatwater = &fatwater, .sites = &sites};
    fsc_map *map = NULL;
    assert_ok(fsc_map_run(&map, &in, &test_error));
    assert_int_equal(map->site[0].extent.n_voxel, 31);
    assert_close(map->site[0].extent.share_over_cut[0], 16.0 / 31, 1e-12);
    assert_close(map->site[0].extent.share_over_cut[1], 16.0 / 31, 1e-12);
    assert_close(map->site[0].extent.share_over_cut[2], 8.0 / 31, 1e-12);
    assert_close(map->site[0].extent.share_over_cut[3], 8.0 / 31, 1e-12);
    assert_close(map->site[1].extent.share_over_cut[0], 1, 0);
    assert_int_equal(map->site[2].extent.n_voxel, 47);
    assert_close(map->site[2].extent.share_over_cut[0], 32.0 / 47, 1e-12);
    assert_true(isnan(map->site[0].extent.share_over_p95));
    fsc_map_free(map);
    fsc_sites elsewhere = sites;
    elsewhere.grid.dim[2] = 2;
    in.sites = &elsewhere;
    assert_fails(fsc_map_run(&map, &in, &test_error), FSC_E_SHAPE);
}

static void many_muscles_on_both_sides_suggest_disease(void **state) {
    (void)state;
    fsc_row row[4] = {make_row("erector_spinae", "T10", FSC_SIDE_LEFT, 0.5, 0.01),
                      make_row("erector_spinae", "T10", FSC_SIDE_RIGHT, 0.5, 0.01),
                      make_row(deep, "C3", FSC_SIDE_LEFT, 0.8, 0.01), make_row(deep, "C3", FSC_SIDE_RIGHT, 0.8, 0.01)};
    fsc_map *map = make(row, 4, FSC_METHOD_COMPLEX, "{\"age_years\": 30, \"sex\": \"male\"}");
    assert_non_null(sentence(map, "muscle-disease", "2 muscles"));
    fsc_map_free(map);
}

static void the_exam_must_be_of_the_same_person(void **state) {
    (void)state;
    fsc_row row = make_row(deep, "C3", FSC_SIDE_LEFT, 0.2, 0.01);
    const fsc_measures measures = {.row = &row, .n_row = 1};
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_parse(&exam, "{\"participant\": \"sub-12\"}", "exam.json", &test_error));
    fsc_acquisition acquisition;
    fsc_acquisition_from_scan(&acquisition, NULL);
    strcpy(acquisition.participant, "sub-16");
    const fsc_map_inputs in = {.measures = &measures, .exam = exam, .acquisition = &acquisition};
    fsc_map *map = NULL;
    assert_fails(fsc_map_run(&map, &in, &test_error), FSC_E_ARG);
    assert_non_null(strstr(test_error.text, "sub-12"));
    fsc_exam_free(exam);
}

static void the_record_survives_a_round_trip(void **state) {
    (void)state;
    fsc_row row[30];
    const int32_t n = low_back(row);
    fsc_map *map = make(row, n, FSC_METHOD_TWO_POINT,
                        "{\"participant\": \"sub-01\", \"age_years\": 40, \"sex\": \"male\", \"wad_grade\": 2,"
                        "\"red_flags\": {\"foot_drop\": true}, \"modifiers\": {\"sleep_hours\": 5}}");
    char dir[] = "/tmp/fsc-map-XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    assert_ok(fsc_map_write(map, dir, "sub-01", NULL, &test_error));
    (void)snprintf(path, sizeof path, "%s/sub-01_map.json", dir);
    fsc_map *back = NULL;
    assert_ok(fsc_map_read(&back, path, &test_error)); /* reading checks the shipped schema */
    char *first = NULL, *second = NULL;
    assert_ok(fsc_map_print(&first, map, &test_error));
    assert_ok(fsc_map_print(&second, back, &test_error));
    assert_string_equal(first, second);
    assert_int_equal(back->n_site, map->n_site);
    assert_close(back->site[3].row.pdff_mean_fraction, map->site[3].row.pdff_mean_fraction, 1e-9);
    assert_string_equal(back->pool[0].norm.norm_id, map->pool[0].norm.norm_id);
    assert_int_equal(back->stop, 1);
    fsc_map_free_text(first);
    fsc_map_free_text(second);
    fsc_map_free(map);
    fsc_map_free(back);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
    assert_fails(fsc_map_parse(&back, "{\"schema\": \"urn:fascicle:schema:map:2\"}", "x", &test_error), FSC_E_FORMAT);
    assert_fails(fsc_map_parse(&back, "{\"sites\": 3}", "x", &test_error), FSC_E_FORMAT);
}

static void memory_failures_are_reported(void **state) {
    (void)state;
    fsc_row row[30];
    const int32_t n = low_back(row);
    const fsc_measures measures = {.row = row, .n_row = n};
    const fsc_map_inputs in = {.measures = &measures};
    for (int64_t k = 0;; k++) {
        fsc_map *map = NULL;
        fsc_alloc_fail_at(k);
        const fsc_status status = fsc_map_run(&map, &in, NULL);
        fsc_alloc_fail_at(-1);
        fsc_map_free(map);
        if (status == FSC_OK && k > 40) break; /* a dropped note is no failure, so go on past the first success */
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        assert_true(k < 2000);
    }
    fsc_map *map = make(row, n, FSC_METHOD_COMPLEX, "{\"red_flags\": {\"night_pain\": true}}");
    char *text = NULL;
    assert_ok(fsc_map_print(&text, map, &test_error));
    for (int64_t k = 0;; k++) {
        fsc_map *back = NULL;
        fsc_alloc_fail_at(k);
        const fsc_status status = fsc_map_parse(&back, text, "record", NULL);
        fsc_alloc_fail_at(-1);
        fsc_map_free(back);
        if (status == FSC_OK && k > 40) break;
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        assert_true(k < 2000);
    }
    fsc_map_free_text(text);
    fsc_map_free(map);
}

static int has_note(const fsc_map *map, const char *key) {
    for (int32_t i = 0; i < map->notes.n; i++)
        if (strcmp(map->notes.item[i].key, key) == 0) return 1;
    return 0;
}

static void the_dataset_tells_age_and_sex_where_the_exam_does_not(void **state) {
    (void)state;
    fsc_row row[1] = {make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.2, 0.006)};
    const fsc_measures measures = {.row = row, .n_row = 1, .method = FSC_METHOD_COMPLEX};
    const fsc_scan scan = {.age_years = 44, .sex = "female"};
    fsc_map_inputs in = {.measures = &measures, .scan = &scan};
    fsc_map *map = NULL;
    assert_ok(fsc_map_run(&map, &in, &test_error));
    assert_close(map->exam->age_years, 44, 0);
    assert_int_equal(map->exam->sex, FSC_SEX_FEMALE);
    assert_true(has_note(map, "age-from-dataset") && has_note(map, "sex-from-dataset"));
    fsc_map_free(map);
    map = NULL;
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_parse(&exam, "{\"age_years\": 61, \"sex\": \"male\"}", "exam.json", &test_error));
    in.exam = exam;
    assert_ok(fsc_map_run(&map, &in, &test_error));
    assert_close(map->exam->age_years, 61, 0);
    assert_int_equal(map->exam->sex, FSC_SEX_MALE);
    assert_true(has_note(map, "age-contradiction") && has_note(map, "sex-contradiction"));
    fsc_map_free(map);
    map = NULL;
    in.scan = &(const fsc_scan){0}; /* nobody's */
    assert_ok(fsc_map_run(&map, &in, &test_error));
    assert_false(has_note(map, "age-contradiction") || has_note(map, "age-from-dataset"));
    fsc_map_free(map);
    fsc_exam_free(exam);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neck_levels_without_norms_get_no_z),
        cmocka_unit_test(threshold_is_printed_in_context_only),
        cmocka_unit_test(red_flags_lead),
        cmocka_unit_test(differences_inside_the_person),
        cmocka_unit_test(fat_has_a_gradient_along_the_levels),
        cmocka_unit_test(pools_meet_their_norms),
        cmocka_unit_test(high_sites_of_one_model_are_one_observation),
        cmocka_unit_test(findings_run_along_the_spine),
        cmocka_unit_test(grades_are_derived_where_cut_points_were_read),
        cmocka_unit_test(extents_count_voxels),
        cmocka_unit_test(many_muscles_on_both_sides_suggest_disease),
        cmocka_unit_test(the_exam_must_be_of_the_same_person),
        cmocka_unit_test(the_record_survives_a_round_trip),
        cmocka_unit_test(memory_failures_are_reported),
        cmocka_unit_test(the_dataset_tells_age_and_sex_where_the_exam_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
