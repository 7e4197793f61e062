#include "chart.h"

#include "colour.h"
#include "prose.h"
#include "words.h"

#include <math.h>

#define PANEL_WIDTH 236.0
#define PLOT_LEFT 34.0
#define PLOT_WIDTH 190.0
#define PLOT_TOP 10.0

typedef struct scale {
    double top; /* fraction at the right edge */
    double step;
} scale;

static double row_step(const fsc_sheet *sheet) {
    return sheet->n_measured_level > 8 ? 18 : 24;
}

static scale choose_scale(const fsc_sheet *sheet) {
    double most = 0.1;
    for (int64_t c = 0; c < (int64_t)sheet->n_muscle * sheet->n_level * 3; c++) {
        const fsc_row *row = sheet->cell[c].row;
        if (!row || !isfinite(row->pdff_mean_fraction)) continue;
        const double half = isfinite(row->pdff_se_fraction) ? fsc_words_half90(fsc_row_se_fraction(row)) : 0;
        most = fmax(most, row->pdff_mean_fraction + half);
    }
    most = fmin(most, 1);
    const double step = most > 0.5 ? 0.2 : most > 0.25 ? 0.1 : 0.05;
    return (scale){step * ceil(most / step - 1e-9), step};
}

static double x_of(scale s, double fraction) {
    return PLOT_LEFT + PLOT_WIDTH * fmin(1, fmax(0, fraction / s.top));
}

static void add_axes(fsc_text *out, const fsc_sheet *sheet, scale s, double bottom) {
    for (double v = 0; v <= s.top + 1e-9; v += s.step)
        fsc_text_printf(out,
                        "<path d=\"M%.1f %.1fV%.1f\" stroke=\"#e1e5ea\"/><text x=\"%.1f\" y=\"%.1f\" "
                        "text-anchor=\"middle\" font-size=\"10.5\" fill=\"#4a5563\">%.0f%s</text>",
                        x_of(s, v), PLOT_TOP, bottom, x_of(s, v), bottom + 13, 100 * v,
                        v + s.step > s.top + 1e-9 ? " %" : "");
    double y = PLOT_TOP;
    for (int32_t l = 0; l < sheet->n_level; l++) {
        if (!sheet->level[l].measured) continue;
        fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11.5\" fill=\"#1d2733\">",
                        PLOT_LEFT - 6, y + row_step(sheet) / 2 + 4);
        fsc_text_add_html(out, sheet->level[l].name);
        fsc_text_add(out, "</text>");
        y += row_step(sheet);
    }
}

/* Right: filled circle. Left: open square. Unknown or midline: filled diamond. Shape and fill, not only colour. */
static void add_mark(fsc_text *out, fsc_slot slot, double x, double y) {
    if (slot == FSC_SLOT_RIGHT)
        fsc_text_printf(out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.6\" fill=\"#1b5e9a\"/>", x, y);
    else if (slot == FSC_SLOT_LEFT)
        fsc_text_printf(out,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"6.4\" height=\"6.4\" fill=\"#fff\" stroke=\"#b45309\" "
                        "stroke-width=\"1.8\"/>",
                        x - 3.2, y - 3.2);
    else
        fsc_text_printf(out, "<path d=\"M%.1f %.1fl4.4 4.4l-4.4 4.4l-4.4 -4.4z\" fill=\"#374151\"/>", x, y - 4.4);
}

static const char *mark_colour(fsc_slot slot) {
    return slot == FSC_SLOT_RIGHT ? "#1b5e9a" : slot == FSC_SLOT_LEFT ? "#b45309" : "#374151";
}

static void add_points(fsc_text *out, const fsc_sheet *sheet, int32_t m, fsc_slot slot, scale s) {
    double y = PLOT_TOP + row_step(sheet) / 2, last_x = (double)NAN, last_y = (double)NAN;
    const double shift = slot == FSC_SLOT_RIGHT ? -3.5 : slot == FSC_SLOT_LEFT ? 3.5 : 0;
    for (int pass = 0; pass < 2; pass++, y = PLOT_TOP + row_step(sheet) / 2) /* lines below marks */
        for (int32_t l = 0; l < sheet->n_level; l++) {
            if (!sheet->level[l].measured) continue;
            const fsc_row *row = fsc_sheet_cell(sheet, m, l, slot)->row;
            const double at = y + shift;
            y += row_step(sheet);
            if (!row || !isfinite(row->pdff_mean_fraction)) {
                last_x = (double)NAN; /* a gap stays a gap */
                continue;
            }
            const double x = x_of(s, row->pdff_mean_fraction);
            if (pass == 1) {
                add_mark(out, slot, x, at);
                continue;
            }
            if (isfinite(last_x))
                fsc_text_printf(out, "<path d=\"M%.1f %.1fL%.1f %.1f\" stroke=\"%s\" stroke-opacity=\".45\"/>", last_x,
                                last_y, x, at, mark_colour(slot));
            last_x = x, last_y = at;
            if (isfinite(row->pdff_se_fraction)) {
                const double half = fsc_words_half90(fsc_row_se_fraction(row));
                fsc_text_printf(out, "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-width=\"1.6\"/>",
                                x_of(s, fmax(0, row->pdff_mean_fraction - half)), at,
                                x_of(s, fmin(1, row->pdff_mean_fraction + half)),
                                mark_colour(slot));
            }
        }
}

/* The reference group at each level: grey up to its 95th percentile, a tick at its mean. One side's norm serves both.
 */
