/* The whole measurement on synthetic bodies with known fat, size and place. */
#include "../anatomy/body.h"
#include "../test.h"
#include "alloc.h"
#include "random.h"

#include <fascicle/measure.h>
#include <stdlib.h>

typedef struct scene {
    fsc_grid grid;
    body_maps maps;
    fsc_sites *sites;
    float *pdff, *se, *water, *fat, *r2star;
    uint16_t *quality;
    double noise;
} scene;

/* Fat grows outwards from 10 % at the midline by 0.4 points a mm, and by 5 points a level downwards on the left. */
static double true_pdff(const double own[3]) {
    const double level = floor((34 + 17 - own[2]) / BODY_LEVEL_MM);
    return 0.10 + 0.004 * fabs(own[0]) + (own[0] < 0 ? 0.05 * level : 0);
}

static void paint_fat(void *context, const double own[3], int64_t v) {
    scene *s = context;
    s->pdff[v] = (float)(true_pdff(own) + s->noise * fsc_random_normal(5, 1, (uint64_t)v));
    s->se[v] = 0.02f;
    s->water[v] = (float)(200 * (1 - true_pdff(own)));
    s->fat[v] = (float)(200 * true_pdff(own));
    s->r2star[v] = 40.0f;
}

static fsc_fatwater maps_of(const scene *s) {
    return (fsc_fatwater){.grid = s->grid,
                          .method = FSC_METHOD_COMPLEX,
                          .pdff_fraction = s->pdff,
                          .pdff_se_fraction = s->se,
                          .r2star_per_s = s->r2star,
                          .t2_ms = s->r2star,
                          .water = s->water,
                          .fat = s->fat,
                          .quality = s->quality,
                          .noise_sd = 5};
}

