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
    fsc_measures *before; /* owned: of the labels as the run left them */
    fsc_measures *now;    /* owned */
    fsc_measure_kept *kept; /* owned: so that the next stroke measures only what it touched */
    fsc_sites *sites;     /* owned: as now was measured */
    char fault[480];      /* why the labels as they are cannot be measured, "" = they were */
} fsc_view_edit;

/* From input's sites, and the strokes of earlier days; without input's save_anat the index map alone. Free in every
 * case. */
FSC_MUST_USE fsc_status fsc_view_edit_open(fsc_view_edit *out, const fsc_view_input *input, fsc_error *err);
void fsc_view_edit_free(fsc_view_edit *edit);

/* Measures again after a change; labels that cannot be measured leave their reason in fault. */
FSC_MUST_USE fsc_status fsc_view_edit_measure(fsc_view_edit *edit, fsc_error *err);

/* Writes the labels with their own numbers as <save_anat>/<name>_desc-edited_dseg.nii.gz and its sidecar; path (4096
 * bytes) gets the image's. */
FSC_MUST_USE fsc_status fsc_view_edit_write(const fsc_view_edit *edit, char *path, fsc_error *err);

/* "labels", "rows" as they are, how far can be undone, what is not saved, into object. */
void fsc_view_edit_labels(const fsc_view_edit *edit, fsc_json *object);
void fsc_view_edit_state(const fsc_view_edit *edit, fsc_json *object);
/* The rows of sites that measures holds, in its order; sites (may be NULL) gives each a voxel to go to. */
fsc_json *fsc_view_rows(const fsc_measures *measures, const fsc_sites *sites);

#endif
