/* DICOM files: recognised by content and handed to dcm2niix, the one program this library runs. */
#ifndef FSC_SCAN_CONVERT_H
#define FSC_SCAN_CONVERT_H

#include "scratch.h"

#include <fascicle/status.h>

/* A folder of converted images, private to this user, and what made them. Zero-initialise; fsc_conversion_free. */
typedef struct fsc_conversion {
    fsc_scratch scratch; /* path "" when nothing was converted */
    char version[64];    /* "v1.0.20220720" */
    char command[160];   /* as run, without folders */
} fsc_conversion;

/* Whether a folder, or one below it, holds such a file; looks at a few thousand files at most. */
int fsc_holds_dicom(const char *folder);
/* FSC_E_NOTFOUND when the DICOM files below a folder name more than one person, even within one series. */
FSC_MUST_USE fsc_status fsc_dicom_one_person(const char *folder, fsc_error *err);
/* Converts all DICOM files of folder into a new private folder below scratch_dir (NULL = /tmp). Returns FSC_OK;
 * FSC_E_UNSUPPORTED (dcm2niix is not installed: the text says what to install); FSC_E_FORMAT (it could not convert);
 * FSC_E_IO; FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_convert_dicom(fsc_conversion *out, const char *folder, const char *scratch_dir,
                                          fsc_error *err);
/* Removes the temporary folder. */
void fsc_conversion_free(fsc_conversion *conversion);

#endif
