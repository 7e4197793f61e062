/* base: text, tables, JSON, files, tiles and allocation failure. */
#include "../test.h"
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "json.h"
#include "table.h"
#include "text.h"
#include "tiles.h"

#include <fascicle/notes.h>
#include <fascicle/recipe.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void text_escapes_and_missing(void **state) {
    (void)state;
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add_html(&text, "<a & \"b\">");
    fsc_text_add_number(&text, "%.2f", (double)NAN);
    fsc_text_add_number(&text, "%.2f", 1.5);
    assert_string_equal(text.data, "&lt;a &amp; &quot;b&quot;&gt;n/a1.50");
}

static void table_reads_and_refuses(void **state) {
    (void)state;
    fsc_table table = {0};
    const char good[] = "# why\na\tb\r\n1.5\tx\r\nn/a\t\n";
    assert_ok(fsc_table_parse(&table, good, sizeof good - 1, "good", &test_error));
    assert_int_equal(table.n_row, 2);
    assert_close(fsc_table_number(&table, 0, "a"), 1.5, 0);
    assert_true(isnan(fsc_table_number(&table, 1, "a")));
    assert_string_equal(fsc_table_get(&table, 0, "b"), "x");
    assert_string_equal(fsc_table_get(&table, 0, "c"), "");
    fsc_table_free(&table);
    const char bad[] = "a\tb\n1\n";
    assert_fails(fsc_table_parse(&table, bad, sizeof bad - 1, "bad", &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "line 2"));
}

static void json_round_trip(void **state) {
    (void)state;
    fsc_json *made = fsc_json_object();
    fsc_json_set_number(made, "te", 0.00287);
    fsc_json_set_number(made, "missing", (double)NAN);
    fsc_json *list = fsc_json_array();
    fsc_json_append_string(list, "L4");
    fsc_json_set(made, "levels", list);
    FSC_AUTO_TEXT fsc_text text = {0};
    assert_ok(fsc_json_print(&text, made, &test_error));
    fsc_json_free(made);
    fsc_json *read = NULL;
    assert_ok(fsc_json_parse(&read, text.data, text.length, "text", &test_error));
    assert_close(fsc_json_number(fsc_json_get(read, "te")), 0.00287, 1e-12);
    assert_true(fsc_json_is_null(fsc_json_get(read, "missing")));
    assert_string_equal(fsc_json_string(fsc_json_at(fsc_json_get(read, "levels"), 0)), "L4");
    assert_string_equal(fsc_json_key(read, 0), "te");
    fsc_json_free(read);
    assert_fails(fsc_json_parse(&read, "{", 1, "broken.json", &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "broken.json"));
}

/* The parser reads a text behind a number of its own (json.c): what the text is must not show that. */
static void json_is_one_object_or_array(void **state) {
    (void)state;
    static const char *const wrong[] = {"",     " ",     "1",      "\"a\"", "null", "1],[2",   "{},{}", "{}]",    "],{}",
                                        "{} 1", "{},[]", "[1]]",   "[[1]",  "{\"a\":1,\"a\":2}", "[01]",  "[1,]",  "[\"a]", "[\"a\\"};
    fsc_json *read = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_fails(fsc_json_parse(&read, wrong[i], strlen(wrong[i]), "text", &test_error), FSC_E_FORMAT);
        assert_non_null(strstr(test_error.text, "text: not valid JSON"));
    }
    assert_fails(fsc_json_parse(&read, "[1,\n2,\nx]", 9, "text", &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "line 3"));
    for (size_t n = 0; n < 5000; n += n < 70 ? 1 : 331) { /* also across the parser's blocks */
        FSC_AUTO_TEXT fsc_text text = {0};
        fsc_text_add(&text, "{\"long\": \"");
        for (size_t i = 0; i < n; i++) fsc_text_add_n(&text, i % 7 ? "x" : "\\\"", i % 7 ? 1 : 2);
        fsc_text_add(&text, "\", \"n\": 17}");
        assert_ok(fsc_json_parse(&read, text.data, text.length, "text", &test_error));
        assert_int_equal(strlen(fsc_json_string(fsc_json_get(read, "long"))), n);
        assert_close(fsc_json_number(fsc_json_get(read, "n")), 17, 0);
        fsc_json_free(read);
    }
}

