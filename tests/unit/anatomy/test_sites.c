/* Sites on synthetic bodies: levels and sides must be right whatever the array's axes and the person's tilt. */
#include "../test.h"
#include "alloc.h"
#include "body.h"

#include <stdlib.h>

typedef struct truth {
    const body_maps *maps;
    const fsc_sites *sites;
    int64_t wrong, right, near_cut;
} truth;

static body_maps lumbar(void) {
    return (body_maps){NULL, NULL, 21, 3, 34, {5101, 5111}, {5102, 5112}};
}

static void paint(body_maps *b, const fsc_grid *g, double tilt) {
    assert_ok(fsc_labels_new(&b->muscles, g, &test_error));
    assert_ok(fsc_labels_new(&b->levels, g, &test_error));
    body_walk(g, tilt, body_paint_all, b);
}

static void wipe(body_maps *b) {
    fsc_labels_free(b->muscles);
    fsc_labels_free(b->levels);
}

static void check_voxel(void *context, const double own[3], int64_t voxel) {
    truth *t = context;
    const int32_t site = t->sites->site_of_voxel[voxel];
    if ((site > 0) != (t->maps->muscles->data[voxel] > 0)) t->wrong++;
    if (site == 0) return;
    static const char *const name[] = {"L2", "L3", "L4"};
    const double from_top = t->maps->top_level_mm + 0.5 * BODY_LEVEL_MM - own[2];
    const double cut = fabs(from_top / BODY_LEVEL_MM - round(from_top / BODY_LEVEL_MM)) * BODY_LEVEL_MM;
    if (cut < 1.6) {
        t->near_cut++;
        return;
    }
    const int32_t level = (int32_t)floor(from_top / BODY_LEVEL_MM);
    const char *expected = level >= 0 && level < 3 ? name[level] : "n/a";
    const fsc_site *s = &t->sites->site[site - 1];
    const int ok =
        strcmp(s->place.level, expected) == 0 && s->place.side == (own[0] < 0 ? FSC_SIDE_LEFT : FSC_SIDE_RIGHT);
    t->right += ok;
    t->wrong += !ok;
}

static void levels_and_sides_hold_in_every_orientation(void **state) {
    (void)state;
    static const struct {
        const char *letters;
        double spacing[3];
        int64_t dim[3];
        double grid_tilt, body_tilt;
    } cases[] = {
        {"LAS", {2, 2, 2}, {64, 60, 64}, 0, 0},      {"ASR", {2, 2, 2.5}, {60, 64, 56}, 0, 0},
        {"RPI", {2, 2, 3}, {64, 60, 44}, 0, 0},      {"LAS", {2, 2, 2}, {64, 70, 70}, 20, 0},
        {"RAS", {2, 2, 2}, {64, 74, 74}, 0, 20},     {"PSL", {2, 2, 3}, {70, 70, 46}, -15, 15},
        {"LAS", {1.5, 1.5, 4}, {84, 80, 32}, 0, 12},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        const fsc_grid g = body_grid(cases[c].letters, cases[c].spacing, cases[c].dim, cases[c].grid_tilt);
        body_maps maps = lumbar();
        paint(&maps, &g, cases[c].body_tilt);
        fsc_sites *sites = NULL;
        assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error));
        assert_string_equal(sites->muscle_scheme, "musclemap");
        assert_string_equal(sites->level_scheme, "sct");
        assert_int_equal(sites->n_level, 3);
        truth t = {&maps, sites, 0, 0, 0};
        body_walk(&g, cases[c].body_tilt, check_voxel, &t);
        /* Thick slices cannot cut finer than a slice. */
        const double allowed = cases[c].spacing[2] > 3 ? 0.06 : 0.005;
        if ((double)t.wrong > allowed * (double)t.right)
            fail_msg("%s case %d: %lld of %lld voxels at the wrong site", cases[c].letters, (int)c, (long long)t.wrong,
                     (long long)(t.right + t.wrong));
        for (int32_t l = 0; l < 3; l++)
            assert_close(sites->level[l].bottom_mm - sites->level[l].top_mm, BODY_LEVEL_MM, 2.1);
        fsc_sites_free(sites);
        wipe(&maps);
    }
}

