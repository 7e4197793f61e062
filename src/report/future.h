/* What the injury-cycle model makes of the map: always both stories side by side, always marked as the model's. */
#ifndef FSC_REPORT_FUTURE_H
#define FSC_REPORT_FUTURE_H

#include "text.h"

#include <fascicle/forecast.h>

/* The whole section; nothing when forecast is NULL. */
FSC_MUST_USE fsc_status fsc_future_add(fsc_text *out, const fsc_forecast *forecast, fsc_error *err);

/* Its parts. */
void fsc_future_person_add(fsc_text *out, const fsc_forecast *forecast);
void fsc_future_schedules_add(fsc_text *out, const fsc_forecast *forecast);
void fsc_future_butterfly_add(fsc_text *out, const fsc_forecast *forecast);
void fsc_future_sites_add(fsc_text *out, const fsc_forecast *forecast);
void fsc_future_order_add(fsc_text *out, const fsc_forecast *forecast);

/* Simulates the model itself: about 100 person-years. */
FSC_MUST_USE fsc_status fsc_future_phase_add(fsc_text *out, fsc_error *err);

/* The band of a quantity under a schedule on a day of fsc_forecast_days(). */
const fsc_band *fsc_future_band(const fsc_forecast *forecast, int story, int32_t schedule, int quantity, int day);
/* "12 (8 to 19)": median and 90 % band, each times scale, or "n/a". */
void fsc_future_band_text(fsc_text *out, const fsc_band *band, double scale);
/* "Acute fat": the story's name as a heading. */
void fsc_future_story_name(fsc_text *out, int story);

/* Colours of the stages, "#rrggbb", what is legible on them, and their key. */
const char *fsc_future_stage_fill(int stage);
const char *fsc_future_stage_ink(int stage);
void fsc_future_stage_key_add(fsc_text *out);

#endif
