/* Phantom: digital necks and low backs with known truth, written as a BIDS dataset. */
#ifndef FASCICLE_PHANTOM_H
#define FASCICLE_PHANTOM_H

#include <fascicle/anatomy.h>
#include <fascicle/scan.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fsc_phantom_region { FSC_PHANTOM_LOW_BACK = 0, FSC_PHANTOM_NECK = 1 } fsc_phantom_region;

/* A chosen injury: adds fat to one site. */
typedef struct fsc_phantom_injury {
    fsc_place place;            /* multifidus:L4:left */
    double pdff_added_fraction; /* e.g. 0.06 = 6 points more fat at that site */
} fsc_phantom_injury;

typedef struct fsc_phantom_options {
    fsc_phantom_region region;
    double scale; /* 1 = about 0.4 million voxels; grid counts scale with it in each direction */
    uint64_t seed;
    double b0_tesla; /* 3 */
    double snr;      /* signal / noise sd per channel in muscle; 0 = no noise */
    int32_t n_echo;  /* 6 */
    double te_first_s, te_step_s;
    double field_range_hz;                /* B0 spans about +- this inside the body */
    double ramp_dwell, ramp_constant_rad; /* bipolar fault along i: echo n turns by (-1)^n (constant + 2 pi dwell x),
                                           * x = i / dim[0] - 0.5; 0 = none */
    int32_t conjugate;                    /* store with the other precession sign */
    double tilt_deg;                      /* of the person in the scanner, sagittal plane */
    double shift_mm[3];
    double drop_slices_fraction; /* fewer slices at the ends */
    const fsc_phantom_injury *injury;
    int32_t n_injury;
    int32_t n_threads;   /* 0: all */
    uint64_t noise_seed; /* of the noise alone, for a second visit of the same person; 0 = derived from seed */
    int32_t no_gas;      /* non-zero: no bowel gas or airway, and none of their dipole fields */
} fsc_phantom_options;

#define FSC_PHANTOM_OPTIONS_INIT                                                                                       \
    { FSC_PHANTOM_LOW_BACK, 1.0, 1, 3.0, 30.0, 6, 1.2e-3, 1.0e-3, 150.0, 0, 0, 0, 0, {0, 0, 0}, 0, NULL, 0, 0, 0, 0 }

/* One site as the phantom's own anatomy knows it. */
typedef struct fsc_phantom_site {
    fsc_place place;
    int64_t n_voxel;           /* labelled voxels */
    double pdff_mean_fraction; /* mean of their true fat fractions */
} fsc_phantom_site;

typedef struct fsc_phantom {
    fsc_scan *scan;      /* owned: complex echoes with noise, as a scanner would give them */
    fsc_labels *muscles; /* owned: MuscleMap whole-body values where more than half of the voxel is that muscle */
    fsc_labels *levels;  /* owned: SCT vertebra values on the vertebral bodies, likewise */
    float *truth_pdff_fraction; /* owned, one value a voxel, NaN in air; likewise below. Fat density / all density */
    float *truth_r2star_per_s;
    float *truth_fieldmap_hz;
    float *truth_water; /* amplitudes at TE = 0 with the coil's shading, units of scan */
    float *truth_fat;
    double noise_sd;        /* per real channel, units of scan; 0 = none */
    fsc_phantom_site *site; /* owned, n_site entries with voxels, ordered by muscle, level, side (left first) */
    int32_t n_site;
} fsc_phantom;

/* Makes a phantom in memory; the same options give the same bits for any thread count. *out is owned: fsc_phantom_free.
 *
 * The same region and seed are the same person: sizes vary by +-5 % (whole) and +-3 % (a muscle), fat by a factor
 * 0.78..1.28, a site by +-1 point. A second visit keeps seed and changes noise_seed, injury, tilt, shift and slices.
 * Voxel levels follow the spine's curve between mid-disc planes. Fat is the ISMRM six-peak spectrum scaled to sum 1,
 * water at 4.7 ppm. See doc/equations/phantom.md for the signal.
 *
 * opt must not be NULL. A conjugated scan leaves precession unstated (0); otherwise it says +1.
 * Returns FSC_OK; FSC_E_ARG; FSC_E_RANGE (an option outside its limits: the text says which);
 * FSC_E_NOTFOUND (injury names an unknown site); FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_phantom_make(fsc_phantom **out, const fsc_phantom_options *opt, fsc_error *err);
FSC_API void fsc_phantom_free(fsc_phantom *phantom);

/* Writes the BIDS dataset: <dir>/dataset_description.json, participants.tsv, <sub>[/<ses>]/anat/..._MEGRE files with
 * sidecars, derivatives/truth/... labels and truth maps. Whole files or none. Further participants and sessions may be
 * written into the same dir; participants.tsv grows.
 *
 * participant and session with or without "sub-" and "ses-" (letters and digits after it); session may be NULL. Truth
 * lies in derivatives/truth/<sub>[/<ses>]/anat (fmap for the field): _desc-muscles_dseg and _desc-levels_dseg (.nii.gz,
 * .json, .tsv), _desc-truth_PDFFmap (percent), _desc-truth_R2starmap, _desc-truth_fieldmap, _desc-truth_sites.tsv
 * (muscle, level, side, n_voxel, pdff_mean_fraction). recipe may be NULL.
 * Returns FSC_OK, FSC_E_ARG (name with other characters), FSC_E_IO, FSC_E_FORMAT (a participants.tsv that is no table),
 * FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_phantom_write(const fsc_phantom *phantom, const fsc_phantom_options *opt,
                                                  const char *dir, const char *participant, const char *session,
                                                  const fsc_recipe *recipe, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
