#include "butterfly_parts.h"

#include "colour.h"
#include "format.h"
#include "prose.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLIVER_WIDTH 7.0

typedef struct paint {
    char fill[8];
    const char *ink;
} paint;

static void hex(char text[8], fsc_colour c) {
    fsc_format(text, 8, "#%02x%02x%02x", c.r, c.g, c.b);
}

/* The colour always means fat, whatever else is known of the site. */
static paint paint_of(const fsc_cell *cell) {
    paint p = {"#ffffff", "#000"};
    if (!isfinite(cell->row->pdff_mean_fraction)) return p;
    const fsc_colour colour = fsc_colour_pdff(cell->row->pdff_mean_fraction / FSC_COLOUR_PDFF_TOP);
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
    if (!isfinite(row->pdff_mean_fraction) || !isfinite(row->pdff_se_fraction)) return;
    const double half = fsc_words_half90(fsc_row_se_fraction(row)), y = box.y + box.h - 8;
    double x1 = scale_x(box, row->pdff_mean_fraction - half), x2 = scale_x(box, row->pdff_mean_fraction + half);
    if (x1 > x2) {
        const double swap = x1;
        x1 = x2, x2 = swap;
    }
    fsc_text_printf(out,
                    "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-opacity=\".35\" stroke-width=\".7\"/>"
                    "<path d=\"M%.1f %.1fH%.1f\" stroke=\"%s\" stroke-width=\"1.6\"/>"
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\" fill=\"%s\"/>",
                    scale_x(box, 0), y, scale_x(box, FSC_COLOUR_PDFF_TOP), ink, x1, y, x2, ink,
                    scale_x(box, row->pdff_mean_fraction), y, ink);
}

void fsc_butterfly_sliver(fsc_text *out, fsc_butterfly_box box, double medial_quartile) {
    if (!isfinite(medial_quartile)) return;
    char fill[8];
    hex(fill, fsc_colour_pdff(medial_quartile / FSC_COLOUR_PDFF_TOP));
    fsc_text_printf(out,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\" stroke=\"#fff\" "
                    "stroke-width=\"1.2\"/>",
                    box.sign > 0 ? box.x + .6 : box.x + box.w - SLIVER_WIDTH - .6, box.y + 3, SLIVER_WIDTH, box.h - 6,
                    fill);
}

static void draw_frame(fsc_text *out, const fsc_butterfly *b, fsc_butterfly_box box, const paint *p,
                       const fsc_cell *cell) {
    const int over = fsc_findings_on(&b->of->findings, cell, FSC_NOTABLE_OVER_P95) != NULL;
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\" fill=\"%s\" %s/>", box.x,
                    box.y, box.w, box.h, p->fill,
                    cell->row->cut_by_fov && b->style == FSC_BUTTERFLY_FULL
                        ? "stroke=\"#c2410c\" stroke-width=\"2.2\" stroke-dasharray=\"2 3\""
                    : over ? "stroke=\"#1d2733\" stroke-width=\"3\""
                           : "stroke=\"#00000022\"");
}

void fsc_butterfly_felt(fsc_text *out, double x, double y) {
    fsc_text_printf(
        out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"#1d2733\" stroke=\"#fff\" stroke-width=\"2\"/>", x, y);
}

/* The outer upper corner is cut out, clear of the numbers. */
static void draw_notch(fsc_text *out, fsc_butterfly_box box) {
    const double edge = box.sign > 0 ? box.x + box.w + 1.5 : box.x - 1.5;
    fsc_text_printf(out, "<path d=\"M%.1f %.1fh%d l%d 11z\" fill=\"#fff\"/>", edge, box.y - 1.5, -box.sign * 12,
                    box.sign * 12);
    fsc_text_printf(out, "<path d=\"M%.1f %.1fl%d 11\" fill=\"none\" stroke=\"#1d2733\" stroke-width=\"1.6\"/>",
                    edge - box.sign * 12, box.y - 1.5, box.sign * 12);
}

static double text_x(fsc_butterfly_box box) {
    return box.x + box.w / 2 + box.sign * (SLIVER_WIDTH / 2);
}

