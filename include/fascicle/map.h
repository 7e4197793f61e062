/* Map: the injury map of one visit as one record: how unusual, how far, where inside the muscle, what changed. */
#ifndef FASCICLE_MAP_H
#define FASCICLE_MAP_H

#include <fascicle/acquisition.h>
#include <fascicle/exam.h>
#include <fascicle/measure.h>
#include <fascicle/norms.h>
#include <fascicle/sentence.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A difference inside the person. NaN with a reason when there is no partner. */
typedef struct fsc_contrast {
    char with[80];              /* "multifidus L4 right", "Q2-Q4", ... */
    double difference_fraction; /* this minus with */
    double se_fraction;
    double low_fraction, high_fraction; /* 90 % interval */
    int32_t beyond_error;               /* non-zero: the 90 % interval leaves 0 out. Never by itself a sign of injury */
    char reason[120];
} fsc_contrast;

#define FSC_CUT_COUNT 4
/* Fixed cuts on voxel PDFF: 0.10, 0.20, 0.30, 0.50. Descriptive; none is a limit of normal. */
FSC_API const double *fsc_map_cuts(void);

typedef struct fsc_extent {
    int64_t n_voxel;       /* with a finite PDFF */
    double share_over_p95; /* share of the site's volume over the reference 95th percentile; NaN without a norm */
    double share_over_cut[FSC_CUT_COUNT];
    double lean_volume_mm3, lean_csa_mm2;
} fsc_extent;

/* Change since an earlier visit; filled by fsc_change_run. */
typedef struct fsc_change {
    char from_session[64];
    double from_days; /* this visit minus the earlier one */
    double before_fraction;
    double difference_fraction;                 /* now minus before, as measured */
    double ageing_fraction, ageing_se_fraction; /* expected from age alone, and its band as 1 SD; NaN = no rate known */
    double net_fraction;                        /* difference minus ageing (difference when no rate is known) */
    double se_fraction;                         /* of net: both scans, repeatability, ageing band */
    double low_fraction, high_fraction;         /* 90 % interval of net */
    double least_real_fraction; /* least |net| that counts as real for this site, all sites considered */
    double p_adjusted;          /* Bonferroni over the sites compared */
    int32_t real;               /* 1 = beyond measurement error, 0 = not, -1 = not compared: reason says why */
    char reason[160];
    char fact_ids[48]; /* repeatability rows used */
} fsc_change;

/* A scale people know, derived from PDFF and labelled so. */
typedef struct fsc_grade {
    char scale[64];
    char grade[24]; /* "" = not derived, see reason */
    char reason[160];
    char fact_id[24];
} fsc_grade;
#define FSC_GRADE_COUNT 2

/* One line of the map: a site or a pool of sites, in the order of fsc_measures. */
typedef struct fsc_map_site {
    fsc_row row;
    fsc_norm_place norm;         /* same method class */
    fsc_norm_place other_method; /* only with its caveat; norm_id "" when there is none or norm was found */
    fsc_contrast side;           /* this side - other side, same muscle and level */
    fsc_contrast above;          /* this level - next level towards the head */
    fsc_contrast depth;          /* deep layer - superficial (or intermediate) layer, same level and side */
    fsc_contrast psoas;          /* this - psoas major, same level and side */
    fsc_contrast medial;         /* Q1 - mean of Q2..Q4 */
    fsc_contrast gradient;       /* whole muscles: slope along the spine, per level towards the feet */
    fsc_extent extent;
    fsc_grade grade[FSC_GRADE_COUNT];
    fsc_change change; /* change.real = -1 and reason "no earlier visit" until compared */
} fsc_map_site;

/* Sites pooled over muscles or levels because a norm is published for the pool; mean weighted by voxels. */
typedef struct fsc_map_pool {
    char muscle[96]; /* "multifidus+erector_spinae" */
    char level_first[12], level_last[12];
    int64_t n_voxel;
    double pdff_mean_fraction, pdff_se_fraction;
    fsc_norm_place norm;
    fsc_norm_place other_method;
} fsc_map_pool;

