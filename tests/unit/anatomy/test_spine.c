/* Levels from unusual maps: extra and missing vertebrae, discs only, two levels, unknown offset. */
#include "../test.h"
#include "alloc.h"

#include <fascicle/anatomy.h>
#include <string.h>

/* A column of 40 x 40 x 120 mm in voxels of 2 mm, head at high k; one muscle strip behind the bodies. */
static const fsc_grid column = {{20, 20, 60}, {2, 0, 0, -19, 0, 2, 0, -19, 0, 0, 2, -59}, 0, 0};

static int64_t voxel_at(int64_t i, int64_t j, int64_t k) {
    return i + 20 * (j + 20 * k);
}

static void fill(fsc_labels *map, int32_t value, int64_t k0, int64_t k1) {
    for (int64_t k = k0; k <= k1; k++)
        for (int64_t j = 10; j < 18; j++)
            for (int64_t i = 5; i < 15; i++) map->data[voxel_at(i, j, k)] = value;
}

typedef struct set_up {
    fsc_labels *muscles, *levels;
    fsc_sites *sites;
} set_up;

static void open_column(set_up *s) {
    memset(s, 0, sizeof *s);
    assert_ok(fsc_labels_new(&s->muscles, &column, &test_error));
    assert_ok(fsc_labels_new(&s->levels, &column, &test_error));
    for (int64_t k = 0; k < 60; k++)
        for (int64_t j = 2; j < 7; j++)
            for (int64_t i = 2; i < 8; i++) {
                s->muscles->data[voxel_at(i, j, k)] = 5101;
                s->muscles->data[voxel_at(19 - i, j, k)] = 5102;
            }
}

static void build(set_up *s, const char *scheme) {
    const fsc_sites_options opt = {"musclemap", scheme, 1, 0, NULL, NULL, FSC_LABELS_EXTERNAL};
    assert_ok(fsc_sites_build(&s->sites, &column, s->muscles, s->levels, &opt, &test_error));
}

static void close_column(set_up *s) {
    fsc_sites_free(s->sites);
    fsc_labels_free(s->muscles);
    fsc_labels_free(s->levels);
}

/* The level of the left muscle in slice k. */
static const char *level_in(const set_up *s, int64_t k) {
    const int32_t site = s->sites->site_of_voxel[voxel_at(4, 4, k)];
    assert_true(site > 0);
    return s->sites->site[site - 1].place.level;
}

static void extra_vertebrae_keep_their_place(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    fill(s.levels, 44, 45, 54); /* TotalSpineSeg: L4, L5, L6 */
    fill(s.levels, 45, 30, 39);
    fill(s.levels, 46, 15, 24);
    build(&s, "totalspineseg");
    assert_int_equal(s.sites->n_level, 3);
    assert_string_equal(s.sites->level[2].level, "L6");
    assert_string_equal(level_in(&s, 50), "L4");
    assert_string_equal(level_in(&s, 43), "L4"); /* the disc is shared at its middle: 42.5 slices */
    assert_string_equal(level_in(&s, 41), "L5");
    assert_string_equal(level_in(&s, 20), "L6");
    assert_string_equal(level_in(&s, 2), "n/a");
    close_column(&s);
}

static void an_absent_l5_is_no_gap(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    fill(s.levels, 22, 45, 54); /* SCT: L3, L4, then S1 */
    fill(s.levels, 23, 30, 39);
    fill(s.levels, 25, 15, 24);
    build(&s, "sct");
    assert_string_equal(level_in(&s, 28), "L4");
    assert_string_equal(level_in(&s, 26), "S1");
    close_column(&s);
}

static void an_unlabelled_vertebra_belongs_to_nobody(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    fill(s.levels, 22, 45, 54); /* L3 and L5; the body between them carries no label */
    fill(s.levels, 24, 15, 24);
    build(&s, "sct");
    assert_string_equal(level_in(&s, 50), "L3");
    assert_string_equal(level_in(&s, 34), "n/a");
    assert_string_equal(level_in(&s, 20), "L5");
    close_column(&s);
}

