/* fascicle view: a folder of results in the browser. */
#include "walk.h"

#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct values {
    const char *out, *participant, *session, *page;
    int64_t port, idle_min;
    int open;
} values;

/* Where the maps of one scan are. */
typedef struct found {
    char anat[CLI_PATH_MAX], name[256];
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
        const int a = snprintf(f->anat, sizeof f->anat, "%.*s", (int)(name - path), path);
        const int b = snprintf(f->name, sizeof f->name, "%.*s", (int)(n - cut), name + 1);
        return a > 0 && (size_t)a < sizeof f->anat && b > 0 && (size_t)b < sizeof f->name;
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

static fsc_status run(cli *c, const void *given, fsc_error *err) {
    const values *v = given;
    char page[CLI_PATH_MAX];
    session s = {.cli = c, .values = v};
    const fsc_progress progress = {.step = step};
    found f = {0};
    TRY(find_maps(&f, v, err));
    const fsc_view_input input = {
        .folder = v->out, .anat = f.anat, .name = f.name, .page = find_page(page, sizeof page, v)};
    const fsc_view_options options = {.port = (int32_t)v->port,
                                      .idle_s = 60.0 * (double)v->idle_min,
                                      .progress = &progress,
                                      .opened = opened,
                                      .context = &s};
    return fsc_view_run(&input, &options, err);
}

static const arg args[] = {{"OUT", offsetof(values, out), 1, "the --out folder of an earlier run"}, ARG_END};
static const opt opts[] = {
    OPT(values, participant, "participant", OPT_TEXT, "ID", "whose maps, when there are several (16 or sub-16)"),
    OPT(values, session, "session", OPT_TEXT, "ID", "which visit of that person (02 or ses-02)"),
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
             "leaves the machine: only who has that address is answered. Research software, no medical device.",
    .examples = NULL,
    .args = args,
    .opts = opts,
    .defaults = &defaults,
    .size = sizeof(values),
    .run = run,
};
