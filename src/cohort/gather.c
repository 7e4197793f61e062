/* Reading what the members of a study left in the output folder. */
#include "gather.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "json.h"
#include "roster.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MOST 4096

void fsc_gathered_free(fsc_gathered *all) {
    for (int32_t i = 0; i < all->n; i++) {
        free(all->item[i].made);
        fsc_table_free(&all->item[i].sites);
    }
    free(all->item);
    free(all->site.name);
    fsc_free(all->row);
    fsc_table_free(&all->people);
}

/* Non-zero when a member's list of results holds the path. */
static int is_result(const char *list, const char *path) {
    const size_t n = strlen(path);
    for (const char *at = list; at && (at = strstr(at, path)) != NULL; at += n)
        if (at > list && at[-1] == '\t' && (at[n] == '\n' || !at[n])) return 1;
    return 0;
}

/* A member that was done and whose results are not all here any more is missing. */
static void check_results(const fsc_gathered *s, fsc_seen *m, char *list) {
    char path[PATH_MOST];
    for (char *line = list; line && *line && strcmp(m->who.state, "done") == 0;) {
        const size_t length = strcspn(line, "\n"), hash = strcspn(line, "\t");
        if (hash < length &&
            snprintf(path, sizeof path, "%s/%.*s", s->dir, (int)(length - hash - 1), line + hash + 1) <
                (int)sizeof path &&
            !fsc_file_exists(path)) {
            (void)snprintf(m->who.state, sizeof m->who.state, "missing");
            (void)snprintf(m->who.line, sizeof m->who.line,
                           "%.*s is gone; run the participant level again, it does only what is missing",
                           (int)(length - hash - 1 > 250 ? 250 : length - hash - 1), line + hash + 1);
        }
        line += length + (line[length] == '\n');
    }
}

