/* sequence: every order is there once, a tree gives what one long simulation gives, and nothing is told that the people
 * do not agree on. "sequence people N AGE" (suite long) tries searched sequences on people whose truth is known. */
#include "../test.h"
#include "alloc.h"
#include "evidence.h"
#include "people.h"
#include "sequence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fsc_sequences all;

static int32_t find(const int32_t want[FSC_SEQUENCE_BLOCKS]) {
    for (int32_t k = 0; k < fsc_sequences_n(&all); k++) {
        int32_t block[FSC_SEQUENCE_BLOCKS];
        fsc_sequence_blocks(block, &all, k);
        if (memcmp(block, want, sizeof block) == 0) return k;
    }
    return -1;
}

static void every_order_and_start_stands_once(void **state) {
    (void)state;
    int32_t n = 0;
    for (int code = 0; code < 625; code++) { /* five choices in each of four blocks */
        int32_t block[FSC_SEQUENCE_BLOCKS], seen = 0, twice = 0;
        for (int b = 0, rest = code; b < FSC_SEQUENCE_BLOCKS; b++, rest /= 5) {
            block[b] = rest % 5 - 1;
            twice |= block[b] >= 0 && (seen >> block[b] & 1);
            if (block[b] >= 0) seen |= 1 << block[b];
        }
        assert_int_equal(find(block) >= 0, !twice);
        n += !twice;
    }
    assert_int_equal(n, fsc_sequences_n(&all));
    assert_int_equal(n, FSC_SEQUENCE_MOST);
    char text[160];
    const int32_t some[FSC_SEQUENCE_BLOCKS] = {-1, 3, -1, 0}, none[FSC_SEQUENCE_BLOCKS] = {-1, -1, -1, -1};
    fsc_sequence_words(text, sizeof text, &all, find(some));
    assert_string_equal(text, "week 6 strengthening, week 18 nerve stimulation");
    fsc_sequence_words(text, sizeof text, &all, find(none));
    assert_string_equal(text, "no treatment");
    for (int32_t k = 0; k < n; k++) { /* none is cut short */
        fsc_sequence_words(text, sizeof text, &all, k);
        assert_true(strlen(text) < sizeof text - 1);
    }
}

/* One struck level, 30 days on. */
static fsc_library *library_of(const fsc_cycle *model, fsc_cycle_story story, uint64_t seed, int32_t n,
                               double age_day) {
    fsc_assumed assumed;
    fsc_library *lib = NULL;
    assert_ok(fsc_assumed_read(&assumed, &test_error));
    const fsc_prior prior = {
        .story = story, .assumed = &assumed, .horizon_day = age_day, .injury_age_day = age_day, .seed = seed};
    assert_ok(fsc_library_new(&lib, model, &prior, n, &age_day, 1, 2, NULL, &test_error));
    return lib;
}

static fsc_cycle_person person_now(const fsc_library *lib, int32_t m) {
    fsc_cycle_person p = lib->person[m];
    p.event = NULL;
    p.n_event = 0;
    p.initial = fsc_library_state(lib, m);
    return p;
}

static void a_tree_gives_what_one_long_simulation_gives(void **state) {
    (void)state;
    fsc_cycle *model = NULL;
    assert_ok(fsc_cycle_new(&model, "L4", "L5", 0, &test_error));
    fsc_library *lib = library_of(model, FSC_CYCLE_ACUTE, 5, 8, 21);
    int32_t m = 0;
    while (m < 7 && isnan(lib->strike_age[m * 2]) && isnan(lib->strike_age[m * 2 + 1])) m++;
    fsc_cycle_person one = person_now(lib, m);
    double *pain = calloc((size_t)fsc_sequences_n(&all), sizeof *pain);
    assert_ok(fsc_sequences_try(pain, &all, model, &one, 1, 2, NULL, &test_error));
    const int32_t order[FSC_SEQUENCE_BLOCKS] = {2, -1, 0, 3};
    fsc_cycle_course course[FSC_SEQUENCE_BLOCKS];
    double day[365];
    int32_t n_course = 0;
    for (int b = 0; b < FSC_SEQUENCE_BLOCKS; b++)
        if (order[b] >= 0)
            course[n_course++] = (fsc_cycle_course){.start_day = 42.0 * b,
                                                    .stop_day = 42.0 * (b + 1),
                                                    .treatment = all.treatment[order[b]],
                                                    .intensity = 1};
    for (int d = 0; d < 365; d++) day[d] = d;
    one.course = course;
    one.n_course = n_course;
    const fsc_cycle_plan plan = {.day = day, .n_day = 365, .n_threads = 1};
    fsc_cycle_run *run = NULL;
    assert_ok(fsc_cycle_simulate(&run, model, &one, 1, &plan, NULL, &test_error));
    double mean = 0;
    for (int d = 0; d < 364; d++) mean += 0.5 * (run->outcome[d].nrs + run->outcome[d + 1].nrs) / 364;
    const double from_tree = pain[find(order)];
    if (!(fabs(from_tree - mean) < 0.05 * mean + 0.01)) fail_msg("tree %.4f, daily %.4f", from_tree, mean);
    fsc_cycle_run_free(run);
    free(pain);
    fsc_library_free(lib);
    fsc_cycle_free(model);
}

