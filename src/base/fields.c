#include "fields.h"

#include "fail.h"
#include "file.h"
#include "format.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* As JSON is printed, so that a number reads alike in the table and in the record. */
static const char number_format[] = "%.10g";

int32_t fsc_field_count(const fsc_field *field) {
    return field->kind == FSC_FIELD_NUMBERS ? (int32_t)(field->size / sizeof(double)) : 1;
}

double fsc_field_number(const void *from, const fsc_field *field, int32_t i) {
    double number;
    memcpy(&number, (const char *)from + field->offset + (size_t)i * sizeof number, sizeof number);
    return number;
}

static int32_t int32_at(const void *from, const fsc_field *field) {
    int32_t value;
    memcpy(&value, (const char *)from + field->offset, sizeof value);
    return value;
}

static int64_t int64_at(const void *from, const fsc_field *field) {
    int64_t value;
    memcpy(&value, (const char *)from + field->offset, sizeof value);
    return value;
}

/* Non-zero when an int32 stands for nothing. */
static int is_nothing(const fsc_field *field, int32_t value) {
    switch (field->kind) {
    case FSC_FIELD_VALUE: return value == 0;
    case FSC_FIELD_GRADE:
    case FSC_FIELD_ANSWER: return value < 0;
    default: return 0;
    }
}

static void set_missing(void *to, const fsc_field *field) {
    char *at = (char *)to + field->offset;
    const double nan = (double)NAN;
    const int32_t none = field->kind == FSC_FIELD_GRADE || field->kind == FSC_FIELD_ANSWER ? -1 : 0;
    switch (field->kind) {
    case FSC_FIELD_NUMBER:
    case FSC_FIELD_NUMBERS:
        for (int32_t i = 0; i < fsc_field_count(field); i++) memcpy(at + (size_t)i * sizeof nan, &nan, sizeof nan);
        break;
    case FSC_FIELD_INT64: memset(at, 0, sizeof(int64_t)); break;
    case FSC_FIELD_TEXT: *at = 0; break;
    default: memcpy(at, &none, sizeof none);
    }
}

/* --- JSON --- */

static fsc_json *numbers_json(const fsc_field *field, const void *from) {
    fsc_json *list = fsc_json_array();
    for (int32_t i = 0; i < fsc_field_count(field); i++) fsc_json_append_number(list, fsc_field_number(from, field, i));
    return list;
}

static void write_int32(fsc_json *object, const fsc_field *field, int32_t value) {
    if (is_nothing(field, value))
        fsc_json_set_string(object, field->key, NULL);
    else if (field->kind == FSC_FIELD_WORD)
        fsc_json_set_string(object, field->key, fsc_word_key(field->words, value));
    else if (field->kind == FSC_FIELD_FLAG || field->kind == FSC_FIELD_ANSWER)
        fsc_json_set_bool(object, field->key, value != 0);
    else
        fsc_json_set_integer(object, field->key, value);
}

void fsc_fields_write(fsc_json *object, const fsc_field *field, const void *from) {
    for (; field->key; field++) {
        const char *at = (const char *)from + field->offset;
        if (field->table_only) continue;
        switch (field->kind) {
        case FSC_FIELD_NUMBER: fsc_json_set_number(object, field->key, fsc_field_number(from, field, 0)); break;
        case FSC_FIELD_NUMBERS: fsc_json_set(object, field->key, numbers_json(field, from)); break;
        case FSC_FIELD_INT64: fsc_json_set_integer(object, field->key, int64_at(from, field)); break;
        case FSC_FIELD_TEXT: fsc_json_set_string(object, field->key, *at ? at : NULL); break;
        default: write_int32(object, field, int32_at(from, field));
        }
    }
}

static int32_t integer_of(const fsc_json *value, int32_t missing) {
    const double number = fsc_json_number(value);
    return number >= -2147483647.0 && number <= 2147483647.0 ? (int32_t)number : missing;
}

static int32_t read_int32(const fsc_field *field, const fsc_json *value, int32_t missing) {
    if (field->kind == FSC_FIELD_FLAG || field->kind == FSC_FIELD_ANSWER) return fsc_json_bool(value, missing);
    if (field->kind != FSC_FIELD_WORD) return integer_of(value, missing);
    const int32_t word = fsc_word_find(field->words, fsc_json_string(value));
    return word >= 0 ? word : missing;
}

