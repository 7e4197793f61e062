/* Structs to JSON objects and back by tables of fields: one table serves the writer and the reader. */
#ifndef FSC_MAP_FIELDS_H
#define FSC_MAP_FIELDS_H

#include "json.h"

#include <stddef.h>
#include <stdint.h>

typedef enum fsc_field_kind {
    FSC_FIELD_NUMBER, /* double; NaN = null */
    FSC_FIELD_INT32,
    FSC_FIELD_INT64,
    FSC_FIELD_TEXT,   /* char[size]; "" = null */
    FSC_FIELD_ANSWER, /* fsc_answer or any int32 of -1, 0, 1 = null, false, true */
    FSC_FIELD_GRADE,  /* int32; -1 = null */
    FSC_FIELD_FLAG,   /* int32; false or true */
    FSC_FIELD_SIDE,
    FSC_FIELD_SEX,
    FSC_FIELD_METHOD,
    FSC_FIELD_NORM_KIND,
    FSC_FIELD_ROW_KIND, /* enums as words */
    FSC_FIELD_NUMBERS   /* array of size / 8 doubles */
} fsc_field_kind;

typedef struct fsc_field {
    const char *key; /* NULL ends a table */
    fsc_field_kind kind;
    size_t offset, size;
} fsc_field;

#define FSC_FIELD(type, member, kind)                                                                                  \
    { #member, FSC_FIELD_##kind, offsetof(type, member), sizeof(((type *)0)->member) }
#define FSC_FIELD_AS(key, type, member, kind)                                                                          \
    { key, FSC_FIELD_##kind, offsetof(type, member), sizeof(((type *)0)->member) }
#define FSC_FIELD_END                                                                                                  \
    { NULL, FSC_FIELD_NUMBER, 0, 0 }

void fsc_fields_write(fsc_json *object, const fsc_field *field, const void *from);
/* Absent and null members become NaN, "", -1 or 0. The object has passed its schema. */
void fsc_fields_read(void *to, const fsc_field *field, const fsc_json *object);

#endif
