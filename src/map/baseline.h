/* The baseline: what a healthy person's fat fraction is, and how far healthy people lie around it, for every muscle,
 * level, age, sex and method that published rows reach. One linear predictor on the logit scale, with the covariance of
 * its parameters; norms read a site from it, the forecast all sites at once. Method: doc/equations/map.md. */
#ifndef FSC_MAP_BASELINE_H
#define FSC_MAP_BASELINE_H

#include <fascicle/norms.h>

/* Parameters, in the order of data/baseline.tsv. The first are the levels T9 to S1 of the erector spinae. */
enum {
    FSC_BASELINE_LEVELS = 10,
    FSC_BASELINE_SEX = FSC_BASELINE_LEVELS,
    FSC_BASELINE_AGE,
    FSC_BASELINE_AGE_CAUDAL,
    FSC_BASELINE_MULTIFIDUS,
    FSC_BASELINE_TWO_POINT,
    FSC_BASELINE_SPIN_ECHO,
    FSC_BASELINE_PSOAS,
    FSC_BASELINE_PSOAS_SEX,
    FSC_BASELINE_PSOAS_AGE,
    FSC_BASELINE_PSOAS_LEVEL,
    FSC_BASELINE_PSOAS_SPIN_ECHO,
    FSC_BASELINE_LUMBORUM,
    FSC_BASELINE_LUMBORUM_SEX,
    FSC_BASELINE_LUMBORUM_AGE,
    FSC_BASELINE_NECK_C3,
    FSC_BASELINE_NECK_T1,
    FSC_BASELINE_NECK_SEX,
    FSC_BASELINE_NECK_AGE,
    FSC_BASELINE_LOG_SD_BACK,
    FSC_BASELINE_LOG_SD_PSOAS,
    FSC_BASELINE_LOG_SD_LUMBORUM,
    FSC_BASELINE_LOG_SD_NECK,
    FSC_BASELINE_N
};
/* "level T9", ..., "log_sd_neck". */
const char *fsc_baseline_name(int32_t parameter);

/* Muscles that the baseline knows. The union of multifidus and erector spinae is mixed by area. */
typedef enum fsc_baseline_muscle {
    FSC_BASELINE_IS_MULTIFIDUS,
    FSC_BASELINE_IS_ERECTOR,
    FSC_BASELINE_IS_UNION,
    FSC_BASELINE_IS_PSOAS,
    FSC_BASELINE_IS_LUMBORUM,
    FSC_BASELINE_IS_NECK
} fsc_baseline_muscle;
int32_t fsc_baseline_muscle_of(const char *keys); /* -1 = none */

typedef enum fsc_baseline_method {
    FSC_BASELINE_MULTI_ECHO,
    FSC_BASELINE_BY_TWO_POINT,
    FSC_BASELINE_BY_SPIN_ECHO
} fsc_baseline_method;
int32_t fsc_baseline_method_of(const char *method_class); /* -1 = none */

/* One site, or people of a row. */
typedef struct fsc_baseline_at {
    fsc_baseline_muscle muscle; /* not the union */
    fsc_baseline_method method;
    double order; /* of the level (fsc_level_order) */
    double women; /* share: 0 man, 1 woman */
    double age_years;
} fsc_baseline_at;
/* The weights of the parameters in the logit of the median at a site; 0 where the model has no value. */
int fsc_baseline_weights(double weight[FSC_BASELINE_N], const fsc_baseline_at *at);

/* The fitted model with what it assumes. */
typedef struct fsc_baseline {
    double mean[FSC_BASELINE_N];
    double covariance[FSC_BASELINE_N * FSC_BASELINE_N];
    struct fsc_baseline_assumed *assumed; /* owned */
} fsc_baseline;

/* Spreads and priors of data/baseline_assumed.tsv. */
typedef struct fsc_baseline_assumed {
    double between_study_sd, level_roughness_sd, shape_sd, shape_sd_l3, shape_sd_outside, shape_sd_neck;
    double method_borrowed_sd;
    double flat;                /* a mean over levels speaks for each of them while the curve moves less (logit) */
    double multifidus_share[5]; /* L1 to L5 */
    double prior_mean[FSC_BASELINE_N], prior_sd[FSC_BASELINE_N];
} fsc_baseline_assumed;
FSC_MUST_USE fsc_status fsc_baseline_assumed_read(fsc_baseline_assumed *out, fsc_error *err);
double fsc_baseline_share(const fsc_baseline_assumed *assumed, double order);

/* The built-in model. *out is owned: fsc_baseline_free. Returns FSC_OK, FSC_E_FORMAT, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_baseline_builtin(fsc_baseline **out, fsc_error *err);
void fsc_baseline_free(fsc_baseline *baseline);

/* The logit of the median of people like this. */
double fsc_baseline_logit(const fsc_baseline *baseline, const fsc_baseline_at *at);
/* SD of the logit between people at one site. */
double fsc_baseline_person_sd(const fsc_baseline *baseline, fsc_baseline_muscle muscle);
/* Covariance of the errors of two medians: parameters, the study that a person belongs to, and at one and the same site
 * its own departure from the curve. */
double fsc_baseline_error(const fsc_baseline *baseline, const fsc_baseline_at *a, const fsc_baseline_at *b);

#endif
