/* One description a record: a table of fields serves its JSON object, its line of a TSV table, the data dictionary, the
 * JSON Schema and the columns of the page. To add a member to a record's files is to add a row to its table. */
#ifndef FSC_BASE_FIELDS_H
#define FSC_BASE_FIELDS_H

#include "json.h"
#include "spelling.h"
#include "table.h"

#include <fascicle/notes.h>
#include <stddef.h>
#include <stdint.h>

typedef enum fsc_field_kind {
    FSC_FIELD_NUMBER,  /* double; NaN = null, n/a */
    FSC_FIELD_NUMBERS, /* array of size / 8 doubles; in a TSV one column each: key_1, key_2, ... */
    FSC_FIELD_INT32,
    FSC_FIELD_INT64,
    FSC_FIELD_VALUE,  /* int32; 0 = null, n/a */
    FSC_FIELD_GRADE,  /* int32; -1 = null, n/a */
    FSC_FIELD_ANSWER, /* fsc_answer or any int32 of -1, 0, 1 = null, false, true; n/a, 0, 1 */
    FSC_FIELD_FLAG,   /* int32; false or true; 0 or 1 */
    FSC_FIELD_WORD,   /* an enum, as a word of words */
    FSC_FIELD_TEXT    /* char[size]; "" = null, n/a */
} fsc_field_kind;

typedef struct fsc_field {
    const char *key; /* in JSON and as a column; NULL ends a table */
    fsc_field_kind kind;
    size_t offset, size;
    const fsc_word *words; /* of a WORD */
    int32_t table_only;    /* non-zero: a column that the JSON record has elsewhere */
    int32_t needed;        /* non-zero: a table without the column cannot be read */
    /* For the dictionary, the schema and the page. In name, head and was a * stands for the number of one of NUMBERS.
     */
    const char *name, *about;
    const char *units;
    const char *was; /* the column of tables of 0.1.0, that held was_per x the value */
    double was_per;
    const char *head;   /* of the page's column of a number; NULL = none */
    const char *format; /* there, of value x scale */
    double scale;
} fsc_field;

#define FSC_FIELD_OF(name_, type_, member_, kind_)                                                                     \
    .key = name_, .kind = FSC_FIELD_##kind_, .offset = offsetof(type_, member_), .size = sizeof(((type_ *)0)->member_)
#define FSC_FIELD_AS(name, type, member, kind)                                                                         \
    { FSC_FIELD_OF(name, type, member, kind) }
#define FSC_FIELD(type, member, kind) FSC_FIELD_AS(#member, type, member, kind)
#define FSC_FIELD_WORD_AS(name, type, member, list)                                                                    \
    { FSC_FIELD_OF(name, type, member, WORD), .words = list }
#define FSC_FIELD_WORD(type, member, list) FSC_FIELD_WORD_AS(#member, type, member, list)
#define FSC_FIELD_END                                                                                                  \
    { .key = NULL }

/* --- One value --- */
int32_t fsc_field_count(const fsc_field *field); /* of NUMBERS; else 1 */
/* The i-th value of a NUMBER or NUMBERS. */
double fsc_field_number(const void *from, const fsc_field *field, int32_t i);
enum { FSC_FIELD_TITLE_MAX = 80 };
/* pattern with i + 1 for its *; returns out. */
const char *fsc_field_numbered(char out[FSC_FIELD_TITLE_MAX], const char *pattern, int32_t i);

/* --- JSON --- */
void fsc_fields_write(fsc_json *object, const fsc_field *field, const void *from);
/* Absent and null members become NaN, "", -1 or 0. The object has passed its schema. */
void fsc_fields_read(void *to, const fsc_field *field, const fsc_json *object);
/* Words in other spellings than the key (older files) become the key. */
void fsc_fields_respell(fsc_json *object, const fsc_field *field);
/* The "properties" of a JSON Schema of such objects. *out is owned. */
fsc_json *fsc_fields_schema(const fsc_field *field);

/* --- TSV: numbers with ten digits, as in JSON --- */
void fsc_fields_header(fsc_text *out, const fsc_field *field);
void fsc_fields_line(fsc_text *out, const fsc_field *field, const void *from);
/* Fills table->n_row items, each stride bytes, zeroed before. Columns that are absent (of an older file, or newer than
 * this program) are missing. Returns FSC_OK, FSC_E_FORMAT (no needed column; a cell that is not what its column holds:
 * the message has row and column). what names the table. */
FSC_MUST_USE fsc_status fsc_fields_read_table(void *item, size_t stride, const fsc_field *field, const fsc_table *table,
                                              const char *what, fsc_error *err);
/* An entry a column (LongName, Description, Units, Levels), as BIDS wants it beside a table. */
void fsc_fields_dictionary(fsc_json *sidecar, const fsc_field *field);

/* A cell of a users' table as a number: missing ("", n/a, no such column) is NaN, anything else that is no number is
 * FSC_E_FORMAT with row and column. row counts from 0, the message from 1. */
FSC_MUST_USE fsc_status fsc_table_take_number(double *out, const fsc_table *table, int32_t row, const char *column,
                                              const char *what, fsc_error *err);
/* Likewise as a word; missing and not in the list alike are FSC_E_FORMAT, with the words that are. */
FSC_MUST_USE fsc_status fsc_table_take_word(int32_t *out, const fsc_word *words, const fsc_table *table, int32_t row,
                                            const char *column, const char *what, fsc_error *err);

/* --- Notes as records --- */
/* Adds the notes of an array made by fsc_notes_json. */
void fsc_notes_from_json(fsc_notes *notes, const fsc_json *array);
/* Adds the Notes of the sidecar of a table ("a_sites.json" beside "a_sites.tsv"); tables of others have none. Returns
 * FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_notes_beside(fsc_notes *notes, const char *tsv_path, fsc_error *err);

#endif
