/* Where inside the muscle: four strips a site, from the spine outwards, as the quarters were cut. */
#include "chart.h"

#include "colour.h"
#include "prose.h"

#include <math.h>

#define STRIP 19.0
#define LABEL 34.0
#define ROW 20.0
#define TOP 16.0

static int has_quartiles(const fsc_sheet *sheet, int32_t m) {
    for (int32_t l = 0; l < sheet->n_level; l++)
        for (int slot = 0; slot < 3; slot++) {
            const fsc_row *row = fsc_sheet_cell(sheet, m, l, (fsc_slot)slot)->row;
            if (row && isfinite(row->pdff_quartile_fraction[0])) return 1;
        }
    return 0;
}

static void add_strips(fsc_text *out, const fsc_row *row, double middle, double y, int sign) {
    if (!row) return;
    for (int q = 0; q < 4; q++) {
        const double inner = middle + sign * (LABEL / 2 + q * STRIP), x = sign > 0 ? inner : inner - STRIP;
        const double v = row->pdff_quartile_fraction[q];
        if (!isfinite(v)) {
            fsc_text_printf(
                out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" stroke=\"#d5d9de\"/>",
                x + .5, y + .5, STRIP - 1.5, ROW - 3);
            continue;
        }
        const fsc_colour c = fsc_colour_pdff(v / FSC_COLOUR_PDFF_TOP);
        fsc_text_printf(out,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#%02x%02x%02x\"/><text "
                        "x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10\" fill=\"%s\">%.0f</text>",
                        x + .5, y, STRIP - 1, ROW - 2, c.r, c.g, c.b, x + STRIP / 2, y + 13, fsc_colour_ink(c),
                        100 * v);
    }
}

static void add_panel(fsc_text *out, const fsc_sheet *sheet, int32_t m) {
    const double middle = LABEL / 2 + 4 * STRIP + 2;
    fsc_text_add(out, "<figure class=\"panel\"><figcaption>");
    fsc_text_add_html(out, sheet->muscle[m].name);
    fsc_text_printf(out,
                    "</figcaption>\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                    "aria-label=\"Fat in each quarter of the muscle, in percent\">\n",
                    2 * middle, TOP + ROW * sheet->n_measured_level);
    if (!sheet->side_unknown)
        fsc_text_printf(
            out,
            "<text x=\"%.0f\" y=\"11\" text-anchor=\"middle\" font-size=\"10.5\" fill=\"#4a5563\">right</text>"
            "<text x=\"%.0f\" y=\"11\" text-anchor=\"middle\" font-size=\"10.5\" fill=\"#4a5563\">left</text>\n",
            middle - LABEL / 2 - 2 * STRIP, middle + LABEL / 2 + 2 * STRIP);
    double y = TOP;
    for (int32_t l = 0; l < sheet->n_level; l++) {
        if (!sheet->level[l].measured) continue;
        fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\" fill=\"#1d2733\">",
                        middle, y + 13);
        fsc_text_add_html(out, sheet->level[l].name);
        fsc_text_add(out, "</text>");
        add_strips(out, fsc_sheet_cell(sheet, m, l, FSC_SLOT_RIGHT)->row, middle, y, -1);
        add_strips(out, fsc_sheet_cell(sheet, m, l, FSC_SLOT_LEFT)->row, middle, y, 1);
        add_strips(out, fsc_sheet_cell(sheet, m, l, FSC_SLOT_CENTRE)->row, middle, y, 1);
        y += ROW;
    }
    fsc_text_add(out, "</svg></figure>\n");
}

void fsc_chart_strips_add(fsc_text *out, const fsc_sheet *sheet) {
    int any = 0;
    for (int32_t m = 0; m < sheet->n_muscle; m++) any |= has_quartiles(sheet, m);
    if (!any) return;
    fsc_text_add(
        out, "<section class=\"together\" aria-labelledby=\"strips-title\">\n<h2 id=\"strips-title\">Where inside the "
             "muscle</h2>\n<p "
             "class=\"figure-note\">Fat in % in the four quarters of each muscle, from the one next to the spine (Q1) "
             "outwards (Q4), with the spine in the middle.</p>\n<div class=\"panels\">\n");
    for (int32_t m = 0; m < sheet->n_muscle; m++)
        if (has_quartiles(sheet, m)) add_panel(out, sheet, m);
    fsc_text_add(out, "</div>\n</section>\n");
}