static void read_value(void *to, const fsc_field *field, const fsc_json *value) {
    char *at = (char *)to + field->offset;
    const char *text = fsc_json_string(value);
    const double number = fsc_json_number(value);
    int32_t i32;
    int64_t i64;
    set_missing(to, field);
    switch (field->kind) {
    case FSC_FIELD_NUMBER: memcpy(at, &number, sizeof number); break;
    case FSC_FIELD_NUMBERS:
        for (int32_t i = 0; i < fsc_field_count(field); i++) {
            const double one = fsc_json_number(fsc_json_at(value, i));
            memcpy(at + (size_t)i * sizeof one, &one, sizeof one);
        }
        break;
    case FSC_FIELD_INT64:
        i64 = fabs(number) < 9e15 ? (int64_t)number : 0;
        memcpy(at, &i64, sizeof i64);
        break;
    case FSC_FIELD_TEXT: fsc_copy_text(at, field->size, text ? text : ""); break;
    default: i32 = read_int32(field, value, int32_at(to, field)); memcpy(at, &i32, sizeof i32);
    }
}

void fsc_fields_read(void *to, const fsc_field *field, const fsc_json *object) {
    for (; field->key; field++) read_value(to, field, field->table_only ? NULL : fsc_json_get(object, field->key));
}

void fsc_fields_respell(fsc_json *object, const fsc_field *field) {
    for (; field->key; field++) {
        if (field->kind != FSC_FIELD_WORD) continue;
        const char *word = fsc_json_string(fsc_json_get(object, field->key));
        const int32_t value = fsc_word_find(field->words, word);
        if (value >= 0) fsc_json_set_string(object, field->key, fsc_word_key(field->words, value));
    }
}

/* --- JSON Schema --- */

static fsc_json *type_or_null(const char *type) {
    fsc_json *list = fsc_json_array();
    fsc_json_append_string(list, type);
    fsc_json_append_string(list, "null");
    return list;
}

static fsc_json *words_json(const fsc_word *words) {
    fsc_json *list = fsc_json_array();
    for (; words->key; words++) fsc_json_append_string(list, words->key);
    return list;
}

static void set_type(fsc_json *entry, const fsc_field *field) {
    switch (field->kind) {
    case FSC_FIELD_NUMBER: fsc_json_set(entry, "type", type_or_null("number")); break;
    case FSC_FIELD_NUMBERS: fsc_json_set_string(entry, "type", "array"); break;
    case FSC_FIELD_INT32:
    case FSC_FIELD_INT64: fsc_json_set_string(entry, "type", "integer"); break;
    case FSC_FIELD_VALUE:
    case FSC_FIELD_GRADE: fsc_json_set(entry, "type", type_or_null("integer")); break;
    case FSC_FIELD_ANSWER: fsc_json_set(entry, "type", type_or_null("boolean")); break;
    case FSC_FIELD_FLAG: fsc_json_set_string(entry, "type", "boolean"); break;
    case FSC_FIELD_WORD: fsc_json_set_string(entry, "type", "string"); break;
    case FSC_FIELD_TEXT: fsc_json_set(entry, "type", type_or_null("string")); break;
    }
}

fsc_json *fsc_fields_schema(const fsc_field *field) {
    fsc_json *properties = fsc_json_object();
    for (; field->key; field++) {
        if (field->table_only) continue;
        fsc_json *entry = fsc_json_object();
        set_type(entry, field);
        if (field->kind == FSC_FIELD_WORD) fsc_json_set(entry, "enum", words_json(field->words));
        if (field->kind == FSC_FIELD_NUMBERS) {
            fsc_json *item = fsc_json_object();
            fsc_json_set(item, "type", type_or_null("number"));
            fsc_json_set(entry, "items", item);
            fsc_json_set_integer(entry, "maxItems", fsc_field_count(field));
        }
        if (field->about) fsc_json_set_string(entry, "description", field->about);
        fsc_json_set(properties, field->key, entry);
    }
    return properties;
}

/* --- TSV --- */

/* The name of a field's i-th column; a * of the pattern becomes i + 1. */
const char *fsc_field_numbered(char out[FSC_FIELD_TITLE_MAX], const char *pattern, int32_t i) {
    const char *star = strchr(pattern, '*');
    if (star)
        fsc_format(out, FSC_FIELD_TITLE_MAX, "%.*s%d%s", (int)(star - pattern), pattern, (int)i + 1, star + 1);
    else
        fsc_format(out, FSC_FIELD_TITLE_MAX, "%s", pattern);
    return out;
}

static const char *column_name(char out[FSC_FIELD_TITLE_MAX], const fsc_field *field, int32_t i) {
    if (field->kind != FSC_FIELD_NUMBERS) return field->key;
    fsc_format(out, FSC_FIELD_TITLE_MAX, "%s_%d", field->key, (int)i + 1);
    return out;
}

