/* The few distributions that comparisons need. */
#ifndef FSC_BASE_STATS_H
#define FSC_BASE_STATS_H

double fsc_normal_cdf(double z);
double fsc_normal_quantile(double p); /* 0 < p < 1 */
/* Quantile of Student's t with dof degrees of freedom. */
double fsc_student_quantile(double p, double dof);
/* Quantile of F with d1 and d2 degrees of freedom. */
double fsc_f_quantile(double p, double d1, double d2);
/* P(X > x) for chi-squared with dof degrees of freedom. */
double fsc_chi2_above(double x, double dof);

#endif
