/* Everybody's fat: a strip of dots for each site, a line for each group, muscle by muscle. */
#include "page.h"

#include <math.h>
#include <string.h>

#define WIDE 640.0 /* of a picture, with its names */
#define NAMES 150.0
#define ROW 26.0
#define TICK 0.1 /* of fat, between lines */

typedef struct strips {
    const fsc_page *page;
    double top;   /* of the axis */
    double width; /* of the top, in the picture */
} strips;

/* A table may claim any fraction: the axis ends at the whole, and what lies beyond is drawn at its end. */
static double across(const strips *s, double fraction) {
    return s->width * fmin(fmax(fraction, 0), s->top) / s->top;
}

/* Where 90 % of the controls lie. */
static void add_band(fsc_text *out, const strips *s, int32_t site, double y) {
    int32_t n = 0;
    double *value = s->page->value;
    for (int32_t i = 0; i < s->page->all->n; i++) {
        const double v = fsc_gathered_number(s->page->all, i, site, "pdff_mean_fraction");
        if (s->page->control[i] && isfinite(v)) value[n++] = v;
    }
    if (n < FSC_PAGE_CONTROLS) return;
    fsc_page_sort(value, n);
    const double low = fsc_page_quantile(value, n, 0.05), high = fsc_page_quantile(value, n, 0.95);
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#e6ebf0\"/>",
                    NAMES + across(s, low), y + 1, across(s, high) - across(s, low), ROW - 2);
}

/* No stop of the tabulator key at each of thousands of dots: the table of quality has the same links. */
static void add_dots(fsc_text *out, const strips *s, int32_t site, double y) {
    const fsc_gathered *all = s->page->all;
    for (int k = 0; k < s->page->group.n; k++) {
        fsc_text_printf(out, "<g fill=\"%s\">", fsc_page_ink[k]);
        for (int32_t i = 0; i < all->n; i++) {
            const double v = fsc_gathered_number(all, i, site, "pdff_mean_fraction");
            if (!isfinite(v) || s->page->of[i] != k) continue;
            fsc_text_add(out, "<a ");
            fsc_page_href(out, &all->item[i]);
            fsc_text_add(out, " tabindex=\"-1\" aria-label=\"");
            fsc_text_add_html(out, all->item[i].who.name);
            fsc_text_printf(out, " %.1f %%\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/></a>", 100 * v,
                            NAMES + across(s, v), y + ROW * (k + 1.0) / (s->page->group.n + 1.0));
        }
        fsc_text_add(out, "</g>\n");
    }
}

static void add_axis(fsc_text *out, const strips *s, double height) {
    const int last = (int)lround(s->top / TICK);
    for (int tick = 0; tick <= last; tick++) {
        const double x = NAMES + s->width * tick / last;
        fsc_text_printf(out,
                        "<path d=\"M%.1f 14V%.1f\" stroke=\"#d5d9de\"/><text x=\"%.1f\" y=\"11\" font-size=\"11\" "
                        "text-anchor=\"middle\" fill=\"#4a5563\">%.0f</text>",
                        x, height, x, 100 * TICK * tick);
    }
}

/* The sites first..end of one muscle. */
static void add_muscle(fsc_text *out, const strips *s, int32_t first, int32_t end) {
    const fsc_site_names *site = &s->page->all->site;
    const char *name = site->name[s->page->site[first]];
    const double height = 18 + ROW * (end - first);
    const size_t length = strcspn(name, " ");
    fsc_text_add(out, "<h3>");
    fsc_page_name(out, name, length);
    fsc_text_add(out, "</h3>\n");
    fsc_page_open(out, name);
    fsc_text_printf(out, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"group\" aria-label=\"Fat by level and side\">", WIDE,
                    height);
    add_axis(out, s, height);
    for (int32_t k = first; k < end; k++) {
        const int32_t at = s->page->site[k];
        const double y = 18 + ROW * (k - first);
        fsc_text_printf(out, "<text x=\"4\" y=\"%.1f\" font-size=\"13\" fill=\"#1d2733\">", y + 0.65 * ROW);
        fsc_text_add_html(out, site->name[at] + length + 1);
        fsc_text_add(out, "</text>");
        add_band(out, s, at, y);
        add_dots(out, s, at, y);
    }
    fsc_text_add(out, "</svg></div>\n");
}

void fsc_page_key(fsc_text *out, const fsc_page_groups *g) {
    for (int k = 0; k < g->n && (g->n > 1 || g->name[0][0]); k++) {
        fsc_text_printf(out, " <span style=\"color:%s\">\xe2\x97\x8f ", fsc_page_ink[k]);
        fsc_text_add_html(out, g->name[k][0] ? g->name[k] : "no group");
        fsc_text_printf(out, " (%d)</span>", (int)g->size[k]);
    }
}

void fsc_page_strips(fsc_text *out, const fsc_page *page) {
    const fsc_gathered *all = page->all;
    strips s = {page, TICK, WIDE - NAMES - 20};
    for (int32_t i = 0; i < all->n; i++)
        for (int32_t k = 0; k < all->site.n; k++) {
            const double v = fsc_gathered_number(all, i, k, "pdff_mean_fraction");
            if (v > s.top) s.top = fmin(TICK * ceil(v / TICK), 1);
        }
    fsc_text_add(out, "<section><h2>Fat by site</h2>\n<p>Mean fat fraction in percent. Each dot is a person at one "
                      "visit and opens that person's research page.");
    fsc_page_key(out, &page->group);
    if (page->n_control >= FSC_PAGE_CONTROLS)
        fsc_text_printf(out, " The grey band holds 90 %% of the %d controls.", (int)page->n_control);
    fsc_text_add(out, "</p>\n");
    for (int32_t first = 0, end = 0; first < all->site.n; first = end) {
        end = fsc_page_muscle_end(page, first);
        add_muscle(out, &s, first, end);
    }
    fsc_text_add(out, "</section>\n");
}
