/* fascicle view: a folder of results in the browser. */
#include "walk.h"

#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct values {
    const char *out, *participant, *session, *page;
    const char *with, *with_session; /* another visit */
    const char *export;              /* a file instead of a server */
    const char *levels, *level_scheme, *exam, *date, *by;
    opt_texts norms;
    int64_t port, idle_min;
    int open, forecast;
} values;

/* Where the maps of one scan are. */
typedef struct found {
    char map[CLI_PATH_MAX], anat[CLI_PATH_MAX], name[256];
} found;

static const char *without(const char *prefix, const char *id) {
    const size_t n = strlen(prefix);
    return strncmp(id, prefix, n) == 0 ? id + n : id;
}

/* Takes <anat>/<name>_PDFFmap.nii.gz apart; the errors' map is not the one that is meant. */
static int take_map(found *f, const char *path) {
    static const char *const ending[] = {"_desc-2point_PDFFmap.nii.gz", "_desc-ready_PDFFmap.nii.gz",
                                         "_PDFFmap.nii.gz"};
    const char *name = strrchr(path, '/');
    if (!name || strstr(name, "_desc-pdffse_")) return 0;
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        const size_t n = strlen(name + 1), cut = strlen(ending[i]);
        if (n <= cut || strcmp(name + 1 + n - cut, ending[i]) != 0) continue;
        const int m = snprintf(f->map, sizeof f->map, "%s", path);
        const int a = snprintf(f->anat, sizeof f->anat, "%.*s", (int)(name - path), path);
        const int b = snprintf(f->name, sizeof f->name, "%.*s", (int)(n - cut), name + 1);
        return (size_t)m < sizeof f->map && a > 0 && (size_t)a < sizeof f->anat && b > 0 && (size_t)b < sizeof f->name;
    }
    return 0;
}

/* The folder's own letters mean themselves in a pattern. */
static fsc_status escape(char *out, size_t size, const char *path, fsc_error *err) {
    size_t n = 0;
    for (; *path && n + 3 < size; path++) {
        if (strchr("*?[]\\", *path)) out[n++] = '\\';
        out[n++] = *path;
    }
    out[n] = 0;
    return *path ? cli_refuse(err, FSC_E_RANGE, "%.200s...: path is too long", out) : FSC_OK;
}

static fsc_status find_maps(found *f, const values *v, fsc_error *err) {
    char out[CLI_PATH_MAX - 600], pattern[CLI_PATH_MAX];
    const char *who = v->participant ? without("sub-", v->participant) : "*";
    const char *visit = v->session ? without("ses-", v->session) : "*";
    glob_t list = {0};
    found one;
    int n = 0;
    TRY(escape(out, sizeof out, v->out, err));
    for (int depth = v->session ? 2 : v->participant ? 1 : 0; depth < 3; depth++) {
        TRY(cli_path(pattern, sizeof pattern, err, "%s%s%.200s%s%.200s/anat/*_PDFFmap.nii.gz", out,
                     depth > 0 ? "/sub-" : "", depth > 0 ? who : "", depth > 1 ? "/ses-" : "",
                     depth > 1 ? visit : ""));
        (void)glob(pattern, list.gl_pathc ? GLOB_APPEND : 0, NULL, &list);
    }
    for (size_t i = 0; i < list.gl_pathc; i++)
        if (take_map(&one, list.gl_pathv[i]) && n++ == 0) *f = one;
    globfree(&list);
    if (n == 0)
        return cli_refuse(err, FSC_E_NOTFOUND, "%.300s: no maps of 'fascicle run' here; name its --out folder",
                          v->out);
    if (n > 1)
        return cli_refuse(err, FSC_E_NOTFOUND,
                          "%.300s: holds the maps of %d scans; choose with --participant and --session", v->out, n);
    return FSC_OK;
}

