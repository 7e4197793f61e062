/* Pairs of phantom visits, from the echoes to the verdict: another noise, 3 degrees of tilt, a shift of 2 voxels, 10 %
 * fewer slices, and 0, 1, 3 or 6 points more fat at sites of 500 voxels or more. Prints how many people without change
 * get a false "real" and how often a change is found. usage: test_store_pairs [PEOPLE] (2 without: low backs, 0 and 6
 * points only) */
#include "../test.h"
#include "random.h"

#include <fascicle/change.h>
#include <fascicle/phantom.h>
#include <stdlib.h>
#include <string.h>

enum { INJURIES = 4, BIG = 500 };
static int32_t people = 1;
static int full;
static const double points[] = {0, 1, 3, 6};

/* A visit, all steps; site (may be NULL), n_site and spacing receive the phantom's own sites and voxel size. */
static fsc_map *visit(const fsc_phantom_options *options, const char *date, fsc_phantom_site *site, int32_t *n_site,
                      double spacing_mm[3]) {
    fsc_phantom *phantom = NULL;
    fsc_fatwater *fatwater = NULL;
    fsc_sites *sites = NULL;
    fsc_measures *measures = NULL;
    fsc_map *map = NULL;
    fsc_acquisition acquisition;
    assert_ok(fsc_phantom_make(&phantom, options, &test_error));
    assert_ok(fsc_separate_run(&fatwater, phantom->scan, NULL, &test_error));
    assert_ok(fsc_sites_build(&sites, &fatwater->grid, phantom->muscles, phantom->levels, NULL, &test_error));
    assert_ok(fsc_measure_run(&measures, fatwater, sites, NULL, &test_error));
    fsc_acquisition_from_scan(&acquisition, phantom->scan);
    strcpy(acquisition.participant, "sub-01");
    strcpy(acquisition.date, date);
    const fsc_map_inputs in = {.measures = measures, .acquisition = &acquisition};
    assert_ok(fsc_map_run(&map, &in, &test_error));
    if (site) {
        *n_site = phantom->n_site;
        memcpy(site, phantom->site, (size_t)phantom->n_site * sizeof *site);
        fsc_grid_spacing_mm(&phantom->scan->grid, spacing_mm);
    }
    fsc_measures_free(measures);
    fsc_sites_free(sites);
    fsc_fatwater_free(fatwater);
    fsc_phantom_free(phantom);
    return map;
}

/* Big whole sites, drawn without replacement. */
static int32_t choose(fsc_phantom_injury *injury, const fsc_phantom_site *site, int32_t n, const fsc_map *map,
                      uint64_t seed) {
    int32_t chosen = 0;
    for (uint64_t draw = 0; draw < 1000 && chosen < INJURIES; draw++) {
        const fsc_phantom_site *s = &site[(int32_t)(fsc_random_uniform(seed, 9, draw) * n)];
        const fsc_map_site *m = fsc_map_find(map, s->place.muscle, s->place.level, s->place.side);
        int twice = !m || m->row.cut_by_fov || s->n_voxel < BIG;
        for (int32_t i = 0; i < chosen && !twice; i++)
            twice = strcmp(injury[i].place.muscle, s->place.muscle) == 0 &&
                    strcmp(injury[i].place.level, s->place.level) == 0 && injury[i].place.side == s->place.side;
        if (twice) continue;
        memset(&injury[chosen], 0, sizeof *injury);
        strcpy(injury[chosen].place.muscle, s->place.muscle);
        strcpy(injury[chosen].place.level, s->place.level);
        injury[chosen++].place.side = s->place.side;
    }
    return chosen;
}

typedef struct tally {
    int32_t people, false_people, sites, refused, injured, found;
} tally;

static void count(tally *t, const fsc_map *now, const fsc_map *before, const fsc_phantom_injury *injury,
                  int32_t n_injury) {
    int any = 0;
    for (int32_t i = 0; i < now->n_site; i++) {
        const fsc_map_site *site = &now->site[i];
        if (site->row.kind != FSC_ROW_SITE) continue;
        t->sites++;
        t->refused += site->change.real < 0;
        int hurt = 0;
        for (int32_t k = 0; k < n_injury; k++)
            hurt |= strcmp(injury[k].place.muscle, site->row.place.muscle) == 0 &&
                    strcmp(injury[k].place.level, site->row.place.level) == 0 &&
                    injury[k].place.side == site->row.place.side;
        const fsc_map_site *then =
            fsc_map_find(before, site->row.place.muscle, site->row.place.level, site->row.place.side);
        if (hurt && then && then->row.n_voxel >= BIG && site->row.n_voxel >= BIG && site->change.real >= 0) {
            t->injured++;
            t->found += site->change.real;
        }
        any |= !hurt && site->change.real == 1;
    }
    t->people++;
    t->false_people += any;
}

static void one_person(tally by_points[4], fsc_phantom_region region, uint64_t seed) {
    fsc_phantom_options options = FSC_PHANTOM_OPTIONS_INIT;
    fsc_phantom_injury injury[INJURIES];
    static fsc_phantom_site site[400];
    int32_t n_site = 0;
    double spacing_mm[3];
    options.region = region;
    options.seed = seed;
    options.noise_seed = 1;
    fsc_map *before = visit(&options, "2026-01-01", site, &n_site, spacing_mm);
    const int32_t n_injury = choose(injury, site, n_site, before, seed);
    options.snr = 20;
    options.tilt_deg = 3;
    options.drop_slices_fraction = 0.10;
    for (int axis = 0; axis < 2; axis++) options.shift_mm[axis] = 2 * spacing_mm[axis];
    for (int p = 0; p < 4; p++) {
        if (!full && p != 0 && p != 3) continue;
        for (int32_t i = 0; i < n_injury; i++) injury[i].pdff_added_fraction = points[p] / 100;
        options.injury = injury;
        options.n_injury = p > 0 ? n_injury : 0;
        options.noise_seed = 2 + (uint64_t)p;
        fsc_map *now = visit(&options, "2026-02-01", NULL, NULL, NULL);
        assert_ok(fsc_change_run(now, before, &test_error));
        count(&by_points[p], now, before, injury, n_injury);
        fsc_map_free(now);
    }
    fsc_map_free(before);
}

static void real_changes_are_told_from_scatter(void **state) {
    (void)state;
    tally by_points[4] = {0};
    for (int32_t k = 0; k < people; k++) {
        one_person(by_points, FSC_PHANTOM_LOW_BACK, 300 + (uint64_t)k);
        if (full) one_person(by_points, FSC_PHANTOM_NECK, 600 + (uint64_t)k);
    }
    for (int p = 0; p < 4; p++) {
        const tally *t = &by_points[p];
        if (t->people == 0) continue;
        print_message("phantom pairs, %.0f points: %d of %d people get a false 'real'; %d of %d sites of >= 500 voxels "
                      "found real "
                      "(%.0f %%); %.0f %% of sites not comparable\n",
                      points[p], t->false_people, t->people, t->found, t->injured,
                      t->injured > 0 ? 100.0 * t->found / t->injured : 0, 100.0 * t->refused / t->sites);
    }
    assert_true(by_points[0].false_people <= 0.05 * by_points[0].people);
    assert_int_equal(by_points[0].found, 0);
    assert_true(by_points[3].injured >= people);
    assert_true(by_points[3].found >= 0.90 * by_points[3].injured);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        people = atoi(argv[1]);
        full = 1;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(real_changes_are_told_from_scatter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
