/* phantom: anatomy, labels and sites; visits; the same bits for any thread count. */
#include "../test.h"
#include "alloc.h"

#include <fascicle/phantom.h>
#include <stdlib.h>
#include <string.h>

static fsc_phantom_options options(fsc_phantom_region region, double scale) {
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.region = region;
    opt.scale = scale;
    opt.n_echo = 2;
    return opt;
}

static fsc_phantom *make(const fsc_phantom_options *opt) {
    fsc_phantom *phantom = NULL;
    assert_ok(fsc_phantom_make(&phantom, opt, &test_error));
    return phantom;
}

static const fsc_phantom_site *site(const fsc_phantom *p, const char *muscle, const char *level, fsc_side side) {
    for (int32_t i = 0; i < p->n_site; i++)
        if (strcmp(p->site[i].place.muscle, muscle) == 0 && strcmp(p->site[i].place.level, level) == 0 &&
            p->site[i].place.side == side)
            return &p->site[i];
    fail_msg("no site %s %s", muscle, level);
    return NULL;
}

static void threads_do_not_change_a_bit(void **state) {
    (void)state;
    fsc_phantom *first = NULL;
    for (int32_t threads = 1; threads <= 4; threads *= 2) {
        fsc_phantom_options opt = options(FSC_PHANTOM_NECK, 0.45);
        opt.n_threads = threads;
        opt.tilt_deg = 2;
        fsc_phantom *p = make(&opt);
        if (!first) {
            first = p;
            continue;
        }
        const size_t n = (size_t)fsc_grid_count(&p->scan->grid) * sizeof(float);
        assert_memory_equal(p->scan->echo_re, first->scan->echo_re, 2 * n);
        assert_memory_equal(p->scan->echo_im, first->scan->echo_im, 2 * n);
        assert_memory_equal(p->truth_pdff_fraction, first->truth_pdff_fraction, n);
        assert_memory_equal(p->truth_fieldmap_hz, first->truth_fieldmap_hz, n);
        assert_memory_equal(p->muscles->data, first->muscles->data, n);
        assert_memory_equal(p->site, first->site, (size_t)p->n_site * sizeof *p->site);
        fsc_phantom_free(p);
    }
    fsc_phantom_free(first);
}

static void sites_are_large_enough_and_symmetric(void **state) {
    (void)state;
    static const char *const back[] = {"multifidus", "erector_spinae", "psoas_major", "quadratus_lumborum"};
    static const char *const lumbar[] = {"L1", "L2", "L3", "L4", "L5"};
    static const char *const cervical[] = {"C2", "C3", "C4", "C5", "C6", "C7", "T1"};
    static const char *const extensors[] = {"semispinalis_cervicis_multifidus",
                                            "semispinalis_capitis",
                                            "splenius_capitis",
                                            "levator_scapulae",
                                            "sternocleidomastoid",
                                            "trapezius",
                                            "longus_colli"};
    fsc_phantom_options opt = options(FSC_PHANTOM_LOW_BACK, 1);
    fsc_phantom *p = make(&opt);
    /* As people's, the multifidus is slender at L1, psoas and quadratus begin there, and the quadratus
     * is a thin sheet. */
    for (int m = 0; m < 4; m++)
        for (int l = 0; l < (m < 3 ? 5 : 4); l++) {
            const int64_t n = site(p, back[m], lumbar[l], FSC_SIDE_LEFT)->n_voxel;
            assert_true(n >= (l == 0 ? 60 : m < 3 ? 200 : 150));
        }
    for (int32_t i = 0; i < p->n_site; i += 2) {
        assert_string_equal(p->site[i].place.muscle, p->site[i + 1].place.muscle);
        assert_int_equal(p->site[i].n_voxel, p->site[i + 1].n_voxel);
    }
    fsc_phantom_free(p);
    opt = options(FSC_PHANTOM_NECK, 1);
    p = make(&opt);
    for (int m = 0; m < 7; m++)
        for (int l = 0; l < 7; l++) assert_true(site(p, extensors[m], cervical[l], FSC_SIDE_RIGHT)->n_voxel >= 200);
    fsc_phantom_free(p);
}

