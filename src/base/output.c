#define _DEFAULT_SOURCE /* syscall(2): renameat2 has no wrapper in POSIX */
#include "fail.h"
#include "file.h"
#include "format.h"
#include "json.h"
#include "scratch.h"
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <fascicle/output.h>
#include <fascicle/recipe.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define STAGE ".fascicle-"
#define STALE_S (24 * 3600)
#define EXCHANGE 2 /* RENAME_EXCHANGE of renameat2(2) */
enum {
    DEEPEST = 30
}; /* folders of the user's that are kept, one in the other; fsc_scratch_remove goes a little deeper */

/* What each step leaves, behind the stem of a scan's name. */
static const struct {
    fsc_output_step step;
    const char *pattern;
} made[] = {
    {FSC_OUTPUT_MAPS, "_PDFFmap.*"},
    {FSC_OUTPUT_MAPS, "_desc-*_PDFFmap.*"},
    {FSC_OUTPUT_MAPS, "_R2starmap.*"},
    {FSC_OUTPUT_MAPS, "_fieldmap.*"},
    {FSC_OUTPUT_MAPS, "_desc-*_S0map.*"},
    {FSC_OUTPUT_MAPS, "_desc-*_quality.*"},
    {FSC_OUTPUT_PROPOSAL, "_desc-proposal*_dseg.*"},
    {FSC_OUTPUT_PROPOSAL, "_desc-carried*_dseg.*"},
    {FSC_OUTPUT_PROPOSAL, "_desc-network_dseg.*"},
    {FSC_OUTPUT_SITES, "_desc-sites_dseg.*"},
    {FSC_OUTPUT_SITES, "_sites.*"},
    {FSC_OUTPUT_MAP, "_map.json"},
    {FSC_OUTPUT_FORECAST, "_forecast.json"},
    {FSC_OUTPUT_FORECAST, "_plan.json"},
    {FSC_OUTPUT_FORECAST, "_plan.ics"},
    {FSC_OUTPUT_PAGES, "_report.*"},
    {FSC_OUTPUT_PAGES, "_desc-*_report.*"},
    {FSC_OUTPUT_PAGES, "_SEG.dcm"},
    {FSC_OUTPUT_PAGES, "_SR.dcm"},
    {FSC_OUTPUT_PAGES, "_PDF.dcm"},
    {FSC_OUTPUT_PAGES, "_fhir.json"},
};

/* Whether a name is a file that a step from `from` on leaves for stem. */
static int is_made(const char *name, const char *stem, fsc_output_step from) {
    const size_t n = strlen(stem);
    if (strncmp(name, stem, n) != 0) return 0;
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        if (made[i].step >= from && fnmatch(made[i].pattern, name + n, 0) == 0) return 1;
    return 0;
}

static fsc_status put(char *out, size_t size, fsc_error *err, const char *fmt, ...) FSC_PRINTF(4, 5);
static fsc_status put(char *out, size_t size, fsc_error *err, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    const int n = fsc_vprint(out, size, fmt, args);
    va_end(args);
    return n >= 0 && (size_t)n < size ? FSC_OK : fsc_fail(err, FSC_E_RANGE, "the output folder's path is too long");
}

/* Sets that nobody finished. */
static void sweep(const char *dataset) {
    DIR *list = opendir(dataset);
    for (const struct dirent *entry; list && (entry = readdir(list)) != NULL;) {
        struct stat info;
        fsc_scratch old = {0};
        if (strncmp(entry->d_name, STAGE, sizeof STAGE - 1) != 0) continue;
        if (fstatat(dirfd(list), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode)) continue;
        if (time(NULL) - info.st_mtime <= STALE_S) continue;
        if (put(old.path, sizeof old.path, NULL, "%s/%s", dataset, entry->d_name) == FSC_OK) fsc_scratch_remove(&old);
    }
    if (list) (void)closedir(list);
}

static const char *or_empty(const char *text) {
    return text ? text : "";
}

