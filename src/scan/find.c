/* Finding a scan: folders are walked, images are named and grouped, and one group is chosen or the choice refused. */
#include "find.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "nifti.h"
#include "sets.h"
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PATH_MOST 4096
#define DEPTH_MOST 4 /* dataset / sub / ses / anat */

static const fsc_scan_options no_options = FSC_SCAN_OPTIONS_INIT;

/* Whether an entity ("sub-16") is the one asked for ("16" or "sub-16"); everything is when nothing is asked. */
static int wanted(const char *entity, const char *asked) {
    if (!asked || !*asked) return 1;
    const char *value = strchr(entity, '-');
    return strcmp(entity, asked) == 0 || (value && strcmp(value + 1, asked) == 0);
}

static int image_wanted(const char *stem, const fsc_scan_options *opt) {
    char value[128];
    fsc_image_entity(value, sizeof value, stem, "sub");
    if (value[0] && !wanted(value, opt->participant)) return 0;
    fsc_image_entity(value, sizeof value, stem, "ses");
    if (value[0] && !wanted(value, opt->session)) return 0;
    if (strncmp(stem, "sub-", 4) != 0) return 1; /* chosen among the sets, by their names */
    fsc_image_entity(value, sizeof value, stem, "run");
    if (!wanted(value, opt->run)) return 0;
    fsc_image_entity(value, sizeof value, stem, "acq");
    return wanted(value, opt->acquisition);
}

/* What the sidecar adds to the name. A broken one is not reported before its image is used. */
static fsc_status judge_sidecar(fsc_image *image, fsc_error *err) {
    if (image->role == FSC_ROLE_MATLAB) {
        fsc_sidecar_init(&image->sidecar);
        return FSC_OK;
    }
    FSC_TRY(fsc_image_about(image, err));
    const fsc_role said = image->sidecar.role, by_name = image->role;
    if (image->sidecar_state != FSC_SIDECAR_READ) return FSC_OK;
    /* What the scanner computed is no echo, whatever the converter called it. */
    if (said == FSC_ROLE_DERIVED && (by_name == FSC_ROLE_NONE || fsc_role_is_echo(by_name))) image->role = said;
    if (image->role_named) return FSC_OK;
    if (said != FSC_ROLE_NONE && said != FSC_ROLE_DERIVED && !(said == FSC_ROLE_MAGNITUDE && by_name >= FSC_ROLE_WATER))
        image->role = said;
    else if (by_name == FSC_ROLE_NONE && said == FSC_ROLE_NONE && image->sidecar.n_te > 1)
        image->role = FSC_ROLE_MAGNITUDE;
    return FSC_OK;
}

static fsc_status add_image(fsc_found *found, const char *path, fsc_error *err) {
    if (found->n == found->capacity) {
        const int32_t capacity = found->capacity * 2 + 32;
        fsc_image *image = fsc_grow(found->image, found->n, capacity, sizeof *image);
        if (!image) return fsc_fail_nomem(err, "looking for images");
        found->image = image;
        found->capacity = capacity;
    }
    fsc_image *image = &found->image[found->n++]; /* counted first: freed also when naming fails half-way */
    FSC_TRY(fsc_image_name(image, path, err));
    return judge_sidecar(image, err);
}

void fsc_found_free(fsc_found *found) {
    for (int32_t i = 0; i < found->n; i++) {
        fsc_free(found->image[i].path);
        fsc_free(found->image[i].key);
        fsc_free(found->image[i].stem);
        for (int32_t a = 0; a < found->image[i].n_about; a++) fsc_free(found->image[i].about[a]);
        fsc_free(found->image[i].about);
    }
    fsc_free(found->image);
    fsc_conversion_free(&found->conversion);
    memset(found, 0, sizeof *found);
}

static int is_image_name(const char *name) {
    const size_t n = strlen(name);
    return name[0] != '.' && (fsc_nifti_stem_length(name) > 0 || (n > 4 && strcasecmp(name + n - 4, ".mat") == 0));
}