void fsc_fields_header(fsc_text *out, const fsc_field *field) {
    char name[FSC_FIELD_TITLE_MAX];
    const char *before = "";
    for (; field->key; field++) {
        for (int32_t i = 0; i < fsc_field_count(field); i++) {
            fsc_text_printf(out, "%s%s", before, column_name(name, field, i));
            before = "\t";
        }
    }
    fsc_text_add(out, "\n");
}

static void add_cell(fsc_text *out, const fsc_field *field, const void *from, int32_t i) {
    const char *at = (const char *)from + field->offset;
    switch (field->kind) {
    case FSC_FIELD_NUMBER:
    case FSC_FIELD_NUMBERS: fsc_text_add_number(out, number_format, fsc_field_number(from, field, i)); return;
    case FSC_FIELD_INT64: fsc_text_printf(out, "%lld", (long long)int64_at(from, field)); return;
    case FSC_FIELD_TEXT: fsc_text_add(out, *at ? at : "n/a"); return;
    default: break;
    }
    const int32_t value = int32_at(from, field);
    const char *word = field->kind == FSC_FIELD_WORD ? fsc_word_key(field->words, value) : NULL;
    if (word)
        fsc_text_add(out, word);
    else if (is_nothing(field, value))
        fsc_text_add(out, "n/a");
    else
        fsc_text_printf(out, "%d", (int)value);
}

void fsc_fields_line(fsc_text *out, const fsc_field *field, const void *from) {
    const char *before = "";
    for (; field->key; field++) {
        for (int32_t i = 0; i < fsc_field_count(field); i++) {
            fsc_text_add(out, before);
            add_cell(out, field, from, i);
            before = "\t";
        }
    }
    fsc_text_add(out, "\n");
}

static int is_missing(const char *cell) {
    return !*cell || strcmp(cell, "n/a") == 0;
}

/* Puts a whole number of a cell; zero when the cell cannot be that. */
static int read_whole(void *to, const fsc_field *field, double number) {
    const int32_t i32 = fabs(number) < 2e9 ? (int32_t)number : 0;
    const int64_t i64 = fabs(number) < 9e15 ? (int64_t)number : 0;
    char *at = (char *)to + field->offset;
    if (number != floor(number)) return 0;
    if (field->kind == FSC_FIELD_INT64) {
        memcpy(at, &i64, sizeof i64);
        return number >= 0 && number < 9e15;
    }
    memcpy(at, &i32, sizeof i32);
    if (field->kind == FSC_FIELD_FLAG || field->kind == FSC_FIELD_ANSWER) return number == 0 || number == 1;
    return fabs(number) < 2e9;
}

/* Zero when the cell is not what its column holds. */
static int read_cell(void *to, const fsc_field *field, int32_t i, const char *cell, double per) {
    char *at = (char *)to + field->offset;
    if (field->kind == FSC_FIELD_TEXT) {
        if (strlen(cell) >= field->size) return 0;
        fsc_copy_text(at, field->size, is_missing(cell) ? "" : cell);
        return 1;
    }
    if (field->kind == FSC_FIELD_WORD) {
        const int32_t word = fsc_word_find(field->words, cell);
        memcpy(at, &word, sizeof word);
        return word >= 0;
    }
    if (is_missing(cell)) return field->kind != FSC_FIELD_INT64; /* set_missing was before */
    const double number = fsc_parse_number(cell);
    if (!isfinite(number)) return 0;
    if (field->kind != FSC_FIELD_NUMBER && field->kind != FSC_FIELD_NUMBERS) return read_whole(to, field, number);
    const double value = number / per;
    memcpy(at + (size_t)i * sizeof value, &value, sizeof value);
    return 1;
}

static fsc_status bad_cell(const fsc_table *table, int32_t row, int32_t column, const char *what, fsc_error *err) {
    return fsc_fail(err, FSC_E_FORMAT, "%s: row %d, column %s: \"%.40s\" is not a value of that column", what,
                    (int)row + 1, table->column[column], fsc_table_cell(table, row, column));
}

/* The column of a field's i-th value, under its name or the one it had; -1 when there is neither. */
static int32_t find_column(double *per, const fsc_field *field, int32_t i, const fsc_table *table) {
    char name[FSC_FIELD_TITLE_MAX];
    int32_t at = fsc_table_column(table, column_name(name, field, i));
    *per = 1;
    if (at >= 0 || !field->was) return at;
    *per = field->was_per;
    return fsc_table_column(table, fsc_field_numbered(name, field->was, i));
}

