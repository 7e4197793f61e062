/* forecast: what it must say of clear cases, what it must not depend on, and the record's round trip. */
#include "../test.h"
#include "alloc.h"
#include "infer.h"
#include "observed.h"

#include <stdlib.h>

/* A neck that is even but for one site or level, scanned 270 days after the injury. */
static int32_t neck(fsc_observations *all, fsc_observation *item, double left, double right) {
    static const char *const level[] = {"C3", "C4", "C5", "C6", "C7"};
    *all = (fsc_observations){.injury_day = -270};
    for (int l = 0; l < 5; l++) {
        observe(all, item, level[l], "deep", FSC_SIDE_LEFT, 0, l == 2 ? left : 0.16 + 0.002 * l);
        observe(all, item, level[l], "deep", FSC_SIDE_RIGHT, 0, l == 2 ? right : 0.165);
    }
    return all->n;
}
static int32_t fatty_c5(fsc_observations *all, fsc_observation *item) {
    return neck(all, item, 0.34, 0.345);
}

static const char *const one_schedule[] = {"self-care"};
static const fsc_forecast_options small = {
    .n_member = 128, .schedule = one_schedule, .n_schedule = 1, .seed = 3, .n_threads = 2};
/* No treatment alone, which is half of the work. */
static const char *const untreated[] = {"no treatment"};

/* What the examiner says, as the forecast takes it. */
static fsc_forecast_person person_of(double age, fsc_sex sex, fsc_answer injured, double nrs, const char *tender) {
    fsc_forecast_person p;
    fsc_forecast_person_from(&p, NULL);
    p.age_years = age;
    p.sex = sex;
    p.injured = injured;
    p.nrs_pain = nrs;
    if (!tender) return p;
    strcpy(p.palpation[0].level, tender);
    p.palpation[0].tender = FSC_ANSWER_YES;
    p.n_palpation = 1;
    return p;
}

static fsc_forecast *run_neck(double left, double right, const fsc_forecast_person *person) {
    fsc_observation item[10];
    fsc_observations all;
    (void)neck(&all, item, left, right);
    fsc_forecast_options options = small;
    options.schedule = untreated;
    options.person = person;
    fsc_forecast *f = NULL;
    assert_ok(fsc_forecast_run(&f, &all, &options, &test_error));
    return f;
}

static void an_even_neck_is_quiet_whatever_the_complaint(void **state) {
    (void)state;
    const fsc_forecast_person people[3] = {person_of(40, FSC_SEX_MALE, FSC_ANSWER_NO, 0, NULL),
                                           person_of(70, FSC_SEX_FEMALE, FSC_ANSWER_UNKNOWN, NAN, NULL),
                                           person_of(30, FSC_SEX_MALE, FSC_ANSWER_YES, 8, "C6")};
    for (int k = 0; k < 3; k++) {
        fsc_forecast *f = run_neck(0.165, 0.17, &people[k]);
        assert_int_equal(f->nothing_departs, 1);
        assert_non_null(strstr(f->nothing, "Nothing here tells injury from normal"));
        assert_int_equal(strstr(f->nothing, "complaint is heard") != NULL,
                         k == 2); /* the other two complain of nothing */
        for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
            const fsc_forecast_story *story = &f->story[s];
            assert_string_equal(story->order_sentence, "");
            assert_int_equal(story->order_known, 0);
            assert_true(isnan(story->person[FSC_PERSON_PAIN * FSC_FORECAST_N_DAY].p50));
            for (int32_t i = 0; i < f->n_site; i++) {
                const fsc_forecast_site *site = &story->site[i];
                assert_true(site->departs < 0.5);
                /* As measured, with a year's ageing (0.1 points in the neck). */
                assert_close(site->pdff[0].p50, site->pdff_fraction, 0.002);
                assert_close(site->pdff[FSC_FORECAST_N_DAY - 1].p50, site->pdff_fraction + 0.001, 0.003);
            }
        }
        fsc_forecast_free(f);
    }
}