/* The tables in a member's folder: *path is the one that counts. Of several, that which its record lists. */
static fsc_status find_table(char *path, char stem[300], int *n_table, const char *folder, const char *below,
                             const char *list, fsc_error *err) {
    char **name = NULL;
    int32_t n = 0;
    int listed = 0, tables = 0;
    FSC_TRY(fsc_file_list(&name, &n, folder, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        char result[PATH_MOST];
        const size_t length = strlen(name[i]);
        if (length < 10 || strcmp(name[i] + length - 10, "_sites.tsv") != 0) continue;
        const int known =
            snprintf(result, sizeof result, "%s/%s", below, name[i]) < (int)sizeof result && is_result(list, result);
        tables++;
        listed += known;
        if (!known && listed) continue;
        status = fsc_file_join(path, PATH_MOST, folder, name[i], err);
        (void)snprintf(stem, 300, "%.*s", (int)length - 10, name[i]);
    }
    fsc_file_free_names(name, n);
    *n_table = listed ? listed : tables;
    return status;
}

/* The version that a single run put down beside its table; one that cannot be read stays unknown, but not for want of
 * memory: two versions in one study would go unnoticed. */
static fsc_status read_version(fsc_seen *m, const char *path, fsc_error *err) {
    fsc_json *root = NULL;
    fsc_error unheard = FSC_ERROR_INIT;
    const fsc_status status = fsc_json_read(&root, path, &unheard);
    if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading a record");
    const char *version = fsc_json_string(fsc_json_get(fsc_json_at(fsc_json_get(root, "GeneratedBy"), 0), "Version"));
    if (version) (void)snprintf(m->version, sizeof m->version, "%.39s", version);
    fsc_json_free(root);
    return FSC_OK;
}

/* The member's table of sites; where it stands without a record, a single run made it. */
static fsc_status read_sites(fsc_gathered *s, fsc_seen *m, fsc_error *err) {
    char below[200], folder[PATH_MOST], path[PATH_MOST] = "";
    FSC_AUTO_BLOCK char *list = NULL;
    int tables = 0;
    (void)snprintf(below, sizeof below, "%s%s%s/anat", m->who.participant, m->who.session[0] ? "/" : "",
                   m->who.session);
    FSC_TRY(fsc_file_join(folder, sizeof folder, s->dir, below, err));
    FSC_TRY(fsc_roster_log(&list, s, m, "outputs.tsv", err));
    check_results(s, m, list);
    if (!fsc_file_is_folder(folder)) return FSC_OK;
    FSC_TRY(find_table(path, m->stem, &tables, folder, below, list, err));
    if (!tables) return FSC_OK;
    if (!m->made && !list && strcmp(m->who.state, "missing") == 0) {
        (void)snprintf(m->who.state, sizeof m->who.state, "done");
        m->who.line[0] = 0;
    }
    if (strcmp(m->who.state, "done") != 0) return FSC_OK; /* of an earlier call */
    if (tables > 1) {
        (void)snprintf(m->who.state, sizeof m->who.state, "refused");
        (void)snprintf(m->who.line, sizeof m->who.line,
                       "%.150s holds %d tables of sites, one was expected; remove "
                       "those that do not count",
                       below, tables);
        return FSC_OK;
    }
    s->n_table++;
    (void)snprintf(s->dictionary, sizeof s->dictionary, "%.*s.json", (int)strlen(path) - 4, path);
    if (!m->version[0]) FSC_TRY(read_version(m, s->dictionary, err));
    return fsc_table_read(&m->sites, path, err);
}

/* A record's options: what stands behind the tab of its second line, after the command's empty name. */
static const char *options_of(const fsc_seen *m) {
    const char *line = m->made ? strchr(m->made, '\n') : NULL, *tab = line ? strchr(line, '\t') : NULL;
    return !tab ? NULL : strncmp(tab + 1, "'' ", 3) == 0 ? tab + 4 : tab + 1;
}

/* Whether two were made alike, as far as their records say. */
static int are_alike(const fsc_seen *a, const fsc_seen *b) {
    const char *x = options_of(a), *y = options_of(b);
    const int versions = !a->version[0] || !b->version[0] || strcmp(a->version, b->version) == 0;
    return versions && (!x || !y || strcmp(x, y) == 0);
}

/* Says which two kinds there are, how many of each, and by what they differ. */
static fsc_status refuse_mixture(const fsc_gathered *s, const fsc_seen *first, const fsc_seen *other, fsc_error *err) {
    int32_t n_first = 0, n_other = 0;
    for (int32_t i = 0; i < s->n; i++) {
        const fsc_seen *m = &s->item[i];
        if (strcmp(m->who.state, "done") != 0 || (!m->made && !m->version[0])) continue;
        if (are_alike(m, first))
            n_first++;
        else
            n_other++;
    }
    const char *mine = options_of(first), *theirs = options_of(other);
    const int versions = first->version[0] && other->version[0] && strcmp(first->version, other->version) != 0;
    return fsc_fail(
        err, FSC_E_FORMAT,
        "results of two %s: %d as %s with '%.60s', %d as %s with '%.60s'; run the participant level again over "
        "all, it does only what differs",
        versions ? "versions" : "sets of options", (int)n_first, first->who.name, versions ? first->version : mine,
        (int)n_other, other->who.name, versions ? other->version : theirs);
}

/* One version, one set of settings, one set of columns. */
static fsc_status check_alike(const fsc_gathered *s, fsc_error *err) {
    const fsc_seen *first = NULL, *first_table = NULL;
    for (int32_t i = 0; i < s->n; i++) {
        const fsc_seen *m = &s->item[i];
        if (strcmp(m->who.state, "done") != 0) continue;
        if (first && !are_alike(m, first)) return refuse_mixture(s, first, m, err);
        if ((m->made || m->version[0]) && (!first || (!first->made && m->made))) first = m;
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

/* "<muscle> <level> <side>"; 0 for rows that pool sites. */
static int name_site(char *name, size_t size, const fsc_table *t, int32_t row) {
    if (strcmp(fsc_table_get(t, row, "kind"), "site") != 0) return 0;
    (void)snprintf(name, size, "%.40s %.12s %.12s", fsc_table_get(t, row, "muscle"), fsc_table_get(t, row, "level"),
                   fsc_table_get(t, row, "side"));
    return 1;
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

static fsc_status list_sites(fsc_gathered *s, fsc_error *err) {
    fsc_site_names *site = &s->site;
    int64_t most = 1;
    for (int32_t i = 0; i < s->n; i++) most += s->item[i].sites.n_row;
    site->name = calloc((size_t)most, sizeof *site->name);
    if (!site->name) return fsc_fail_nomem(err, "listing sites");
    int32_t n = 0, kept = 0;
    for (int32_t i = 0; i < s->n; i++)
        for (int32_t r = 0; r < s->item[i].sites.n_row; r++)
            n += name_site(site->name[n], sizeof *site->name, &s->item[i].sites, r);
    qsort(site->name, (size_t)n, sizeof *site->name, by_text);
    for (int32_t k = 0; k < n; k++)
        if (!kept || strcmp(site->name[k], site->name[kept - 1]) != 0)
            memmove(site->name[kept++], site->name[k], sizeof *site->name);
    site->n = kept;
    return FSC_OK;
}

static fsc_status join_sites(fsc_gathered *s, fsc_error *err) {
    const int32_t n = s->site.n;
    s->row = fsc_alloc((int64_t)s->n * n + 1, sizeof *s->row);
    if (!s->row) return fsc_fail_nomem(err, "listing sites");
    for (int64_t i = 0; i < (int64_t)s->n * n; i++) s->row[i] = -1;
    for (int32_t i = 0; i < s->n; i++)
        for (int32_t r = 0; r < s->item[i].sites.n_row; r++) {
            char name[sizeof *s->site.name];
            if (!name_site(name, sizeof name, &s->item[i].sites, r)) continue;
            const char *at = bsearch(name, s->site.name, (size_t)n, sizeof *s->site.name, by_text);
            if (at) s->row[(int64_t)i * n + (at - s->site.name[0]) / (ptrdiff_t)sizeof *s->site.name] = r;
        }
    return FSC_OK;
}

const char *fsc_gathered_get(const fsc_gathered *all, int32_t member, int32_t site, const char *column) {
    return fsc_table_get(&all->item[member].sites, all->row[(int64_t)member * all->site.n + site], column);
}

double fsc_gathered_number(const fsc_gathered *all, int32_t member, int32_t site, const char *column) {
    const char *cell = fsc_gathered_get(all, member, site, column);
    return *cell ? fsc_parse_number(cell) : (double)NAN;
}

fsc_status fsc_gather(fsc_gathered *out, const char *dir, fsc_error *err) {
    out->dir = dir;
    if (!fsc_file_is_folder(dir)) return fsc_fail(err, FSC_E_NOTFOUND, "%s: there is no such folder", dir);
    FSC_TRY(fsc_roster(out, err));
    for (int32_t i = 0; i < out->n; i++) {
        fsc_seen *m = &out->item[i];
        FSC_TRY(read_sites(out, m, err));
        if (m->doubled && strcmp(m->who.state, "done") == 0)
            (void)snprintf(m->who.line, sizeof m->who.line,
                           "participants.tsv has several rows of %s that differ: none is used", m->who.participant);
    }
    if (!out->n_table)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s: holds no table sub-*/[ses-*/]anat/*_sites.tsv; run `fascicle cohort ... participant` with "
                        "labels first",
                        dir);
    FSC_TRY(check_alike(out, err));
    FSC_TRY(list_sites(out, err));
    return join_sites(out, err);
}