static void fat_is_where_anatomy_has_it(void **state) {
    (void)state;
    const fsc_phantom_options opt = options(FSC_PHANTOM_LOW_BACK, 0.8);
    fsc_phantom *p = make(&opt);
    const double l1 = site(p, "multifidus", "L1", FSC_SIDE_LEFT)->pdff_mean_fraction;
    const double l5 = site(p, "multifidus", "L5", FSC_SIDE_LEFT)->pdff_mean_fraction;
    assert_true(l5 > l1 + 0.08 && l1 > 0.03 && l5 < 0.4);
    /* Nearer to the midline is fatter, in each slice: the muscle grows and moves aside down the spine. */
    const int64_t *dim = p->scan->grid.dim, slice = dim[0] * dim[1];
    double sum[2] = {0};
    int64_t n[2] = {0};
    for (int64_t k = dim[2] / 2 - 2; k < dim[2] / 2 + 3; k++) {
        double x_sum = 0;
        int64_t all = 0;
        for (int pass = 0; pass < 2; pass++)
            for (int64_t i = k * slice; i < (k + 1) * slice; i++) {
                if (p->muscles->data[i] != 5101) continue;
                double xyz[3];
                fsc_grid_to_mm(&p->scan->grid, (double[3]){(double)(i % dim[0]), 0, 0}, xyz);
                assert_true(xyz[0] < 0); /* 5101 is left, and left is negative in RAS */
                const int lateral = pass && -xyz[0] > x_sum / (double)all;
                if (!pass)
                    x_sum -= xyz[0], all++;
                else
                    sum[lateral] += (double)p->truth_pdff_fraction[i], n[lateral]++;
            }
    }
    assert_true(sum[0] / (double)n[0] > 1.1 * sum[1] / (double)n[1]);
    fsc_phantom_free(p);
}

static void labels_lie_in_the_body_and_in_order(void **state) {
    (void)state;
    for (int region = 0; region < 2; region++) {
        const fsc_phantom_options opt = options((fsc_phantom_region)region, 0.6);
        fsc_phantom *p = make(&opt);
        double height[40] = {0};
        int64_t n[40] = {0};
        for (int64_t i = 0; i < fsc_grid_count(&p->scan->grid); i++) {
            const int32_t level = p->levels->data[i];
            if (level == 0 && p->muscles->data[i] == 0) continue;
            assert_false(isnan(p->truth_pdff_fraction[i]));
            assert_true(level == 0 || p->muscles->data[i] == 0);
            height[level] += (double)(i / (p->scan->grid.dim[0] * p->scan->grid.dim[1]));
            n[level]++;
        }
        int32_t found = 0;
        double last = 1e9;
        for (int level = 1; level < 40; level++) {
            if (n[level] == 0) continue;
            assert_true(height[level] / (double)n[level] < last); /* rising numbers go down the spine */
            last = height[level] / (double)n[level];
            found++;
        }
        assert_true(found >= 7);
        fsc_phantom_free(p);
    }
}

static void an_injury_raises_its_site_only(void **state) {
    (void)state;
    const fsc_phantom_injury injury = {{"multifidus", "L4", FSC_SIDE_LEFT}, 0.06};
    fsc_phantom_options opt = options(FSC_PHANTOM_LOW_BACK, 0.8);
    fsc_phantom *before = make(&opt);
    opt.injury = &injury;
    opt.n_injury = 1;
    opt.noise_seed = 5;
    fsc_phantom *after = make(&opt);
    assert_int_equal(before->n_site, after->n_site);
    for (int32_t i = 0; i < before->n_site; i++) {
        const fsc_phantom_site *a = &before->site[i], *b = &after->site[i];
        const double change = b->pdff_mean_fraction - a->pdff_mean_fraction;
        assert_int_equal(a->n_voxel, b->n_voxel);
        if (strcmp(a->place.muscle, "multifidus") == 0 && strcmp(a->place.level, "L4") == 0 &&
            a->place.side == FSC_SIDE_LEFT) {
            assert_close(change, 0.06, 0.006); /* less the rim voxels that are not all muscle */
        } else if (a->place.side == FSC_SIDE_RIGHT || strcmp(a->place.muscle, "psoas_major") == 0 ||
                   strcmp(a->place.level, "L2") == 0) {
            assert_close(change, 0, 0);
        } else {
            assert_close(change, 0, 0.002); /* neighbours share voxels with it */
        }
    }
    fsc_phantom_free(before);
    fsc_phantom_free(after);
}

static void another_pose_keeps_volumes_and_fat(void **state) {
    (void)state;
    static const char *const lumbar[] = {"L2", "L3", "L4"};
    static const char *const muscle[] = {"multifidus", "erector_spinae", "psoas_major", "quadratus_lumborum"};
    fsc_phantom_options opt = options(FSC_PHANTOM_LOW_BACK, 1);
    fsc_phantom *lying = make(&opt);
    opt.tilt_deg = 3;
    opt.shift_mm[0] = 3.7;
    opt.shift_mm[1] = -5;
    opt.shift_mm[2] = 4;
    opt.drop_slices_fraction = 0.1;
    fsc_phantom *tilted = make(&opt);
    assert_int_equal(tilted->scan->grid.dim[2], lying->scan->grid.dim[2] - 4);
    /* A slice more or less moves a level's end; over three levels that evens out. */
    for (int m = 0; m < 4; m++) {
        double n_a = 0, n_b = 0, fat_a = 0, fat_b = 0;
        for (int l = 0; l < 3; l++) {
            const fsc_phantom_site *a = site(lying, muscle[m], lumbar[l], FSC_SIDE_LEFT);
            const fsc_phantom_site *b = site(tilted, muscle[m], lumbar[l], FSC_SIDE_LEFT);
            assert_close(b->pdff_mean_fraction, a->pdff_mean_fraction, 0.012);
            n_a += (double)a->n_voxel;
            n_b += (double)b->n_voxel;
            fat_a += (double)a->n_voxel * a->pdff_mean_fraction;
            fat_b += (double)b->n_voxel * b->pdff_mean_fraction;
        }
        assert_close(n_b / n_a, 1, 0.06);
        assert_close(fat_b / n_b, fat_a / n_a, 0.004);
    }
    fsc_phantom_free(lying);
    fsc_phantom_free(tilted);
}

