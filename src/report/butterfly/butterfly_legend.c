/* The legend: only what this picture uses. */
#include "butterfly_parts.h"

#include "colour.h"

#include <math.h>

#define LEGEND_WIDTH 740.0
#define LINE 15.0

static void say(fsc_text *out, double x, double y, const char *text) {
    fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11.5\" fill=\"#3b4654\">%s</text>", x, y, text);
}

/* A bar of 200 with marks at equal steps; last is put before the last mark. */
static void bar(fsc_text *out, const fsc_butterfly *b, double x, double y, const char *ramp, const char *title,
                const int mark[6], const char *last) {
    say(out, x, y - 6, title);
    fsc_text_printf(out,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"200\" height=\"12\" fill=\"url(#%s-%s)\" stroke=\"#8b95a1\"/>",
                    x, y, b->id, ramp);
    for (int k = 0; k <= 5; k++)
        fsc_text_printf(out,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10.5\" fill=\"#3b4654\">%s%d"
                        "</text>",
                        x + 40 * k, y + 24, k == 5 ? last : "", mark[k]);
}

static int has_notches(const fsc_sheet *sheet) {
    for (int32_t m = 0; m < sheet->n_muscle; m++)
        for (int32_t l = 0; l < sheet->n_level; l++) {
            double difference, half90;
            if (fsc_sheet_side_difference(sheet, m, l, &difference, &half90)) return 1;
        }
    return 0;
}

static int has_cuts(const fsc_sheet *sheet) {
    for (int64_t c = 0; c < (int64_t)sheet->n_muscle * sheet->n_level * 3; c++)
        if (sheet->cell[c].row && sheet->cell[c].row->cut_by_fov) return 1;
    return 0;
}

double fsc_butterfly_legend_height(const fsc_sheet *sheet) {
    return sheet->n_placed ? 142 : sheet->map ? 112 : 94;
}

static int has_quartiles(const fsc_sheet *sheet) {
    for (int64_t c = 0; c < (int64_t)sheet->n_muscle * sheet->n_level * 3; c++)
        if (sheet->cell[c].row && isfinite(sheet->cell[c].row->pdff_quartile_fraction[0])) return 1;
    return 0;
}

/* What stands inside a cell; returns the next line's y. */
static double sample_cell(fsc_text *out, const fsc_butterfly *b, double x, double y) {
    const fsc_butterfly_box box = {x, y - 8, 46, 34, 1};
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"46\" height=\"34\" rx=\"4\" fill=\"#e4e7eb\"/>", box.x,
                    box.y);
    fsc_text_printf(out,
                    "<path d=\"M%.1f %.1fh18\" stroke=\"#111\" stroke-width=\"1.6\"/><circle cx=\"%.1f\" cy=\"%.1f\" "
                    "r=\"2\"/>",
                    x + 16, y + 18, x + 25, y + 18);
    const int strips = has_quartiles(b->sheet);
    if (strips) {
        fsc_butterfly_sliver(out, box, 0.3);
        say(out, x + 56, y, "strip at the inner edge: medial quarter of the muscle");
    }
    say(out, x + 56, y + LINE * strips, "line with dot: value and 90 % interval of this measurement,");
    say(out, x + 56, y + LINE * (strips + 1), "0 at the inner to 50 % at the outer edge");
    return y + 3 * LINE + 4;
}

static void record_lines(fsc_text *out, const fsc_butterfly *b, double x, double y) {
    if (b->sheet->n_placed && fsc_butterfly_shows_percentile(b)) {
        say(out, x, y + 4, "P87");
        say(out, x + 56, y + 4, "more fat than 87 % of a reference group");
        y += LINE + 2;
    }
    if (b->sheet->map && b->sheet->n_placed < b->sheet->n_site) {
        fsc_text_printf(
            out,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"30\" height=\"13\" rx=\"3\" fill=\"#21918c\"/><rect x=\"%.1f\" "
            "y=\"%.1f\" width=\"30\" height=\"13\" rx=\"3\" fill=\"url(#%s-hatch-light)\"/>",
            x, y - 6, x, y - 6, b->id);
        say(out, x + 56, y + 4, "hatched: no norm fits this site; the colour is its fat in %");
        y += LINE + 2;
    }
    if (b->sheet->n_compared) {
        fsc_text_printf(out,
                        "<path d=\"M%.1f %.1fv-11m-4 4l4 -4l4 4\" fill=\"none\" stroke=\"#111\" stroke-width=\"2\"/>",
                        x + 15, y + 6);
        say(out, x + 56, y + 4, "arrow: real change since the earlier visit");
    }
}

static void frame_lines(fsc_text *out, const fsc_butterfly *b, double x, double y) {
    fsc_text_printf(
        out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"13\" rx=\"3\" fill=\"none\" stroke=\"#d5d9de\"/>", x,
        y - 10);
    say(out, x + 30, y, "not measured");
    x += 130;
    if (has_cuts(b->sheet)) {
        fsc_text_printf(
            out,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"13\" rx=\"3\" fill=\"none\" stroke=\"#c2410c\" "
            "stroke-width=\"2.2\" stroke-dasharray=\"2 3\"/>",
            x, y - 10);
        say(out, x + 30, y, "runs out of the picture");
        x += 170;
    }
    if (!has_notches(b->sheet)) return;
    fsc_text_printf(out,
                    "<path d=\"M%.1f %.1fh12l12 11v3h-24z\" fill=\"#e4e7eb\"/><path d=\"M%.1f %.1fl12 11\" "
                    "stroke=\"#1d2733\" stroke-width=\"1.6\"/>",
                    x, y - 11, x + 12, y - 11);
    say(out, x + 32, y, "cut corner: higher than the other side beyond its error (1.96 SE)");
}

void fsc_butterfly_legend(fsc_text *out, const fsc_butterfly *b) {
    static const int pdff[6] = {0, 10, 20, 30, 40, 50}, percentile[6] = {0, 20, 40, 60, 80, 100};
    const double left = b->middle - LEGEND_WIDTH / 2, top = b->bottom + 30;
    double y = top;
    if (b->sheet->n_placed) {
        bar(out, b, left, y, "percentile", "More fat than … % of a reference group", percentile, "");
        y += 48;
    }
    bar(out, b, left, y, "pdff", b->sheet->n_placed ? "Strips and hatched cells: fat in %" : "Fat in the muscle, %",
        pdff, "≥ ");
    const double next = sample_cell(out, b, left + 240, top - 4);
    record_lines(out, b, left + 240, next);
    frame_lines(out, b, left, b->height - 8);
}
