/* Image files as found on disk: what each holds, by its name and its sidecar. */
#ifndef FSC_SCAN_IMAGE_H
#define FSC_SCAN_IMAGE_H

#include "json.h"

#include <fascicle/scan.h>
#include <stddef.h>
#include <stdint.h>

/* What a file holds. */
typedef enum fsc_role {
    FSC_ROLE_NONE = 0,
    FSC_ROLE_MAGNITUDE,
    FSC_ROLE_PHASE,
    FSC_ROLE_REAL,
    FSC_ROLE_IMAGINARY,
    FSC_ROLE_MIXED, /* dcm2niix _phMag: magnitude and phase in one file, in no stated order */
    FSC_ROLE_WATER,
    FSC_ROLE_FAT,
    FSC_ROLE_FAT_FRACTION,
    FSC_ROLE_R2STAR,
    FSC_ROLE_IN_PHASE, /* magnitudes with fat and water in phase, and in opposed phase, said by word */
    FSC_ROLE_OPPOSED,
    FSC_ROLE_DERIVED, /* computed by the scanner; no echo and no map that we know */
    FSC_ROLE_MATLAB,
    FSC_ROLE_COUNT
} fsc_role;

int fsc_role_is_echo(fsc_role role); /* magnitude, phase, real, imaginary or mixed */

/* The facts of a sidecar that a scan needs. Numbers are NaN and texts "" when it does not say. */
typedef struct fsc_sidecar {
    fsc_role role;           /* from ImageType or SeriesDescription; NONE when they do not say */
    int32_t n_te;            /* values of EchoTime; 0 when absent; at most FSC_ECHO_MAX are kept in te */
    double te[FSC_ECHO_MAX]; /* as written, unit not yet judged */
    int32_t echo;            /* EchoNumber, 0 when absent */
    int32_t series;          /* SeriesNumber, 0 when absent */
    double imaging_frequency_mhz;
    double b0_tesla;
    double flip_angle_deg;
    double repetition_time; /* as written */
    int32_t spin_echo;      /* ScanningSequence or SequenceName says so */
    int32_t precession;     /* as in fsc_scan */
    int32_t side_known;
    int32_t spacing_assumed;
    char person[160]; /* PatientID and PatientName, to tell two persons apart; reaches no output */
    char units[32];
    char manufacturer[48];
    char body_part[48];
} fsc_sidecar;

typedef enum fsc_sidecar_state {
    FSC_SIDECAR_ABSENT = 0,
    FSC_SIDECAR_READ = 1,
    FSC_SIDECAR_BROKEN = 2
} fsc_sidecar_state;

/* One file. All text is owned. */
typedef struct fsc_image {
    char *path;
    char *key;  /* folder and name without what tells the files of one scan apart */
    char *stem; /* name without folder and ending */
    fsc_role role;
    int32_t role_named; /* non-zero: the name itself states the role, it is no default */
    int32_t echo;       /* from the name, 0 when it does not say */
    int32_t set;        /* the scan it belongs to, an index of fsc_found.set */
    fsc_sidecar_state sidecar_state;
    fsc_sidecar sidecar;
    char **about; /* owned: the sidecars read for it, the dataset's root first */
    int32_t n_about;
    fsc_error sidecar_error; /* why a sidecar is broken */
} fsc_image;

/* Fills stem, key, role and echo from path. Returns FSC_OK or FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_image_name(fsc_image *image, const char *path, fsc_error *err);
/* The value of an entity of a stem ("sub", "acq"), with its key ("sub-16"), into out; "" when absent. */
void fsc_image_entity(char *out, size_t size, const char *stem, const char *entity);
/* The name for outputs: sub, ses, acq and run entities, or the stem without its telling-apart words. */
void fsc_image_output_name(char *out, size_t size, const fsc_image *image);

/* Reads what the sidecars say of image, from the BIDS dataset's root down to the one beside it: fills about, sidecar,
 * sidecar_state and sidecar_error. A broken one is no error before its image is used. Returns FSC_OK or FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_image_about(fsc_image *image, fsc_error *err);
/* The facts in one sidecar's object. */
void fsc_sidecar_take(fsc_sidecar *out, const fsc_json *about);
void fsc_sidecar_init(fsc_sidecar *sidecar);

#endif