fsc_status fsc_fields_read_table(void *item, size_t stride, const fsc_field *field, const fsc_table *table,
                                 const char *what, fsc_error *err) {
    for (; field->key; field++) {
        for (int32_t row = 0; row < table->n_row; row++) set_missing((char *)item + (size_t)row * stride, field);
        for (int32_t i = 0; i < fsc_field_count(field); i++) {
            double per;
            const int32_t column = find_column(&per, field, i, table);
            if (column < 0 && field->needed)
                return fsc_fail(err, FSC_E_FORMAT, "%s: has no column %s; give a table that this program wrote", what,
                                field->key);
            for (int32_t row = 0; column >= 0 && row < table->n_row; row++)
                if (!read_cell((char *)item + (size_t)row * stride, field, i, fsc_table_cell(table, row, column), per))
                    return bad_cell(table, row, column, what, err);
        }
    }
    return FSC_OK;
}

static fsc_json *levels_json(const fsc_word *words) {
    fsc_json *levels = fsc_json_object();
    for (; words->key; words++) fsc_json_set_string(levels, words->key, words->text);
    return levels;
}

void fsc_fields_dictionary(fsc_json *sidecar, const fsc_field *field) {
    char name[FSC_FIELD_TITLE_MAX], text[FSC_FIELD_TITLE_MAX];
    for (; field->key; field++) {
        for (int32_t i = 0; i < fsc_field_count(field); i++) {
            fsc_json *entry = fsc_json_object();
            fsc_json_set_string(entry, "LongName", fsc_field_numbered(text, field->name, i));
            fsc_json_set_string(entry, "Description", field->about);
            if (field->units) fsc_json_set_string(entry, "Units", field->units);
            if (field->words) fsc_json_set(entry, "Levels", levels_json(field->words));
            fsc_json_set(sidecar, column_name(name, field, i), entry);
        }
    }
}

fsc_status fsc_table_take_number(double *out, const fsc_table *table, int32_t row, const char *column, const char *what,
                                 fsc_error *err) {
    const int32_t at = fsc_table_column(table, column);
    const char *cell = fsc_table_cell(table, row, at);
    *out = is_missing(cell) ? (double)NAN : fsc_parse_number(cell);
    if (is_missing(cell) || isfinite(*out)) return FSC_OK;
    return fsc_fail(err, FSC_E_FORMAT,
                    "%s: row %d, column %s: \"%.40s\" is no number; write 12.3, or n/a when it is "
                    "missing",
                    what, (int)row + 1, column, cell);
}

fsc_status fsc_table_take_word(int32_t *out, const fsc_word *words, const fsc_table *table, int32_t row,
                               const char *column, const char *what, fsc_error *err) {
    const char *cell = fsc_table_get(table, row, column);
    char allowed[240] = "";
    *out = fsc_word_find(words, *cell ? cell : "n/a");
    if (*out >= 0) return FSC_OK;
    for (size_t used = 0; words->key && used < sizeof allowed; words++)
        used += (size_t)fsc_format(allowed + used, sizeof allowed - used, "%s%s", used ? ", " : "", words->key);
    return fsc_fail(err, FSC_E_FORMAT, "%s: row %d, column %s: \"%.40s\" is unknown; use one of %s", what, (int)row + 1,
                    column, cell, allowed);
}

/* --- Notes --- */

static const fsc_field note_fields[] = {FSC_FIELD_WORD_AS("kind", fsc_note, kind, fsc_note_kind_words),
                                        FSC_FIELD(fsc_note, key, TEXT), FSC_FIELD(fsc_note, text, TEXT), FSC_FIELD_END};

void fsc_notes_from_json(fsc_notes *notes, const fsc_json *array) {
    for (int64_t i = 0; i < fsc_json_length(array); i++) {
        fsc_note note;
        fsc_fields_read(&note, note_fields, fsc_json_at(array, i));
        if (note.text[0]) fsc_notes_add(notes, note.kind, note.key, "%s", note.text);
    }
}

fsc_status fsc_notes_beside(fsc_notes *notes, const char *tsv_path, fsc_error *err) {
    char path[4096];
    const size_t n = strlen(tsv_path);
    if (n < 4 || n + 2 > sizeof path || strcmp(tsv_path + n - 4, ".tsv") != 0) return FSC_OK;
    (void)snprintf(path, sizeof path, "%.*s.json", (int)(n - 4), tsv_path);
    if (!fsc_file_exists(path)) return FSC_OK;
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *sidecar = NULL;
    FSC_TRY(fsc_json_read(&sidecar, path, err));
    fsc_notes_from_json(notes, fsc_json_get(sidecar, "Notes"));
    return fsc_notes_check(notes, err);
}
