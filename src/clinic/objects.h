/* Objects: the three DICOM objects of one scan and what they share. */
#ifndef FSC_CLINIC_OBJECTS_H
#define FSC_CLINIC_OBJECTS_H

#include "dump.h"
#include "planes.h"

#define FSC_SEG_CLASS "1.2.840.10008.5.1.4.1.1.66.4"

/* What one object needs of the others. */
typedef struct fsc_objects {
    const fsc_dicom_study *study;
    const fsc_clinic_input *input;
    fsc_codes *codes;
    fsc_planes planes;
    int32_t *segment; /* owned; per site its number from 1 in the segmentation, 0: no pixel; then per vertebra */
    int32_t n_segment, n_frame;
    char seg_sop[FSC_UID_MAX], seg_series[FSC_UID_MAX];
    char sr_sop[FSC_UID_MAX];
    const char *scratch;
} fsc_objects;

/* "multifidus L4 left"; an unreviewed proposal says so. */
void fsc_objects_site_name(char out[65], const fsc_objects *o, const fsc_place *place);
/* The own UID of what has this name, the same in report and segmentation. */
void fsc_objects_tracking(char out[FSC_UID_MAX], const fsc_objects *o, const char *name);
/* Non-zero: a proposal that nobody has looked at. */
int fsc_objects_unreviewed(const fsc_objects *o);
/* Where the labels come from, at most 64 letters. */
const char *fsc_objects_labels(const fsc_objects *o);
/* What every series is called: what, and that it is research (or a proposal, or a stop). At most 64 letters. */
void fsc_objects_description(char out[65], const fsc_objects *o, const char *what);

/* Each writes <dir>/<name>_<WHICH>.dcm. */
FSC_MUST_USE fsc_status fsc_seg_write(fsc_objects *o, const char *path, fsc_error *err);
FSC_MUST_USE fsc_status fsc_sr_write(fsc_objects *o, const char *path, fsc_error *err);
FSC_MUST_USE fsc_status fsc_pdf_write(const fsc_objects *o, const char *path, fsc_error *err);

#endif
