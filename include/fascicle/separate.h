/* Separate: echoes in; water, fat, PDFF, R2*, field map and how sure each voxel is, out. */
#ifndef FASCICLE_SEPARATE_H
#define FASCICLE_SEPARATE_H

#include <fascicle/notes.h>
#include <fascicle/scan.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which method made a map; 2-point maps must never be called PDFF without the method's word beside them. */
typedef enum fsc_method {
    FSC_METHOD_COMPLEX = 0,   /* complex multi-echo, >= 3 echoes */
    FSC_METHOD_MAGNITUDE = 1, /* magnitude-only multi-echo, two-solution search */
    FSC_METHOD_TWO_POINT = 2, /* complex in/opposed phase */
    FSC_METHOD_TWO_POINT_MAGNITUDE = 3,
    FSC_METHOD_READY_WATER_FAT = 4,
    FSC_METHOD_READY_FAT_FRACTION = 5
} fsc_method;

/* Bits of fsc_fatwater.quality. */
#define FSC_Q_BACKGROUND 1u   /* no signal to fit: maps are NaN here */
#define FSC_Q_SWAP_SUSPECT 2u /* fat and water may be exchanged */
#define FSC_Q_LOW_SNR 4u
#define FSC_Q_R2STAR_SATURATED 8u
#define FSC_Q_SIGN_UNCLEAR 16u   /* whole scan: precession sign not clearly decided */
#define FSC_Q_RAMP_CORRECTED 32u /* whole scan: bipolar readout ramp removed */
#define FSC_Q_FIELD_EDGE 64u     /* field at the end of the searched range */
#define FSC_Q_MODEL_MISFIT 128u  /* residual well above the noise */
#define FSC_Q_NOT_FINITE 256u    /* input voxel held NaN or Inf */

typedef struct fsc_separate_options {
    const char *spectrum;   /* name in data/spectra.tsv; NULL = "ismrm6" */
    double water_shift_ppm; /* added to the water position (temperature); 0 = body temperature */
    int32_t sign;           /* 0: decide by residual; +1: as stored; -1: conjugate first */
    int32_t ramp;           /* 0: find and remove a bipolar ramp when there is one; -1: never */
    int32_t t1_correct;     /* non-zero: divide by the expected T1 weighting (needs flip angle and TR) */
    int32_t n_threads;      /* 0: all; results are the same bits for any number */
    const fsc_progress *progress;
} fsc_separate_options;

#define FSC_SEPARATE_OPTIONS_INIT                                                                                      \
    { 0 }

/* All maps are owned, on grid, one value a voxel; NULL where the method cannot give the map. */
typedef struct fsc_fatwater {
    fsc_grid grid;
    fsc_method method;
    char spectrum[32];
    float *pdff_fraction;    /* 0..1, not clipped (noise may carry it slightly outside) */
    float *pdff_se_fraction; /* standard error of pdff_fraction */
    float *r2star_per_s;
    float *fieldmap_hz;
    float *water; /* amplitudes at TE = 0, input units */
    float *fat;
    float *residual_fraction; /* root of residual energy / signal energy: the fit-quality map */
    float *swap_probability;  /* 0..1 */
    float *t2_ms;             /* from a map of its own (fsc_fatwater_take_t2); NULL = none was given */
    uint16_t *quality;        /* FSC_Q_ bits */

    /* Findings over the whole scan; NaN where not applicable. */
    int32_t sign;            /* +1 as stored, -1 conjugated */
    double sign_ratio;       /* residual of the other sign / residual of the sign taken: > 1, clearer when larger */
    double ramp_slope_dwell; /* readout ramp found, in dwell times; 0 = none */
    double ramp_constant_rad;
    int32_t ramp_axis;       /* array axis 0..2, or -1 */
    double noise_sd;         /* per real channel, input units */
    double t1_bias_expected; /* expected PDFF bias in fraction at PDFF 0.1 from T1 weighting */
    int64_t n_fitted;        /* voxels with a result */
    fsc_notes notes;
} fsc_fatwater;

/* Separates a scan of any kind (ready maps are checked and passed through). *out is owned: fsc_fatwater_free.
 * opt may be NULL. Voxels that cannot be fitted are NaN with a quality bit, never an error.
 * Returns FSC_OK; FSC_E_RANGE (too few echoes, TE not rising, field strength unknown); FSC_E_NOTFOUND (unknown spectrum
 * name: the text lists the names); FSC_E_NUMERIC; FSC_E_CANCELLED; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_separate_run(fsc_fatwater **out, const fsc_scan *scan,
                                                 const fsc_separate_options *opt, fsc_error *err);
FSC_API void fsc_fatwater_free(fsc_fatwater *fatwater);
/* Takes a ready T2 map over onto the grid of the maps (linearly; T2 in ms, or s when its units say so), to be measured
 * per site beside the fat. The map should be of the water alone: fat has a long T2 of its own. Returns FSC_OK,
 * FSC_E_RANGE (values that are no T2 of tissue), FSC_E_SHAPE, FSC_E_NUMERIC, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_fatwater_take_t2(fsc_fatwater *fatwater, const fsc_volume *t2, fsc_error *err);

/* Words for readers: "complex multi-echo PDFF", "2-point fat signal fraction (not PDFF)", ... */
FSC_API const char *fsc_method_text(fsc_method method);

/* Writes every map as <dir>/<name>_PDFFmap.nii.gz (percent), _desc-pdffse_PDFFmap (percent), _R2starmap, _fieldmap,
 * _desc-water_S0map, _desc-fat_S0map, _desc-residual_quality, _desc-swap_quality and _desc-flags_quality, each with a
 * JSON sidecar (units, method, spectrum, sign, recipe, notes). Maps that are no PDFF in the strict sense say so in the
 * name: _desc-2point_PDFFmap, _desc-ready_PDFFmap. Files appear whole or not at all.
 * Returns FSC_OK, FSC_E_IO, FSC_E_RANGE (name too long), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_fatwater_write(const fsc_fatwater *fatwater, const fsc_scan *scan, const char *dir,
                                                   const fsc_recipe *recipe, fsc_error *err);

/* Reads back what fsc_fatwater_write left: stem is <dir>/<name>, without _PDFFmap.nii.gz. Maps that are not there stay
 * NULL. *out is owned: fsc_fatwater_free. Returns FSC_OK, FSC_E_NOTFOUND (no map, or another program's), FSC_E_IO,
 * FSC_E_FORMAT, FSC_E_SHAPE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_fatwater_read(fsc_fatwater **out, const char *stem, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
