#include <fascicle/order.h>

#include "alloc.h"
#include "fail.h"
#include "fields.h"
#include "format.h"
#include "table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A marker known in fewer people than this says nothing of a mixture. */
enum { MIN_PEOPLE = 10, NAME_SIZE = 160 };

fsc_status fsc_cohort_name(char **slot, const char *name, fsc_error *err) {
    char *copy = fsc_strdup(name);
    if (!copy) return fsc_fail_nomem(err, "naming a person or marker");
    fsc_free(*slot);
    *slot = copy;
    return FSC_OK;
}

void fsc_cohort_free(fsc_cohort *cohort) {
    if (!cohort) return;
    for (int32_t i = 0; cohort->person && i < cohort->n_person; i++) fsc_free(cohort->person[i]);
    for (int32_t i = 0; cohort->event && i < cohort->n_event; i++) fsc_free(cohort->event[i]);
    fsc_free(cohort->person);
    fsc_free(cohort->event);
    fsc_free(cohort->value);
    fsc_free(cohort->is_control);
    fsc_free(cohort->falls);
    fsc_notes_free(&cohort->notes);
    fsc_free(cohort);
}

static fsc_status fill_new(fsc_cohort *out, int32_t n_person, int32_t n_event, fsc_error *err) {
    out->person = fsc_alloc(n_person, sizeof *out->person);
    out->event = fsc_alloc(n_event, sizeof *out->event);
    out->value = fsc_alloc((int64_t)n_person * n_event, sizeof *out->value);
    out->is_control = fsc_alloc(n_person, sizeof *out->is_control);
    out->falls = fsc_alloc(n_event, sizeof *out->falls);
    if (!out->person || !out->event || !out->value || !out->is_control || !out->falls)
        return fsc_fail_nomem(err, "holding the cohort");
    out->n_person = n_person;
    out->n_event = n_event;
    for (int64_t i = 0; i < (int64_t)n_person * n_event; i++) out->value[i] = (double)NAN;
    for (int32_t i = 0; i < n_person; i++) FSC_TRY(fsc_cohort_name(&out->person[i], "", err));
    for (int32_t i = 0; i < n_event; i++) FSC_TRY(fsc_cohort_name(&out->event[i], "", err));
    return FSC_OK;
}

fsc_status fsc_cohort_new(fsc_cohort **out, int32_t n_person, int32_t n_event, fsc_error *err) {
    *out = NULL;
    if (n_person < 0 || n_event < 0) return fsc_fail(err, FSC_E_RANGE, "a cohort cannot have a negative size");
    fsc_cohort *cohort = fsc_alloc(1, sizeof *cohort);
    if (!cohort) return fsc_fail_nomem(err, "holding the cohort");
    const fsc_status status = fill_new(cohort, n_person, n_event, err);
    if (status != FSC_OK) {
        fsc_cohort_free(cohort);
        return status;
    }
    *out = cohort;
    return FSC_OK;
}

static int is_listed(const char *const *list, int32_t n, const char *name) {
    for (int32_t i = 0; i < n; i++)
        if (strcmp(list[i], name) == 0) return 1;
    return 0;
}

static int is_missing(const char *cell) {
    return cell[0] == 0 || strcmp(cell, "n/a") == 0;
}

/* What a reader needs to know of the table: its people and markers by name, before their values. */
typedef struct name_list {
    char (*name)[NAME_SIZE]; /* owned */
    int32_t n, capacity;
} name_list;

/* Index of name, which is added when new; -1 when memory is out. */
static int32_t index_of(name_list *list, const char *name) {
    /* Stacked tables name the same person in neighbouring rows: look from the end. */
    for (int32_t i = list->n - 1; i >= 0; i--)
        if (strcmp(list->name[i], name) == 0) return i;
    if (list->n == list->capacity) {
        const int32_t capacity = list->capacity ? 2 * list->capacity : 64;
        void *bigger = fsc_grow(list->name, list->capacity, capacity, sizeof *list->name);
        if (!bigger) return -1;
        list->name = bigger;
        list->capacity = capacity;
    }
    fsc_format(list->name[list->n], NAME_SIZE, "%s", name);
    return list->n++;
}

typedef struct reader {
    const fsc_table *table;
    const fsc_cohort_options *opt;
    const char *value_column, *group_column, *control_word;
    const char *path;
    int32_t stacked;
    name_list people, markers;
    int32_t *row_person, *row_marker; /* stacked: per row, -1 = row not used */
    int32_t *marker_column;           /* plain: per marker */
} reader;

