/* store and visits: what goes in comes out; everything that is no store, or a newer one, is refused with words. */
#define _GNU_SOURCE /* memmem */
#include "../change/visit.h"
#include "../test.h"
#include "alloc.h"

#include <fascicle/store.h>

#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/fsc-store-XXXXXX", path[64];

static int make_dir(void **state) {
    (void)state;
    if (!mkdtemp(dir)) return -1;
    return snprintf(path, sizeof path, "%s/visits.db", dir) < 0;
}
static int clean(void **state) {
    (void)state;
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (int i = 0; i < 4; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    return 0;
}
static int remove_dir(void **state) {
    (void)clean(state);
    return rmdir(dir);
}

static void add(const char *participant, const char *session, const char *date, double pdff) {
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, pdff, 0.01);
    fsc_map *map = make_visit(participant, session, date, &row, 1);
    fsc_store *store = NULL;
    assert_ok(fsc_store_open(&store, path, 1, &test_error));
    assert_ok(fsc_store_add(store, map, 0, &test_error));
    fsc_store_close(store);
    fsc_map_free(map);
}

static void visits_come_back_by_date(void **state) {
    (void)state;
    add("sub-02", "ses-b", "2026-05-01", 0.30);
    add("sub-01", "ses-z", "2026-03-01", 0.20);
    add("sub-01", "ses-a", "2026-06-01", 0.25);
    add("sub-01", "", "2026-07-01", 0.26);
    fsc_store *store = NULL;
    fsc_visit *visit = NULL;
    int32_t n = 0;
    assert_ok(fsc_store_open(&store, path, 0, &test_error));
    assert_ok(fsc_store_visits(&visit, &n, store, "sub-01", &test_error));
    assert_int_equal(n, 3);
    assert_string_equal(visit[0].acquisition.session, "ses-z");
    assert_string_equal(visit[1].acquisition.session, "ses-a");
    assert_string_equal(visit[2].acquisition.session, "2026-07-01"); /* named by its day */
    assert_close(visit[1].days - visit[0].days, 92, 0);
    assert_close(visit[0].acquisition.field_tesla, 3, 0);
    assert_true(isnan(visit[0].age_years));
    fsc_store_free_visits(visit);
    assert_ok(fsc_store_visits(&visit, &n, store, NULL, &test_error));
    assert_int_equal(n, 4);
    fsc_store_free_visits(visit);
    fsc_map *map = NULL;
    assert_ok(fsc_store_map(&map, store, "sub-01", "ses-a", &test_error));
    assert_close(map->site[0].row.pdff_mean_fraction, 0.25, 1e-9);
    assert_string_equal(map->acquisition.device, "1234");
    fsc_map_free(map);
    map = NULL;
    assert_fails(fsc_store_map(&map, store, "sub-01", "ses-q", &test_error), FSC_E_NOTFOUND);
    assert_fails(fsc_store_map(&map, store, "sub'; DROP TABLE visit;--", "x", &test_error), FSC_E_NOTFOUND);
    fsc_store_close(store);
}

static void twins_need_replace(void **state) {
    (void)state;
    add("sub-01", "ses-1", "2026-03-01", 0.20);
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.4, 0.01);
    fsc_map *map = make_visit("sub-01", "ses-1", "2026-03-02", &row, 1);
    fsc_store *store = NULL;
    assert_ok(fsc_store_open(&store, path, 1, &test_error));
    assert_fails(fsc_store_add(store, map, 0, &test_error), FSC_E_RANGE);
    assert_non_null(strstr(test_error.text, "--replace"));
    assert_ok(fsc_store_add(store, map, 1, &test_error));
    fsc_visit *visit = NULL;
    int32_t n = 0;
    assert_ok(fsc_store_visits(&visit, &n, store, NULL, &test_error));
    assert_int_equal(n, 1);
    assert_string_equal(visit[0].acquisition.date, "2026-03-02");
    fsc_store_free_visits(visit);
    fsc_store_close(store);
    fsc_map_free(map);
}

