/* A study's tables, from what its members left. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "page.h"
#include "scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MOST 4096
enum { FSC_RATERS_MOST = 64 };

/* Results of other raters or methods for the same people. */
typedef struct raters {
    fsc_gathered *item;          /* owned */
    char *path[FSC_RATERS_MOST]; /* owned, each */
    int32_t n;
} raters;

static void add_cell(fsc_text *text, const char *cell) {
    fsc_text_printf(text, "\t%s", cell && *cell ? cell : "n/a");
}

/* The columns of participants.tsv that are no key; without a member their names. */
static void add_person(fsc_text *text, const fsc_gathered *s, const fsc_seen *m) {
    for (int32_t c = 0; c < s->people.n_column; c++) {
        const char *name = s->people.column[c];
        if (strcmp(name, "participant_id") == 0 || strcmp(name, "session_id") == 0) continue;
        if (m)
            add_cell(text, fsc_table_cell(&s->people, m->person, c));
        else
            fsc_text_printf(text, "\tparticipants_%s", name);
    }
}

static void add_key(fsc_text *text, const fsc_group_member *m) {
    fsc_text_printf(text, "%s\t%s\t%s", m->participant, m->session[0] ? m->session : "n/a", m->state);
}

static fsc_status put(const fsc_gathered *s, const char *name, const fsc_text *text, fsc_error *err) {
    char path[PATH_MOST];
    if (text->failed) return fsc_fail_nomem(err, "writing a study's tables");
    FSC_TRY(fsc_file_join(path, sizeof path, s->to, name, err));
    return fsc_file_write(path, text->data, text->length, err);
}

static fsc_status write_people(const fsc_gathered *s, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "participant_id\tsession_id\tstate\tline");
    add_person(&text, s, NULL);
    for (int32_t i = 0; i < s->n; i++) {
        fsc_text_add(&text, "\n");
        add_key(&text, &s->item[i].who);
        add_cell(&text, s->item[i].who.line);
        add_person(&text, s, &s->item[i]);
    }
    fsc_text_add(&text, "\n");
    return put(s, "group_people.tsv", &text, err);
}

/* A member's rows; the first one's below the header. */
static void add_rows(fsc_text *text, const fsc_gathered *s, const fsc_seen *m, int is_first) {
    const fsc_table *t = &m->sites;
    for (int32_t r = is_first ? -1 : 0; r < t->n_row; r++) {
        for (int32_t c = 0; c < t->n_column; c++)
            fsc_text_printf(text, "%s%s", c ? "\t" : "", r < 0 ? t->column[c] : fsc_table_cell(t, r, c));
        add_person(text, s, r < 0 ? NULL : m);
        fsc_text_add(text, "\n");
    }
}

static fsc_status stream_long(FILE *to, const fsc_gathered *s, const char *path, fsc_error *err) {
    int n = 0;
    for (int32_t i = 0; i < s->n; i++) {
        FSC_AUTO_TEXT fsc_text text = {0};
        if (!s->item[i].sites.n_column) continue;
        add_rows(&text, s, &s->item[i], n++ == 0);
        if (text.failed) return fsc_fail_nomem(err, "writing a study's tables");
        if (fwrite(text.data, 1, text.length, to) != text.length)
            return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(errno));
    }
    return FSC_OK;
}

/* Written on the way: whole in memory it would be the largest part of a large study. */
static fsc_status write_long(const fsc_gathered *s, fsc_error *err) {
    char path[PATH_MOST];
    FSC_TRY(fsc_file_join(path, sizeof path, s->to, "group_sites.tsv", err));
    FILE *to = fopen(path, "wb"); /* aside: the folder is ours and new */
    if (!to) return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(errno));
    const fsc_status status = stream_long(to, s, path, err);
    const int synced = fflush(to) == 0 && fsync(fileno(to)) == 0;
    if ((fclose(to) != 0 || !synced) && status == FSC_OK)
        return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", path, strerror(errno));
    return status;
}

