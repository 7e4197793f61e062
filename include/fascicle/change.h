/* Change: whether a difference between two visits is real, and the line through many; no store is needed. */
#ifndef FASCICLE_CHANGE_H
#define FASCICLE_CHANGE_H

#include <fascicle/map.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fills change of every site of now, against before; both come from any two visits of a person, in either order: the
 * comparison is symmetric (exchanging them changes signs only). A change is real when it exceeds the least real change
 * of this pair: both standard errors, the repeatability of method and scanner (data/repeatability.tsv) and the ageing
 * band, with Bonferroni's correction over the sites compared, so that at most 5 % of people without change get any
 * "real", and never under the project's floor (3 points, 5 across scanners). Rows that pool sites get a difference and
 * an interval, no verdict. Adds sentences with the key "change". Returns FSC_OK, FSC_E_ARG (different people, a date
 * missing), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_change_run(fsc_map *now, const fsc_map *before, fsc_error *err);

/* A straight line through all visits of one site. */
typedef struct fsc_trend {
    fsc_place place;
    int32_t n_visit;
    double years;                                                  /* first to last */
    double slope_per_year;                                         /* fraction a year, ageing included */
    double ageing_per_year, ageing_se_per_year;                    /* NaN = no rate known */
    double net_per_year, se_per_year, low_per_year, high_per_year; /* 90 % interval of net */
    double p_adjusted;                                             /* Bonferroni over the sites */
    double misfit_p;                                               /* small: the visits do not lie on a line */
    int32_t real;                                                  /* 1, 0, or -1 with reason */
    char reason[160];
} fsc_trend;

/* Trends over all comparable visits of one person (n_visit >= 3, by date; those separated by another method than the
 * last one are left out and noted). Every visit has a date. *out is owned: fsc_change_free_trends. Returns FSC_OK,
 * FSC_E_NOTFOUND (fewer than three visits), FSC_E_ARG (a visit without a day), FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_change_trends(fsc_trend **out, int32_t *n, fsc_notes *notes,
                                                  const fsc_map *const *visit, int32_t n_visit, fsc_error *err);
FSC_API void fsc_change_free_trends(fsc_trend *trends);

#ifdef __cplusplus
}
#endif
#endif
