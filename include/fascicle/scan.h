/* Scan: what the scanner wrote, found and read into one struct, whatever the file habit was. */
#ifndef FASCICLE_SCAN_H
#define FASCICLE_SCAN_H

#include <fascicle/notes.h>
#include <fascicle/volume.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FSC_ECHO_MAX 32
#define FSC_SERIES_MAX 16

typedef enum fsc_scan_kind {
    FSC_SCAN_COMPLEX = 0,     /* echo_re and echo_im */
    FSC_SCAN_MAGNITUDE = 1,   /* echo_re holds magnitudes, echo_im is NULL */
    FSC_SCAN_WATER_FAT = 2,   /* ready water and fat images */
    FSC_SCAN_FAT_FRACTION = 3 /* a ready fat-fraction map */
} fsc_scan_kind;

typedef struct fsc_scan {
    fsc_scan_kind kind;
    fsc_grid grid;

    /* Echoes in order of rising TE. Shape (n_echo, dim[2], dim[1], dim[0]), voxels fastest; both owned. */
    int32_t n_echo;
    double te_s[FSC_ECHO_MAX];
    float *echo_re;
    float *echo_im;

    /* Ready maps, owned; NULL unless kind says so. fat_fraction is 0..1. r2star is per second. */
    float *water;
    float *fat;
    float *fat_fraction;
    float *r2star;

    /* Facts of the acquisition; NaN when the files do not say. */
    double b0_tesla;              /* nominal field as stated */
    double imaging_frequency_mhz; /* preferred over b0_tesla for chemical shifts */
    double flip_angle_deg;
    double repetition_time_s;
    int32_t
        precession; /* +1: as stored fat turns at negative frequency in exp(+i 2 pi f t); -1 opposite; 0 not stated */

    double age_years;     /* of the person, from the dataset's participants.tsv; NaN when it does not say */
    char sex[8];          /* "female", "male" or "", likewise */
    char participant[64]; /* "sub-16", or "" */
    char session[64];     /* "ses-02", or "" */
    char name[128]; /* the file-name stem for outputs: participant[_session][_acq...][_run...] or the file's stem */
    char manufacturer[48];
    char body_part[48];
    int32_t n_series;      /* DICOM series numbers of the images used, where the sidecars tell them */
    int32_t series[FSC_SERIES_MAX];
    int32_t side_known; /* 0: the files say that left and right are not knowable */

    fsc_notes notes;   /* what was found and assumed */
    fsc_recipe recipe; /* inputs with their hashes */
} fsc_scan;

typedef struct fsc_scan_options {
    const char *participant; /* "16" or "sub-16"; NULL = the only one there is */
    const char *session;     /* likewise */
    const char *acquisition; /* acq- entity to choose between several; NULL = the only one */
    const char *run;         /* run- entity, likewise */
    const char *scratch_dir; /* where a private folder may be made for converted DICOM files; NULL = "/tmp" */
    const fsc_progress *progress;
} fsc_scan_options;

#define FSC_SCAN_OPTIONS_INIT                                                                                          \
    { 0 }

/* Non-zero when reading path may start dcm2niix: a DICOM file, or a folder that holds one (a few thousand files are looked
 * at). Everything else is read without another program. */
FSC_API int fsc_scan_needs_converter(const char *path);

/* Finds and reads a scan. path may be one echo's file, a ready map, an ISMRM imDataParams .mat file, a folder with the
 * files of one scan, a subject folder, or a BIDS dataset (opt->participant chooses). Phase is brought to radians from
 * its stated or found range; real/imag pairs are taken as they are; echoes are sorted by TE.
 * *out is owned by the caller: fsc_scan_free. opt may be NULL.
 * Returns FSC_OK; FSC_E_NOTFOUND (nothing readable there, or several candidates: the text lists them); FSC_E_IO;
 * FSC_E_FORMAT (truncated, missing sidecar field, phase without magnitude, NaN/Inf voxels); FSC_E_SHAPE (echoes of
 * different size or affine); FSC_E_RANGE (equal TE, fewer echoes than needed); FSC_E_UNSUPPORTED; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_scan_read(fsc_scan **out, const char *path, const fsc_scan_options *opt,
                                              fsc_error *err);
FSC_API void fsc_scan_free(fsc_scan *scan);

/* "complex multi-echo", "magnitude multi-echo", "water and fat images", "fat-fraction map". */
FSC_API const char *fsc_scan_kind_text(fsc_scan_kind kind);

#ifdef __cplusplus
}
#endif
#endif