static void make_scene(scene *s, const char *letters, const double spacing[3], const int64_t dim[3], double tilt,
                       double noise, int side_known) {
    memset(s, 0, sizeof *s);
    s->grid = body_grid(letters, spacing, dim, 0);
    s->maps = (body_maps){NULL, NULL, 21, 3, 34, {5101, 5111}, {5102, 5112}};
    s->noise = noise;
    const int64_t n = fsc_grid_count(&s->grid);
    float **map[] = {&s->pdff, &s->se, &s->water, &s->fat, &s->r2star};
    for (int i = 0; i < 5; i++) assert_non_null(*map[i] = fsc_alloc(n, sizeof(float)));
    assert_non_null(s->quality = fsc_alloc(n, sizeof *s->quality));
    assert_ok(fsc_labels_new(&s->maps.muscles, &s->grid, &test_error));
    assert_ok(fsc_labels_new(&s->maps.levels, &s->grid, &test_error));
    body_walk(&s->grid, tilt, body_paint_all, &s->maps);
    body_walk(&s->grid, tilt, paint_fat, s);
    const fsc_sites_options opt = {NULL, NULL, side_known, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    assert_ok(fsc_sites_build(&s->sites, &s->grid, s->maps.muscles, s->maps.levels, &opt, &test_error));
}

static void free_scene(scene *s) {
    fsc_sites_free(s->sites);
    fsc_labels_free(s->maps.muscles);
    fsc_labels_free(s->maps.levels);
    fsc_free(s->pdff);
    fsc_free(s->se);
    fsc_free(s->water);
    fsc_free(s->fat);
    fsc_free(s->r2star);
    fsc_free(s->quality);
}

static fsc_measures *measure(const scene *s) {
    fsc_measures *m = NULL;
    const fsc_fatwater fw = maps_of(s);
    assert_ok(fsc_measure_run(&m, &fw, s->sites, NULL, &test_error));
    return m;
}

static const fsc_row *row_of(const fsc_measures *m, const char *muscle, const char *level, fsc_side side) {
    const fsc_row *row = fsc_measures_find(m, muscle, level, side);
    if (!row) fail_msg("no row %s %s %s", muscle, level, fsc_side_text(side));
    return row;
}

/* Inner muscle: 5 to 25 mm from the midline, mean distance 15; 30 mm deep; a level is 34 mm long. */
static void known_bodies_give_known_numbers(void **state) {
    (void)state;
    static const struct {
        const char *letters;
        double spacing[3];
        int64_t dim[3];
        double tilt;
    } cases[] = {{"LAS", {1, 1, 2}, {130, 120, 64}, 0},
                 {"ASR", {1, 1, 1}, {120, 128, 130}, 0},
                 {"RAS", {1.5, 1.5, 1.5}, {86, 110, 100}, 20},
                 {"LAS", {1, 1, 4}, {130, 136, 40}, 12}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        scene s;
        make_scene(&s, cases[c].letters, cases[c].spacing, cases[c].dim, cases[c].tilt, 0.02, 1);
        fsc_measures *m = measure(&s);
        const fsc_row *left = row_of(m, "multifidus", "L3", FSC_SIDE_LEFT);
        const fsc_row *right = row_of(m, "multifidus", "L3", FSC_SIDE_RIGHT);
        const fsc_row *both = row_of(m, "multifidus", "L3", FSC_SIDE_BOTH);
        /* Voxels of 1.5 or 4 mm meet the 5 mm edges by chance: sizes within a voxel's rim, fat within a tenth point. */
        const double rim = cases[c].spacing[0] > 1 || cases[c].tilt > 0 ? 0.08 : 0.035;
        assert_close(left->csa_mm2, 600, 600 * rim);
        assert_close(both->csa_mm2, 1200, 1200 * rim);
        assert_close(left->volume_mm3, 600 * BODY_LEVEL_MM, 600 * BODY_LEVEL_MM * rim);
        assert_close(right->pdff_mean_fraction, 0.16, 0.003);
        assert_close(left->pdff_mean_fraction, 0.21, 0.005);
        assert_close(both->pdff_mean_fraction, 0.185, 0.003);
        assert_close(right->lean_csa_mm2, right->csa_mm2 * 0.84, right->csa_mm2 * 0.01);
        assert_close(right->lean_volume_mm3, right->volume_mm3 * (1 - right->pdff_mean_fraction), 1e-6);
        /* Quarters of 5 mm: 7.5, 12.5, 17.5 and 22.5 mm from the midline. */
        for (int q = 0; q < 4; q++) assert_close(right->pdff_quartile_fraction[q], 0.10 + 0.004 * (7.5 + 5 * q), 0.004);
        for (int q = 0; q < 4; q++) assert_close(left->pdff_quartile_fraction[q], 0.15 + 0.004 * (7.5 + 5 * q), 0.006);
        assert_close(right->snr, 40, 1e-3);
        assert_close(right->r2star_mean_per_s, 40, 1e-3);
        assert_close(right->t2_mean_ms, 40, 1e-3);
        assert_close(right->t2_se_ms, 0, 1e-3);
        assert_close(right->swap_fraction, 0, 0);
        assert_close(right->pdff_se_noise_fraction, 0.02 / sqrt((double)right->n_voxel), 1e-6);
        assert_true(right->pdff_se_fraction >= right->pdff_se_noise_fraction);
        assert_string_equal(right->quality, "");
        assert_close(right->coverage, 1, 0);
        const fsc_row *bone = row_of(m, "vertebra", "L3", FSC_SIDE_MIDLINE);
        assert_close(bone->volume_mm3, 44 * 32 * BODY_HEIGHT_MM, 44 * 32 * BODY_HEIGHT_MM * 0.12);
        assert_true(isnan(bone->csa_mm2));
        fsc_measures_free(m);
        free_scene(&s);
    }
}

/* Whole rows pool their sites: sums, not means of means. */
static void rows_add_up(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 64}, 0, 0.02, 1);
    fsc_measures *m = measure(&s);
    double sum = 0;
    int64_t n = 0, outside = 0;
    for (int32_t i = 0; i < m->n_row; i++) {
        const fsc_row *r = &m->row[i];
        if (r->kind != FSC_ROW_SITE || strcmp(r->place.muscle, "multifidus") != 0 || r->place.side != FSC_SIDE_LEFT)
            continue;
        assert_string_not_equal(r->place.level, "n/a");
        sum += r->pdff_mean_fraction * (double)r->n_voxel;
        n += r->n_voxel;
    }
    for (int32_t i = 0; i < s.sites->n_site; i++) {
        const fsc_site *site = &s.sites->site[i];
        if (strcmp(site->place.level, "n/a") != 0 || strcmp(site->place.muscle, "multifidus") != 0 ||
            site->place.side != FSC_SIDE_LEFT)
            continue;
        outside = site->n_voxel;
    }
    const fsc_row *whole = row_of(m, "multifidus", "all", FSC_SIDE_LEFT);
    assert_int_equal(whole->n_voxel, n + outside);
    for (int64_t v = 0; v < fsc_grid_count(&s.grid); v++) {
        const int32_t site = s.sites->site_of_voxel[v];
        if (site > 0 && s.sites->site[site - 1].place.side == FSC_SIDE_LEFT &&
            strcmp(s.sites->site[site - 1].place.level, "n/a") == 0 &&
            strcmp(s.sites->site[site - 1].place.muscle, "multifidus") == 0)
            sum += (double)s.pdff[v];
    }
    assert_close(whole->pdff_mean_fraction, sum / (double)whole->n_voxel, 1e-6);
    assert_true(isnan(whole->coverage));
    assert_non_null(strstr(whole->quality, "cut-by-field-of-view"));
    fsc_measures_free(m);
    free_scene(&s);
}

