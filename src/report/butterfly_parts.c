#include "butterfly_parts.h"

#include "colour.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLIVER_WIDTH 7.0
#define LEGEND_WIDTH 720.0

typedef struct paint {
    char fill[8];
    const char *ink;
} paint;

static void hex(char text[8], fsc_colour c) {
    snprintf(text, 8, "#%02x%02x%02x", c.r, c.g, c.b);
}

static paint paint_of(const fsc_cell *cell) {
    paint p = {"#ffffff", "#000"};
    if (!isfinite(cell->row->pdff_mean)) return p;
    const fsc_colour colour = fsc_colour_pdff(cell->row->pdff_mean / FSC_COLOUR_PDFF_TOP);
    hex(p.fill, colour);
    p.ink = fsc_colour_ink(colour);
    return p;
}

void fsc_butterfly_defs(fsc_text *out, const fsc_butterfly *b) {
    fsc_text_printf(out, "<defs><linearGradient id=\"%s-pdff\">", b->id);
    for (int k = 0; k <= 10; k++) {
        char fill[8];
        hex(fill, fsc_colour_pdff(k / 10.0));
        fsc_text_printf(out, "<stop offset=\"%d%%\" stop-color=\"%s\"/>", 10 * k, fill);
    }
    fsc_text_add(out, "</linearGradient></defs>\n");
}

/* x of a fraction inside a cell: 0 at the inner edge, the scale's top at the outer edge, on both wings. */
static double scale_x(fsc_butterfly_box box, double fraction) {
    const double t = fmin(1, fmax(0, fraction / FSC_COLOUR_PDFF_TOP));
    const double inner = SLIVER_WIDTH + 4, outer = 5, length = box.w - inner - outer;
    return box.sign > 0 ? box.x + inner + t * length : box.x + box.w - inner - t * length;
}

static void draw_interval(fsc_text *out, fsc_butterfly_box box, const fsc_row *row, const char *ink) {
    if (!isfinite(row->pdff_mean) || !isfinite(row->pdff_se)) return;
    const double half = fsc_sheet_half90(row->pdff_se), y = box.y + box.h - 8;
    double x1 = scale_x(box, row->pdff_mean - half), x2 = scale_x(box, row->pdff_mean + half);
    if (x1 > x2) {
        const double swap = x1;
        x1 = x2, x2 = swap;
    }
    fsc_text_printf(out,
                    "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-opacity=\".35\" stroke-width=\".7\"/>"
                    "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-width=\"1.6\"/>"
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\" fill=\"%s\"/>",
                    scale_x(box, 0), y, scale_x(box, FSC_COLOUR_PDFF_TOP), ink, x1, y, x2, ink,
                    scale_x(box, row->pdff_mean), y, ink);
}

static void draw_sliver(fsc_text *out, fsc_butterfly_box box, double medial_quartile) {
    if (!isfinite(medial_quartile)) return;
    char fill[8];
    hex(fill, fsc_colour_pdff(medial_quartile / FSC_COLOUR_PDFF_TOP));
    fsc_text_printf(out,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" stroke=\"#fff\" "
                    "stroke-width=\"1.2\"/>",
                    box.sign > 0 ? box.x + .6 : box.x + box.w - SLIVER_WIDTH - .6, box.y + 3, SLIVER_WIDTH, box.h - 6,
                    fill);
}

static void draw_frame(fsc_text *out, fsc_butterfly_box box, const char *fill, int cut) {
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\" fill=\"%s\" %s/>", box.x,
                    box.y, box.w, box.h, fill,
                    cut ? "stroke=\"#c2410c\" stroke-width=\"2.2\" stroke-dasharray=\"2 3\"" : "stroke=\"#00000022\"");
}

static double text_x(fsc_butterfly_box box) {
    return box.x + box.w / 2 + box.sign * (SLIVER_WIDTH / 2);
}

static void draw_value(fsc_text *out, fsc_butterfly_box box, const fsc_row *row, const char *ink) {
    fsc_text_printf(out,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"%s\" font-weight=\"600\" "
                    "fill=\"%s\">",
                    text_x(box), box.y + box.h / 2 + 1, box.w < 48 ? "11" : "15", ink);
    fsc_words_percent(out, row->pdff_mean);
    fsc_text_add(out, "</text>");
}