/* The built page: beside an installed program, or in the source tree that the program was built in. */
static const char *find_page(char *page, size_t size, const values *v) {
    static const char *const place[] = {"/../share/fascicle/viewer", "/../../../viewer/dist"};
    char self[CLI_PATH_MAX];
    struct stat info;
    if (v->page) return v->page;
    const ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return NULL;
    self[n] = 0;
    char *slash = strrchr(self, '/');
    if (slash) *slash = 0;
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        const int length = snprintf(page, size, "%s%s", self, place[i]);
        if (length > 0 && (size_t)length < size && stat(page, &info) == 0 && S_ISDIR(info.st_mode)) return page;
    }
    return NULL;
}

/* The desktop's own way to open an address; where there is none, the printed line serves. */
static void open_browser(const char *address) {
    const pid_t child = fork();
    if (child == 0) {
        if (fork() == 0) {
            (void)setsid();
            if (freopen("/dev/null", "r", stdin) && freopen("/dev/null", "w", stdout) &&
                freopen("/dev/null", "w", stderr))
                (void)execlp("xdg-open", "xdg-open", address, (char *)NULL);
        }
        _exit(0);
    }
    if (child > 0) (void)waitpid(child, NULL, 0);
}

typedef struct session {
    cli *cli;
    const values *values;
    const found *found;
    char edited[CLI_PATH_MAX]; /* where a save goes: a dataset of its own in the folder */
    const char *levels, *level_scheme, *t2; /* of the run, or given; NULL = none */
    fsc_view_found found_levels, found_t2;
    char anat[CLI_PATH_MAX];   /* the person's folder in it */
} session;

static void opened(void *context, const char *address) {
    const session *s = context;
    cli_row(s->cli, "view", FIELDS(FIELD("address", address)), "%s (Ctrl-C ends it)", address);
    if (s->values->open) open_browser(address);
}

/* Nothing is drawn while it waits; a signal ends it. */
static int step(void *context, const char *stage, double fraction) {
    fsc_error ignored = FSC_ERROR_INIT;
    (void)context, (void)stage, (void)fraction;
    return cli_go_on(&ignored) != FSC_OK;
}

/* The exam that was saved in the window, else the one that was given; NULL when there is none. */
static const char *find_exam(char *path, const session *s) {
    const int n = snprintf(path, CLI_PATH_MAX, "%s/%s_exam.json", s->anat, s->found->name);
    return n > 0 && n < CLI_PATH_MAX && access(path, F_OK) == 0 ? path : s->values->exam;
}

/* The words of the 'fascicle run' that a save is: who types them gets the same files. */
static int run_words(const char **word, const session *s, const fsc_view_saved *saved, const char *exam) {
    const values *v = s->values;
    const int renamed = saved->levels_path != NULL;
    const char *const pair[][2] = {{"--labels", saved->labels_path},
                                   {"--levels", renamed ? saved->levels_path : s->levels},
                                   {"--level-scheme", renamed ? saved->level_scheme : s->level_scheme},
                                   {"--t2", s->t2},
                                   {"--exam", exam},
                                   {"--date", v->date},
                                   {"--out", s->edited}};
    int n = 0;
    word[n++] = "fascicle";
    word[n++] = "run";
    word[n++] = s->found->map;
    for (size_t i = 0; i < sizeof pair / sizeof *pair; i++)
        if (pair[i][1]) word[n++] = pair[i][0], word[n++] = pair[i][1];
    for (int i = 0; i < v->norms.n; i++) word[n++] = "--norms", word[n++] = v->norms.item[i];
    if (v->forecast) word[n++] = "--forecast";
    if (saved->accepted) word[n++] = "--accept-proposal";
    return n;
}

