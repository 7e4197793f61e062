/* forecast: what it must say of clear cases, what it must not depend on, and the record's round trip. */
#include "../test.h"
#include "alloc.h"
#include "infer.h"
#include "observed.h"

#include <stdlib.h>

/* A neck with one very fatty level on both sides, scanned 270 days after the injury. */
static int32_t fatty_c5(fsc_observations *all, fsc_observation *item) {
    static const char *const level[] = {"C3", "C4", "C5", "C6", "C7"};
    *all = (fsc_observations){.injury_day = -270};
    for (int l = 0; l < 5; l++) {
        const double pdff = l == 2 ? 0.34 : 0.16;
        observe(all, item, level[l], "deep", FSC_SIDE_LEFT, 0, pdff);
        observe(all, item, level[l], "deep", FSC_SIDE_RIGHT, 0, pdff + 0.005);
    }
    return all->n;
}

static const char *const one_schedule[] = {"self-care"};
static const fsc_forecast_options small = {
    .n_member = 128, .schedule = one_schedule, .n_schedule = 1, .seed = 3, .n_threads = 2};
/* No treatment alone, which is half of the work. */
static const char *const untreated[] = {"no treatment"};

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
    assert_non_null(strstr(f->honesty, "the forecast adds 20 assumed constants"));
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_forecast_story *story = &f->story[s];
        for (int32_t i = 0; i < n; i++) {
            const fsc_forecast_site *site = &story->site[i];
            double sum = 0;
            for (int k = 0; k < FSC_STAGE_N; k++) sum += site->stage[k];
            assert_close(sum, 1, 1e-9);
            /* Today's band holds today's value, widens with time, and is in order. */
            const fsc_band now = site->pdff[0], year = site->pdff[FSC_FORECAST_N_DAY - 1];
            assert_true(now.p05 <= site->pdff_fraction + 0.01 && now.p95 >= site->pdff_fraction - 0.01);
            assert_true(year.p05 <= year.p25 && year.p25 <= year.p50 && year.p50 <= year.p75 && year.p75 <= year.p95);
            assert_true(year.p95 - year.p05 >= 0.9 * (now.p95 - now.p05));
        }
        for (int32_t i = 0; i < 5; i++)
            for (int32_t j = 0; j < i; j++) assert_close(story->before[i * 5 + j] + story->before[j * 5 + i], 1, 1e-12);
        assert_true(story->order_sentence[0] != 0);
    }
    /* Under acute fat the fatty level was struck, and its fat is new; under the rival story the same fat is no stage.
     */
    const fsc_forecast_story *acute = &f->story[FSC_CYCLE_ACUTE], *before = &f->story[FSC_CYCLE_PREEXISTING];
    assert_true(acute->level[2].struck > 0.9);
    assert_true(acute->level[2].struck > acute->level[0].struck + 0.2);
    assert_true(acute->site[4].stage[FSC_STAGE_FAT_REPLACED] > 0.8);
    assert_true(acute->site[0].stage[FSC_STAGE_FAT_REPLACED] < 0.1);
    assert_true(before->site[4].stage[FSC_STAGE_FAT_REPLACED] < 0.3);
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
    for (int s = 0; s < FSC_CYCLE_N_STORY; s++) {
        const fsc_forecast_story *a = &f->story[s], *b = &read->story[s];
        assert_string_equal(a->order_sentence, b->order_sentence);
        assert_close(a->site[3].pdff[9].p95, b->site[3].pdff[9].p95, 1e-9);
        assert_close(a->site[3].stage[2], b->site[3].stage[2], 1e-9);
        assert_close(a->before[1], b->before[1], 1e-9);
        assert_true(isnan(b->before[0]));
        assert_close(a->level[2].onset_day.p25, b->level[2].onset_day.p25, 1e-6);
        assert_close(a->person[17].p50, b->person[17].p50, 1e-6);
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
        cmocka_unit_test(clear_cases_are_told),
        cmocka_unit_test(both_sides_are_their_mean),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(record_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
