/* repeat, change and trend: days, pair classes, the arithmetic of a change by hand, symmetry, and simulated people. */
#include "../test.h"
#include "random.h"
#include "repeat.h"
#include "visit.h"

#include <fascicle/day.h>

#include <stdlib.h>
#include <unistd.h>

static void days_follow_the_calendar(void **state) {
    (void)state;
    assert_close(fsc_days_of("1970-01-01"), 0, 0);
    assert_close(fsc_days_of("2000-03-01"), 11017, 0); /* date -d 2000-03-01 +%s / 86400 */
    assert_close(fsc_days_of("2026-11-21"), 20778, 0);
    assert_close(fsc_days_of("2024-02-29") + 1, fsc_days_of("2024-03-01"), 0);
    static const char *const bad[] = {
        "2023-02-29", "2026-00-01", "2026-11-31", "26-11-21", "2026/11/21", "2026-11-2", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_true(isnan(fsc_days_of(bad[i])));
}

static fsc_acquisition acquisition(void) {
    fsc_acquisition a;
    fsc_acquisition_from_scan(&a, NULL);
    strcpy(a.manufacturer, "Maker");
    strcpy(a.device, "1");
    a.field_tesla = 3;
    a.n_echo = 6;
    a.te_first_s = 1.2e-3;
    a.te_step_s = 1e-3;
    return a;
}

static void scanners_and_protocols_are_told_apart(void **state) {
    (void)state;
    const fsc_acquisition a = acquisition();
    fsc_acquisition b = a;
    char words[160];
    assert_int_equal(fsc_pair_of(words, sizeof words, &a, &b), FSC_PAIR_SAME);
    strcpy(b.device, "2");
    assert_int_equal(fsc_pair_of(words, sizeof words, &a, &b), FSC_PAIR_SCANNER);
    assert_non_null(strstr(words, "another scanner"));
    b = a;
    b.field_tesla = 1.5;
    assert_int_equal(fsc_pair_of(words, sizeof words, &a, &b), FSC_PAIR_SCANNER);
    b.te_step_s = 1.3e-3;
    assert_int_equal(fsc_pair_of(words, sizeof words, &a, &b), FSC_PAIR_PROTOCOL);
    b.method = FSC_METHOD_MAGNITUDE;
    assert_int_equal(fsc_pair_of(words, sizeof words, &a, &b), FSC_PAIR_METHOD);
    b = a;
    b.device[0] = 0;
    assert_int_equal(fsc_pair_of(words, sizeof words, &a, &b), FSC_PAIR_SAME);
    assert_non_null(strstr(words, "do not name the scanner"));
}

static void a_pair_is_the_same_both_ways_round(void **state) {
    (void)state;
    char words[160];
    fsc_acquisition a, b;
    fsc_acquisition_from_scan(&a, NULL);
    b = a;
    for (double tr_s = 0.90; tr_s < 1.12; tr_s += 0.0013) {
        a.repetition_time_s = 1;
        b.repetition_time_s = tr_s;
        assert_int_equal(fsc_pair_of(words, sizeof words, &a, &b), fsc_pair_of(words, sizeof words, &b, &a));
    }
}

static fsc_map *one(const char *session, const char *date, double pdff, double se) {
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, pdff, se);
    return make_visit("sub-01", session, date, &row, 1);
}

/* 0.30 - 0.25 after two years of 365.25 days: ageing 0.175 a year (band 0.065), SD of two scans 0.9 points, noise 0.4
 * each; volumes 20000 and 16000, so a fifth of the tissue differs. */
