/* Completion for shells and the examples as a script, from the tables of all commands. */
#include "cmd.h"

#include <string.h>

/* The words of an option that has choices, with blanks between. */
static void print_choices(FILE *to, const opt *o) {
    char word[32];
    for (int i = 0; o->words && opt_word(word, sizeof word, o->words, i); i++) fprintf(to, "%s%s", i ? " " : "", word);
    for (const char *const *name = o->names ? o->names() : NULL; name && *name; name++)
        fprintf(to, "%s%s", name == o->names() ? "" : " ", *name);
}

static void bash_options(FILE *to, const opt *table) {
    for (const opt *o = table; o && o->name; o++) fprintf(to, " --%s", o->name);
}

static void bash_choices(FILE *to, const command *cmd) {
    for (const opt *o = cmd->opts; o && o->name; o++) {
        if (!o->words && !o->names) continue;
        fprintf(to, "    '%s --%s') words='", cmd->name, o->name);
        print_choices(to, o);
        fprintf(to, "' ;;\n");
    }
}

/* The commands, or the parts of a folder, with blanks between. */
static void print_names(FILE *to, const command *folder) {
    const size_t skip = folder ? strlen(folder->name) + 1 : 0;
    for (const command *const *c = commands; *c; c++)
        if (command_is_part(*c, folder)) fprintf(to, " %s", (*c)->name + skip);
}

static void print_bash(FILE *to) {
    fprintf(to, "# bash completion of fascicle, made by 'fascicle --completion bash'\n"
                "_fascicle() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} cmd=${COMP_WORDS[1]} words=\n"
                "    COMPREPLY=()\n"
                "    if [ \"$COMP_CWORD\" = 1 ]; then\n        words='");
    print_names(to, NULL);
    fprintf(
        to,
        " help --help --version'\n        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n        return\n    fi\n"
        "    case $cmd in\n");
    for (const command *const *c = commands; *c; c++) {
        if ((*c)->run) continue;
        fprintf(to, "    %s)\n        if [ \"$COMP_CWORD\" = 2 ]; then\n            COMPREPLY=($(compgen -W '",
                (*c)->name);
        print_names(to, *c);
        fprintf(to, "' -- \"$cur\"))\n            return\n        fi\n        cmd=\"$cmd ${COMP_WORDS[2]}\" ;;\n");
    }
    fprintf(to, "    help) words='");
    print_names(to, NULL);
    fprintf(to, "' ;;\n    esac\n    case \"$cmd $prev\" in\n");
    for (const command *const *c = commands; *c; c++) bash_choices(to, *c);
    fprintf(to, "    esac\n    if [ -z \"$words\" ] && [[ $cur == -* ]]; then\n        case $cmd in\n");
    for (const command *const *c = commands; *c; c++) {
        if (!(*c)->run) continue;
        fprintf(to, "        '%s') words='", (*c)->name);
        bash_options(to, (*c)->opts);
        bash_options(to, opt_common);
        fprintf(to, " --help' ;;\n");
    }
    fprintf(
        to,
        "        esac\n    fi\n"
        "    [ -z \"$words\" ] || COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n" /* else files, by -o default */
        "}\ncomplete -o default -F _fascicle fascicle\n");
}

/* Text inside '...' and [...] of _arguments. */
static void zsh_text(FILE *to, const char *text) {
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", to);
        else if (strchr("[]:\\", *text))
            fprintf(to, "\\%c", *text);
        else
            fputc(*text, to);
    }
}

static void zsh_options(FILE *to, const opt *table) {
    for (const opt *o = table; o && o->name; o++) {
        const int many = o->kind == OPT_TEXTS || o->kind == OPT_NAMES;
        fprintf(to, " \\\n            '%s--%s[", many ? "*" : "", o->name);
        zsh_text(to, o->help);
        fputc(']', to);
        if (o->value) {
            fputc(':', to);
            zsh_text(to, o->value);
            fputs(o->words || o->names         ? ":("
                  : strstr(o->value, "FILE")   ? ":_files"
                  : strcmp(o->value, "FOLDER") ? ": "
                                               : ":_files -/",
                  to);
            print_choices(to, o);
            if (o->words || o->names) fputc(')', to);
        }
        fputc('\'', to);
    }
}

static void print_zsh(FILE *to) {
    fprintf(
        to,
        "#compdef fascicle\n# zsh completion of fascicle, made by 'fascicle --completion zsh'\n"
        "_fascicle() {\n    local cmd=$words[2]\n    local -a all\n    if (( CURRENT == 2 )); then\n        all=(\n");
    for (const command *const *c = commands; *c; c++) {
        if (!command_is_part(*c, NULL)) continue;
        fprintf(to, "            '%s:", (*c)->name);
        zsh_text(to, (*c)->line);
        fputs("'\n", to);
    }
    fprintf(to, "        )\n        _describe command all\n        return\n    fi\n    case $cmd in\n");
    for (const command *const *c = commands; *c; c++) {
        if ((*c)->run) continue;
        fprintf(to, "    %s)\n        if (( CURRENT == 3 )); then\n            all=(", (*c)->name);
        print_names(to, *c);
        fprintf(to, " )\n            _describe command all\n            return\n        fi\n        cmd=\"$cmd "
                    "$words[3]\" ;;\n");
    }
    fprintf(to, "    esac\n    case $cmd in\n");
    for (const command *const *c = commands; *c; c++) {
        if (!(*c)->run) continue;
        fprintf(to, "    '%s')\n        _arguments '*:file:_files'", (*c)->name);
        zsh_options(to, (*c)->opts);
        zsh_options(to, opt_common);
        fprintf(to, " ;;\n");
    }
    fprintf(to, "    esac\n}\n_fascicle \"$@\"\n");
}

void opt_print_completion(FILE *to, const char *shell) {
    strcmp(shell, "zsh") == 0 ? print_zsh(to) : print_bash(to);
}

void opt_print_examples(FILE *to) {
    /* The others use the demo that phantom makes. */
    fprintf(to, "%s\n", command_find("phantom")->examples);
    for (const command *const *c = commands; *c; c++)
        if ((*c)->examples && strcmp((*c)->name, "phantom") != 0) fprintf(to, "%s\n", (*c)->examples);
}
