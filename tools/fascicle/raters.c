#include "raters.h"

#include <glob.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Replaces the words of a pattern: {participant}, {session} and {rater} by what they stand for, and every other letter
 * by itself or, in a regular expression, by its escaped self. */
static fsc_status translate(char out[CLI_PATH_MAX], const char *pattern, int as_expression, fsc_error *err) {
    static const char *const word[] = {"{participant}", "{session}", RATER_WORD, "*", "?"};
    static const char *const in_glob[] = {"*", "*", "*", "*", "?"};
    static const char *const in_expression[] = {"[^/]*", "[^/]*", "([A-Za-z0-9]+)", "[^/]*", "[^/]"};
    size_t n = 0;
    if (as_expression) out[n++] = '^';
    for (const char *c = pattern; *c && n + 32 < CLI_PATH_MAX;) {
        size_t k = 0;
        while (k < sizeof word / sizeof *word && strncmp(c, word[k], strlen(word[k])) != 0) k++;
        if (k < sizeof word / sizeof *word) {
            n += (size_t)snprintf(out + n, CLI_PATH_MAX - n, "%s", as_expression ? in_expression[k] : in_glob[k]);
            c += strlen(word[k]);
            continue;
        }
        if (as_expression && strchr(".^$+()[]{}|\\", *c)) out[n++] = '\\';
        out[n++] = *c++;
    }
    if (n + 32 >= CLI_PATH_MAX) return cli_refuse(err, FSC_E_RANGE, "%.200s...: path is too long", pattern);
    if (as_expression) out[n++] = '$';
    out[n] = 0;
    return FSC_OK;
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

static fsc_status add(raters *out, const char *name, size_t length, fsc_error *err) {
    if (length >= sizeof out->name[0]) return cli_refuse(err, FSC_E_RANGE, "a rater's name is too long");
    for (int i = 0; i < out->n; i++)
        if (strncmp(out->name[i], name, length) == 0 && !out->name[i][length]) return FSC_OK;
    if (out->n == RATERS_MOST) return cli_refuse(err, FSC_E_RANGE, "more than %d raters", RATERS_MOST);
    memcpy(out->name[out->n], name, length);
    out->name[out->n++][length] = 0;
    return FSC_OK;
}

fsc_status raters_find(raters *out, const char *pattern, fsc_error *err) {
    char wild[CLI_PATH_MAX], expression[CLI_PATH_MAX];
    regex_t compiled;
    glob_t found = {0};
    *out = (raters){.n = 0};
    const char *first = strstr(pattern, RATER_WORD);
    if (!first || strstr(first + 1, RATER_WORD))
        return cli_refuse(err, FSC_E_ARG, "--labels %.200s: write " RATER_WORD " once", pattern);
    TRY(translate(wild, pattern, 0, err));
    TRY(translate(expression, pattern, 1, err));
    if (regcomp(&compiled, expression, REG_EXTENDED) != 0)
        return cli_refuse(err, FSC_E_NOMEM, "out of memory while looking for raters");
    fsc_status status = FSC_OK;
    const int failed = glob(wild, 0, NULL, &found);
    if (!failed)
        for (size_t i = 0; i < found.gl_pathc && status == FSC_OK; i++) {
            regmatch_t at[2];
            if (regexec(&compiled, found.gl_pathv[i], 2, at, 0) != 0) continue;
            status = add(out, found.gl_pathv[i] + at[1].rm_so, (size_t)(at[1].rm_eo - at[1].rm_so), err);
        }
    regfree(&compiled);
    globfree(&found);
    if (failed == GLOB_NOSPACE) return cli_refuse(err, FSC_E_NOMEM, "out of memory while looking for raters");
    if (status != FSC_OK) return status;
    if (out->n == 0) return cli_refuse(err, FSC_E_NOTFOUND, "--labels %.300s: nothing matches, of any rater", pattern);
    qsort(out->name, (size_t)out->n, sizeof out->name[0], by_text);
    return FSC_OK;
}

void raters_read(raters *out, const char *path) {
    char line[256];
    FILE *from = cli_open(path);
    *out = (raters){.n = 0};
    for (int row = 0; from && fgets(line, sizeof line, from); row++) {
        fsc_error unheard = FSC_ERROR_INIT;
        if (row > 0) (void)add(out, line, strcspn(line, "\t\n"), &unheard);
    }
    if (from) (void)fclose(from);
}

void raters_folder(char out[100], const raters *all, int k) {
    (void)snprintf(out, 100, "%s%s", k ? "derivatives/rater-" : ".", k ? all->name[k] : "");
}

fsc_status raters_list(char **text, const raters *all, fsc_error *err) {
    size_t length = 0;
    FILE *to = open_memstream(text, &length);
    if (to) fputs("rater\tfolder\n", to);
    for (int k = 0; to && k < all->n; k++) {
        char folder[100];
        raters_folder(folder, all, k);
        fprintf(to, "%s\t%s\n", all->name[k], folder);
    }
    return to && fclose(to) == 0 ? FSC_OK : cli_refuse(err, FSC_E_NOMEM, "out of memory while listing raters");
}

fsc_status raters_fill(char **out, const char *pattern, const char *name, fsc_error *err) {
    const char *at = pattern ? strstr(pattern, RATER_WORD) : NULL;
    *out = NULL;
    if (!pattern) return FSC_OK;
    const size_t size = strlen(pattern) + strlen(name) + 1;
    *out = malloc(size);
    if (!*out) return cli_refuse(err, FSC_E_NOMEM, "out of memory while listing raters");
    if (at)
        (void)snprintf(*out, size, "%.*s%s%s", (int)(at - pattern), pattern, name, at + strlen(RATER_WORD));
    else
        (void)snprintf(*out, size, "%s", pattern);
    return FSC_OK;
}