static void a_change_is_computed_as_by_hand(void **state) {
    (void)state;
    fsc_map *before = one("ses-1", "2024-01-01", 0.25, 0.02), *now = one("ses-2", "2026-01-01", 0.30, 0.01);
    before->site[0].row.pdff_se_noise_fraction = now->site[0].row.pdff_se_noise_fraction = 0.004;
    now->site[0].row.volume_mm3 = 16000;
    assert_ok(fsc_change_run(now, before, &test_error));
    const fsc_change *c = &now->site[0].change;
    const double years = 731 / 365.25;
    assert_close(c->from_days, 731, 0);
    assert_close(c->difference_fraction, 0.05, 1e-12);
    assert_close(c->ageing_fraction, 0.00175 * years, 1e-12);
    assert_close(c->ageing_se_fraction, 0.00065 * years, 1e-12);
    assert_close(c->net_fraction, 0.05 - 0.00175 * years, 1e-12);
    const double sampling = 0.2 * 0.2 * (0.02 * 0.02 - 0.004 * 0.004 + 0.01 * 0.01 - 0.004 * 0.004);
    const double se = sqrt(0.009 * 0.009 + 2 * 0.004 * 0.004 + sampling + pow(0.00065 * years, 2));
    assert_close(c->se_fraction, se, 1e-12);
    assert_close(c->least_real_fraction, fmax(0.03, 2.053748911 * se), 1e-9);
    assert_int_equal(c->real, 1);
    assert_non_null(strstr(c->fact_ids, "P028"));
    assert_non_null(strstr(c->fact_ids, "N035"));
    /* The other way round: signs change, nothing else. */
    fsc_map *again = one("ses-1", "2024-01-01", 0.25, 0.02);
    again->site[0].row.pdff_se_noise_fraction = 0.004;
    fsc_map *later = one("ses-2", "2026-01-01", 0.30, 0.01);
    later->site[0].row.pdff_se_noise_fraction = 0.004;
    later->site[0].row.volume_mm3 = 16000;
    assert_ok(fsc_change_run(again, later, &test_error));
    const fsc_change *r = &again->site[0].change;
    assert_close(r->net_fraction, -c->net_fraction, 1e-15);
    assert_close(r->se_fraction, c->se_fraction, 1e-15);
    assert_close(r->least_real_fraction, c->least_real_fraction, 1e-15);
    assert_close(r->p_adjusted, c->p_adjusted, 1e-15);
    assert_int_equal(r->real, 1);
    fsc_map_free(before);
    fsc_map_free(now);
    fsc_map_free(again);
    fsc_map_free(later);
}

static void obstacles_are_named(void **state) {
    (void)state;
    static const char *const words[] = {"another method", "cuts the site", "exchanged", "no fat fraction",
                                        "not measured"};
    for (int k = 0; k < 5; k++) {
        fsc_map *before = one("ses-1", "2026-01-01", 0.25, 0.01), *now = one("ses-2", "2026-02-01", 0.40, 0.01);
        if (k == 0) now->acquisition.method = FSC_METHOD_TWO_POINT;
        if (k == 1) now->site[0].row.coverage = 0.6;
        if (k == 2) now->site[0].row.swap_fraction = 0.3;
        if (k == 3) before->site[0].row.pdff_mean_fraction = (double)NAN;
        if (k == 4) before->site[0].row.place.side = FSC_SIDE_RIGHT;
        assert_ok(fsc_change_run(now, before, &test_error));
        assert_int_equal(now->site[0].change.real, -1);
        assert_non_null(strstr(now->site[0].change.reason, words[k]));
        assert_true(isnan(now->site[0].change.p_adjusted));
        fsc_map_free(before);
        fsc_map_free(now);
    }
}