static void counts_and_order(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 64}, 0);
    body_maps maps = lumbar();
    paint(&maps, &g, 0);
    fsc_sites *sites = NULL;
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error));
    /* Two muscles, three levels and what lies beyond them, two sides. */
    assert_int_equal(sites->n_site, 2 * 4 * 2);
    assert_string_equal(sites->site[0].place.muscle, "multifidus");
    assert_string_equal(sites->site[0].place.level, "L2");
    assert_int_equal(sites->site[0].place.side, FSC_SIDE_LEFT);
    assert_int_equal(sites->site[0].label_value, 5101);
    assert_string_equal(sites->site[6].place.level, "n/a");
    assert_string_equal(sites->site[8].place.muscle, "erector_spinae");
    int64_t total = 0, labelled = 0;
    for (int32_t i = 0; i < sites->n_site; i++) total += sites->site[i].n_voxel;
    for (int64_t v = 0; v < fsc_grid_count(&g); v++) labelled += maps.muscles->data[v] > 0;
    assert_int_equal(total, labelled);
    /* Level L3 is 34 mm long: 17 slices of 10 x 15 voxels. */
    assert_in_range(sites->site[2].n_voxel, 16 * 150, 18 * 150);
    assert_close(sites->site[2].coverage, 1, 0);
    assert_int_equal(sites->site[2].cut_by_fov, 0);
    assert_true(isnan(sites->site[6].coverage));
    assert_int_equal(sites->site[6].cut_by_fov, 1);
    assert_int_equal(sites->level[1].value, 22);
    assert_int_equal(sites->levels->data[(32 * 60 + 30) * 64 + 32], 22);
    fsc_sites_free(sites);
    wipe(&maps);
}

static void a_level_that_runs_out_is_cut(void **state) {
    (void)state;
    /* The image ends 20 mm above and below the middle: L3 is whole, a quarter of L2 and L4 is there. */
    const fsc_grid g = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 26}, 0);
    body_maps maps = lumbar();
    paint(&maps, &g, 0);
    fsc_sites *sites = NULL;
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error));
    for (int32_t i = 0; i < sites->n_site; i++) {
        const fsc_site *s = &sites->site[i];
        const int whole = strcmp(s->place.level, "L3") == 0;
        assert_int_equal(s->cut_by_fov, !whole);
        if (whole) assert_close(s->coverage, 1, 0);
        if (strcmp(s->place.level, "L2") == 0) assert_close(s->coverage, 9.0 / 34, 0.08);
    }
    fsc_sites_free(sites);
    wipe(&maps);
}

static void mirrored_labels_stop(void **state) {
    (void)state;
    const fsc_grid g = body_grid("ASR", (double[]){2, 2, 2.5}, (int64_t[]){60, 64, 56}, 0);
    body_maps maps = lumbar();
    for (int i = 0; i < 2; i++) {
        const int32_t keep = maps.left[i];
        maps.left[i] = maps.right[i];
        maps.right[i] = keep;
    }
    paint(&maps, &g, 0);
    fsc_sites *sites = NULL;
    assert_fails(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error), FSC_E_ANATOMY);
    assert_non_null(strstr(test_error.text, "mirrored"));
    assert_non_null(strstr(test_error.text, "erector_spinae"));
    /* One side only: judged by the centreline. */
    for (int64_t v = 0; v < fsc_grid_count(&g); v++)
        if (maps.muscles->data[v] % 10 == 1) maps.muscles->data[v] = 0;
    assert_fails(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error), FSC_E_ANATOMY);
    assert_non_null(strstr(test_error.text, "midline"));
    /* When nobody knows the sides there is nothing to check, and both are one. */
    const fsc_sites_options opt = {NULL, NULL, 0, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, &opt, &test_error));
    for (int32_t i = 0; i < sites->n_site; i++) assert_int_equal(sites->site[i].place.side, FSC_SIDE_UNKNOWN);
    fsc_sites_free(sites);
    wipe(&maps);
}