static fsc_status write_wide(const fsc_gathered *s, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_text_add(&text, "participant_id\tsession_id\tstate");
    add_person(&text, s, NULL);
    for (int32_t k = 0; k < s->site.n; k++) {
        char name[sizeof *s->site.name];
        memcpy(name, s->site.name[k], sizeof name);
        for (char *c = name; *c; c++) *c = *c == ' ' ? '_' : *c;
        fsc_text_printf(&text, "\t%s_pdff_mean_fraction", name);
    }
    for (int32_t i = 0; i < s->n; i++) {
        fsc_text_add(&text, "\n");
        add_key(&text, &s->item[i].who);
        add_person(&text, s, &s->item[i]);
        for (int32_t k = 0; k < s->site.n; k++) add_cell(&text, fsc_gathered_get(s, i, k, "pdff_mean_fraction"));
    }
    fsc_text_add(&text, "\n");
    return put(s, "group_wide.tsv", &text, err);
}

static fsc_status write_dictionary(const fsc_gathered *s, fsc_error *err) {
    FSC_AUTO_BLOCK char *old = NULL;
    FSC_AUTO_TEXT fsc_text text = {0};
    size_t length = 0;
    FSC_TRY(fsc_file_read(&old, &length, s->dictionary, (size_t)1 << 26, err));
    fsc_text_add_n(&text, old, length);
    return put(s, "group_sites.json", &text, err);
}

static fsc_status write_page(const fsc_gathered *s, const raters *other, const fsc_group_options *opt, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text text = {0};
    fsc_page page = {.all = s, .other = other->item, .n_other = other->n, .opt = opt};
    fsc_status status = fsc_page_open_study(&page, err);
    if (status == FSC_OK) status = fsc_group_page(&text, &page, err);
    if (status == FSC_OK) status = put(s, "group.html", &text, err);
    fsc_page_close(&page);
    return status;
}

static fsc_status hand_over(fsc_group **out, const fsc_gathered *s, fsc_error *err) {
    fsc_group *group = calloc(1, sizeof *group);
    if (group) group->member = calloc((size_t)s->n, sizeof *group->member);
    if (!group || !group->member) return free(group), fsc_fail_nomem(err, "listing people");
    for (int32_t i = 0; i < s->n; i++) group->member[i] = s->item[i].who;
    group->n_member = s->n;
    group->n_table = s->n_table;
    *out = group;
    return FSC_OK;
}

/* Everything that a call may leave; what this one does not is an earlier call's, of other people or options. The page
 * comes last. */
static const char *const made[] = {
    "group_people.tsv",   "group_sites.tsv",   "group_sites.json",    "group_wide.tsv",       "group_quality.tsv",
    "group_levels.tsv",   "group_change.tsv",  "group_agreement.tsv", "group_controls.tsv",   "group_norms.tsv",
    "group_order.tsv",    "group_order.json",  "group_order.svg",     "group_precedence.tsv", "group_stages.tsv",
    "group_subtypes.tsv", "group_members.tsv", "group.html"};

static fsc_status put_in_place(const fsc_gathered *s, fsc_error *err) {
    char from[PATH_MOST], to[PATH_MOST];
    struct stat info;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        FSC_TRY(fsc_file_join(from, sizeof from, s->to, made[i], err));
        FSC_TRY(fsc_file_join(to, sizeof to, s->dir, made[i], err));
        if (lstat(to, &info) == 0 && S_ISREG(info.st_mode)) (void)chmod(from, info.st_mode & 0777); /* private stays so */
        const int done = fsc_file_exists(from) ? rename(from, to) : fsc_file_exists(to) ? remove(to) : 0;
        if (done != 0) return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", to, strerror(errno));
    }
    return FSC_OK;
}

static fsc_status write_all(fsc_gathered *s, const raters *other, const fsc_group_options *opt, fsc_error *err) {
    FSC_AUTO_SCRATCH fsc_scratch stage = {0};
    FSC_TRY(fsc_scratch_make(&stage, s->dir, err));
    s->to = stage.path;
    FSC_TRY(write_people(s, err));
    FSC_TRY(write_long(s, err));
    FSC_TRY(write_dictionary(s, err));
    FSC_TRY(write_wide(s, err));
    FSC_TRY(write_page(s, other, opt, err));
    return put_in_place(s, err);
}

