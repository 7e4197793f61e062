/* phantom: one person's frame, levels, fat and injuries. */
#include "../test.h"
#include "alloc.h"
#include "person.h"

#include <string.h>

static fsc_person *make(fsc_phantom_region region, uint64_t seed, const fsc_phantom_injury *injury, int32_t n) {
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.region = region;
    opt.seed = seed;
    opt.injury = injury;
    opt.n_injury = n;
    fsc_person *person = fsc_alloc(1, sizeof *person);
    assert_non_null(person);
    assert_ok(fsc_person_init(person, &opt, &test_error));
    return person;
}

static void the_frame_keeps_distances(void **state) {
    (void)state;
    fsc_person *person = make(FSC_PHANTOM_NECK, 4, NULL, 0);
    for (int i = 0; i < 200; i++) {
        /* A small step across the spine has the same length in both frames; along it, it shrinks towards the back. */
        const double at[3] = {i - 100.0, -40 + 0.3 * i, 0.5 * i - 50};
        fsc_body_point p, q;
        fsc_person_place(person, at, &p);
        double step[3] = {at[0], at[1], at[2]};
        const double back = p.y_mm + person->region->curve_radius_mm, length = sqrt(back * back + p.z_mm * p.z_mm);
        step[1] += 1e-3 * back / length;
        step[2] += 1e-3 * p.z_mm / length;
        fsc_person_place(person, step, &q);
        assert_close((q.v_mm - p.v_mm) * person->size, 1e-3, 1e-7);
        assert_close(q.s_mm, p.s_mm, 1e-7);
        assert_close(p.u_mm * person->size, at[0], 1e-9);
    }
    fsc_body_point centre;
    fsc_person_place(person, (double[3]){0, 0, 0}, &centre);
    assert_string_equal(person->region->level[fsc_body_point_level(&centre)], "C5");
    assert_close(centre.v_mm, 0, 1e-9);
    fsc_free(person);
}

static void levels_follow_each_other(void **state) {
    (void)state;
    fsc_person *person = make(FSC_PHANTOM_LOW_BACK, 1, NULL, 0);
    double last = -1;
    for (int i = 0; i < 400; i++) {
        fsc_body_point p;
        fsc_person_place(person, (double[3]){20, -30, 110 - 0.55 * i}, &p);
        assert_true(p.level > last);
        last = p.level;
    }
    /* L1 to L5 with their discs: about 19 cm in an average adult. */
    assert_close(person->frame.edge_mm[7] - person->frame.edge_mm[2], 188, 5);
    fsc_free(person);
}

static void people_differ_within_their_limits(void **state) {
    (void)state;
    double smallest = 2, largest = 0, leanest = 1, fattest = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        fsc_person *person = make(FSC_PHANTOM_LOW_BACK, seed, NULL, 0);
        smallest = fmin(smallest, person->size);
        largest = fmax(largest, person->size);
        leanest = fmin(leanest, person->pdff[0][0][5]);
        fattest = fmax(fattest, person->pdff[0][0][5]);
        assert_true(fabs(person->pdff[0][0][5] - person->pdff[0][1][5]) < 0.0201);
        fsc_free(person);
    }
    assert_true(smallest >= 0.95 && smallest < 0.955 && largest <= 1.05 && largest > 1.045);
    assert_true(leanest > 0.10 && leanest < 0.14 && fattest < 0.26 && fattest > 0.21);
}

static void an_injury_has_the_mean_that_was_asked(void **state) {
    (void)state;
    const fsc_phantom_injury injury = {{"multifidus", "L4", FSC_SIDE_LEFT}, 0.06};
    fsc_person *person = make(FSC_PHANTOM_LOW_BACK, 1, &injury, 1);
    double sum = 0, added, other;
    for (int i = 0; i < 10000; i++) {
        (void)fsc_person_pdff(person, 0, 0, 5 + (i + 0.5) / 10000, &added);
        (void)fsc_person_pdff(person, 0, 1, 5 + (i + 0.5) / 10000, &other);
        sum += added;
        assert_close(other, 0, 0);
    }
    assert_close(sum / 10000, 0.06, 1e-5);
    (void)fsc_person_pdff(person, 0, 0, 4.999, &added);
    assert_close(added, 0, 0);
    (void)fsc_person_pdff(person, 0, 0, 5.0001, &added); /* smooth: no jump at the plane */
    assert_close(added, 0, 1e-4);
    fsc_free(person);
}

static void unknown_sites_are_refused(void **state) {
    (void)state;
    const fsc_phantom_injury wrong[] = {{{"multifidus", "C5", FSC_SIDE_LEFT}, 0.1},
                                        {{"multifidus", "L4", FSC_SIDE_BOTH}, 0.1},
                                        {{"trapezius", "L4", FSC_SIDE_LEFT}, 0.1},
                                        {{"quadratus_lumborum", "S1", FSC_SIDE_LEFT}, 0.1},
                                        {{"", "L4", FSC_SIDE_LEFT}, 0.1}};
    static const char *const known[] = {"L4", "left and right", "multifidus", "L4", "erector_spinae"};
    fsc_person *person = fsc_alloc(1, sizeof *person);
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.n_injury = 1;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        opt.injury = &wrong[i];
        assert_fails(fsc_person_init(person, &opt, &test_error), FSC_E_NOTFOUND);
        assert_non_null(strstr(test_error.text, wrong[i].place.muscle)); /* and what there is instead: */
        assert_non_null(strstr(test_error.text, known[i]));
    }
    const fsc_phantom_injury endless = {{"multifidus", "L4", FSC_SIDE_LEFT}, (double)NAN};
    opt.injury = &endless;
    assert_fails(fsc_person_init(person, &opt, &test_error), FSC_E_RANGE);
    fsc_free(person);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_frame_keeps_distances),         cmocka_unit_test(levels_follow_each_other),
        cmocka_unit_test(people_differ_within_their_limits), cmocka_unit_test(an_injury_has_the_mean_that_was_asked),
        cmocka_unit_test(unknown_sites_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
