#include "files.h"

#include "fail.h"
#include "format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *path, *name, *type;
} page_file[] = {
    {"", "index.html", "text/html; charset=utf-8"},
    {"app.js", "app.js", "text/javascript; charset=utf-8"},
    {"app.css", "app.css", "text/css; charset=utf-8"},
    {"licences.txt", "licences.txt", "text/plain; charset=utf-8"},
};

/* Each under the first ending that is there: maps that are no PDFF in the strict sense say so in their name. */
static const struct {
    const char *key, *ending[3], *title, *unit;
} map_file[] = {
    {"pdff", {"_PDFFmap.nii.gz", "_desc-2point_PDFFmap.nii.gz", "_desc-ready_PDFFmap.nii.gz"}, "Fat fraction", "%"},
    {"water", {"_desc-water_S0map.nii.gz"}, "Water", ""},
    {"fat", {"_desc-fat_S0map.nii.gz"}, "Fat", ""},
    {"r2star", {"_R2starmap.nii.gz"}, "R2*", "1/s"},
    {"error", {"_desc-pdffse_PDFFmap.nii.gz"}, "Error of the fat fraction", "%"},
    {"residual", {"_desc-residual_quality.nii.gz"}, "Residual of the fit", ""},
    {"swap", {"_desc-swap_quality.nii.gz"}, "Swap probability", ""},
    {"flags", {"_desc-flags_quality.nii.gz"}, "Flags of the separation", ""},
};
enum { N_PAGE = sizeof page_file / sizeof *page_file, N_MAP = sizeof map_file / sizeof *map_file };

/* A regular file of this folder; a link is none, wherever it points. */
static int open_plain(int folder, const char *name, int64_t *size) {
    struct stat info;
    const int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return -1;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) return *size = info.st_size, fd;
    (void)close(fd);
    return -1;
}

static int open_map(const fsc_view_files *files, int i, int64_t *size) {
    int fd = -1;
    for (size_t e = 0; e < 3 && fd < 0 && map_file[i].ending[e]; e++) {
        char name[320];
        if (fsc_format(name, sizeof name, "%s%s", files->name, map_file[i].ending[e]) < (int)sizeof name)
            fd = open_plain(files->anat, name, size);
    }
    return fd;
}

fsc_status fsc_view_files_open(fsc_view_files *out, const char *anat, const char *name, const char *page,
                               fsc_error *err) {
    int64_t size = 0;
    *out = (fsc_view_files){.anat = -1, .page = -1};
    if (strlen(name) >= sizeof out->name) return fsc_fail(err, FSC_E_RANGE, "%s: the name is too long", name);
    (void)fsc_format(out->name, sizeof out->name, "%s", name);
    out->anat = open(anat, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out->anat < 0) return fsc_fail(err, FSC_E_IO, "%s: %s", anat, strerror(errno));
    out->page = page ? open(page, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    const int index = out->page >= 0 ? open_plain(out->page, "index.html", &size) : -1;
    if (index < 0) {
        fsc_view_files_close(out);
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s: the viewer's page is not here; make it with 'npm ci && npm run build' in viewer/",
                        page ? page : "viewer/dist");
    }
    (void)close(index);
    return FSC_OK;
}

void fsc_view_files_close(fsc_view_files *files) {
    if (files->anat >= 0) (void)close(files->anat);
    if (files->page >= 0) (void)close(files->page);
    files->anat = files->page = -1;
}

void fsc_view_files_answer(const fsc_view_files *files, const char *path, fsc_view_reply *reply) {
    static const char map[] = "map/", ending[] = ".nii.gz";
    for (int i = 0; i < N_PAGE && reply->fd < 0; i++)
        if (strcmp(path, page_file[i].path) == 0) {
            reply->fd = open_plain(files->page, page_file[i].name, &reply->size);
            reply->type = page_file[i].type;
        }
    for (int i = 0; i < N_MAP && reply->fd < 0 && strncmp(path, map, sizeof map - 1) == 0; i++) {
        const char *key = path + sizeof map - 1;
        const size_t n = strlen(map_file[i].key);
        if (strncmp(key, map_file[i].key, n) != 0 || strcmp(key + n, ending) != 0) continue;
        reply->fd = open_map(files, i, &reply->size);
        reply->type = "application/octet-stream";
    }
    reply->status = reply->fd >= 0 ? 200 : 404;
    if (reply->fd < 0) fsc_text_add(&reply->body, "there is no such file");
}

const char *fsc_view_files_map(const fsc_view_files *files, int i, const char **title, const char **unit, int *there) {
    if (i >= N_MAP) return NULL;
    int64_t size = 0;
    const int fd = open_map(files, i, &size);
    *there = fd >= 0;
    if (fd >= 0) (void)close(fd);
    *title = map_file[i].title;
    *unit = map_file[i].unit;
    return map_file[i].key;
}
