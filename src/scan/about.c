/* Which sidecars speak of an image. BIDS' rule of inheritance: a .json in the image's folder or one above, up to the
 * dataset's root, whose suffix is the image's and whose entities the image all has; the nearer and the more specific
 * one overrides. Other names have the one sidecar beside them. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "image.h"
#include "nifti.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_MOST 4096
#define LEVELS_MOST 5 /* anat, ses, sub, dataset, and one to spare */

/* Only a file that is surely not there counts as absent: one that cannot be looked at must be read, and say why. */
static int is_absent(const char *path) {
    struct stat info;
    return stat(path, &info) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

static fsc_status add_about(fsc_image *image, const char *path, fsc_error *err) {
    char **about = fsc_grow(image->about, image->n_about, image->n_about + 1, sizeof *about);
    if (!about) return fsc_fail_nomem(err, "looking for sidecars");
    image->about = about;
    about[image->n_about] = fsc_strdup(path);
    if (!about[image->n_about]) return fsc_fail_nomem(err, "looking for sidecars");
    image->n_about++;
    return FSC_OK;
}

/* Number of entities when name (a .json) applies to stem, else -1. */
static int applies(const char *name, const char *stem) {
    char text[512], wrapped[520];
    const size_t n = strlen(name);
    if (n < 6 || n >= sizeof text || strcmp(name + n - 5, ".json") != 0) return -1;
    (void)snprintf(text, sizeof text, "%.*s", (int)(n - 5), name);
    (void)snprintf(wrapped, sizeof wrapped, "_%s_", stem);
    const char *suffix = strrchr(text, '_'), *of_image = strrchr(stem, '_');
    if (!of_image || strcmp(suffix ? suffix + 1 : text, of_image + 1) != 0) return -1;
    int count = 0;
    char *at = text;
    for (char *end; (end = strchr(at, '_')) != NULL; at = end + 1, count++) {
        char entity[512];
        (void)snprintf(entity, sizeof entity, "_%.*s_", (int)(end - at), at);
        if (!strstr(wrapped, entity)) return -1;
    }
    return count;
}

/* The sidecars of one folder, the least specific first; a folder above the image's may be closed to us. */
static fsc_status add_folder(fsc_image *image, const char *folder, int above, fsc_error *err) {
    char **names = NULL;
    int32_t n = 0;
    const char *from = *folder ? folder : ".";
    if (above && access(from, R_OK) != 0) return FSC_OK;
    FSC_TRY(fsc_file_list(&names, &n, from, err));
    fsc_status status = FSC_OK;
    for (int many = 0; many < 12; many++)
        for (int32_t i = 0; status == FSC_OK && i < n; i++) {
            char path[PATH_MOST];
            if (applies(names[i], image->stem) != many) continue;
            (void)snprintf(path, sizeof path, "%s%s%s", folder, *folder && folder[strlen(folder) - 1] != '/' ? "/" : "",
                           names[i]);
            status = add_about(image, path, err);
        }
    fsc_file_free_names(names, n);
    return status;
}

/* The image's folder and those above it up to the dataset's root, which holds dataset_description.json or the subject's
 * folder. */
static fsc_status add_inherited(fsc_image *image, fsc_error *err) {
    char level[LEVELS_MOST][PATH_MOST];
    int n = 0;
    (void)snprintf(level[0], PATH_MOST, "%s", image->path);
    for (char *slash; n < LEVELS_MOST; n++) {
        slash = strrchr(level[n], '/');
        char *base = slash ? slash + 1 : level[n];
        const int below_subject = n > 0 && strncmp(base, "sub-", 4) == 0;
        if (slash == level[n]) slash++; /* the root folder stays */
        *(slash ? slash : level[n]) = 0;
        char description[PATH_MOST];
        (void)snprintf(description, sizeof description, "%.4000s%sdataset_description.json", level[n],
                       level[n][0] ? "/" : "");
        if (below_subject || !level[n][0] || !is_absent(description)) {
            n++;
            break;
        }
        if (n + 1 < LEVELS_MOST) memcpy(level[n + 1], level[n], PATH_MOST);
    }
    while (n-- > 0) FSC_TRY(add_folder(image, level[n], n > 0, err));
    return FSC_OK;
}

static fsc_status add_own(fsc_image *image, fsc_error *err) {
    char sidecar[PATH_MOST];
    FSC_TRY(fsc_nifti_sidecar_path(sidecar, sizeof sidecar, image->path, err));
    return is_absent(sidecar) ? FSC_OK : add_about(image, sidecar, err);
}

fsc_status fsc_image_about(fsc_image *image, fsc_error *err) {
    fsc_sidecar_init(&image->sidecar);
    FSC_TRY(strncmp(image->stem, "sub-", 4) == 0 ? add_inherited(image, err) : add_own(image, err));
    if (image->n_about == 0) return FSC_OK;
    __attribute__((cleanup(fsc_json_cleanup))) fsc_json *all = fsc_json_object();
    image->sidecar_state = FSC_SIDECAR_READ;
    for (int32_t a = 0; a < image->n_about; a++) {
        __attribute__((cleanup(fsc_json_cleanup))) fsc_json *one = NULL;
        const fsc_status status = fsc_json_read(&one, image->about[a], &image->sidecar_error);
        if (status == FSC_E_NOMEM) return fsc_fail_nomem(err, "reading a sidecar");
        if (status != FSC_OK) image->sidecar_state = FSC_SIDECAR_BROKEN;
        const char *key;
        for (int64_t k = 0; (key = fsc_json_key(one, k)) != NULL; k++)
            fsc_json_set(all, key, fsc_json_copy(fsc_json_get(one, key)));
    }
    FSC_TRY(fsc_json_check(all, err)); /* a member that could not be copied is not a member that is not there */
    fsc_sidecar_take(&image->sidecar, all);
    return FSC_OK;
}
