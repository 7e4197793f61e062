/* One table of fields: what it writes it reads, as JSON and as TSV, and it tells missing from not a number. */
#include "../test.h"
#include "fields.h"
#include "text.h"

#include <fascicle/notes.h>
#include <fascicle/place.h>
#include <string.h>

typedef struct thing {
    double number, list[3];
    int32_t whole, value, grade, answer, flag;
    int64_t count;
    fsc_side side;
    char text[16];
} thing;

static const fsc_field fields[] = {
    {FSC_FIELD_OF("number", thing, number, NUMBER), .name = "Number", .about = "a number", .units = "mm",
     .was = "percent", .was_per = 100},
    {FSC_FIELD_OF("list", thing, list, NUMBERS), .name = "Number *", .about = "numbers", .was = "l*_old", .was_per = 1},
    {FSC_FIELD_OF("whole", thing, whole, INT32), .name = "Whole", .about = "a number"},
    {FSC_FIELD_OF("value", thing, value, VALUE), .name = "Value", .about = "a label"},
    {FSC_FIELD_OF("grade", thing, grade, GRADE), .name = "Grade", .about = "a grade"},
    {FSC_FIELD_OF("answer", thing, answer, ANSWER), .name = "Answer", .about = "yes"},
    {FSC_FIELD_OF("flag", thing, flag, FLAG), .name = "Flag", .about = "a flag"},
    {FSC_FIELD_OF("count", thing, count, INT64), .name = "Count", .about = "how many"},
    {FSC_FIELD_OF("side", thing, side, WORD), .words = fsc_side_words, .needed = 1, .name = "Side", .about = "a side"},
    {FSC_FIELD_OF("text", thing, text, TEXT), .name = "Text", .about = "words"},
    FSC_FIELD_END};

static const thing full = {.number = 0.1234567891,
                           .list = {1, 2.5, 3e-7},
                           .whole = -3,
                           .value = 5101,
                           .grade = 0,
                           .answer = 1,
                           .flag = 1,
                           .count = 3000000000,
                           .side = FSC_SIDE_LEFT,
                           .text = "two words"};

static thing bare(void) {
    const double nan = (double)NAN;
    return (thing){.number = nan, .list = {nan, nan, nan}, .grade = -1, .answer = -1, .side = FSC_SIDE_UNKNOWN};
}

static void print_table(fsc_text *out, const thing *item, int32_t n) {
    fsc_fields_header(out, fields);
    for (int32_t i = 0; i < n; i++) fsc_fields_line(out, fields, &item[i]);
}

static void a_table_read_and_written_again_is_the_same_bytes(void **state) {
    (void)state;
    FSC_AUTO_TEXT fsc_text first = {0}, second = {0};
    const thing item[2] = {full, bare()};
    thing back[2];
    memset(back, 0, sizeof back);
    print_table(&first, item, 2);
    assert_string_equal(first.data,
                        "number\tlist_1\tlist_2\tlist_3\twhole\tvalue\tgrade\tanswer\tflag\tcount\tside\ttext\n"
                        "0.1234567891\t1\t2.5\t3e-07\t-3\t5101\t0\t1\t1\t3000000000\tleft\ttwo words\n"
                        "n/a\tn/a\tn/a\tn/a\t0\tn/a\tn/a\tn/a\t0\t0\tunknown\tn/a\n");
    FSC_AUTO_TABLE fsc_table table = {0};
    assert_ok(fsc_table_parse(&table, first.data, first.length, "t", &test_error));
    assert_ok(fsc_fields_read_table(back, sizeof *back, fields, &table, "t", &test_error));
    print_table(&second, back, 2);
    assert_string_equal(second.data, first.data);
}

static void a_record_read_and_written_again_is_the_same_text(void **state) {
    (void)state;
    const thing item[2] = {full, bare()};
    for (int i = 0; i < 2; i++) {
        thing back;
        memset(&back, 0x55, sizeof back);
        fsc_json *object = fsc_json_object(), *again = fsc_json_object();
        FSC_AUTO_TEXT fsc_text first = {0}, second = {0};
        fsc_fields_write(object, fields, &item[i]);
        fsc_fields_read(&back, fields, object);
        fsc_fields_write(again, fields, &back);
        assert_ok(fsc_json_print(&first, object, &test_error));
        assert_ok(fsc_json_print(&second, again, &test_error));
        assert_string_equal(second.data, first.data);
        fsc_json_free(object);
        fsc_json_free(again);
    }
}

