/* The room clinic: what goes back to the archive beside the pictures.
 *
 *   files.c, study.c  read the headers of the study's DICOM files (dcmdump),
 *   planes.c          finds where their pixels lie in the scan's grid,
 *   codes.c           the codes of data/clinic/codes.tsv,
 *   dump.c            writes one object as text and lets dump2dcm make the file; UIDs follow from the content,
 *   seg.c, sr.c, pdf.c  the three objects, fhir.c the same as a FHIR bundle.
 *
 * What names the person goes from the study into the objects and nowhere else. */
#include "alloc.h"
#include "fail.h"
#include "fhir.h"
#include "file.h"
#include "format.h"
#include "objects.h"
#include "scratch.h"

#include <stdio.h>
#include <string.h>

enum { PATH_MOST = 4096, FRAMES_MANY = 400 };

void fsc_objects_site_name(char out[65], const fsc_objects *o, const fsc_place *place) {
    const fsc_muscle *muscle = fsc_muscle_find(place->muscle);
    const char *level = strcmp(place->level, "n/a") == 0 ? "" : place->level;
    fsc_format(out, 65, "%.36s%s%s %s%s", muscle ? muscle->name : place->muscle, *level ? " " : "", level,
               fsc_side_text(place->side), fsc_objects_unreviewed(o) ? " (proposal)" : "");
}

void fsc_objects_tracking(char out[FSC_UID_MAX], const fsc_objects *o, const char *name) {
    char key[2 * FSC_UID_MAX + 80];
    (void)snprintf(key, sizeof key, "%s %s %s", o->study->uid, o->study->image[o->planes.used[0]].series, name);
    fsc_dump_uid(out, "tracking", key, strlen(key));
}

int fsc_objects_unreviewed(const fsc_objects *o) {
    return o->input->sites->label_source == FSC_LABELS_PROPOSAL;
}

const char *fsc_objects_labels(const fsc_objects *o) {
    switch (o->input->sites->label_source) {
    case FSC_LABELS_PROPOSAL: return "Fascicle proposal that nobody has reviewed";
    case FSC_LABELS_PROPOSAL_ACCEPTED: return "Fascicle proposal that the user accepted";
    case FSC_LABELS_EDITED: return "Fascicle proposal that a person corrected";
    case FSC_LABELS_CARRIED: return "another visit's labels, by registration";
    case FSC_LABELS_NETWORK: return "a network's labels";
    default: return "label map of another program or a person";
    }
}

void fsc_objects_description(char out[65], const fsc_objects *o, const char *what) {
    const int stop = o->input->map && o->input->map->stop;
    fsc_format(out, 65, "%s%s (research)%s", stop ? "STOP, see the page: " : "", what,
               fsc_objects_unreviewed(o) ? " " FSC_DUMP_MARK : "");
}

static void objects_free(fsc_objects *o) {
    fsc_planes_free(&o->planes);
    fsc_free(o->segment);
    fsc_codes_free(o->codes);
}

static fsc_status path_of(char *out, size_t size, const char *dir, const char *name, const char *ending,
                          fsc_error *err) {
    const int n = snprintf(out, size, "%s/%s%s", dir, name, ending); /* a path keeps its bytes */
    return n >= 0 && (size_t)n < size ? FSC_OK : fsc_fail(err, FSC_E_RANGE, "%s: path is too long", dir);
}

static fsc_status write_all(fsc_objects *o, const char *dir, const char *name, fsc_error *err) {
    char path[PATH_MOST];
    FSC_TRY(fsc_codes_load(&o->codes, err));
    FSC_TRY(fsc_planes_make(&o->planes, o->study, o->input->scan, err));
    FSC_TRY(path_of(path, sizeof path, dir, name, "_SEG.dcm", err));
    FSC_TRY(fsc_seg_write(o, path, err));
    FSC_TRY(path_of(path, sizeof path, dir, name, "_SR.dcm", err));
    FSC_TRY(fsc_sr_write(o, path, err));
    FSC_TRY(path_of(path, sizeof path, dir, name, "_fhir.json", err));
    FSC_TRY(fsc_fhir_write(o, path, err));
    FSC_TRY(path_of(path, sizeof path, dir, name, "_PDF.dcm", err));
    return o->input->pdf_path ? fsc_pdf_write(o, path, err) : FSC_OK;
}

fsc_status fsc_clinic_write(const fsc_dicom_study *study, const fsc_clinic_input *input, const char *dir,
                            const char *name, fsc_notes *notes, fsc_error *err) {
    if (!input->sites || !input->measures || !input->scan)
        return fsc_fail(err, FSC_E_ARG, "an archive gets sites and their measures: there are none");
    if (!fsc_grid_same(&input->sites->grid, &input->scan->grid, 0.01))
        return fsc_fail(err, FSC_E_SHAPE, "the sites are not on the scan's grid");
    FSC_AUTO_SCRATCH fsc_scratch scratch = {0};
    FSC_TRY(fsc_scratch_make(&scratch, dir, err));
    fsc_objects o = {.study = study, .input = input, .scratch = scratch.path};
    const fsc_status status = write_all(&o, dir, name, err);
    const int32_t n_frame = o.n_frame;
    objects_free(&o);
    FSC_TRY(status);
    if (notes && n_frame > FRAMES_MANY)
        fsc_notes_add(notes, FSC_NOTE_WARNING, "many-frames",
                      "A viewer may refuse the segmentation or be slow: it has %d frames (Weasis stops at %d).",
                      (int)n_frame, FRAMES_MANY);
    return notes ? fsc_notes_check(notes, err) : FSC_OK;
}