/* Table, map and pages of the edited labels, by 'fascicle run' itself. */
static fsc_status save(void *context, const fsc_view_saved *saved, fsc_error *err) {
    const session *s = context;
    char exam[CLI_PATH_MAX];
    const char *word[24 + 2 * OPT_TEXTS_MAX];
    const int n = run_words(word, s, saved, find_exam(exam, s));
    int help = 0;
    AUTO(char) set = malloc(cmd_run.size);
    if (!set) return cli_refuse(err, FSC_E_NOMEM, "out of memory while saving");
    memcpy(set, cmd_run.defaults, cmd_run.size);
    cli run = {.quiet = 1,
               .threads = s->cli->threads,
               .cmd = &cmd_run,
               .values = set,
               .argc = n,
               .argv = (char *const *)word,
               .progress = s->cli->progress};
    TRY(opt_parse(&cmd_run, set, &run, n - 1, (char *const *)word + 1, &help, err));
    run.quiet = 1;
    TRY(cmd_run.run(&run, set, err));
    cli_file(s->cli, "saved", saved->labels_path);
    return FSC_OK;
}

/* Plan and pages of a saved exam where labels cannot be changed. */
static fsc_status plan(void *context, fsc_error *err) {
    const session *s = context;
    const values *v = s->values;
    char exam[CLI_PATH_MAX], labels[CLI_PATH_MAX];
    TRY(cli_path(labels, sizeof labels, err, "%s/%s_desc-edited_dseg.nii.gz", s->anat, s->found->name));
    if (access(labels, F_OK) == 0)
        return cli_refuse(err, FSC_E_ARG, "the labels of this folder were changed; start with --levels to make them of those");
    const walk_map_options with = {.exam = find_exam(exam, s), .date = v->date, .norms = v->norms};
    return walk_again(s->cli, s->found->map, s->edited, &with, v->forecast, err);
}

static int has_levels(const fsc_sites *sites) {
    for (int32_t i = 0; i < sites->n_site; i++)
        if (strcmp(sites->site[i].place.level, "n/a") != 0) return 1;
    return 0;
}

/* What the run left beside its maps; a run without labels left no sites. */
static fsc_status read_sites(walk *w, const found *f) {
    char path[CLI_PATH_MAX];
    TRY(cli_path(path, sizeof path, w->err, "%s/%s_desc-sites_dseg.nii.gz", f->anat, f->name));
    if (access(path, F_OK) != 0) return FSC_OK;
    TRY(fsc_sites_read(&w->sites, path, w->err));
    TRY(fsc_recipe_add_input(&w->scan->recipe, path, w->err));
    TRY(cli_path(path, sizeof path, w->err, "%s/%s_sites.tsv", f->anat, f->name));
    return fsc_measures_read(&w->measures, path, w->err);
}

/* The run's level and T2 maps, as it recorded them unless they are given. */
static fsc_status find_inputs(session *s, walk *w) {
    const values *v = s->values;
    const found *f = s->found;
    s->levels = v->levels;
    s->level_scheme = v->level_scheme;
    if (!w->sites) return FSC_OK;
    TRY(fsc_view_find_input(&s->found_levels, "levels", v->out, f->anat, f->name, w->err));
    TRY(fsc_view_find_input(&s->found_t2, "t2", v->out, f->anat, f->name, w->err));
    if (!s->levels && s->found_levels.path[0] && has_levels(w->sites)) {
        s->levels = s->found_levels.path;
        if (!s->level_scheme && s->found_levels.scheme[0]) s->level_scheme = s->found_levels.scheme;
    }
    if (s->found_t2.path[0]) s->t2 = s->found_t2.path;
    if (s->found_t2.name[0] && !s->t2)
        cli_line(s->cli, "view", "the run's T2 map %s has gone: a save has no T2; it was looked for %s",
                 s->found_t2.name, s->found_t2.where);
    return FSC_OK;
}

static void say_look_only(const session *s, const walk *w) {
    if (!w->sites)
        cli_line(s->cli, "view", "to look at; a run with --labels shows its muscles too");
    else if (s->found_levels.name[0])
        cli_line(s->cli, "view",
                 "to look at; the run's level map %s was looked for %s and is not there (or is another now): name it "
                 "with --levels FILE to change labels",
                 s->found_levels.name, s->found_levels.where);
    else
        cli_line(s->cli, "view", "to look at; the run recorded no level map: --levels FILE lets you change labels");
}