/* One row under the given header; the status, with row and column in the message of a failure. */
static fsc_status read_row(thing *out, const char *header, const char *row) {
    char text[256];
    (void)snprintf(text, sizeof text, "%s\n%s\n", header, row);
    FSC_AUTO_TABLE fsc_table table = {0};
    test_error = (fsc_error){0};
    assert_ok(fsc_table_parse(&table, text, strlen(text), "t.tsv", &test_error));
    return fsc_fields_read_table(out, sizeof *out, fields, &table, "t.tsv", &test_error);
}

static void a_cell_that_is_no_number_is_refused_with_row_and_column(void **state) {
    (void)state;
    static const char *const bad[][2] = {{"number", "3O.5"}, {"number", "31,5"}, {"number", "nan"},
                                         {"list_2", "x"},    {"whole", "1.5"},   {"count", "-1"},
                                         {"count", "n/a"},   {"flag", "2"},      {"answer", "yes"},
                                         {"value", "51O1"},  {"side", "lefft"},  {"text", "far too long for sixteen"},
                                         {"percent", "3O"},  {"l1_old", "1 2"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        thing out = {0};
        char header[64], row[64], where[64];
        const int side = strcmp(bad[i][0], "side") == 0;
        (void)snprintf(header, sizeof header, "%s%s", bad[i][0], side ? "" : "\tside");
        (void)snprintf(row, sizeof row, "%s%s", bad[i][1], side ? "" : "\tleft");
        assert_int_equal(read_row(&out, header, row), FSC_E_FORMAT);
        (void)snprintf(where, sizeof where, "row 1, column %s", bad[i][0]);
        assert_non_null(strstr(test_error.text, where));
        assert_non_null(strstr(test_error.text, bad[i][1]));
    }
}

static void absent_columns_are_missing_and_old_names_are_read_in_their_unit(void **state) {
    (void)state;
    thing out = {0};
    assert_int_equal(read_row(&out, "percent\tl2_old\tside", "12.5\t7\tR"), FSC_OK);
    assert_close(out.number, 0.125, 1e-15);
    assert_close(out.list[1], 7, 0);
    assert_true(isnan(out.list[0]));
    assert_int_equal(out.grade, -1);
    assert_int_equal(out.side, FSC_SIDE_RIGHT);
    assert_int_equal(read_row(&out, "number", "1"), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "has no column side"));
}

static void every_enum_word_is_found_again(void **state) {
    (void)state;
    static const struct {
        const fsc_word *words;
        int32_t n;
    } list[] = {{fsc_side_words, 5},     {fsc_sex_words, 3},       {fsc_injury_history_words, 3}, {fsc_method_words, 6},
                {fsc_row_kind_words, 5}, {fsc_norm_kind_words, 4}, {fsc_note_kind_words, 3}};
    for (size_t k = 0; k < sizeof list / sizeof *list; k++) {
        for (int32_t v = 0; v < list[k].n; v++) {
            assert_int_equal(fsc_word_find(list[k].words, fsc_word_key(list[k].words, v)), v);
            assert_int_equal(fsc_word_find(list[k].words, fsc_word_text(list[k].words, v)), v);
            assert_true(strchr(fsc_word_key(list[k].words, v), ' ') == NULL);
        }
        assert_null(fsc_word_key(list[k].words, list[k].n));
        assert_null(fsc_word_key(list[k].words, -1));
        assert_int_equal(fsc_word_find(list[k].words, "nonsense"), -1);
        assert_int_equal(fsc_word_find(list[k].words, ""), -1);
        assert_int_equal(fsc_word_find(list[k].words, NULL), -1);
    }
    assert_int_equal(fsc_word_find(fsc_method_words, "two_point"), 2);
    assert_int_equal(fsc_word_find(fsc_sex_words, "f"), 1);
}

