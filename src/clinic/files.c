/* The DICOM files of a folder, by the word at byte 128. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "study.h"

#include <string.h>

enum { PATH_MOST = 4096, DEPTH_MOST = 9, FILES_MOST = 200000 };

typedef struct files {
    char **path;
    int32_t n, capacity;
} files;

static fsc_status add(files *list, const char *path, fsc_error *err) {
    if (list->n == FILES_MOST)
        return fsc_fail(err, FSC_E_RANGE, "more than %d DICOM files; give one study", FILES_MOST);
    if (list->n == list->capacity) {
        const int32_t capacity = list->capacity * 2 + 256;
        char **more = fsc_grow(list->path, list->n, capacity, sizeof *more);
        if (!more) return fsc_fail_nomem(err, "looking for DICOM files");
        list->path = more;
        list->capacity = capacity;
    }
    char *copy = fsc_strdup(path);
    if (!copy) return fsc_fail_nomem(err, "looking for DICOM files");
    list->path[list->n++] = copy;
    return FSC_OK;
}

static fsc_status walk(files *list, const char *folder, int depth, fsc_error *err) {
    char **name = NULL, path[PATH_MOST];
    int32_t n = 0;
    if (depth > DEPTH_MOST) return FSC_OK;
    FSC_TRY(fsc_file_list(&name, &n, folder, err));
    fsc_status status = FSC_OK;
    for (int32_t i = 0; status == FSC_OK && i < n; i++) {
        if (name[i][0] == '.') continue;
        status = fsc_file_join(path, sizeof path, folder, name[i], err);
        if (status != FSC_OK) break;
        const int is_folder = fsc_file_is_folder(path), is_dicom = is_folder ? 0 : fsc_file_is_dicom(path);
        if (is_folder)
            status = walk(list, path, depth + 1, err);
        else if (is_dicom > 0)
            status = add(list, path, err);
        else if (is_dicom < 0) /* an image that is passed over would be missing in the objects */
            status = fsc_fail(err, FSC_E_IO, "%s: cannot be read; a study is taken whole or not at all", path);
    }
    fsc_file_free_names(name, n);
    return status;
}

fsc_status fsc_study_files(char ***path, int32_t *n, const char *folder, fsc_error *err) {
    files list = {0};
    if (!fsc_file_is_folder(folder))
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: is no folder; give the folder with the study's DICOM files", folder);
    const fsc_status status = walk(&list, folder, 0, err);
    if (status != FSC_OK) {
        fsc_file_free_names(list.path, list.n);
        return status;
    }
    *path = list.path;
    *n = list.n;
    return FSC_OK;
}
