/* The reference distribution of a fat fraction: logit-normal, so bounded by 0 and 1 and skewed. */
#ifndef FSC_MAP_SKEW_H
#define FSC_MAP_SKEW_H

/* logit(X) ~ normal(mu, sigma). */
typedef struct fsc_skew {
    double mu, sigma;
} fsc_skew;

typedef struct fsc_skew_moments {
    double mean, sd, skewness, kurtosis; /* kurtosis 3 = normal */
} fsc_skew_moments;

double fsc_logit(double fraction);
double fsc_unlogit(double logit);

fsc_skew_moments fsc_skew_moments_of(const fsc_skew *skew);
/* The logit-normal with this mean and SD, and how mu and sigma follow them: slope = {dmu/dmean, dmu/dsd, dsigma/dmean,
 * dsigma/dsd}; slope may be NULL. 0 when there is none (mean outside 0..1, SD too large); else 1. */
int fsc_skew_match(fsc_skew *out, double slope[4], double mean, double sd);
/* Normal score of a value, and the value at a normal score. */
double fsc_skew_score(const fsc_skew *skew, double fraction);
double fsc_skew_value(const fsc_skew *skew, double score);

#endif