/* A folder's own name: nothing above it goes into a page. */
static void name_folder(char name[80], const char *path) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    size_t from = n;
    while (from > 0 && path[from - 1] != '/') from--;
    (void)snprintf(name, 80, "%.*s", (int)(n - from > 79 ? 79 : n - from), path + from);
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) (void)snprintf(name, 80, "the other");
}

static fsc_status add_rater(raters *list, const char *path, const char *name, fsc_error *err) {
    if (list->n == FSC_RATERS_MOST)
        return fsc_fail(err, FSC_E_RANGE, "more than %d other raters or methods", (int)FSC_RATERS_MOST);
    fsc_gathered *other = &list->item[list->n];
    list->path[list->n] = fsc_strdup(path); /* what is gathered borrows it */
    if (!list->path[list->n]) return fsc_fail_nomem(err, "listing raters");
    list->n++;
    if (name)
        (void)snprintf(other->name, sizeof other->name, "%.79s", name);
    else
        name_folder(other->name, path);
    if (!name) return fsc_gather(other, list->path[list->n - 1], err);
    fsc_error unheard = FSC_ERROR_INIT; /* what is said of one who is passed over is not said of what comes after */
    const fsc_status status = fsc_gather(other, list->path[list->n - 1], &unheard);
    if (status != FSC_E_NOTFOUND) return status == FSC_OK ? FSC_OK : fsc_fail(err, status, "%s", unheard.text);
    char kept[sizeof other->name]; /* a rater of whom nothing is there stops nobody */
    memcpy(kept, other->name, sizeof kept);
    fsc_gathered_free(other);
    *other = (fsc_gathered){0};
    memcpy(other->name, kept, sizeof kept);
    return FSC_OK;
}

/* Those whom the participant level found by {rater}: one stands in the folder itself. */
static fsc_status add_listed(raters *list, fsc_gathered *s, fsc_error *err) {
    char path[PATH_MOST];
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_file_join(path, sizeof path, s->dir, "logs/raters.tsv", err));
    if (!fsc_file_exists(path)) return FSC_OK;
    FSC_TRY(fsc_table_read(&table, path, err));
    for (int32_t r = 0; r < table.n_row; r++) {
        const char *name = fsc_table_get(&table, r, "rater"), *folder = fsc_table_get(&table, r, "folder");
        FSC_TRY(fsc_file_join(path, sizeof path, s->dir, folder, err));
        if (strcmp(folder, ".") == 0)
            (void)snprintf(s->name, sizeof s->name, "%.79s", name);
        else
            FSC_TRY(add_rater(list, path, name, err));
    }
    return FSC_OK;
}

static void free_raters(raters *list) {
    for (int32_t i = 0; i < list->n; i++) {
        fsc_gathered_free(&list->item[i]);
        fsc_free(list->path[i]);
    }
    fsc_free(list->item);
}

fsc_status fsc_group_write(fsc_group **out, const char *dir, const fsc_group_options *opt, fsc_error *err) {
    static const fsc_group_options standard = FSC_GROUP_OPTIONS_INIT;
    __attribute__((cleanup(fsc_gathered_free))) fsc_gathered s = {0};
    __attribute__((cleanup(free_raters))) raters other = {0};
    *out = NULL;
    if (!opt) opt = &standard;
    other.item = fsc_alloc(FSC_RATERS_MOST, sizeof *other.item);
    if (!other.item) return fsc_fail_nomem(err, "listing raters");
    FSC_TRY(fsc_gather(&s, dir, err));
    FSC_TRY(add_listed(&other, &s, err));
    for (int32_t i = 0; i < opt->n_other; i++) FSC_TRY(add_rater(&other, opt->other[i], NULL, err));
    FSC_TRY(write_all(&s, &other, opt, err));
    return hand_over(out, &s, err);
}

void fsc_group_free(fsc_group *group) {
    if (!group) return;
    free(group->member);
    free(group);
}
