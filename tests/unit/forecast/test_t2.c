/* T2: a simulated truth with one strike, seen through a table of sites with and without T2. Fat alone cannot date it;
 * T2 can. */
#include "../test.h"
#include "alloc.h"

#include <fascicle/forecast.h>
#include <math.h>
#include <string.h>

enum { LEVELS = 5, LAYERS = 2, ROWS = LEVELS * LAYERS * 2 };
static const char *const level_name[LEVELS] = {"C3", "C4", "C5", "C6", "C7"};
static const char *const muscle[LAYERS] = {"multifidus", "semispinalis_capitis"};
static const char *const layer[LAYERS] = {"deep", "intermediate"};

/* Fills the rows of a neck whose C5 was struck `age_day` days before the scan, by the model's acute story. T2 of
 * healthy muscle is 36 ms here, and rises by half of the model's index (data/cycle/grounding.tsv: two units for its
 * double). */
static void simulate(fsc_row row[ROWS], double age_day, int with_t2) {
    fsc_cycle *model = NULL;
    fsc_cycle_run *run = NULL;
    assert_ok(fsc_cycle_new(&model, "C3", "C7", 0, &test_error));
    const int32_t n = fsc_cycle_n_site(model);
    double *amount = fsc_alloc(n, sizeof *amount);
    assert_ok(fsc_cycle_strain_profile(amount, model, 0.6, "C5", "C5", &test_error));
    const fsc_cycle_event event = {400 - age_day, FSC_CYCLE_STRAIN, amount};
    fsc_cycle_person person;
    fsc_cycle_person_init(&person, model, FSC_CYCLE_SET_A);
    person.event = &event;
    person.n_event = 1;
    const double day = 400;
    static const fsc_cycle_quantity quantity[2] = {FSC_CYCLE_PDFF, FSC_CYCLE_T2};
    const fsc_cycle_plan plan = {.day = &day,
                                 .n_day = 1,
                                 .quantity = quantity,
                                 .n_quantity = 2,
                                 .n_threads = 1,
                                 .relative_tolerance = 1e-4,
                                 .absolute_tolerance = 1e-6};
    assert_ok(fsc_cycle_simulate(&run, model, &person, 1, &plan, NULL, &test_error));
    for (int i = 0; i < ROWS; i++) {
        const int l = i / (2 * LAYERS), k = i / 2 % LAYERS, right = i % 2;
        const int32_t site = fsc_cycle_find_site(model, level_name[l], layer[k], right ? "right" : "left");
        const double healthy = fsc_cycle_site_at(model, site)->baseline_fat;
        row[i] = (fsc_row){.kind = FSC_ROW_SITE,
                           .place.side = right ? FSC_SIDE_RIGHT : FSC_SIDE_LEFT,
                           .pdff_se_noise_fraction = 0.003,
                           .volume_mm3 = 1000};
        strcpy(row[i].place.muscle, muscle[k]);
        strcpy(row[i].place.level, level_name[l]);
        row[i].pdff_mean_fraction = (k ? 0.1 : 0.16) + fsc_cycle_run_at(run, 0, 0, 0)[site] - healthy;
        row[i].t2_mean_ms = with_t2 ? 36 * (1 + 0.5 * fsc_cycle_run_at(run, 0, 0, 1)[site]) : (double)NAN;
        row[i].t2_se_ms = with_t2 ? 0.3 : (double)NAN;
    }
    fsc_cycle_run_free(run);
    fsc_cycle_free(model);
    fsc_free(amount);
}

/* What the acute story says of C5. */
typedef struct verdict {
    double struck, onset_low, onset, onset_high;
    int told, noted;
} verdict;

static verdict infer(double age_day, int with_t2) {
    fsc_row row[ROWS];
    simulate(row, age_day, with_t2);
    const fsc_measures measures = {.row = row, .n_row = ROWS};
    fsc_observations all = {.injury_day = NAN};
    fsc_forecast_person person;
    fsc_forecast_person_from(&person, NULL);
    person.age_years = 40;
    person.sex = FSC_SEX_MALE;
    person.injured = FSC_ANSWER_YES;
    static const char *const untreated[] = {"no treatment"};
    const fsc_forecast_options options = {
        .n_member = 512, .schedule = untreated, .n_schedule = 1, .person = &person, .seed = 5, .n_threads = 2};
    fsc_forecast *f = NULL;
    assert_ok(fsc_observations_add(&all, &measures, 0, &test_error));
    assert_ok(fsc_forecast_run(&f, &all, &options, &test_error));
    verdict v = {.told = f->stage_told[FSC_STAGE_STRAINED]};
    for (int32_t l = 0; l < f->n_level; l++) {
        const fsc_forecast_level *at = &f->story[FSC_CYCLE_ACUTE].level[l];
        if (strcmp(at->level, "C5") == 0)
            v = (verdict){at->struck, at->onset_day.p05, at->onset_day.p50, at->onset_day.p95, v.told, 0};
    }
    for (int32_t i = 0; i < f->notes.n; i++) v.noted |= strcmp(f->notes.item[i].key, "t2-own-median") == 0;
    print_message("%3.0f days, %s T2: struck %.2f, onset %.0f (%.0f to %.0f) days ago\n", age_day,
                  with_t2 ? "with" : "without", v.struck, v.onset, v.onset_low, v.onset_high);
    fsc_forecast_free(f);
    fsc_observations_free(&all);
    return v;
}

static void t2_dates_a_strike_and_fat_does_not(void **state) {
    (void)state;
    const verdict young = infer(25, 1), old = infer(360, 1), young_fat = infer(25, 0);
    assert_true(young.told && young.noted && !young_fat.told && !young_fat.noted);
    /* A fresh strike: likelier with its fluid seen, the truth in the band, and the band less than half as long. */
    assert_true(young.struck > 0.9 && young.struck > young_fat.struck + 0.1);
    assert_true(young.onset_low <= 25 && 25 <= young.onset_high);
    assert_true(young.onset_high < 0.5 * young_fat.onset_high && young.onset < 60);
    /* The old one is not taken for fresh. */
    assert_true(old.onset > 2 * young.onset && old.onset_high > 360);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(t2_dates_a_strike_and_fat_does_not)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