/* Three levels of one muscle; the labels of now were carried from the other visit, whose own error both have. */
static void carried_labels_err_once_and_their_ends_are_not_compared(void **state) {
    (void)state;
    fsc_repeat repeat;
    assert_ok(fsc_repeat_read(&repeat, &test_error));
    double variance[3];
    for (int k = 0; k < 3; k++) { /* no label error, the first visit's, what carrying adds */
        fsc_row row[3] = {make_row("multifidus", "L3", FSC_SIDE_LEFT, 0.2, 0.01),
                          make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.2, 0.01),
                          make_row("multifidus", "L5", FSC_SIDE_LEFT, 0.2, 0.01)};
        if (k == 1) row[1].pdff_se_label_fraction = 0.05;
        fsc_map *before = make_visit("sub-1", "ses-1", "2026-01-01", row, 3);
        row[1].pdff_se_label_fraction = k == 2 ? 0.02 : 0;
        row[1].pdff_mean_fraction = 0.3;
        fsc_map *now = make_visit("sub-1", "ses-2", "2026-02-01", row, 3);
        before->label_source = FSC_LABELS_EXTERNAL;
        now->label_source = FSC_LABELS_CARRIED;
        assert_ok(fsc_change_run(now, before, &test_error));
        for (int i = 0; i < now->n_site; i++) {
            const fsc_change *c = &now->site[i].change;
            if (now->site[i].row.kind != FSC_ROW_SITE) continue;
            const int middle = strcmp(now->site[i].row.place.level, "L4") == 0;
            assert_int_equal(c->real, middle ? 1 : -1);
            if (middle) variance[k] = c->se_fraction * c->se_fraction;
            if (!middle) assert_non_null(strstr(c->reason, "carried labels end at this level"));
        }
        fsc_map_free(before);
        fsc_map_free(now);
    }
    const double share = repeat.label_share[FSC_LABELS_CARRIED];
    assert_close(variance[1], variance[0], 1e-15);
    assert_close(variance[2] - variance[0], share * share * 0.02 * 0.02, 1e-12);
}

static void another_scanner_says_so_and_needs_more(void **state) {
    (void)state;
    fsc_map *before = one("ses-1", "2026-01-01", 0.25, 0.004), *now = one("ses-2", "2026-02-01", 0.29, 0.004);
    assert_ok(fsc_change_run(now, before, &test_error));
    assert_int_equal(now->site[0].change.real, 1);
    strcpy(now->acquisition.device, "5678");
    assert_ok(fsc_change_run(now, before, &test_error));
    assert_int_equal(now->site[0].change.real, 0);
    assert_close(now->site[0].change.least_real_fraction, 0.05, 1e-12);
    assert_non_null(strstr(now->site[0].change.reason, "another scanner"));
    int32_t n = 0; /* the sentences of the first comparison are gone */
    for (int32_t i = 0; i < now->n_sentence; i++)
        n += strcmp(now->sentence[i].key, "change") == 0 && strstr(now->sentence[i].text, "another scanner") == NULL;
    assert_int_equal(n, 0);
    fsc_map_free(before);
    fsc_map_free(now);
    before = one("ses-1", "2026-01-01", 0.25, 0.004);
    now = one("ses-2", "", 0.29, 0.004);
    assert_fails(fsc_change_run(now, before, &test_error), FSC_E_ARG);
    fsc_map_free(now);
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.25, 0.01);
    now = make_visit("sub-02", "ses-1", "2026-03-01", &row, 1);
    assert_fails(fsc_change_run(now, before, &test_error), FSC_E_ARG);
    assert_non_null(strstr(test_error.text, "two people"));
    fsc_map_free(before);
    fsc_map_free(now);
}

/* People with 60 sites whose scans scatter exactly as the evidence says: how many without any change get a "real". */
static void people_without_change_are_left_alone(void **state) {
    (void)state;
    enum { SITES = 60, PEOPLE = 2000 };
    static fsc_row row[SITES];
    char level[SITES][4];
    for (int i = 0; i < SITES; i++) {
        (void)snprintf(level[i], sizeof level[i], "%c%d", i < 40 ? 'T' : 'C', 1 + i % 6);
        row[i] = make_row(i % 2 ? "multifidus" : "erector_spinae", level[i], (fsc_side)(1 + i / 2 % 2), 0.2, 0.002);
    }
    fsc_map *before = make_visit("sub-01", "ses-1", "2026-01-01", row, SITES);
    fsc_map *now = make_visit("sub-01", "ses-2", "2026-01-01", row, SITES);
    for (int i = 0; i < SITES; i++) { /* make every site its own */
        (void)snprintf(before->site[i].row.place.level, sizeof before->site[i].row.place.level, "x%d", i);
        (void)snprintf(now->site[i].row.place.level, sizeof now->site[i].row.place.level, "x%d", i);
    }
    const double sd = sqrt(0.009 * 0.009 + 2 * 0.002 * 0.002);
    int hit = 0, found = 0;
    for (int k = 0; k < PEOPLE; k++) {
        for (int i = 0; i < SITES; i++)
            now->site[i].row.pdff_mean_fraction =
                0.2 + sd * fsc_random_normal(5, (uint64_t)k, (uint64_t)i) + (i == 0) * 0.06;
        assert_ok(fsc_change_run(now, before, &test_error));
        int any = 0;
        for (int i = 1; i < SITES; i++) any |= now->site[i].change.real == 1;
        hit += any;
        found += now->site[0].change.real == 1;
    }
    print_message("simulated people, 60 sites: %.2f %% get a false 'real'; a change of 6 points is found in %.1f %%\n",
                  100.0 * hit / PEOPLE, 100.0 * found / PEOPLE);
    assert_true((double)hit / PEOPLE <= 0.05);
    assert_true((double)found / PEOPLE >= 0.90);
    fsc_map_free(before);
    fsc_map_free(now);
}