static void add_bands(fsc_text *out, const fsc_sheet *sheet, int32_t m, scale s) {
    double y = PLOT_TOP;
    for (int32_t l = 0; l < sheet->n_level; l++) {
        if (!sheet->level[l].measured) continue;
        const fsc_map_site *site = NULL;
        for (int slot = 0; slot < 3 && !site; slot++) {
            const fsc_cell *cell = fsc_sheet_cell(sheet, m, l, (fsc_slot)slot);
            if (fsc_cell_is_placed(cell)) site = cell->site;
        }
        if (site)
            fsc_text_printf(
                out,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#dfe5ec\"/><path d=\"M%.1f "
                "%.1fv%.1f\" stroke=\"#6b7785\" stroke-width=\"1.4\"/>",
                PLOT_LEFT, y + 1, x_of(s, site->norm.p95_fraction) - PLOT_LEFT, row_step(sheet) - 2,
                x_of(s, site->norm.mean_fraction), y + 1, row_step(sheet) - 2);
        y += row_step(sheet);
    }
}

static void add_level_panel(fsc_text *out, const fsc_sheet *sheet, int32_t m, scale s) {
    const double bottom = PLOT_TOP + row_step(sheet) * sheet->n_measured_level;
    fsc_text_add(out, "<figure class=\"panel\"><figcaption>");
    fsc_text_add_html(out, sheet->muscle[m].name);
    fsc_text_printf(out,
                    "</figcaption>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                    "aria-label=\"Fat in percent at each level; the values are in the full table\">\n",
                    PANEL_WIDTH, bottom + 20);
    add_bands(out, sheet, m, s);
    add_axes(out, sheet, s, bottom);
    for (int slot = 0; slot < 3; slot++) add_points(out, sheet, m, (fsc_slot)slot, s);
    fsc_text_add(out, "</svg></figure>\n");
}

void fsc_chart_levels_add(fsc_text *out, const fsc_sheet *sheet) {
    if (sheet->n_measured_level < 2) return;
    const scale s = choose_scale(sheet);
    fsc_text_add(out, "<section class=\"together\" aria-labelledby=\"levels-title\">\n<h2 id=\"levels-title\">Fat "
                      "along the spine</h2>\n"
                      "<p class=\"figure-note\">One panel a muscle, all on one scale, head at the top. ");
    if (sheet->side_unknown)
        fsc_text_add(out, "Diamonds: side unknown. ");
    else
        fsc_text_add(out, "<span class=\"mark-right\">● right</span> <span class=\"mark-left\">□ left</span>. ");
    fsc_text_add(out, "Horizontal lines: 90 % interval of the measurement. ");
    fsc_text_add(out, sheet->n_placed
                          ? "Grey: a reference group up to its 95th percentile, with a tick at its mean; no grey: "
                            "no norm fits. "
                          : "No values of other people are shown. ");
    fsc_text_add(out, "</p>\n<div class=\"panels\">\n");
    for (int32_t m = 0; m < sheet->n_muscle; m++) add_level_panel(out, sheet, m, s);
    fsc_text_add(out, "</div>\n</section>\n");
}

#define BINS 55 /* -5 % to 105 % in steps of 2 % */

void fsc_chart_histogram_add(fsc_text *out, const fsc_fatwater *fatwater) {
    if (!fatwater || !fatwater->pdff_fraction) return;
    int64_t count[BINS] = {0}, most = 0;
    const int64_t n = fsc_grid_count(&fatwater->grid);
    for (int64_t v = 0; v < n; v++) {
        const double f = fatwater->pdff_fraction[v];
        if (!(f >= -0.05 && f < 1.05)) continue;
        int bin = (int)((f + 0.05) / 0.02);
        if (bin >= BINS) bin = BINS - 1;
        if (++count[bin] > most) most = count[bin];
    }
    if (!most) return;
    fsc_text_add(out, "<section class=\"together\" aria-labelledby=\"histogram-title\">\n<h2 "
                      "id=\"histogram-title\">Fat over the whole "
                      "picture</h2>\n");
    fsc_text_add(out, "<figure class=\"histogram\"><svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 170\" "
                      "role=\"img\" aria-label=\"How many voxels have how much fat\">\n");
    for (int b = 0; b < BINS; b++) {
        const double low = -0.05 + 0.02 * b, h = 120.0 * (double)count[b] / (double)most;
        const fsc_colour c = fsc_colour_pdff(low / FSC_COLOUR_PDFF_TOP);
        fsc_text_printf(out,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"%.1f\" fill=\"#%02x%02x%02x\" "
                        "stroke=\"#6b7280\" stroke-width=\".4\"/>",
                        20 + 11.0 * b, 130 - h, h, c.r, c.g, c.b);
    }
    for (int k = 0; k <= 5; k++)
        fsc_text_printf(
            out, "<text x=\"%.1f\" y=\"148\" text-anchor=\"middle\" font-size=\"12\" fill=\"#4a5563\">%d%s</text>",
            20 + 550 * (0.2 * k + 0.05), 20 * k, k == 5 ? " %" : "");
    fsc_text_add(out,
                 "<text x=\"320\" y=\"166\" text-anchor=\"middle\" font-size=\"12\" fill=\"#4a5563\">fat fraction of a "
                 "voxel</text></svg>\n<figcaption>All voxels with a result, whatever tissue they are: muscle and "
                 "organs on the left, fat under the skin on the right, bone marrow between. This is no measure of "
                 "a muscle.</figcaption></figure>\n</section>\n");
}
