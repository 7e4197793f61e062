/* Change since an earlier visit: one line a site, its 90 % interval, and the zone that measurement error alone fills.
 */
#include "prose.h"
#include "record.h"
#include "words.h"

#include <math.h>
#include <string.h>

#define LABEL_WIDTH 300.0
#define PLOT_WIDTH 420.0
#define STEP 18.0
#define TOP 10.0

static int is_compared(const fsc_map_site *site) {
    return site->row.kind == FSC_ROW_SITE && site->change.real >= 0;
}

static double widest(const fsc_map *map) {
    double most = 0.05;
    for (int32_t s = 0; s < map->n_site; s++) {
        if (!is_compared(&map->site[s])) continue;
        const fsc_change *c = &map->site[s].change;
        const double end[3] = {fabs(c->low_fraction), fabs(c->high_fraction), c->least_real_fraction};
        for (int k = 0; k < 3; k++)
            if (end[k] > most) most = end[k];
    }
    return 0.05 * ceil(most / 0.05 - 1e-9);
}

static double x_of(double top, double fraction) {
    return LABEL_WIDTH + PLOT_WIDTH * (0.5 + 0.5 * fmin(1, fmax(-1, fraction / top)));
}

static void add_line(fsc_text *out, const fsc_map_site *site, double top, double y) {
    const fsc_change *c = &site->change;
    const fsc_muscle *muscle = fsc_muscle_find(site->row.place.muscle);
    const char *ink = c->real ? "#9a3412" : "#4a5563";
    fsc_text_printf(out, "<g role=\"img\"><title>%+.1f points (90 %% interval %+.1f to %+.1f), %s</title>",
                    100 * c->net_fraction, 100 * c->low_fraction, 100 * c->high_fraction,
                    c->real ? "real" : "within measurement error");
    fsc_text_printf(out, "<text x=\"%.0f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"12\" fill=\"#1d2733\">",
                    LABEL_WIDTH - 10, y + 4);
    fsc_text_add_html(out, muscle ? muscle->name : site->row.place.muscle);
    fsc_text_add(out, ", ");
    fsc_text_add_html(out, fsc_words_level(site->row.place.level));
    fsc_text_printf(out, " %s</text>", fsc_words_side(site->row.place.side));
    if (isfinite(c->least_real_fraction))
        fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#e6e9ed\"/>",
                        x_of(top, -c->least_real_fraction), y - STEP / 2 + 1,
                        x_of(top, c->least_real_fraction) - x_of(top, -c->least_real_fraction), STEP - 2);
    fsc_text_printf(out, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-width=\"1.8\"/>", x_of(top, c->low_fraction),
                    y, x_of(top, c->high_fraction), ink);
    fsc_text_printf(out,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.6\"/></g>\n",
                    x_of(top, c->net_fraction), y, c->real ? ink : "#fff", ink);
}

static void add_axis(fsc_text *out, double top, double bottom) {
    for (int k = -2; k <= 2; k++) {
        const double x = x_of(top, 0.5 * k * top);
        fsc_text_printf(out,
                        "<path d=\"M%.1f %.1fV%.1f\" stroke=\"%s\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" "
                        "font-size=\"11\" fill=\"#4a5563\">%+.1f</text>",
                        x, TOP, bottom, k ? "#d5d9de" : "#1d2733", x, bottom + 14, 50 * k * top);
    }
    fsc_text_printf(
        out,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11.5\" fill=\"#4a5563\">change in points "
        "of fat, ageing taken off where a rate is known</text>\n",
        x_of(top, 0), bottom + 30);
}

static void add_caption(fsc_text *out, const fsc_map *map) {
    const fsc_change *c = NULL;
    for (int32_t s = 0; s < map->n_site && !c; s++)
        if (is_compared(&map->site[s])) c = &map->site[s].change;
    fsc_text_add(out, "<p class=\"figure-note\">");
    if (c) {
        fsc_text_add(out, "Since ");
        fsc_text_add_html(out, c->from_session[0] ? c->from_session : "the earlier visit");
        if (isfinite(c->from_days)) fsc_text_printf(out, ", %.0f days", c->from_days);
        fsc_text_add(out, ". ");
    }
    fsc_text_add(
        out, "Grey: what measurement error alone can do at that site. Filled: real, beyond it; open: cannot be told "
             "from error. Lines: 90 % interval. ");
    fsc_text_add_html(out, map->change_multiplicity);
    fsc_text_add(out, "</p>\n");
}

void fsc_record_change_add(fsc_text *out, const fsc_sheet *sheet) {
    const fsc_map *map = sheet->map;
    if (!map || !sheet->n_compared) return;
    int n = 0;
    for (int32_t s = 0; s < map->n_site; s++) n += is_compared(&map->site[s]);
    const double top = widest(map), bottom = TOP + STEP * n;
    fsc_text_add(out, "<section class=\"together\" aria-labelledby=\"change-title\">\n<h2 id=\"change-title\">What "
                      "changed since the earlier "
                      "visit</h2>\n");
    add_caption(out, map);
    fsc_text_printf(
        out,
        "<figure class=\"change\"><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"group\" "
        "aria-label=\"Change of fat at each site\">\n",
        LABEL_WIDTH + PLOT_WIDTH + 30, bottom + 38);
    add_axis(out, top, bottom);
    double y = TOP + STEP / 2;
    for (int32_t s = 0; s < map->n_site; s++) {
        if (!is_compared(&map->site[s])) continue;
        add_line(out, &map->site[s], top, y);
        y += STEP;
    }
    fsc_text_add(out, "</svg></figure>\n</section>\n");
}
