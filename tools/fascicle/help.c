/* The help of a command and its man page, from its tables. */
#include "cmd.h"

#include <math.h>
#include <string.h>

/* Prints text wrapped at column 80, each line after indent blanks; the cursor stands at column. */
static void wrap(FILE *to, const char *text, int column, int indent) {
    int blank = 0;
    while (*text) {
        const size_t n = strcspn(text, " \n");
        if (column + blank + (int)n > 80 && column > indent) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
            blank = 0;
        }
        fprintf(to, "%*s%.*s", blank, "", (int)n, text);
        column += blank + (int)n;
        text += n;
        blank = *text == ' ';
        if (*text == '\n') {
            fprintf(to, "\n%*s", text[1] && text[1] != '\n' ? indent : 0, "");
            column = indent;
        }
        text += *text != 0;
    }
    fputc('\n', to);
}

/* ": a, b, c" or ", 0 to 1", as far as the row says. */
static void add_choices(FILE *to, const opt *table, const opt *o) {
    if (o->kind == OPT_WORD) {
        fputs(": ", to);
        char word[32];
        for (int i = 0; opt_word(word, sizeof word, o->words, i); i++) fprintf(to, "%s%s", i ? ", " : "", word);
    } else if (o->names && o != table && o[-1].names == o->names) {
        fputs(": the same names", to);
    } else if (o->names) {
        fputs(": ", to);
        for (const char *const *name = o->names(); *name; name++)
            fprintf(to, "%s%s", name[0] == *o->names() ? "" : ", ", *name);
    } else if (o->kind == OPT_TEXTS) {
        fputs("; may be given several times", to);
    }
    if (o->low < o->high) fprintf(to, ", %.10g to %.10g", o->low, o->high);
    if (o->kind == OPT_NAMES) fputs("; may be given several times", to);
}

/* "(default: 2)" when there is one. */
static void add_default(FILE *to, const command *cmd, const opt *o) {
    const void *value = cmd && cmd->defaults ? (const char *)cmd->defaults + o->offset : NULL;
    char word[32];
    if (o->kind == OPT_WORD && opt_word(word, sizeof word, o->words, value ? *(const int *)value : 0))
        fprintf(to, " (default: %s)", word);
    if (!value) return;
    if (o->kind == OPT_NUMBER && isfinite(*(const double *)value))
        fprintf(to, " (default: %.10g)", *(const double *)value);
    if (o->kind == OPT_INTEGER) fprintf(to, " (default: %lld)", (long long)*(const int64_t *)value);
    if ((o->kind == OPT_TEXT || o->kind == OPT_NAME) && *(const char *const *)value)
        fprintf(to, " (default: %s)", *(const char *const *)value);
}

/* The whole sentence about an option; malloc'ed, NULL without memory. cmd NULL: an option of every command. */
static char *sentence(const command *cmd, const opt *table, const opt *o) {
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    if (!to) return NULL;
    fputs(o->help, to);
    add_choices(to, table, o);
    add_default(to, cmd, o);
    if (fclose(to) == 0) return text;
    free(text);
    return NULL;
}

