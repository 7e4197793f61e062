/* One reference cell or curve of a norm table, as the matching rules see it. */
#ifndef FSC_MAP_CELL_H
#define FSC_MAP_CELL_H

#include "skew.h"

#include <fascicle/norms.h>

enum { FSC_KNOT_MAX = 6, FSC_TERM_MAX = 5 };

/* A fitted curve: t(PDFF) = sum of coefficient x basis(age) + sigma x normal, where t is the Box-Cox power of the odds:
 * (odds^lambda - 1) / lambda, the logit for lambda 0. Zero terms = none. */
typedef struct fsc_norm_curve {
    int32_t n_knot;
    double knot[FSC_KNOT_MAX]; /* ages in years, ascending */
    int32_t n_term;            /* 2 = straight line, else n_knot */
    double coefficient[FSC_TERM_MAX];
    double covariance[FSC_TERM_MAX * FSC_TERM_MAX]; /* of the coefficients, sigma included; row-major n_term x n_term */
    double sigma, dof, lambda;
} fsc_norm_curve;

typedef struct fsc_norm_cell {
    char id[96];
    char muscle[96];
    char level_first[12], level_last[12];
    double order_first, order_last; /* NaN when the level names no vertebra */
    fsc_side side;
    fsc_sex sex;                         /* FSC_SEX_UNKNOWN = pools both */
    double age_min_years, age_max_years; /* max NaN = open */
    char age_basis[96];
    double n;
    char n_basis[96];
    double mean_fraction, sd_fraction; /* NaN for curves */
    char method[64];
    char cohort[96];
    char caveat[200];
    char source[240];
    char status[64];
    char fact_id[16];
    fsc_skew skew; /* of mean and sd */
    double slope[4];
    fsc_skew_moments moments;
    fsc_norm_curve curve;
    /* What the pooled baseline made of the row; study "" = it is not behind it. */
    char study[48];
    int32_t pool_muscle, pool_method;
    double pool_first, pool_last;
} fsc_norm_cell;

struct fsc_norms {
    struct fsc_baseline *baseline; /* owned; NULL in tables of users */
    fsc_norm_cell *cell;
    int32_t n_cell;
};

#define FSC_METHOD_CLASS_MULTI_ECHO "multi-echo PDFF"
#define FSC_METHOD_CLASS_TWO_POINT "2-point FSF"
#define FSC_METHOD_CLASS_SPIN_ECHO "2-point TSE FSF" /* turbo spin echo: a high floor of its own; no scan states it */
#define FSC_METHOD_CLASS_OTHER "other Dixon fat fraction" /* equal to nothing, not even to itself */

/* Numbers of a cell that holds a list: "20;35;50". Returns how many (0 for n/a), or -1. */
int32_t fsc_list_read(double *out, int32_t max, const char *text);

/* Natural cubic spline basis (constant, line, n_knot - 2 curved terms) in decades from the first knot; fills n_term. */
void fsc_curve_basis(double *basis, const fsc_norm_curve *curve, double age_years);
/* t, its inverse (0 where no fraction belongs to the value) and its slope. */
double fsc_curve_transform(double lambda, double fraction);
double fsc_curve_fraction(double lambda, double value);
double fsc_curve_slope(double lambda, double fraction);
/* t of the median at an age, and its variance. */
double fsc_curve_at(double *variance, const fsc_norm_curve *curve, double age_years);

/* Fills everything of place but the refusal; clips values at the ends of 0..1 and says so. */
void fsc_norm_fill(fsc_norm_place *place, const fsc_norm_cell *cell, double age_years, double value_fraction,
                   double value_se_fraction);
void fsc_norm_place_clear(fsc_norm_place *place);
void fsc_norm_add_caveat(fsc_norm_place *place, const char *fmt, ...) FSC_PRINTF(2, 3);
/* place_pooled.c: fills kind, band and words from the baseline, and for a pooled norm z and percentile; place stays as
 * it is when the model does not reach there. */
void fsc_norm_place_pooled(fsc_norm_place *place, const fsc_norms *norms, const fsc_norm_query *query);
/* Non-zero where fat hardly changes from the cell's first to its last level: then its mean speaks for each of them. */
int fsc_norm_cell_is_flat(const fsc_norms *norms, const fsc_norm_cell *cell);

#endif