static int is_pooled_side(const char *side) {
    return strcmp(side, "both") == 0;
}

/* "sub-01/ses-02", or "sub-01" when there is no session. */
static void person_key(char key[NAME_SIZE], const reader *r, int32_t row) {
    const char *participant = fsc_table_get(r->table, row, "participant_id");
    const char *session = fsc_table_get(r->table, row, "session_id");
    if (is_missing(session))
        fsc_format(key, NAME_SIZE, "%s", participant);
    else
        fsc_format(key, NAME_SIZE, "%s/%s", participant, session);
}

/* Non-zero when the row is a site of the wanted kind; its name goes into key. */
static int site_key(char key[NAME_SIZE], const reader *r, int32_t row) {
    const char *muscle = fsc_table_get(r->table, row, "muscle"), *level = fsc_table_get(r->table, row, "level");
    const char *side = fsc_table_get(r->table, row, "side");
    if (strcmp(muscle, "vertebra") == 0 || strcmp(level, "all") == 0) return 0;
    if (is_pooled_side(side) != (r->opt->pool_sides != 0)) return 0;
    const char *shown_side = r->opt->pool_sides || is_missing(side) ? "" : side;
    const char *shown_level = is_missing(level) ? "" : level;
    fsc_format(key, NAME_SIZE, "%s%s%s%s%s", muscle, shown_level[0] ? " " : "", shown_level, shown_side[0] ? " " : "",
               shown_side);
    return r->opt->n_markers == 0 || is_listed(r->opt->markers, r->opt->n_markers, key);
}

static fsc_status list_stacked(reader *r, fsc_error *err) {
    if (fsc_table_column(r->table, "participant_id") < 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "'%s' has site rows but no participant_id column", r->path);
    if (fsc_table_column(r->table, r->value_column) < 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "'%s' has no column '%s'", r->path, r->value_column);
    r->row_person = fsc_alloc(r->table->n_row, sizeof *r->row_person);
    r->row_marker = fsc_alloc(r->table->n_row, sizeof *r->row_marker);
    if (!r->row_person || !r->row_marker) return fsc_fail_nomem(err, "reading the cohort");
    for (int32_t row = 0; row < r->table->n_row; row++) {
        char key[NAME_SIZE];
        r->row_marker[row] = -1;
        if (!site_key(key, r, row)) continue;
        r->row_marker[row] = index_of(&r->markers, key);
        person_key(key, r, row);
        r->row_person[row] = index_of(&r->people, key);
        if (r->row_marker[row] < 0 || r->row_person[row] < 0) return fsc_fail_nomem(err, "reading the cohort");
    }
    return FSC_OK;
}

static int has_numbers(const fsc_table *table, int32_t column) {
    for (int32_t row = 0; row < table->n_row; row++)
        if (isfinite(fsc_parse_number(fsc_table_cell(table, row, column)))) return 1;
    return 0;
}

static fsc_status list_plain(reader *r, fsc_error *err) {
    const fsc_table *table = r->table;
    for (int32_t i = 0; i < r->opt->n_markers; i++)
        if (fsc_table_column(table, r->opt->markers[i]) < 0)
            return fsc_fail(err, FSC_E_NOTFOUND, "'%s' has no column '%s'", r->path, r->opt->markers[i]);
    r->marker_column = fsc_alloc(table->n_column, sizeof *r->marker_column);
    if (!r->marker_column) return fsc_fail_nomem(err, "reading the cohort");
    for (int32_t c = 1; c < table->n_column; c++) {
        const char *name = table->column[c];
        if (strcmp(name, r->group_column) == 0 || strcmp(name, "session_id") == 0) continue;
        if (r->opt->n_markers > 0 ? !is_listed(r->opt->markers, r->opt->n_markers, name) : !has_numbers(table, c))
            continue;
        r->marker_column[r->markers.n] = c;
        if (index_of(&r->markers, name) < 0) return fsc_fail_nomem(err, "reading the cohort");
    }
    return FSC_OK;
}

