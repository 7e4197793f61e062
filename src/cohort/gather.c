/* Reading what the members of a study left in the output folder. */
#include "gather.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MOST 4096
#define RECORD_MOST ((size_t)1 << 26)

void fsc_gathered_free(fsc_gathered *all) {
    for (int32_t i = 0; i < all->n; i++) {
        free(all->item[i].made);
        fsc_table_free(&all->item[i].sites);
    }
    free(all->item);
    fsc_table_free(&all->people);
}

static fsc_status add(fsc_gathered *s, const char *name, const char *state, fsc_error *err) {
    const char *session = strstr(name, "_ses-");
    const size_t n = session ? (size_t)(session - name) : strlen(name);
    for (int32_t i = 0; i < s->n; i++)
        if (strcmp(s->item[i].who.name, name) == 0) return FSC_OK;
    fsc_seen *more = realloc(s->item, sizeof *more * ((size_t)s->n + 1));
    if (!more) return fsc_fail_nomem(err, "listing people");
    s->item = more;
    fsc_seen *m = &more[s->n++];
    memset(m, 0, sizeof *m);
    if (n >= sizeof m->who.participant || strlen(name) >= sizeof m->who.name)
        return fsc_fail(err, FSC_E_RANGE, "%.100s: name is too long", name);
    (void)snprintf(m->who.participant, sizeof m->who.participant, "%.*s", (int)n, name);
    (void)snprintf(m->who.session, sizeof m->who.session, "%.71s", session ? session + 1 : "");
    (void)snprintf(m->who.name, sizeof m->who.name, "%s", name);
    (void)snprintf(m->who.state, sizeof m->who.state, "%s", state);
    return FSC_OK;
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const fsc_seen *)a)->who.name, ((const fsc_seen *)b)->who.name);
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

/* Who was begun (a log), who stands (a folder), and who is on the list only. */
static fsc_status list_members(fsc_gathered *s, fsc_error *err) {
    char path[PATH_MOST];
    char **name = NULL;
    int32_t n = 0;
    fsc_status status = FSC_OK;
    FSC_TRY(fsc_file_join(path, sizeof path, s->dir, "logs", err));
    if (fsc_file_is_folder(path)) FSC_TRY(fsc_file_list(&name, &n, path, err));
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        char *end = strrchr(name[i], '.');
        if (strncmp(name[i], "sub-", 4) != 0 || !end || strcmp(end, ".log") != 0) continue;
        *end = 0;
        status = add(s, name[i], "failed", err);
    }
    fsc_file_free_names(name, n);
    FSC_TRY(status);
    FSC_TRY(list_folders(s, err));
    for (int32_t r = 0; r < s->people.n_row && status == FSC_OK; r++) {
        const char *id = fsc_table_get(&s->people, r, "participant_id");
        int known = 0;
        for (int32_t i = 0; i < s->n; i++) known |= strcmp(s->item[i].who.participant, id) == 0;
        if (!known && strncmp(id, "sub-", 4) == 0) status = add(s, id, "missing", err);
    }
    if (status == FSC_OK && s->n) qsort(s->item, (size_t)s->n, sizeof *s->item, by_name);
    return status;
}

static fsc_status read_log(char **text, const fsc_gathered *s, const fsc_seen *m, const char *end, fsc_error *err) {
    char path[PATH_MOST];
    size_t length = 0;
    *text = NULL;
    const int n = snprintf(path, sizeof path, "%s/logs/%s.%s", s->dir, m->who.name, end);
    if (n < 0 || (size_t)n >= sizeof path) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", s->dir);
    return fsc_file_exists(path) ? fsc_file_read(text, &length, path, RECORD_MOST, err) : FSC_OK;
}

/* How it ended, and from which version and options: the first two lines of its inputs. */
static fsc_status read_record(fsc_gathered *s, fsc_seen *m, fsc_error *err) {
    FSC_AUTO_BLOCK char *state = NULL, *inputs = NULL;
    FSC_TRY(read_log(&state, s, m, "state.tsv", err));
    FSC_TRY(read_log(&inputs, s, m, "inputs.tsv", err));
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
    m->made = strndup(inputs, (size_t)(second - inputs) + 1 + strcspn(second + 1, "\n"));
    return m->made ? FSC_OK : fsc_fail_nomem(err, "reading a record");
}