static void a_one_sided_lesion_is_found_and_no_other_level(void **state) {
    (void)state;
    const fsc_forecast_person hurt = person_of(40, FSC_SEX_MALE, FSC_ANSWER_YES, 5, "C5");
    fsc_forecast *f = run_neck(0.28, 0.165, &hurt);
    assert_int_equal(f->nothing_departs, 0);
    assert_string_equal(f->nothing, "");
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_forecast_story *story = &f->story[s];
        for (int32_t l = 0; l < f->n_level; l++) assert_true((story->level[l].departs > 0.9) == (l == 2));
        assert_true(story->site[4].departs > 0.9 && story->site[5].departs < 0.5);
        assert_true(story->site[4].stage[FSC_STAGE_FAT_REPLACED] > 0.8);
        for (int k = FSC_STAGE_STRAINED; k <= FSC_STAGE_WASTING; k++) {
            assert_int_equal(f->stage_told[k], 0); /* never from fat alone */
            assert_close(story->site[4].stage[k], 0, 0);
        }
        /* Pain starts where the person says it is. */
        const fsc_band pain = story->person[FSC_PERSON_PAIN * FSC_FORECAST_N_DAY];
        assert_close(pain.p05, 5, 1e-9);
        assert_close(pain.p95, 5, 1e-9);
        assert_non_null(strstr(story->order_sentence, "Fewer than two levels"));
    }
    fsc_forecast_free(f);
}

/* A low back whose deep layer holds one more fat at every level, beside lean other layers. A person who is fatter in
 * all of them, by the same mean of the deep one, is a fatter person. */
static fsc_forecast *run_back(double more_fraction, double times, const fsc_forecast_person *person) {
    static const char *const level[] = {"L1", "L2", "L3", "L4", "L5"};
    static const double deep[] = {0.08, 0.10, 0.135, 0.19, 0.26}, outer[] = {0.06, 0.075, 0.10, 0.14, 0.20};
    fsc_observation item[30];
    fsc_observations all = {.injury_day = NAN};
    for (int l = 0; l < 5; l++)
        for (int s = 0; s < 2; s++) {
            const fsc_side side = s ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
            observe(&all, item, level[l], "deep", side, 0, times * deep[l] + more_fraction);
            observe(&all, item, level[l], "intermediate", side, 0, times * outer[l] + 0.3 * more_fraction);
            observe(&all, item, level[l], "anterior", side, 0, times * 0.05);
        }
    fsc_forecast_options options = small;
    options.schedule = untreated;
    options.person = person;
    fsc_forecast *f = NULL;
    assert_ok(fsc_forecast_run(&f, &all, &options, &test_error));
    return f;
}

static void a_whole_deep_layer_is_told_from_a_fatter_person(void **state) {
    (void)state;
    const fsc_forecast_person hurt = person_of(40, FSC_SEX_MALE, FSC_ANSWER_YES, 5, NULL);
    fsc_forecast *lean = run_back(0, 1, &hurt), *fat = run_back(0, 1.6, &hurt), *whole = run_back(0.16, 1, &hurt);
    assert_true(lean->nothing_departs && fat->nothing_departs);
    for (int32_t l = 0; l < 5; l++) assert_true(whole->story[0].level[l].departs > 0.75);
    /* Its draws hold it too: the sites are told as departing and as replaced by fat, and it stays. */
    for (int32_t i = 0; i < whole->n_site; i++) {
        const fsc_forecast_site *site = &whole->story[0].site[i];
        if (strcmp(site->layer, "deep") != 0) continue;
        assert_true(site->departs > 0.75 && site->stage[FSC_STAGE_FAT_REPLACED] > 0.6);
        assert_close(site->pdff[FSC_FORECAST_N_DAY - 1].p50, site->pdff_fraction, 0.02);
    }
    fsc_forecast_free(lean);
    fsc_forecast_free(fat);
    fsc_forecast_free(whole);
}

