/* report: the injury map's record on the page: percentiles, refusals, change, red flags, and nothing beyond them. */
#include "fixture.h"
#include "markup.h"

#include <stdlib.h>

typedef struct recorded {
    fixture *f;
    fsc_map map;
    fsc_exam exam;
    fsc_map_site site[N_SITE];
    fsc_sentence sentence[4];
    fsc_red_flag flag;
} recorded;

static void missing_contrast(fsc_contrast *c) {
    c->difference_fraction = c->se_fraction = c->low_fraction = c->high_fraction = (double)NAN;
}

static void missing_place(fsc_norm_place *p) {
    p->n = p->mean_fraction = p->sd_fraction = p->z = p->z_se = (double)NAN;
    p->percentile = p->percentile_low = p->percentile_high = p->p95_fraction = (double)NAN;
}

static void fill_site(fsc_map_site *site, const fsc_row *row) {
    site->row = *row;
    missing_place(&site->norm);
    missing_place(&site->other_method);
    missing_contrast(&site->side);
    missing_contrast(&site->above);
    missing_contrast(&site->depth);
    missing_contrast(&site->psoas);
    missing_contrast(&site->medial);
    site->extent.share_over_p95 = (double)NAN;
    site->change.real = -1;
}

static void say(fsc_sentence *s, const char *key, const char *text, const char *from, int contested) {
    fsc_copy_text(s->key, sizeof s->key, key);
    fsc_copy_text(s->text, sizeof s->text, text);
    fsc_copy_text(s->from, sizeof s->from, from);
    s->contested = contested;
}

/* The first site (multifidus, L3, left) has a norm; the others have none. */
static int setup(void **state) {
    static recorded r;
    memset(&r, 0, sizeof r);
    void *f = NULL;
    (void)fixture_setup(&f);
    r.f = f;
    for (int s = 0; s < N_SITE; s++) fill_site(&r.site[s], &r.f->row[s]);
    fsc_norm_place *norm = &r.site[0].norm;
    fsc_copy_text(norm->norm_id, sizeof norm->norm_id, "norm-a");
    fsc_copy_text(norm->cohort, sizeof norm->cohort, "healthy <volunteers>");
    fsc_copy_text(norm->source, sizeof norm->source, "Author 2020");
    fsc_copy_text(norm->fact_id, sizeof norm->fact_id, "N001");
    norm->n = 76, norm->mean_fraction = 0.08, norm->sd_fraction = 0.02, norm->z = 1.1;
    norm->percentile = 87.4, norm->percentile_low = 71, norm->percentile_high = 99.7, norm->p95_fraction = 0.118;
    r.exam.age_years = 44, r.exam.height_cm = r.exam.weight_kg = r.exam.days_since_injury = (double)NAN;
    say(&r.sentence[0], "no-norm", "Erector spinae at L3: no comparison.", "site.norm.failed", 0);
    say(&r.sentence[1], "contested", "Contested: does fat mean pain?", "N073", 1);
    say(&r.sentence[2], "limits", "This scan measures fat.", "facts", 0);
    r.map = (fsc_map){.exam = &r.exam, .site = r.site, .n_site = N_SITE, .sentence = r.sentence, .n_sentence = 3};
    r.f->input.map = &r.map;
    *state = &r;
    return 0;
}

static char *page_of(const recorded *r) {
    char *page = fixture_page(r->f);
    const char *fault = markup_fault(page);
    if (fault) fail_msg("%s", fault);
    assert_null(strstr(page, "injured"));
    assert_null(strstr(page, ">nan"));
    assert_null(strstr(page, "+nan"));
    assert_null(strstr(page, "-nan"));
    assert_null(strstr(page, " nan"));
    return page;
}

static int count_of(const char *text, const char *part) {
    int n = 0;
    for (const char *c = strstr(text, part); c; c = strstr(c + 1, part)) n++;
    return n;
}

static void percentile_only_where_a_norm_fits(void **state) {
    recorded *r = *state;
    char *page = page_of(r);
    assert_int_equal(count_of(page, "; more fat than 87 % of a reference group of 76"), 1);
    assert_int_equal(count_of(page, "; not compared with a reference group"), N_SITE - 1);
    assert_int_equal(count_of(page, "url(#map-hatch-"), N_SITE - 1 + 1); /* cells, and one sample in the legend */
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
    assert_non_null(strstr(page, "nothing on this page is called usual or unusual"));
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
    assert_int_equal(count_of(page, "url(#map-hatch-"), N_SITE + 1);
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

static void red_flags_stand_before_everything(void **state) {
    recorded *r = *state;
    fsc_copy_text(r->flag.finding, sizeof r->flag.finding, "new saddle numbness");
    fsc_copy_text(r->flag.action, sizeof r->flag.action, "go to hospital now");
    fsc_copy_text(r->flag.urgency, sizeof r->flag.urgency, "now");
    r->exam.red_flag = &r->flag, r->exam.n_red_flag = r->exam.n_stop = 1, r->map.stop = 1;
    fsc_notes_add(&r->f->scan.notes, FSC_NOTE_WARNING, "w", "some warning");
    char *page = page_of(r);
    const char *stop = strstr(page, "class=\"stop\"");
    assert_non_null(stop);
    assert_non_null(strstr(stop, "new saddle numbness"));
    assert_true(stop < strstr(page, "class=\"warnings\""));
    assert_true(stop < strstr(page, "class=\"plain\""));
    fsc_free(page);
    fsc_notes_free(&r->f->scan.notes);
}

static void a_record_alone_makes_a_page(void **state) {
    recorded *r = *state;
    r->f->input = (fsc_report_input){.map = &r->map};
    char *page = page_of(r);
    assert_int_equal(count_of(page, "<g role=\"img\" class=\"left\">"), N_SITE / 2);
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
        const fsc_status status = fsc_report_write(FIXTURE_PAGE, &r->f->input, &test_error);
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
        cmocka_unit_test_setup(percentile_only_where_a_norm_fits, setup),
        cmocka_unit_test_setup(no_norm_means_no_percentile_anywhere, setup),
        cmocka_unit_test_setup(another_methods_norm_is_marked_and_not_coloured, setup),
        cmocka_unit_test_setup(arrows_only_for_real_change, setup),
        cmocka_unit_test_setup(red_flags_stand_before_everything, setup),
        cmocka_unit_test_setup(a_record_alone_makes_a_page, setup),
        cmocka_unit_test_setup(sentences_carry_what_they_stand_on, setup),
        cmocka_unit_test_setup(out_of_memory_drops_nothing, setup),
        cmocka_unit_test_setup(a_note_is_said_once_though_two_steps_make_it, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