static void visits_without_name_or_day_are_refused(void **state) {
    (void)state;
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.4, 0.01);
    static const struct {
        const char *participant, *date;
    } bad[] = {{"", "2026-03-01"},
               {"sub-01", ""},
               {"sub-01", "2026-02-30"},
               {"sub-01", "01.03.2026"},
               {"sub-01", "2026-13-01"}};
    fsc_store *store = NULL;
    assert_ok(fsc_store_open(&store, path, 1, &test_error));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fsc_map *map = make_visit(bad[i].participant, "ses-1", bad[i].date, &row, 1);
        assert_fails(fsc_store_add(store, map, 0, &test_error), FSC_E_ARG);
        fsc_map_free(map);
    }
    fsc_store_close(store);
}

static void sql(const char *text) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void write_file(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void strangers_and_the_future_are_refused(void **state) {
    fsc_store *store = NULL;
    assert_fails(fsc_store_open(&store, "", 1, &test_error),
                 FSC_E_ARG); /* SQLite would keep these until it is closed */
    assert_fails(fsc_store_open(&store, ":memory:", 1, &test_error), FSC_E_ARG);
    assert_fails(fsc_store_open(&store, path, 0, &test_error), FSC_E_NOTFOUND);
    write_file(
        "participant\tvisit\nthis is a table of somebody else, long enough to be taken for a database file perhaps\n");
    assert_fails(fsc_store_open(&store, path, 1, &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "not a store"));
    (void)clean(state);
    sql("CREATE TABLE other (a)");
    assert_fails(fsc_store_open(&store, path, 1, &test_error), FSC_E_FORMAT);
    (void)clean(state);
    write_file("");
    assert_fails(fsc_store_open(&store, path, 0, &test_error), FSC_E_NOTFOUND);
    assert_ok(fsc_store_open(&store, path, 1, &test_error)); /* what an interrupted first run leaves */
    fsc_store_close(store);
    store = NULL;
    sql("PRAGMA user_version = 7");
    assert_fails(fsc_store_open(&store, path, 1, &test_error), FSC_E_UNSUPPORTED);
    assert_non_null(strstr(test_error.text, "newer Fascicle"));
    assert_fails(fsc_store_open(&store, dir, 1, &test_error), FSC_E_IO);
    assert_fails(fsc_store_open(&store, "/nowhere/at/all.db", 1, &test_error), FSC_E_IO);
}

static void damage_is_reported(void **state) {
    (void)state;
    for (int i = 0; i < 40; i++) {
        char session[16];
        (void)snprintf(session, sizeof session, "ses-%d", i);
        add("sub-01", session, "2026-03-01", 0.20);
    }
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    for (long page = 1; page < 20; page++) { /* trample on every page but the first */
        (void)fseek(file, page * 4096, SEEK_SET);
        for (int i = 0; i < 512; i++) (void)fputc(0xA5, file);
    }
    fclose(file);
    fsc_store *store = NULL;
    fsc_visit *visit = NULL;
    int32_t n = 0;
    fsc_status status = fsc_store_open(&store, path, 0, &test_error);
    if (status == FSC_OK) status = fsc_store_visits(&visit, &n, store, NULL, &test_error);
    assert_int_equal(status, FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "damaged"));
    test_error = (fsc_error){0};
    fsc_store_close(store);
}

static void a_record_cut_short_is_reported(void **state) {
    (void)state;
    add("sub-01", "ses-1", "2026-03-01", 0.20);
    sql("UPDATE visit SET record = substr(record, 1, 500)");
    fsc_store *store = NULL;
    fsc_map *map = NULL;
    assert_ok(fsc_store_open(&store, path, 0, &test_error));
    assert_fails(fsc_store_map(&map, store, "sub-01", "ses-1", &test_error), FSC_E_FORMAT);
    assert_null(map);
    fsc_store_close(store);
}

static void a_store_that_may_not_be_written_says_so(void **state) {
    (void)state;
    if (geteuid() == 0) skip(); /* root may write anything */
    add("sub-01", "ses-1", "2026-03-01", 0.20);
    assert_int_equal(chmod(path, 0444), 0);
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.4, 0.01);
    fsc_map *map = make_visit("sub-01", "ses-2", "2026-03-02", &row, 1);
    fsc_store *store = NULL;
    assert_ok(fsc_store_open(&store, path, 0, &test_error));
    assert_fails(fsc_store_add(store, map, 0, &test_error), FSC_E_IO);
    assert_non_null(strstr(test_error.text, "may not be written"));
    fsc_store_close(store);
    fsc_map_free(map);
}

