/* The same facts as a FHIR R4 bundle, for systems that read no DICOM. */
#ifndef FSC_CLINIC_FHIR_H
#define FSC_CLINIC_FHIR_H

#include "objects.h"

/* A collection: Patient (the study's number alone), Device, one Observation a site, DiagnosticReport, and of a plan its
 * CarePlan (draft, proposal) or, when it says stop, a DetectedIssue of high severity and no CarePlan. After
 * fsc_seg_write. */
FSC_MUST_USE fsc_status fsc_fhir_write(fsc_objects *o, const char *path, fsc_error *err);

#endif
