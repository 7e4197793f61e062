/* The person's course without treatment: bands over a year, both stories on one scale; and the schedules as a table. */
#include "future_parts.h"
#include "future_words.h"

#include <math.h>

#define WIDTH 350.0
#define LEFT 40.0
#define TOP 8.0
#define PLOT_W 280.0
#define PLOT_H 96.0

typedef struct quantity_view {
    const char *title;
    double scale, top; /* printed = value x scale; top NaN: from the data */
} quantity_view;

static const quantity_view views[FSC_PERSON_N] = {
    [FSC_PERSON_DEEP_PDFF] = {"Fat in the measured deep muscles, %", 100, (double)NAN},
    [FSC_PERSON_PAIN] = {"Pain 0 to 10: today as told, then the model’s change", 1, 10},
    [FSC_PERSON_DISABILITY] = {"Disability 0 to 100: today as told, then the model’s change", 1, 100},
    [FSC_PERSON_MOTION] = {"Motion, % of today’s", 100, 100},
};

static double top_of(const fsc_forecast *f, int quantity) {
    if (isfinite(views[quantity].top)) return views[quantity].top;
    double most = 10;
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++)
        for (int d = 0; d < FSC_FORECAST_N_DAY; d++)
            most = fmax(most, views[quantity].scale * fsc_future_band(f, story, 0, quantity, d)->p95);
    return 10 * ceil(most / 10 - 1e-9);
}

static double x_of(int day) {
    const double *days = fsc_forecast_days();
    return LEFT + PLOT_W * days[day] / days[FSC_FORECAST_N_DAY - 1];
}

static double y_of(double value, double top) {
    return TOP + PLOT_H * (1 - fmin(1, fmax(0, value / top)));
}

static double level_of(const fsc_band *band, int which) {
    const double value[5] = {band->p05, band->p25, band->p50, band->p75, band->p95};
    return value[which];
}

/* One edge of a band from left to right, or back. */
static void add_edge(fsc_text *out, const fsc_forecast *f, int story, int quantity, int which, int back, double top) {
    for (int k = 0; k < FSC_FORECAST_N_DAY; k++) {
        const int d = back ? FSC_FORECAST_N_DAY - 1 - k : k;
        const double value = views[quantity].scale * level_of(fsc_future_band(f, story, 0, quantity, d), which);
        fsc_text_printf(out, "%s%.1f %.1f", k == 0 && !back ? "M" : "L", x_of(d), y_of(value, top));
    }
}

static int is_drawable(const fsc_forecast *f, int story, int quantity) {
    for (int d = 0; d < FSC_FORECAST_N_DAY; d++)
        for (int which = 0; which < 5; which++)
            if (!isfinite(level_of(fsc_future_band(f, story, 0, quantity, d), which))) return 0;
    return 1;
}

static void add_frame(fsc_text *out, const fsc_forecast *f, double top) {
    for (int k = 0; k <= 2; k++)
        fsc_text_printf(
            out,
            "<path d=\"M%.1f %.1fh%.0f\" stroke=\"#e1e5ea\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" "
            "font-size=\"10.5\" fill=\"#4a5563\">%.0f</text>",
            LEFT, y_of(0.5 * k * top, top), PLOT_W, LEFT - 5, y_of(0.5 * k * top, top) + 4, 0.5 * k * top);
    static const int month[4] = {0, 3, 6, 12};
    for (int k = 0; k < 4; k++)
        fsc_text_printf(
            out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10.5\" fill=\"#4a5563\">%d%s</text>",
            LEFT + PLOT_W * month[k] / 12.0, TOP + PLOT_H + 14, month[k], month[k] == 12 ? " months" : "");
    fsc_text_printf(
        out,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"10.5\" font-style=\"italic\" fill=\"#6b7280\">",
        LEFT + PLOT_W - 4, TOP + 12);
    fsc_text_add_html(out, f->within);
    fsc_text_add(out, "</text>\n");
}

