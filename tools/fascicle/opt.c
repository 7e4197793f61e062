#include "opt.h"

#include "cmd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Options that every command has, stored in the cli struct. */
static const opt common[] = {
    {"threads", "N", OPT_INTEGER, offsetof(cli, threads), "cores to use (default: all); results do not depend on it"},
    {"quiet", NULL, OPT_FLAG, offsetof(cli, quiet), "print nothing but errors"},
    {"json", NULL, OPT_FLAG, offsetof(cli, json), "print each line as a JSON object, for programs"},
    {NULL, NULL, OPT_FLAG, 0, NULL},
};

static void *at(void *base, size_t offset) {
    return (char *)base + offset;
}
static const void *see(const void *base, size_t offset) {
    return (const char *)base + offset;
}

static const opt *find(const opt *table, const char *name, size_t length) {
    for (const opt *o = table; o && o->name; o++)
        if (strlen(o->name) == length && strncmp(o->name, name, length) == 0) return o;
    return NULL;
}

/* Edit distance, for "did you mean"; names are short. */
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

static const char *nearest(const opt *table, const char *name, const char *found) {
    for (const opt *o = table; o && o->name; o++)
        if (distance(name, o->name) <= 2) return o->name;
    return found;
}

static int store(const opt *o, void *base, const char *text, char *why, size_t why_size) {
    char *end = NULL;
    switch (o->kind) {
    case OPT_FLAG: *(int *)at(base, o->offset) = 1; return 0;
    case OPT_TEXT: *(const char **)at(base, o->offset) = text; return 0;
    case OPT_TEXTS: {
        opt_texts *list = at(base, o->offset);
        if (list->n == OPT_TEXTS_MAX) {
            (void)snprintf(why, why_size, "--%s may be given at most %d times", o->name, OPT_TEXTS_MAX);
            return 1;
        }
        list->item[list->n++] = text;
        return 0;
    }
    case OPT_NUMBER: {
        const double value = strtod(text, &end);
        if (!*text || *end || !isfinite(value)) break;
        *(double *)at(base, o->offset) = value;
        return 0;
    }
    case OPT_INTEGER: {
        const long long value = strtoll(text, &end, 10);
        if (!*text || *end || value < 0) break;
        *(int64_t *)at(base, o->offset) = value;
        return 0;
    }
    }
    (void)snprintf(why, why_size, "--%s takes a %s, not '%s'", o->name,
                   o->kind == OPT_INTEGER ? "whole number, 0 or more" : "number", text);
    return 1;
}

static int take_option(const command *cmd, void *values, cli *shared, int argc, char *const *argv, int *i, char *why,
                       size_t why_size) {
    const char *name = argv[*i] + 2;
    const char *equals = strchr(name, '=');
    const size_t length = equals ? (size_t)(equals - name) : strlen(name);
    void *base = values;
    const opt *o = find(cmd->opts, name, length);
    if (!o) {
        o = find(common, name, length);
        base = shared;
    }
    if (!o) {
        const char *close = nearest(common, name, nearest(cmd->opts, name, NULL));
        (void)snprintf(why, why_size, "unknown option %s%s%s%s", argv[*i], close ? "; did you mean --" : "",
                       close ? close : "", close ? "?" : "");
        return 1;
    }
    const char *text = equals ? equals + 1 : NULL;
    if (o->kind == OPT_FLAG && text) {
        (void)snprintf(why, why_size, "--%s takes no value", o->name);
        return 1;
    }
    if (o->kind != OPT_FLAG && !text) {
        if (*i + 1 >= argc) {
            (void)snprintf(why, why_size, "--%s needs a value: %s", o->name, o->value);
            return 1;
        }
        text = argv[++*i];
    }
    return store(o, base, text, why, why_size);
}

int opt_parse(const command *cmd, void *values, cli *shared, int argc, char *const *argv, int *help, char *why,
              size_t why_size) {
    const arg *next = cmd->args;
    int only_args = 0;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (!only_args && strcmp(word, "--") == 0) {
            only_args = 1;
        } else if (!only_args && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            *help = 1;
            return 0;
        } else if (!only_args && strcmp(word, "-q") == 0) {
            shared->quiet = 1;
        } else if (!only_args && strncmp(word, "--", 2) == 0) {
            if (take_option(cmd, values, shared, argc, argv, &i, why, why_size)) return 1;
        } else if (next && next->name) {
            *(const char **)at(values, next->offset) = word;
            next++;
        } else {
            (void)snprintf(why, why_size, "'%s' is one word too many", word);
            return 1;
        }
    }
    if (next && next->name && next->required) {
        (void)snprintf(why, why_size, "%s is missing: %s", next->name, next->help);
        return 1;
    }
    return 0;
}

/* Prints text wrapped at column 80, each line after indent blanks; the cursor stands at column at. */
static void wrap(FILE *to, const char *text, int column, int indent) {
    while (*text) {
        const size_t n = strcspn(text, " \n");
        if (column + (int)n > 80 && column > indent) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        }
        fprintf(to, "%.*s", (int)n, text);
        column += (int)n;
        text += n;
        if (*text == '\n') {
            fprintf(to, "\n%*s", text[1] && text[1] != '\n' ? indent : 0, "");
            column = indent;
            text++;
        } else if (*text == ' ') {
            if (column < 80) fputc(' ', to);
            column++;
            text++;
        }
    }
    fputc('\n', to);
}