/* Of a neck only the deep layer has been counted: nothing tells a fatter person from a whole deep layer there. */
static void a_fat_neck_is_a_fat_person(void **state) {
    (void)state;
    static const char *const level[] = {"C3", "C4", "C5", "C6", "C7"};
    const fsc_forecast_person hurt = person_of(40, FSC_SEX_MALE, FSC_ANSWER_YES, 8, NULL);
    fsc_observation item[20];
    fsc_observations all = {.injury_day = NAN};
    for (int i = 0; i < 10; i++) {
        const fsc_side side = i % 2 ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT;
        observe(&all, item, level[i / 2], "deep", side, 0, 0.58);
        observe(&all, item, level[i / 2], "intermediate", side, 0, 0.10);
    }
    fsc_forecast_options options = small;
    options.schedule = untreated;
    options.person = &hurt;
    fsc_forecast *f = NULL;
    assert_ok(fsc_forecast_run(&f, &all, &options, &test_error));
    assert_true(f->nothing_departs);
    fsc_forecast_free(f);
}

/* An answer moves the odds by a bounded factor, and every field is told as used or not. */
static void the_exam_counts_within_bounds(void **state) {
    (void)state;
    const fsc_forecast_person calm = person_of(40, FSC_SEX_MALE, FSC_ANSWER_UNKNOWN, 0, NULL);
    const fsc_forecast_person hurt = person_of(40, FSC_SEX_MALE, FSC_ANSWER_UNKNOWN, 9, "C5");
    fsc_forecast *a = run_neck(0.215, 0.165, &calm), *b = run_neck(0.215, 0.165, &hurt);
    assert_true(b->story[0].level[2].departs > a->story[0].level[2].departs + 0.05);
    int32_t used = 0;
    for (int32_t i = 0; i < b->n_use; i++) {
        used += b->use[i].used;
        assert_true(b->use[i].what[0] != 0);
        if (b->use[i].factor > 0) assert_true(b->use[i].factor <= 10 && b->use[i].factor >= 0.1);
    }
    assert_true(used >= 4 && used < b->n_use);
    fsc_forecast_free(a);
    fsc_forecast_free(b);
}

/* The fat of a year ago was the same: what is there does not grow, and the forecast says so more surely. */
static void a_second_visit_that_stands_still_is_used(void **state) {
    (void)state;
    fsc_observation item[20];
    fsc_observations all;
    (void)neck(&all, item, 0.28, 0.165);
    fsc_forecast_options options = small;
    options.schedule = untreated;
    fsc_forecast *once = NULL, *twice = NULL;
    all.injury_day = NAN;
    assert_ok(fsc_forecast_run(&once, &all, &options, &test_error));
    for (int i = 0; i < 10; i++) {
        item[10 + i] = item[i];
        item[10 + i].visit_day = -365;
    }
    all.n = 20;
    assert_ok(fsc_forecast_run(&twice, &all, &options, &test_error));
    const fsc_forecast_story *a = &once->story[0], *b = &twice->story[0];
    assert_true(b->level[2].departs > 0.9);               /* it is there */
    assert_true(b->level[2].struck < a->level[2].struck); /* but it does not behave like a fresh strike */
    const fsc_band year_a = a->site[4].pdff[FSC_FORECAST_N_DAY - 1], year_b = b->site[4].pdff[FSC_FORECAST_N_DAY - 1];
    assert_true(year_b.p95 - year_b.p05 < year_a.p95 - year_a.p05);
    fsc_forecast_free(once);
    fsc_forecast_free(twice);
}

