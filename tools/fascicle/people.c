#include "people.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEOPLE_MOST = 1000000, DEPTH_MOST = 8 };

static int is_folder(const char *path) {
    struct stat is;
    return stat(path, &is) == 0 && S_ISDIR(is.st_mode);
}

static int by_name(const void *a, const void *b) {
    const unit *x = a, *y = b;
    const int order = strcmp(x->participant, y->participant);
    return order ? order : strcmp(x->session, y->session);
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Labels without their prefix, in order, so that a hundred thousand are looked up one by one. */
typedef struct label_set {
    char **item; /* owned, each; NULL = everybody is wanted */
    size_t n;
} label_set;

static void labels_free(label_set *set) {
    for (size_t i = 0; i < set->n; i++) free(set->item[i]);
    free(set->item);
}

static fsc_status add_label(label_set *set, const char *prefix, const char *text, size_t length, fsc_error *err) {
    const size_t skip = strncmp(text, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
    if ((set->n & (set->n - 1)) == 0) { /* grown at powers of two */
        char **more = realloc(set->item, (set->n ? 2 * set->n : 1) * sizeof *more);
        if (!more) return cli_refuse(err, FSC_E_NOMEM, "out of memory while listing people");
        set->item = more;
    }
    set->item[set->n] = strndup(text + skip, length > skip ? length - skip : 0);
    if (!set->item[set->n]) return cli_refuse(err, FSC_E_NOMEM, "out of memory while listing people");
    set->n++;
    return FSC_OK;
}

/* A label a line. */
static fsc_status add_label_file(label_set *set, const char *prefix, const char *path, fsc_error *err) {
    char line[256];
    FILE *from = cli_open(path);
    fsc_status status = FSC_OK;
    if (!from) return cli_refuse(err, FSC_E_IO, "%.300s: cannot be opened (%s)", path, strerror(errno));
    while (status == FSC_OK && fgets(line, sizeof line, from)) {
        const char *text = line + strspn(line, " \t\r");
        const size_t length = strcspn(text, " \t\r\n");
        if (length) status = add_label(set, prefix, text, length, err);
    }
    (void)fclose(from);
    return status == FSC_OK && set->n == 0 ? cli_refuse(err, FSC_E_FORMAT, "%.300s: holds no label", path) : status;
}

/* A word is a label, or names a file of labels. */
static fsc_status read_labels(label_set *set, const char *prefix, const opt_texts *words, fsc_error *err) {
    for (int i = 0; i < words->n; i++) {
        struct stat is;
        const char *word = words->item[i];
        const int is_file = stat(word, &is) == 0 && S_ISREG(is.st_mode);
        TRY(is_file ? add_label_file(set, prefix, word, err) : add_label(set, prefix, word, strlen(word), err));
    }
    if (set->n) qsort(set->item, set->n, sizeof *set->item, by_text);
    return FSC_OK;
}

static int is_wanted(const label_set *set, const char *prefix, const char *name) {
    const char *bare = name + strlen(prefix);
    return set->n == 0 || bsearch(&bare, set->item, set->n, sizeof *set->item, by_text) != NULL;
}

static fsc_status add(people *list, const char *participant, const char *session, fsc_error *err) {
    if (list->n == PEOPLE_MOST) return cli_refuse(err, FSC_E_RANGE, "more than %d people and sessions", PEOPLE_MOST);
    if ((list->n & (list->n - 1)) == 0) { /* grown at powers of two */
        unit *more = realloc(list->item, (size_t)(list->n ? 2 * list->n : 1) * sizeof *more);
        if (!more) return cli_refuse(err, FSC_E_NOMEM, "out of memory while listing people");
        list->item = more;
    }
    unit *u = &list->item[list->n++];
    memset(u, 0, sizeof *u);
    (void)snprintf(u->participant, sizeof u->participant, "%s", participant);
    (void)snprintf(u->session, sizeof u->session, "%s", session);
    return FSC_OK;
}

static fsc_status add_sessions(people *list, const char *dir, const label_set *wanted, const char *participant,
                               fsc_error *err) {
    char path[CLI_PATH_MAX];
    int n_session = 0;
    fsc_status status = cli_path(path, sizeof path, err, "%s/%s", dir, participant);
    DIR *folder = status == FSC_OK ? opendir(path) : NULL;
    if (status == FSC_OK && !folder && errno != ENOENT && errno != ENOTDIR)
        status = cli_refuse(err, FSC_E_IO, "%.300s: cannot be read (%s)", path, strerror(errno));
    for (const struct dirent *entry; status == FSC_OK && folder && (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, "ses-", 4) != 0 || strlen(entry->d_name) > 60) continue;
        n_session++;
        if (is_wanted(wanted, "ses-", entry->d_name)) status = add(list, participant, entry->d_name, err);
    }
    if (folder) (void)closedir(folder);
    if (status == FSC_OK && n_session == 0 && wanted->n == 0) status = add(list, participant, "", err);
    return status;
}

/* Folders of others than those asked for are not looked into: an array of jobs would make a square of it. */
static fsc_status find_all(people *out, int *n_person, DIR *folder, const char *dir, const label_set set[2],
                           fsc_error *err) {
    fsc_status status = FSC_OK;
    for (const struct dirent *entry; status == FSC_OK && (entry = readdir(folder)) != NULL;) {
        char path[CLI_PATH_MAX];
        if (strncmp(entry->d_name, "sub-", 4) != 0 || strlen(entry->d_name) > 60) continue;
        if (!is_wanted(&set[0], "sub-", entry->d_name)) {
            ++*n_person;
            continue;
        }
        status = cli_path(path, sizeof path, err, "%s/%s", dir, entry->d_name);
        if (status != FSC_OK || !is_folder(path)) continue;
        ++*n_person;
        status = add_sessions(out, dir, &set[1], entry->d_name, err);
    }
    return status;
}

fsc_status people_find(cli *c, people *out, const people_filter *filter, fsc_error *err) {
    int n_person = 0;
    label_set set[2] = {{NULL, 0}, {NULL, 0}};
    *out = (people){NULL, 0};
    DIR *folder = opendir(filter->dir);
    if (!folder) {
        c->code = EXIT_BIDS_NO_INPUT;
        return cli_refuse(err, FSC_E_IO, "%.300s: %s", filter->dir, strerror(errno));
    }
    fsc_status status = read_labels(&set[0], "sub-", filter->participant, err);
    if (status == FSC_OK) status = read_labels(&set[1], "ses-", filter->session, err);
    if (status == FSC_OK) status = find_all(out, &n_person, folder, filter->dir, set, err);
    (void)closedir(folder);
    labels_free(&set[0]);
    labels_free(&set[1]);
    if (status != FSC_OK) return status;
    if (n_person == 0) {
        c->code = EXIT_BIDS_INVALID;
        return cli_refuse(err, FSC_E_FORMAT, "%.300s: is no BIDS dataset: it has no folder sub-...", filter->dir);
    }
    if (out->n == 0) {
        c->code = EXIT_BIDS_NOTHING;
        return cli_refuse(err, FSC_E_NOTFOUND, "%.300s: none of its %d people has the labels asked for", filter->dir,
                          n_person);
    }
    qsort(out->item, (size_t)out->n, sizeof *out->item, by_name);
    return FSC_OK;
}

void people_free(people *list) {
    free(list->item);
    *list = (people){NULL, 0};
}

void unit_name(char out[136], const unit *u) {
    (void)snprintf(out, 136, "%s%s%s", u->participant, u->session[0] ? "_" : "", u->session);
}

const char *unit_state_text(unit_state state) {
    static const char *const text[] = {"waits", "runs", "done before", "done", "refused", "failed"};
    return text[state];
}

/* Hashes every file below a folder (or the one file), in the order of their names. */
static fsc_status add_files(fsc_recipe *recipe, const char *path, int depth, fsc_error *err) {
    struct stat is;
    if (stat(path, &is) != 0) return FSC_OK; /* its absence is told when it is read */
    if (S_ISREG(is.st_mode)) return fsc_recipe_add_input(recipe, path, err);
    if (!S_ISDIR(is.st_mode) || depth == DEPTH_MOST) return FSC_OK;
    struct dirent **entry = NULL;
    const int n = scandir(path, &entry, NULL, alphasort);
    fsc_status status = FSC_OK;
    for (int i = 0; i < n; i++) {
        char below[CLI_PATH_MAX];
        if (status == FSC_OK && entry[i]->d_name[0] != '.') {
            status = cli_path(below, sizeof below, err, "%s/%s", path, entry[i]->d_name);
            if (status == FSC_OK) status = add_files(recipe, below, depth + 1, err);
        }
        free(entry[i]);
    }
    free(entry);
    return status;
}

/* A label path with the person's names in it. */
static fsc_status fill_in(char out[CLI_PATH_MAX], const char *pattern, const unit *u, fsc_error *err) {
    size_t n = 0;
    for (const char *c = pattern; *c && n + 64 < CLI_PATH_MAX;) {
        const int person = strncmp(c, "{participant}", 13) == 0, session = strncmp(c, "{session}", 9) == 0;
        if (person || session)
            n += (size_t)snprintf(out + n, CLI_PATH_MAX - n, "%s", person ? u->participant : u->session);
        else
            out[n++] = *c;
        c += person ? 13 : session ? 9 : 1;
    }
    if (n + 64 >= CLI_PATH_MAX) return cli_refuse(err, FSC_E_RANGE, "%.200s...: path is too long", pattern);
    out[n] = 0;
    return FSC_OK;
}

static fsc_status add_labels(fsc_recipe *recipe, const unit *u, const char *where, fsc_error *err) {
    char path[CLI_PATH_MAX], below[CLI_PATH_MAX];
    glob_t found = {0};
    TRY(fill_in(path, where, u, err));
    fsc_status status = FSC_OK;
    if (is_folder(path)) {
        TRY(cli_path(below, sizeof below, err, "%s/%s", path, u->participant));
        return add_files(recipe, is_folder(below) ? below : path, 0, err);
    }
    const int failed = glob(path, 0, NULL, &found);
    if (!failed)
        for (size_t i = 0; i < found.gl_pathc && status == FSC_OK; i++)
            status = add_files(recipe, found.gl_pathv[i], 0, err);
    globfree(&found);
    if (failed == GLOB_NOSPACE) return cli_refuse(err, FSC_E_NOMEM, "out of memory while looking for labels");
    return status;
}

static fsc_status hash_inputs(fsc_recipe *recipe, const unit *u, const char *dir, const char *labels,
                              const char *levels, fsc_error *err) {
    char path[CLI_PATH_MAX];
    TRY(cli_path(path, sizeof path, err, "%s/%s%s%s", dir, u->participant, u->session[0] ? "/" : "", u->session));
    TRY(add_files(recipe, path, 0, err));
    if (labels) TRY(add_labels(recipe, u, labels, err));
    return levels ? add_labels(recipe, u, levels, err) : FSC_OK;
}

static size_t id_length(const char *line) {
    return strcspn(line, "\t");
}

/* By the name of the person; rows of one person in the order of the file. */
static int by_person(const void *a, const void *b) {
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    const size_t n = id_length(x), m = id_length(y);
    const int order = strncmp(x, y, n < m ? n : m);
    return order ? order : n != m ? (n > m) - (n < m) : (x > y) - (x < y);
}

static fsc_status list_lines(people_rows *rows, fsc_error *err) {
    size_t n_line = 0;
    for (const char *c = rows->text; *c; c++) n_line += *c == '\n';
    rows->line = calloc(n_line + 1, sizeof *rows->line);
    if (!rows->line) return cli_refuse(err, FSC_E_NOMEM, "out of memory while reading participants.tsv");
    for (char *c = rows->text; *c;) {
        const size_t length = strcspn(c, "\n");
        const int last = !c[length];
        c[length] = 0;
        c[strcspn(c, "\r")] = 0;
        rows->line[rows->n++] = c;
        c += length + !last;
    }
    if (rows->n > 1) qsort(rows->line + 1, rows->n - 1, sizeof *rows->line, by_person);
    return FSC_OK;
}

fsc_status people_rows_read(people_rows *rows, const char *dir, fsc_error *err) {
    char path[CLI_PATH_MAX];
    size_t length = 0;
    *rows = (people_rows){NULL, NULL, 0};
    TRY(cli_path(path, sizeof path, err, "%s/participants.tsv", dir));
    FILE *from = cli_open(path);
    if (!from && errno != ENOENT)
        return cli_refuse(err, FSC_E_IO, "%.300s: cannot be opened (%s)", path, strerror(errno));
    if (!from) return FSC_OK;
    FILE *to = open_memstream(&rows->text, &length);
    for (int letter; to && (letter = getc(from)) != EOF;) (void)putc(letter, to);
    (void)fclose(from);
    if (!to || fclose(to) != 0) return cli_refuse(err, FSC_E_NOMEM, "out of memory while reading participants.tsv");
    return list_lines(rows, err);
}

void people_rows_free(people_rows *rows) {
    free(rows->text);
    free(rows->line);
    *rows = (people_rows){NULL, NULL, 0};
}

/* The head of participants.tsv and the unit's own rows: somebody else who is added changes nobody's results. */
static void add_person(FILE *to, const unit *u, const people_rows *rows) {
    const size_t length = strlen(u->participant);
    size_t low = 1, high = rows->n;
    if (rows->n) fprintf(to, "participants\t%s\n", rows->line[0]);
    while (low < high) {
        const size_t middle = low + (high - low) / 2, n = id_length(rows->line[middle]);
        const int order = strncmp(rows->line[middle], u->participant, n < length ? n : length);
        if (order < 0 || (order == 0 && n < length))
            low = middle + 1;
        else
            high = middle;
    }
    for (;
         low < rows->n && id_length(rows->line[low]) == length && strncmp(rows->line[low], u->participant, length) == 0;
         low++)
        fprintf(to, "participants\t%s\n", rows->line[low]);
}

fsc_status unit_key(char **out, const unit *u, const people_rows *rows, const char *dir, const char *labels,
                    const char *levels, const char *options, fsc_error *err) {
    fsc_recipe recipe = {0};
    size_t length = 0;
    fsc_status status = hash_inputs(&recipe, u, dir, labels, levels, err);
    FILE *to = status == FSC_OK ? open_memstream(out, &length) : NULL;
    if (status == FSC_OK && !to) status = cli_refuse(err, FSC_E_NOMEM, "out of memory while noting inputs");
    if (to) {
        fprintf(to, "version\t%s\noptions\t%s\n", fsc_version(), options);
        for (int32_t i = 0; i < recipe.n_input; i++)
            fprintf(to, "input\t%s\t%s\n", recipe.input[i].sha256, recipe.input[i].path);
        add_person(to, u, rows);
        if (fclose(to) != 0) status = cli_refuse(err, FSC_E_NOMEM, "out of memory while noting inputs");
    }
    fsc_recipe_free(&recipe);
    return status;
}

/* The pages lie beside the folders of people, under the stem of a map: asked by name, for a listing of everybody's
 * pages at each person would be a square. */
static fsc_status add_pages(fsc_recipe *recipe, const char *out, const char *folder, fsc_error *err) {
    static const char *const page[] = {"person", "clinic", "research"};
    static const char end[] = "_PDFFmap.json";
    struct dirent **entry = NULL;
    const int n = scandir(folder, &entry, NULL, alphasort);
    fsc_status status = FSC_OK;
    for (int i = 0; i < n; i++) {
        const char *name = entry[i]->d_name;
        const size_t length = strlen(name);
        const int is_map =
            length >= sizeof end && strcmp(name + length - (sizeof end - 1), end) == 0 && !strstr(name, "_desc-");
        for (int k = 0; is_map && status == FSC_OK && k < 3; k++) {
            char path[CLI_PATH_MAX];
            status = cli_path(path, sizeof path, err, "%s/%.*s_desc-%s_report.html", out,
                              (int)(length - (sizeof end - 1)), name, page[k]);
            if (status == FSC_OK) status = add_files(recipe, path, 0, err);
        }
        free(entry[i]);
    }
    free(entry);
    return status;
}

fsc_status unit_results(char **list, const unit *u, const char *out, fsc_error *err) {
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    char folder[CLI_PATH_MAX], maps[CLI_PATH_MAX];
    size_t length = 0;
    TRY(cli_path(folder, sizeof folder, err, "%s/%s%s%s", out, u->participant, u->session[0] ? "/" : "", u->session));
    TRY(cli_path(maps, sizeof maps, err, "%s/anat", folder));
    TRY(add_files(&recipe, folder, 0, err));
    TRY(add_pages(&recipe, out, maps, err));
    FILE *to = open_memstream(list, &length);
    for (int32_t i = 0; to && i < recipe.n_input; i++)
        fprintf(to, "%s\t%s\n", recipe.input[i].sha256, recipe.input[i].path);
    if (!to || fclose(to) != 0) return cli_refuse(err, FSC_E_NOMEM, "out of memory while noting results");
    return FSC_OK;
}

int unit_key_is(const char *path, const char *key) {
    FILE *from = cli_open(path);
    int same = from != NULL;
    for (const char *c = key; same && *c; c++) same = getc(from) == (unsigned char)*c;
    same = same && getc(from) == EOF;
    if (from) (void)fclose(from);
    return same;
}

fsc_status people_write(const char *path, const char *text, fsc_error *err) {
    char temp[CLI_PATH_MAX];
    TRY(cli_path(temp, sizeof temp, err, "%s.part-%ld", path, (long)getpid()));
    FILE *to = fopen(temp, "wbx");
    int good = to && fputs(text, to) >= 0 && fflush(to) == 0 && fsync(fileno(to)) == 0;
    if (to) good = fclose(to) == 0 && good;
    if (good && rename(temp, path) == 0) return FSC_OK;
    const int why = errno;
    (void)remove(temp);
    return cli_refuse(err, FSC_E_IO, "%.300s: cannot be written (%s)", path, strerror(why));
}
