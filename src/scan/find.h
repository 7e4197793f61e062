/* From a path to the files of one scan. */
#ifndef FSC_SCAN_FIND_H
#define FSC_SCAN_FIND_H

#include "convert.h"
#include "image.h"

/* The images below a path, and which belong together. Zero-initialise; fsc_found_free. */
typedef struct fsc_found {
    fsc_image *image;
    int32_t n;
    int32_t capacity;
    int32_t n_set;             /* image.set runs 0 .. n_set - 1 */
    int32_t set;               /* the chosen one */
    int32_t named;             /* the image that the caller's path is; -1 when the path is a folder */
    int32_t n_pair;            /* .hdr and .img pairs met, which are not read */
    int32_t n_folder;          /* folders met and not entered */
    fsc_conversion conversion; /* where the images were DICOM files */
    int32_t is_tree;           /* the folder holds folders only: each may be a series */
} fsc_found;

/* Finds the images and chooses a set. Returns FSC_OK, FSC_E_NOTFOUND, FSC_E_IO, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_find(fsc_found *found, const char *path, const fsc_scan_options *opt, fsc_error *err);
void fsc_found_free(fsc_found *found);
/* Images of the chosen set with a role, in order of names; *n may exceed most. */
void fsc_found_list(int32_t *index, int32_t *n, int32_t most, const fsc_found *found, fsc_role role);
/* Says of every series of converted files whether it was chosen, and why not. */
void fsc_found_say(fsc_notes *notes, const fsc_found *found);
int32_t fsc_found_count(const fsc_found *found, int32_t set, fsc_role role);

#endif