/* What changing labels needs beside looking at them. */
static fsc_status add_editing(fsc_view_input *input, session *s, walk *w) {
    const values *v = s->values;
    if (!w->sites || (!s->levels && has_levels(w->sites))) return say_look_only(s, w), FSC_OK;
    if (s->levels) TRY(fsc_recipe_add_input(&w->scan->recipe, s->levels, w->err));
    if (s->t2) {
        TRY(fsc_volume_read(&w->t2, s->t2, w->err));
        TRY(fsc_recipe_add_input(&w->scan->recipe, s->t2, w->err));
        TRY(fsc_fatwater_take_t2(w->fatwater, w->t2, w->err));
    }
    TRY(cli_recipe(s->cli, &w->scan->recipe, w->err));
    TRY(fsc_recipe_open_dataset(s->edited, w->err));
    input->save_anat = s->anat;
    input->level_scheme = s->level_scheme;
    input->level_file = s->levels;
    input->side_known = w->scan->side_known;
    input->by = v->by;
    input->recipe = &w->scan->recipe;
    return FSC_OK;
}

/* The visit to be shown beside: of another folder, of another session, or both. */
static fsc_status find_with(found *other, fsc_measures **measures, const values *v, fsc_error *err) {
    values there = *v;
    char path[CLI_PATH_MAX];
    if (v->with) there.out = v->with;
    if (v->with || v->with_session) there.session = v->with_session;
    TRY(find_maps(other, &there, err));
    TRY(cli_path(path, sizeof path, err, "%s/%s_sites.tsv", other->anat, other->name));
    return access(path, F_OK) == 0 ? fsc_measures_read(measures, path, err) : FSC_OK;
}

/* One file in place of a server. */
static fsc_status write_export(session *s, const fsc_view_input *input, fsc_error *err) {
    const char *path = s->values->export;
    char labels[CLI_PATH_MAX];
    int64_t size = 0;
    int32_t reduced = 0;
    TRY(cli_path(labels, sizeof labels, err, "%s/%s_desc-edited_dseg.nii.gz", s->anat, s->found->name));
    if (!input->save_anat && access(labels, F_OK) == 0)
        return cli_refuse(err, FSC_E_ARG, "the labels of this folder were changed; give --levels to show those");
    TRY(fsc_view_export(&size, &reduced, input, path, err));
    cli_row(s->cli, "export", FIELDS(FIELD("size_bytes", (long long)size), FIELD("reduced", (long long)reduced)),
            "%.1f MB%s, without name, day, exam and comparisons; left in it: a body's shape, and the table",
            (double)size / 1e6, reduced ? ", the picture coarser than the scan" : "");
    cli_file(s->cli, "export", path);
    return FSC_OK;
}

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    char page[CLI_PATH_MAX];
    found f = {0}, other = {0};
    session s = {.cli = c, .values = v, .found = &f};
    const fsc_progress progress = {.step = step};
    AUTO_STRUCT(walk) w = {.cli = c, .err = err};
    AUTO(fsc_labels) levels = NULL;
    AUTO(fsc_measures) with = NULL;
    TRY(find_maps(&f, v, err));
    if (v->with || v->with_session) TRY(find_with(&other, &with, v, err));
    TRY(walk_scan(&w, f.map, &(walk_scan_options){0}));
    TRY(walk_earlier_maps(&w, f.map, NULL));
    TRY(read_sites(&w, &f));
    TRY(find_inputs(&s, &w));
    if (s.levels) TRY(fsc_labels_read(&levels, s.levels, err));
    fsc_view_input input = {.folder = v->out,
                            .anat = f.anat,
                            .name = f.name,
                            .page = find_page(page, sizeof page, v),
                            .fatwater = w.fatwater,
                            .measures = w.measures,
                            .sites = w.sites,
                            .levels = levels,
                            .with_anat = other.anat[0] ? other.anat : NULL,
                            .with_name = other.name,
                            .with_measures = with,
                            .save_folder = s.edited,
                            .exam_anat = s.anat,
                            .exam_file = v->exam};
    TRY(cli_path(s.edited, sizeof s.edited, err, "%s/edited", v->out));
    TRY(cli_path(s.anat, sizeof s.anat, err, "%s%s", s.edited, f.anat + strlen(v->out)));
    /* A copy makes no folder: where nothing was changed there is nothing to take up. */
    if (!v->export || access(s.anat, F_OK) == 0) TRY(add_editing(&input, &s, &w));
    if (v->export) return write_export(&s, &input, err);
    const fsc_view_options options = {.port = (int32_t)v->port,
                                      .idle_s = 60.0 * (double)v->idle_min,
                                      .progress = &progress,
                                      .opened = opened,
                                      .save = save,
                                      .plan = plan,
                                      .context = &s};
    return fsc_view_run(&input, &options, err);
}

