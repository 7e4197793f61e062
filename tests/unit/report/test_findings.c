/* report: what stands out is strong, unflagged and in order; a person without a difference comes out quiet. */
#include "case.h"
#include "drawn.h"

#include <stdlib.h>

static fsc_case the_case;

static const fsc_findings *findings_of(const fsc_report_input *input) {
    fsc_case_free(&the_case);
    assert_ok(fsc_case_make(&the_case, input, &test_error));
    return &the_case.findings;
}

/* All sites equal but for what a test sets. */
static void flat(recorded *r) {
    for (int s = 0; s < N_SITE; s++) recorded_value(r, s, 0.12, 0.004);
}

static void equal_sides_without_norms_make_no_finding(void **state) {
    recorded *r = *state;
    flat(r);
    const fsc_findings *f = findings_of(&r->f->input);
    assert_int_equal(f->n, 0);
    assert_int_equal(f->n_weaker, 0);
    assert_int_equal(f->n_pair, N_SITE / 2);
    assert_int_equal(f->n_placed, 1);
}

static void a_side_difference_must_beat_the_error_of_all_pairs_and_the_floor(void **state) {
    recorded *r = *state;
    flat(r);
    /* Six pairs at 5 %: 2.64 standard errors of the difference, sqrt(2) of a site's. */
    const double least = 2.638257 * sqrt(2.0) * 0.01;
    recorded_value(r, 2, 0.12 + least * 1.01, 0.01), recorded_value(r, 3, 0.12, 0.01);
    const fsc_findings *f = findings_of(&r->f->input);
    assert_int_equal(f->n, 1);
    assert_int_equal(f->item[0].kind, FSC_NOTABLE_SIDE);
    assert_ptr_equal(f->item[0].cell->row, &r->f->row[2]);
    assert_ptr_equal(f->item[0].other->row, &r->f->row[3]);
    assert_close(f->item[0].size_fraction, least * 1.01, 1e-12);
    recorded_value(r, 2, 0.12 + least * 0.99, 0.01);
    f = findings_of(&r->f->input);
    assert_int_equal(f->n, 0);
    assert_int_equal(f->n_weaker, 1);
    recorded_value(r, 2, 0.149, 0.001), recorded_value(r, 3, 0.12, 0.001); /* sure, and small */
    assert_int_equal(findings_of(&r->f->input)->n, 0);
    recorded_value(r, 2, 0.151, 0.001);
    assert_int_equal(findings_of(&r->f->input)->n, 1);
}

static void a_flagged_site_makes_no_finding_and_no_highest(void **state) {
    recorded *r = *state;
    static const char *const word[] = {"few-voxels", "swap-suspect", "low-snr,few-voxels", "cut-by-field-of-view"};
    for (size_t k = 0; k < sizeof word / sizeof *word; k++) {
        flat(r);
        recorded_value(r, 0, 0.6, 0.004);
        r->site[0].norm.percentile = 99.5;
        recorded_change(&r->site[0].change, 0.3, 1);
        r->f->row[0].quality[0] = 0;
        assert_int_equal(findings_of(&r->f->input)->n, 3);
        fsc_copy_text(r->f->row[0].quality, sizeof r->f->row[0].quality, word[k]);
        const fsc_findings *f = findings_of(&r->f->input);
        assert_int_equal(f->n, 0);
        assert_int_equal(f->n_left_out, 1);
        assert_int_equal(f->n_pair, N_SITE / 2 - 1);
        assert_close(f->most->row->pdff_mean_fraction, 0.12, 1e-12);
    }
}

static void what_is_said_of_the_whole_scan_flags_no_site(void **state) {
    recorded *r = *state;
    flat(r);
    recorded_value(r, 0, 0.3, 0.004);
    fsc_copy_text(r->f->row[0].quality, sizeof r->f->row[0].quality, "magnitude-only,spacing-assumed");
    assert_int_equal(findings_of(&r->f->input)->n, 1);
}

static void change_comes_before_percentile_before_side(void **state) {
    recorded *r = *state;
    flat(r);
    recorded_value(r, 4, 0.5, 0.004);
    recorded_norm(&r->site[2].norm, 98);
    recorded_change(&r->site[6].change, -0.05, 1);
    recorded_change(&r->site[7].change, 0.02, 0);
    recorded_felt(r, 5); /* the lower side of the pair: the examiner was there */
    const fsc_findings *f = findings_of(&r->f->input);
    assert_int_equal(f->n, 3);
    assert_int_equal(f->item[0].kind, FSC_NOTABLE_CHANGE);
    assert_int_equal(f->item[1].kind, FSC_NOTABLE_OVER_P95);
    assert_int_equal(f->item[2].kind, FSC_NOTABLE_SIDE);
    assert_false(f->item[0].felt);
    assert_true(f->item[2].felt);
    assert_int_equal(f->n_followed, 2);
}

static void what_no_group_fits_is_named(void **state) {
    recorded *r = *state;
    (void)findings_of(&r->f->input);
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_findings_not_compared(&text, &the_case.sheet);
    assert_string_equal(text.data, "Multifidus (5 of 6 sites), Erector spinae (all 6 sites)");
}

/* Twelve pairs that differ by nothing but their own error. */
static void one_person_in_twenty_without_a_difference_gets_one(void **state) {
    (void)state;
    enum { PEOPLE = 2000, PAIRS = 12 };
    static drawn d;
    static fsc_exam exam;
    recorded_no_exam(&exam);
    int with_finding = 0;
    for (int person = 0; person < PEOPLE; person++) {
        draw_start(&d, person);
        d.map.exam = &exam;
        for (int p = 0; p < PAIRS; p++)
            for (int side = 0; side < 2; side++) {
                char level[12];
                fsc_sheet_vertebra_name(19 + p % 6, level);
                fsc_row row = fixture_row(fixture_muscle[p / 6], level, (fsc_side)(FSC_SIDE_LEFT + side),
                                          0.2 + 0.02 * draw_normal(&d));
                row.pdff_se_fraction = 0.02;
                recorded_site(&d.site[d.map.n_site++], &row);
            }
        with_finding += findings_of(&d.input)->n > 0;
    }
    const double share = (double)with_finding / PEOPLE;
    print_message("people without a difference who get a finding: %.3f\n", share);
    assert_true(share > 0.02 && share < 0.065);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(equal_sides_without_norms_make_no_finding, recorded_setup),
        cmocka_unit_test_setup(a_side_difference_must_beat_the_error_of_all_pairs_and_the_floor, recorded_setup),
        cmocka_unit_test_setup(a_flagged_site_makes_no_finding_and_no_highest, recorded_setup),
        cmocka_unit_test_setup(what_is_said_of_the_whole_scan_flags_no_site, recorded_setup),
        cmocka_unit_test_setup(change_comes_before_percentile_before_side, recorded_setup),
        cmocka_unit_test_setup(what_no_group_fits_is_named, recorded_setup),
        cmocka_unit_test(one_person_in_twenty_without_a_difference_gets_one),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fsc_case_free(&the_case);
    return failed;
}
