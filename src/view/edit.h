/* A person's labels under the brush: index map, strokes, and the rows as the library measures them now. */
#ifndef FSC_VIEW_EDIT_H
#define FSC_VIEW_EDIT_H

#include "json.h"
#include "strokes.h"

#include <fascicle/view.h>

typedef struct fsc_view_edit {
    const fsc_view_input *input;
    int32_t value[256]; /* the label map's own number of index 1..n_label; 0 stands for none */
    fsc_place place[256];
    int32_t n_label;
    fsc_view_strokes strokes;
    fsc_measures *before;   /* owned: of the labels as the run left them */
    fsc_measures *now;      /* owned */
    fsc_measure_kept *kept; /* owned: so that the next stroke measures only what it touched */
    fsc_sites *sites;       /* owned: as now was measured */
    fsc_labels *levels;     /* owned: the level map with other names; NULL = input's */
    char level_scheme[40];
    char *levels_made; /* owned: the marks that levels comes from */
    char hash[9];      /* of the site map that the strokes begin from */
    int64_t opened[4]; /* inode, size and time of the site map when it was read */
    char fault[480];   /* why the labels as they are cannot be measured, "" = they were */
} fsc_view_edit;

/* From input's sites, and the strokes of earlier days; without input's save_anat the index map alone. Free in every
 * case. */
FSC_MUST_USE fsc_status fsc_view_edit_open(fsc_view_edit *out, const fsc_view_input *input, fsc_error *err);
void fsc_view_edit_free(fsc_view_edit *edit);

/* Whether another program has written the run's site map since it was opened. */
int fsc_view_edit_outdated(const fsc_view_edit *edit);

/* Measures again after a change; labels that cannot be measured leave their reason in fault. */
FSC_MUST_USE fsc_status fsc_view_edit_measure(fsc_view_edit *edit, fsc_error *err);

/* The index map in the label map's own numbers. *out is owned. */
FSC_MUST_USE fsc_status fsc_view_edit_labels_now(fsc_labels **out, const fsc_view_edit *edit, fsc_error *err);

/* What a save hands to 'fascicle run'. */
typedef struct fsc_view_written {
    char labels[4096], levels[4096]; /* "" = the level map is the run's */
} fsc_view_written;
/* Writes the labels as <save_anat>/<name>_desc-edited_dseg.nii.gz (_desc-reviewed_ while they are a proposal) with
 * their sidecar, and a level map with other names as ..._desc-editedlevels_dseg.nii.gz. */
FSC_MUST_USE fsc_status fsc_view_edit_write(fsc_view_written *out, const fsc_view_edit *edit, fsc_error *err);

/* "labels", "rows" as they are, how far can be undone, what is not saved, into object. */
void fsc_view_edit_labels(const fsc_view_edit *edit, fsc_json *object);
void fsc_view_edit_state(const fsc_view_edit *edit, fsc_json *object);
/* The rows of sites that measures holds, in its order; sites (may be NULL) gives each a voxel to go to. */
fsc_json *fsc_view_rows(const fsc_measures *measures, const fsc_sites *sites);

#endif