static const arg args[] = {{"OUT", offsetof(values, out), 1, "the --out folder of an earlier run"}, ARG_END};
static const opt opts[] = {
    OPT(values, participant, "participant", OPT_TEXT, "ID", "whose maps, when there are several (16 or sub-16)"),
    OPT(values, session, "session", OPT_TEXT, "ID", "which visit of that person (02 or ses-02)"),
    OPT(values, with, "with", OPT_TEXT, "FOLDER", "another visit beside it: the --out folder of that run"),
    OPT(values, with_session, "with-session", OPT_TEXT, "ID", "likewise: which of its sessions, or of OUT's (01 or ses-01)"),
    OPT(values, export, "export", OPT_TEXT, "FILE.html",
        "in place of a server: one file to look at, for somebody without the program"),
    OPT(values, levels, "levels", OPT_TEXT, "FILE", "the level map of the run, where it is not found by what the run recorded"),
    OPT(values, level_scheme, "level-scheme", OPT_NAME, "NAME", "its numbering, when it is not clear from the values",
        .names = fsc_scheme_names),
    OPT(values, by, "by", OPT_TEXT, "NAME", "who changes them, to be noted beside the labels"),
    OPT(values, exam, "exam", OPT_TEXT, "FILE", "the exam to begin with, and for what a save makes, as in run"),
    OPT(values, date, "date", OPT_DAY, "DAY", "likewise: the day of the scan"),
    OPT(values, norms, "norms", OPT_TEXTS, "FILE", "likewise: a norm table of your own"),
    OPT(values, forecast, "forecast", OPT_FLAG, NULL, "likewise: with a forecast"),
    OPT(values, port, "port", OPT_INTEGER, "N", "which port of this machine; any that is free without it", .low = 1,
        .high = 65535),
    OPT(values, open, "open", OPT_FLAG, NULL, "open the browser too"),
    OPT(values, idle_min, "idle", OPT_INTEGER, "MINUTES", "ends after as long without a window that asks", .low = 1,
        .high = 10000),
    OPT(values, page, "viewer", OPT_TEXT, "FOLDER", "the built page, when it is not where Fascicle was installed"),
    OPT_END,
};
static const values defaults = {.idle_min = 60};
const command cmd_view = {
    .name = "view",
    .group = "step by step",
    .line = "the maps and labels of an earlier run in the browser, on this machine only",
    .about = "Serves the results of a run to a browser on the same machine, and prints the address to open. Nothing "
             "leaves the machine: only who has that address is answered. The muscles' labels and the levels' names can be "
             "changed: the table follows each stroke, and a save writes the labels, table, map and pages into OUT/edited, "
             "as 'fascicle run' with those labels does. The exam can be filled in beside the picture, and brings its "
             "plan. The files of the run itself are never written to. With --export nothing is served: the page is "
             "written as one file. Research software, no medical device.",
    .examples = NULL,
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
    .starts_program = cmd_always,
};
