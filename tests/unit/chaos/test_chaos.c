/* Every allocation of a public call fails once. Then the call says so, or its result is the very same; it never leaves
 * another result, half a file or a block behind. Prints a table by call. "all" as argument tries every allocation,
 * without it each call has a share that covers it evenly. */
#include "calls_more.h"
#include "calls_rooms.h"
#include "fail.h"

static const trial trials[] = {{"phantom_make", make_phantom, look_phantom, drop_phantom, 18},
                               {"phantom_write", write_phantom, FILES, 80},
                               {"scan_read", read_scan, look_scan, drop_scan, 120},
                               {"separate_run", separate, look_fatwater, drop_fatwater, 30},
                               {"fatwater_write", write_fatwater, FILES, 40},
                               {"fatwater_read", read_fatwater, look_fatwater, drop_fatwater, 60},
                               {"sites_build", build_sites, look_sites, drop_sites, 60},
                               {"sites_write", write_sites, FILES, 80},
                               {"sites_read", read_sites, look_sites, drop_sites, 80},
                               {"labels_translate", translate, look_labels, drop_labels, 0},
                               {"measure_run", measure, look_measures, drop_measures, 0},
                               {"measures_write", write_measures, FILES, 50},
                               {"measures_read", read_measures, look_measures, drop_measures, 200},
                               {"exam_read", read_exam, look_exam, drop_exam, 100},
                               {"norms_builtin", load_norms, look_norms, drop_norms, 0},
                               {"norms_fit", fit_norms, FILES, 40},
                               {"map_run", make_map, look_map, drop_map, 100},
                               {"map_print", print_map, look_text, drop_text, 30},
                               {"map_parse", parse_map, look_map, drop_map, 30},
                               {"map_write", write_map, FILES, 30},
                               {"map_read", read_map, look_map, drop_map, 30},
                               {"change_run", compare_maps, look_map, drop_map, 30},
                               {"change_trends", find_trends, look_trend, drop_trend, 0},
                               {"store_add", add_visit, look_added, drop_files, 40},
                               {"store_visits", list_visits, look_visits, drop_visits, 120},
                               {"store_maps", read_visits, look_map, drop_map, 30},
                               {"observations_add", observe, look_observations, drop_observations, 0},
                               {"forecast_run", forecast, look_forecast, drop_forecast, 8},
                               {"forecast_write", write_forecast, FILES, 30},
                               {"forecast_read", read_forecast, look_forecast, drop_forecast, 30},
                               {"cycle_new", new_cycle, look_cycle, drop_cycle, 0},
                               {"cycle_simulate", simulate, look_run, drop_run, 0},
                               {"cycle_simulate_reference", simulate_reference, look_run, drop_run, 40},
                               {"cycle_write_sbml", write_sbml, FILES, 100},
                               {"cycle_write_tsv", write_run, FILES, 0},
                               {"cycle_draw", draw, look_population, drop_population, 40},
                               {"cohort_read", read_cohort, look_cohort, drop_cohort, 0},
                               {"order_run", order, look_order, drop_order, 20},
                               {"order_write", write_order, FILES, 60},
                               {"report_write", write_page, FILES, 40},
                               {"recipe_open_dataset", write_recipe, FILES, 0},
                               MORE_TRIALS ROOM_TRIALS};

enum { N_TRIAL = sizeof trials / sizeof *trials };

static int try_all;
static int only = -1;

typedef struct tally {
    int64_t allocations, failed, refused, same, differ, kept;
} tally;

/* One run with the n-th allocation failing; *n_counted is what was asked for. */
static fsc_status run(const trial *t, int64_t n, uint64_t *seen, int64_t *n_counted, int64_t *kept, fsc_error *err) {
    void *out = NULL;
    clear_out();
    *err = (fsc_error){0};
    fail_start(n);
    const fsc_status status = t->call(&out, err);
    *n_counted = fail_stop();
    *kept = 0;
    *seen = status == FSC_OK ? t->look(out) : 0;
    if (status == FSC_OK && out) t->drop(out);
    *kept = fail_kept();
    return status;
}

