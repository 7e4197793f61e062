/* The order of the levels: the probability of each pair, and a plain sentence on what this scan cannot tell. */
#include "colour.h"
#include "future_parts.h"
#include "future_words.h"

#include <math.h>

#define CELL 34.0
#define EDGE 40.0

/* White at chance, darker the farther from it; the number says which way. */
static fsc_colour shade(double p) {
    const double t = fmin(1, 2 * fabs(p - 0.5));
    return (fsc_colour){(uint8_t)lround(255 - 150 * t), (uint8_t)lround(255 - 105 * t), (uint8_t)lround(255 - 60 * t)};
}

static void add_cell(fsc_text *out, double p, double x, double y) {
    if (!isfinite(p)) return;
    const fsc_colour c = shade(p);
    fsc_text_printf(
        out,
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%02x%02x%02x\" stroke=\"#d5d9de\"/><text "
        "x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11.5\">%.0f</text>",
        x, y, CELL, CELL * 0.7, c.r, c.g, c.b, x + CELL / 2, y + CELL * 0.35 + 4, 100 * p);
}

static void add_matrix(fsc_text *out, const fsc_forecast *f, int story) {
    const fsc_forecast_story *s = &f->story[story];
    const int32_t n = f->n_level;
    fsc_text_printf(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"order\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                    "aria-label=\"Probability in percent that the row’s level was struck before the column’s\">\n",
                    EDGE + CELL * n + 2, 22 + 0.7 * CELL * n);
    for (int32_t i = 0; i < n; i++) {
        fsc_text_printf(out, "<text x=\"%.1f\" y=\"14\" text-anchor=\"middle\" font-size=\"11.5\">",
                        EDGE + CELL * (i + 0.5));
        fsc_text_add_html(out, s->level[i].level);
        fsc_text_printf(out, "</text><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11.5\">", EDGE - 6,
                        18 + 0.7 * CELL * (i + 0.5) + 4);
        fsc_text_add_html(out, s->level[i].level);
        fsc_text_add(out, "</text>");
        for (int32_t j = 0; j < n; j++)
            add_cell(out, s->before[(int64_t)i * n + j], EDGE + CELL * j, 18 + 0.7 * CELL * i);
    }
    fsc_text_add(out, "</svg>\n");
}

static void add_levels(fsc_text *out, const fsc_forecast *f, int story) {
    /* Fat does not date: days are told where a fluid-sensitive value is. */
    const int dated = f->stage_told[FSC_STAGE_STRAINED];
    fsc_text_add(out,
                 "<table><thead><tr><th scope=\"col\">Level</th><th scope=\"col\" class=\"n\">Struck itself, %</th>");
    if (dated) fsc_text_add(out, "<th scope=\"col\" class=\"n\">Days ago, if struck</th>");
    fsc_text_add(out, "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < f->n_level; i++) {
        const fsc_forecast_level *level = &f->story[story].level[i];
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_text_add_html(out, level->level);
        fsc_text_add(out, "</th><td class=\"n\">");
        fsc_text_add_number(out, "%.0f", 100 * level->struck);
        fsc_text_add(out, "</td>");
        if (dated) {
            fsc_text_add(out, "<td class=\"n\">");
            fsc_future_band_text(out, &level->onset_day, 1);
            fsc_text_add(out, "</td>");
        }
        fsc_text_add(out, "</tr>\n");
    }
    fsc_text_add(out, "</tbody></table>\n");
    if (!dated) fsc_text_add(out, "<p>Nothing measured here dates an injury; a T2 map would.</p>\n");
}

void fsc_future_order_add(fsc_text *out, const fsc_forecast *f) {
    if (f->n_level < 1) return;
    fsc_text_add(
        out,
        "<div class=\"together\">\n<h3>Which level first?</h3>\n<p class=\"figure-note\">Probability in % that the "
        "row’s level was struck before the column’s, given that both were. 50 is a coin toss; the paler, the "
        "nearer to it.</p>\n<div class=\"columns stories\">\n");
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++) {
        fsc_text_add(out, "<div><h4>");
        fsc_future_story_name(out, story);
        fsc_text_add(out, "</h4>\n<p>");
        fsc_text_add_html(out, f->story[story].order_sentence);
        fsc_text_add(out, "</p>\n");
        if (f->n_level > 1) add_matrix(out, f, story);
        add_levels(out, f, story);
        fsc_text_add(out, "</div>\n");
    }
    fsc_text_add(out, "</div>\n</div>\n");
}
