/* fascicle cohort: a data set of many people as a BIDS App. */
#define _XOPEN_SOURCE 700 /* realpath: XSI, not base POSIX; only fortified headers declare it without */
#include "jobs.h"
#include "people.h"
#include "raters.h"
#include "walk.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct values {
    const char *dir, *out, *level;
    opt_texts participant, session, segment, other;
    const char *labels, *levels, *label_scheme, *level_scheme, *acquisition, *run_label, *work, *controls, *filter,
        *network;
    int propose, accept_proposal, forecast, force, skip_validation, order;
    int64_t n_procs, n_threads_each;
} values;

enum { WORDS_MOST = 160 };

typedef struct words {
    const char *item[WORDS_MOST];
    int n;
} words;

static void add_option(words *w, const char *name, const char *value) {
    if (!value || w->n + 2 > WORDS_MOST) return;
    w->item[w->n++] = name;
    w->item[w->n++] = value;
}

static void add_flag(words *w, const char *name, int given) {
    if (given && w->n < WORDS_MOST) w->item[w->n++] = name;
}

/* What each person's `fascicle run` is told beside who it is. */
static void make_words(words *w, const values *v) {
    add_option(w, "--labels", v->labels);
    add_option(w, "--levels", v->levels);
    add_option(w, "--label-scheme", v->label_scheme);
    add_option(w, "--level-scheme", v->level_scheme);
    for (int i = 0; i < v->segment.n; i++) add_option(w, "--segment", v->segment.item[i]);
    add_option(w, "--network", v->network);
    add_flag(w, "--propose", v->propose);
    add_flag(w, "--accept-proposal", v->accept_proposal);
    add_option(w, "--acquisition", v->acquisition);
    add_option(w, "--run", v->run_label);
    add_flag(w, "--forecast", v->forecast);
    add_option(w, "--out", v->out);
}

/* Another network or table under the same name is another; a damaged one is said before anybody is begun. */
static fsc_status hash_network(fsc_recipe *recipe, const char *path, fsc_error *err) {
    AUTO(fsc_network) network = NULL;
    fsc_network_facts facts;
    TRY(fsc_network_read(&network, path, NULL, err));
    fsc_network_describe(&facts, network);
    TRY(fsc_recipe_add_input(recipe, path, err));
    return facts.labels_path[0] ? fsc_recipe_add_input(recipe, facts.labels_path, err) : FSC_OK;
}

/* As a record shows them; where results lie is no part of what they are. */
static fsc_status join_words(char **out, const words *w, const char *network, fsc_error *err) {
    AUTO_STRUCT(fsc_recipe) recipe = {0};
    const char *item[WORDS_MOST] = {""};
    int n = 1;
    for (int i = 0; i < w->n && n < WORDS_MOST; i++)
        if (strcmp(w->item[i], "--out") == 0)
            i++;
        else
            item[n++] = w->item[i];
    TRY(fsc_recipe_set_command(&recipe, n, (char *const *)item, err));
    if (network) TRY(hash_network(&recipe, network, err));
    const char *hash[2] = {"", ""};
    for (int32_t i = 0; i < recipe.n_input && i < 2; i++) hash[i] = recipe.input[i].sha256;
    const size_t size = strlen(recipe.command) + strlen(hash[0]) + strlen(hash[1]) + 3;
    *out = malloc(size);
    if (!*out) return cli_refuse(err, FSC_E_NOMEM, "out of memory while noting the options");
    (void)snprintf(*out, size, "%s%s%s%s%s", recipe.command, *hash[0] ? " " : "", hash[0], *hash[1] ? " " : "",
                   hash[1]);
    return FSC_OK;
}

/* An absolute path without links, also of what is not there yet; owned. */
static char *real_of(const char *path) {
    char head[CLI_PATH_MAX];
    char *real = realpath(path, NULL);
    if (real || snprintf(head, sizeof head, "%s", path) >= (int)sizeof head) return real;
    char *slash = strrchr(head, '/');
    if (slash) *slash = 0;
    AUTO(char) above = real_of(slash && slash > head ? head : slash ? "/" : ".");
    const char *name = slash ? slash + 1 : path;
    const size_t size = above ? strlen(above) + strlen(name) + 2 : 0;
    real = above ? malloc(size) : NULL;
    if (real) (void)snprintf(real, size, "%s/%s", above, name);
    return real;
}

