/* The columns of the site table: one list for the TSV, its dictionary and the reader. */
#ifndef FSC_MEASURE_COLUMNS_H
#define FSC_MEASURE_COLUMNS_H

#include <fascicle/measure.h>
#include <stddef.h>

typedef enum fsc_column_kind {
    FSC_COLUMN_NUMBER, /* double in fsc_row, times scale */
    FSC_COLUMN_COUNT,  /* int64_t */
    FSC_COLUMN_WHOLE,  /* int32_t */
    FSC_COLUMN_TEXT,   /* char array in fsc_row; "" is n/a */
    FSC_COLUMN_SIDE,
    FSC_COLUMN_KIND,
    FSC_COLUMN_PARTICIPANT,
    FSC_COLUMN_SESSION,
    FSC_COLUMN_MUSCLE_SCHEME,
    FSC_COLUMN_LEVEL_SCHEME,
    FSC_COLUMN_METHOD,
    FSC_COLUMN_LATER /* filled by a later step: always n/a here */
} fsc_column_kind;

typedef struct fsc_column {
    const char *name;
    fsc_column_kind kind;
    size_t offset;      /* in fsc_row */
    size_t size;        /* of a text */
    double scale;       /* from fsc_row's unit to the table's */
    const char *format; /* of a number */
    const char *long_name, *description, *units;
} fsc_column;

extern const fsc_column fsc_columns[];
extern const int32_t fsc_n_columns;

/* Words of the columns kind and method. */
const char *fsc_row_kind_word(fsc_row_kind kind);
const char *fsc_row_method_word(fsc_method method);

#endif
