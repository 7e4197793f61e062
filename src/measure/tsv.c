/* The site table on disk: written whole with its data dictionary, and read back. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "json.h"
#include "provenance.h"
#include "site_fields.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_measures, fsc_measures_free)

static fsc_status write_dictionary(const fsc_measures *m, const char *path, const fsc_recipe *recipe, fsc_error *err) {
    fsc_json *json = fsc_json_object();
    fsc_provenance_set(json, recipe, "Fat fraction, size and quality of each site: muscle x vertebral level x side", 0);
    fsc_json_set(json, "Notes", fsc_notes_json(&m->notes));
    fsc_fields_dictionary(json, fsc_site_fields);
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
    fsc_site_line line = {.method = m->method, .label_source = m->label_source};
    fsc_copy_text(line.participant, sizeof line.participant, participant ? participant : "");
    fsc_copy_text(line.session, sizeof line.session, session ? session : "");
    fsc_copy_text(line.muscle_scheme, sizeof line.muscle_scheme, m->muscle_scheme);
    fsc_copy_text(line.level_scheme, sizeof line.level_scheme, m->level_scheme);
    fsc_fields_header(&text, fsc_site_fields);
    for (int32_t i = 0; i < m->n_row; i++) {
        line.row = m->row[i];
        fsc_fields_line(&text, fsc_site_fields, &line);
    }
    if (text.failed) return fsc_fail_nomem(err, "writing the site table");
    FSC_TRY(path_of(path, dir, name, "json", err));
    FSC_TRY(write_dictionary(m, path, recipe, err));
    FSC_TRY(path_of(path, dir, name, "tsv", err));
    return fsc_file_write(path, text.data, text.length, err);
}

/* The rows of the lines, and what is one for the whole table. */
static void take_lines(fsc_measures *m, const fsc_site_line *line) {
    for (int32_t i = 0; i < m->n_row; i++) m->row[i] = line[i].row;
    if (m->n_row == 0) return;
    m->method = line[0].method;
    m->label_source = line[0].label_source;
    memcpy(m->muscle_scheme, line[0].muscle_scheme, sizeof m->muscle_scheme);
    memcpy(m->level_scheme, line[0].level_scheme, sizeof m->level_scheme);
}

fsc_status fsc_measures_read(fsc_measures **out, const char *tsv_path, fsc_error *err) {
    if (!out || !tsv_path) return fsc_fail(err, FSC_E_ARG, "reading measures needs a path");
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, tsv_path, err));
    FSC_AUTO(fsc_measures) made = fsc_alloc(1, sizeof *made);
    FSC_AUTO_BLOCK fsc_site_line *line = fsc_alloc(table.n_row, sizeof *line);
    if (made) made->row = fsc_alloc(table.n_row, sizeof *made->row);
    if (!made || !line || !made->row) return fsc_fail_nomem(err, "reading measures");
    made->pdff_median_fraction = made->swap_suspect_fraction = made->snr_median = (double)NAN;
    made->n_row = table.n_row;
    FSC_TRY(fsc_fields_read_table(line, sizeof *line, fsc_site_fields, &table, tsv_path, err));
    take_lines(made, line);
    FSC_TRY(fsc_notes_beside(&made->notes, tsv_path, err));
    FSC_GIVE(out, made);
    return FSC_OK;
}
