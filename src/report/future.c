#include "future.h"

#include "fail.h"
#include "words.h"

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

static void add_scope(fsc_text *out, const fsc_forecast *forecast) {
    fsc_text_add(out, "<div class=\"warnings\"><p><strong>A model, not a measurement.</strong> ");
    fsc_words_sentence(out, forecast->honesty);
    fsc_text_add(out, "</p>\n<p>");
    fsc_words_sentence(out, forecast->treatment);
    fsc_text_add(out, "</p>\n<p>Two stories stand side by side, because this scan alone cannot tell which of them is "
                      "true.</p>\n");
    fsc_text_add(out, "</div>\n");
}

static void add_notes(fsc_text *out, const fsc_notes *notes) {
    if (!notes->n) return;
    fsc_text_add(out, "<h3>What limits this forecast</h3>\n<ul class=\"notes\">\n");
    for (int32_t k = 0; k < notes->n; k++) {
        fsc_text_add(out, "<li>");
        fsc_words_sentence(out, notes->item[k].text);
        fsc_text_add(out, "</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

fsc_status fsc_future_add(fsc_text *out, const fsc_forecast *forecast, fsc_error *err) {
    if (!forecast || forecast->n_site < 1) return FSC_OK;
    fsc_text_add(
        out, "<section class=\"future\" aria-labelledby=\"future-title\">\n<h2 id=\"future-title\">What a model of the "
             "injury cycle makes of this</h2>\n");
    add_scope(out, forecast);
    fsc_future_person_add(out, forecast);
    fsc_future_butterfly_add(out, forecast);
    fsc_future_sites_add(out, forecast);
    fsc_future_order_add(out, forecast);
    fsc_future_schedules_add(out, forecast);
    add_notes(out, &forecast->notes);
    FSC_TRY(fsc_future_phase_add(out, err));
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}
