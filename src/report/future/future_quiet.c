/* What the forecast stands on - the exam, the library - and the whole of it where nothing departs: the sentence and the
 * fat as measured with ageing, without stage, pain, strike or order. */
#include "future_parts.h"
#include "future_words.h"
#include "prose.h"
#include "words.h"

#define DAY_12_MONTHS (FSC_FORECAST_N_DAY - 1)

void fsc_future_basis_add(fsc_text *out, const fsc_forecast *f) {
    fsc_text_add(out, "<p>");
    fsc_prose_sentence(out, f->library);
    fsc_text_add(out, "</p>\n<h3>What the examination did here</h3>\n<ul class=\"notes\">\n");
    for (int32_t i = 0; i < f->n_use; i++) {
        fsc_text_add(out, f->use[i].used ? "<li>used: " : "<li>not used: ");
        fsc_text_add_html(out, f->use[i].field);
        fsc_text_add(out, " (");
        fsc_text_add_html(out, f->use[i].what);
        fsc_text_add(out, ")</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

/* Sites that were measured outside what the model foresees for today, under either story. */
void fsc_future_misfit_add(fsc_text *out, const fsc_forecast *f) {
    int n = 0;
    for (int32_t i = 0; i < f->n_site; i++) {
        const fsc_forecast_site *site = &f->story[0].site[i];
        if (!site->misfit && !f->story[1].site[i].misfit) continue;
        fsc_text_add(out, n++ ? "; "
                              : "<p><strong>The model does not fit every site.</strong> It foresees other fat "
                                "today than was measured here, and gives no forecast: ");
        fsc_text_add_html(out, site->level);
        fsc_text_printf(out, " %s %s", site->layer, fsc_words_side(site->side));
        if (!site->misfit || !f->story[1].site[i].misfit) fsc_text_printf(out, " (story %s)", site->misfit ? "A" : "B");
    }
    if (n) fsc_text_add(out, ".</p>\n");
}

void fsc_future_quiet_add(fsc_text *out, const fsc_forecast *f) {
    fsc_text_add(out, "<p><strong>");
    fsc_prose_sentence(out, f->nothing);
    fsc_text_add(out,
                 "</strong></p>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table of the "
                 "model\"><table class=\"full\"><thead><tr><th scope=\"col\">Site</th><th scope=\"col\" "
                 "class=\"n\">Now, %</th><th scope=\"col\" class=\"n\">12 months, % (90 % band)</th></tr></thead>\n"
                 "<tbody>\n");
    for (int32_t i = 0; i < f->n_site; i++) {
        const fsc_forecast_site *site = &f->story[0].site[i];
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_text_add_html(out, site->level);
        fsc_text_add(out, ", ");
        fsc_text_add_html(out, site->layer);
        fsc_text_printf(out, ", %s</th><td class=\"n\">", fsc_words_side(site->side));
        fsc_prose_percent_pm(out, site->pdff_fraction, site->pdff_se_fraction);
        fsc_text_add(out, "</td><td class=\"n\">");
        if (site->misfit)
            fsc_text_add(out, "the model does not fit this site");
        else
            fsc_future_band_text(out, &site->pdff[DAY_12_MONTHS], 100);
        fsc_text_add(out, "</td></tr>\n");
    }
    fsc_text_add(out, "</tbody></table></div>\n");
}
