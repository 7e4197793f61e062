/* Measure: numbers per site (muscle x level x side), each with its uncertainty. */
#ifndef FASCICLE_MEASURE_H
#define FASCICLE_MEASURE_H

#include <fascicle/anatomy.h>
#include <fascicle/separate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum fsc_row_kind {
    FSC_ROW_SITE = 0,        /* muscle x level x side */
    FSC_ROW_SITE_BOTH = 1,   /* muscle x level, both sides pooled */
    FSC_ROW_MUSCLE = 2,      /* muscle x side, all levels ("all") */
    FSC_ROW_MUSCLE_BOTH = 3, /* muscle, all levels, both sides */
    FSC_ROW_LEVEL_BONE = 4   /* the labelled vertebral body of a level (muscle = "vertebra"), kept for checks */
} fsc_row_kind;

/* One row; every double is NaN when missing (printed n/a, never 0). Files name and hold every member as it is here. */
typedef struct fsc_row {
    fsc_row_kind kind;
    fsc_place place;
    int32_t label_value; /* 0 when the row pools several */
    int64_t n_voxel;     /* with a finite PDFF: only these enter the fractions */
    int64_t n_missing;   /* labelled, but without a finite PDFF */
    double coverage;     /* 0..1; NaN for whole muscles, whose full extent is not known */
    int32_t cut_by_fov;
    double csa_mm2;    /* largest cross-section square to the centreline within the row; NaN when it is cut or cannot be
                          measured from the slices at hand */
    double volume_mm3; /* of all labelled voxels */
    double pdff_mean_fraction, pdff_median_fraction, pdff_sd_fraction;
    double pdff_mode_fraction;     /* most common value: half-sample mode over the voxels */
    double pdff_se_fraction;       /* of the mean, for this tissue: sampling and noise, spatial correlation respected */
    double pdff_se_noise_fraction; /* the part of it that the errors of the voxels (of the maps) explain */
    double
        pdff_se_label_fraction; /* of the mean, for how well the label's border is known: scatter and bias together */
    double pdff_label_bias_fraction; /* the part of it that every such label has alike: what its border takes in */
    double pdff_mean_erode1_fraction, pdff_mean_erode2_fraction; /* less 1, 2 voxels of rim: doc/equations/measure.md */
    int64_t n_voxel_erode1, n_voxel_erode2;
    double pdff_quartile_fraction[4]; /* quarters of the width in each slice, from the midline outwards */
    double pdff_quartile_se_fraction[4];
    double pdff_quartile_se_label_fraction[4];
    double csa_se_label_mm2, volume_se_label_mm3; /* as pdff_se_label_fraction */
    double r2star_mean_per_s;
    double t2_mean_ms, t2_se_ms; /* of a T2 map that was given; the error is of the mean, voxels taken as independent */
    double lean_csa_mm2, lean_volume_mm3; /* weighted by 1 - PDFF */
    double swap_fraction;                 /* share of voxels flagged swap-suspect */
    double snr;                           /* median */
    char quality[160];                    /* comma-separated words (doc/equations/measure.md), or "" = nothing to say */
    double z, percentile;                 /* among the norm; these four are missing until fsc_map_place_rows */
    char norm_id[96];
    char norm_reason[240]; /* why there is no norm; "" where there is one or nobody asked */
} fsc_row;

typedef struct fsc_measures {
    fsc_row *row; /* owned */
    int32_t n_row;
    char muscle_scheme[40];
    char level_scheme[40];
    fsc_method method;
    fsc_label_source label_source;
    /* Tissue-level summary of the whole scan, available without labels. */
    int64_t n_fitted;
    double pdff_median_fraction;
    double swap_suspect_fraction;
    double snr_median;
    fsc_notes notes;
} fsc_measures;

/* Measures every site. sites may be NULL (tissue-level summary only). Rows come muscle by muscle: sites head to foot,
 * then the whole muscle; bones last. *out is owned: fsc_measures_free. progress may be NULL. Returns FSC_OK,
 * FSC_E_SHAPE (maps and sites on different grids), FSC_E_CANCELLED, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_measure_run(fsc_measures **out, const fsc_fatwater *fatwater,
                                                const fsc_sites *sites, const fsc_progress *progress, fsc_error *err);
FSC_API void fsc_measures_free(fsc_measures *measures);

/* What a measurement leaves for the next one of nearly the same labels. */
typedef struct fsc_measure_kept fsc_measure_kept;

/* As fsc_measure_run with sites, bit for bit, for labels that change a little at a time: what is as it was at the last
 * call is taken from *kept, which begins as NULL (owned: fsc_measure_kept_free) and is of no use for other maps.
 * fatwater must stay as it is between calls. Returns as fsc_measure_run; *kept is then as before. */
FSC_API FSC_MUST_USE fsc_status fsc_measure_again(fsc_measures **out, fsc_measure_kept **kept,
                                                  const fsc_fatwater *fatwater, const fsc_sites *sites,
                                                  const fsc_progress *progress, fsc_error *err);
FSC_API void fsc_measure_kept_free(fsc_measure_kept *kept);

/* The row of a muscle, level and side (bones: "vertebra", level, midline), or NULL. */
FSC_API const fsc_row *fsc_measures_find(const fsc_measures *measures, const char *muscle, const char *level,
                                         fsc_side side);

/* Standard error of a row's mean fat fraction, measurement and label together; a label error that is missing (older
 * tables) counts as 0. */
FSC_API double fsc_row_se_fraction(const fsc_row *row);
/* The label's part of the variance without the bias: pdff_se_label^2 - pdff_label_bias^2; 0 when missing. */
FSC_API double fsc_row_label_scatter_variance(const fsc_row *row);
/* The label's part of the variance of the difference of two rows: their biases cancel as far as they are alike. */
FSC_API double fsc_rows_label_variance(const fsc_row *a, const fsc_row *b);

/* Writes <dir>/<name>_sites.tsv and its data dictionary <dir>/<name>_sites.json (whole or not at all).
 * participant and session go into the id columns ("n/a" when ""). Numbers have ten digits. Returns FSC_OK, FSC_E_IO,
 * FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_measures_write(const fsc_measures *measures, const char *dir, const char *name,
                                                   const char *participant, const char *session,
                                                   const fsc_recipe *recipe, fsc_error *err);

/* Reads such a TSV back (rows, schemes, method; the tissue summary is missing: NaN and 0), those of 0.1.0 too, that
 * hold percent under other names. *out is owned. Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT (a column that must be there is
 * not; a cell that is not what its column holds, by row and column), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_measures_read(fsc_measures **out, const char *tsv_path, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
