/* report: the injury map's record on the page: percentiles, refusals, change, red flags, and nothing beyond them. */
#include "record_fixture.h"

#include <stdlib.h>

static char *page_of(const recorded *r) {
    return recorded_page(r, FSC_READER_RESEARCH);
}

static void percentile_only_where_a_norm_fits(void **state) {
    recorded *r = *state;
    char *page = page_of(r);
    assert_int_equal(count_of(page, "; more fat than 87 % of a reference group of 76"), 1);
    assert_int_equal(count_of(page, "; not compared with a reference group"), N_SITE - 1);
    assert_non_null(strstr(page, "87 <span class=\"pm\">(71 to more than 99)</span>"));
    assert_non_null(strstr(page, "healthy &lt;volunteers&gt;, n = 76"));
    assert_non_null(strstr(page, "Author 2020; N001; norm-a"));
    assert_non_null(strstr(page, "Erector spinae at L3: no comparison."));
    fsc_free(page);
}

static void no_norm_means_no_percentile_anywhere(void **state) {
    recorded *r = *state;
    r->site[0].norm.norm_id[0] = 0;
    missing_place(&r->site[0].norm);
    char *page = page_of(r);
    assert_null(strstr(page, "more fat than"));
    assert_null(strstr(page, ">P8"));
    assert_non_null(strstr(page, "no percentile and no z"));
    fsc_free(page);
}

static void another_methods_norm_is_marked_and_not_coloured(void **state) {
    recorded *r = *state;
    r->site[0].other_method = r->site[0].norm;
    fsc_copy_text(r->site[0].other_method.caveat, sizeof r->site[0].other_method.caveat, "Measured by 2-point Dixon.");
    memset(&r->site[0].norm, 0, sizeof r->site[0].norm);
    missing_place(&r->site[0].norm);
    char *page = page_of(r);
    assert_null(strstr(page, "; more fat than 87 %"));
    assert_non_null(strstr(page, "(other method)"));
    assert_non_null(strstr(page, "Measured by 2-point Dixon."));
    fsc_free(page);
}

static void arrows_only_for_real_change(void **state) {
    recorded *r = *state;
    for (int s = 0; s < 3; s++) {
        fsc_change *c = &r->site[s].change;
        fsc_copy_text(c->from_session, sizeof c->from_session, "ses-01");
        c->real = s == 0;
        c->net_fraction = s == 0 ? -0.061 : 0.008;
        c->low_fraction = c->net_fraction - 0.02, c->high_fraction = c->net_fraction + 0.02;
        c->least_real_fraction = 0.03, c->from_days = 90;
    }
    fsc_copy_text(r->map.change_multiplicity, sizeof r->map.change_multiplicity, "3 sites were compared.");
    char *page = page_of(r);
    assert_int_equal(count_of(page, "real change since the earlier visit: -6.1 points"), 1);
    assert_int_equal(count_of(page, ", within measurement error</title>"), 2);
    assert_int_equal(count_of(page, ", real</title>"), 1);
    assert_non_null(strstr(page, "Since ses-01, 90 days."));
    assert_non_null(strstr(page, "3 sites were compared."));
    fsc_free(page);
}

static void a_record_alone_makes_a_page(void **state) {
    recorded *r = *state;
    r->f->input = (fsc_report_input){.map = &r->map};
    char *page = page_of(r);
    assert_int_equal(count_of(page, " role=\"img\" class=\"left\">"), N_SITE / 2);
    assert_non_null(strstr(page, "44 years"));
    fsc_free(page);
}

static void sentences_carry_what_they_stand_on(void **state) {
    recorded *r = *state;
    char *page = page_of(r);
    assert_non_null(strstr(page, "This scan measures fat. <span class=\"source\">[facts]</span>"));
    const char *contested = strstr(page, "Where the evidence disagrees");
    assert_non_null(contested);
    assert_non_null(strstr(contested, "does fat mean pain? <span class=\"source\">[N073]</span>"));
    fsc_free(page);
}

/* A borrowed band stands in words with its reason, and with no percentile. */
static void a_borrowed_band_is_words_only(void **state) {
    recorded *r = *state;
    fsc_norm_place *norm = &r->site[1].norm;
    norm->kind = FSC_NORM_BORROWED;
    norm->band_low_fraction = 0.07, norm->band_high_fraction = 0.31;
    fsc_copy_text(norm->words, sizeof norm->words, "cannot say");
    fsc_copy_text(norm->caveat, sizeof norm->caveat, "borrowed over levels");
    char *page = page_of(r);
    assert_non_null(strstr(page, "7 to 31</td><td>cannot say</td><td>borrowed over levels"));
    fsc_free(page);
    norm->kind = FSC_NORM_NONE;
    page = page_of(r);
    assert_null(strstr(page, "cannot say"));
    fsc_free(page);
}

static void a_note_is_said_once_though_two_steps_make_it(void **state) {
    recorded *r = *state;
    fsc_notes_add(&r->f->scan.notes, FSC_NOTE_WARNING, "side-unknown", "the files do not tell the sides");
    fsc_notes_add(&r->f->sites.notes, FSC_NOTE_WARNING, "side-unknown", "sides are pooled");
    fsc_notes_add(&r->f->sites.notes, FSC_NOTE_WARNING, "levels-relative", "first");
    fsc_notes_add(&r->f->sites.notes, FSC_NOTE_WARNING, "levels-relative", "second");
    char *page = page_of(r);
    assert_int_equal(count_of(page, "<li>The files do not tell the sides.</li>"), 1);
    assert_null(strstr(page, "ides are pooled"));
    assert_non_null(strstr(page, "<li>First.</li>"));
    assert_non_null(strstr(page, "<li>Second.</li>"));
    fsc_free(page);
    fsc_notes_free(&r->f->scan.notes);
    fsc_notes_free(&r->f->sites.notes);
}

static void out_of_memory_drops_nothing(void **state) {
    recorded *r = *state;
    char *whole = page_of(r);
    int64_t n = 0;
    for (;; n++) {
        fsc_alloc_fail_at(n);
        test_error = (fsc_error){0};
        const fsc_status status = fsc_report_write_page(FIXTURE_PAGE, FSC_READER_RESEARCH, &r->f->input, &test_error);
        fsc_alloc_fail_at(-1);
        if (status == FSC_OK) break;
        assert_int_equal(status, FSC_E_NOMEM);
        assert_false(fsc_file_exists(FIXTURE_PAGE));
    }
    char *page = NULL;
    size_t length = 0;
    assert_ok(fsc_file_read(&page, &length, FIXTURE_PAGE, (size_t)1 << 26, &test_error));
    (void)unlink(FIXTURE_PAGE);
    assert_string_equal(page, whole);
    fsc_free(page);
    fsc_free(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(percentile_only_where_a_norm_fits, recorded_setup),
        cmocka_unit_test_setup(no_norm_means_no_percentile_anywhere, recorded_setup),
        cmocka_unit_test_setup(another_methods_norm_is_marked_and_not_coloured, recorded_setup),
        cmocka_unit_test_setup(arrows_only_for_real_change, recorded_setup),
        cmocka_unit_test_setup(a_record_alone_makes_a_page, recorded_setup),
        cmocka_unit_test_setup(sentences_carry_what_they_stand_on, recorded_setup),
        cmocka_unit_test_setup(a_borrowed_band_is_words_only, recorded_setup),
        cmocka_unit_test_setup(out_of_memory_drops_nothing, recorded_setup),
        cmocka_unit_test_setup(a_note_is_said_once_though_two_steps_make_it, recorded_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
