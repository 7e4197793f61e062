/* fascicle: the dispatch table. */
#include "cmd.h"

#include <fascicle/version.h>
#include <string.h>

extern const command cmd_run, cmd_info, cmd_separate, cmd_labels, cmd_measure, cmd_report, cmd_phantom, cmd_compare;
extern const command cmd_norms, cmd_visit, cmd_visits, cmd_change, cmd_forecast, cmd_cycle;

/* In the order in which `fascicle --help` lists them; neighbours share a heading. */
const command *const commands[] = {
    &cmd_run,      &cmd_separate, &cmd_measure, &cmd_report, &cmd_visit,   &cmd_visits,  &cmd_change, &cmd_norms,
    &cmd_forecast, &cmd_cycle,    &cmd_info,    &cmd_labels, &cmd_compare, &cmd_phantom, NULL,
};

static void print_overview(FILE *to) {
    fprintf(to,
            "fascicle %s: from a fat-water MRI of the spine to a page that a person can read\n"
            "Research software, not a medical device.\n\n"
            "usage: fascicle COMMAND ...\n",
            fsc_version());
    const char *group = "";
    for (const command *const *c = commands; *c; c++) {
        if (strcmp(group, (*c)->group) != 0) {
            group = (*c)->group;
            fprintf(to, "\n%s\n", group);
        }
        fprintf(to, "  %-12s%s\n", (*c)->name, (*c)->line);
    }
    fprintf(to,
            "\n'fascicle COMMAND --help' explains one; 'fascicle phantom demo && fascicle run demo' is a first try.\n");
}

static const command *find(const command *const *table, const char *name) {
    for (; *table; table++)
        if (strcmp((*table)->name, name) == 0) return *table;
    return NULL;
}

static int run_command(const command *cmd, const char *path, int argc, char *const *argv, int all_argc,
                       char *const *all_argv) {
    _Alignas(64) char values[OPT_VALUES_MAX] = {0};
    if (cmd->defaults) memcpy(values, cmd->defaults, cmd->size);
    cli c = {.path = path, .cmd = cmd, .values = values, .argc = all_argc, .argv = all_argv};
    char why[512];
    int help = 0;
    if (opt_parse(cmd, values, &c, argc, argv, &help, why, sizeof why)) return cli_usage(&c, "%s", why);
    if (help) {
        opt_print_help(stdout, cmd, path);
        return EXIT_OK;
    }
    cli_begin(&c);
    const int code = cmd->run(&c, values);
    cli_clear_progress(&c);
    return code;
}

static int dispatch(int argc, char *const *argv) {
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_overview(stdout);
        return EXIT_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("fascicle %s\n", fsc_version());
        return EXIT_OK;
    }
    char path[128] = "fascicle";
    /* The build makes the man pages with this. */
    const int man = strcmp(argv[1], "--man") == 0;
    const command *cmd = argc > 1 + man ? find(commands, argv[1 + man]) : NULL;
    if (man) {
        if (cmd) (void)snprintf(path, sizeof path, "fascicle %s", cmd->name);
        opt_print_man(stdout, cmd, path, fsc_version());
        return EXIT_OK;
    }
    if (!cmd) {
        fprintf(stderr, "fascicle: no command '%s'; see 'fascicle --help'\n", argv[1]);
        return EXIT_USAGE;
    }
    int skip = 1;
    (void)snprintf(path, sizeof path, "fascicle %s", cmd->name);
    if (cmd->sub) {
        const char *word = argc > 2 ? argv[2] : "--help";
        const command *sub = find(cmd->sub, word);
        if (!sub) {
            const int asked = strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
            if (!asked)
                fprintf(stderr, "%s: no command '%s'; see '%s --help'\n", path, word, path);
            else
                opt_print_help(stdout, cmd, path);
            return asked ? EXIT_OK : EXIT_USAGE;
        }
        (void)snprintf(path, sizeof path, "fascicle %s %s", cmd->name, sub->name);
        cmd = sub;
        skip = 2;
    }
    return run_command(cmd, path, argc - skip, argv + skip, argc, argv);
}

int main(int argc, char **argv) {
    int code = dispatch(argc, argv);
    /* A full disk behind a pipe or a redirection shows only here. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "fascicle: standard output cannot be written\n");
        if (code == EXIT_OK) code = EXIT_FILE;
    }
    return code;
}
