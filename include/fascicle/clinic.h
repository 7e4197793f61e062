/* Clinic: what goes back to the archive beside the pictures: a structured report, a segmentation, the page as PDF. */
#ifndef FASCICLE_CLINIC_H
#define FASCICLE_CLINIC_H

#include <fascicle/anatomy.h>
#include <fascicle/label_maps.h>
#include <fascicle/map.h>
#include <fascicle/measure.h>
#include <fascicle/plan.h>
#include <fascicle/scan.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What the headers of a folder's DICOM files say: the patient and the study, kept in memory only, and the images.
 * Opaque: nothing of the person can be asked of it. */
typedef struct fsc_dicom_study fsc_dicom_study;

/* Reads the headers with DCMTK's dcmdump. *out is owned: fsc_dicom_study_free. Returns FSC_OK; FSC_E_NOTFOUND (no
 * folder or no DICOM images; images of two patients or two studies); FSC_E_UNSUPPORTED (DCMTK is not installed);
 * FSC_E_FORMAT (dcmdump cannot read the headers); FSC_E_RANGE, FSC_E_NOMEM. Error lines name no person. */
FSC_API FSC_MUST_USE fsc_status fsc_dicom_study_read(fsc_dicom_study **out, const char *folder, fsc_error *err);
FSC_API void fsc_dicom_study_free(fsc_dicom_study *study);
/* Non-zero when images of the study are multi-frame objects (Enhanced MR), which a converter may not take apart. */
FSC_API int fsc_dicom_study_is_multiframe(const fsc_dicom_study *study);
/* Where the study's images lie without anything else: the folder itself, or a private folder of links to them below
 * scratch_dir (NULL = "/tmp"), for readers that stumble over reports and segmentations; it goes with the study. *folder
 * is borrowed. Returns FSC_OK, FSC_E_IO, FSC_E_RANGE. */
FSC_API FSC_MUST_USE fsc_status fsc_dicom_study_images(const char **folder, fsc_dicom_study *study,
                                                       const char *scratch_dir, fsc_error *err);
/* The last visit of the person before this study, out of a report of ours that lies in the folder too: its sites
 * without exam and norms, fit for fsc_change_run. *out is owned (fsc_map_free), NULL when there is none. participant
 * (may be NULL) is what the visit's map calls the person. Returns FSC_OK, FSC_E_FORMAT (a report that was changed),
 * FSC_E_NOMEM.
 */
FSC_API FSC_MUST_USE fsc_status fsc_dicom_study_earlier(fsc_map **out, const fsc_dicom_study *study,
                                                        const char *participant, fsc_error *err);
/* The muscles and vertebrae of the newest segmentation (DICOM SEG, BINARY) of this study that another program or a person
 * made and that names a muscle; objects of ours are passed over. *out is owned (fsc_label_maps_free), NULL when there is
 * none; its one file is a link that goes with the study and whose name tells nothing. A proposal of ours that came back
 * as it was stays a proposal, one that was worked on is edited. notes gets what was taken and passed over. scratch_dir as
 * above. Returns FSC_OK; FSC_E_FORMAT, FSC_E_UNSUPPORTED, FSC_E_SHAPE (a segmentation of muscles that cannot be used);
 * FSC_E_IO, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_dicom_study_labels(fsc_label_maps **out, fsc_dicom_study *study,
                                                       const char *scratch_dir, fsc_notes *notes, fsc_error *err);
/* The day of the study as 2026-11-21, "" when the headers do not say. */
FSC_API const char *fsc_dicom_study_day(const fsc_dicom_study *study);

/* Everything is borrowed. */
typedef struct fsc_clinic_input {
    const fsc_scan *scan;
    const fsc_sites *sites;       /* on the scan's grid; every object says their label_source */
    const fsc_measures *measures; /* of these sites */
    const fsc_map *map;           /* NULL: nothing was compared */
    const fsc_plan *plan;         /* NULL: none */
    const char *pdf_path;         /* the clinic's page as PDF; NULL: no such object */
} fsc_clinic_input;

/* Writes <dir>/<name>_SEG.dcm (segmentation, one segment a site), _SR.dcm (Enhanced SR, TID 1500, one measurement group
 * a site) and _PDF.dcm (when there is one) with DCMTK's dump2dcm, in new series of the study, and <name>_fhir.json
 * (FHIR R4). Every UID follows from the content (2.25.*): the same input gives the same bytes. dir also holds a private
 * folder while they are written. notes (may be NULL) says what a viewer may stumble over. Returns FSC_OK; FSC_E_ARG (no
 * site to tell of); FSC_E_SHAPE (the images do not lie on the scan's grid); FSC_E_UNSUPPORTED (DCMTK is not installed);
 * FSC_E_FORMAT (dump2dcm refused); FSC_E_IO, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_clinic_write(const fsc_dicom_study *study, const fsc_clinic_input *input,
                                                 const char *dir, const char *name, fsc_notes *notes, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