static void discs_alone_make_levels(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    s.levels->data[voxel_at(10, 10, 50)] = 22; /* L2/L3, L3/L4, L4/L5 */
    s.levels->data[voxel_at(10, 10, 35)] = 23;
    s.levels->data[voxel_at(10, 10, 20)] = 24;
    build(&s, NULL);
    assert_string_equal(s.sites->level_scheme, "sct-discs");
    assert_int_equal(s.sites->n_level, 4);
    assert_null(s.sites->levels);
    assert_string_equal(level_in(&s, 55), "L2");
    assert_string_equal(level_in(&s, 49), "L3");
    assert_string_equal(level_in(&s, 36), "L3");
    assert_string_equal(level_in(&s, 34), "L4");
    assert_string_equal(level_in(&s, 10), "L5");
    assert_string_equal(level_in(&s, 1), "n/a");
    close_column(&s);
}

static void labelled_discs_are_the_boundary(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    fill(s.levels, 44, 35, 48);
    fill(s.levels, 45, 14, 26);
    fill(s.levels, 95, 27, 30); /* the disc lies low in the gap: its middle, slice 28.5, decides */
    build(&s, NULL);
    assert_string_equal(s.sites->level_scheme, "totalspineseg");
    assert_string_equal(level_in(&s, 29), "L4");
    assert_string_equal(level_in(&s, 28), "L5");
    close_column(&s);
}

static void relative_levels_are_legal_and_said(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    fill(s.levels, 1, 45, 54);
    fill(s.levels, 2, 30, 39);
    build(&s, "relative");
    assert_string_equal(level_in(&s, 50), "?1");
    assert_string_equal(level_in(&s, 33), "?2");
    int32_t said = 0;
    for (int32_t i = 0; i < s.sites->notes.n; i++) said += strcmp(s.sites->notes.item[i].key, "levels-relative") == 0;
    assert_int_equal(said, 1);
    close_column(&s);
}

static void one_level_follows_the_slices(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    fill(s.levels, 16, 28, 33);
    build(&s, "sct");
    assert_int_equal(s.sites->n_level, 1);
    assert_string_equal(level_in(&s, 30), "T9");
    assert_string_equal(level_in(&s, 5), "n/a");
    fsc_spine_place place;
    assert_int_equal(fsc_sites_place(&place, s.sites, (double[]){3, -10, 0}), 1);
    assert_close(place.tangent[2], -1, 1e-9);
    assert_close(place.foot_mm[0], 0, 1e-6);
    close_column(&s);
}

/* A bent spine: the place found is the nearest one on the curve, and lengths grow towards the feet. */
static void places_lie_on_the_curve(void **state) {
    (void)state;
    set_up s;
    open_column(&s);
    for (int32_t b = 0; b < 4; b++)
        for (int64_t k = 48 - 14 * b; k < 58 - 14 * b; k++)
            for (int64_t j = 8; j < 14; j++)
                for (int64_t i = 6; i < 14; i++)
                    s.levels->data[voxel_at(i, j + (b == 1 || b == 2 ? 3 : 0), k)] = 20 + b;
    build(&s, "sct");
    double last = -1;
    for (double z = 50; z >= -45; z -= 5) {
        const double at[3] = {12, -20, z};
        fsc_spine_place place;
        assert_int_equal(fsc_sites_place(&place, s.sites, at), 1);
        assert_true(place.along_mm > last);
        last = place.along_mm;
        double least = INFINITY, found = 0, length = 0;
        for (int32_t i = 0; i < s.sites->n_centreline; i++) {
            double d = 0;
            for (int r = 0; r < 3; r++) d += pow(s.sites->centreline_mm[3 * i + r] - at[r], 2);
            if (sqrt(d) < least) least = sqrt(d);
        }
        for (int r = 0; r < 3; r++) {
            found += pow(place.foot_mm[r] - at[r], 2);
            length += place.tangent[r] * place.tangent[r];
        }
        assert_true(sqrt(found) <= least + 1e-9);
        assert_close(length, 1, 1e-9);
    }
    close_column(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extra_vertebrae_keep_their_place),
        cmocka_unit_test(an_absent_l5_is_no_gap),
        cmocka_unit_test(an_unlabelled_vertebra_belongs_to_nobody),
        cmocka_unit_test(discs_alone_make_levels),
        cmocka_unit_test(labelled_discs_are_the_boundary),
        cmocka_unit_test(relative_levels_are_legal_and_said),
        cmocka_unit_test(one_level_follows_the_slices),
        cmocka_unit_test(places_lie_on_the_curve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
