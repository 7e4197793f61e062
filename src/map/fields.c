#include "fields.h"

#include "text.h"

#include <fascicle/exam.h>
#include <fascicle/measure.h>
#include <fascicle/norms.h>
#include <math.h>
#include <string.h>

static const char *const method_words[] = {"complex",         "magnitude",         "two_point", "two_point_magnitude",
                                           "ready_water_fat", "ready_fat_fraction"};
static const char *const row_words[] = {"site", "site_both_sides", "muscle", "muscle_both_sides", "level_bone"};
enum { METHODS = sizeof method_words / sizeof *method_words, ROWS = sizeof row_words / sizeof *row_words };

/* Words of an enum; NULL past its end. */
static const char *word_of(fsc_field_kind kind, int32_t value) {
    if (value < 0) return NULL;
    switch (kind) {
    case FSC_FIELD_SIDE: return value <= FSC_SIDE_BOTH ? fsc_side_text((fsc_side)value) : NULL;
    case FSC_FIELD_SEX: return value <= FSC_SEX_MALE ? fsc_sex_text((fsc_sex)value) : NULL;
    case FSC_FIELD_METHOD: return value < METHODS ? method_words[value] : NULL;
    case FSC_FIELD_NORM_KIND: return value <= FSC_NORM_BORROWED ? fsc_norm_kind_text((fsc_norm_kind)value) : NULL;
    default: return value < ROWS ? row_words[value] : NULL;
    }
}

static int32_t value_of(fsc_field_kind kind, const char *word) {
    for (int32_t i = 0; word; i++) {
        const char *one = word_of(kind, i);
        if (!one) break;
        if (strcmp(one, word) == 0) return i;
    }
    return 0;
}

void fsc_fields_write(fsc_json *object, const fsc_field *field, const void *from) {
    for (; field->key; field++) {
        const char *at = (const char *)from + field->offset;
        double number;
        int32_t i32;
        int64_t i64;
        fsc_json *list;
        switch (field->kind) {
        case FSC_FIELD_NUMBER:
            memcpy(&number, at, sizeof number);
            fsc_json_set_number(object, field->key, number);
            break;
        case FSC_FIELD_INT64:
            memcpy(&i64, at, sizeof i64);
            fsc_json_set_integer(object, field->key, i64);
            break;
        case FSC_FIELD_TEXT: fsc_json_set_string(object, field->key, *at ? at : NULL); break;
        case FSC_FIELD_NUMBERS:
            list = fsc_json_array();
            for (size_t i = 0; i < field->size / sizeof number; i++) {
                memcpy(&number, at + i * sizeof number, sizeof number);
                fsc_json_append_number(list, number);
            }
            fsc_json_set(object, field->key, list);
            break;
        default:
            memcpy(&i32, at, sizeof i32);
            if (field->kind == FSC_FIELD_INT32)
                fsc_json_set_integer(object, field->key, i32);
            else if (field->kind == FSC_FIELD_FLAG)
                fsc_json_set_bool(object, field->key, i32 != 0);
            else if (field->kind >= FSC_FIELD_SIDE)
                fsc_json_set_string(object, field->key, word_of(field->kind, i32));
            else if (i32 == -1)
                fsc_json_set_string(object, field->key, NULL);
            else if (field->kind == FSC_FIELD_ANSWER)
                fsc_json_set_bool(object, field->key, i32 != 0);
            else
                fsc_json_set_integer(object, field->key, i32);
        }
    }
}

static int32_t integer_of(const fsc_json *value, int32_t missing) {
    const double number = fsc_json_number(value);
    return number >= -2147483647.0 && number <= 2147483647.0 ? (int32_t)number : missing;
}

void fsc_fields_read(void *to, const fsc_field *field, const fsc_json *object) {
    for (; field->key; field++) {
        char *at = (char *)to + field->offset;
        const fsc_json *value = fsc_json_get(object, field->key);
        const char *text = fsc_json_string(value);
        double number = fsc_json_number(value);
        int32_t i32 = 0;
        int64_t i64;
        switch (field->kind) {
        case FSC_FIELD_NUMBER: memcpy(at, &number, sizeof number); break;
        case FSC_FIELD_INT64:
            i64 = fabs(number) < 9e15 ? (int64_t)number : 0;
            memcpy(at, &i64, sizeof i64);
            break;
        case FSC_FIELD_TEXT: fsc_copy_text(at, field->size, text ? text : ""); break;
        case FSC_FIELD_NUMBERS:
            for (size_t i = 0; i < field->size / sizeof number; i++) {
                number = fsc_json_number(fsc_json_at(value, (int64_t)i));
                memcpy(at + i * sizeof number, &number, sizeof number);
            }
            break;
        case FSC_FIELD_INT32: i32 = integer_of(value, 0); break;
        case FSC_FIELD_GRADE: i32 = integer_of(value, -1); break;
        case FSC_FIELD_ANSWER: i32 = fsc_json_bool(value, -1); break;
        case FSC_FIELD_FLAG: i32 = fsc_json_bool(value, 0); break;
        default: i32 = value_of(field->kind, text);
        }
        if (field->kind != FSC_FIELD_NUMBER && field->kind != FSC_FIELD_INT64 && field->kind != FSC_FIELD_TEXT &&
            field->kind != FSC_FIELD_NUMBERS)
            memcpy(at, &i32, sizeof i32);
    }
}