/* Ten people who do best with one sequence, `of` of them with `first`, the others with `second`. */
static void fill(double *pain, int of, int32_t first, int32_t second, double gap) {
    for (int p = 0; p < 10; p++)
        for (int32_t k = 0; k < fsc_sequences_n(&all); k++)
            pain[p * fsc_sequences_n(&all) + k] = k == (p < of ? first : second) ? 3 : 3 + gap;
}

static fsc_model_view view_of(int of_a, int32_t first_a, int of_b, int32_t first_b, double gap) {
    static double a[10 * FSC_SEQUENCE_MOST], b[10 * FSC_SEQUENCE_MOST];
    double *const pain[FSC_CYCLE_N_STORY] = {a, b};
    const int32_t n[FSC_CYCLE_N_STORY] = {10, 10};
    fsc_model_view view;
    fill(a, of_a, first_a, 7, gap);
    fill(b, of_b, first_b, 7, gap);
    assert_ok(fsc_model_view_fill(&view, &all, pain, n, &test_error));
    assert_int_equal(view.made, 1);
    return view;
}

static void only_what_both_stories_say_of_most_people_is_told(void **state) {
    (void)state;
    fsc_model_view v = view_of(8, 20, 9, 20, 1);
    assert_int_equal(v.cannot_tell, 0);
    assert_non_null(strstr(v.text, "80 %"));
    assert_float_equal(v.story[1].best[0].share_best, 0.9, 1e-12);
    assert_float_equal(v.story[1].best[1].share_best, 0.1, 1e-12);
    assert_int_equal(v.story[0].n_differ, 10);
    v = view_of(6, 20, 9, 20, 1); /* too few */
    assert_int_equal(v.cannot_tell, 1);
    assert_non_null(strstr(v.text, "enough"));
    v = view_of(10, 20, 10, 21, 1); /* the stories disagree */
    assert_int_equal(v.cannot_tell, 1);
    assert_non_null(strstr(v.text, "different orders"));
    v = view_of(10, 20, 10, 20, 0.05); /* the order makes no difference */
    assert_int_equal(v.cannot_tell, 1);
    assert_non_null(strstr(v.text, "no difference"));
    assert_int_equal(v.story[0].n_differ, 0);
    assert_string_equal(v.story[0].best[0].what, "");
    double *const nobody[FSC_CYCLE_N_STORY] = {NULL, NULL};
    const int32_t none[FSC_CYCLE_N_STORY] = {0, 0};
    assert_ok(fsc_model_view_fill(&v, &all, nobody, none, &test_error));
    assert_int_equal(v.made, 0);
    assert_true(v.reason[0] != 0);
}

/* --- Searched sequences on people whose truth is known --- */

typedef struct bench {
    fsc_cycle *model;
    fsc_assumed assumed;
    fsc_library *library[FSC_CYCLE_N_STORY], *truth[FSC_CYCLE_N_STORY];
    fsc_future ahead[FSC_CYCLE_N_STORY];
    double age_day;
} bench;

/* The sequence that the search names for a person under a story; -1 when nobody who fits cares. */
static int32_t searched(const bench *b, const fsc_trial_person *person, int story) {
    fsc_data data;
    fsc_cycle *own = NULL;
    fsc_evidence evidence;
    fsc_ground ground;
    fsc_posterior *post = NULL;
    double *pain = NULL, share[FSC_SEQUENCE_MOST];
    int32_t n_person = 0;
    assert_ok(fsc_data_build(&data, &own, &person->seen, &b->assumed, &test_error));
    fsc_cycle_free(own);
    fsc_evidence_from(&evidence, &person->exam, b->model, &data, &b->assumed);
    assert_ok(fsc_ground_build(&ground, b->model, &data, &person->exam, &b->assumed, &test_error));
    assert_ok(fsc_posterior_run(&post, &ground, b->library[story], &data, evidence.log_odds, evidence.log_tender,
                                &b->assumed, 1, 2, &test_error));
    assert_ok(fsc_sequences_search(&pain, &n_person, &all, post, 2, NULL, &test_error));
    const int32_t best = fsc_sequences_vote(share, &all, pain, n_person);
    fsc_free(pain);
    fsc_posterior_free(post);
    fsc_ground_free(&ground);
    fsc_data_free(&data);
    return share[best] > 0 ? best : -1;
}

static int is_full(int32_t k) {
    int32_t block[FSC_SEQUENCE_BLOCKS];
    fsc_sequence_blocks(block, &all, k);
    for (int b = 0; b < FSC_SEQUENCE_BLOCKS; b++)
        if (block[b] < 0) return 0;
    return 1;
}

