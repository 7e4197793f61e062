/* The site table on disk: written whole with its data dictionary, and read back. */
#include "alloc.h"
#include "columns.h"
#include "fail.h"
#include "file.h"
#include "json.h"
#include "provenance.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_measures, fsc_measures_free)

typedef struct tsv_ids {
    const char *participant, *session;
    const fsc_measures *measures;
} tsv_ids;

static void add_word(fsc_text *text, const char *word) {
    fsc_text_add(text, word && *word ? word : "n/a");
}

static void add_cell(fsc_text *text, const fsc_column *c, const fsc_row *row, const tsv_ids *ids) {
    const char *field = (const char *)row + c->offset;
    switch (c->kind) {
    case FSC_COLUMN_NUMBER:
        fsc_text_add_number(text, c->format, *(const double *)(const void *)field * c->scale);
        return;
    case FSC_COLUMN_COUNT: fsc_text_printf(text, "%lld", (long long)*(const int64_t *)(const void *)field); return;
    case FSC_COLUMN_WHOLE:
        if (c->offset == offsetof(fsc_row, label_value) && row->label_value == 0)
            fsc_text_add(text, "n/a");
        else
            fsc_text_printf(text, "%d", (int)*(const int32_t *)(const void *)field);
        return;
    case FSC_COLUMN_TEXT: add_word(text, field); return;
    case FSC_COLUMN_SIDE: fsc_text_add(text, fsc_side_text(row->place.side)); return;
    case FSC_COLUMN_KIND: add_word(text, fsc_row_kind_word(row->kind)); return;
    case FSC_COLUMN_PARTICIPANT: add_word(text, ids->participant); return;
    case FSC_COLUMN_SESSION: add_word(text, ids->session); return;
    case FSC_COLUMN_MUSCLE_SCHEME: add_word(text, ids->measures->muscle_scheme); return;
    case FSC_COLUMN_LEVEL_SCHEME: add_word(text, ids->measures->level_scheme); return;
    case FSC_COLUMN_METHOD: add_word(text, fsc_row_method_word(ids->measures->method)); return;
    case FSC_COLUMN_LATER: fsc_text_add(text, "n/a"); return;
    }
}

static void set_levels(fsc_json *entry, fsc_column_kind kind) {
    fsc_json *levels = fsc_json_object();
    if (kind == FSC_COLUMN_SIDE)
        for (fsc_side side = FSC_SIDE_UNKNOWN; side <= FSC_SIDE_BOTH; side++)
            fsc_json_set_string(levels, fsc_side_text(side),
                                side == FSC_SIDE_BOTH ? "left and right pooled" : fsc_side_text(side));
    if (kind == FSC_COLUMN_KIND) {
        fsc_json_set_string(levels, "site", "muscle x level x side");
        fsc_json_set_string(levels, "site-both-sides", "muscle x level, sides pooled");
        fsc_json_set_string(levels, "muscle", "muscle x side over all levels");
        fsc_json_set_string(levels, "muscle-both-sides", "muscle over all levels and sides");
        fsc_json_set_string(levels, "bone", "labelled vertebral body");
    }
    if (fsc_json_length(levels) > 0)
        fsc_json_set(entry, "Levels", levels);
    else
        fsc_json_free(levels);
}

static fsc_status write_dictionary(const fsc_measures *m, const char *path, const fsc_recipe *recipe, fsc_error *err) {
    fsc_json *json = fsc_json_object();
    fsc_provenance_set(json, recipe, "Fat fraction, size and quality of each site: muscle x vertebral level x side", 0);
    fsc_json_set(json, "Notes", fsc_notes_json(&m->notes));
    for (int32_t c = 0; c < fsc_n_columns; c++) {
        fsc_json *entry = fsc_json_object();
        fsc_json_set_string(entry, "LongName", fsc_columns[c].long_name);
        fsc_json_set_string(entry, "Description", fsc_columns[c].description);
        if (fsc_columns[c].units[0]) fsc_json_set_string(entry, "Units", fsc_columns[c].units);
        set_levels(entry, fsc_columns[c].kind);
        fsc_json_set(json, fsc_columns[c].name, entry);
    }
    const fsc_status status = fsc_json_write(json, path, err);
    fsc_json_free(json);
    return status;
}

static fsc_status path_of(char path[4096], const char *dir, const char *name, const char *ending, fsc_error *err) {
    char file[512];
    const int n = snprintf(file, sizeof file, "%s_sites.%s", name, ending);
    if (n < 0 || (size_t)n >= sizeof file) return fsc_fail(err, FSC_E_IO, "%s: the name is too long", name);
    return fsc_file_join(path, 4096, dir, file, err);
}