fsc_status fsc_output_begin(fsc_output *out, const char *dataset, const char *participant, const char *session,
                            fsc_error *err) {
    memset(out, 0, sizeof *out);
    const char *who = or_empty(participant), *when = or_empty(session);
    FSC_TRY(fsc_recipe_open_dataset(dataset, err));
    sweep(dataset);
    FSC_TRY(put(out->dataset, sizeof out->dataset, err, "%s", dataset));
    FSC_TRY(put(out->folder, sizeof out->folder, err, "%s%s%s%s%s/anat", dataset, *who ? "/" : "", who,
                *when ? "/" : "", when));
    fsc_scratch stage = {0};
    FSC_TRY(fsc_scratch_make(&stage, dataset, err));
    FSC_TRY(put(out->stage, sizeof out->stage, err, "%s", stage.path));
    FSC_TRY(put(out->anat, sizeof out->anat, err, "%s/anat", out->stage));
    FSC_TRY(put(out->pages, sizeof out->pages, err, "%s/pages", out->stage));
    FSC_TRY(fsc_file_make_folder(out->anat, err));
    return fsc_file_make_folder(out->pages, err);
}

void fsc_output_abandon(fsc_output *out) {
    fsc_scratch stage = {0};
    if (out->stage[0] && put(stage.path, sizeof stage.path, NULL, "%s", out->stage) == FSC_OK)
        fsc_scratch_remove(&stage);
    out->stage[0] = 0;
}

static fsc_status keep(const char *old, const char *now, int depth, fsc_error *err);