/* Neighbouring levels that share a finding, in words. */
typedef struct fsc_run {
    char layer[24]; /* "deep", ... */
    fsc_side side;
    char level_first[12], level_last[12];
    int32_t n_level;
    char criterion[24]; /* "over p95" or "over 20 %" */
    char text[120];     /* "C4-C6 left, deep layer" */
} fsc_run;

/* The 20.5 % two-week cut, with everything a reader needs to weigh it. */
typedef struct fsc_threshold {
    int32_t applies;  /* non-zero: near two weeks after an injury, and cervical deep extensors were measured */
    char reason[200]; /* why it does not apply */
    double cut_fraction, value_fraction, value_se_fraction, days_since_injury;
    double n, n_severe, sensitivity, specificity;
    double healthy_share_low,
        healthy_share_high; /* share of healthy people over the cut, normal distributions assumed */
    double healthy_share_skewed_low, healthy_share_skewed_high; /* the same with logit-normal distributions */
    char fact_ids[48];                                          /* the cut's row and the norm rows behind the shares */
    char source[240];
} fsc_threshold;

typedef struct fsc_map {
    fsc_acquisition acquisition;
    fsc_exam *exam;     /* owned; never NULL (everything missing when none was given) */
    fsc_map_site *site; /* owned */
    int32_t n_site;
    fsc_map_pool *pool; /* owned */
    int32_t n_pool;
    fsc_run *run; /* owned */
    int32_t n_run;
    fsc_threshold threshold;
    fsc_sentence *sentence; /* owned; red flags first */
    int32_t n_sentence;
    int32_t stop; /* non-zero: a red flag is positive; every output starts with the stop box */
    fsc_label_source label_source;
    char muscle_scheme[40];
    char level_scheme[40];
    char change_multiplicity[160]; /* how many sites were compared and how errors were shared; "" before fsc_change_run
                                    */
    fsc_notes notes;
} fsc_map;

/* What the record is made from. Only measures is needed. */
typedef struct fsc_map_inputs {
    const fsc_measures *measures;
    const fsc_fatwater *fatwater; /* with sites: voxel extents; NULL = extents missing */
    const fsc_sites *sites;
    const fsc_acquisition *acquisition; /* NULL = nothing known but the method */
    const fsc_exam *exam;               /* NULL = nothing known */
    const fsc_scan *scan;               /* whose age and sex count where the exam does not give them; NULL = none */
    const fsc_norms *norms;             /* NULL = the built-in table */
} fsc_map_inputs;

#define FSC_MAP_INPUTS_INIT                                                                                            \
    { 0 }

/* Makes the record. *out is owned: fsc_map_free. Returns FSC_OK, FSC_E_SHAPE (sites and maps on different grids),
 * FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_map_run(fsc_map **out, const fsc_map_inputs *in, fsc_error *err);
FSC_API void fsc_map_free(fsc_map *map);

/* Says in the rows of measures where the map placed them (z, percentile, norm_id, else norm_reason), so that the table
 * that is written next says it too. */
FSC_API void fsc_map_place_rows(fsc_measures *measures, const fsc_map *map);

/* The entry of a muscle, level and side, or NULL. */
FSC_API const fsc_map_site *fsc_map_find(const fsc_map *map, const char *muscle, const char *level, fsc_side side);

/* Writes <dir>/<name>_map.json (whole or not at all; schema: fsc_schema_text("map")).
 * Returns FSC_OK, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_map_write(const fsc_map *map, const char *dir, const char *name,
                                              const fsc_recipe *recipe, fsc_error *err);
/* The record as text (owned: fsc_map_free_text) and from text; what names it in errors. For stores.
 * Return as fsc_map_write and fsc_map_read. */
FSC_API FSC_MUST_USE fsc_status fsc_map_print(char **text, const fsc_map *map, fsc_error *err);
FSC_API void fsc_map_free_text(char *text);
FSC_API FSC_MUST_USE fsc_status fsc_map_parse(fsc_map **out, const char *text, const char *what, fsc_error *err);
/* Reads such a file back. Returns FSC_OK, FSC_E_IO, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_map_read(fsc_map **out, const char *path, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
