/* report: the person's page is easy to read, holds no bare percentage, no model and no z, and says what the record
 * says.
 */
#include "drawn.h"

#include <stdlib.h>

enum { PEOPLE = 100 };

static int compare_doubles(const void *a, const void *b) {
    const double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void a_hundred_pages_read_at_grade_eight_or_lower(void **state) {
    (void)state;
    static drawn d;
    double grade[PEOPLE];
    int longest = 0, n_state[4] = {0};
    for (int person = 0; person < PEOPLE; person++) {
        draw_person(&d, person);
        char *page = drawn_page(&d, FSC_READER_PERSON);
        const reading r = read_page(page);
        const int stop = d.exam->n_stop > 0;
        assert_true(r.words > (stop ? 25 : 200)); /* the measure saw the page */
        if (d.plan) n_state[d.plan->state]++;
        grade[person] = grade_of(&r);
        if (r.longest > longest) longest = r.longest;
        fsc_free(page);
    }
    qsort(grade, PEOPLE, sizeof *grade, compare_doubles);
    print_message("Flesch-Kincaid grade: median %.1f, worst %.1f; longest sentence %d words\n", grade[PEOPLE / 2],
                  grade[PEOPLE - 1], longest);
    print_message("plans: %d stop, %d out of scope, %d ask, %d ready\n", n_state[0], n_state[1], n_state[2],
                  n_state[3]);
    assert_true(n_state[FSC_PLAN_STOP] > 5 && n_state[FSC_PLAN_ASK] > 5 && n_state[FSC_PLAN_READY] > 30);
    assert_true(grade[PEOPLE - 1] <= 8);
    assert_true(longest <= 40);
}

static void a_known_text_has_its_known_grade(void **state) {
    (void)state;

    const reading r = read_page("<p>The cat sat on the mat. It did not move for hours.</p>");
    assert_int_equal(r.sentences, 2);
    assert_int_equal(r.words, 12);
    assert_int_equal(r.syllables, 12);
    assert_close(grade_of(&r), 0.39 * 6 + 11.8 - 15.59, 1e-9);
    static const struct {
        const char *word;
        int syllables;
    } known[] = {{"muscle", 2}, {"measured", 2}, {"emergency", 4}, {"multifidus", 4}, {"places", 2}, {"100", 3}};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        assert_int_equal(syllables_of(known[k].word, strlen(known[k].word)), known[k].syllables);
}

static void no_page_frightens_or_speaks_of_models(void **state) {
    (void)state;
    static drawn d;
    static const char *const never[] = {"%",       "z",        "model", "percentile", "stage",  "degeneration",
                                        "damage",  "abnormal", "torn",  "injury",     "failed", "normal",
                                        "healthy", "violence", "PDFF",  "wasting"};
    for (int person = 0; person < PEOPLE; person++) {
        draw_person(&d, person);
        char *page = drawn_page(&d, FSC_READER_PERSON);
        const char *fault = markup_fault(page);
        if (fault) fail_msg("person %d: %s", person, fault);
        check_words(page);
        fsc_text text = visible_text(page);
        for (size_t k = 0; k < sizeof never / sizeof *never; k++)
            if (find_words(text.data, never[k]))
                fail_msg("person %d: the page says %.60s", person, find_words(text.data, never[k]));
        fsc_text_free(&text);
        fsc_free(page);
    }
}

/* Every whole number on the page, but those in names of levels, is one that allowed holds. */
static void check_numbers(const char *text, const double *allowed, int n) {
    for (const char *c = text; *c; c++) {
        if (!isdigit((unsigned char)*c)) continue;
        const int named =
            c > text && (isalpha((unsigned char)c[-1]) || c[-1] == '-' || c[-1] == '#'); /* L5, sub-01, an entity */
        char *end;
        const double value = strtod(c, &end);
        int known = named;
        for (int k = 0; k < n; k++) known |= value == allowed[k];
        if (!known) fail_msg("%.0f is no field: %.*s", value, 50, c > text + 20 ? c - 20 : c);
        c = end - 1;
    }
}

static void every_number_is_a_field(void **state) {
    recorded *r = *state;
    for (int s = 0; s < N_SITE; s++) recorded_value(r, s, 0.12, 0.004);
    recorded_value(r, 4, 0.347, 0.004), recorded_value(r, 5, 0.213, 0.004);
    recorded_norm(&r->site[8].norm, 96.9);
    recorded_change(&r->site[6].change, -0.068, 1);
    recorded_felt(r, 4);
    r->exam.nrs_pain = 7, r->exam.days_since_injury = 213, r->exam.prior_back_episodes = 4, r->exam.odi_percent = 38;
    r->exam.sleep_hours = 5.5, r->exam.stress_0_10 = 8, r->exam.activity_hours_week = 9;
    r->exam.n_now_answered = 6, r->exam.n_now_compulsory = 8;
    char *page = recorded_page(r, FSC_READER_PERSON);
    fsc_text text = visible_text(page);
    assert_non_null(strstr(text.data, "about 35 parts in 100, against 21."));
    assert_non_null(strstr(text.data, "Of 100 people in that group, about 3 have more."));
    assert_non_null(strstr(text.data, "went down by about 7 in 100 parts"));
    assert_non_null(strstr(text.data, "Since your last scan, 3 months ago,"));
    assert_non_null(strstr(text.data, "It began about 7 months ago."));
    assert_non_null(strstr(text.data, "Sleep: about 5.5 hours a night."));
    assert_non_null(strstr(text.data, "you answered 6 of the 8 main questions"));
    /* Scale tops and "one place in 20" are constants of the sentences. */
    const double allowed[] = {35, 21, 100, 3, 7, 4, 38, 5.5, 8, 9, 6, 8, 44, 10, 20, MUSCLES, LEVELS, N_SITE};
    check_numbers(text.data, allowed, sizeof allowed / sizeof *allowed);
    fsc_text_free(&text);
    fsc_free(page);
}

/* Adds the whole numbers of a text to a list. */
static int add_numbers(double *list, int n, int most, const char *text) {
    for (const char *c = text; *c; c++) {
        if (!isdigit((unsigned char)*c)) continue;
        char *end;
        assert_true(n < most);
        list[n++] = strtod(c, &end);
        c = end - 1;
    }
    return n;
}

static int add_plan_numbers(double *list, int n, int most, const fsc_plan *plan) {
    for (int32_t i = 0; i < plan->n_refer; i++) n = add_numbers(list, n, most, plan->refer[i].plain);
    for (int32_t i = 0; i < plan->n_ask; i++) n = add_numbers(list, n, most, plan->ask[i].text);
    for (int32_t i = 0; i < plan->n_hold_back; i++) n = add_numbers(list, n, most, plan->hold_back[i].plain);
    for (int32_t i = 0; i < plan->n_step; i++) n = add_numbers(list, n, most, plan->step[i].plain);
    for (int32_t i = 0; i < plan->n_home; i++) {
        n = add_numbers(list, n, most, plan->home[i].how);
        n = add_numbers(list, n, most, plan->home[i].dose);
    }
    return n;
}

static void every_number_of_a_plan_is_the_plans(void **state) {
    (void)state;
    static drawn d;
    int n_seen = 0;
    for (int person = 0; person < PEOPLE; person++) {
        double allowed[1000];
        draw_person(&d, person);
        if (!d.plan || d.plan->state != FSC_PLAN_READY) continue;
        char *page = drawn_page(&d, FSC_READER_PERSON);
        d.input.plan = NULL;
        char *without = drawn_page(&d, FSC_READER_PERSON);
        fsc_text text = visible_text(page), bare = visible_text(without);
        int n = add_numbers(allowed, 0, 1000, bare.data);
        n = add_plan_numbers(allowed, n, 1000, d.plan);
        check_numbers(text.data, allowed, n);
        n_seen++;
        fsc_text_free(&text);
        fsc_text_free(&bare);
        fsc_free(page);
        fsc_free(without);
    }
    assert_true(n_seen > 30);
}

static void what_is_quiet_is_said_quietly_and_is_no_all_clear(void **state) {
    recorded *r = *state;
    for (int s = 0; s < N_SITE; s++) recorded_value(r, s, 0.12, 0.004);
    char *page = recorded_page(r, FSC_READER_PERSON);
    assert_non_null(strstr(page, "Nothing stood out"));
    assert_non_null(strstr(page, "it is not an all-clear"));
    assert_non_null(strstr(page, "Your pain is real"));
    assert_non_null(strstr(page, "has a doctor read all of my pictures?"));
    assert_non_null(strstr(page, "When to get help at once"));
    fsc_free(page);
    r->exam.nrs_pain = 0; /* nobody is told of a pain that they do not have */
    page = recorded_page(r, FSC_READER_PERSON);
    assert_null(strstr(page, "Your pain is real"));
    assert_null(strstr(page, "made it up"));
    assert_non_null(strstr(page, "If something hurts one day, that is real"));
    fsc_free(page);
}

/* The places that hurt are heard, on the person's page and on the clinic's, though no score is given. */
static void where_it_hurts_is_told(void **state) {
    recorded *r = *state;
    fsc_pain pain[2] = {{.region = "thoracic", .side = FSC_SIDE_LEFT, .onset_days = 1100, .nrs_pain = 5},
                        {.region = "neck", .onset_days = NAN, .nrs_pain = NAN, .course = "worse"}};
    r->exam.pain = pain, r->exam.n_pain = 2;
    char *page = recorded_page(r, FSC_READER_PERSON);
    assert_non_null(strstr(page, "<li>Pain in the mid back, on the left, for about 3 years, 5 of 10.</li>"));
    assert_non_null(strstr(page, "<li>Pain in the neck.</li>"));
    assert_null(strstr(page, "We do not know your story yet"));
    fsc_free(page);
    page = recorded_page(r, FSC_READER_CLINIC);
    assert_non_null(strstr(page, "thoracic left for 3 years, 5 of 10 · neck, worse"));
    assert_null(strstr(page, "no exam was given"));
    fsc_free(page);
    r->exam.n_pain = 0, r->exam.days_since_injury = 0;
    page = recorded_page(r, FSC_READER_PERSON);
    assert_non_null(strstr(page, "<li>It began today.</li>"));
    fsc_free(page);
}

static void a_scan_without_labels_has_its_page_too(void **state) {
    fixture *f = *state;
    f->input.measures = NULL, f->input.sites = NULL;
    char *page = fixture_page_for(f, FSC_READER_PERSON);
    assert_null(markup_fault(page));
    assert_non_null(strstr(page, "The muscles have not been outlined"));
    assert_non_null(strstr(page, "When to get help at once"));
    assert_null(strstr(page, "butterfly\""));
    fsc_free(page);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_text_has_its_known_grade),
        cmocka_unit_test(a_hundred_pages_read_at_grade_eight_or_lower),
        cmocka_unit_test(no_page_frightens_or_speaks_of_models),
        cmocka_unit_test_setup(every_number_is_a_field, recorded_setup),
        cmocka_unit_test(every_number_of_a_plan_is_the_plans),
        cmocka_unit_test_setup(what_is_quiet_is_said_quietly_and_is_no_all_clear, recorded_setup),
        cmocka_unit_test_setup(where_it_hurts_is_told, recorded_setup),
        cmocka_unit_test_setup(a_scan_without_labels_has_its_page_too, fixture_setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