/* Up or down beside the value; in the inner upper corner where the cell is narrow. */
static void draw_arrow(fsc_text *out, fsc_butterfly_box box, int direction, const char *ink) {
    const int narrow = box.w < 64;
    const double x = narrow ? box.x + box.w / 2 - box.sign * (box.w / 2 - SLIVER_WIDTH - 6)
                            : text_x(box) + box.sign * (box.w / 2 - SLIVER_WIDTH - 7);
    const double tip = box.y + (direction > 0 ? 4 : 15);
    fsc_text_printf(out, "<path d=\"M%.1f %.1fv%dm-4 %dl4 %dl4 %d\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>",
                    x, tip + 11 * direction, -11 * direction, 4 * direction, -4 * direction, 4 * direction, ink);
}

static void draw_value(fsc_text *out, const fsc_butterfly *b, fsc_butterfly_box box, const fsc_cell *cell,
                       const char *ink) {
    fsc_text_printf(out,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"%s\" font-weight=\"600\" "
                    "fill=\"%s\">",
                    text_x(box), box.y + box.h / 2 + 1, box.w < 48 ? "11" : "15", ink);
    fsc_prose_percent(out, cell->row->pdff_mean_fraction);
    if (fsc_butterfly_shows_percentile(b) && fsc_cell_is_placed(cell)) {
        const double p = cell->site->norm.percentile;
        fsc_text_printf(out, "<tspan font-size=\"10.5\" font-weight=\"400\" dx=\"5\">P%s%.0f</tspan>",
                        p >= 99 ? "&gt;"
                        : p < 1 ? "&lt;"
                                : "",
                        p >= 99 ? 99
                        : p < 1 ? 1
                                : p);
    }
    fsc_text_add(out, "</text>");
    if (fsc_cell_change(cell)) draw_arrow(out, box, fsc_cell_change(cell), ink);
}

/* What stands inside a cell; a plain picture has the colour and the marks alone. */
static void draw_inside(fsc_text *out, const fsc_butterfly *b, const fsc_cell *cell, fsc_butterfly_box box,
                        const char *ink) {
    if (b->style == FSC_BUTTERFLY_PLAIN) {
        if (fsc_cell_change(cell)) draw_arrow(out, box, fsc_cell_change(cell), ink);
        return;
    }
    fsc_butterfly_sliver(out, box, cell->row->pdff_quartile_fraction[0]);
    draw_value(out, b, box, cell, ink);
    draw_interval(out, box, cell->row, ink);
}

void fsc_butterfly_cell(fsc_text *out, const fsc_butterfly *b, const fsc_cell *cell, fsc_butterfly_box box) {
    const paint p = paint_of(cell);
    draw_frame(out, b, box, &p, cell);
    draw_inside(out, b, cell, box, p.ink);
    if (fsc_findings_on(&b->of->findings, cell, FSC_NOTABLE_SIDE)) draw_notch(out, box);
    if (fsc_findings_felt(b->sheet->map, cell))
        fsc_butterfly_felt(out, box.sign > 0 ? box.x + box.w - 8 : box.x + 8,
                           b->style == FSC_BUTTERFLY_PLAIN ? box.y + box.h / 2 : box.y + box.h - 18);
}

void fsc_butterfly_centre_cell(fsc_text *out, const fsc_butterfly *b, const fsc_cell *cell, fsc_butterfly_box left_wing,
                               fsc_butterfly_box right_wing) {
    const paint p = paint_of(cell);
    /* The bar that makes two halves one cell runs along the lower edge, behind inner cells and the vertebra. */
    fsc_text_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"3\" fill=\"%s\"/>",
                    left_wing.x + left_wing.w, left_wing.y + left_wing.h - 3, right_wing.x - left_wing.x - left_wing.w,
                    p.fill);
    draw_frame(out, b, left_wing, &p, cell);
    draw_frame(out, b, right_wing, &p, cell);
    draw_inside(out, b, cell, left_wing, p.ink);
    if (b->style == FSC_BUTTERFLY_PLAIN) return;
    fsc_butterfly_sliver(out, right_wing, cell->row->pdff_quartile_fraction[0]);
    if (cell->row->place.side != FSC_SIDE_MIDLINE) return; /* the heading says once that the side is unknown */
    fsc_text_printf(out,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\" font-style=\"italic\" "
                    "fill=\"%s\">midline</text>",
                    text_x(right_wing), right_wing.y + right_wing.h / 2 + 4, p.ink);
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