static void clear_cases_are_told(void **state) {
    (void)state;
    fsc_observation item[10];
    fsc_observations all;
    const int32_t n = fatty_c5(&all, item);
    fsc_forecast_options options = small;
    options.schedule = untreated;
    fsc_forecast *f = NULL;
    assert_ok(fsc_forecast_run(&f, &all, &options, &test_error));
    assert_int_equal(f->n_site, n);
    assert_int_equal(f->n_level, 5);
    assert_string_equal(f->schedule[0].name, "no treatment");
    assert_int_equal(f->n_schedule, 1);
    assert_string_equal(f->within, "within the model");
    assert_true(f->n_assumption > f->n_literature);
    assert_non_null(strstr(f->honesty, "the forecast adds"));
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_forecast_story *story = &f->story[s];
        assert_true(story->level[2].departs > 0.9);
        assert_true(story->level[2].departs > story->level[0].departs + 0.5);
        assert_true(story->site[4].stage[FSC_STAGE_FAT_REPLACED] > 0.8);
        assert_true(story->site[0].stage[FSC_STAGE_FAT_REPLACED] < 0.2);
        for (int32_t i = 0; i < n; i++) {
            const fsc_forecast_site *site = &story->site[i];
            double sum = 0;
            for (int k = 0; k < FSC_STAGE_N; k++) sum += site->stage[k];
            assert_close(sum, 1, 1e-9);
            if (site->misfit) continue;
            /* Today's band holds today's value, widens with time, and is in order. */
            const fsc_band now = site->pdff[0], year = site->pdff[FSC_FORECAST_N_DAY - 1];
            assert_true(now.p05 <= site->pdff_fraction + 0.01 && now.p95 >= site->pdff_fraction - 0.01);
            assert_true(year.p05 <= year.p25 && year.p25 <= year.p50 && year.p50 <= year.p75 && year.p75 <= year.p95);
            assert_true(year.p95 - year.p05 >= 0.9 * (now.p95 - now.p05));
        }
        for (int32_t i = 0; i < 5; i++)
            for (int32_t j = 0; j < i; j++) assert_close(story->before[i * 5 + j] + story->before[j * 5 + i], 1, 1e-12);
    }
    fsc_forecast_free(f);
}

/* A row of both sides is one observation of their mean; beside a row of one side it would count twice. */
static void both_sides_are_their_mean(void **state) {
    (void)state;
    fsc_observation item[3];
    fsc_observations all = {.injury_day = -20};
    observe(&all, item, "C5", "deep", FSC_SIDE_BOTH, 0, 0.30);
    observe(&all, item, "C6", "deep", FSC_SIDE_UNKNOWN, 0, 0.16);
    observe(&all, item, "C6", "deep", FSC_SIDE_LEFT, 0, 0.15);
    fsc_forecast_options options = small;
    options.n_member = 64;
    options.schedule = untreated;
    fsc_forecast *f = NULL;
    assert_ok(fsc_forecast_run(&f, &all, &options, &test_error));
    assert_int_equal(f->n_site, 2);
    assert_int_equal(f->story[0].site[0].side, FSC_SIDE_BOTH);
    assert_int_equal(f->story[0].site[1].side, FSC_SIDE_LEFT);
    assert_close(f->story[0].site[1].pdff_fraction, 0.15, 1e-12);
    const fsc_band now = f->story[0].site[0].pdff[0];
    assert_true(now.p05 < 0.30 && now.p95 > 0.28);
    fsc_forecast_free(f);
}

static void threads_give_the_same_bits(void **state) {
    (void)state;
    fsc_observation item[10];
    fsc_observations all;
    (void)fatty_c5(&all, item);
    const int32_t n = all.n = 4; /* two levels, a fresh injury: short runs */
    all.injury_day = -20;
    fsc_forecast_options options = small;
    options.schedule = untreated;
    options.n_member = 64;
    options.n_threads = 1;
    fsc_forecast *first = NULL, *other = NULL;
    assert_ok(fsc_forecast_run(&first, &all, &options, &test_error));
    options.n_threads = 3;
    assert_ok(fsc_forecast_run(&other, &all, &options, &test_error));
    const size_t n_band = (size_t)first->n_schedule * FSC_FORECAST_N_DAY;
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        assert_memory_equal(first->story[s].person, other->story[s].person, FSC_PERSON_N * n_band * sizeof(fsc_band));
        for (int32_t i = 0; i < n; i++)
            assert_memory_equal(first->story[s].site[i].pdff, other->story[s].site[i].pdff, n_band * sizeof(fsc_band));
    }
    fsc_forecast_free(first);
    fsc_forecast_free(other);
}

