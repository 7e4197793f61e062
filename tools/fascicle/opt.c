/* Reads a command line against the tables of a command. */
#include "cmd.h"

#include <errno.h>
#include <math.h>
#include <string.h>

const opt opt_common[] = {
    OPT(cli, threads, "threads", OPT_INTEGER, "N", "cores to use, 0 = all; results do not depend on it", .high = 65536),
    OPT(cli, quiet, "quiet", OPT_FLAG, NULL, "print nothing but errors"),
    OPT(cli, json, "json", OPT_FLAG, NULL, "print each line as a JSON object, for programs"),
    OPT_END,
};

static void *at(void *base, size_t offset) {
    return (char *)base + offset;
}

static int is_name(const char *known, const char *typed, size_t length) {
    if (!known || strlen(known) != length) return 0;
    for (size_t i = 0; i < length; i++)
        if (known[i] != typed[i] && !(known[i] == '-' && typed[i] == '_')) return 0;
    return 1;
}

static const opt *find(const opt *table, const char *name, size_t length) {
    char also[64];
    for (const opt *o = table; o && o->name; o++) {
        if (is_name(o->name, name, length)) return o;
        for (int i = 0; o->also && opt_word(also, sizeof also, o->also, i); i++)
            if (is_name(also, name, length)) return o;
    }
    return NULL;
}

static const opt *find_letter(const opt *table, const char *word) {
    for (const opt *o = table; word[1] && !word[2] && o && o->name; o++)
        if (o->letter == word[1]) return o;
    return NULL;
}