static void old_spellings_become_the_one_of_today(void **state) {
    (void)state;
    fsc_json *object = fsc_json_object();
    fsc_json_set_string(object, "side", "L");
    fsc_fields_respell(object, fields);
    assert_string_equal(fsc_json_string(fsc_json_get(object, "side")), "left");
    fsc_json_set_string(object, "side", "elsewhere");
    fsc_fields_respell(object, fields);
    assert_string_equal(fsc_json_string(fsc_json_get(object, "side")), "elsewhere"); /* the schema refuses it */
    fsc_json_free(object);
}

static void the_dictionary_explains_each_column_of_a_list(void **state) {
    (void)state;
    fsc_json *sidecar = fsc_json_object();
    fsc_fields_dictionary(sidecar, fields);
    assert_int_equal(fsc_json_length(sidecar), 12);
    const fsc_json *third = fsc_json_get(sidecar, "list_3");
    assert_string_equal(fsc_json_string(fsc_json_get(third, "LongName")), "Number 3");
    assert_string_equal(fsc_json_string(fsc_json_get(fsc_json_get(sidecar, "number"), "Units")), "mm");
    assert_string_equal(fsc_json_string(fsc_json_get(fsc_json_get(fsc_json_get(sidecar, "side"), "Levels"), "both")),
                        "both sides");
    fsc_json_free(sidecar);
}

static void a_users_cell_is_missing_or_a_number_or_refused(void **state) {
    (void)state;
    const char text[] = "age\tsex\n41\tF\nn/a\tn/a\n\t\n3O\tmann\n";
    FSC_AUTO_TABLE fsc_table table = {0};
    double age;
    int32_t sex;
    assert_ok(fsc_table_parse(&table, text, sizeof text - 1, "t", &test_error));
    assert_ok(fsc_table_take_number(&age, &table, 0, "age", "t", &test_error));
    assert_close(age, 41, 0);
    for (int32_t row = 1; row < 3; row++) {
        assert_ok(fsc_table_take_number(&age, &table, row, "age", "t", &test_error));
        assert_true(isnan(age));
        assert_ok(fsc_table_take_word(&sex, fsc_sex_words, &table, row, "sex", "t", &test_error));
        assert_int_equal(sex, 0);
    }
    assert_fails(fsc_table_take_number(&age, &table, 3, "age", "t", &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "row 4, column age: \"3O\""));
    assert_fails(fsc_table_take_word(&sex, fsc_sex_words, &table, 3, "sex", "t", &test_error), FSC_E_FORMAT);
    assert_non_null(strstr(test_error.text, "use one of unknown, female, male"));
}

static void notes_come_back_with_their_kind(void **state) {
    (void)state;
    static const char text[] = "[{\"kind\": \"warning\", \"key\": \"a\", \"text\": \"first\"},"
                               " {\"kind\": \"assumed\", \"key\": \"b\", \"text\": \"second\"}, {\"kind\": \"found\"}]";
    fsc_json *array = NULL;
    fsc_notes notes = {0};
    assert_ok(fsc_json_parse(&array, text, sizeof text - 1, "t", &test_error));
    fsc_notes_from_json(&notes, array);
    assert_int_equal(notes.n, 2);
    assert_int_equal(notes.item[0].kind, FSC_NOTE_WARNING);
    assert_int_equal(notes.item[1].kind, FSC_NOTE_ASSUMED);
    assert_string_equal(notes.item[1].text, "second");
    fsc_notes_free(&notes);
    fsc_json_free(array);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_read_and_written_again_is_the_same_bytes),
        cmocka_unit_test(a_record_read_and_written_again_is_the_same_text),
        cmocka_unit_test(a_cell_that_is_no_number_is_refused_with_row_and_column),
        cmocka_unit_test(absent_columns_are_missing_and_old_names_are_read_in_their_unit),
        cmocka_unit_test(every_enum_word_is_found_again),
        cmocka_unit_test(old_spellings_become_the_one_of_today),
        cmocka_unit_test(the_dictionary_explains_each_column_of_a_list),
        cmocka_unit_test(a_users_cell_is_missing_or_a_number_or_refused),
        cmocka_unit_test(notes_come_back_with_their_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
