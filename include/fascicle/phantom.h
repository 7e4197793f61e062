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
    char muscle[48]; /* "multifidus" */
    char level[12];  /* "L4" */
    fsc_side side;
    double pdff_added_fraction; /* e.g. 0.06 = 6 points more fat at that site */
} fsc_phantom_injury;

typedef struct fsc_phantom_options {
    fsc_phantom_region region;
    double scale;         /* 1 = about 0.4 million voxels; grid counts scale with it in each direction */
    uint64_t seed;
    double b0_tesla;      /* 3 */
    double snr;           /* signal / noise sd per channel in muscle; 0 = no noise */
    int32_t n_echo;       /* 6 */
    double te_first_s, te_step_s;
    double field_range_hz; /* B0 spans about +- this inside the body */
    double ramp_dwell, ramp_constant_rad; /* bipolar fault; 0 = none */
    int32_t conjugate;    /* store with the other precession sign */
    double tilt_deg;      /* of the person in the scanner, sagittal plane */
    double shift_mm[3];
    double drop_slices_fraction; /* fewer slices at the ends */
    const fsc_phantom_injury *injury;
    int32_t n_injury;
    int32_t n_threads;
} fsc_phantom_options;

#define FSC_PHANTOM_OPTIONS_INIT {FSC_PHANTOM_LOW_BACK, 1.0, 1, 3.0, 30.0, 6, 1.2e-3, 1.0e-3, 150.0, 0, 0, 0, 0, {0, 0, 0}, 0, NULL, 0, 0}

typedef struct fsc_phantom {
    fsc_scan *scan;         /* owned: complex echoes with noise, as a scanner would give them */
    fsc_labels *muscles;    /* owned: MuscleMap whole-body values */
    fsc_labels *levels;     /* owned: SCT vertebra values on the vertebral bodies */
    float *truth_pdff_fraction; /* owned, one value a voxel, NaN in air; likewise below */
    float *truth_r2star_per_s;
    float *truth_fieldmap_hz;
    float *truth_water;
    float *truth_fat;
} fsc_phantom;

/* Makes a phantom in memory; the same options give the same bits for any thread count. *out is owned.
 * Returns FSC_OK, FSC_E_RANGE, FSC_E_NOTFOUND (injury names an unknown site), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_phantom_make(fsc_phantom **out, const fsc_phantom_options *opt, fsc_error *err);
FSC_API void fsc_phantom_free(fsc_phantom *phantom);

/* Writes the BIDS dataset: <dir>/dataset_description.json, participants.tsv, <sub>[/<ses>]/anat/..._MEGRE files with
 * sidecars, derivatives/truth/... labels and truth maps. session may be NULL. Whole files or none.
 * Returns FSC_OK, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_phantom_write(const fsc_phantom *phantom, const fsc_phantom_options *opt,
                                                  const char *dir, const char *participant, const char *session,
                                                  const fsc_recipe *recipe, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