/* Chance that a sequence gives less pain than one drawn at random; equal ones count half. */
static double beats(const double *pain, int32_t chosen, int only_full) {
    double won = 0;
    int32_t n = 0;
    for (int32_t k = 0; k < fsc_sequences_n(&all); k++) {
        if (only_full && !is_full(k)) continue;
        const double gain = pain[k] - pain[chosen];
        won += gain > all.rules.equal_points ? 1 : gain < -all.rules.equal_points ? 0 : 0.5;
        n++;
    }
    return won / n;
}

typedef struct tally {
    int32_t n, n_none;
    double any, full;
} tally;

static void open_bench(bench *b, int32_t n_people, double age_day) {
    *b = (bench){.age_day = age_day};
    assert_ok(fsc_assumed_read(&b->assumed, &test_error));
    assert_ok(fsc_cycle_new(&b->model, "L1", "L5", 0, &test_error));
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        b->library[s] = library_of(b->model, (fsc_cycle_story)s, 1, 256, age_day);
        b->truth[s] = library_of(b->model, (fsc_cycle_story)s, 7920, n_people, age_day);
        uint8_t *wanted = malloc((size_t)n_people);
        memset(wanted, 1, (size_t)n_people);
        assert_ok(fsc_future_run(&b->ahead[s], b->truth[s], wanted, NULL, 0, 2, NULL, &test_error));
        free(wanted);
    }
}

static void close_bench(bench *b) {
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        fsc_future_free(&b->ahead[s]);
        fsc_library_free(b->library[s]);
        fsc_library_free(b->truth[s]);
    }
    fsc_cycle_free(b->model);
}

/* Tries up to n_most people of a true story to whom order makes a difference; t[0] under the right story, t[1] under
 * the wrong one. */
static int32_t try_people(tally t[2], const bench *b, int true_story, int32_t n_most) {
    const fsc_library *truth = b->truth[true_story];
    const fsc_trial_kind kind = {.region = FSC_TRIAL_BACK,
                                 .injury = true_story ? FSC_TRIAL_CYCLE_B : FSC_TRIAL_CYCLE_A,
                                 .exam = FSC_TRIAL_COMPLAINS,
                                 .spread = 1,
                                 .level = -1};
    static fsc_trial_person person;
    int32_t n_tried = 0, m = 0;
    for (; m < truth->n_member && n_tried < n_most; m++) {
        double pain[FSC_SEQUENCE_MOST];
        const fsc_cycle_person now = person_now(truth, m);
        assert_ok(fsc_sequences_try(pain, &all, b->model, &now, 1, 2, NULL, &test_error));
        if (!fsc_sequences_differ(&all, pain)) continue;
        n_tried++;
        fsc_trial_draw(&person, &kind, 1, m, truth, &b->ahead[true_story]);
        person.seen.injury_day = -b->age_day;
        for (int wrong = 0; wrong < 2; wrong++) {
            const int32_t best = searched(b, &person, true_story ^ wrong);
            t[wrong].n++;
            t[wrong].n_none += best < 0;
            t[wrong].any += best < 0 ? 0.5 : beats(pain, best, 0);
            t[wrong].full += best < 0 ? 0.5 : beats(pain, best, 1);
        }
    }
    return m;
}

static int32_t people_wanted = 3;
static double age_wanted = 30;

static void a_searched_sequence_beats_a_random_one(void **state) {
    (void)state;
    bench b;
    tally t[FSC_CYCLE_N_STORY][2] = {{{0}}};
    open_bench(&b, 8 * people_wanted, age_wanted);
    double right = 0;
    int32_t n_right = 0;
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const int32_t drawn = try_people(t[s], &b, s, people_wanted);
        printf("truth '%s', injured %.0f days ago: order matters to %d of %d drawn\n",
               fsc_cycle_story_text((fsc_cycle_story)s), age_wanted, (int)t[s][0].n, (int)drawn);
        for (int wrong = 0; wrong < 2; wrong++)
            printf("  %s story: beats a random sequence %.2f, a random order of all four %.2f (nothing named: %d)\n",
                   wrong ? "wrong" : "right", t[s][wrong].any / t[s][wrong].n, t[s][wrong].full / t[s][wrong].n,
                   (int)t[s][wrong].n_none);
        right += t[s][0].any;
        n_right += t[s][0].n;
    }
    close_bench(&b);
    assert_true(n_right > 0);
    assert_true(right / n_right > 0.6); /* a coin: 0.5 */
}

static int read_all(void **state) {
    (void)state;
    return fsc_sequences_read(&all, &test_error) != FSC_OK;
}

int main(int argc, char **argv) {
    const struct CMUnitTest quick[] = {cmocka_unit_test(every_order_and_start_stands_once),
                                       cmocka_unit_test(a_tree_gives_what_one_long_simulation_gives),
                                       cmocka_unit_test(only_what_both_stories_say_of_most_people_is_told)};
    const struct CMUnitTest people[] = {cmocka_unit_test(a_searched_sequence_beats_a_random_one)};
    if (argc < 2) return cmocka_run_group_tests_name("sequence", quick, read_all, NULL);
    if (argc > 2) people_wanted = atoi(argv[2]);
    if (argc > 3) age_wanted = atof(argv[3]);
    return cmocka_run_group_tests_name("sequence people", people, read_all, NULL);
}
