#include "table.h"

#include "alloc.h"
#include "data.h"
#include "fail.h"
#include "file.h"
#include "format.h"
#include "utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_FILE_MAX ((size_t)1 << 30)

double fsc_parse_number(const char *text) {
    if (!*text) return (double)NAN;
    char *end;
    const double value = fsc_scan_number(text, &end);
    return *end == 0 && isfinite(value) ? value : (double)NAN;
}

/* Next line of a 0-terminated text, cut in place; NULL at the end. Handles CR LF. */
static char *next_line(char **at) {
    char *line = *at;
    if (!*line) return NULL;
    char *end = strchr(line, '\n');
    *at = end ? end + 1 : line + strlen(line);
    if (end) *end = 0;
    const size_t n = strlen(line);
    if (n > 0 && line[n - 1] == '\r') line[n - 1] = 0;
    return line;
}

static int32_t count_cells(const char *line) {
    int32_t n = 1;
    for (; *line; line++) n += *line == '\t';
    return n;
}

static void cut_cells(char *line, const char **cell, int32_t n) {
    for (int32_t i = 0; i < n; i++) {
        cell[i] = line;
        char *tab = strchr(line, '\t');
        if (!tab) continue;
        *tab = 0;
        line = tab + 1;
    }
}

fsc_status fsc_table_parse(fsc_table *out, const char *text, size_t length, const char *what, fsc_error *err) {
    FSC_AUTO_TABLE fsc_table table = {0};
    if (memchr(text, 0, length)) return fsc_fail(err, FSC_E_FORMAT, "%s: is not text (it holds zero bytes)", what);
    table.text = fsc_alloc((int64_t)length + 1, 1);
    if (!table.text) return fsc_fail_nomem(err, "reading a table");
    memcpy(table.text, text, length);
    int32_t capacity = 0, line_number = 0;
    char *at = table.text + fsc_utf8_mark(text, length);
    for (char *line; (line = next_line(&at)) != NULL;) {
        line_number++;
        if (*line == '#' || *line == 0) continue;
        const int32_t n = count_cells(line);
        if (!table.column) {
            table.column = fsc_alloc(n, sizeof *table.column);
            if (!table.column) return fsc_fail_nomem(err, "reading a table");
            table.n_column = n;
            cut_cells(line, table.column, n);
            continue;
        }
        if (n != table.n_column)
            return fsc_fail(err, FSC_E_FORMAT,
                            "%s: line %d has %d cells where the header has %d; separate cells by tabs", what,
                            line_number, n, table.n_column);
        if (table.n_row == capacity) {
            const int32_t wider = capacity * 2 + 64;
            const char **cell = fsc_grow(table.cell, (int64_t)table.n_row * n, (int64_t)wider * n, sizeof *cell);
            if (!cell) return fsc_fail_nomem(err, "reading a table");
            table.cell = cell;
            capacity = wider;
        }
        cut_cells(line, table.cell + (int64_t)table.n_row * n, n);
        table.n_row++;
    }
    if (!table.column) return fsc_fail(err, FSC_E_FORMAT, "%s: has no header line", what);
    *out = table;
    memset(&table, 0, sizeof table);
    return FSC_OK;
}

fsc_status fsc_table_read(fsc_table *out, const char *path, fsc_error *err) {
    FSC_AUTO_BLOCK char *text = NULL;
    size_t length;
    FSC_TRY(fsc_file_read(&text, &length, path, TABLE_FILE_MAX, err));
    return fsc_table_parse(out, text, length, path, err);
}

fsc_status fsc_table_embedded(fsc_table *out, const char *name, fsc_error *err) {
    size_t length;
    const char *text = fsc_data_find(name, &length);
    if (!text) return fsc_fail(err, FSC_E_NOTFOUND, "%s: no such table was built in", name);
    return fsc_table_parse(out, text, length, name, err);
}

void fsc_table_free(fsc_table *table) {
    if (!table) return;
    fsc_free(table->text);
    fsc_free(table->column);
    fsc_free(table->cell);
    memset(table, 0, sizeof *table);
}

int32_t fsc_table_column(const fsc_table *table, const char *name) {
    for (int32_t c = 0; c < table->n_column; c++)
        if (strcmp(table->column[c], name) == 0) return c;
    return -1;
}

const char *fsc_table_cell(const fsc_table *table, int32_t row, int32_t column) {
    if (row < 0 || row >= table->n_row || column < 0 || column >= table->n_column) return "";
    return table->cell[(int64_t)row * table->n_column + column];
}

const char *fsc_table_get(const fsc_table *table, int32_t row, const char *column_name) {
    return fsc_table_cell(table, row, fsc_table_column(table, column_name));
}

double fsc_table_number(const fsc_table *table, int32_t row, const char *column_name) {
    return fsc_parse_number(fsc_table_get(table, row, column_name));
}

int fsc_is_missing(const char *cell) {
    static const char *const words[] = {"", "n/a", "N/A", "NA", "nan", "NaN"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(cell, words[i]) == 0) return 1;
    return 0;
}

fsc_status fsc_table_read_number(double *out, const fsc_table *table, int32_t row, const char *column_name,
                                 const char *what, fsc_error *err) {
    const char *cell = fsc_table_get(table, row, column_name);
    *out = fsc_parse_number(cell);
    if (!isnan(*out) || fsc_is_missing(cell)) return FSC_OK;
    return fsc_fail(err, FSC_E_FORMAT,
                    "%s: row %d, column '%.40s': '%.40s' is no number; write 31.5, or n/a where it is missing", what,
                    (int)row + 1, column_name, cell);
}

const char *fsc_data_find(const char *name, size_t *length) {
    for (int32_t i = 0; fsc_data_files[i].name; i++) {
        if (strcmp(fsc_data_files[i].name, name) != 0) continue;
        *length = fsc_data_files[i].length;
        return (const char *)fsc_data_files[i].bytes;
    }
    return NULL;
}