/* The results of a raw dataset lie in its derivatives folder or outside. */
static fsc_status check_out(cli *c, const values *v, fsc_error *err) {
    AUTO(char) in = real_of(v->dir);
    AUTO(char) out = real_of(v->out);
    const size_t n = in ? strlen(in) : 0;
    const int inside = in && out && strncmp(out, in, n) == 0 && (!out[n] || out[n] == '/');
    if (inside && (strncmp(out + n, "/derivatives/", 13) != 0 || !out[n + 13])) {
        c->code = EXIT_BIDS_CANNOT_MAKE;
        return cli_refuse(err, FSC_E_ARG, "%.200s: lies among the raw data; write to %.200s/derivatives/fascicle",
                          v->out, v->dir);
    }
    const fsc_status status = cli_check_writable(v->out, 1, err);
    if (status != FSC_OK) c->code = EXIT_BIDS_CANNOT_MAKE;
    return status;
}

typedef struct study {
    const values *v;
    const char *options;
    people_rows rows;
} study;

static void free_rows(study *s) {
    people_rows_free(&s->rows);
}
#define AUTO_ROWS __attribute__((cleanup(free_rows)))

/* OUT/logs/<name>.inputs.tsv, .outputs.tsv or .state.tsv: a file a person, so that calls side by side never write the
 * same one. */
static fsc_status log_path(char out[CLI_PATH_MAX], const char *dir, const unit *u, const char *end, fsc_error *err) {
    char name[136];
    unit_name(name, u);
    return cli_path(out, CLI_PATH_MAX, err, "%s/logs/%s.%s.tsv", dir, name, end);
}

/* What stays of a person whose process and ours are both ended from outside. */
static fsc_status begun_line(char text[CLI_PATH_MAX], fsc_error *err) {
    char job[120];
    if (!jobs_scheduler(job)) return cli_path(text, CLI_PATH_MAX, err, "failed\tbegun, and no end recorded\n");
    return cli_path(text, CLI_PATH_MAX, err,
                    "failed\tbegun in %s, and no end recorded: over its memory or time, or stopped; that job's output "
                    "says which\n",
                    job);
}

static fsc_status note_state(const unit *u, const char *dir, fsc_error *err) {
    char path[CLI_PATH_MAX], text[CLI_PATH_MAX];
    TRY(log_path(path, dir, u, "state", err));
    if (u->state == UNIT_RUNS)
        TRY(begun_line(text, err));
    else
        TRY(cli_path(text, sizeof text, err, "%s\t%s\n", unit_state_text(u->state), u->line[0] ? u->line : "n/a"));
    return people_write(path, text, err);
}

static fsc_status key_of(char **out, const unit *u, const study *s, fsc_error *err) {
    return unit_key(out, u, &s->rows, s->v->dir, s->v->labels, s->v->levels, s->options, err);
}

/* Notes that a person is begun, or how it ended; of who is done also what the results stand on. */
static fsc_status note(unit *u, void *context, fsc_error *err) {
    const study *s = context;
    char path[CLI_PATH_MAX];
    AUTO(char) key = NULL;
    AUTO(char) list = NULL;
    TRY(note_state(u, s->v->out, err));
    TRY(log_path(path, s->v->out, u, "inputs", err));
    if (u->state != UNIT_DONE) return (void)remove(path), FSC_OK;
    TRY(key_of(&key, u, s, err));
    TRY(people_write(path, key, err));
    TRY(log_path(path, s->v->out, u, "outputs", err));
    TRY(unit_results(&list, u, s->v->out, err));
    return people_write(path, list, err);
}

/* Same inputs, options and version, and every result still there as it was left. */
static fsc_status is_kept(int *kept, const unit *u, const study *s, fsc_error *err) {
    char inputs[CLI_PATH_MAX], outputs[CLI_PATH_MAX];
    AUTO(char) key = NULL;
    AUTO(char) list = NULL;
    *kept = 0;
    TRY(log_path(inputs, s->v->out, u, "inputs", err));
    TRY(log_path(outputs, s->v->out, u, "outputs", err));
    if (access(inputs, R_OK) != 0 || access(outputs, R_OK) != 0) return FSC_OK;
    TRY(key_of(&key, u, s, err));
    if (!unit_key_is(inputs, key)) return FSC_OK;
    TRY(unit_results(&list, u, s->v->out, err));
    *kept = unit_key_is(outputs, list);
    return FSC_OK;
}