static void judge(tally *sum, const trial *t) {
    uint64_t expected, seen;
    int64_t n, kept;
    fsc_error err;
    fsc_status status = run(t, -1, &expected, &n, &kept, &err);
    if (status != FSC_OK) fail_msg("%s: %s", t->name, err.text);
    status = run(t, -1, &seen, &n, &kept, &err); /* first-time memory of the libraries is there now */
    if (status != FSC_OK || seen != expected) fail_msg("%s: does not repeat", t->name);
    sum->allocations = n;
    const int64_t share = try_all || t->share == 0 || t->share > n ? n : t->share;
    for (int64_t k = 0; k < share; k++) {
        const int64_t which = k * n / share;
        int64_t counted;
        status = run(t, which, &seen, &counted, &kept, &err);
        sum->failed++;
        sum->refused += status != FSC_OK;
        if (status != FSC_OK && (err.code != status || strchr(err.text, '\n') || !*err.text))
            print_error("%s: allocation %lld: refused with no line\n", t->name, (long long)which);
        sum->same += status == FSC_OK && seen == expected;
        if (status == FSC_OK && seen != expected) {
            sum->differ++;
            if (sum->differ < 4) print_error("%s: allocation %lld: another result\n", t->name, (long long)which);
        }
        if (kept > 0) {
            sum->kept++;
            if (sum->kept < 4)
                print_error("%s: allocation %lld: %lld blocks kept\n", t->name, (long long)which, (long long)kept);
        }
    }
}

static void every_allocation_fails_once(void **state) {
    (void)state;
    tally total = {0};
    print_message("%-26s %8s %7s %8s %6s %7s %6s\n", "call", "asks", "failed", "refused", "same", "differ", "kept");
    for (int i = 0; i < N_TRIAL; i++) {
        if (only >= 0 && only != i) continue;
        tally t = {0};
        judge(&t, &trials[i]);
        print_message("%-26s %8lld %7lld %8lld %6lld %7lld %6lld\n", trials[i].name, (long long)t.allocations,
                      (long long)t.failed, (long long)t.refused, (long long)t.same, (long long)t.differ,
                      (long long)t.kept);
        total.allocations += t.allocations;
        total.failed += t.failed;
        total.refused += t.refused;
        total.same += t.same;
        total.differ += t.differ;
        total.kept += t.kept;
    }
    print_message("%-26s %8lld %7lld %8lld %6lld %7lld %6lld\n", "all", (long long)total.allocations,
                  (long long)total.failed, (long long)total.refused, (long long)total.same, (long long)total.differ,
                  (long long)total.kept);
    assert_int_equal(total.differ, 0);
    assert_int_equal(total.kept, 0);
    assert_int_equal(total.refused + total.same, total.failed);
}

static void write_tables(void) {
    FSC_AUTO_TEXT fsc_text norms = {0};
    FSC_AUTO_TEXT fsc_text people = {0};
    fsc_text_add(&norms, "participant_id\tage\tsex\tmuscle\tlevel\tside\tpdff_mean\tmethod\n");
    fsc_text_add(&people, "participant_id\tgroup\tdeep\tmiddle\touter\n");
    for (int i = 0; i < 40; i++) {
        fsc_text_printf(&norms, "sub-%02d\t%d\tF\tmultifidus\tL4\tleft\t%.2f\tmulti-echo PDFF\n", i, 20 + i,
                        5.0 + 0.1 * i + (i * 7) % 5);
        fsc_text_printf(&people, "sub-%02d\t%s\t%.2f\t%.2f\t%.2f\n", i, i < 15 ? "control" : "patient",
                        10.0 + (i * 7) % 5 + (i > 18 ? 20 : 0), 9.0 + (i * 11) % 6 + (i > 24 ? 20 : 0),
                        8.0 + (i * 5) % 7 + (i > 30 ? 20 : 0));
    }
    assert_ok(fsc_file_write(w.table, norms.data, norms.length, &test_error));
    assert_ok(fsc_file_write(w.participants, people.data, people.length, &test_error));
}

static void make_scan_side(void) {
    static char *const words[] = {(char *)"fascicle", (char *)"run"};
    w.phantom_options = (fsc_phantom_options)FSC_PHANTOM_OPTIONS_INIT;
    w.phantom_options.scale = 0.3;
    w.phantom_options.n_echo = 3;
    w.phantom_options.n_threads = 1;
    assert_ok(fsc_recipe_set_command(&w.recipe, 2, words, &test_error));
    assert_ok(fsc_recipe_set_options(&w.recipe, "{\"sign\":\"auto\",\"echoes\":[1,2]}", &test_error));
    assert_ok(fsc_phantom_make(&w.phantom, &w.phantom_options, &test_error));
    assert_ok(fsc_phantom_write(w.phantom, &w.phantom_options, w.data, "sub-01", NULL, &w.recipe, &test_error));
    assert_ok(fsc_scan_read(&w.scan, w.data, NULL, &test_error));
    assert_ok(separate((void **)&w.fatwater, &test_error));
    assert_ok(build_sites((void **)&w.sites, &test_error));
    assert_ok(measure((void **)&w.measures, &test_error));
}

