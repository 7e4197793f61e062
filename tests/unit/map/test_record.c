/* The record on disk: the schema says what the tables of fields say, refuses each wrong kind, and files of 0.1.0 are
 * read as what they mean. */
#include "../test.h"
#include "alloc.h"
#include "file.h"
#include "schema.h"
#include "site_fields.h"

#include <fascicle/map.h>
#include <string.h>

static fsc_json *parse(const char *text) {
    fsc_json *value = NULL;
    assert_ok(fsc_json_parse(&value, text, strlen(text), "test", &test_error));
    return value;
}

static char *printed(const fsc_json *value) {
    fsc_text text = {0};
    assert_ok(fsc_json_print(&text, value, &test_error));
    return text.data;
}

/* What data/schema/map.json must hold for the rows of sites; a failure prints what is wanted. */
static void the_schema_of_a_site_says_what_its_table_of_fields_says(void **state) {
    (void)state;
    fsc_json *schema = parse(fsc_schema_text("map")), *wanted = fsc_fields_schema(fsc_site_fields);
    const fsc_json *site = fsc_json_get(fsc_json_get(fsc_json_get(schema, "$defs"), "site"), "properties");
    for (int64_t i = 0; i < fsc_json_length(wanted); i++) {
        const char *key = fsc_json_key(wanted, i);
        char *one = printed(fsc_json_get(wanted, key));
        if (!fsc_json_get(site, key)) fail_msg("data/schema/map.json, site: add \"%s\": %s", key, one);
        char *there = printed(fsc_json_get(site, key));
        if (strcmp(one, there) != 0) fail_msg("data/schema/map.json, site: \"%s\" should be %s", key, one);
        fsc_free(one);
        fsc_free(there);
    }
    for (int64_t i = 0; i < fsc_json_length(site); i++) {
        const char *key = fsc_json_key(site, i);
        if (!fsc_json_get(wanted, key) && !fsc_json_get(fsc_json_get(site, key), "$ref"))
            fail_msg("data/schema/map.json, site: \"%s\" is no field", key);
    }
    fsc_json_free(schema);
    fsc_json_free(wanted);
}

static fsc_map *read_0_1_0(void) {
    fsc_map *map = NULL;
    assert_ok(fsc_map_read(&map, FSC_FILES "/0.1.0/sub-01_map.json", &test_error));
    return map;
}

static void a_record_of_0_1_0_is_read_with_its_words_as_they_are_spelled_now(void **state) {
    (void)state;
    fsc_map *map = read_0_1_0();
    assert_int_equal(map->acquisition.method, FSC_METHOD_COMPLEX);
    assert_int_equal(map->n_site, 7);
    const fsc_map_site *both = fsc_map_find(map, "multifidus", "L5", FSC_SIDE_BOTH);
    assert_non_null(both);
    assert_int_equal(both->row.kind, FSC_ROW_SITE_BOTH);
    assert_close(fsc_map_find(map, "multifidus", "L5", FSC_SIDE_LEFT)->row.pdff_mean_fraction, 0.34626, 5e-6);
    assert_int_equal(fsc_map_find(map, "multifidus", "all", FSC_SIDE_BOTH)->row.kind, FSC_ROW_MUSCLE_BOTH);
    assert_int_equal(map->exam->sex, FSC_SEX_FEMALE);
    assert_true(map->notes.n > 0);
    char *text = NULL;
    assert_ok(fsc_map_print(&text, map, &test_error));
    assert_non_null(strstr(text, "\"complex-multi-echo-pdff\""));
    assert_non_null(strstr(text, "\"site-both-sides\""));
    assert_null(strstr(text, "site_both_sides"));
    fsc_map_free_text(text);
    fsc_map_free(map);
}