void fsc_butterfly_cell(fsc_text *out, const fsc_butterfly *b, const fsc_cell *cell, fsc_butterfly_box box, int notch) {
    (void)b;
    const paint p = paint_of(cell);
    draw_frame(out, box, p.fill, cell->row->cut_by_fov);
    draw_sliver(out, box, cell->row->pdff_quartile[0]);
    draw_value(out, box, cell->row, p.ink);
    draw_interval(out, box, cell->row, p.ink);
    if (notch) { /* the outer upper corner is cut out, clear of the numbers */
        const double edge = box.sign > 0 ? box.x + box.w + 1.5 : box.x - 1.5;
        fsc_text_printf(out, "<path d=\"M%.1f %.1fh%d l%d 11z\" fill=\"#fff\"/>", edge, box.y - 1.5, -box.sign * 12,
                        box.sign * 12);
        fsc_text_printf(out, "<path d=\"M%.1f %.1fl%d 11\" fill=\"none\" stroke=\"#1d2733\" stroke-width=\"1.6\"/>",
                        edge - box.sign * 12, box.y - 1.5, box.sign * 12);
    }
}

void fsc_butterfly_centre_cell(fsc_text *out, const fsc_butterfly *b, const fsc_cell *cell, fsc_butterfly_box left_wing,
                               fsc_butterfly_box right_wing) {
    (void)b;
    const paint p = paint_of(cell);
    /* The bar that makes two halves one cell runs along the lower edge, behind inner cells and the vertebra. */
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"3\" fill=\"%s\"/>",
                    left_wing.x + left_wing.w, left_wing.y + left_wing.h - 3, right_wing.x - left_wing.x - left_wing.w,
                    p.fill);
    draw_frame(out, left_wing, p.fill, cell->row->cut_by_fov);
    draw_frame(out, right_wing, p.fill, cell->row->cut_by_fov);
    draw_sliver(out, left_wing, cell->row->pdff_quartile[0]);
    draw_sliver(out, right_wing, cell->row->pdff_quartile[0]);
    draw_value(out, left_wing, cell->row, p.ink);
    draw_interval(out, left_wing, cell->row, p.ink);
    const char *word = cell->row->side == FSC_SIDE_MIDLINE ? "midline" : right_wing.w < 80 ? "side ?" : "side unknown";
    fsc_text_printf(out,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\" font-style=\"italic\" "
                    "fill=\"%s\">%s</text>",
                    text_x(right_wing), right_wing.y + right_wing.h / 2 + 4, p.ink, word);
}

void fsc_butterfly_vertebra(fsc_text *out, const fsc_butterfly *b, int32_t level, double top, double height) {
    const fsc_sheet_level *l = &b->sheet->level[level];
    const double m = b->middle, y = top + 2, h = height - 4, waist = l->measured ? 5 : 2;
    const double half = l->order < 8 ? 25 : l->order < 20 ? 28 : 32;
    const char *opacity = l->measured ? "1" : ".45";
    fsc_text_printf(out,
                    "<g opacity=\"%s\"><path d=\"M%.1f %.1fQ%.1f %.1f %.1f %.1fQ%.1f %.1f %.1f %.1fQ%.1f %.1f %.1f "
                    "%.1fQ%.1f %.1f %.1f %.1fz\" fill=\"#efe9dd\" stroke=\"#8b7f6a\"/>",
                    opacity, m - half, y, m, y + 3, m + half, y, m + half - 2 * waist, y + h / 2, m + half, y + h, m,
                    y + h - 3, m - half, y + h, m - half + 2 * waist, y + h / 2, m - half, y);
    fsc_text_printf(out,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"%s\" font-weight=\"600\" "
                    "fill=\"#3d372b\">",
                    m, y + h / 2 + 5, l->measured ? "14" : "11");
    if (strcmp(l->name, "n/a") != 0)
        fsc_text_add_html(out, l->name);
    else
        fsc_text_add(out, b->sheet->n_measured_level == 1 ? "all" : "?");
    fsc_text_add(out, "</text></g>\n");
}

/* Cuts name at blanks into at most FSC_BUTTERFLY_LINES lines of about limit characters. Returns the number of lines. */
static int break_name(const char *name, size_t limit, const char *line[FSC_BUTTERFLY_LINES],
                      size_t length[FSC_BUTTERFLY_LINES]) {
    int n = 0;
    for (const char *rest = name; rest; n++) {
        line[n] = rest;
        length[n] = strlen(rest);
        if (n + 1 == FSC_BUTTERFLY_LINES || length[n] <= limit) return n + 1;
        size_t cut = 0;
        for (size_t k = 0; rest[k]; k++)
            if (rest[k] == ' ' && (k <= limit || cut == 0)) cut = k;
        if (cut == 0) return n + 1;
        length[n] = cut;
        rest = rest + cut + 1;
    }
    return n;
}

