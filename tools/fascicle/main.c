/* fascicle: finds the command, lets it run, and turns its status into an exit code. */
#include "cmd.h"
#include "confine.h"

#include <string.h>

const command *const commands[] = {
#define COMMAND(name, file) &cmd_##name,
#include "commands.h"
#undef COMMAND
    NULL};

const command *command_find(const char *name) {
    for (const command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0) return *c;
    return NULL;
}

int command_is_part(const command *cmd, const command *folder) {
    const char *blank = strchr(cmd->name, ' ');
    if (!folder) return !blank;
    const size_t n = strlen(folder->name);
    return blank && (size_t)(blank - cmd->name) == n && strncmp(cmd->name, folder->name, n) == 0;
}

static void print_overview(FILE *to) {
    fprintf(to,
            "fascicle %s: from a fat-water MRI of the spine to a page that a person can read\n"
            "Research software, not a medical device.\n\n"
            "usage: fascicle COMMAND ...\n",
            fsc_version());
    const char *group = "";
    for (const command *const *c = commands; *c; c++) {
        if (!command_is_part(*c, NULL)) continue;
        if (strcmp(group, (*c)->group) != 0) {
            group = (*c)->group;
            fprintf(to, "\n%s\n", group);
        }
        fprintf(to, "  %-12s%s\n", (*c)->name, (*c)->line);
    }
    fprintf(to, "\n'fascicle help COMMAND' explains one. A first try, without a scanner:\n"
                "  fascicle phantom demo\n"
                "  fascicle run demo \\\n"
                "    --labels demo/derivatives/truth/sub-01/anat/sub-01_desc-muscles_dseg.nii.gz \\\n"
                "    --levels demo/derivatives/truth/sub-01/anat/sub-01_desc-levels_dseg.nii.gz\n");
}

static int run_command(const command *cmd, int argc, char *const *argv, int all_argc, char *const *all_argv) {
    cli c = {.cmd = cmd, .argc = all_argc, .argv = all_argv};
    fsc_error err = FSC_ERROR_INIT;
    /* Memory from malloc takes the type of what is stored in it. */
    void *values = calloc(1, cmd->size ? cmd->size : 1);
    if (!values) return cli_refuse(&err, FSC_E_NOMEM, "out of memory"), cli_fail(&c, &err);
    if (cmd->defaults) memcpy(values, cmd->defaults, cmd->size);
    c.values = values;
    int help = 0;
    fsc_status status = opt_parse(cmd, values, &c, argc, argv, &help, &err);
    if (status == FSC_OK && help == OPT_VERSION) {
        printf("fascicle %s\n", fsc_version());
    } else if (status == FSC_OK && help) {
        opt_print_help(stdout, cmd);
    } else if (status == FSC_OK) {
        cli_begin(&c);
        if (!cmd->starts_program || !cmd->starts_program(values)) (void)confine();
        status = cmd->run(&c, values, &err);
        cli_clear_progress(&c);
    }
    free(values);
    if (status != FSC_OK) return err.code = status, cli_fail(&c, &err);
    return c.check_failed ? EXIT_FAILED : EXIT_OK;
}

static int unknown_command(const char *typed, const command *folder) {
    const char *close = NULL;
    for (const command *const *c = commands; *c; c++)
        if (command_is_part(*c, folder))
            close = opt_nearest(typed, close, (*c)->name + (folder ? strlen(folder->name) + 1 : 0));
    fprintf(stderr, "fascicle%s%s: no command '%s'%s%s%s; see 'fascicle %s%s--help'\n", folder ? " " : "",
            folder ? folder->name : "", typed, close ? "; did you mean " : "", close ? close : "", close ? "?" : "",
            folder ? folder->name : "", folder ? " " : "");
    return EXIT_USAGE;
}

static int is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

/* words[0] names a command, or with words[1] the part of a folder. *used says how many words the name took. */
static const command *find_named(int n, char *const *words, int *used) {
    const command *cmd = command_find(words[0]);
    char name[64];
    *used = 1;
    if (!cmd || cmd->run || n < 2) return cmd;
    (void)snprintf(name, sizeof name, "%s %.32s", cmd->name, words[1]);
    const command *part = command_find(name);
    *used += part != NULL;
    return part ? part : cmd;
}

static int explain(int n, char *const *words) {
    int used = 0;
    if (n == 0) return print_overview(stdout), EXIT_OK;
    const command *cmd = find_named(n, words, &used);
    if (!cmd) return unknown_command(words[0], NULL);
    if (used < n) return unknown_command(words[used], cmd);
    return opt_print_help(stdout, cmd), EXIT_OK;
}

/* Words of the build and its tests: man pages, completion, examples. */
static int print_for_build(int argc, char *const *argv) {
    if (strcmp(argv[1], "--man") == 0)
        return opt_print_man(stdout, argc > 2 ? command_find(argv[2]) : NULL, fsc_version()), 1;
    if (strcmp(argv[1], "--completion") == 0 && argc > 2) return opt_print_completion(stdout, argv[2]), 1;
    if (strcmp(argv[1], "--examples") == 0) return opt_print_examples(stdout), 1;
    return 0;
}

static int dispatch(int argc, char *const *argv) {
    if (argc < 2) return print_overview(stderr), EXIT_USAGE;
    if (is_help(argv[1])) return explain(argc - 2, argv + 2);
    if (strcmp(argv[1], "--version") == 0) return printf("fascicle %s\n", fsc_version()), EXIT_OK;
    if (print_for_build(argc, argv)) return EXIT_OK;
    int used = 0;
    const command *cmd = find_named(argc - 1, argv + 1, &used);
    if (!cmd) return unknown_command(argv[1], NULL);
    if (cmd->run) return run_command(cmd, argc - used, argv + used, argc, argv);
    if (argc > 2 && !is_help(argv[2])) return unknown_command(argv[2], cmd);
    return opt_print_help(stdout, cmd), EXIT_OK;
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