static fsc_status find_kept(people *list, const study *s, fsc_error *err) {
    for (int i = 0; i < list->n && !s->v->force; i++) {
        int kept;
        TRY(is_kept(&kept, &list->item[i], s, err));
        if (kept) list->item[i].state = UNIT_KEPT;
    }
    return FSC_OK;
}

/* Killed from here on, a person who was to be done again counts as begun. */
static fsc_status forget_states(const people *list, const char *out, fsc_error *err) {
    for (int i = 0; i < list->n; i++) {
        char path[CLI_PATH_MAX];
        if (list->item[i].state == UNIT_KEPT) continue;
        TRY(log_path(path, out, &list->item[i], "state", err));
        (void)remove(path);
    }
    return FSC_OK;
}

/* Groups and ages go with the results, so that the group step needs nothing else. */
static fsc_status copy_participants(const values *v, fsc_error *err) {
    char from[CLI_PATH_MAX], to[CLI_PATH_MAX];
    AUTO(char) text = NULL;
    size_t length = 0;
    TRY(cli_path(from, sizeof from, err, "%s/participants.tsv", v->dir));
    TRY(cli_path(to, sizeof to, err, "%s/participants.tsv", v->out));
    FILE *in = cli_open(from), *out = open_memstream(&text, &length);
    for (int letter; in && out && (letter = getc(in)) != EOF;) (void)putc(letter, out);
    const int there = in != NULL;
    if (in) (void)fclose(in);
    if (!out || fclose(out) != 0) return cli_refuse(err, FSC_E_NOMEM, "out of memory while reading participants.tsv");
    return there ? people_write(to, text, err) : FSC_OK;
}

/* Whether the list of everybody is younger than the folder of them and than those asked for: a job of an array need not
 * look at a hundred thousand folders again for its ten people. */
static int is_list_new(const char *path, const values *v, const people *list) {
    struct stat of_list, of_folder;
    char folder[CLI_PATH_MAX];
    if (v->participant.n == 0 || stat(path, &of_list) != 0 || stat(v->dir, &of_folder) != 0) return 0;
    int is_new = of_folder.st_mtime < of_list.st_mtime;
    for (int i = 0; i < list->n && is_new; i++)
        is_new = snprintf(folder, sizeof folder, "%s/%s", v->dir, list->item[i].participant) < (int)sizeof folder &&
                 stat(folder, &of_folder) == 0 && of_folder.st_mtime < of_list.st_mtime;
    return is_new;
}

/* Everybody in the raw dataset, also whom this call leaves out: the group step names who was never begun. Calls side by
 * side write the same bytes. */
static fsc_status list_dataset(cli *c, const values *v, const people *asked, fsc_error *err) {
    static const opt_texts every = {0};
    char path[CLI_PATH_MAX];
    people list;
    AUTO(char) text = NULL;
    size_t length = 0;
    TRY(cli_path(path, sizeof path, err, "%s/logs/dataset.tsv", v->out));
    if (is_list_new(path, v, asked)) return FSC_OK;
    fsc_status status = people_find(c, &list, &(people_filter){v->dir, &every, &every}, err);
    FILE *to = status == FSC_OK ? open_memstream(&text, &length) : NULL;
    if (to) fputs("participant_id\tsession_id\n", to);
    for (int i = 0; to && i < list.n; i++)
        fprintf(to, "%s\t%s\n", list.item[i].participant, list.item[i].session[0] ? list.item[i].session : "n/a");
    if (status == FSC_OK && (!to || fclose(to) != 0))
        status = cli_refuse(err, FSC_E_NOMEM, "out of memory while listing people");
    people_free(&list);
    return status == FSC_OK ? people_write(path, text, err) : status;
}

static fsc_status make_folders(cli *c, const values *v, const people *asked, fsc_error *err) {
    char logs[CLI_PATH_MAX];
    TRY(fsc_recipe_open_dataset(v->out, err));
    TRY(cli_path(logs, sizeof logs, err, "%s/logs", v->out));
    if (mkdir(logs, 0777) != 0 && access(logs, W_OK) != 0)
        return cli_refuse(err, FSC_E_IO, "%.300s: cannot be made", logs);
    TRY(list_dataset(c, v, asked, err));
    return copy_participants(v, err);
}