size_t fsc_butterfly_line_length(const char *name, size_t limit) {
    const char *line[FSC_BUTTERFLY_LINES];
    size_t length[FSC_BUTTERFLY_LINES], longest = 0;
    const int n = break_name(name, limit, line, length);
    for (int k = 0; k < n; k++)
        if (length[k] > longest) longest = length[k];
    return longest;
}

void fsc_butterfly_name(fsc_text *out, const fsc_butterfly *b, const char *name, double x) {
    const char *line[FSC_BUTTERFLY_LINES];
    size_t length[FSC_BUTTERFLY_LINES];
    const double base = b->top - 8;
    const int n = break_name(name, b->name_limit, line, length);
    for (int k = 0; k < n; k++) {
        if (b->names_upright)
            fsc_text_printf(out, "<text transform=\"translate(%.1f %.1f) rotate(-90)\"",
                            x + 4 + 12 * (k - (n - 1) / 2.0), base);
        else
            fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\"", x, base - 13 * (n - 1 - k));
        fsc_text_add(out, " font-size=\"11.5\" fill=\"#3b4654\">");
        char part[64];
        fsc_copy_text(part, length[k] + 1 < sizeof part ? length[k] + 1 : sizeof part, line[k]);
        fsc_text_add_html(out, part);
        fsc_text_add(out, "</text>\n");
    }
}

static void legend_text(fsc_text *out, double x, double y, const char *text) {
    fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11.5\" fill=\"#3b4654\">%s</text>", x, y, text);
}

static void legend_bar(fsc_text *out, const fsc_butterfly *b, double x, double y) {
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"200\" height=\"12\" fill=\"url(#%s-pdff)\"/>", x, y,
                    b->id);
    for (int k = 0; k <= 5; k++)
        fsc_text_printf(out,
                        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10.5\" fill=\"#3b4654\">%s%d"
                        "</text>",
                        x + 40 * k, y + 24, k == 5 ? "≥ " : "", 10 * k);
    legend_text(out, x, y - 6, "Fat in the muscle, %");
}

void fsc_butterfly_legend(fsc_text *out, const fsc_butterfly *b) {
    const double left = b->middle - LEGEND_WIDTH / 2, y = b->bottom + 32;
    legend_bar(out, b, left, y);
    const fsc_butterfly_box sample = {left + 240, y - 14, 46, 34, 1};
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"46\" height=\"34\" rx=\"4\" fill=\"#e4e7eb\"/>", sample.x,
                    sample.y);
    draw_sliver(out, sample, 0.3);
    const double x = sample.x;
    fsc_text_printf(
        out,
        "<path d=\"M%.1f %.1fh18\" stroke=\"#111\" stroke-width=\"1.6\"/><circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\"/>",
        x + 16, y + 12, x + 25, y + 12);
    legend_text(out, x + 54, y - 4, "strip at the inner edge: medial quarter of the muscle");
    legend_text(out, x + 54, y + 11, "line with dot: value and 90 % interval, 0 to 50 % from the");
    legend_text(out, x + 54, y + 25, "inner to the outer edge (error of this measurement)");
    fsc_text_printf(out,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"15\" rx=\"3\" fill=\"none\" stroke=\"#c2410c\" "
                    "stroke-width=\"2.2\" stroke-dasharray=\"2 3\"/>",
                    left + 2, y + 34);
    legend_text(out, left + 32, y + 46, "runs out of the picture");
    fsc_text_printf(
        out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"22\" height=\"15\" rx=\"3\" fill=\"none\" stroke=\"#d5d9de\"/>",
        left + 190, y + 34);
    legend_text(out, left + 218, y + 46, "not measured");
    fsc_text_printf(out,
                    "<path d=\"M%.1f %.1fv13h-22v-13h12z\" fill=\"#e4e7eb\"/><path d=\"M%.1f %.1fl12 11\" "
                    "stroke=\"#1d2733\" stroke-width=\"1.6\"/>",
                    left + 326, y + 36, left + 314, y + 35);
    legend_text(out, left + 332, y + 46, "notch: higher than the other side beyond its error (1.96 SE)");
}
