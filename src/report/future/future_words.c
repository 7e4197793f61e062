#include "future_words.h"

#include <math.h>

const fsc_band *fsc_future_band(const fsc_forecast *forecast, int story, int32_t schedule, int quantity, int day) {
    return &forecast->story[story].person[((int64_t)schedule * FSC_PERSON_N + quantity) * FSC_FORECAST_N_DAY + day];
}

void fsc_future_band_text(fsc_text *out, const fsc_band *band, double scale) {
    if (!isfinite(band->p50)) {
        fsc_text_add(out, "n/a");
        return;
    }
    const char *fmt = fabs(band->p95 * scale) >= 10 ? "%.0f" : "%.1f";
    fsc_text_add_number(out, fmt, scale * band->p50);
    fsc_text_add(out, " <span class=\"pm\">(");
    fsc_text_add_number(out, fmt, scale * band->p05);
    fsc_text_add(out, " to ");
    fsc_text_add_number(out, fmt, scale * band->p95);
    fsc_text_add(out, ")</span>");
}

void fsc_future_story_name(fsc_text *out, int story) {
    fsc_text_add(out,
                 story == FSC_CYCLE_ACUTE ? "Story A: the injury brings the fat" : "Story B: the fat was there before");
}