static void say_end(cli *c, const people *list) {
    int n[UNIT_FAILED + 1] = {0};
    for (int i = 0; i < list->n; i++) n[list->item[i].state]++;
    cli_row(c, "cohort",
            FIELDS(FIELD("n_done", n[UNIT_DONE]), FIELD("n_kept", n[UNIT_KEPT]), FIELD("n_refused", n[UNIT_REFUSED]),
                   FIELD("n_failed", n[UNIT_FAILED]), FIELD("n_waiting", n[UNIT_WAITS])),
            "%d done, %d done before, %d refused, %d failed, %d not begun", n[UNIT_DONE], n[UNIT_KEPT], n[UNIT_REFUSED],
            n[UNIT_FAILED], n[UNIT_WAITS] + n[UNIT_RUNS]);
    c->check_failed |= n[UNIT_REFUSED] + n[UNIT_FAILED] > 0;
}

/* What the filter file says joins what the options say; the options win. */
static fsc_status read_filter(fsc_bids_filter *f, values *v, fsc_error *err) {
    if (!v->filter) return FSC_OK;
    TRY(fsc_bids_filter_read(f, v->filter, err));
    if (!v->acquisition && f->acquisition[0]) v->acquisition = f->acquisition;
    if (!v->run_label && f->run[0]) v->run_label = f->run;
    if (v->participant.n == 0)
        while (v->participant.n < f->n_participant && v->participant.n < OPT_TEXTS_MAX) {
            v->participant.item[v->participant.n] = f->participant[v->participant.n];
            v->participant.n++;
        }
    if (v->session.n == 0)
        while (v->session.n < f->n_session && v->session.n < OPT_TEXTS_MAX) {
            v->session.item[v->session.n] = f->session[v->session.n];
            v->session.n++;
        }
    return FSC_OK;
}

/* People at once and the threads of each: all cores of the machine, or those that --threads allows, or as they are
 * told. A scheduler gives a job fewer cores than the machine has; twice the threads on one core took twice the
 * processor. */
static void share_cores(jobs *j, const cli *c, const values *v, int n_unit) {
    const char *told = getenv("OMP_NUM_THREADS");
    const long online = sysconf(_SC_NPROCESSORS_ONLN), core = c->threads > 0 ? (long)c->threads
                                                              : online > 0   ? online
                                                                             : 1;
    const long each = v->n_threads_each > 0 ? (long)v->n_threads_each : told ? strtol(told, NULL, 10) : 0;
    j->n_at_once = v->n_procs > 0 ? (int)v->n_procs : core < 4096 ? (int)core : 4096;
    if (j->n_at_once > n_unit && n_unit > 0) j->n_at_once = n_unit;
    j->n_thread = each > 0 && each < 4096 ? (int)each : core > j->n_at_once ? (int)(core / j->n_at_once) : 1;
}

static fsc_status run_people(cli *c, const values *v, fsc_error *err) {
    words w = {.n = 0};
    people list;
    AUTO(char) options = NULL;
    make_words(&w, v);
    TRY(join_words(&options, &w, v->network, err));
    AUTO_ROWS study s = {v, options, {NULL, NULL, 0}};
    TRY(people_rows_read(&s.rows, v->dir, err));
    fsc_status status = people_find(c, &list, &(people_filter){v->dir, &v->participant, &v->session}, err);
    if (status == FSC_OK) status = check_out(c, v, err);
    if (status == FSC_OK) status = make_folders(c, v, &list, err);
    if (status == FSC_OK) status = find_kept(&list, &s, err);
    jobs j = {.cli = c, .dir = v->dir, .out = v->out, .word = w.item, .n_word = w.n, .note = note, .context = &s};
    share_cores(&j, c, v, list.n);
    if (status == FSC_OK) status = forget_states(&list, v->out, err);
    if (status == FSC_OK) {
        status = jobs_run(&j, &list, err);
        say_end(c, &list);
    }
    people_free(&list);
    return status;
}

/* Everybody by one rater's labels; results of all but the first lie in a dataset of their own below OUT. */
static fsc_status run_rater(cli *c, const values *v, const raters *all, int k, fsc_error *err) {
    values own = *v;
    char folder[100], out[CLI_PATH_MAX];
    AUTO(char) labels = NULL;
    AUTO(char) levels = NULL;
    raters_folder(folder, all, k);
    TRY(cli_path(out, sizeof out, err, "%s/%s", v->out, folder));
    TRY(raters_fill(&labels, v->labels, all->name[k], err));
    TRY(raters_fill(&levels, v->levels, all->name[k], err));
    own.labels = labels;
    own.levels = levels;
    if (k) own.out = out;
    cli_row(c, "rater", FIELDS(FIELD("name", (const char *)all->name[k]), FIELD("folder", (const char *)folder)),
            "%s: %s", all->name[k], own.out);
    return run_people(c, &own, err);
}