static void files_are_whole(void **state) {
    (void)state;
    char dir[] = "/tmp/fsc-test-XXXXXX", path[64], hex[65];
    assert_non_null(mkdtemp(dir));
    assert_ok(fsc_file_join(path, sizeof path, dir, "a/b", &test_error));
    assert_ok(fsc_file_make_folder(path, &test_error));
    assert_ok(fsc_file_join(path, sizeof path, dir, "a/b/c", &test_error));
    assert_ok(fsc_file_write(path, "abc", 3, &test_error));
    assert_ok(fsc_file_sha256(hex, path, &test_error)); /* FIPS 180-2 example */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    char **names = NULL;
    int32_t n = 0;
    assert_ok(fsc_file_join(path, sizeof path, dir, "a/b", &test_error));
    assert_ok(fsc_file_list(&names, &n, path, &test_error));
    assert_int_equal(n, 1); /* no temporary file stays */
    fsc_file_free_names(names, n);
    assert_fails(fsc_file_write("/dev/full", "abc", 3, &test_error), FSC_E_IO);
}

static void add_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)worker;
    double *sum = context;
    for (int64_t i = begin; i < end; i++) sum[tile] += 1.0 / (double)(i + 1);
}

static void tiles_give_same_bits(void **state) {
    (void)state;
    double first = 0;
    for (int32_t threads = 1; threads <= 4; threads++) {
        double part[128] = {0}, sum = 0;
        assert_int_equal(fsc_tiles_count(1000, 8), 125);
        fsc_tiles_run(1000, 8, add_tile, part, threads);
        for (int i = 0; i < 125; i++) sum += part[i];
        if (threads == 1) first = sum;
        assert_memory_equal(&sum, &first, sizeof sum);
    }
}

/* Says stop at the n-th question. */
static int stop_at(void *context, const char *stage, double fraction) {
    assert_string_equal(stage, "work");
    assert_true(fraction >= 0.25 && fraction <= 0.75);
    return --*(int *)context == 0;
}

static void tiles_ask_whether_to_go_on(void **state) {
    (void)state;
    double whole[128] = {0};
    fsc_tiles_run(1000, 8, add_tile, whole, 1);
    for (int stop = 1; stop <= 40; stop++) {
        double part[128] = {0};
        int left = stop;
        const fsc_progress progress = {stop_at, &left};
        const fsc_ask ask = {&progress, "work", 0.25, 0.75};
        const fsc_status status = fsc_tiles_run_asking(1000, 8, add_tile, part, 1, &ask, NULL);
        assert_int_equal(status, left > 0 ? FSC_OK : FSC_E_CANCELLED);
        if (status == FSC_OK) assert_memory_equal(part, whole, sizeof part); /* each tile once */
        if (stop == 1) assert_true(part[0] == 0);
    }
}

static void allocation_failure_is_reported(void **state) {
    (void)state;
    const char good[] = "a\tb\n1.5\tx\n";
    int64_t n = 0;
    for (fsc_status status = FSC_E_NOMEM; status != FSC_OK; n++) {
        fsc_table table = {0};
        fsc_alloc_fail_at(n);
        status = fsc_table_parse(&table, good, sizeof good - 1, "t", NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        fsc_table_free(&table);
    }
    assert_int_equal(n, 4); /* text, header, cells, then success */
}

static void recipe_quotes_words(void **state) {
    (void)state;
    fsc_recipe recipe = {0};
    char word[] = "fascicle", other[] = "my scan";
    char *argv[] = {word, other};
    assert_ok(fsc_recipe_set_command(&recipe, 2, argv, &test_error));
    assert_string_equal(recipe.command, "fascicle 'my scan'");
    fsc_recipe_free(&recipe);
}

static void first_failure_wins(void **state) {
    (void)state;
    fsc_error err = FSC_ERROR_INIT;
    assert_int_equal(fsc_fail(&err, FSC_E_IO, "first %d", 1), FSC_E_IO);
    assert_int_equal(fsc_fail(&err, FSC_E_ARG, "second"), FSC_E_ARG);
    assert_string_equal(err.text, "first 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_escapes_and_missing),
        cmocka_unit_test(table_reads_and_refuses),
        cmocka_unit_test(json_round_trip), cmocka_unit_test(json_is_one_object_or_array),
        cmocka_unit_test(files_are_whole),
        cmocka_unit_test(tiles_give_same_bits),
        cmocka_unit_test(tiles_ask_whether_to_go_on),
        cmocka_unit_test(allocation_failure_is_reported),
        cmocka_unit_test(recipe_quotes_words),
        cmocka_unit_test(first_failure_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