/* Folders below a subject or session that can hold a scan. */
static int is_image_folder(const char *name) {
    static const char *const known[] = {"anat", "mr-anat", "mr-quant", "quant", "dix", "nii", "nifti"};
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (strcmp(name, known[k]) == 0) return 1;
    return 0;
}

/* The sub- or ses- folders among names: how many there are, how many were asked for, and their names for a message. */
static void count_folders(char **names, int32_t n, const char *prefix, const char *asked, int32_t *all, int32_t *taken,
                          char *list, size_t size) {
    *all = *taken = 0;
    list[0] = 0;
    for (int32_t i = 0; i < n; i++) {
        if (strncmp(names[i], prefix, 4) != 0 || strchr(names[i], '.')) continue;
        ++*all;
        *taken += wanted(names[i], asked);
        const size_t used = strlen(list);
        if (used + strlen(names[i]) + 6 < size) {
            if (used > 0) strcat(list, ", ");
            strcat(list, names[i]);
        } else if (used > 0 && used + 5 < size && list[used - 1] != '.') {
            strcat(list, " ...");
        }
    }
}

static fsc_status check_folders(const char *folder, char **names, int32_t n, const fsc_scan_options *opt,
                                fsc_error *err) {
    static const char *const prefix[] = {"sub-", "ses-"};
    static const char *const word[] = {"participant", "session"};
    const char *const asked[] = {opt->participant, opt->session};
    for (int e = 0; e < 2; e++) {
        int32_t all, taken;
        char list[160];
        count_folders(names, n, prefix[e], asked[e], &all, &taken, list, sizeof list);
        if (all > 0 && taken == 0)
            return fsc_fail(err, FSC_E_NOTFOUND, "%s: has no %s '%s'; there are: %s", folder, word[e], asked[e], list);
        if (taken > 1)
            return fsc_fail(err, FSC_E_NOTFOUND, "%s: holds several %ss: %s; choose one with --%s", folder, word[e],
                            list, word[e]);
    }
    return FSC_OK;
}

static fsc_status walk(fsc_found *found, const char *folder, const fsc_scan_options *opt, int depth, fsc_error *err);

/* The folder of somebody else: not even asked whether it is one, for each person of a study has all the others. */
static int is_another(const char *name, const fsc_scan_options *opt) {
    return opt->participant && strncmp(name, "sub-", 4) == 0 && !strpbrk(name, "_.") && !wanted(name, opt->participant);
}

static fsc_status walk_entry(fsc_found *found, const char *folder, const char *name, const fsc_scan_options *opt,
                             int depth, fsc_error *err) {
    char path[PATH_MOST];
    if (is_another(name, opt)) {
        found->n_folder++;
        return FSC_OK;
    }
    FSC_TRY(fsc_file_join(path, sizeof path, folder, name, err));
    if (!fsc_file_is_folder(path)) {
        const size_t n = strlen(name);
        found->n_pair += n > 4 && strcasecmp(name + n - 4, ".img") == 0;
        if (!is_image_name(name) || !image_wanted(name, opt)) return FSC_OK;
        return add_image(found, path, err);
    }
    if (depth >= DEPTH_MOST) return FSC_OK;
    const int below = (strncmp(name, "sub-", 4) == 0 && wanted(name, opt->participant)) ||
                      (strncmp(name, "ses-", 4) == 0 && wanted(name, opt->session)) || is_image_folder(name) ||
                      (found->is_tree && name[0] != '.');
    found->n_folder += !below;
    return below ? walk(found, path, opt, depth + 1, err) : FSC_OK;
}

static fsc_status walk(fsc_found *found, const char *folder, const fsc_scan_options *opt, int depth, fsc_error *err) {
    char **names = NULL;
    int32_t n = 0;
    FSC_TRY(fsc_file_list(&names, &n, folder, err));
    fsc_status status = check_folders(folder, names, n, opt, err);
    for (int32_t i = 0; status == FSC_OK && i < n; i++) status = walk_entry(found, folder, names[i], opt, depth, err);
    fsc_file_free_names(names, n);
    return status;
}