/* The raters behind a pattern. A call for some people keeps to those that an earlier call found, so that the jobs of an
 * array agree on who is the first. */
static fsc_status run_raters(cli *c, const values *v, fsc_error *err) {
    char path[CLI_PATH_MAX];
    raters all = {.n = 0};
    AUTO(char) text = NULL;
    TRY(cli_path(path, sizeof path, err, "%s/logs/raters.tsv", v->out));
    if (v->participant.n) raters_read(&all, path);
    if (all.n == 0) TRY(raters_find(&all, v->labels, err));
    for (int k = 0; k < all.n; k++) {
        TRY(run_rater(c, v, &all, k, err));
        if (k) continue;
        TRY(raters_list(&text, &all, err)); /* the folder stands now */
        TRY(people_write(path, text, err));
    }
    return FSC_OK;
}

static fsc_status run_participant(cli *c, const values *given, fsc_error *err) {
    values own = *given;
    fsc_bids_filter filter;
    TRY(read_filter(&filter, &own, err));
    return own.labels && strstr(own.labels, RATER_WORD) ? run_raters(c, &own, err) : run_people(c, &own, err);
}

static fsc_status run_group(cli *c, const values *v, fsc_error *err) {
    const char *out = v->out;
    static const char *const file[] = {"people", "sites",     "wide",  "quality", "levels",
                                       "change", "agreement", "norms", "order",   "subtypes"};
    AUTO(fsc_group) group = NULL;
    int missing = 0;
    const fsc_group_options options = {v->controls, v->other.item,       v->other.n,
                                       v->order,    (int32_t)c->threads, &c->progress};
    TRY(fsc_group_write(&group, out, &options, err));
    for (int32_t i = 0; i < group->n_member; i++) {
        const fsc_group_member *m = &group->member[i];
        if (strcmp(m->state, "done") == 0) {
            if (m->line[0])
                cli_row(c, "unsure",
                        FIELDS(FIELD("participant", (const char *)m->participant),
                               FIELD("session", (const char *)m->session), FIELD("line", (const char *)m->line)),
                        "%s: %s", m->name, m->line);
            continue;
        }
        missing++;
        cli_row(c, "missing",
                FIELDS(FIELD("participant", (const char *)m->participant), FIELD("session", (const char *)m->session),
                       FIELD("state", (const char *)m->state), FIELD("line", (const char *)m->line)),
                "%s %s: %s", m->name, m->state, m->line);
    }
    cli_row(c, "group", FIELDS(FIELD("n_table", group->n_table), FIELD("n_missing", missing)),
            "%d tables joined, %d missing", group->n_table, missing);
    char path[CLI_PATH_MAX];
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        TRY(cli_path(path, sizeof path, err, "%s/group_%s.tsv", out, file[i]));
        if (access(path, F_OK) == 0) cli_file(c, "table", path);
    }
    TRY(cli_path(path, sizeof path, err, "%s/group.html", out));
    cli_file(c, "page", path);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    if (strcmp(v->level, "participant") == 0) return run_participant(c, v, err);
    if (strcmp(v->level, "group") == 0) return run_group(c, v, err);
    c->code = EXIT_BIDS_LEVEL;
    return cli_refuse(err, FSC_E_ARG, "'%.40s' is no level of analysis; write participant or group", v->level);
}

static const arg args[] = {
    {"BIDS_DIR", offsetof(values, dir), 1, "the raw dataset; it is only read"},
    {"OUT", offsetof(values, out), 1, "where the results go, such as BIDS_DIR/derivatives/fascicle"},
    {"LEVEL", offsetof(values, level), 1, "participant (each person) or group (the study, from OUT alone)"},
    ARG_END};
