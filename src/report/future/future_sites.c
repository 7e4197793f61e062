/* The sites: fat now and in a year without treatment, and where in the cycle the model would put them. */
#include "future_parts.h"
#include "future_words.h"
#include "prose.h"
#include "words.h"

#include <math.h>

#define BAR 150.0
#define DAY_12_MONTHS (FSC_FORECAST_N_DAY - 1)

/* From pale to dark along the cycle; letters carry it where colour does not. */
static const char *const stage_fill[FSC_STAGE_N] = {"#eef1f4", "#fde7b5", "#f6b26b", "#d9814a", "#a8505f", "#5b2a5e"};
static const char *const stage_ink[FSC_STAGE_N] = {"#000", "#000", "#000", "#000", "#fff", "#fff"};

const char *fsc_future_stage_fill(int stage) {
    return stage_fill[stage];
}

const char *fsc_future_stage_ink(int stage) {
    return stage_ink[stage];
}

static void add_stage_bar(fsc_text *out, const double stage[FSC_STAGE_N]) {
    fsc_text_printf(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"stage\" width=\"%.0f\" height=\"16\" "
                    "viewBox=\"0 0 %.0f 16\" "
                    "role=\"img\"><title>",
                    BAR, BAR);
    for (int s = 0; s < FSC_STAGE_N; s++)
        fsc_text_printf(out, "%s%s %.0f %%", s ? ", " : "", fsc_stage_text((fsc_stage)s), 100 * stage[s]);
    fsc_text_add(out, "</title>");
    double x = 0;
    for (int s = 0; s < FSC_STAGE_N; s++) {
        const double w = isfinite(stage[s]) ? BAR * stage[s] : 0;
        if (w > 0.2)
            fsc_text_printf(
                out,
                "<rect x=\"%.1f\" width=\"%.1f\" height=\"16\" fill=\"%s\" stroke=\"#9aa3ad\" stroke-width=\".5\"/>", x,
                w, stage_fill[s]);
        if (w > 14)
            fsc_text_printf(out,
                            "<text x=\"%.1f\" y=\"12\" text-anchor=\"middle\" font-size=\"10.5\" fill=\"%s\">%d</text>",
                            x + w / 2, stage_ink[s], s + 1);
        x += w;
    }
    fsc_text_add(out, "</svg>");
}

static void add_site(fsc_text *out, const fsc_forecast *f, int32_t i) {
    const fsc_forecast_site *first = &f->story[0].site[i];
    fsc_text_add(out, "<tr><th scope=\"row\">");
    fsc_text_add_html(out, first->level);
    fsc_text_add(out, ", ");
    fsc_text_add_html(out, first->layer);
    fsc_text_printf(out, ", %s</th><td class=\"n\">", fsc_words_side(first->side));
    fsc_prose_percent_pm(out, first->pdff_fraction, first->pdff_se_fraction);
    fsc_text_add(out, "</td>");
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++) {
        const fsc_forecast_site *site = &f->story[story].site[i];
        fsc_text_add(out, "<td class=\"n\">");
        if (site->misfit)
            fsc_text_add(out, "the model does not fit this site");
        else
            fsc_future_band_text(out, &site->pdff[DAY_12_MONTHS], 100);
        fsc_text_add(out, "</td><td>");
        add_stage_bar(out, site->stage);
        fsc_text_add(out, "</td>");
    }
    fsc_text_add(out, "</tr>\n");
}

/* The shares that a stage has before any measurement, beside what these measurements make of it. */
static void add_prior(fsc_text *out, const fsc_forecast *f) {
    fsc_text_add(out, "<tr class=\"pooled\"><th scope=\"row\">a level struck in the model, before any measurement</th>"
                      "<td class=\"n\"></td>");
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++) {
        fsc_text_add(out, "<td></td><td>");
        add_stage_bar(out, f->story[story].stage_prior);
        fsc_text_add(out, "</td>");
    }
    fsc_text_add(out, "</tr>\n");
}

/* Stages that nothing measured here can tell. */
static void add_untold(fsc_text *out, const fsc_forecast *f) {
    int n = 0;
    for (int s = 0; s < FSC_STAGE_N; s++) {
        if (f->stage_told[s]) continue;
        fsc_text_printf(out, "%s%s",
                        n++ ? ", "
                            : "<p>This scan adds nothing on these stages, and none of them is "
                              "named here: ",
                        fsc_stage_text((fsc_stage)s));
    }
    if (n) fsc_text_add(out, ". They need lean size, a fluid-sensitive scan or stiffness.</p>\n");
}

void fsc_future_stage_key_add(fsc_text *out) {
    fsc_text_add(out, "<p class=\"slice-key\">");
    for (int s = 0; s < FSC_STAGE_N; s++)
        fsc_text_printf(out, "<span class=\"swatch\"><i style=\"background:%s\"></i>%d %s</span>", stage_fill[s], s + 1,
                        fsc_stage_text((fsc_stage)s));
    fsc_text_add(out, "</p>\n");
}

void fsc_future_sites_add(fsc_text *out, const fsc_forecast *f) {
    fsc_text_add(out,
                 "<h3>Each site now and in 12 months without treatment</h3>\n<p class=\"figure-note\">Fat in %: the "
                 "measurement, then the model’s median and 90 % band. The bars share out the model’s people who fit "
                 "this scan among the stages of its cycle. No stage can be seen on a scan.</p>\n");
    fsc_future_stage_key_add(out);
    add_untold(out, f);
    fsc_text_add(
        out, "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table of the model\"><table "
             "class=\"full\"><thead><tr><th scope=\"col\">Site</th><th scope=\"col\" "
             "class=\"n\">Now</th><th scope=\"col\" class=\"n\">12 months, story A</th><th scope=\"col\">Stage, story "
             "A</th><th scope=\"col\" class=\"n\">12 months, story B</th><th scope=\"col\">Stage, story B</th></tr>"
             "</thead>\n<tbody>\n");
    add_prior(out, f);
    for (int32_t i = 0; i < f->n_site; i++) add_site(out, f, i);
    fsc_text_add(out, "</tbody></table></div>\n");
}
