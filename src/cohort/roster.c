/* Who belongs to a study: whoever was begun, left a folder, stands in the raw dataset or on the list of participants.
 */
#include "roster.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MOST 4096
#define RECORD_MOST ((size_t)1 << 26)

static fsc_status add(fsc_gathered *s, const char *name, const char *state, fsc_error *err) {
    const char *session = strstr(name, "_ses-");
    const size_t n = session ? (size_t)(session - name) : strlen(name);
    if (s->n == s->capacity) {
        const int32_t wider = s->capacity * 2 + 64;
        fsc_seen *more = realloc(s->item, sizeof *more * (size_t)wider);
        if (!more) return fsc_fail_nomem(err, "listing people");
        s->item = more;
        s->capacity = wider;
    }
    fsc_seen *m = &s->item[s->n];
    memset(m, 0, sizeof *m);
    if (n >= sizeof m->who.participant || strlen(name) >= sizeof m->who.name)
        return fsc_fail(err, FSC_E_RANGE, "%.100s: name is too long", name);
    (void)snprintf(m->who.participant, sizeof m->who.participant, "%.*s", (int)n, name);
    (void)snprintf(m->who.session, sizeof m->who.session, "%.71s", session ? session + 1 : "");
    (void)snprintf(m->who.name, sizeof m->who.name, "%s", name);
    (void)snprintf(m->who.state, sizeof m->who.state, "%s", state);
    m->person = -1;
    s->n++;
    return FSC_OK;
}

/* Of one name those that were begun stand first. */
static int by_name(const void *a, const void *b) {
    const fsc_group_member *x = &((const fsc_seen *)a)->who, *y = &((const fsc_seen *)b)->who;
    const int order = strcmp(x->name, y->name);
    return order ? order : strcmp(x->state, y->state);
}

static void keep_each_once(fsc_gathered *s) {
    int32_t kept = 0;
    if (s->n) qsort(s->item, (size_t)s->n, sizeof *s->item, by_name);
    for (int32_t i = 0; i < s->n; i++)
        if (!kept || strcmp(s->item[i].who.name, s->item[kept - 1].who.name) != 0) s->item[kept++] = s->item[i];
    s->n = kept;
}

