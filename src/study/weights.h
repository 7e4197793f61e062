/* Weights of least information that bring the means of features to 0 within their standard deviations. */
#ifndef FSC_STUDY_WEIGHTS_H
#define FSC_STUDY_WEIGHTS_H

#include <stdint.h>

enum { FSC_FEATURE_MAX = 40 };

/* People who may already be drawn with odds exp(before . feature); weights come on top. */
typedef struct fsc_tilt {
    int64_t n_person;
    int32_t n_feature;
    const double *feature;  /* [n_person][n_feature], borrowed */
    const double *softness; /* [n_feature] standard deviations */
    double before[FSC_FEATURE_MAX];
} fsc_tilt;

/* weight_i ~ exp(sum_k m_k feature_ik), sum 1. */
void fsc_tilt_weigh(const fsc_tilt *tilt, const double *m, double *weight);
/* Finds the multipliers m of the maximum-entropy weights and the weights. */
void fsc_tilt_solve(const fsc_tilt *tilt, double m[FSC_FEATURE_MAX], double *weight);
/* 1 / sum of squared weights of groups: group[i] < n_group names a person's group; sum is scratch of n_group. */
double fsc_effective_number(const double *weight, const int64_t *group, int64_t n_person, double *sum, int64_t n_group);

#endif