static const opt opts[] = {
    OPT(values, participant, "participant-label", OPT_TEXTS, "ID",
        "only these people, with or without sub-, or a file with one a line", .also = "subject-label", .many = 1),
    OPT(values, session, "session-label", OPT_TEXTS, "ID", "only these sessions, likewise", .many = 1),
    OPT(values, filter, "bids-filter-file", OPT_TEXT, "FILE",
        "JSON of a query \"megre\": subject, session, acquisition, run, where the options do not say"),
    OPT(values, labels, "labels", OPT_TEXT, "FILE",
        "muscle label maps: a derivatives folder, or a path with {participant}, {session} or *; with {rater} everybody "
        "is measured once for each rater or method, and the group tells their agreement"),
    OPT(values, levels, "levels", OPT_TEXT, "FILE", "vertebra or disc label maps, likewise"),
    OPT(values, label_scheme, "label-scheme", OPT_NAME, "NAME", "numbering of the muscle labels",
        .names = fsc_scheme_names),
    OPT(values, level_scheme, "level-scheme", OPT_NAME, "NAME", "numbering of the levels", .names = fsc_scheme_names),
    OPT(values, segment, "segment", OPT_TEXTS, "PROGRAM", "find muscles and levels by a program of yours, as in run"),
    OPT(values, network, "network", OPT_TEXT, "FILE", "find muscles by a network of yours, as in run"),
    OPT(values, propose, "propose", OPT_FLAG, NULL, "propose labels of the low back, as in run"),
    OPT(values, accept_proposal, "accept-proposal", OPT_FLAG, NULL, "you have looked at the proposals and take them"),
    OPT(values, acquisition, "acquisition", OPT_TEXT, "NAME", "which acquisition, when there are several"),
    OPT(values, run_label, "run", OPT_TEXT, "ID", "which run, when there are several"),
    OPT(values, forecast, "forecast", OPT_FLAG, NULL, "add the forecast of the injury-cycle model"),
    OPT(values, n_procs, "n-procs", OPT_INTEGER, "N", "people at once (default: one a core); threads are shared out",
        .high = 4096, .also = "nprocs|n-cpus|nthreads"),
    OPT(values, n_threads_each, "omp-nthreads", OPT_INTEGER, "N", "threads of each person's process", .high = 4096),
    OPT(values, controls, "controls", OPT_TEXT, "RULE",
        "group: COLUMN=VALUE of participants.tsv marks controls (default: group=control); norms are fitted to them"),
    OPT(values, other, "compare-with", OPT_TEXTS, "FOLDER",
        "group: results of another rater or method for the same people; their agreement is told"),
    OPT(values, order, "order", OPT_FLAG, NULL,
        "group: add the order in which sites become abnormal (minutes for a thousand)"),
    OPT(values, force, "force", OPT_FLAG, NULL, "do again what is done and has not changed"),
    OPT(values, work, "work-dir", OPT_TEXT, "FOLDER", "accepted for BIDS Apps; nothing is written there",
        .letter = 'w'),
    OPT(values, skip_validation, "skip-bids-validation", OPT_FLAG, NULL,
        "accepted for BIDS Apps; nothing is validated"),
    OPT_END,
};
const command cmd_cohort = {
    .name = "cohort",
    .group = "the whole way",
    .line = "a dataset of many people, as a BIDS App: each person, then the group",
    .about =
        "participant: walks the whole way for each person and session, several at once, each as `fascicle run BIDS_DIR "
        "--participant sub-... --session ses-... --out OUT` would. One bad scan stops nobody else: each person ends as "
        "done, "
        "refused (with the line) or failed (with its log in OUT/logs). Who is done is not done again while inputs, "
        "options and version stay the same.\n\n"
        "group: needs OUT only. Joins every table into group_sites.tsv, with the columns of participants.tsv behind "
        "it, and "
        "names first who is missing.\n\n"
        "Exit codes are those of the BIDS Apps execution draft: 0; 1 somebody was refused or failed; 16 no BIDS "
        "dataset; 17 "
        "unknown level; 18 the labels select nobody; 64 wrong command line; 65 wrong data; 66 no such folder; 73 OUT "
        "cannot "
        "be made; 74 a file cannot be read or written; 130 interrupted.",
    .examples = "# a study of one\n"
                "fascicle cohort demo study participant --participant-label 01\n"
                "fascicle cohort demo labelled participant --labels demo/derivatives/truth\n"
                "fascicle cohort demo labelled group",
    .args = args,
    .opts = opts,
    .size = sizeof(values),
    .run = run,
    .starts_program = cmd_always,
    .bids_codes = 1,
};
