/* One observed site and its months ahead, from the joint draws; and whole persons from the same draws. */
#ifndef FSC_FORECAST_OUTLOOK_H
#define FSC_FORECAST_OUTLOOK_H

#include "posterior.h"

typedef struct fsc_outlook {
    const fsc_posterior *posterior;
    int32_t l, cell;          /* observed level, cell of the ground */
    int32_t side;             /* 0, 1, or 2 = mean of both */
    const fsc_future *future; /* NULL: nothing departs, the fat goes on as measured and ages */
} fsc_outlook;
/* Share of what the model foresees for the site today, were it measured, that lies below its measured value. */
double fsc_outlook_share_below(const fsc_outlook *o);
/* Draws the site's true PDFF on every day of fsc_forecast_days, one draw a pick, into
 * pdff[FSC_PICKS][FSC_FORECAST_N_DAY]: the pick's baseline and excess weighed against the measured value, then ageing,
 * the pick's own change, the error of that change, and what healthy sites drift. */
void fsc_outlook_draw(double *pdff, const fsc_outlook *o, uint64_t seed);

/* A whole person from joint draw i: struck levels as in the library, all others healthy. state and fat_shift (n_state
 * and n_site values) are filled and borrowed by person. */
void fsc_person_compose(fsc_cycle_person *person, double *state, double *fat_shift, const fsc_posterior *posterior,
                        int32_t i);
/* Whole persons from joint draws, simulated ahead under one schedule: band[quantity][day]. Pain and disability start at
 * the person's own numbers and take the model's change; motion is relative to today.
 * deep_pdff[FSC_PICKS][day] is the mean over the measured deep sites. */
FSC_MUST_USE fsc_status fsc_person_future(fsc_band *band, const fsc_posterior *posterior,
                                          const fsc_forecast_person *person, double *deep_pdff,
                                          const fsc_cycle_course *course, int32_t n_course, int32_t n_threads,
                                          fsc_error *err);
/* The first band of fsc_person_future alone. */
void fsc_deep_band(fsc_band *band, const double *deep_pdff, double *scratch);

#endif
