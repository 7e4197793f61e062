/* Age and sex of the person, where the dataset has a participants.tsv at its root. */
#include "fail.h"
#include "file.h"
#include "read.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATH_MOST 4096
#define ROOT_MOST 5 /* folders from an image to its dataset: anat, ses, sub, dataset, and one to spare */
#define OLDEST_YEARS 120

/* The table in the image's folder or one above; "" when there is none. Above a dataset's root nothing is looked at. */
static void find_table(char *path, size_t size, const char *image) {
    char folder[PATH_MOST], mark[PATH_MOST + 32];
    (void)snprintf(folder, sizeof folder, "%s", image);
    path[0] = 0;
    for (int up = 0; up < ROOT_MOST; up++) {
        char *slash = strrchr(folder, '/');
        if (!slash && !folder[0]) return;
        const int is_root = slash == folder;
        if (slash) *slash = 0;
        const char *at = slash ? (is_root ? "/" : folder) : ".";
        if (!slash) folder[0] = 0;
        (void)snprintf(path, size, "%.4000s/participants.tsv", at);
        if (fsc_file_exists(path)) return;
        path[0] = 0;
        (void)snprintf(mark, sizeof mark, "%.4000s/dataset_description.json", at);
        if (fsc_file_exists(mark) || is_root) return;
    }
}

static int32_t column(const fsc_table *t, const char *name, const char *other) {
    for (int32_t c = 0; c < t->n_column; c++)
        if (strcasecmp(t->column[c], name) == 0 || strcasecmp(t->column[c], other) == 0) return c;
    return -1;
}

static const char *bare(const char *label, const char *prefix) {
    return strncmp(label, prefix, 4) == 0 ? label + 4 : label;
}

static const char *sex_of(const char *word) {
    if (strcasecmp(word, "f") == 0 || strcasecmp(word, "female") == 0) return "female";
    if (strcasecmp(word, "m") == 0 || strcasecmp(word, "male") == 0) return "male";
    return "";
}

/* The person's rows; where a table has a row a session, the session's. */
static int32_t rows_of(int32_t *first, const fsc_table *t, const fsc_scan *scan) {
    const int32_t id = column(t, "participant_id", "participant_id"), session = column(t, "session_id", "session");
    int32_t n = 0;
    for (int32_t r = 0; r < t->n_row; r++) {
        if (strcmp(bare(fsc_table_cell(t, r, id), "sub-"), bare(scan->participant, "sub-")) != 0) continue;
        if (session >= 0 && scan->session[0] && !fsc_is_missing(fsc_table_cell(t, r, session)) &&
            strcmp(bare(fsc_table_cell(t, r, session), "ses-"), bare(scan->session, "ses-")) != 0)
            continue;
        if (n++ == 0) *first = r;
    }
    return n;
}

static void take_row(fsc_scan *scan, const fsc_table *t, int32_t row) {
    const char *age = fsc_table_cell(t, row, column(t, "age", "age_years"));
    const double years = fsc_parse_number(age);
    if (years > 0 && years < OLDEST_YEARS)
        scan->age_years = years;
    else if (!fsc_is_missing(age))
        fsc_notes_add(&scan->notes, FSC_NOTE_ASSUMED, "person-age",
                      "The age in participants.tsv (%.20s) is no age in years and is not used.", age);
    fsc_copy_text(scan->sex, sizeof scan->sex, sex_of(fsc_table_cell(t, row, column(t, "sex", "gender"))));
    FSC_AUTO_TEXT fsc_text told = {0};
    if (isfinite(scan->age_years)) fsc_text_printf(&told, "age %g", scan->age_years);
    if (scan->sex[0]) fsc_text_printf(&told, "%ssex %s", told.length ? " and " : "", scan->sex);
    if (told.length)
        fsc_notes_add(&scan->notes, FSC_NOTE_FOUND, "person-told", "participants.tsv gives %s for %s.", told.data,
                      scan->participant);
    scan->notes.failed |= told.failed;
}

fsc_status fsc_scan_take_person(fsc_scan *scan, const char *image, fsc_error *err) {
    char path[PATH_MOST];
    FSC_AUTO_TABLE fsc_table table = {0};
    fsc_error broken = FSC_ERROR_INIT;
    int32_t row = 0;
    if (!scan->participant[0]) return FSC_OK;
    find_table(path, sizeof path, image);
    if (!path[0]) return FSC_OK;
    const fsc_status status = fsc_table_read(&table, path, &broken);
    if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading participants.tsv");
    if (status != FSC_OK) { /* a list of people is not the scan: it stops nothing */
        fsc_notes_add(&scan->notes, FSC_NOTE_WARNING, "person-unreadable", "Age and sex are not known: %.200s.",
                      broken.text);
        return FSC_OK;
    }
    const int32_t n = rows_of(&row, &table, scan);
    if (n > 1)
        fsc_notes_add(&scan->notes, FSC_NOTE_WARNING, "person-twice",
                      "Age and sex are not known: participants.tsv has %d rows of %s.", (int)n, scan->participant);
    if (n == 1) take_row(scan, &table, row);
    return FSC_OK;
}
