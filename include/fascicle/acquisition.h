/* Acquisition: what a record keeps of how a scan was made, so that visits can be compared. */
#ifndef FASCICLE_ACQUISITION_H
#define FASCICLE_ACQUISITION_H

#include <fascicle/scan.h>
#include <fascicle/separate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What decides whether two visits may be compared. NaN and "" when the files do not say. */
typedef struct fsc_acquisition {
    char participant[64];
    char session[64];
    char date[16]; /* ISO 8601 day */
    char manufacturer[48];
    char device[64]; /* a serial number or a name of the scanner */
    double field_tesla;
    fsc_method method;
    int32_t n_echo;
    double te_first_s, te_step_s;
    double flip_angle_deg, repetition_time_s;
    int32_t spacing_assumed; /* non-zero: every mm in this record means nothing */
} fsc_acquisition;

/* Facts of a scan for the record; all missing when scan is NULL. */
FSC_API void fsc_acquisition_from_scan(fsc_acquisition *out, const fsc_scan *scan);

#ifdef __cplusplus
}
#endif
#endif
