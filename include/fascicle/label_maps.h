/* Label maps: from what a person names (a file, a folder, a pattern) to the muscles and levels of one scan. */
#ifndef FASCICLE_LABEL_MAPS_H
#define FASCICLE_LABEL_MAPS_H

#include <fascicle/anatomy.h>
#include <fascicle/notes.h>
#include <fascicle/volume.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Whose label maps are looked for; NULL and "" = not known. */
typedef struct fsc_label_owner {
    const char *participant; /* "sub-16" or "16" */
    const char *session;     /* "ses-02" or "02" */
    const char *name;        /* of the scan: its acq- and run- entities choose between maps that name others */
} fsc_label_owner;

typedef struct fsc_label_maps {
    fsc_labels *muscles;    /* owned; may hold the vertebrae too */
    fsc_labels *levels;     /* owned; NULL when none was named or found, or when muscles holds them */
    char *muscle_path;      /* owned: the file, or the folder of masks */
    char *level_path;       /* owned, likewise; NULL without levels, muscle_path's text when one file serves both */
    char muscle_scheme[40]; /* known for a folder of masks; "" = to be recognised */
    char level_scheme[40];
    fsc_label_source
        source;  /* by the muscle file's name: ..._desc-proposal_dseg, -reviewed_ (a proposal too), -edited_, -carried_ and
                    -network_, else external */
    char **file; /* owned: every file read, for records */
    int32_t n_file;
    fsc_notes notes; /* what was found and left out */
} fsc_label_maps;

/* Reads the label maps of one scan. labels and levels (may be NULL) each name
 *   - a NIfTI file;
 *   - a path with {participant} or {session} in it, which become the owner's; * and ? match as in a shell;
 *   - a folder of masks as TotalSegmentator leaves it (vertebrae_L4.nii.gz, autochthon_left.nii.gz, ...);
 *   - a derivatives folder: ..._dseg.nii.gz of this participant and session below it. Where levels is NULL and that
 *     folder holds one level map of the scan too, it is taken.
 * With labels NULL only the levels are read. owner may be NULL. *out is owned: fsc_label_maps_free. Returns FSC_OK; FSC_E_NOTFOUND (nothing matches, or several
 * do: the text lists them and names --labels or --levels); FSC_E_SHAPE (masks on different grids); what
 * fsc_labels_read returns; FSC_E_RANGE (path too long); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_label_maps_read(fsc_label_maps **out, const char *labels, const char *levels,
                                                    const fsc_label_owner *owner, fsc_error *err);
FSC_API void fsc_label_maps_free(fsc_label_maps *maps);

/* Non-zero when where names one file as it is: it can be read before the scan is known. */
FSC_API int fsc_label_maps_is_file(const char *where);

#ifdef __cplusplus
}
#endif
#endif