static fsc_status fill_stacked(fsc_cohort *cohort, const reader *r, fsc_error *err) {
    const int32_t falls = is_listed(r->opt->falls, r->opt->n_falls, r->value_column);
    for (int32_t i = 0; i < cohort->n_person; i++) FSC_TRY(fsc_cohort_name(&cohort->person[i], r->people.name[i], err));
    for (int32_t e = 0; e < cohort->n_event; e++) cohort->falls[e] = falls;
    for (int32_t row = 0; row < r->table->n_row; row++) {
        if (r->row_marker[row] < 0) continue;
        const int32_t person = r->row_person[row];
        double *value = &cohort->value[(int64_t)person * cohort->n_event + r->row_marker[row]];
        FSC_TRY(fsc_table_take_number(value, r->table, row, r->value_column, r->path, err));
        if (strcmp(fsc_table_get(r->table, row, r->group_column), r->control_word) == 0) cohort->is_control[person] = 1;
    }
    return FSC_OK;
}

static fsc_status fill_plain(fsc_cohort *cohort, const reader *r, fsc_error *err) {
    for (int32_t i = 0; i < cohort->n_person; i++) {
        char name[NAME_SIZE];
        const char *session = fsc_table_get(r->table, i, "session_id");
        fsc_format(name, sizeof name, "%s%s%s", fsc_table_cell(r->table, i, 0), is_missing(session) ? "" : "/",
                   is_missing(session) ? "" : session);
        FSC_TRY(fsc_cohort_name(&cohort->person[i], name, err));
        cohort->is_control[i] = strcmp(fsc_table_get(r->table, i, r->group_column), r->control_word) == 0;
        for (int32_t e = 0; e < cohort->n_event; e++)
            FSC_TRY(fsc_table_take_number(&cohort->value[(int64_t)i * cohort->n_event + e], r->table, i,
                                          r->table->column[r->marker_column[e]], r->path, err));
    }
    return FSC_OK;
}

/* Takes out markers that too few people have. */
static void drop_rare(fsc_cohort *cohort) {
    const int32_t n = cohort->n_event;
    int32_t kept = 0;
    for (int32_t e = 0; e < n; e++) {
        int32_t known = 0;
        for (int32_t i = 0; i < cohort->n_person; i++) known += isfinite(cohort->value[(int64_t)i * n + e]) != 0;
        if (known < MIN_PEOPLE) {
            fsc_notes_add(&cohort->notes, FSC_NOTE_WARNING, "marker-left-out",
                          "'%s' is left out of the order: %d people have a value, %d are needed.", cohort->event[e],
                          (int)known, (int)MIN_PEOPLE);
            fsc_free(cohort->event[e]);
            cohort->event[e] = NULL;
            continue;
        }
        /* Rows keep their old width until all columns are judged. */
        for (int32_t i = 0; i < cohort->n_person; i++)
            cohort->value[(int64_t)i * n + kept] = cohort->value[(int64_t)i * n + e];
        if (kept != e) {
            cohort->event[kept] = cohort->event[e];
            cohort->event[e] = NULL;
            cohort->falls[kept] = cohort->falls[e];
        }
        kept++;
    }
    for (int32_t i = 0; i < cohort->n_person; i++)
        for (int32_t e = 0; e < kept; e++) cohort->value[(int64_t)i * kept + e] = cohort->value[(int64_t)i * n + e];
    cohort->n_event = kept;
}

/* Orders keys ("sub-01/ses-02") by their participant. */
static int by_participant(const void *a, const void *b) {
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    const size_t n = strcspn(x, "/"), m = strcspn(y, "/");
    const int c = strncmp(x, y, n < m ? n : m);
    return c ? c : (n > m) - (n < m);
}

static int is_visit_of(const char *key, const char *other) {
    const size_t n = strcspn(key, "/");
    return n == strcspn(other, "/") && strncmp(key, other, n) == 0;
}

/* Keeps each participant's first visit; visits of one stand in neighbouring rows. */
static void keep_first_visits(fsc_cohort *cohort) {
    const int32_t n = cohort->n_person, width = cohort->n_event;
    int32_t kept = 0;
    for (int32_t i = 0; i < n; i++) {
        if (kept && is_visit_of(cohort->person[i], cohort->person[kept - 1])) {
            fsc_free(cohort->person[i]);
            cohort->person[i] = NULL;
            continue;
        }
        if (kept != i) {
            cohort->person[kept] = cohort->person[i];
            cohort->person[i] = NULL;
            cohort->is_control[kept] = cohort->is_control[i];
            memcpy(cohort->value + (int64_t)kept * width, cohort->value + (int64_t)i * width,
                   (size_t)width * sizeof *cohort->value);
        }
        kept++;
    }
    cohort->n_person = kept;
    if (kept < n)
        fsc_notes_add(&cohort->notes, FSC_NOTE_FOUND, "first-visits",
                      "%d further visits are left out: each person counts once, at the first.", (int)(n - kept));
}