static void one_exchanged_pair_is_a_warning(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 40}, 0);
    body_maps maps = lumbar();
    maps.left[0] = 5102;
    maps.right[0] = 5101;
    paint(&maps, &g, 0);
    for (int64_t v = 0; v < 64 * 60; v++) /* a third pair, right */
        if (maps.muscles->data[v] / 10 == 511) maps.muscles->data[v] += 10;
    fsc_sites *sites = NULL;
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error));
    int32_t found = 0;
    for (int32_t i = 0; i < sites->notes.n; i++) found += strcmp(sites->notes.item[i].key, "side-contradiction") == 0;
    assert_int_equal(found, 1);
    fsc_sites_free(sites);
    wipe(&maps);
}

static void unknown_sides_pool(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 64}, 0);
    body_maps maps = lumbar();
    paint(&maps, &g, 0);
    fsc_sites *sites = NULL;
    const fsc_sites_options opt = {"musclemap", "sct", 0, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, &opt, &test_error));
    assert_int_equal(sites->n_site, 2 * 4);
    for (int32_t i = 0; i < sites->n_site; i++) assert_int_equal(sites->site[i].place.side, FSC_SIDE_UNKNOWN);
    assert_in_range(sites->site[1].n_voxel, 2 * 16 * 150, 2 * 18 * 150);
    fsc_sites_free(sites);
    wipe(&maps);
}

static void without_levels_there_is_one(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 30}, 0);
    body_maps maps = lumbar();
    paint(&maps, &g, 0);
    fsc_sites *sites = NULL;
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, NULL, NULL, &test_error));
    assert_int_equal(sites->n_site, 4);
    assert_int_equal(sites->n_level, 0);
    assert_int_equal(sites->n_centreline, 0);
    assert_null(sites->levels);
    for (int32_t i = 0; i < 4; i++) assert_string_equal(sites->site[i].place.level, "n/a");
    fsc_spine_place place;
    assert_int_equal(fsc_sites_place(&place, sites, (double[]){0, 0, 0}), 0);
    fsc_sites_free(sites);
    wipe(&maps);
}

static void one_map_may_hold_both(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 64}, 0);
    body_maps maps = lumbar();
    maps.left[0] = 86; /* TotalSegmentator total: autochthon */
    maps.right[0] = 87;
    maps.left[1] = 88;
    maps.right[1] = 89;
    paint(&maps, &g, 0);
    for (int64_t v = 0; v < fsc_grid_count(&g); v++) /* L2, L3, L4 = 30, 29, 28 */
        if (maps.levels->data[v] > 0) maps.muscles->data[v] = 51 - maps.levels->data[v];
    for (int same = 0; same < 2; same++) {
        fsc_sites *sites = NULL;
        assert_ok(fsc_sites_build(&sites, &g, maps.muscles, same ? maps.muscles : NULL, NULL, &test_error));
        assert_string_equal(sites->level_scheme, "totalsegmentator:total");
        assert_int_equal(sites->n_level, 3);
        assert_string_equal(sites->level[0].level, "L2");
        fsc_sites_free(sites);
    }
    wipe(&maps);
}

static void labels_on_another_grid_are_brought_over(void **state) {
    (void)state;
    const fsc_grid image = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 64}, 0);
    const fsc_grid other = body_grid("RPI", (double[]){1.5, 1.5, 3}, (int64_t[]){84, 80, 42}, 0);
    body_maps maps = lumbar();
    paint(&maps, &other, 0);
    fsc_sites *sites = NULL;
    assert_ok(fsc_sites_build(&sites, &image, maps.muscles, maps.levels, NULL, &test_error));
    assert_string_equal(sites->site[2].place.level, "L3");
    assert_in_range(sites->site[2].n_voxel, 15 * 140, 19 * 165);
    int32_t said = 0;
    for (int32_t i = 0; i < sites->notes.n; i++) said += strstr(sites->notes.item[i].key, "resampled") != NULL;
    assert_int_equal(said, 2);
    fsc_sites_free(sites);
    fsc_grid far = image;
    far.affine[3] += 5000;
    assert_fails(fsc_sites_build(&sites, &far, maps.muscles, maps.levels, NULL, &test_error), FSC_E_SHAPE);
    assert_non_null(strstr(test_error.text, "overlap"));
    wipe(&maps);
}

