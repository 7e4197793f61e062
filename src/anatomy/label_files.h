/* The files behind a name for label maps. */
#ifndef FSC_ANATOMY_LABEL_FILES_H
#define FSC_ANATOMY_LABEL_FILES_H

#include "scheme.h"

#include <fascicle/label_maps.h>

#define LABEL_PATH_MOST 4096
#define LABEL_FILES_MOST 16

/* Owned paths; n may be larger than LABEL_FILES_MOST, of which only the first are kept. */
typedef struct fsc_label_paths {
    char *path[LABEL_FILES_MOST];
    int32_t n;
} fsc_label_paths;
void fsc_label_paths_free(fsc_label_paths *paths);
#define FSC_AUTO_LABEL_PATHS __attribute__((cleanup(fsc_label_paths_free)))

/* {participant} and {session} filled in, then * and ? matched: the one file or folder that is meant. option is the one
 * that gave it ("--labels"). */
FSC_MUST_USE fsc_status fsc_label_pattern(char *out, size_t size, const char *where, const char *option,
                                          const fsc_label_owner *owner, fsc_error *err);

/* The label maps of this scan below a folder. FSC_E_NOTFOUND when there are none, with those of others. */
FSC_MUST_USE fsc_status fsc_label_search(fsc_label_paths *out, const char *folder, const char *option,
                                         const fsc_label_owner *owner, fsc_error *err);

/* Non-zero when a folder holds masks named for structures that a program of data/schemes.tsv writes. */
int fsc_label_is_mask_folder(const char *folder);

/* A folder of masks as one map. want_levels: the vertebrae, else the muscles (and the vertebrae where one scheme has
 * both). *out stays NULL when there are none, or when they stand in
 * maps->muscles already. Files read are appended to maps, notes too. */
FSC_MUST_USE fsc_status fsc_label_read_masks(fsc_labels **out, char scheme[40], fsc_label_maps *maps,
                                             const char *folder, int want_levels, fsc_error *err);

/* path becomes one of the files read. */
FSC_MUST_USE fsc_status fsc_label_note_file(fsc_label_maps *maps, const char *path, fsc_error *err);

#endif
