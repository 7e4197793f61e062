#include "group.h"

#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct lines {
    char *text;  /* owned; cut at line ends */
    char **line; /* owned */
    int n;
} lines;

static void lines_free(lines *l) {
    free(l->text);
    free(l->line);
    *l = (lines){NULL, NULL, 0};
}

static fsc_status read_text(char **out, const char *path, fsc_error *err) {
    size_t length = 0;
    FILE *from = fopen(path, "rb"), *to = open_memstream(out, &length);
    char block[65536];
    for (size_t n; from && to && (n = fread(block, 1, sizeof block, from)) > 0;) (void)fwrite(block, 1, n, to);
    const int bad = !from || ferror(from);
    const int why = errno;
    if (from) (void)fclose(from);
    if (!to || fclose(to) != 0) return cli_refuse(err, FSC_E_NOMEM, "out of memory while reading tables");
    return bad ? cli_refuse(err, FSC_E_IO, "%.300s: cannot be read (%s)", path, strerror(why)) : FSC_OK;
}

static fsc_status lines_read(lines *out, const char *path, fsc_error *err) {
    TRY(read_text(&out->text, path, err));
    size_t most = 1;
    for (const char *c = out->text; *c; c++) most += *c == '\n';
    out->line = calloc(most, sizeof *out->line);
    if (!out->line) return cli_refuse(err, FSC_E_NOMEM, "out of memory while reading tables");
    for (char *at = out->text; *at;) {
        const size_t n = strcspn(at, "\n");
        const int more = at[n] != 0;
        if (n > 0 && at[n - 1] == '\r') at[n - 1] = 0;
        at[n] = 0;
        if (n > 0) out->line[out->n++] = at;
        at += n + (more ? 1 : 0);
    }
    return FSC_OK;
}

/* The line of a person in participants.tsv behind the first cell; "" columns are n/a. */
static void add_person(FILE *to, const lines *about, const char *participant, size_t length) {
    const char *rest = NULL;
    for (int i = 1; i < about->n && !rest; i++)
        if (strncmp(about->line[i], participant, length) == 0 && strchr("\t", about->line[i][length]))
            rest = about->line[i] + length;
    if (rest) {
        fputs(rest, to);
        return;
    }
    for (const char *c = about->line[0]; *c; c++)
        if (*c == '\t') fputs("\tn/a", to);
}

static void add_head(FILE *to, const char *head, const lines *about) {
    fputs(head, to);
    for (const char *c = about->n ? about->line[0] : ""; (c = strchr(c, '\t')) != NULL; c++)
        fprintf(to, "\tparticipants_%.*s", (int)strcspn(c + 1, "\t"), c + 1);
    fputc('\n', to);
}

static fsc_status add_table(FILE *to, char **head, const char *path, const lines *about, fsc_error *err) {
    lines table = {NULL, NULL, 0};
    fsc_status status = lines_read(&table, path, err);
    if (status == FSC_OK && table.n > 0 && !*head) {
        *head = strdup(table.line[0]);
        if (*head)
            add_head(to, *head, about);
        else
            status = cli_refuse(err, FSC_E_NOMEM, "out of memory while joining tables");
    }
    if (status == FSC_OK && table.n > 0 && strcmp(*head, table.line[0]) != 0)
        status =
            cli_refuse(err, FSC_E_FORMAT,
                       "%.300s: has other columns than the tables before it: two versions wrote into this folder; run "
                       "`fascicle cohort ... participant` again",
                       path);
    for (int i = 1; status == FSC_OK && i < table.n; i++) {
        fputs(table.line[i], to);
        if (about->n) add_person(to, about, table.line[i], strcspn(table.line[i], "\t"));
        fputc('\n', to);
    }
    lines_free(&table);
    return status;
}

