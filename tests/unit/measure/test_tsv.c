/* The site table on disk: what is written comes back, what is broken is refused. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "json.h"
#include "site_fields.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static fsc_row example(void) {
    fsc_row row = {.kind = FSC_ROW_SITE,
                   .place.muscle = "multifidus",
                   .place.level = "L4",
                   .place.side = FSC_SIDE_RIGHT,
                   .label_value = 5102,
                   .n_voxel = 1234,
                   .n_missing = 6,
                   .coverage = 0.5,
                   .cut_by_fov = 1,
                   .csa_mm2 = (double)NAN,
                   .volume_mm3 = 12345.6,
                   .pdff_mean_fraction = 0.123456,
                   .pdff_quartile_fraction = {0.2, 0.15, 0.1, (double)NAN},
                   .swap_fraction = 0.0125,
                   .snr = 31.25,
                   .quality = "cut-by-field-of-view,spacing-assumed"};
    row.pdff_se_fraction = row.z = row.percentile = (double)NAN;
    return row;
}

static void write_one(const char *dir, fsc_row *row) {
    const fsc_measures m = {
        .row = row, .n_row = 1, .muscle_scheme = "musclemap", .level_scheme = "", .method = FSC_METHOD_TWO_POINT};
    assert_ok(fsc_measures_write(&m, dir, "sub-01", "sub-01", "", NULL, &test_error));
}

static void a_table_comes_back(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-test-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    fsc_row row = example();
    write_one(dir, &row);
    (void)snprintf(path, sizeof path, "%s/sub-01_sites.tsv", dir);
    FSC_AUTO_TABLE fsc_table table = {0};
    assert_ok(fsc_table_read(&table, path, &test_error));
    assert_string_equal(fsc_table_get(&table, 0, "participant_id"), "sub-01");
    assert_string_equal(fsc_table_get(&table, 0, "session_id"), "n/a");
    assert_string_equal(fsc_table_get(&table, 0, "side"), "right");
    assert_string_equal(fsc_table_get(&table, 0, "pdff_mean_fraction"), "0.123456");
    assert_string_equal(fsc_table_get(&table, 0, "csa_mm2"), "n/a"); /* missing is never 0 */
    assert_string_equal(fsc_table_get(&table, 0, "z"), "n/a");
    assert_string_equal(fsc_table_get(&table, 0, "method"), "2-point-fat-signal-fraction");
    fsc_measures *m = NULL;
    assert_ok(fsc_measures_read(&m, path, &test_error));
    assert_int_equal(m->n_row, 1);
    assert_string_equal(m->muscle_scheme, "musclemap");
    assert_string_equal(m->level_scheme, "");
    assert_int_equal(m->method, FSC_METHOD_TWO_POINT);
    const fsc_row *r = fsc_measures_find(m, "multifidus", "L4", FSC_SIDE_RIGHT);
    assert_non_null(r);
    assert_int_equal(r->n_voxel, 1234);
    assert_int_equal(r->n_missing, 6);
    assert_int_equal(r->label_value, 5102);
    assert_int_equal(r->cut_by_fov, 1);
    assert_close(r->pdff_mean_fraction, 0.123456, 1e-15);
    assert_close(r->pdff_quartile_fraction[1], 0.15, 1e-9);
    assert_true(isnan(r->csa_mm2) && isnan(r->pdff_se_fraction) && isnan(r->pdff_quartile_fraction[3]));
    assert_string_equal(r->quality, row.quality);
    assert_null(fsc_measures_find(m, "multifidus", "L4", FSC_SIDE_LEFT));
    fsc_measures_free(m);
}

static void the_dictionary_explains_every_column(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-test-XXXXXX", path[128];
    assert_non_null(mkdtemp(dir));
    fsc_row row = example();
    write_one(dir, &row);
    (void)snprintf(path, sizeof path, "%s/sub-01_sites.json", dir);
    fsc_json *json = NULL;
    assert_ok(fsc_json_read(&json, path, &test_error));
    (void)snprintf(path, sizeof path, "%s/sub-01_sites.tsv", dir);
    FSC_AUTO_TABLE fsc_table table = {0};
    assert_ok(fsc_table_read(&table, path, &test_error));
    for (int32_t c = 0; c < table.n_column; c++) {
        const fsc_json *entry = fsc_json_get(json, table.column[c]);
        assert_non_null(fsc_json_string(fsc_json_get(entry, "LongName")));
        assert_non_null(fsc_json_string(fsc_json_get(entry, "Description")));
    }
    assert_string_equal(fsc_json_string(fsc_json_get(fsc_json_get(json, "pdff_mean_fraction"), "Units")), "1");
    assert_non_null(fsc_json_get(fsc_json_get(fsc_json_get(json, "side"), "Levels"), "both"));
    fsc_json_free(json);
}