/* A folder cannot have two names: it is made again, and what is in it gets its second name there. */
static fsc_status keep_folder(const char *old, const char *now, mode_t mode, int depth, fsc_error *err) {
    char **name = NULL, from[4096], to[4096];
    int32_t n = 0;
    if (depth > DEEPEST) return fsc_fail(err, FSC_E_RANGE, "%s: folders are nested too deep to be kept", old);
    FSC_TRY(fsc_file_make_folder(now, err));
    FSC_TRY(fsc_file_list(&name, &n, old, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        status = put(from, sizeof from, err, "%s/%s", old, name[i]);
        if (status == FSC_OK) status = put(to, sizeof to, err, "%s/%s", now, name[i]);
        if (status == FSC_OK) status = keep(from, to, depth + 1, err);
    }
    fsc_file_free_names(name, n);
    (void)chmod(now, mode & 0777);
    return status;
}

/* A second name for a file, or a copy where the file system knows no second names: what is there stays there until the
 * new set stands. */
static fsc_status keep(const char *old, const char *now, int depth, fsc_error *err) {
    struct stat info;
    if (lstat(old, &info) != 0)
        return fsc_fail(err, FSC_E_IO, "%s: cannot be kept beside the new results (%s)", old, strerror(errno));
    if (S_ISDIR(info.st_mode)) return keep_folder(old, now, info.st_mode, depth, err);
    return linkat(AT_FDCWD, old, AT_FDCWD, now, 0) == 0 ? FSC_OK : fsc_file_copy(old, now, err);
}

/* Whatever stands in the folder and is not to go stays, unless the set has its own. */
static fsc_status keep_others(const fsc_output *out, const char *stem, fsc_output_step from, fsc_error *err) {
    char **name = NULL, old[4096], now[4096];
    int32_t n = 0;
    if (!fsc_file_exists(out->folder)) return FSC_OK;
    FSC_TRY(fsc_file_list(&name, &n, out->folder, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        if (is_made(name[i], stem, from)) continue;
        status = put(old, sizeof old, err, "%s/%s", out->folder, name[i]);
        if (status == FSC_OK) status = put(now, sizeof now, err, "%s/%s", out->anat, name[i]);
        if (status == FSC_OK && !fsc_file_exists(now)) status = keep(old, now, 0, err);
    }
    fsc_file_free_names(name, n);
    return status;
}

/* Pages of earlier runs, between the dataset and a folder aside. They are asked for by name: they lie beside everybody
 * else's, and a listing for each person of a study would be a square. */
static fsc_status move_old_pages(const fsc_output *out, const char *stem, int back, fsc_error *err) {
    static const char *const end[] = {"_report.html",
                                      "_report.pdf",
                                      "_desc-person_report.html",
                                      "_desc-person_report.pdf",
                                      "_desc-clinic_report.html",
                                      "_desc-clinic_report.pdf",
                                      "_desc-research_report.html",
                                      "_desc-research_report.pdf",
                                      "_SEG.dcm",
                                      "_SR.dcm",
                                      "_PDF.dcm",
                                      "_fhir.json"};
    char path[4096], aside[4096];
    for (size_t i = 0; i < sizeof end / sizeof *end; i++) {
        FSC_TRY(put(path, sizeof path, err, "%s/%s%s", out->dataset, stem, end[i]));
        FSC_TRY(put(aside, sizeof aside, err, "%s/old-pages/%s%s", out->stage, stem, end[i]));
        if (rename(back ? aside : path, back ? path : aside) != 0 && errno != ENOENT && !back)
            return fsc_fail(err, FSC_E_IO, "%s: cannot be replaced (%s)", path, strerror(errno));
    }
    return FSC_OK;
}

/* The set's own pages, into the dataset (*placed counts them) or back. */
static fsc_status move_new_pages(const fsc_output *out, char **name, int32_t n, int32_t *placed, int back,
                                 fsc_error *err) {
    char from[4096], to[4096];
    for (int32_t i = 0; i < n; i++) {
        FSC_TRY(put(from, sizeof from, err, "%s/%s", out->pages, name[i]));
        FSC_TRY(put(to, sizeof to, err, "%s/%s", out->dataset, name[i]));
        if (rename(back ? to : from, back ? from : to) != 0 && !back)
            return fsc_fail(err, FSC_E_IO, "%s: cannot be written (%s)", to, strerror(errno));
        *placed += !back;
    }
    return FSC_OK;
}

static int exchange(const char *one, const char *other) {
#ifdef SYS_renameat2
    return syscall(SYS_renameat2, AT_FDCWD, one, AT_FDCWD, other, EXCHANGE) == 0;
#else
    return 0;
#endif
}

/* The new set takes the old one's place in one step where the file system can, else in two. */
static fsc_status swap(const fsc_output *out, fsc_error *err) {
    char aside[1200];
    if (!fsc_file_exists(out->folder) && rename(out->anat, out->folder) == 0) return FSC_OK;
    if (exchange(out->anat, out->folder)) return FSC_OK;
    FSC_TRY(put(aside, sizeof aside, err, "%s/old", out->stage));
    if (rename(out->folder, aside) == 0 && rename(out->anat, out->folder) == 0) return FSC_OK;
    const int why = errno;
    (void)rename(aside, out->folder);
    return fsc_fail(err, FSC_E_IO, "%s: the results cannot be put in place (%s)", out->folder, strerror(why));
}

/* The same back, whichever way swap went. */
static void swap_back(const fsc_output *out) {
    char aside[1200];
    if (fsc_file_exists(out->anat)) { /* the old set has the new one's place */
        if (exchange(out->anat, out->folder)) return;
        if (put(aside, sizeof aside, NULL, "%s/new", out->stage) != FSC_OK) return;
        (void)rename(out->folder, aside);
        (void)rename(out->anat, out->folder);
        return;
    }
    (void)rename(out->folder, out->anat);
    if (put(aside, sizeof aside, NULL, "%s/old", out->stage) == FSC_OK) (void)rename(aside, out->folder);
}

/* Pages of earlier runs go first, as a page without its maps is worse than maps without a page. What fails on the way
 * is undone in turn. */
static fsc_status replace(const fsc_output *out, const char *stem, char **page, int32_t n, fsc_error *err) {
    int32_t placed = 0;
    fsc_error unheard = FSC_ERROR_INIT;
    fsc_status status = move_old_pages(out, stem, 0, err);
    if (status == FSC_OK) status = swap(out, err);
    if (status == FSC_OK) {
        status = move_new_pages(out, page, n, &placed, 0, err);
        if (status == FSC_OK) return FSC_OK;
        (void)move_new_pages(out, page, placed, &placed, 1, &unheard);
        swap_back(out);
    }
    (void)move_old_pages(out, stem, 1, &unheard);
    return status;
}

/* A file that somebody made private (or shared) stays so when a new one takes its place. */
static fsc_status keep_modes(const char *now, const char *old, fsc_error *err) {
    char **name = NULL, from[4096], to[4096];
    int32_t n = 0;
    struct stat info;
    FSC_TRY(fsc_file_list(&name, &n, now, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        status = put(from, sizeof from, err, "%s/%s", old, name[i]);
        if (status == FSC_OK) status = put(to, sizeof to, err, "%s/%s", now, name[i]);
        if (status == FSC_OK && lstat(from, &info) == 0 && S_ISREG(info.st_mode)) (void)chmod(to, info.st_mode & 0777);
    }
    fsc_file_free_names(name, n);
    return status;
}

fsc_status fsc_output_commit(fsc_output *out, const char *stem, fsc_output_step from, fsc_error *err) {
    char path[1400], **page = NULL;
    int32_t n = 0;
    FSC_TRY(put(path, sizeof path, err, "%.*s", (int)(strlen(out->folder) - strlen("/anat")), out->folder));
    FSC_TRY(fsc_file_make_folder(path, err));
    FSC_TRY(keep_others(out, stem, from, err));
    struct stat info;
    /* The private folder's mode is not the results': they take the old folder's, or what the user's mask gives. */
    if (stat(fsc_file_exists(out->folder) ? out->folder : path, &info) == 0)
        (void)chmod(out->anat, info.st_mode & 0777);
    FSC_TRY(keep_modes(out->anat, out->folder, err));
    FSC_TRY(keep_modes(out->pages, out->dataset, err));
    FSC_TRY(put(path, sizeof path, err, "%s/old-pages", out->stage));
    FSC_TRY(fsc_file_make_folder(path, err));
    FSC_TRY(fsc_file_list(&page, &n, out->pages, err));
    const fsc_status status = replace(out, stem, page, n, err);
    fsc_file_free_names(page, n);
    if (status == FSC_OK) fsc_output_abandon(out);
    return status;
}

/* The first source of a record and its hash: the scan itself. */
static const char *first_source(const fsc_json *record, const char **hash) {
    const fsc_json *hashes = fsc_json_get(record, "SourcesSHA256");
    const char *key = fsc_json_key(hashes, 0);
    *hash = key ? fsc_json_string(fsc_json_get(hashes, key)) : NULL;
    return *hash ? key : "nothing";
}

static int names_hash(const fsc_json *record, const char *hash) {
    const fsc_json *hashes = fsc_json_get(record, "SourcesSHA256");
    for (int64_t i = 0; hash && i < fsc_json_length(hashes); i++) {
        const char *own = fsc_json_string(fsc_json_get(hashes, fsc_json_key(hashes, i)));
        if (own && strcmp(own, hash) == 0) return 1;
    }
    return 0;
}

#define AUTO_JSON __attribute__((cleanup(fsc_json_cleanup))) fsc_json

fsc_status fsc_output_check_origin(const char *maps_image, const char *record_json, fsc_error *err) {
    char sidecar[4096], image_hash[65];
    const size_t n = strlen(maps_image), ending = strlen(".nii.gz");
    FSC_TRY(put(sidecar, sizeof sidecar, err, "%.*s.json", (int)(n > ending ? n - ending : n), maps_image));
    AUTO_JSON *maps = NULL, *record = NULL;
    FSC_TRY(fsc_json_read(&maps, sidecar, err));
    FSC_TRY(fsc_json_read(&record, record_json, err));
    FSC_TRY(fsc_file_sha256(image_hash, maps_image, err));
    const char *scan_hash, *other_hash;
    const char *scan = first_source(maps, &scan_hash), *other = first_source(record, &other_hash);
    if (names_hash(record, image_hash) || names_hash(record, scan_hash)) return FSC_OK;
    const char *slash = strrchr(record_json, '/');
    return fsc_fail(
        err, FSC_E_FORMAT,
        "%s is of another scan than the maps beside it: it was made from %s, the maps from %s; run the scan "
        "again",
        slash ? slash + 1 : record_json, other, scan);
}