/* The first member whose name is not before this one. */
static int32_t find_from(const fsc_gathered *s, int32_t n, const char *name) {
    int32_t low = 0, high = n;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (strcmp(s->item[middle].who.name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether the first n, in order, hold the person, with that visit where one is named. */
static int is_known(const fsc_gathered *s, int32_t n, const char *participant, const char *session) {
    char name[300];
    int32_t i = find_from(s, n, participant);
    if (i < n && strcmp(s->item[i].who.name, participant) == 0) return 1;
    (void)snprintf(name, sizeof name, "%.140s_%.140s", participant, *session ? session : "ses-");
    i = find_from(s, n, name);
    return i < n && strncmp(s->item[i].who.name, name, strlen(name)) == 0 &&
           (!*session || strcmp(s->item[i].who.name, name) == 0);
}

/* The people, or where they have visits those, whose folders stand. */
static fsc_status list_sessions(fsc_gathered *s, const char *participant, fsc_error *err) {
    char path[PATH_MOST], both[PATH_MOST];
    char **name = NULL;
    int32_t n = 0, sessions = 0;
    FSC_TRY(fsc_file_join(path, sizeof path, s->dir, participant, err));
    if (!fsc_file_is_folder(path)) return FSC_OK;
    FSC_TRY(fsc_file_list(&name, &n, path, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        if (strncmp(name[i], "ses-", 4) != 0) continue;
        sessions++;
        (void)snprintf(both, sizeof both, "%.1000s_%.1000s", participant, name[i]);
        status = add(s, both, "missing", err);
    }
    fsc_file_free_names(name, n);
    return status == FSC_OK && !sessions ? add(s, participant, "missing", err) : status;
}

static fsc_status list_folders(fsc_gathered *s, fsc_error *err) {
    char **name = NULL;
    int32_t n = 0;
    FSC_TRY(fsc_file_list(&name, &n, s->dir, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n && status == FSC_OK; i++)
        if (strncmp(name[i], "sub-", 4) == 0) status = list_sessions(s, name[i], err);
    fsc_file_free_names(name, n);
    return status;
}

static fsc_status list_logs(fsc_gathered *s, fsc_error *err) {
    char path[PATH_MOST];
    char **name = NULL;
    int32_t n = 0;
    fsc_status status = FSC_OK;
    FSC_TRY(fsc_file_join(path, sizeof path, s->dir, "logs", err));
    if (!fsc_file_is_folder(path)) return FSC_OK;
    FSC_TRY(fsc_file_list(&name, &n, path, err));
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        char *end = strrchr(name[i], '.');
        if (strncmp(name[i], "sub-", 4) != 0 || !end || strcmp(end, ".log") != 0) continue;
        *end = 0;
        status = add(s, name[i], "failed", err);
    }
    fsc_file_free_names(name, n);
    return status;
}

/* Rows of people and visits that nothing else has shown. A row without a visit is the whole person. */
static fsc_status list_rows(fsc_gathered *s, const fsc_table *rows, fsc_error *err) {
    const int32_t n = s->n; /* in order; what is added is not */
    for (int32_t r = 0; r < rows->n_row; r++) {
        char name[300];
        const char *id = fsc_table_get(rows, r, "participant_id"), *session = fsc_table_get(rows, r, "session_id");
        if (strncmp(session, "ses-", 4) != 0) session = "";
        if (strncmp(id, "sub-", 4) != 0 || is_known(s, n, id, session)) continue;
        (void)snprintf(name, sizeof name, "%.140s%s%.140s", id, *session ? "_" : "", session);
        FSC_TRY(add(s, name, "missing", err));
    }
    keep_each_once(s);
    return FSC_OK;
}

/* Rows of participants.tsv by person. */
typedef struct key {
    const char *id, *session;
    int32_t row;
} key;

static int by_id(const void *a, const void *b) {
    const key *x = a, *y = b;
    const int order = strcmp(x->id, y->id);
    return order ? order : x->row - y->row;
}

static int are_same(const fsc_table *t, int32_t a, int32_t b) {
    for (int32_t c = 0; c < t->n_column; c++)
        if (strcmp(fsc_table_cell(t, a, c), fsc_table_cell(t, b, c)) != 0) return 0;
    return 1;
}

/* Gives each member its row: that of its visit, or one that names no visit. Two rows that differ, of two people with
 * one name or of visits that nothing tells apart: neither is taken. */
static fsc_status join_people(fsc_gathered *s, fsc_error *err) {
    const int32_t n = s->people.n_row;
    FSC_AUTO_BLOCK key *list = fsc_alloc((int64_t)n + 1, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "listing people");
    for (int32_t r = 0; r < n; r++)
        list[r] = (key){fsc_table_get(&s->people, r, "participant_id"), fsc_table_get(&s->people, r, "session_id"), r};
    if (n) qsort(list, (size_t)n, sizeof *list, by_id);
    for (int32_t i = 0; i < s->n; i++) {
        const fsc_group_member *m = &s->item[i].who;
        int32_t low = 0, high = n;
        while (low < high) {
            const int32_t middle = low + (high - low) / 2;
            if (strcmp(list[middle].id, m->participant) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < n && strcmp(list[low].id, m->participant) == 0; low++) {
            if (m->session[0] && !fsc_is_missing(list[low].session) && strcmp(list[low].session, m->session) != 0)
                continue;
            if (s->item[i].person < 0)
                s->item[i].person = list[low].row;
            else if (!are_same(&s->people, s->item[i].person, list[low].row))
                s->item[i].doubled = 1;
        }
        if (s->item[i].doubled) s->item[i].person = -1;
    }
    return FSC_OK;
}

fsc_status fsc_roster_log(char **text, const fsc_gathered *s, const fsc_seen *m, const char *end, fsc_error *err) {
    char path[PATH_MOST];
    size_t length = 0;
    *text = NULL;
    const int n = snprintf(path, sizeof path, "%s/logs/%s.%s", s->dir, m->who.name, end);
    if (n < 0 || (size_t)n >= sizeof path) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", s->dir);
    return fsc_file_exists(path) ? fsc_file_read(text, &length, path, RECORD_MOST, err) : FSC_OK;
}

/* How it ended, and from which version and options: the first two lines of its inputs. */
static fsc_status read_record(const fsc_gathered *s, fsc_seen *m, fsc_error *err) {
    FSC_AUTO_BLOCK char *state = NULL, *inputs = NULL;
    FSC_TRY(fsc_roster_log(&state, s, m, "state.tsv", err));
    FSC_TRY(fsc_roster_log(&inputs, s, m, "inputs.tsv", err));
    const int missing = strcmp(m->who.state, "missing") == 0;
    (void)snprintf(m->who.line, sizeof m->who.line, "%s",
                   missing ? "no results of it are here" : "begun, and no end recorded");
    char *tab = state ? strchr(state, '\t') : NULL;
    if (tab) {
        *tab = 0;
        fsc_copy_text(m->who.state, sizeof m->who.state, state);
        tab[1 + strcspn(tab + 1, "\t\n")] = 0;
        fsc_copy_text(m->who.line, sizeof m->who.line, strcmp(tab + 1, "n/a") == 0 ? "" : tab + 1);
    }
    const char *second = inputs ? strchr(inputs, '\n') : NULL;
    if (!second) return FSC_OK;
    const char *version = inputs + strcspn(inputs, "\t\n");
    version += *version == '\t';
    (void)snprintf(m->version, sizeof m->version, "%.*s", (int)strcspn(version, "\n"), version);
    m->made = strndup(inputs, (size_t)(second - inputs) + 1 + strcspn(second + 1, "\n"));
    return m->made ? FSC_OK : fsc_fail_nomem(err, "reading a record");
}

fsc_status fsc_roster(fsc_gathered *s, fsc_error *err) {
    char path[PATH_MOST];
    FSC_AUTO_TABLE fsc_table raw = {0};
    FSC_TRY(fsc_file_join(path, sizeof path, s->dir, "participants.tsv", err));
    if (fsc_file_exists(path)) FSC_TRY(fsc_table_read(&s->people, path, err));
    FSC_TRY(fsc_file_join(path, sizeof path, s->dir, "logs/dataset.tsv", err));
    if (fsc_file_exists(path)) FSC_TRY(fsc_table_read(&raw, path, err));
    FSC_TRY(list_logs(s, err));
    FSC_TRY(list_folders(s, err));
    keep_each_once(s);
    FSC_TRY(list_rows(s, &raw, err));
    FSC_TRY(list_rows(s, &s->people, err));
    FSC_TRY(join_people(s, err));
    for (int32_t i = 0; i < s->n; i++) FSC_TRY(read_record(s, &s->item[i], err));
    return FSC_OK;
}