/* Edit distance; names are short. */
static size_t distance(const char *a, const char *b) {
    size_t row[64];
    const size_t n = strlen(b);
    if (n >= 63 || strlen(a) >= 63) return 99;
    for (size_t j = 0; j <= n; j++) row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            const size_t change = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            size_t best = change;
            if (row[j] + 1 < best) best = row[j] + 1;
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

const char *opt_nearest(const char *typed, const char *best, const char *candidate) {
    const size_t n = distance(typed, candidate);
    const int begins = typed[0] && typed[1] && strncmp(candidate, typed, strlen(typed)) == 0;
    if (n > 2 && !begins) return best;
    return !best || n < distance(typed, best) ? candidate : best;
}

int opt_is_path(const opt *o) {
    return o->value && (strcmp(o->value, "FILE") == 0 || strcmp(o->value, "FOLDER") == 0);
}

int opt_word(char *out, size_t size, const char *words, int index) {
    for (; index > 0; index--) {
        words = strchr(words, '|');
        if (!words) return 0;
        words++;
    }
    (void)snprintf(out, size, "%.*s", (int)strcspn(words, "|"), words);
    return 1;
}

static fsc_status take_word(const opt *o, int *to, const char *text, fsc_error *err) {
    char word[32], close[32] = "";
    for (int i = 0; opt_word(word, sizeof word, o->words, i); i++) {
        if (strcmp(word, text) == 0) return *to = i, FSC_OK;
        if (opt_nearest(text, close[0] ? close : NULL, word) == word) memcpy(close, word, sizeof close);
    }
    char list[200] = "";
    for (int i = 0; opt_word(word, sizeof word, o->words, i); i++) {
        const size_t n = strlen(list);
        (void)snprintf(list + n, sizeof list - n, "%s%s", i ? ", " : "", word);
    }
    return cli_refuse(err, FSC_E_ARG, "--%s is one of %s; not '%s'%s%s%s", o->name, list, text,
                      close[0] ? "; did you mean " : "", close, close[0] ? "?" : "");
}

static fsc_status check_name(const opt *o, const char *text, fsc_error *err) {
    char list[360] = "";
    const char *close = NULL;
    for (const char *const *name = o->names(); *name; name++) {
        if (strcmp(*name, text) == 0) return FSC_OK;
        close = opt_nearest(text, close, *name);
        const size_t n = strlen(list);
        (void)snprintf(list + n, sizeof list - n, "%s%s", n ? ", " : "", *name);
    }
    if (close) return cli_refuse(err, FSC_E_ARG, "--%s does not know '%s'; did you mean %s?", o->name, text, close);
    return cli_refuse(err, FSC_E_ARG, "--%s does not know '%s'; use %s", o->name, text, list);
}

static fsc_status check_day(const opt *o, const char *text, fsc_error *err) {
    int form = strlen(text) == 10;
    for (int i = 0; form && i < 10; i++) form = i == 4 || i == 7 ? text[i] == '-' : text[i] >= '0' && text[i] <= '9';
    if (!form) return cli_refuse(err, FSC_E_ARG, "--%s is a day as 2026-11-21, not '%s'", o->name, text);
    if (isnan(fsc_days_of(text)))
        return cli_refuse(err, FSC_E_ARG, "--%s: the calendar has no day %s, or it is before 1900", o->name, text);
    return FSC_OK;
}

static fsc_status take_number(const opt *o, double *to, const char *text, fsc_error *err) {
    char *end = NULL;
    const double value = strtod(text, &end);
    if (!*text || *end || !isfinite(value))
        return cli_refuse(err, FSC_E_ARG, "--%s takes a number, not '%s'", o->name, text);
    if (o->low < o->high && (value < o->low || value > o->high))
        return cli_refuse(err, FSC_E_ARG, "--%s is a number from %.10g to %.10g, not %s", o->name, o->low, o->high,
                          text);
    return *to = value, FSC_OK;
}

static fsc_status take_integer(const opt *o, int64_t *to, const char *text, fsc_error *err) {
    const int bounded = o->low < o->high;
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (!*text || *end) return cli_refuse(err, FSC_E_ARG, "--%s takes a whole number, not '%s'", o->name, text);
    if (bounded && (errno || (double)value < o->low || (double)value > o->high))
        return cli_refuse(err, FSC_E_ARG, "--%s is a whole number from %.10g to %.10g, not %s", o->name, o->low,
                          o->high, text);
    if (errno || (!bounded && value < 0))
        return cli_refuse(err, FSC_E_ARG, "--%s takes a whole number, 0 or more and at most %lld, not %s", o->name,
                          (long long)INT64_MAX, text);
    return *to = value, FSC_OK;
}

static fsc_status take_another(const opt *o, opt_texts *list, const char *text, fsc_error *err) {
    if (list->n == OPT_TEXTS_MAX)
        return cli_refuse(err, FSC_E_ARG, "--%s may be given at most %d times", o->name, OPT_TEXTS_MAX);
    list->item[list->n++] = text;
    return FSC_OK;
}

static fsc_status store(const opt *o, void *base, const char *text, fsc_error *err) {
    void *to = at(base, o->offset);
    switch (o->kind) {
    case OPT_FLAG: *(int *)to = 1; return FSC_OK;
    case OPT_WORD: return take_word(o, to, text, err);
    case OPT_NUMBER: return take_number(o, to, text, err);
    case OPT_INTEGER: return take_integer(o, to, text, err);
    case OPT_NAMES: TRY(check_name(o, text, err)); return take_another(o, to, text, err);
    case OPT_TEXTS: return take_another(o, to, text, err);
    case OPT_NAME: TRY(check_name(o, text, err)); break;
    case OPT_DAY: TRY(check_day(o, text, err)); break;
    case OPT_TEXT: break;
    }
    *(const char **)to = text;
    return FSC_OK;
}

static fsc_status unknown_option(const command *cmd, const char *word, fsc_error *err) {
    char name[64];
    const char *close = NULL;
    (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
    for (const opt *o = cmd->opts; o && o->name; o++) close = opt_nearest(name, close, o->name);
    for (const opt *o = opt_common; o->name; o++) close = opt_nearest(name, close, o->name);
    return cli_refuse(err, FSC_E_ARG, "unknown option --%s%s%s%s", name, close ? "; did you mean --" : "",
                      close ? close : "", close ? "?" : "");
}

static fsc_status take_option(const command *cmd, void *values, cli *shared, int argc, char *const *argv, int *i,
                              const opt **taken, fsc_error *err) {
    const int is_short = argv[*i][1] != '-';
    const char *name = argv[*i] + 2;
    const char *equals = is_short ? NULL : strchr(name, '=');
    const size_t length = equals ? (size_t)(equals - name) : strlen(name);
    void *base = values;
    const opt *o = is_short ? find_letter(cmd->opts, argv[*i]) : find(cmd->opts, name, length);
    *taken = o;
    if (!o) {
        o = find(opt_common, name, length);
        base = shared;
    }
    if (!o) return unknown_option(cmd, argv[*i], err);
    const char *text = equals ? equals + 1 : NULL;
    if (o->kind == OPT_FLAG && text) return cli_refuse(err, FSC_E_ARG, "--%s takes no value", o->name);
    if (o->kind != OPT_FLAG && !text) {
        if (*i + 1 >= argc) return cli_refuse(err, FSC_E_ARG, "--%s needs a value: %s", o->name, o->value);
        text = argv[++*i];
    }
    return store(o, base, text, err);
}

static fsc_status read_words(const command *cmd, void *values, cli *shared, int argc, char *const *argv, int *help,
                             fsc_error *err) {
    const arg *next = cmd->args;
    const opt *last = NULL; /* the option whose words may go on */
    int only_args = 0;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!only_args && strcmp(word, "--") == 0) {
            only_args = 1;
        } else if (!only_args && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            *help = OPT_HELP;
            return FSC_OK;
        } else if (!only_args && cmd->bids_codes && (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0)) {
            *help = OPT_VERSION;
            return FSC_OK;
        } else if (!only_args && strcmp(word, "-q") == 0) {
            shared->quiet = 1;
        } else if (!only_args && (strncmp(word, "--", 2) == 0 || find_letter(cmd->opts, word))) {
            TRY(take_option(cmd, values, shared, argc, argv, &i, &last, err));
        } else if (!only_args && word[0] == '-' && word[1]) {
            return cli_refuse(err, FSC_E_ARG, "unknown option %s; a file of that name is given as ./%s", word, word);
        } else if (next && next->name) {
            *(const char **)at(values, next->offset) = word;
            next++;
        } else if (last && last->many) {
            TRY(store(last, values, word, err));
        } else {
            return cli_refuse(err, FSC_E_ARG, "'%s' is one word too many", word);
        }
    }
    if (next && next->name && next->required)
        return cli_refuse(err, FSC_E_ARG, "%s is missing: %s", next->name, next->help);
    return FSC_OK;
}