static void trends_find_a_line(void **state) {
    (void)state;
    fsc_map *visit[5];
    static const char *const dates[] = {"2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01"};
    for (int v = 0; v < 5; v++) {
        fsc_row row[3] = {
            make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.20 + 0.02 * v, 0.005),       /* 2 points a year */
            make_row("multifidus", "L4", FSC_SIDE_RIGHT, 0.20 + 0.001 * v, 0.005),     /* ageing and no more */
            make_row("multifidus", "L5", FSC_SIDE_LEFT, v == 2 ? 0.30 : 0.20, 0.005)}; /* up and back */
        char session[8];
        (void)snprintf(session, sizeof session, "ses-%d", v);
        visit[v] = make_visit("sub-01", session, dates[v], row, 3);
    }
    fsc_trend *trend = NULL;
    fsc_notes notes = {0};
    int32_t n = 0;
    assert_ok(fsc_change_trends(&trend, &n, &notes, (const fsc_map *const *)visit, 5, &test_error));
    assert_int_equal(n, 3);
    for (int32_t i = 0; i < n; i++) {
        const fsc_trend *t = &trend[i];
        assert_int_equal(t->n_visit, 5);
        assert_close(t->years, 1461 / 365.25, 1e-9);
        if (strcmp(t->place.level, "L5") == 0) {
            assert_int_equal(t->real, 0);
            assert_true(t->misfit_p < 0.001);
        } else if (t->place.side == FSC_SIDE_LEFT) {
            assert_close(t->slope_per_year, 0.02, 1e-5);
            assert_close(t->net_per_year, 0.02 - 0.00175, 1e-5);
            assert_int_equal(t->real, 1);
            /* Least squares by hand: equal weights, sum of squared deviations in years is 10. */
            const double w = 1 / (0.005 * 0.005 + 0.5 * 0.009 * 0.009);
            assert_close(t->se_per_year, sqrt(1 / (10 * w) + 0.00065 * 0.00065), 1e-5);
        } else {
            assert_int_equal(t->real, 0);
            assert_true(t->misfit_p > 0.5);
        }
    }
    fsc_change_free_trends(trend);
    assert_fails(fsc_change_trends(&trend, &n, &notes, (const fsc_map *const *)visit, 2, &test_error), FSC_E_NOTFOUND);
    visit[2]->acquisition.date[0] = 0;
    assert_fails(fsc_change_trends(&trend, &n, &notes, (const fsc_map *const *)visit, 5, &test_error), FSC_E_ARG);
    fsc_notes_free(&notes);
    for (int v = 0; v < 5; v++) fsc_map_free(visit[v]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_follow_the_calendar),
        cmocka_unit_test(scanners_and_protocols_are_told_apart),
        cmocka_unit_test(a_pair_is_the_same_both_ways_round),
        cmocka_unit_test(a_change_is_computed_as_by_hand),
        cmocka_unit_test(obstacles_are_named),
        cmocka_unit_test(carried_labels_err_once_and_their_ends_are_not_compared),
        cmocka_unit_test(another_scanner_says_so_and_needs_more),
        cmocka_unit_test(people_without_change_are_left_alone),
        cmocka_unit_test(trends_find_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