static void fewer_slices_leave_the_rest_in_place(void **state) {
    (void)state;
    fsc_phantom_options opt = options(FSC_PHANTOM_NECK, 0.5);
    fsc_phantom *all = make(&opt);
    opt.drop_slices_fraction = 0.3;
    fsc_phantom *fewer = make(&opt);
    double a[3], b[3];
    fsc_grid_to_mm(&fewer->scan->grid, (double[3]){0, 0, 0}, b);
    fsc_grid_to_mm(&all->scan->grid, (double[3]){0, 0, 2}, a);
    for (int i = 0; i < 3; i++) assert_close(a[i], b[i], 1e-9);
    const int64_t slice = all->scan->grid.dim[0] * all->scan->grid.dim[1];
    assert_memory_equal(fewer->truth_pdff_fraction, all->truth_pdff_fraction + 2 * slice,
                        (size_t)fsc_grid_count(&fewer->scan->grid) * sizeof(float));
    fsc_phantom_free(all);
    fsc_phantom_free(fewer);
}

static void scale_gives_the_stated_sizes(void **state) {
    (void)state;
    const struct { double scale, voxels; } size[] = {{0.72, 0.155e6}, {1, 0.4e6}, {1.36, 1.05e6}};
    for (size_t i = 0; i < 3; i++) {
        const fsc_phantom_options opt = options(FSC_PHANTOM_LOW_BACK, size[i].scale);
        fsc_phantom *p = make(&opt);
        assert_close((double)fsc_grid_count(&p->scan->grid) / size[i].voxels, 1, 0.08);
        fsc_phantom_free(p);
    }
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    fsc_phantom *p = NULL;
    fsc_phantom_options opt = options(FSC_PHANTOM_LOW_BACK, 0);
    assert_fails(fsc_phantom_make(&p, &opt, &test_error), FSC_E_RANGE);
    assert_non_null(strstr(test_error.text, "scale"));
    opt = options(FSC_PHANTOM_LOW_BACK, 0.5);
    opt.snr = (double)NAN;
    assert_fails(fsc_phantom_make(&p, &opt, &test_error), FSC_E_RANGE);
    opt = options((fsc_phantom_region)7, 0.5);
    assert_fails(fsc_phantom_make(&p, &opt, &test_error), FSC_E_RANGE);
    opt = options(FSC_PHANTOM_NECK, 0.5);
    opt.n_echo = FSC_ECHO_MAX + 1;
    assert_fails(fsc_phantom_make(&p, &opt, &test_error), FSC_E_RANGE);
    opt = options(FSC_PHANTOM_NECK, 0.5);
    opt.n_injury = 1;
    assert_fails(fsc_phantom_make(&p, &opt, &test_error), FSC_E_ARG);
    assert_fails(fsc_phantom_make(NULL, &opt, &test_error), FSC_E_ARG);
    assert_null(p);
    fsc_phantom_free(NULL);
}

static void running_out_of_memory_is_reported(void **state) {
    (void)state;
    const fsc_phantom_options opt = options(FSC_PHANTOM_LOW_BACK, 0.25);
    int64_t n = 0;
    for (fsc_status status = FSC_E_NOMEM; status != FSC_OK; n++) {
        fsc_phantom *p = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_phantom_make(&p, &opt, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK ? p != NULL : status == FSC_E_NOMEM && p == NULL);
        fsc_phantom_free(p);
    }
    assert_true(n > 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(sites_are_large_enough_and_symmetric),
        cmocka_unit_test(fat_is_where_anatomy_has_it),
        cmocka_unit_test(labels_lie_in_the_body_and_in_order),
        cmocka_unit_test(an_injury_raises_its_site_only),
        cmocka_unit_test(another_pose_keeps_volumes_and_fat),
        cmocka_unit_test(fewer_slices_leave_the_rest_in_place),
        cmocka_unit_test(scale_gives_the_stated_sizes),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(running_out_of_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