static void print_options(FILE *to, const command *cmd, const opt *table) {
    for (const opt *o = table; o && o->name; o++) {
        AUTO(char) text = sentence(cmd, table, o);
        char left[64];
        (void)snprintf(left, sizeof left, "  --%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
        fprintf(to, "%-26s", left);
        if (strlen(left) > 25) fprintf(to, "\n%26s", "");
        wrap(to, text ? text : o->help, 26, 26);
    }
}

static void print_folder(FILE *to, const command *folder) {
    fprintf(to, " COMMAND ...\n\n");
    wrap(to, folder->about, 0, 0);
    fprintf(to, "\ncommands\n");
    for (const command *const *c = commands; *c; c++)
        if (command_is_part(*c, folder)) fprintf(to, "  %-14s%s\n", (*c)->name + strlen(folder->name) + 1, (*c)->line);
    fprintf(to, "\n'fascicle help %s COMMAND' explains one.\n", folder->name);
}

void opt_print_help(FILE *to, const command *cmd) {
    fprintf(to, "fascicle %s: %s\n\nusage: fascicle %s", cmd->name, cmd->line, cmd->name);
    if (!cmd->run) {
        print_folder(to, cmd);
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
    print_options(to, cmd, cmd->opts);
    print_options(to, NULL, opt_common);
    fprintf(to, "  %-24sprint this\n", "--help");
    if (cmd->examples) fprintf(to, "\nexamples\n");
    for (const char *line = cmd->examples; line && *line;) {
        const int n = (int)strcspn(line, "\n");
        fprintf(to, "  %.*s\n", n, line);
        line += n + (line[n] == '\n');
    }
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

static void man_arguments(FILE *to, const command *cmd) {
    for (const arg *a = cmd->args; a && a->name; a++) {
        fprintf(to, ".TP\n\\fI%s\\fR\n", a->name);
        roff(to, a->help);
    }
}

static void man_options(FILE *to, const command *cmd, const opt *table) {
    for (const opt *o = table; o && o->name; o++) {
        AUTO(char) text = sentence(cmd, table, o);
        fprintf(to, ".TP\n\\fB\\-\\-%s\\fR%s\\fI%s\\fR\n", o->name, o->value ? " " : "", o->value ? o->value : "");
        roff(to, text ? text : o->help);
    }
}

static void man_examples(FILE *to, const command *cmd) {
    if (!cmd->examples) return;
    fprintf(to, ".PP\n.nf\n");
    roff(to, cmd->examples);
    fprintf(to, ".fi\n");
}

static void man_body(FILE *to, const command *cmd) {
    fprintf(to, ".SH SYNOPSIS\n\\fBfascicle %s\\fR", cmd->name);
    for (const arg *a = cmd->args; a && a->name; a++)
        fprintf(to, a->required ? " \\fI%s\\fR" : " [\\fI%s\\fR]", a->name);
    fprintf(to, "%s\n.SH DESCRIPTION\n", cmd->run ? " [options]" : " COMMAND ...");
    roff(to, cmd->about);
    for (const command *const *c = commands; *c; c++) {
        if (!command_is_part(*c, cmd)) continue;
        fprintf(to, ".SS %s\n", (*c)->name + strlen(cmd->name) + 1);
        roff(to, (*c)->about);
        man_arguments(to, *c);
        man_options(to, *c, (*c)->opts);
    }
    man_arguments(to, cmd);
    fprintf(to, ".SH OPTIONS\n");
    man_options(to, cmd, cmd->opts);
    man_options(to, NULL, opt_common);
    fprintf(to, ".SH EXAMPLES\nThe demo is made by the example of \\fBfascicle\\-phantom\\fR(1).\n");
    man_examples(to, cmd);
    for (const command *const *c = commands; *c; c++)
        if (command_is_part(*c, cmd)) man_examples(to, *c);
}

void opt_print_man(FILE *to, const command *cmd, const char *version) {
    fprintf(to, ".TH \"FASCICLE%s%s\" 1 \"\" \"fascicle %s\" \"Fascicle\"\n", cmd ? "-" : "", cmd ? cmd->name : "",
            version);
    if (cmd) {
        fprintf(to, ".SH NAME\nfascicle\\-%s \\- ", cmd->name);
        roff(to, cmd->line);
        man_body(to, cmd);
    } else {
        fprintf(to, ".SH NAME\nfascicle \\- from a fat\\-water MRI of the spine to a page that a person can read\n"
                    ".SH SYNOPSIS\n\\fBfascicle\\fR COMMAND ...\n.SH COMMANDS\n");
        for (const command *const *c = commands; *c; c++) {
            if (!command_is_part(*c, NULL)) continue;
            fprintf(to, ".TP\n\\fBfascicle\\-%s\\fR(1)\n", (*c)->name);
            roff(to, (*c)->line);
        }
    }
    fprintf(to, ".SH EXIT STATUS\n0 fine; 1 a method or check failed; 2 wrong command line; 3 bad input data; 4 a file "
                "cannot be read or written; 130 interrupted; 143 terminated.\n"
                ".SH NOTES\nResearch software, not a medical device.\n");
}