fsc_status opt_parse(const command *cmd, void *values, cli *shared, int argc, char *const *argv, int *help,
                     fsc_error *err) {
    fsc_error why = FSC_ERROR_INIT;
    const fsc_status status = read_words(cmd, values, shared, argc, argv, help, &why);
    return status == FSC_OK ? status : cli_usage(shared, err, "%s", why.text);
}

void opt_json_text(FILE *to, const char *text) {
    fputc('"', to);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(to, "\\%c", *c);
        else if (*c < 32)
            fprintf(to, "\\u%04x", *c);
        else
            fputc(*c, to);
    }
    fputc('"', to);
}

static void json_value(FILE *to, const opt *o, const void *values) {
    const void *value = (const char *)values + o->offset;
    switch (o->kind) {
    case OPT_FLAG: fputs(*(const int *)value ? "true" : "false", to); break;
    case OPT_NUMBER: {
        const double number = *(const double *)value;
        if (isfinite(number))
            fprintf(to, "%.10g", number);
        else
            fputs("null", to);
        break;
    }
    case OPT_INTEGER: fprintf(to, "%lld", (long long)*(const int64_t *)value); break;
    case OPT_WORD: {
        char word[32] = "";
        (void)opt_word(word, sizeof word, o->words, *(const int *)value);
        opt_json_text(to, word);
        break;
    }
    case OPT_NAME:
    case OPT_DAY:
    case OPT_TEXT: {
        char path[CLI_PATH_MAX];
        const char *text = *(const char *const *)value;
        const int bare = text && opt_is_path(o) && !strchr(text, '/');
        if (bare) (void)snprintf(path, sizeof path, "./%.4000s", text); /* so that the record knows it for a path */
        if (text)
            opt_json_text(to, bare ? path : text);
        else
            fputs("null", to);
        break;
    }
    case OPT_NAMES:
    case OPT_TEXTS: {
        const opt_texts *list = value;
        fputc('[', to);
        for (int i = 0; i < list->n; i++) {
            if (i) fputc(',', to);
            opt_json_text(to, list->item[i]);
        }
        fputc(']', to);
        break;
    }
    }
}

char *opt_json(const command *cmd, const void *values) {
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    if (!to) return NULL;
    fputc('{', to);
    for (const opt *o = cmd->opts; o && o->name; o++) {
        if (o != cmd->opts) fputc(',', to);
        opt_json_text(to, o->name);
        fputc(':', to);
        json_value(to, o, values);
    }
    fputc('}', to);
    if (fclose(to) != 0) {
        free(text);
        return NULL;
    }
    return text;
}