/* Who was refused or failed, from the participant step's own list. */
static fsc_status say_missing(cli *c, const char *out, int *n_missing, fsc_error *err) {
    char path[CLI_PATH_MAX];
    lines list = {NULL, NULL, 0};
    TRY(cli_path(path, sizeof path, err, "%s/logs/cohort.tsv", out));
    if (access(path, R_OK) != 0) return FSC_OK;
    const fsc_status status = lines_read(&list, path, err);
    for (int i = 1; status == FSC_OK && i < list.n; i++) {
        char cell[4][400] = {"", "", "", ""};
        if (sscanf(list.line[i], "%399[^\t]\t%399[^\t]\t%399[^\t]\t%399[^\n]", cell[0], cell[1], cell[2], cell[3]) <
                3 ||
            strncmp(cell[2], "done", 4) == 0)
            continue;
        ++*n_missing;
        cli_row(c, "missing",
                FIELDS(FIELD("participant", (const char *)cell[0]), FIELD("session", (const char *)cell[1]),
                       FIELD("state", (const char *)cell[2]), FIELD("line", (const char *)cell[3])),
                "%s%s%s %s: %s", cell[0], strcmp(cell[1], "n/a") ? "_" : "", strcmp(cell[1], "n/a") ? cell[1] : "",
                cell[2], cell[3]);
    }
    lines_free(&list);
    return status;
}

static fsc_status find_tables(glob_t *found, const char *out, fsc_error *err) {
    static const char *const pattern[] = {"%s/sub-*/anat/*_sites.tsv", "%s/sub-*/ses-*/anat/*_sites.tsv"};
    for (int i = 0; i < 2; i++) {
        char path[CLI_PATH_MAX];
        TRY(cli_path(path, sizeof path, err, i ? pattern[1] : pattern[0], out));
        const int code = glob(path, i ? GLOB_APPEND : 0, NULL, found);
        if (code == GLOB_NOSPACE) return cli_refuse(err, FSC_E_NOMEM, "out of memory while listing tables");
    }
    if (found->gl_pathc == 0)
        return cli_refuse(
            err, FSC_E_NOTFOUND,
            "%.300s: holds no table sub-*/[ses-*/]anat/*_sites.tsv; run `fascicle cohort ... participant` "
            "with labels first",
            out);
    return FSC_OK;
}

static fsc_status write_dictionary(const char *out, const char *table, fsc_error *err) {
    char path[CLI_PATH_MAX], to[CLI_PATH_MAX];
    AUTO(char) text = NULL;
    TRY(cli_path(path, sizeof path, err, "%.*s.json", (int)(strlen(table) - 4), table));
    TRY(cli_path(to, sizeof to, err, "%s/group_sites.json", out));
    TRY(read_text(&text, path, err));
    return people_write(to, text, err);
}

static fsc_status join(char **text, const glob_t *found, const lines *about, fsc_error *err) {
    AUTO(char) head = NULL;
    size_t length = 0;
    FILE *to = open_memstream(text, &length);
    fsc_status status = to ? FSC_OK : cli_refuse(err, FSC_E_NOMEM, "out of memory while joining tables");
    for (size_t i = 0; i < found->gl_pathc && status == FSC_OK; i++)
        status = add_table(to, &head, found->gl_pathv[i], about, err);
    if (to && fclose(to) != 0) return cli_refuse(err, FSC_E_NOMEM, "out of memory while joining tables");
    return status;
}

fsc_status group_write(cli *c, const char *out, fsc_error *err) {
    char path[CLI_PATH_MAX];
    glob_t found = {0};
    lines about = {NULL, NULL, 0};
    AUTO(char) text = NULL;
    int n_missing = 0;
    TRY(say_missing(c, out, &n_missing, err));
    TRY(cli_path(path, sizeof path, err, "%s/participants.tsv", out));
    fsc_status status = find_tables(&found, out, err);
    if (status == FSC_OK && access(path, R_OK) == 0) status = lines_read(&about, path, err);
    if (status == FSC_OK) status = join(&text, &found, &about, err);
    if (status == FSC_OK) status = write_dictionary(out, found.gl_pathv[0], err);
    if (status == FSC_OK) status = cli_path(path, sizeof path, err, "%s/group_sites.tsv", out);
    if (status == FSC_OK) status = people_write(path, text, err);
    if (status == FSC_OK)
        cli_row(c, "group", FIELDS(FIELD("n_table", (long long)found.gl_pathc), FIELD("n_missing", n_missing)),
                "%zu tables joined, %d missing", found.gl_pathc, n_missing);
    if (status == FSC_OK) cli_file(c, "table", path);
    globfree(&found);
    lines_free(&about);
    return status;
}
