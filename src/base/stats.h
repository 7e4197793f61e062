/* The few distributions that comparisons need. */
#ifndef FSC_BASE_STATS_H
#define FSC_BASE_STATS_H

#include <stdint.h>

double fsc_normal_cdf(double z);
double fsc_normal_quantile(double p); /* 0 < p < 1 */
/* Quantile of Student's t with dof degrees of freedom. */
double fsc_student_quantile(double p, double dof);
/* Quantile of F with d1 and d2 degrees of freedom. */
double fsc_f_quantile(double p, double d1, double d2);
/* P(X > x) for chi-squared with dof degrees of freedom. */
double fsc_chi2_above(double x, double dof);

/* Holm's step-down adjustment in place: p[i] becomes the least family-wise level at which test i is rejected.
 * NaN entries are left out of the family. rank is scratch of n entries. Returns the size of the family. */
int32_t fsc_holm(double *p, int32_t *rank, int32_t n);

#endif