static void make_record_side(void) {
    assert_ok(read_exam((void **)&w.exam, &test_error));
    fsc_acquisition_from_scan(&w.acquisition, w.scan);
    fsc_copy_text(w.acquisition.date, sizeof w.acquisition.date, "2026-03-02");
    assert_ok(make_map((void **)&w.before, &test_error));
    fsc_copy_text(w.acquisition.date, sizeof w.acquisition.date, "2026-05-04");
    assert_ok(make_map((void **)&w.map, &test_error));
    assert_ok(fsc_map_print(&w.map_text, w.map, &test_error));
    w.observations.injury_day = (double)NAN;
    assert_ok(fsc_observations_add(&w.observations, w.measures, 0, &test_error));
    assert_ok(forecast((void **)&w.forecast, &test_error));
    fsc_store *store = NULL;
    assert_ok(fsc_store_open(&store, w.store, 1, &test_error));
    assert_ok(fsc_store_add(store, w.map, 0, &test_error));
    fsc_store_close(store);
}

static int make_world(void **state) {
    (void)state;
    fsc_copy_text(w.dir, sizeof w.dir, "/tmp/fsc-chaos-XXXXXX");
    if (!mkdtemp(w.dir)) return -1;
    (void)snprintf(out_dir, sizeof out_dir, "%s/out", w.dir);
    (void)snprintf(w.data, sizeof w.data, "%s/data", w.dir);
    (void)snprintf(w.anat, sizeof w.anat, "%s/derived", w.dir);
    (void)snprintf(w.store, sizeof w.store, "%s/visits.db", w.dir);
    (void)snprintf(w.table, sizeof w.table, "%s/controls.tsv", w.dir);
    (void)snprintf(w.participants, sizeof w.participants, "%s/people.tsv", w.dir);
    make_scan_side();
    make_record_side();
    write_tables();
    assert_ok(fsc_file_make_folder(w.anat, &test_error));
    assert_ok(fsc_fatwater_write(w.fatwater, w.scan, w.anat, &w.recipe, &test_error));
    assert_ok(fsc_sites_write(w.sites, w.anat, "sub-01", &w.recipe, &test_error));
    assert_ok(fsc_measures_write(w.measures, w.anat, "sub-01", "sub-01", "", &w.recipe, &test_error));
    assert_ok(fsc_map_write(w.map, w.anat, "sub-01", &w.recipe, &test_error));
    assert_ok(fsc_forecast_write(w.forecast, w.anat, "sub-01", &w.recipe, &test_error));
    assert_ok(new_cycle((void **)&w.neck, &test_error));
    fsc_cycle_person_init(&w.person, w.neck, FSC_CYCLE_SET_A);
    assert_ok(simulate((void **)&w.run, &test_error));
    assert_ok(read_cohort((void **)&w.cohort, &test_error));
    assert_ok(order((void **)&w.order, &test_error));
    return 0;
}

static int drop_world(void **state) {
    (void)state;
    remove_folder(w.dir);
    fsc_order_free(w.order);
    fsc_cohort_free(w.cohort);
    fsc_cycle_run_free(w.run);
    fsc_cycle_free(w.neck);
    fsc_forecast_free(w.forecast);
    fsc_observations_free(&w.observations);
    fsc_map_free_text(w.map_text);
    fsc_map_free(w.map);
    fsc_map_free(w.before);
    fsc_exam_free(w.exam);
    fsc_measures_free(w.measures);
    fsc_sites_free(w.sites);
    fsc_fatwater_free(w.fatwater);
    fsc_scan_free(w.scan);
    fsc_phantom_free(w.phantom);
    fsc_recipe_free(&w.recipe);
    return 0;
}

int main(int argc, char **argv) {
    (void)setlocale(LC_ALL, "C"); /* elsewhere strerror looks for translations and keeps what it found */
    try_all = argc > 1 && strcmp(argv[1], "all") == 0;
    for (int i = 0; argc > 2 && i < N_TRIAL; i++)
        if (strcmp(argv[2], trials[i].name) == 0) only = i;
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once)};
    return cmocka_run_group_tests(tests, make_world, drop_world);
}