static void empty_and_unknown_maps_are_refused(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){2, 2, 2}, (int64_t[]){64, 60, 30}, 0);
    body_maps maps = lumbar();
    paint(&maps, &g, 0);
    fsc_labels *empty = NULL;
    fsc_sites *sites = NULL;
    assert_ok(fsc_labels_new(&empty, &g, &test_error));
    assert_fails(fsc_sites_build(&sites, &g, empty, maps.levels, NULL, &test_error), FSC_E_NOTFOUND);
    assert_fails(fsc_sites_build(&sites, &g, maps.muscles, empty, NULL, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "level"));
    const fsc_sites_options wrong = {"no-such-scheme", NULL, 1, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    assert_fails(fsc_sites_build(&sites, &g, maps.muscles, NULL, &wrong, &test_error), FSC_E_NOTFOUND);
    assert_fails(fsc_sites_build(NULL, &g, maps.muscles, NULL, NULL, &test_error), FSC_E_ARG);
    fsc_labels_free(empty);
    wipe(&maps);
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){6, 6, 6}, (int64_t[]){22, 20, 20}, 0);
    body_maps maps = lumbar();
    paint(&maps, &g, 0);
    const fsc_sites_options opt = {"musclemap", "sct", 1, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    fsc_status status = FSC_E_NOMEM;
    int64_t n = 0;
    for (; status != FSC_OK && n < 500; n++) {
        fsc_sites *sites = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_sites_build(&sites, &g, maps.muscles, maps.levels, &opt, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        if (status != FSC_OK) assert_null(sites);
        fsc_sites_free(sites);
    }
    assert_int_equal(status, FSC_OK);
    assert_true(n > 15);
    wipe(&maps);
}

static int notes_hold(const fsc_sites *sites, const char *key) {
    for (int32_t i = 0; i < sites->notes.n; i++)
        if (strcmp(sites->notes.item[i].key, key) == 0) return 1;
    return 0;
}

static void a_neck_muscle_in_the_loin_is_another_numbering(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){4, 4, 4}, (int64_t[]){32, 30, 30}, 0);
    body_maps maps = lumbar();
    fsc_sites *sites = NULL;
    /* Levator scapulae and the deep neck muscles of MuscleMap beside L2 to L4. */
    maps.left[0] = 1101;
    maps.right[0] = 1102;
    maps.left[1] = 1111;
    maps.right[1] = 1112;
    paint(&maps, &g, 0);
    assert_fails(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, NULL, &test_error), FSC_E_ANATOMY);
    assert_non_null(strstr(test_error.text, "--label-scheme musclemap"));
    const fsc_sites_options named = {"musclemap", NULL, 1, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    assert_ok(fsc_sites_build(&sites, &g, maps.muscles, maps.levels, &named, &test_error));
    assert_true(notes_hold(sites, "muscle-misplaced"));
    fsc_sites_free(sites);
    wipe(&maps);
}

static void levels_can_stand_alone(void **state) {
    (void)state;
    const fsc_grid g = body_grid("LAS", (double[]){4, 4, 4}, (int64_t[]){32, 30, 40}, 0);
    body_maps maps = lumbar();
    fsc_sites *sites = NULL;
    paint(&maps, &g, 0);
    assert_ok(fsc_sites_from_levels(&sites, maps.levels, NULL, &test_error));
    assert_int_equal(sites->n_site, 0);
    assert_int_equal(sites->n_level, 3);
    assert_string_equal(sites->level[0].level, "L2");
    assert_string_equal(sites->level_scheme, "sct");
    fsc_sites_free(sites);
    wipe(&maps);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_and_sides_hold_in_every_orientation),
        cmocka_unit_test(counts_and_order),
        cmocka_unit_test(a_level_that_runs_out_is_cut),
        cmocka_unit_test(mirrored_labels_stop),
        cmocka_unit_test(one_exchanged_pair_is_a_warning),
        cmocka_unit_test(unknown_sides_pool),
        cmocka_unit_test(without_levels_there_is_one),
        cmocka_unit_test(one_map_may_hold_both),
        cmocka_unit_test(labels_on_another_grid_are_brought_over),
        cmocka_unit_test(empty_and_unknown_maps_are_refused),
        cmocka_unit_test(memory_may_run_out_anywhere),
        cmocka_unit_test(a_neck_muscle_in_the_loin_is_another_numbering),
        cmocka_unit_test(levels_can_stand_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