static void record_comes_back(void **state) {
    (void)state;
    fsc_observation item[10];
    fsc_observations all;
    (void)fatty_c5(&all, item);
    all.n = 6;
    all.injury_day = NAN; /* unknown */
    fsc_forecast_options options = small;
    options.n_member = 64;
    fsc_forecast *f = NULL, *read = NULL;
    assert_ok(fsc_forecast_run(&f, &all, &options, &test_error));
    char dir[] = "/tmp/fsc-forecast-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    assert_ok(fsc_forecast_write(f, dir, "sub-01", NULL, &test_error));
    snprintf(path, sizeof path, "%s/sub-01_forecast.json", dir);
    assert_ok(fsc_forecast_read(&read, path, &test_error));
    assert_int_equal(read->n_site, f->n_site);
    assert_int_equal(read->n_schedule, 2);
    assert_string_equal(read->schedule[1].name, "self-care");
    assert_string_equal(read->honesty, f->honesty);
    assert_true(isnan(read->days_since_injury));
    assert_int_equal(read->n_assumption, f->n_assumption);
    assert_int_equal(read->nothing_departs, f->nothing_departs);
    assert_int_equal(read->n_use, f->n_use);
    assert_string_equal(read->use[3].what, f->use[3].what);
    assert_string_equal(read->library, f->library);
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_forecast_story *a = &f->story[s], *b = &read->story[s];
        assert_string_equal(a->order_sentence, b->order_sentence);
        assert_close(a->site[3].pdff[9].p95, b->site[3].pdff[9].p95, 1e-9);
        assert_close(a->site[3].stage[2], b->site[3].stage[2], 1e-9);
        assert_close(a->before[1], b->before[1], 1e-9);
        assert_true(isnan(b->before[0]));
        assert_close(a->level[2].onset_day.p25, b->level[2].onset_day.p25, 1e-6);
        assert_close(a->level[1].departs, b->level[1].departs, 1e-9);
        assert_close(a->person[3].p50, b->person[3].p50, 1e-6);
        assert_close(a->stage_prior[1], b->stage_prior[1], 1e-9);
    }
    fsc_forecast_free(read);
    const char *const unknown[] = {"miracle"};
    options.schedule = unknown;
    fsc_forecast *none = NULL;
    assert_fails(fsc_forecast_run(&none, &all, &options, &test_error), FSC_E_NOTFOUND);
    fsc_forecast_free(f);
}

/* Fewer allocations are walked where the solver takes over: its own tests walk those. */
static void allocation_failure_is_reported(void **state) {
    (void)state;
    fsc_observation item[10];
    fsc_observations all;
    (void)fatty_c5(&all, item);
    all.n = 4; /* two levels, a fresh injury: short runs */
    all.injury_day = -20;
    fsc_forecast_options options = small;
    options.n_member = 64;
    options.schedule = untreated;
    options.n_threads = 1;
    fsc_status status = FSC_E_NOMEM;
    for (int64_t n = 0; status != FSC_OK && n < 100000; n += 1 + 4 * n) {
        fsc_forecast *f = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_forecast_run(&f, &all, &options, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        fsc_forecast_free(f);
    }
    assert_int_equal(status, FSC_OK);
}

/* With any argument: the walk over failing allocations, a dozen whole forecasts (suite long). */
int main(int argc, char **argv) {
    (void)argv;
    const struct CMUnitTest walks[] = {cmocka_unit_test(allocation_failure_is_reported)};
    if (argc > 1) return cmocka_run_group_tests(walks, NULL, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_even_neck_is_quiet_whatever_the_complaint),
        cmocka_unit_test(a_one_sided_lesion_is_found_and_no_other_level),
        cmocka_unit_test(a_whole_deep_layer_is_told_from_a_fatter_person),
        cmocka_unit_test(a_fat_neck_is_a_fat_person),
        cmocka_unit_test(the_exam_counts_within_bounds),
        cmocka_unit_test(a_second_visit_that_stands_still_is_used),
        cmocka_unit_test(clear_cases_are_told),
        cmocka_unit_test(both_sides_are_their_mean),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(record_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
