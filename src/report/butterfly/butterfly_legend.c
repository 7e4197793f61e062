/* The legend: only what this picture uses. */
#include "butterfly_parts.h"

#include "colour.h"

#include <math.h>

#define LEGEND_WIDTH 740.0
#define LINE 15.0

static void say(fsc_text *out, double x, double y, const char *text) {
    fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11.5\" fill=\"#3b4654\">%s</text>", x, y, text);
}

/* The one ramp of the report, with marks unless it is a plain picture's. */
static void bar(fsc_text *out, const fsc_butterfly *b, double x, double y) {
    const int plain = b->style == FSC_BUTTERFLY_PLAIN;
    fsc_text_printf(out,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"12\" fill=\"url(#%s-pdff)\" "
                    "stroke=\"#8b95a1\"/>",
                    x, y, plain ? 120 : 200, b->id);
    if (plain) return;
    for (int k = 0; k <= 5; k++)
        fsc_text_printf(out,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10.5\" fill=\"#3b4654\">%s%d"
                        "</text>",
                        x + 40 * k, y + 24, k == 5 ? "≥ " : "", 10 * k);
}

static int any_cell(const fsc_butterfly *b, int (*holds)(const fsc_butterfly *, const fsc_cell *)) {
    for (int64_t c = 0; c < (int64_t)b->sheet->n_muscle * b->sheet->n_level * 3; c++)
        if (b->sheet->cell[c].row && holds(b, &b->sheet->cell[c])) return 1;
    return 0;
}

static int is_cut(const fsc_butterfly *b, const fsc_cell *cell) {
    (void)b;
    return cell->row->cut_by_fov != 0;
}
static int has_quartiles(const fsc_butterfly *b, const fsc_cell *cell) {
    (void)b;
    return isfinite(cell->row->pdff_quartile_fraction[0]);
}
static int is_felt(const fsc_butterfly *b, const fsc_cell *cell) {
    return fsc_findings_felt(b->sheet->map, cell);
}

double fsc_butterfly_legend_height(const fsc_butterfly *b) {
    return b->style == FSC_BUTTERFLY_PLAIN ? 78 : b->sheet->map ? 112 : 94;
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
    const int strips = any_cell(b, has_quartiles);
    if (strips) {
        fsc_butterfly_sliver(out, box, 0.3);
        say(out, x + 56, y, "strip at the inner edge: medial quarter of the muscle");
    }
    say(out, x + 56, y + LINE * strips, "line with dot: value and 90 % interval of this measurement,");
    say(out, x + 56, y + LINE * (strips + 1), "0 at the inner to 50 % at the outer edge");
    return y + 3 * LINE + 4;
}

static void record_line(fsc_text *out, const fsc_butterfly *b, double x, double y) {
    if (b->sheet->n_placed && fsc_butterfly_shows_percentile(b)) {
        say(out, x, y, "P87");
        say(out, x + 34, y, "more fat than 87 % of a reference group; no P: not compared");
        x += 350;
    }
    if (!b->of->findings.n_of[FSC_NOTABLE_CHANGE]) return;
    fsc_text_printf(out, "<path d=\"M%.1f %.1fv-11m-4 4l4 -4l4 4\" fill=\"none\" stroke=\"#111\" stroke-width=\"2\"/>",
                    x + 6, y + 2);
    say(out, x + 18, y, "real change");
}

static void mark_frame(fsc_text *out, double x, double y, const char *stroke) {
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"13\" rx=\"3\" fill=\"none\" %s/>", x,
                    y - 10, stroke);
}

/* The marks of frames and corners, one after another; a plain picture's stand in two columns. */
static void mark_lines(fsc_text *out, const fsc_butterfly *b, double x, double y) {
    const int plain = b->style == FSC_BUTTERFLY_PLAIN;
    if (!plain) {
        mark_frame(out, x, y, "stroke=\"#d5d9de\"");
        say(out, x + 30, y, "not measured");
        x += 112;
    }
    if (any_cell(b, is_felt)) {
        fsc_butterfly_felt(out, x + 10, y - 4);
        say(out, x + 22, y, plain ? "felt sore or tight" : "felt by the examiner");
        x += plain ? 126 : 158;
    }
    if (!plain && any_cell(b, is_cut)) {
        mark_frame(out, x, y, "stroke=\"#c2410c\" stroke-width=\"2.2\" stroke-dasharray=\"2 3\"");
        say(out, x + 30, y, "runs out of the picture");
        x += 162;
    }
    if (b->of->findings.n_of[FSC_NOTABLE_OVER_P95]) {
        mark_frame(out, x, y, "stroke=\"#1d2733\" stroke-width=\"3\"");
        say(out, x + 30, y, plain ? "more than most people" : "over P95");
        x += plain ? 150 : 92;
    }
    if (!b->of->findings.n_of[FSC_NOTABLE_SIDE]) return;
    if (plain && x > b->width - 150) x = (b->width - 340) / 2, y += LINE + 4;
    fsc_text_printf(out,
                    "<path d=\"M%.1f %.1fh12l12 11v3h-24z\" fill=\"#e4e7eb\"/><path d=\"M%.1f %.1fl12 11\" "
                    "stroke=\"#1d2733\" stroke-width=\"1.6\"/>",
                    x, y - 11, x + 12, y - 11);
    say(out, x + 32, y, plain ? "more than the other side" : "more than the other side, all pairs considered");
}

static void plain_legend(fsc_text *out, const fsc_butterfly *b) {
    const double left = (b->width - 340) / 2, y = b->bottom + 22;
    say(out, left, y, "less fat");
    bar(out, b, left + 54, y - 10);
    say(out, left + 182, y, "more fat");
    mark_lines(out, b, left, y + 24);
}

void fsc_butterfly_legend(fsc_text *out, const fsc_butterfly *b) {
    if (b->style == FSC_BUTTERFLY_PLAIN) {
        plain_legend(out, b);
        return;
    }
    const double left = b->middle - LEGEND_WIDTH / 2, top = b->bottom + 30;
    say(out, left, top - 6, "Colour: fat in the muscle, %");
    bar(out, b, left, top);
    record_line(out, b, left + 240, sample_cell(out, b, left + 240, top - 4));
    mark_lines(out, b, left, b->height - 8);
}