/* Erosion takes rims of one and two voxels in the plane of thick slices, none at level cuts. */
static void erosion_is_in_plane(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){1, 1, 4}, (int64_t[]){130, 120, 30}, 0, 0, 1);
    fsc_measures *m = measure(&s);
    const fsc_row *r = row_of(m, "multifidus", "L3", FSC_SIDE_RIGHT);
    /* 20 x 30 voxels in each slice lose one row at each of the four edges: 18 x 28, then 16 x 26. */
    assert_int_equal(r->n_voxel % 600, 0);
    assert_int_equal(r->n_voxel_erode1, r->n_voxel / 600 * 18 * 28);
    assert_int_equal(r->n_voxel_erode2, r->n_voxel / 600 * 16 * 26);
    assert_close(r->pdff_mean_erode1_fraction, r->pdff_mean_fraction,
                 1e-6); /* the fat is symmetric about the strip's middle */
    fsc_measures_free(m);
    free_scene(&s);
    /* Cubes: also along the spine, but only at the muscle's ends, which lie outside the image here. */
    make_scene(&s, "LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 40}, 0, 0, 1);
    m = measure(&s);
    r = row_of(m, "multifidus", "L3", FSC_SIDE_RIGHT);
    assert_int_equal(r->n_voxel % (9 * 16), 0); /* centres at odd millimetres: 7 to 23, and -55 to -25 */
    assert_int_equal(r->n_voxel_erode1, r->n_voxel / (9 * 16) * 7 * 14);
    fsc_measures_free(m);
    free_scene(&s);
}

