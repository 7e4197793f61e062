#define _DEFAULT_SOURCE /* realpath(3) */
/* Which of the study's segmentations gives the labels. */
#include "alloc.h"
#include "fail.h"
#include "file.h"
#include "seg_read.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_MOST = 4096 };

FSC_DEFINE_AUTO(fsc_label_maps, fsc_label_maps_free)

static int newest_first(const void *a, const void *b) {
    const fsc_study_seg *x = a, *y = b;
    const int later = strcmp(y->when, x->when);
    return later ? later : strcmp(y->sop, x->sop);
}

static int lies_with_images(const fsc_dicom_study *study, const fsc_study_seg *seg) {
    if (strcmp(seg->study, study->uid) != 0) return 0;
    for (int32_t i = 0; i < study->n_image; i++)
        if (!seg->frame[0] || strcmp(study->image[i].frame, seg->frame) == 0) return 1;
    return 0;
}

/* Under a name that says nothing of the person, as the file's own may. */
static fsc_status link_to(char *link, size_t size, const fsc_dicom_study *study, const char *path, fsc_error *err) {
    char whole[PATH_MOST];
    FSC_TRY(fsc_file_join(link, size, study->pixels.path, "segmentation.dcm", err));
    (void)unlink(link);
    if (!realpath(path, whole)) return fsc_fail(err, FSC_E_IO, "a DICOM file has gone meanwhile");
    return symlink(whole, link) == 0
               ? FSC_OK
               : fsc_fail(err, FSC_E_IO, "%s: no link can be made there", study->pixels.path);
}

static fsc_status give(fsc_label_maps **out, fsc_seg_content *content, const char *link, fsc_error *err) {
    FSC_AUTO(fsc_label_maps) maps = fsc_alloc(1, sizeof *maps);
    if (!maps) return fsc_fail_nomem(err, "reading a segmentation");
    maps->source = content->source;
    fsc_copy_text(maps->muscle_scheme, sizeof maps->muscle_scheme, FSC_SEGMENT_SCHEME);
    maps->muscle_path = fsc_strdup(link);
    maps->file = fsc_alloc(1, sizeof *maps->file);
    if (!maps->muscle_path || !maps->file) return fsc_fail_nomem(err, "reading a segmentation");
    maps->file[0] = fsc_strdup(link);
    maps->n_file = maps->file[0] != NULL;
    if (content->n_vertebra) { /* one map serves both */
        fsc_copy_text(maps->level_scheme, sizeof maps->level_scheme, FSC_SEGMENT_SCHEME);
        maps->level_path = fsc_strdup(link);
    }
    if (!maps->n_file || (content->n_vertebra && !maps->level_path))
        return fsc_fail_nomem(err, "reading a segmentation");
    FSC_GIVE(&maps->muscles, content->labels);
    FSC_GIVE(out, maps);
    return FSC_OK;
}

static void tell(fsc_notes *notes, const fsc_seg_content *c, int32_t n_older, int32_t n_passed) {
    fsc_notes_add(notes, FSC_NOTE_FOUND, "labels-seg",
                  "The labels come from a segmentation in the study: %d segments of muscles, %d of vertebrae, %d of "
                  "neither or without a side.",
                  (int)c->n_muscle, (int)c->n_vertebra, (int)c->n_other);
    if (n_older)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "seg-several",
                      "The newest of %d segmentations was taken; the others were not read.", (int)n_older + 1);
    if (n_passed)
        fsc_notes_add(notes, FSC_NOTE_FOUND, "seg-passed",
                      "%d segmentations were passed over: they name no muscle, or lie with other images.",
                      (int)n_passed);
    if (c->n_double)
        fsc_notes_add(notes, FSC_NOTE_WARNING, "masks-overlap",
                      "Borders are doubtful: %lld voxels stand in two segments and were given to the first.",
                      (long long)c->n_double);
}

fsc_status fsc_dicom_study_labels(fsc_label_maps **out, fsc_dicom_study *study, const char *scratch_dir,
                                  fsc_notes *notes, fsc_error *err) {
    char link[PATH_MOST];
    int32_t n_passed = 0;
    *out = NULL;
    if (!study->n_seg) return FSC_OK;
    if (!study->pixels.path[0])
        FSC_TRY(fsc_scratch_make(&study->pixels, scratch_dir && *scratch_dir ? scratch_dir : "/tmp", err));
    qsort(study->seg, (size_t)study->n_seg, sizeof *study->seg, newest_first);
    for (int32_t s = 0; s < study->n_seg && !*out; s++) {
        fsc_seg_content content;
        if (lies_with_images(study, &study->seg[s])) {
            FSC_TRY(link_to(link, sizeof link, study, study->seg[s].path, err));
            FSC_TRY(fsc_seg_read(&content, link, study->pixels.path, err));
            if (content.labels) {
                const fsc_status status = give(out, &content, link, err);
                fsc_labels_free(content.labels);
                FSC_TRY(status);
                tell(notes, &content, study->n_seg - 1 - s, n_passed);
                return FSC_OK;
            }
        }
        n_passed++;
    }
    fsc_notes_add(notes, FSC_NOTE_FOUND, "seg-passed",
                  "%d segmentations in the study were passed over: they name no muscle, or lie with other images.",
                  (int)n_passed);
    return FSC_OK;
}