static void print_options(FILE *to, const opt *table) {
    for (const opt *o = table; o && o->name; o++) {
        char left[64];
        (void)snprintf(left, sizeof left, "  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        fprintf(to, "%-26s", left);
        if (strlen(left) > 25) fprintf(to, "\n%26s", "");
        wrap(to, o->help, 26, 26);
    }
}

void opt_print_help(FILE *to, const command *cmd, const char *path) {
    fprintf(to, "%s: %s\n\nusage: %s", path, cmd->line, path);
    if (cmd->sub) {
        fprintf(to, " COMMAND ...\n\n");
        wrap(to, cmd->about, 0, 0);
        fprintf(to, "\ncommands\n");
        for (const command *const *c = cmd->sub; *c; c++) fprintf(to, "  %-14s%s\n", (*c)->name, (*c)->line);
        fprintf(to, "\n'%s COMMAND --help' explains one.\n", path);
        return;
    }
    for (const arg *a = cmd->args; a && a->name; a++) fprintf(to, a->required ? " %s" : " [%s]", a->name);
    fprintf(to, " [options]\n\n");
    wrap(to, cmd->about, 0, 0);
    if (cmd->args) fputc('\n', to);
    for (const arg *a = cmd->args; a && a->name; a++) {
        fprintf(to, "  %-24s", a->name);
        wrap(to, a->help, 26, 26);
    }
    fprintf(to, "\noptions\n");
    print_options(to, cmd->opts);
    print_options(to, common);
    fprintf(to, "  %-24sprint this\n", "--help");
}

/* roff: a leading dot or a backslash would be read as a command. */
static void roff(FILE *to, const char *text) {
    int line_start = 1;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\'')) fputs("\\&", to);
        if (*text == '\\')
            fputs("\\e", to);
        else if (*text == '-')
            fputs("\\-", to);
        else
            fputc(*text, to);
        line_start = *text == '\n';
    }
    fputc('\n', to);
}

static void man_options(FILE *to, const opt *table) {
    for (const opt *o = table; o && o->name; o++) {
        fprintf(to, ".TP\n\\fB\\-\\-%s\\fR%s\\fI%s\\fR\n", o->name, o->value ? " " : "", o->value ? o->value : "");
        roff(to, o->help);
    }
}

static void man_body(FILE *to, const command *cmd, const char *path) {
    fprintf(to, ".SH SYNOPSIS\n\\fB%s\\fR", path);
    for (const arg *a = cmd->args; a && a->name; a++)
        fprintf(to, a->required ? " \\fI%s\\fR" : " [\\fI%s\\fR]", a->name);
    fprintf(to, "%s\n.SH DESCRIPTION\n", cmd->sub ? " COMMAND ..." : " [options]");
    roff(to, cmd->about);
    for (const command *const *c = cmd->sub; c && *c; c++) {
        fprintf(to, ".SS %s\n", (*c)->name);
        roff(to, (*c)->about);
        for (const arg *a = (*c)->args; a && a->name; a++) {
            fprintf(to, ".TP\n\\fI%s\\fR\n", a->name);
            roff(to, a->help);
        }
        man_options(to, (*c)->opts);
    }
    for (const arg *a = cmd->args; a && a->name; a++) {
        fprintf(to, ".TP\n\\fI%s\\fR\n", a->name);
        roff(to, a->help);
    }
    fprintf(to, ".SH OPTIONS\n");
    man_options(to, cmd->opts);
    man_options(to, common);
}

void opt_print_man(FILE *to, const command *cmd, const char *path, const char *version) {
    fprintf(to, ".TH \"FASCICLE%s%s\" 1 \"\" \"fascicle %s\" \"Fascicle\"\n", cmd ? "-" : "", cmd ? cmd->name : "",
            version);
    if (cmd) {
        fprintf(to, ".SH NAME\nfascicle\\-%s \\- ", cmd->name);
        roff(to, cmd->line);
        man_body(to, cmd, path);
    } else {
        fprintf(to, ".SH NAME\nfascicle \\- from a fat\\-water MRI of the spine to a page that a person can read\n"
                    ".SH SYNOPSIS\n\\fBfascicle\\fR COMMAND ...\n.SH COMMANDS\n");
        for (const command *const *c = commands; *c; c++) {
            fprintf(to, ".TP\n\\fBfascicle\\-%s\\fR(1)\n", (*c)->name);
            roff(to, (*c)->line);
        }
    }
    fprintf(to, ".SH EXIT STATUS\n0 fine; 1 a method or check failed; 2 wrong command line; 3 bad input data; 4 a file "
                "cannot be "
                "read or written; 130 interrupted.\n"
                ".SH NOTES\nResearch software, not a medical device.\n");
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
    const void *value = see(values, o->offset);
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
    case OPT_TEXT: {
        const char *text = *(const char *const *)value;
        if (text)
            opt_json_text(to, text);
        else
            fputs("null", to);
        break;
    }
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