/* A participant with two visits is two looks at one course, which the model takes for two people. */
static fsc_status note_visits(fsc_cohort *cohort, fsc_error *err) {
    const int32_t n = cohort->n_person;
    FSC_AUTO_BLOCK const char **key = fsc_alloc(n, sizeof *key);
    if (!key) return fsc_fail_nomem(err, "looking for visits of one person");
    for (int32_t i = 0; i < n; i++) key[i] = cohort->person[i];
    qsort(key, (size_t)n, sizeof *key, by_participant);
    int32_t repeated = 0;
    for (int32_t i = 1; i < n; i++) repeated += by_participant(&key[i - 1], &key[i]) == 0;
    if (repeated > 0)
        fsc_notes_add(&cohort->notes, FSC_NOTE_WARNING, "visits-as-people",
                      "The order looks surer than it is: %d rows are further visits of people already counted.",
                      (int)repeated);
    return FSC_OK;
}

static fsc_status read_cohort(fsc_cohort **out, reader *r, fsc_error *err) {
    FSC_TRY(r->stacked ? list_stacked(r, err) : list_plain(r, err));
    if (r->markers.n == 0)
        return fsc_fail(err, FSC_E_FORMAT, "'%s' has no usable markers (columns or sites with numbers)", r->path);
    FSC_TRY(fsc_cohort_new(out, r->stacked ? r->people.n : r->table->n_row, r->markers.n, err));
    fsc_cohort *cohort = *out;
    for (int32_t e = 0; e < cohort->n_event; e++) {
        FSC_TRY(fsc_cohort_name(&cohort->event[e], r->markers.name[e], err));
        cohort->falls[e] = is_listed(r->opt->falls, r->opt->n_falls, r->markers.name[e]);
    }
    FSC_TRY(r->stacked ? fill_stacked(cohort, r, err) : fill_plain(cohort, r, err));
    if (r->opt->first_visit) keep_first_visits(cohort);
    drop_rare(cohort);
    FSC_TRY(note_visits(cohort, err));
    if (cohort->n_event < 2)
        return fsc_fail(err, FSC_E_FORMAT, "'%s' has %d markers known in %d or more people; an order needs 2", r->path,
                        (int)cohort->n_event, (int)MIN_PEOPLE);
    if (cohort->n_event > FSC_ORDER_MAX_EVENTS)
        return fsc_fail(err, FSC_E_RANGE, "'%s' has %d markers; at most %d can be ordered: name the ones to use",
                        r->path, (int)cohort->n_event, (int)FSC_ORDER_MAX_EVENTS);
    return FSC_OK;
}

fsc_status fsc_cohort_read(fsc_cohort **out, const char *tsv_path, const fsc_cohort_options *opt, fsc_error *err) {
    const fsc_cohort_options standard = FSC_COHORT_OPTIONS_INIT;
    *out = NULL;
    if (!opt) opt = &standard;
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_read(&table, tsv_path, err));
    reader r = {.table = &table, .opt = opt, .path = tsv_path};
    r.value_column = opt->value_column                                     ? opt->value_column
                     : fsc_table_column(&table, "pdff_mean_fraction") >= 0 ? "pdff_mean_fraction"
                                                                           : "pdff_mean"; /* 0.1.0 */
    r.group_column = opt->group_column ? opt->group_column : "group";
    r.control_word = opt->control_word ? opt->control_word : "control";
    r.stacked = fsc_table_column(&table, "muscle") >= 0 && fsc_table_column(&table, "level") >= 0 &&
                fsc_table_column(&table, "side") >= 0;
    fsc_cohort *cohort = NULL;
    fsc_status status = read_cohort(&cohort, &r, err);
    if (status == FSC_OK) status = fsc_notes_check(&cohort->notes, err);
    fsc_free(r.people.name);
    fsc_free(r.markers.name);
    fsc_free(r.row_person);
    fsc_free(r.row_marker);
    fsc_free(r.marker_column);
    if (status != FSC_OK) {
        fsc_cohort_free(cohort);
        return status;
    }
    *out = cohort;
    return FSC_OK;
}
