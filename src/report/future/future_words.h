/* What the parts of the section on the future say alike: bands, the names of the stories, the colours of stages. */
#ifndef FSC_REPORT_FUTURE_WORDS_H
#define FSC_REPORT_FUTURE_WORDS_H

#include "text.h"

#include <fascicle/forecast.h>

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
