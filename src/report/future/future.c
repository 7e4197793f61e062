#include "future.h"

#include "fail.h"
#include "future_parts.h"
#include "prose.h"

static void add_scope(fsc_text *out, const fsc_forecast *forecast) {
    fsc_text_add(out, "<div class=\"warnings\"><p><strong>A model, not a measurement.</strong> ");
    fsc_prose_sentence(out, forecast->honesty);
    fsc_text_add(out, "</p>\n");
    if (forecast->nothing_departs) {
        fsc_text_add(out, "</div>\n");
        return;
    }
    fsc_text_add(out, "<p>");
    fsc_prose_sentence(out, forecast->treatment);
    fsc_text_add(out, "</p>\n<p>Two stories stand side by side, because this scan alone cannot tell which of them is "
                      "true.</p>\n");
    fsc_text_add(out, "</div>\n");
}

static void add_notes(fsc_text *out, const fsc_notes *notes) {
    if (!notes->n) return;
    fsc_text_add(out, "<h3>What limits this forecast</h3>\n<ul class=\"notes\">\n");
    for (int32_t k = 0; k < notes->n; k++) {
        fsc_text_add(out, "<li>");
        fsc_prose_sentence(out, notes->item[k].text);
        fsc_text_add(out, "</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

static void add_stories(fsc_text *out, const fsc_forecast *forecast) {
    fsc_future_person_add(out, forecast);
    fsc_future_butterfly_add(out, forecast);
    fsc_future_sites_add(out, forecast);
    fsc_future_order_add(out, forecast);
    fsc_future_schedules_add(out, forecast);
}

fsc_status fsc_future_add(fsc_text *out, const fsc_forecast *forecast, fsc_error *err) {
    if (!forecast || forecast->n_site < 1) return FSC_OK;
    fsc_text_add(
        out, "<section class=\"future\" aria-labelledby=\"future-title\">\n<h2 id=\"future-title\">What a model of the "
             "injury cycle makes of this</h2>\n");
    add_scope(out, forecast);
    fsc_future_basis_add(out, forecast);
    fsc_future_misfit_add(out, forecast);
    if (forecast->nothing_departs)
        fsc_future_quiet_add(out, forecast);
    else
        add_stories(out, forecast);
    add_notes(out, &forecast->notes);
    if (!forecast->nothing_departs) FSC_TRY(fsc_future_phase_add(out, forecast, err));
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}
