/* report: the clinic's page stands alone: who, what they feel, the strongest findings, marks of the exam, what was not
 * compared; the details are folded behind it. */
#include "drawn.h"

#include <stdlib.h>

static void set_findings(recorded *r) {
    for (int s = 0; s < N_SITE; s++) recorded_value(r, s, 0.12, 0.004);
    recorded_value(r, 4, 0.347, 0.004), recorded_value(r, 5, 0.213, 0.004);
    recorded_norm(&r->site[8].norm, 96.9);
    recorded_change(&r->site[6].change, -0.068, 1);
    recorded_felt(r, 4);
}

static void head_holds_who_when_and_what_they_feel(void **state) {
    recorded *r = *state;
    fsc_copy_text(r->map.acquisition.date, sizeof r->map.acquisition.date, "2026-03-04");
    fsc_copy_text(r->exam.date, sizeof r->exam.date, "2026-03-05");
    fsc_copy_text(r->exam.mechanism, sizeof r->exam.mechanism, "fall");
    r->exam.sex = FSC_SEX_FEMALE, r->exam.nrs_pain = 7, r->exam.odi_percent = 38, r->exam.days_since_injury = 213;
    for (int reader = 0; reader < FSC_READER_N; reader++) {
        char *page = recorded_page(r, (fsc_reader)reader);
        assert_non_null(strstr(page, "scan 2026-03-04 · exam 2026-03-05 · 44 years · female"));
        if (reader != FSC_READER_PERSON)
            assert_non_null(strstr(page, "pain 7 of 10 · ODI 38 % · began 213 days ago · with fall"));
        fsc_free(page);
    }
}

static void findings_come_with_their_numbers(void **state) {
    recorded *r = *state;
    set_findings(r);
    char *page = recorded_page(r, FSC_READER_CLINIC);
    fsc_text text = visible_text(page);
    const char *change = strstr(text.data, "-6.8 points (90 % interval -8.8 to -4.8), from 20.0 to 12.0 %");
    const char *over = strstr(text.data, "more fat than 97 % of a reference group (90 % interval 71 to more than 99");
    const char *side = strstr(text.data, "34.7 against 21.3 % fat, +13.4 points (90 % interval +12.5 to +14.3)");
    assert_true(change && over && side && change < over && over < side);
    assert_non_null(strstr(side, "The examiner felt something there."));
    assert_non_null(strstr(text.data, "Not compared : Multifidus (5 of 6 sites), Erector spinae (5 of 6 sites)"));
    fsc_text_free(&text);
    fsc_free(page);
}

static void pooled_levels_are_named_only_where_they_lie_high(void **state) {
    recorded *r = *state;
    static fsc_map_pool pool[2] = {{.muscle = "multifidus", .level_first = "L1", .level_last = "L5"},
                                   {.muscle = "psoas_major", .level_first = "L5", .level_last = "L5"}};
    for (int p = 0; p < 2; p++) recorded_norm(&pool[p].norm, 40);
    r->map.pool = pool, r->map.n_pool = 2;
    char *quiet = recorded_page(r, FSC_READER_CLINIC);
    assert_non_null(strstr(quiet, "levels pooled: 2 comparisons, none over the 95th percentile; see"));
    recorded_norm(&pool[1].norm, 98);
    char *high = recorded_page(r, FSC_READER_CLINIC);
    assert_non_null(strstr(
        high, "levels pooled: 2 comparisons, of them over the 95th percentile: Psoas major L5 more than 98 %; see"));
    r->map.pool = NULL, r->map.n_pool = 0;
    fsc_free(quiet);
    fsc_free(high);
}

static void felt_places_are_marked_on_the_map(void **state) {
    recorded *r = *state;
    set_findings(r);
    char *page = recorded_page(r, FSC_READER_CLINIC);
    assert_int_equal(count_of(page, "; felt by the examiner</title>"), 1);
    assert_int_equal(count_of(page, "r=\"5\" fill=\"#1d2733\""), 2); /* the cell, and its sample in the legend */
    assert_non_null(strstr(page, "Multifidus at L5 left: taut band, tender"));
    fsc_copy_text(r->felt.place.level, sizeof r->felt.place.level, "T3");
    char *other = recorded_page(r, FSC_READER_CLINIC);
    assert_int_equal(count_of(other, "; felt by the examiner</title>"), 0);
    assert_non_null(strstr(other, "(not measured there)"));
    fsc_free(page);
    fsc_free(other);
}

static void details_are_folded_and_the_model_is_not_here(void **state) {
    recorded *r = *state;
    char *page = recorded_page(r, FSC_READER_CLINIC);
    const char *details = strstr(page, "<details class=\"more\">");
    assert_non_null(details);
    assert_true(strstr(page, "id=\"norms-title\"") > details);
    assert_true(strstr(page, "id=\"within-title\"") == NULL || strstr(page, "id=\"within-title\"") > details);
    assert_null(strstr(page, "story A"));
    assert_null(strstr(page, "Story A"));
    fsc_free(page);
}

static void drawn_people_have_whole_pages_without_forbidden_words(void **state) {
    (void)state;
    static drawn d;
    for (int person = 0; person < 100; person++) {
        draw_person(&d, person);
        for (int reader = FSC_READER_CLINIC; reader < FSC_READER_N; reader++) {
            char *page = drawn_page(&d, (fsc_reader)reader);
            const char *fault = markup_fault(page);
            if (fault) fail_msg("person %d: %s", person, fault);
            check_words(page);
            assert_int_equal(strstr(page, "Has a radiologist read all the pictures?") != NULL, !d.exam->n_stop);
            fsc_free(page);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(head_holds_who_when_and_what_they_feel, recorded_setup),
        cmocka_unit_test_setup(findings_come_with_their_numbers, recorded_setup),
        cmocka_unit_test_setup(pooled_levels_are_named_only_where_they_lie_high, recorded_setup),
        cmocka_unit_test_setup(felt_places_are_marked_on_the_map, recorded_setup),
        cmocka_unit_test_setup(details_are_folded_and_the_model_is_not_here, recorded_setup),
        cmocka_unit_test(drawn_people_have_whole_pages_without_forbidden_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