static void broken_tables_are_refused(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-test-XXXXXX", path[128], *text = NULL;
    assert_non_null(mkdtemp(dir));
    fsc_row row = example();
    write_one(dir, &row);
    (void)snprintf(path, sizeof path, "%s/sub-01_sites.tsv", dir);
    size_t n = 0;
    fsc_measures *m = NULL;
    assert_ok(fsc_file_read(&text, &n, path, 1 << 20, &test_error));
    static const char *const bad[][2] = {
        {"right", "wrong"}, {"0.123456", "0.1234S6"}, {"1234", "-234"}, {"2-point", "3-point"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char *at = strstr(strchr(text, '\n'), bad[i][0]); /* in the row, not in the header */
        assert_non_null(at);
        memcpy(at, bad[i][1], strlen(bad[i][1]));
        assert_ok(fsc_file_write(path, text, n, &test_error));
        assert_fails(fsc_measures_read(&m, path, &test_error), FSC_E_FORMAT);
        assert_non_null(strstr(test_error.text, "row 1"));
        memcpy(at, bad[i][0], strlen(bad[i][0]));
    }
    memcpy(strstr(text, "pdff_mean_fraction"), "puff", 4);
    assert_ok(fsc_file_write(path, text, n, &test_error));
    assert_fails(fsc_measures_read(&m, path, &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "pdff_mean_fraction"));
    assert_int_equal(unlink(path), 0);
    assert_fails(fsc_measures_read(&m, path, &test_error), FSC_E_IO);
    const fsc_measures empty = {0};
    assert_fails(fsc_measures_write(&empty, "/dev/null/no", "x", "", "", NULL, &test_error), FSC_E_IO);
    fsc_free(text);
}

/* The files of a scan that 0.1.0 measured: percent, other names, no mode. */
static void a_table_of_0_1_0_is_read(void **state) {
    (void)state;
    fsc_measures *m = NULL;
    assert_ok(fsc_measures_read(&m, FSC_FILES "/0.1.0/sub-01_sites.tsv", &test_error));
    assert_int_equal(m->n_row, 8);
    assert_int_equal(m->method, FSC_METHOD_COMPLEX);
    const fsc_row *row = fsc_measures_find(m, "multifidus", "L5", FSC_SIDE_LEFT);
    assert_non_null(row);
    assert_int_equal(row->n_voxel, 551);
    assert_close(row->pdff_mean_fraction, 0.34626, 1e-12);
    assert_true(row->r2star_mean_per_s > 10 && row->pdff_quartile_fraction[3] > 0 &&
                row->pdff_quartile_se_fraction[0] > 0);
    assert_true(isnan(row->pdff_mode_fraction));
    assert_int_equal(fsc_measures_find(m, "vertebra", "L5", FSC_SIDE_MIDLINE)->kind, FSC_ROW_LEVEL_BONE);
    fsc_measures_free(m);
}

static void a_table_written_again_is_the_same_bytes(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-test-XXXXXX", path[128], *first = NULL, *second = NULL;
    size_t n = 0;
    assert_non_null(mkdtemp(dir));
    fsc_row row = example();
    row.pdff_mode_fraction = 1.0 / 3;
    row.z = -1.25;
    (void)snprintf(row.norm_id, sizeof row.norm_id, "a-norm");
    write_one(dir, &row);
    (void)snprintf(path, sizeof path, "%s/sub-01_sites.tsv", dir);
    assert_ok(fsc_file_read(&first, &n, path, 1 << 20, &test_error));
    fsc_measures *m = NULL;
    assert_ok(fsc_measures_read(&m, path, &test_error));
    assert_ok(fsc_measures_write(m, dir, "sub-01", "sub-01", "", NULL, &test_error));
    assert_ok(fsc_file_read(&second, &n, path, 1 << 20, &test_error));
    assert_string_equal(first, second);
    fsc_measures_free(m);
    fsc_free(first);
    fsc_free(second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_comes_back),
        cmocka_unit_test(the_dictionary_explains_every_column),
        cmocka_unit_test(broken_tables_are_refused),
        cmocka_unit_test(a_table_of_0_1_0_is_read),
        cmocka_unit_test(a_table_written_again_is_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
