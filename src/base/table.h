/* TSV tables: evidence files of data/, users' own tables, and our outputs read back. */
#ifndef FSC_BASE_TABLE_H
#define FSC_BASE_TABLE_H

#include <fascicle/status.h>
#include <stddef.h>
#include <stdint.h>

/* A parsed table; cell(r, c) points into text. */
typedef struct fsc_table {
    char *text;          /* owned, cut up by zeros */
    const char **column; /* owned, n_column names */
    const char **cell;   /* owned, n_row * n_column; never NULL, "" when empty */
    int32_t n_column;
    int32_t n_row;
} fsc_table;

/* Parses text (copied). Lines that start with # are skipped. A row with another number of cells than the header is
 * FSC_E_FORMAT with its line number. what names the table in errors. */
FSC_MUST_USE fsc_status fsc_table_parse(fsc_table *out, const char *text, size_t length, const char *what,
                                        fsc_error *err);
FSC_MUST_USE fsc_status fsc_table_read(fsc_table *out, const char *path, fsc_error *err);
/* A table that the build embedded from data/<name>, e.g. "norms.tsv". FSC_E_NOTFOUND for unknown names. */
FSC_MUST_USE fsc_status fsc_table_embedded(fsc_table *out, const char *name, fsc_error *err);
void fsc_table_free(fsc_table *table);
static inline void fsc_table_cleanup(fsc_table *table) {
    fsc_table_free(table);
}
#define FSC_AUTO_TABLE __attribute__((cleanup(fsc_table_cleanup)))

int32_t fsc_table_column(const fsc_table *table, const char *name);                      /* -1 when absent */
const char *fsc_table_cell(const fsc_table *table, int32_t row, int32_t column);         /* "" outside */
const char *fsc_table_get(const fsc_table *table, int32_t row, const char *column_name); /* "" when absent */
double fsc_table_number(const fsc_table *table, int32_t row,
                        const char *column_name); /* NaN for "", n/a, non-numbers */

/* Non-zero for "", n/a and the other words that say that there is no value. */
int fsc_is_missing(const char *cell);
/* A number of a user's table: NaN when it is missing, FSC_E_FORMAT with row and column when it is something else. what
 * names the table. */
FSC_MUST_USE fsc_status fsc_table_read_number(double *out, const fsc_table *table, int32_t row, const char *column_name,
                                              const char *what, fsc_error *err);

/* Any file embedded from data/ (schemas, styles): text is borrowed for ever; NULL when unknown. */
const char *fsc_data_find(const char *name, size_t *length);

/* strtod on the whole of text in the C locale's way; NaN unless all of it is a finite number. */
double fsc_parse_number(const char *text);

#endif