static void missing_swapped_and_few_voxels_are_said(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 64}, 0, 0.02, 1);
    int64_t n = 0, lost = 0, swapped = 0;
    for (int64_t v = 0; v < fsc_grid_count(&s.grid); v++) {
        const int32_t site = s.sites->site_of_voxel[v];
        if (site != 3) continue; /* multifidus L3 left */
        n++;
        if (n % 10 == 0) {
            s.pdff[v] = NAN;
            lost++;
        } else if (n % 10 == 1) {
            s.quality[v] = FSC_Q_SWAP_SUSPECT;
            swapped++;
        }
    }
    s.grid.spacing_assumed = s.sites->grid.spacing_assumed = 1;
    fsc_fatwater fw = maps_of(&s);
    fw.method = FSC_METHOD_TWO_POINT;
    fw.noise_sd = 50;
    fsc_measures *m = NULL;
    assert_ok(fsc_measure_run(&m, &fw, s.sites, NULL, &test_error));
    const fsc_row *r = row_of(m, "multifidus", "L3", FSC_SIDE_LEFT);
    assert_int_equal(r->n_missing, lost);
    assert_int_equal(r->n_voxel, n - lost);
    assert_close(r->volume_mm3, 8.0 * (double)n, 1e-6);
    assert_close(r->swap_fraction, (double)swapped / (double)n, 1e-9);
    assert_close(r->pdff_mean_fraction, 0.21, 0.005);
    assert_string_equal(r->quality, "swap-suspect,low-snr,spacing-assumed,2-point-not-pdff");
    int32_t said = 0;
    for (int32_t i = 0; i < m->notes.n; i++) said += strcmp(m->notes.item[i].key, "voxels-missing") == 0;
    assert_int_equal(said, 1);
    fsc_measures_free(m);
    /* Nothing at all: n/a, never 0. */
    for (int64_t v = 0; v < fsc_grid_count(&s.grid); v++) s.pdff[v] = NAN;
    m = measure(&s);
    r = row_of(m, "multifidus", "L3", FSC_SIDE_LEFT);
    assert_int_equal(r->n_voxel, 0);
    assert_true(isnan(r->pdff_mean_fraction) && isnan(r->pdff_se_fraction) && isnan(r->pdff_median_fraction) &&
                isnan(r->pdff_quartile_fraction[0]));
    assert_true(isnan(r->lean_csa_mm2) && isnan(r->lean_volume_mm3));
    assert_close(r->volume_mm3, 8.0 * (double)n, 1e-6);
    assert_true(isnan(m->pdff_median_fraction));
    fsc_measures_free(m);
    free_scene(&s);
}

/* A stack of a few sagittal slices shows neither cross-sections nor quarters. */
static void few_sagittal_slices_measure_no_area(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "ASR", (double[]){1.5, 1.5, 5}, (int64_t[]){90, 90, 5}, 0, 0, 0);
    fsc_measures *m = measure(&s);
    const fsc_row *r = row_of(m, "multifidus", "L3", FSC_SIDE_UNKNOWN);
    assert_true(isnan(r->csa_mm2) && isnan(r->lean_csa_mm2));
    assert_true(isnan(r->pdff_quartile_fraction[0]) && isnan(r->pdff_quartile_se_fraction[3]));
    assert_non_null(strstr(r->quality, "csa-not-measurable"));
    assert_non_null(strstr(r->quality, "side-unknown"));
    assert_non_null(strstr(r->quality, "cut-by-field-of-view"));
    assert_true(r->volume_mm3 > 0);
    fsc_measures_free(m);
    free_scene(&s);
}

static void without_sites_there_is_a_summary(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){4, 4, 4}, (int64_t[]){32, 30, 32}, 0, 0, 1);
    fsc_measures *m = NULL;
    const fsc_fatwater fw = maps_of(&s);
    assert_ok(fsc_measure_run(&m, &fw, NULL, NULL, &test_error));
    assert_int_equal(m->n_row, 0);
    assert_int_equal(m->n_fitted, 32 * 30 * 32);
    assert_close(m->snr_median, 40, 1e-3);
    assert_true(m->pdff_median_fraction > 0.1 && m->pdff_median_fraction < 0.5);
    fsc_measures_free(m);
    fsc_fatwater other = fw;
    other.grid.affine[3] += 8;
    assert_fails(fsc_measure_run(&m, &other, s.sites, NULL, &test_error), FSC_E_SHAPE);
    assert_fails(fsc_measure_run(&m, NULL, s.sites, NULL, &test_error), FSC_E_ARG);
    free_scene(&s);
}