static void add_panel(fsc_text *out, const fsc_forecast *f, int story, int quantity) {
    const double top = top_of(f, quantity);
    const char *ink = story == FSC_CYCLE_ACUTE ? "#9a3412" : "#1b5e9a";
    fsc_text_printf(out, "<figure class=\"course\"><figcaption>%s</figcaption>\n", views[quantity].title);
    fsc_text_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"Median and "
        "bands over 12 months without treatment, within the model\">\n",
        WIDTH, TOP + PLOT_H + 20);
    if (is_drawable(f, story, quantity)) {
        for (int outer = 0; outer < 2; outer++) {
            fsc_text_add(out, "<path d=\"");
            add_edge(out, f, story, quantity, outer, 0, top);
            add_edge(out, f, story, quantity, 4 - outer, 1, top);
            fsc_text_printf(out, "z\" fill=\"%s\" fill-opacity=\".2\"/>", ink);
        }
        fsc_text_add(out, "<path d=\"");
        add_edge(out, f, story, quantity, 2, 0, top);
        fsc_text_printf(out, "\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>\n", ink);
    } else {
        fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"12\" fill=\"#4a5563\">n/a</text>", LEFT + 10,
                        TOP + 30);
    }
    add_frame(out, f, top);
    fsc_text_add(out, "</svg></figure>\n");
}

void fsc_future_person_add(fsc_text *out, const fsc_forecast *f) {
    fsc_text_add(out, "<div>\n<h3>The next 12 months without treatment</h3>\n<p class=\"figure-note\">Line: "
                      "median; dark band: half of the model’s people who fit this scan; light band: nine in ten of "
                      "them.</p>\n<div class=\"columns stories\">\n");
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++) {
        fsc_text_add(out, "<div><h4>");
        fsc_future_story_name(out, story);
        fsc_text_add(out, "</h4>\n");
        for (int quantity = 0; quantity < FSC_PERSON_N; quantity++) add_panel(out, f, story, quantity);
        fsc_text_add(out, "</div>\n");
    }
    fsc_text_add(out, "</div>\n</div>\n");
}

void fsc_future_schedules_add(fsc_text *out, const fsc_forecast *f) {
    if (f->n_schedule < 2) return;
    fsc_text_add(out, "<h3>The same under assumed schedules, at 12 months</h3>\n<p class=\"figure-note\">Listed in the "
                      "table’s own order, which is no ranking. ");
    fsc_text_add_html(out, f->treatment);
    fsc_text_add(out, "</p>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Table of the "
                      "model\"><table class=\"full\"><thead><tr><th scope=\"col\">Schedule</th>");
    for (int story = 0; story < FSC_CYCLE_N_STORY; story++)
        for (int q = 0; q < FSC_PERSON_N; q++)
            fsc_text_printf(out, "<th scope=\"col\" class=\"n\">%s, story %s</th>", views[q].title, story ? "B" : "A");
    fsc_text_add(out, "</tr></thead>\n<tbody>\n");
    for (int32_t s = 0; s < f->n_schedule; s++) {
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_text_add_html(out, f->schedule[s].name);
        fsc_text_add(out, "</th>");
        for (int story = 0; story < FSC_CYCLE_N_STORY; story++)
            for (int q = 0; q < FSC_PERSON_N; q++) {
                fsc_text_add(out, "<td class=\"n\">");
                fsc_future_band_text(out, fsc_future_band(f, story, s, q, FSC_FORECAST_N_DAY - 1), views[q].scale);
                fsc_text_add(out, "</td>");
            }
        fsc_text_add(out, "</tr>\n");
    }
    fsc_text_add(out, "</tbody></table></div>\n<dl class=\"quality\">\n");
    for (int32_t s = 0; s < f->n_schedule; s++) {
        fsc_text_add(out, "<div><dt>");
        fsc_text_add_html(out, f->schedule[s].name);
        fsc_text_add(out, "</dt><dd>");
        fsc_text_add_html(out, f->schedule[s].description);
        fsc_text_add(out, "</dd></div>\n");
    }
    fsc_text_add(out, "</dl>\n");
}