/* The member's table of sites; where it stands without a record, a single run made it. */
static fsc_status read_sites(fsc_gathered *s, fsc_seen *m, fsc_error *err) {
    char folder[PATH_MOST], path[PATH_MOST] = "";
    char **name = NULL;
    int32_t n = 0, tables = 0;
    const int used = snprintf(folder, sizeof folder, "%s/%s%s%s/anat", s->dir, m->who.participant,
                              m->who.session[0] ? "/" : "", m->who.session);
    if (used < 0 || (size_t)used >= sizeof folder) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", s->dir);
    if (!fsc_file_is_folder(folder)) return FSC_OK;
    FSC_TRY(fsc_file_list(&name, &n, folder, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        const size_t length = strlen(name[i]);
        if (length < 10 || strcmp(name[i] + length - 10, "_sites.tsv") != 0) continue;
        tables++;
        status = fsc_file_join(path, sizeof path, folder, name[i], err);
        (void)snprintf(m->stem, sizeof m->stem, "%.*s", (int)length - 10, name[i]);
    }
    fsc_file_free_names(name, n);
    FSC_TRY(status);
    if (tables > 1)
        return fsc_fail(err, FSC_E_FORMAT, "%s: holds %d tables of sites, one was expected", folder, (int)tables);
    if (!tables) return FSC_OK;
    if (!m->made && strcmp(m->who.state, "missing") == 0) {
        (void)snprintf(m->who.state, sizeof m->who.state, "done");
        m->who.line[0] = 0;
    }
    if (strcmp(m->who.state, "done") != 0) return FSC_OK; /* of an earlier call */
    s->n_table++;
    (void)snprintf(s->dictionary, sizeof s->dictionary, "%.*s.json", (int)strlen(path) - 4, path);
    return fsc_table_read(&m->sites, path, err);
}

/* One version, one set of settings, one set of columns. */
static fsc_status check_alike(const fsc_gathered *s, fsc_error *err) {
    const fsc_seen *first = NULL, *first_table = NULL;
    for (int32_t i = 0; i < s->n; i++) {
        const fsc_seen *m = &s->item[i];
        if (strcmp(m->who.state, "done") != 0) continue;
        if (m->made && first && strcmp(m->made, first->made) != 0)
            return fsc_fail(err, FSC_E_FORMAT,
                            "%s: was made with another version or other options than %s; run the participant level "
                            "again over all, it does only what differs",
                            m->who.name, first->who.name);
        if (m->made && !first) first = m;
        if (!m->sites.n_column) continue;
        int same = !first_table || m->sites.n_column == first_table->sites.n_column;
        for (int32_t c = 0; first_table && same && c < m->sites.n_column; c++)
            same = strcmp(m->sites.column[c], first_table->sites.column[c]) == 0;
        if (!same)
            return fsc_fail(err, FSC_E_FORMAT, "%s: its table has other columns than that of %s; run it again",
                            m->who.name, first_table->who.name);
        if (!first_table) first_table = m;
    }
    return FSC_OK;
}

int32_t fsc_gathered_person(const fsc_gathered *s, const fsc_seen *m) {
    for (int32_t r = 0; r < s->people.n_row; r++) {
        const char *id = fsc_table_get(&s->people, r, "participant_id");
        const char *session = fsc_table_get(&s->people, r, "session_id");
        if (strcmp(id, m->who.participant) != 0) continue;
        if (m->who.session[0] && !fsc_is_missing(session) && strcmp(session, m->who.session) != 0) continue;
        return r;
    }
    return -1;
}

int fsc_gathered_site(char *name, size_t size, const fsc_table *t, int32_t row) {
    if (strcmp(fsc_table_get(t, row, "kind"), "site") != 0) return 0;
    (void)snprintf(name, size, "%.40s %.12s %.12s", fsc_table_get(t, row, "muscle"), fsc_table_get(t, row, "level"),
                   fsc_table_get(t, row, "side"));
    return 1;
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

fsc_status fsc_gathered_sites(fsc_site_names *out, const fsc_gathered *all, fsc_error *err) {
    int64_t most = 1;
    for (int32_t i = 0; i < all->n; i++) most += all->item[i].sites.n_row;
    out->name = calloc((size_t)most, sizeof *out->name);
    if (!out->name) return fsc_fail_nomem(err, "listing sites");
    int32_t n = 0, kept = 0;
    for (int32_t i = 0; i < all->n; i++)
        for (int32_t r = 0; r < all->item[i].sites.n_row; r++)
            n += fsc_gathered_site(out->name[n], sizeof *out->name, &all->item[i].sites, r);
    qsort(out->name, (size_t)n, sizeof *out->name, by_text);
    for (int32_t k = 0; k < n; k++)
        if (!kept || strcmp(out->name[k], out->name[kept - 1]) != 0)
            memmove(out->name[kept++], out->name[k], sizeof *out->name);
    out->n = kept;
    return FSC_OK;
}

int32_t fsc_site_names_find(const fsc_site_names *names, const char *name) {
    const char *at = bsearch(name, names->name, (size_t)names->n, sizeof *names->name, by_text);
    return at ? (int32_t)((at - names->name[0]) / (ptrdiff_t)sizeof *names->name) : -1;
}

fsc_status fsc_gather(fsc_gathered *out, const char *dir, fsc_error *err) {
    char path[PATH_MOST];
    out->dir = dir;
    if (!fsc_file_is_folder(dir)) return fsc_fail(err, FSC_E_NOTFOUND, "%s: there is no such folder", dir);
    FSC_TRY(fsc_file_join(path, sizeof path, dir, "participants.tsv", err));
    if (fsc_file_exists(path)) FSC_TRY(fsc_table_read(&out->people, path, err));
    FSC_TRY(list_members(out, err));
    for (int32_t i = 0; i < out->n; i++) FSC_TRY(read_record(out, &out->item[i], err));
    for (int32_t i = 0; i < out->n; i++) FSC_TRY(read_sites(out, &out->item[i], err));
    if (!out->n_table)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s: holds no table sub-*/[ses-*/]anat/*_sites.tsv; run `fascicle cohort ... participant` with "
                        "labels first",
                        dir);
    return check_alike(out, err);
}
