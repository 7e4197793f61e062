/* Study: what the headers of a folder's DICOM images say. Names and numbers of the person stay in memory. */
#ifndef FSC_CLINIC_STUDY_H
#define FSC_CLINIC_STUDY_H

#include "scratch.h"

#include <fascicle/clinic.h>

#define FSC_UID_MAX 65

/* One image; texts as the header has them, "" when it does not say. */
typedef struct fsc_study_image {
    char *path;
    char sop_class[FSC_UID_MAX], sop[FSC_UID_MAX], study[FSC_UID_MAX], series[FSC_UID_MAX], frame[FSC_UID_MAX];
    char modality[17];
    char position[64], orientation[128], spacing[48], thickness[24];
    int32_t series_number, instance_number, rows, columns;
} fsc_study_image;

/* The attributes of patient and study that every object repeats, in the order of fsc_study_tags. */
typedef struct fsc_study_tag {
    const char *tag, *vr;
    int32_t always; /* must be there even when empty */
} fsc_study_tag;
enum {
    FSC_STUDY_CHARSET,
    FSC_STUDY_DATE,
    FSC_STUDY_TIME,
    FSC_STUDY_PATIENT_NAME = 6,
    FSC_STUDY_PATIENT_ID = 7,
    FSC_STUDY_N = 20
};
extern const fsc_study_tag fsc_study_tags[FSC_STUDY_N];

/* A report of ours of an earlier study of the person. */
typedef struct fsc_study_earlier {
    char study[FSC_UID_MAX], day[16];
    char *record; /* owned; see earlier.h */
} fsc_study_earlier;

/* A segmentation that another program or a person made. */
typedef struct fsc_study_seg {
    char *path; /* owned */
    char study[FSC_UID_MAX], frame[FSC_UID_MAX], sop[FSC_UID_MAX];
    char when[48]; /* day and time of its content, as text that sorts */
} fsc_study_seg;

struct fsc_dicom_study {
    char *about[FSC_STUDY_N]; /* NULL: not told */
    char uid[FSC_UID_MAX], day[16];
    char *folder;           /* owned, as given */
    fsc_scratch links;      /* see fsc_dicom_study_images */
    fsc_study_image *image; /* owned; MR images of the study */
    int32_t n_image;
    fsc_study_earlier *earlier; /* owned */
    int32_t n_earlier;
    fsc_study_seg *seg; /* owned */
    int32_t n_seg;
    fsc_scratch pixels; /* see fsc_dicom_study_labels */
    int32_t n_other; /* files that are no such images: reports, segmentations, other pictures */
};

/* "" when the study does not say. */
const char *fsc_study_about(const fsc_dicom_study *study, int tag);

/* A line of dcmdump, "(0010,0010) PN [value]   #  16, 1 PatientName": its value, ended; NULL when it is empty or of a
 * sequence. */
char *fsc_study_value(char *line);

/* The paths of the DICOM files below folder, in order; free with fsc_file_free_names. */
FSC_MUST_USE fsc_status fsc_study_files(char ***path, int32_t *n, const char *folder, fsc_error *err);

#endif