/* Two programs at once: the second waits for the first, and both visits are there. */
static void two_writers_take_turns(void **state) {
    (void)state;
    add("sub-01", "ses-1", "2026-03-01", 0.20);
    fsc_store *a = NULL, *b = NULL;
    assert_ok(fsc_store_open(&a, path, 0, &test_error));
    assert_ok(fsc_store_open(&b, path, 0, &test_error));
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.4, 0.01);
    fsc_map *two = make_visit("sub-01", "ses-2", "2026-03-02", &row, 1);
    fsc_map *three = make_visit("sub-01", "ses-3", "2026-03-03", &row, 1);
    assert_ok(fsc_store_add(a, two, 0, &test_error));
    assert_ok(fsc_store_add(b, three, 0, &test_error));
    fsc_visit *visit = NULL;
    int32_t n = 0;
    assert_ok(fsc_store_visits(&visit, &n, a, "sub-01", &test_error));
    assert_int_equal(n, 3);
    fsc_store_free_visits(visit);
    fsc_store_close(a);
    fsc_store_close(b);
    fsc_map_free(two);
    fsc_map_free(three);
}

static void memory_failures_are_reported(void **state) {
    const fsc_row row = make_row("multifidus", "L4", FSC_SIDE_LEFT, 0.4, 0.01);
    fsc_map *map = make_visit("sub-01", "ses-1", "2026-03-02", &row, 1);
    for (int64_t k = 0;; k++) {
        fsc_store *store = NULL;
        fsc_visit *visit = NULL;
        fsc_map *back = NULL;
        int32_t n = 0;
        (void)clean(state);
        fsc_alloc_fail_at(k);
        fsc_status status = fsc_store_open(&store, path, 1, NULL);
        if (status == FSC_OK) status = fsc_store_add(store, map, 0, NULL);
        if (status == FSC_OK) status = fsc_store_visits(&visit, &n, store, NULL, NULL);
        if (status == FSC_OK) status = fsc_store_map(&back, store, "sub-01", "ses-1", NULL);
        fsc_alloc_fail_at(-1);
        fsc_map_free(back);
        fsc_store_free_visits(visit);
        fsc_store_close(store);
        if (status == FSC_OK && k > 40) break; /* a dropped note is no failure */
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        assert_true(k < 2000);
    }
    fsc_map_free(map);
}

static int holds(const char *needle) {
    FILE *file = fopen(path, "rb");
    static char bytes[1 << 20];
    const size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (file) (void)fclose(file);
    return memmem(bytes, n, needle, strlen(needle)) != NULL;
}

static void what_is_erased_is_gone_from_the_file(void **state) {
    (void)state;
    add("sub-needle", "ses-1", "2026-03-01", 0.20);
    add("sub-needle", "ses-2", "2026-04-01", 0.20);
    add("sub-02", "ses-1", "2026-03-01", 0.20);
    fsc_store *store = NULL;
    int32_t n = 0;
    assert_ok(fsc_store_open(&store, path, 0, &test_error));
    assert_true(holds("sub-needle") && holds("ses-2"));
    assert_ok(fsc_store_remove(&n, store, "sub-needle", "ses-2", &test_error));
    assert_int_equal(n, 1);
    assert_true(holds("sub-needle") && !holds("ses-2"));
    assert_fails(fsc_store_remove(&n, store, "sub-needle", "ses-2", &test_error), FSC_E_NOTFOUND);
    assert_ok(fsc_store_remove(&n, store, "sub-needle", NULL, &test_error));
    fsc_store_close(store);
    assert_false(holds("sub-needle"));
    assert_true(holds("sub-02"));
}