fsc_status fsc_measures_write(const fsc_measures *m, const char *dir, const char *name, const char *participant,
                              const char *session, const fsc_recipe *recipe, fsc_error *err) {
    if (!m || !dir || !name)
        return fsc_fail(err, FSC_E_ARG, "writing measures needs the measures, a folder and a name");
    FSC_AUTO_TEXT fsc_text text = {0};
    char path[4096];
    const tsv_ids ids = {participant, session, m};
    for (int32_t c = 0; c < fsc_n_columns; c++) fsc_text_printf(&text, "%s%s", c ? "\t" : "", fsc_columns[c].name);
    fsc_text_add(&text, "\n");
    for (int32_t i = 0; i < m->n_row; i++)
        for (int32_t c = 0; c < fsc_n_columns; c++) {
            add_cell(&text, &fsc_columns[c], &m->row[i], &ids);
            fsc_text_add(&text, c + 1 < fsc_n_columns ? "\t" : "\n");
        }
    if (text.failed) return fsc_fail_nomem(err, "writing the site table");
    FSC_TRY(path_of(path, dir, name, "json", err));
    FSC_TRY(write_dictionary(m, path, recipe, err));
    FSC_TRY(path_of(path, dir, name, "tsv", err));
    return fsc_file_write(path, text.data, text.length, err);
}

static const char *known(const char *cell) {
    return strcmp(cell, "n/a") == 0 ? "" : cell;
}

static int32_t find_kind(const char *word) {
    for (fsc_row_kind kind = FSC_ROW_SITE; kind <= FSC_ROW_LEVEL_BONE; kind++)
        if (strcmp(word, fsc_row_kind_word(kind)) == 0) return (int32_t)kind;
    return -1;
}

static int32_t find_method(const char *word) {
    for (fsc_method method = FSC_METHOD_COMPLEX; method <= FSC_METHOD_READY_FAT_FRACTION; method++)
        if (strcmp(word, fsc_row_method_word(method)) == 0) return (int32_t)method;
    return -1;
}

/* Zero when the cell cannot be what its column holds. */
static int read_cell(fsc_measures *m, fsc_row *row, const fsc_column *c, const char *cell) {
    char *field = (char *)row + c->offset;
    const double number = fsc_parse_number(cell);
    const int missing = strcmp(cell, "n/a") == 0;
    int32_t word = 0;
    switch (c->kind) {
    case FSC_COLUMN_NUMBER: *(double *)(void *)field = number / c->scale; return missing || isfinite(number);
    case FSC_COLUMN_COUNT:
        if (!(number >= 0 && number < 1e15)) return 0;
        *(int64_t *)(void *)field = (int64_t)number;
        return 1;
    case FSC_COLUMN_WHOLE:
        if (!missing && !(fabs(number) < 2e9)) return 0;
        *(int32_t *)(void *)field = missing ? 0 : (int32_t)number;
        return 1;
    case FSC_COLUMN_TEXT:
        /* "n/a" is a level's own word; elsewhere it is an empty text. */
        fsc_copy_text(field, c->size, c->offset == offsetof(fsc_row, place.level) ? cell : known(cell));
        return strlen(cell) < c->size;
    case FSC_COLUMN_SIDE:
        word = fsc_side_find(cell);
        row->place.side = (fsc_side)word;
        return word >= 0;
    case FSC_COLUMN_KIND:
        word = find_kind(cell);
        row->kind = (fsc_row_kind)word;
        return word >= 0;
    case FSC_COLUMN_METHOD:
        word = find_method(cell);
        m->method = (fsc_method)word;
        return word >= 0;
    case FSC_COLUMN_MUSCLE_SCHEME: fsc_copy_text(m->muscle_scheme, sizeof m->muscle_scheme, known(cell)); return 1;
    case FSC_COLUMN_LEVEL_SCHEME: fsc_copy_text(m->level_scheme, sizeof m->level_scheme, known(cell)); return 1;
    case FSC_COLUMN_PARTICIPANT:
    case FSC_COLUMN_SESSION:
    case FSC_COLUMN_LATER: return 1;
    }
    return 0;
}

fsc_status fsc_measures_read(fsc_measures **out, const char *tsv_path, fsc_error *err) {
    if (!out || !tsv_path) return fsc_fail(err, FSC_E_ARG, "reading measures needs a path");
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, tsv_path, err));
    FSC_AUTO(fsc_measures) made = fsc_alloc(1, sizeof *made);
    if (!made) return fsc_fail_nomem(err, "reading measures");
    made->pdff_median_fraction = made->swap_suspect_fraction = made->snr_median = (double)NAN;
    made->row = fsc_alloc(table.n_row, sizeof *made->row);
    if (!made->row) return fsc_fail_nomem(err, "reading measures");
    made->n_row = table.n_row;
    for (int32_t c = 0; c < fsc_n_columns; c++) {
        const fsc_column *column = &fsc_columns[c];
        const int32_t at = fsc_table_column(&table, column->name);
        if (at < 0)
            return fsc_fail(err, FSC_E_FORMAT, "%s: has no column %s; give a _sites.tsv written by this program",
                            tsv_path, column->name);
        for (int32_t i = 0; i < table.n_row; i++)
            if (!read_cell(made, &made->row[i], column, fsc_table_cell(&table, i, at)))
                return fsc_fail(err, FSC_E_FORMAT, "%s: row %d, column %s: \"%.40s\" is not a value of that column",
                                tsv_path, (int)i + 1, column->name, fsc_table_cell(&table, i, at));
    }
    FSC_GIVE(out, made);
    return FSC_OK;
}