static void a_record_read_and_written_again_is_the_same_text(void **state) {
    (void)state;
    fsc_map *map = read_0_1_0(), *again = NULL;
    char *first = NULL, *second = NULL;
    assert_ok(fsc_map_print(&first, map, &test_error));
    assert_ok(fsc_map_parse(&again, first, "again", &test_error));
    assert_ok(fsc_map_print(&second, again, &test_error));
    assert_string_equal(first, second);
    fsc_map_free_text(first);
    fsc_map_free_text(second);
    fsc_map_free(map);
    fsc_map_free(again);
}

/* Puts a wrong value under each key of the first site in turn; every one is refused by its name. */
static void the_schema_refuses_each_wrong_kind(void **state) {
    (void)state;
    fsc_map *map = read_0_1_0();
    char *text = NULL;
    assert_ok(fsc_map_print(&text, map, &test_error));
    fsc_json *root = parse(text);
    fsc_json *site = (fsc_json *)(uintptr_t)fsc_json_at(fsc_json_get(root, "sites"), 0);
    for (const fsc_field *f = fsc_site_fields; f->key; f++) {
        if (f->table_only) continue;
        fsc_json *kept = fsc_json_copy(fsc_json_get(site, f->key));
        if (f->kind == FSC_FIELD_TEXT)
            fsc_json_set_number(site, f->key, 1.5);
        else
            fsc_json_set_string(site, f->key, "no such thing");
        test_error = (fsc_error){0};
        assert_true(fsc_schema_check(root, "map", "record", &test_error) != FSC_OK);
        char where[80];
        (void)snprintf(where, sizeof where, "sites[0].%s", f->key);
        assert_non_null(strstr(test_error.text, where));
        fsc_json_set(site, f->key, kept);
    }
    assert_ok(fsc_schema_check(root, "map", "record", &test_error));
    fsc_json_free(root);
    fsc_map_free_text(text);
    fsc_map_free(map);
}

static void rows_say_where_the_map_placed_them_or_why_not(void **state) {
    (void)state;
    fsc_map *map = read_0_1_0();
    fsc_measures *m = NULL;
    assert_ok(fsc_measures_read(&m, FSC_FILES "/0.1.0/sub-01_sites.tsv", &test_error));
    fsc_map_place_rows(m, map);
    const fsc_row *placed = fsc_measures_find(m, "erector_spinae", "L4", FSC_SIDE_LEFT);
    const fsc_map_site *site = fsc_map_find(map, "erector_spinae", "L4", FSC_SIDE_LEFT);
    assert_true(site->norm.norm_id[0] && isfinite(placed->z));
    assert_string_equal(placed->norm_id, site->norm.norm_id);
    assert_close(placed->percentile, site->norm.percentile, 0);
    assert_string_equal(placed->norm_reason, "");
    const fsc_row *not = fsc_measures_find(m, "multifidus", "L5", FSC_SIDE_LEFT);
    assert_true(isnan(not ->z) && !not ->norm_id[0] && not ->norm_reason[0]);
    const fsc_row *bone = fsc_measures_find(m, "vertebra", "L5", FSC_SIDE_MIDLINE);
    assert_true(isnan(bone->z) && bone->norm_reason[0]);
    fsc_measures_free(m);
    fsc_map_free(map);
}

static void an_exam_of_0_1_0_is_read(void **state) {
    (void)state;
    fsc_exam *exam = NULL;
    assert_ok(fsc_exam_read(&exam, FSC_FILES "/0.1.0/exam.json", &test_error));
    assert_close(exam->age_years, 44, 0);
    assert_int_equal(exam->palpation[0].place.side, FSC_SIDE_LEFT);
    fsc_exam_free(exam);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_of_a_site_says_what_its_table_of_fields_says),
        cmocka_unit_test(a_record_of_0_1_0_is_read_with_its_words_as_they_are_spelled_now),
        cmocka_unit_test(a_record_read_and_written_again_is_the_same_text),
        cmocka_unit_test(the_schema_refuses_each_wrong_kind),
        cmocka_unit_test(rows_say_where_the_map_placed_them_or_why_not),
        cmocka_unit_test(an_exam_of_0_1_0_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