/* Whether a folder holds folders only, none of which BIDS knows: then each may be a series. */
static fsc_status look_for_tree(fsc_found *found, const char *folder, fsc_error *err) {
    char **names = NULL, path[PATH_MOST];
    int32_t n = 0, known = 0, folders = 0;
    FSC_TRY(fsc_file_list(&names, &n, folder, err));
    for (int32_t i = 0; i < n && !known; i++) {
        known += is_image_name(names[i]) || strncmp(names[i], "sub-", 4) == 0 || strncmp(names[i], "ses-", 4) == 0 ||
                 is_image_folder(names[i]);
        folders += fsc_file_join(path, sizeof path, folder, names[i], NULL) == FSC_OK && fsc_file_is_folder(path);
    }
    fsc_file_free_names(names, n);
    found->is_tree = known == 0 && folders > 0;
    return FSC_OK;
}

static fsc_status find_siblings(fsc_found *found, const char *path, fsc_error *err) {
    char folder[PATH_MOST];
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    if (!is_image_name(base))
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: is no image; give a .nii, .nii.gz or .mat file, or a folder", path);
    if (slash - path >= (ptrdiff_t)sizeof folder) return fsc_fail(err, FSC_E_RANGE, "%s: path is too long", path);
    (void)snprintf(folder, sizeof folder, "%s", slash ? path : ".");
    if (slash) folder[slash == path ? 1 : slash - path] = 0;
    char **names = NULL;
    int32_t n = 0;
    FSC_TRY(fsc_file_list(&names, &n, folder, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; status == FSC_OK && i < n; i++) {
        char sibling[PATH_MOST];
        if (!is_image_name(names[i])) continue;
        status = fsc_file_join(sibling, sizeof sibling, folder, names[i], err);
        if (status == FSC_OK && fsc_file_is_folder(sibling)) continue;
        if (strcmp(names[i], base) == 0) found->named = found->n;
        /* The caller's own words where the file is in the folder it named. */
        if (status == FSC_OK) status = add_image(found, strcmp(names[i], base) == 0 ? path : sibling, err);
    }
    fsc_file_free_names(names, n);
    if (status == FSC_OK && found->named < 0)
        status = fsc_fail(err, FSC_E_IO, "%s: cannot be opened (No such file or directory)", path);
    return status;
}

static fsc_status choose_named(fsc_found *found, fsc_error *err) {
    const fsc_image *image = &found->image[found->named];
    if (image->role == FSC_ROLE_NONE)
        return fsc_fail(err, FSC_E_NOTFOUND,
                        "%s: neither its name nor a sidecar says what it shows; name it like *_echo-1_part-mag_MEGRE, "
                        "*_water, *_fat or *_PDFFmap",
                        image->path);
    if (image->role == FSC_ROLE_R2STAR)
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: is an R2* map; name its water, fat or fat-fraction image",
                        image->path);
    found->set = image->set;
    return FSC_OK;
}

/* One person only: what two persons' images would be joined to is nobody's table. Names are not printed. */
static fsc_status check_person(const fsc_found *found, const char *path, fsc_error *err) {
    for (int32_t i = 1; i < found->n; i++)
        if (strcmp(found->image[i].sidecar.person, found->image[0].sidecar.person) != 0)
            return fsc_fail(err, FSC_E_NOTFOUND,
                            "%s: holds DICOM files of more than one person (patient names or numbers differ); give a "
                            "folder of one",
                            path);
    return FSC_OK;
}

static fsc_status convert(fsc_found *found, const char *path, const fsc_scan_options *opt, fsc_error *err) {
    FSC_TRY(fsc_dicom_one_person(path, err));
    FSC_TRY(fsc_convert_dicom(&found->conversion, path, opt->scratch_dir, err));
    FSC_TRY(walk(found, found->conversion.scratch.path, opt, 0, err));
    if (found->n == 0)
        return fsc_fail(err, FSC_E_FORMAT, "%s: dcm2niix %s found no image in the DICOM files", path,
                        found->conversion.version);
    return check_person(found, path, err);
}