/* White noise on top of flat fat: the truth lies within 1.645 errors of the mean in about 90 % of rows. */
static void stated_errors_cover_the_truth(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 64}, 0, 0, 1);
    int32_t inside = 0, quarter_inside = 0, n = 0;
    for (uint64_t repeat = 0; repeat < 20; repeat++) {
        for (int64_t v = 0; v < fsc_grid_count(&s.grid); v++)
            s.pdff[v] = (float)(0.2 + 0.02 * fsc_random_normal(100 + repeat, 1, (uint64_t)v));
        fsc_measures *m = measure(&s);
        for (int32_t i = 0; i < m->n_row; i++) {
            const fsc_row *r = &m->row[i];
            if (r->kind != FSC_ROW_SITE) continue;
            n++;
            inside += fabs(r->pdff_mean_fraction - 0.2) < 1.645 * r->pdff_se_fraction;
            quarter_inside += fabs(r->pdff_quartile_fraction[0] - 0.2) < 1.645 * r->pdff_quartile_se_fraction[0];
        }
        fsc_measures_free(m);
    }
    assert_int_equal(n, 20 * 12);
    assert_true(inside > 0.84 * n && inside < 0.97 * n);
    assert_true(quarter_inside > 0.84 * n && quarter_inside < 0.98 * n);
    free_scene(&s);
}

static int has_note(const fsc_measures *m, const char *key) {
    for (int32_t i = 0; i < m->notes.n; i++)
        if (strcmp(m->notes.item[i].key, key) == 0) return 1;
    return 0;
}

static void labels_of_another_are_doubted(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){2, 2, 4}, (int64_t[]){64, 60, 32}, 0, 0.02, 1);
    fsc_measures *m = measure(&s);
    assert_false(has_note(m, "labels-fat") || has_note(m, "labels-empty"));
    fsc_measures_free(m);
    const int64_t n = fsc_grid_count(&s.grid);
    for (int64_t v = 0; v < n; v++) {
        if (s.maps.muscles->data[v] == 5101) s.pdff[v] = 0.7f;
        if (s.maps.muscles->data[v] == 5112 && v % 3 == 0) s.pdff[v] = NAN;
    }
    m = measure(&s);
    assert_true(has_note(m, "labels-fat") && has_note(m, "labels-empty"));
    fsc_measures_free(m);
    free_scene(&s);
}

/* Zeros strewn by clipping are lean tissue; a patch of nothing but zeros was lost. */
static void a_lost_patch_is_said(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){2, 2, 4}, (int64_t[]){64, 60, 32}, 0, 0.02, 1);
    const int64_t n = fsc_grid_count(&s.grid);
    for (int64_t v = 0; v < n; v++)
        if (v % 3 == 0) s.pdff[v] = 0;
    fsc_measures *m = measure(&s);
    assert_false(has_note(m, "map-blank"));
    fsc_measures_free(m);
    for (int64_t v = n / 2; v < n / 2 + 2 * 64 * 60; v++) s.pdff[v] = 0;
    m = measure(&s);
    assert_true(has_note(m, "map-blank"));
    fsc_measures_free(m);
    free_scene(&s);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    scene s;
    make_scene(&s, "LAS", (double[]){6, 6, 6}, (int64_t[]){22, 20, 20}, 0, 0.02, 1);
    const fsc_fatwater fw = maps_of(&s);
    fsc_status status = FSC_E_NOMEM;
    int64_t n = 0;
    for (; status != FSC_OK && n < 200; n++) {
        fsc_measures *m = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_measure_run(&m, &fw, s.sites, NULL, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        if (status != FSC_OK) assert_null(m);
        fsc_measures_free(m);
    }
    assert_int_equal(status, FSC_OK);
    assert_true(n > 15);
    free_scene(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_bodies_give_known_numbers),
        cmocka_unit_test(rows_add_up),
        cmocka_unit_test(erosion_is_in_plane),
        cmocka_unit_test(missing_swapped_and_few_voxels_are_said),
        cmocka_unit_test(few_sagittal_slices_measure_no_area),
        cmocka_unit_test(without_sites_there_is_a_summary),
        cmocka_unit_test(stated_errors_cover_the_truth),
        cmocka_unit_test(a_lost_patch_is_said),
        cmocka_unit_test(labels_of_another_are_doubted),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
