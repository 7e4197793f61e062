/* Strokes: the label of each voxel as an index (0 = none, 1..n), every change one entry that can be undone, and a file
 * beside it that holds each entry before it is answered. */
#ifndef FSC_VIEW_STROKES_H
#define FSC_VIEW_STROKES_H

#include <fascicle/status.h>
#include <stdint.h>

typedef struct fsc_view_stroke {
    uint32_t *voxel; /* owned, n each */
    uint8_t *before, *after;
    int64_t n;
    char *mark; /* owned: what else it did, in words of edits.c ("levels L4=L5"); NULL = nothing */
} fsc_view_stroke;

enum { FSC_VIEW_MARK_MAX = 200 };

typedef struct fsc_view_strokes {
    uint8_t *index; /* owned: as it is now */
    int64_t n_voxel;
    int32_t n_label;
    fsc_view_stroke *stroke; /* owned; the first n_done are in index, the rest can be drawn again */
    int64_t n_stroke, n_done;
    int64_t revision; /* grows with every entry */
    int64_t saved;    /* the revision that was saved last; 0 = as the run left it */
    int fd;           /* the file, -1 = closed */
    int64_t length;   /* of what is whole in it */
} fsc_view_strokes;

/* Takes index over (fsc_alloc'ed, n_voxel, values up to n_label) and draws again what the file at path holds; the file
 * is made when it is not there. A last entry that was cut off by a death is dropped. *begun is non-zero when strokes
 * were found. FSC_E_FORMAT: the file is of other labels or damaged, with the line's number. FSC_E_IO, FSC_E_NOMEM.
 * Close in every case. */
FSC_MUST_USE fsc_status fsc_view_strokes_open(fsc_view_strokes *out, uint8_t *index, int64_t n_voxel, int32_t n_label,
                                              const char *path, int *begun, fsc_error *err);
void fsc_view_strokes_close(fsc_view_strokes *strokes);

/* Draws n voxels; those that already are what they shall be do not count, and nothing is kept of a stroke that changes
 * nothing (*changed 0) unless it has a mark (may be NULL; shorter than FSC_VIEW_MARK_MAX, one line without ';').
 * FSC_E_RANGE: no such voxel or label, or no such mark. FSC_E_IO: disk full; nothing is drawn then. */
FSC_MUST_USE fsc_status fsc_view_strokes_draw(fsc_view_strokes *strokes, const uint32_t *voxel, const uint8_t *index,
                                              int64_t n, const char *mark, int64_t *changed, fsc_error *err);
/* Takes the last one back, draws it again: *moved is it (borrowed), NULL when there is none. */
FSC_MUST_USE fsc_status fsc_view_strokes_undo(fsc_view_strokes *strokes, const fsc_view_stroke **moved, fsc_error *err);
FSC_MUST_USE fsc_status fsc_view_strokes_redo(fsc_view_strokes *strokes, const fsc_view_stroke **moved, fsc_error *err);
/* Notes that all of it was saved. */
FSC_MUST_USE fsc_status fsc_view_strokes_saved(fsc_view_strokes *strokes, fsc_error *err);

#endif