static void a_store_is_one_file_and_its_owners(void **state) {
    (void)state;
    struct stat info;
    add("sub-01", "ses-1", "2026-03-01", 0.20);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    static const char *const ends[] = {"-wal", "-shm", "-journal"};
    for (int i = 0; i < 3; i++) {
        char name[96];
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        assert_int_equal(access(name, F_OK), -1);
    }
}

static void a_store_of_wal_that_may_only_be_read_is_read(void **state) {
    (void)state;
    if (geteuid() == 0) assert_int_equal(seteuid(65534), 0); /* to root every file may be written */
    char home[64];
    (void)snprintf(home, sizeof home, "/tmp/fsc-ro-%ld", (long)getpid());
    assert_int_equal(mkdir(home, 0700), 0);
    char kept[sizeof path];
    memcpy(kept, path, sizeof path);
    (void)snprintf(path, sizeof path, "%s/v #1%%.db", home);
    add("sub-01", "ses-1", "2026-03-01", 0.20);
    sql("PRAGMA journal_mode = WAL");
    assert_int_equal(chmod(path, 0444) | chmod(home, 0555), 0);
    fsc_store *store = NULL;
    fsc_visit *visit = NULL;
    int32_t n = 0;
    assert_ok(fsc_store_open(&store, path, 0, &test_error));
    assert_ok(fsc_store_visits(&visit, &n, store, NULL, &test_error));
    assert_int_equal(n, 1);
    assert_fails(fsc_store_remove(&n, store, "sub-01", NULL, &test_error), FSC_E_IO);
    fsc_store_free_visits(visit);
    fsc_store_close(store);
    assert_int_equal(chmod(home, 0700), 0);
    (void)clean(NULL);
    (void)rmdir(home);
    memcpy(path, kept, sizeof path);
    if (getuid() == 0) assert_int_equal(seteuid(0), 0);
}

static void a_hostile_store_is_refused(void **state) {
    static const char mark[] = "PRAGMA application_id = 1180791651; PRAGMA user_version = 1;";
    static const char *const tricks[] = {
        "CREATE VIEW visit AS WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM r) SELECT 'sub-01' AS "
        "participant FROM r",
        "CREATE TABLE visit (participant TEXT)",
        "CREATE TABLE other (a); CREATE VIEW visit AS SELECT 1 AS participant;"
        "CREATE TRIGGER t INSTEAD OF INSERT ON visit BEGIN SELECT 1; END"};
    fsc_store *store = NULL;
    for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++)
        for (int create = 0; create < 2; create++) {
            (void)clean(state);
            sql(mark);
            sql(tricks[i]);
            assert_fails(fsc_store_open(&store, path, create, &test_error), FSC_E_FORMAT);
        }
    (void)clean(state);
    add("sub-01", "ses-1", "2026-03-01", 0.20);
    sql("CREATE TRIGGER t AFTER INSERT ON visit BEGIN DELETE FROM visit; END");
    assert_fails(fsc_store_open(&store, path, 1, &test_error), FSC_E_FORMAT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_erased_is_gone_from_the_file, clean),
        cmocka_unit_test_teardown(a_store_is_one_file_and_its_owners, clean),
        cmocka_unit_test_teardown(a_store_of_wal_that_may_only_be_read_is_read, clean),
        cmocka_unit_test_teardown(a_hostile_store_is_refused, clean),
        cmocka_unit_test_setup_teardown(visits_come_back_by_date, NULL, clean),
        cmocka_unit_test_setup_teardown(twins_need_replace, NULL, clean),
        cmocka_unit_test_setup_teardown(visits_without_name_or_day_are_refused, NULL, clean),
        cmocka_unit_test_setup_teardown(strangers_and_the_future_are_refused, NULL, clean),
        cmocka_unit_test_setup_teardown(damage_is_reported, NULL, clean),
        cmocka_unit_test_setup_teardown(a_record_cut_short_is_reported, NULL, clean),
        cmocka_unit_test_setup_teardown(a_store_that_may_not_be_written_says_so, NULL, clean),
        cmocka_unit_test_setup_teardown(two_writers_take_turns, NULL, clean),
        cmocka_unit_test_setup_teardown(memory_failures_are_reported, NULL, clean),
    };
    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