/* Why a set of converted images was left. */
static const char *reason(const fsc_found *found, int32_t set) {
    int32_t n = 0;
    for (int r = FSC_ROLE_MAGNITUDE; r <= FSC_ROLE_MIXED; r++) n += fsc_found_count(found, set, (fsc_role)r);
    if (set < 0) return "left out: neither echoes, water, fat nor a fat fraction by its ImageType";
    if (n == 1) return "left out: one echo only";
    if (fsc_found_count(found, set, FSC_ROLE_DERIVED) > 0) return "left out: computed by the scanner";
    return "left out: it says less than the chosen one";
}

void fsc_found_say(fsc_notes *notes, const fsc_found *found) {
    if (!found->conversion.scratch.path[0]) return;
    fsc_notes_add(notes, FSC_NOTE_FOUND, "dicom-converted", "DICOM files were converted by dcm2niix %s (%s).",
                  found->conversion.version, found->conversion.command);
    for (int32_t i = 0; i < found->n; i++) {
        const fsc_image *image = &found->image[i];
        const char *slash = strrchr(image->key, '/');
        int32_t n = 0, seen = 0;
        for (int32_t j = 0; j < found->n; j++) {
            if (strcmp(found->image[j].key, image->key) != 0) continue;
            seen |= j < i;
            n++;
        }
        if (seen) continue;
        fsc_notes_add(notes, FSC_NOTE_FOUND, "dicom-series", "Series %s: %d image%s, %s.",
                      slash ? slash + 1 : image->key, (int)n, n == 1 ? "" : "s",
                      image->set == found->set ? "used" : reason(found, image->set));
    }
}

fsc_status fsc_find(fsc_found *found, const char *path, const fsc_scan_options *opt, fsc_error *err) {
    if (!opt) opt = &no_options;
    found->named = -1;
    if (!fsc_file_exists(path)) return fsc_fail(err, FSC_E_NOTFOUND, "%s: no such file or folder", path);
    char folder[PATH_MOST];
    (void)snprintf(folder, sizeof folder, "%s", path);
    int is_folder = fsc_file_is_folder(path);
    if (!is_folder && fsc_file_is_dicom(path) > 0) { /* one image of a series: the folder's */
        char *slash = strrchr(folder, '/');
        if (slash) slash[slash == folder] = 0;
        if (!slash) (void)snprintf(folder, sizeof folder, ".");
        path = folder;
        is_folder = 1;
    }
    if (is_folder) {
        FSC_TRY(look_for_tree(found, path, err));
        FSC_TRY(walk(found, path, opt, 0, err));
        if (found->n == 0 && fsc_holds_dicom(path)) {
            found->is_tree = 0;
            FSC_TRY(convert(found, path, opt, err));
        }
    } else {
        FSC_TRY(find_siblings(found, path, err));
    }
    FSC_TRY(fsc_sets_make(found, err));
    FSC_TRY(is_folder ? fsc_sets_choose(found, path, opt->acquisition, err) : choose_named(found, err));
    fsc_sets_settle(found);
    return FSC_OK;
}

int fsc_role_is_echo(fsc_role role) {
    return role >= FSC_ROLE_MAGNITUDE && role <= FSC_ROLE_MIXED;
}

int32_t fsc_found_count(const fsc_found *found, int32_t set, fsc_role role) {
    int32_t n = 0;
    for (int32_t i = 0; i < found->n; i++) n += found->image[i].set == set && found->image[i].role == role;
    return n;
}

void fsc_found_list(int32_t *index, int32_t *n, int32_t most, const fsc_found *found, fsc_role role) {
    *n = 0;
    for (int32_t i = 0; i < found->n; i++) {
        if (found->image[i].set != found->set || found->image[i].role != role) continue;
        if (*n < most) index[*n] = i;
        ++*n;
    }
}
