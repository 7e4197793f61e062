#include "butterfly.h"

#include "butterfly_parts.h"
#include "colour.h"
#include "prose.h"
#include "words.h"

#include <math.h>
#include <string.h>

#define SPINE_WIDTH 92.0
#define SIDE_MARGIN 16.0
#define HEADING_HEIGHT 24.0
#define MINIMUM_WIDTH 780.0
#define PLAIN_WIDTH 360.0 /* a phone */

static double row_height(const fsc_butterfly *b, int32_t level) {
    return b->sheet->level[level].measured ? b->measured_height : b->faint_height;
}

static double row_top(const fsc_butterfly *b, int32_t level) {
    double y = b->top;
    for (int32_t l = 0; l < level; l++) y += row_height(b, l);
    return y;
}

/* The head of a muscle's column: its plain name for the person. */
static const char *name_of(const fsc_butterfly *b, int32_t muscle) {
    return b->names ? b->names[muscle] : b->sheet->muscle[muscle].name;
}

static size_t longest_line(const fsc_butterfly *b, size_t limit) {
    size_t longest = 1;
    for (int32_t m = 0; m < b->sheet->n_muscle; m++) {
        const size_t n = fsc_butterfly_line_length(name_of(b, m), limit);
        if (n > longest) longest = n;
    }
    return longest;
}

static fsc_butterfly lay_out(const fsc_case *c, const char *id, const char *const *names) {
    const fsc_sheet *sheet = &c->sheet;
    const int plain = names != NULL, muscles = sheet->n_muscle > 0 ? (int)sheet->n_muscle : 1;
    fsc_butterfly b = {.of = c, .sheet = sheet, .id = id, .names = names};
    b.style = plain ? FSC_BUTTERFLY_PLAIN : FSC_BUTTERFLY_FULL;
    b.cell_width = plain ? fmin(48, fmax(28, 150.0 / muscles)) : fmin(132, fmax(36, 416.0 / muscles));
    b.measured_height = plain ? 26 : sheet->n_measured_level > 8 ? 38 : 46;
    b.faint_height = plain ? 18 : 20;
    b.names_upright = b.cell_width < 80;
    b.name_limit = b.names_upright ? 16 : (size_t)(b.cell_width / 6.3);
    const double name_height = b.names_upright ? 6.3 * (double)longest_line(&b, b.name_limit) + 12 : 44;
    b.top = HEADING_HEIGHT + name_height;
    b.width =
        fmax(plain ? PLAIN_WIDTH : MINIMUM_WIDTH, SPINE_WIDTH + 2 * (SIDE_MARGIN + b.cell_width * sheet->n_muscle));
    b.middle = b.width / 2;
    b.bottom = row_top(&b, sheet->n_level);
    b.height = b.bottom + fsc_butterfly_legend_height(&b);
    return b;
}

/* The inner x of a muscle's cell; sign -1 for the reader's left wing. */
static double inner_x(const fsc_butterfly *b, int32_t muscle, int sign) {
    return b->middle + sign * (SPINE_WIDTH / 2 + muscle * b->cell_width);
}

static fsc_butterfly_box box_of(const fsc_butterfly *b, int32_t muscle, int32_t level, int sign) {
    const double inner = inner_x(b, muscle, sign);
    fsc_butterfly_box box = {
        .sign = sign, .w = b->cell_width - FSC_BUTTERFLY_GAP, .h = row_height(b, level) - FSC_BUTTERFLY_GAP};
    box.x = sign > 0 ? inner + FSC_BUTTERFLY_GAP / 2 : inner - b->cell_width + FSC_BUTTERFLY_GAP / 2;
    box.y = row_top(b, level) + FSC_BUTTERFLY_GAP / 2;
    return box;
}

/* Where, and nothing that needs a number. */
static void add_plain_title(fsc_text *out, const fsc_cell *cell) {
    char name[96];
    fsc_words_site(name, sizeof name, &cell->row->place);
    fsc_text_add_html(out, name);
}

static void draw_one(fsc_text *out, const fsc_butterfly *b, int32_t m, int32_t l, fsc_slot slot) {
    const fsc_cell *cell = fsc_sheet_cell(b->sheet, m, l, slot);
    if (!cell->row) return;
    char site[FSC_PLACE_TEXT_MAX];
    fsc_text_add(out, "<g data-site=\"");
    fsc_text_add_html(out, fsc_place_text(site, &cell->row->place));
    fsc_text_printf(out, "\" role=\"img\" class=\"%s\"><title>",
                    slot == FSC_SLOT_LEFT    ? "left"
                    : slot == FSC_SLOT_RIGHT ? "right"
                                             : "centre");
    if (b->style == FSC_BUTTERFLY_FULL)
        fsc_prose_cell(out, b->sheet->muscle[m].name, cell);
    else
        add_plain_title(out, cell);
    const fsc_notable *side = fsc_findings_on(&b->of->findings, cell, FSC_NOTABLE_SIDE);
    if (side && b->style == FSC_BUTTERFLY_FULL)
        fsc_text_printf(out, "; %.1f points more than the other side (90 %% interval %.1f to %.1f)",
                        100 * side->size_fraction, 100 * (side->size_fraction - side->half90_fraction),
                        100 * (side->size_fraction + side->half90_fraction));
    if (fsc_findings_felt(b->sheet->map, cell)) fsc_text_add(out, "; felt by the examiner");
    fsc_text_add(out, "</title>");
    if (slot == FSC_SLOT_CENTRE) {
        fsc_butterfly_centre_cell(out, b, cell, box_of(b, m, l, -1), box_of(b, m, l, 1));
    } else {
        fsc_butterfly_cell(out, b, cell, box_of(b, m, l, slot == FSC_SLOT_LEFT ? 1 : -1));
    }
    fsc_text_add(out, "</g>\n");
}

/* Empty = not measured: a pale frame where a cell would be, so that a gap is seen as a gap. */
static void draw_empty(fsc_text *out, const fsc_butterfly *b, int32_t m, int32_t l) {
    if (fsc_sheet_cell(b->sheet, m, l, FSC_SLOT_CENTRE)->row) return;
    for (int sign = -1; sign <= 1; sign += 2) {
        if (fsc_sheet_cell(b->sheet, m, l, sign > 0 ? FSC_SLOT_LEFT : FSC_SLOT_RIGHT)->row) continue;
        const fsc_butterfly_box box = box_of(b, m, l, sign);
        fsc_text_printf(out,
                        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"4\" fill=\"none\" "
                        "stroke=\"#d5d9de\"/>\n",
                        box.x, box.y, box.w, box.h);
    }
}

static void draw_names(fsc_text *out, const fsc_butterfly *b) {
    for (int32_t m = 0; m < b->sheet->n_muscle; m++)
        for (int sign = -1; sign <= 1; sign += 2) {
            const double x = inner_x(b, m, sign) + sign * b->cell_width / 2;
            fsc_butterfly_name(out, b, name_of(b, m), x);
        }
}

static void draw_headings(fsc_text *out, const fsc_butterfly *b) {
    const double half = SPINE_WIDTH / 2 + b->cell_width * b->sheet->n_muscle / 2;
    const int unknown = b->sheet->side_unknown;
    const int plain = b->style == FSC_BUTTERFLY_PLAIN;
    const char *const word[2] = {unknown ? "side unknown"
                                 : plain ? "Your right"
                                         : "Person’s right",
                                 unknown ? "side unknown"
                                 : plain ? "Your left"
                                         : "Person’s left"};
    for (int k = 0; k < 2; k++)
        fsc_text_printf(out,
                        "<text x=\"%.1f\" y=\"15\" text-anchor=\"middle\" font-size=\"14\" font-weight=\"600\" "
                        "fill=\"#1d2733\">%s</text>\n",
                        b->middle + (k ? half : -half), word[k]);
}

static void describe(fsc_text *out, const fsc_butterfly *b) {
    char span[32];
    fsc_sheet_span(b->sheet, span, sizeof span);
    fsc_text_printf(out, "<title id=\"%s-title\">Butterfly map of fat in muscle%s%s</title>\n<desc id=\"%s-desc\">",
                    b->id, span[0] ? ", " : "", span, b->id);
    fsc_text_printf(
        out, "The spine runs down the middle. %d muscle%s, deep ones next to the spine, %d site%s with a value. ",
        (int)b->sheet->n_muscle, b->sheet->n_muscle == 1 ? "" : "s", (int)b->sheet->n_site,
        b->sheet->n_site == 1 ? "" : "s");
    fsc_text_add(out, b->sheet->side_unknown ? "The side is unknown: one value is drawn across both sides."
                                             : "The person’s left is on the reader’s right.");
    fsc_text_add(out, "</desc>\n");
}

void fsc_butterfly_add(fsc_text *out, const fsc_case *c, const char *id, const char *const *names) {
    const fsc_sheet *sheet = &c->sheet;
    const fsc_butterfly b = lay_out(c, id, names);
    fsc_text_printf(out,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"butterfly\" viewBox=\"0 0 %.0f %.0f\" "
                    "role=\"group\" aria-labelledby=\"%s-title %s-desc\" "
                    "font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif\">\n",
                    b.width, b.height, id, id);
    describe(out, &b);
    fsc_butterfly_defs(out, &b);
    draw_headings(out, &b);
    draw_names(out, &b);
    for (int32_t l = 0; l < sheet->n_level; l++) {
        if (sheet->level[l].measured)
            for (int32_t m = 0; m < sheet->n_muscle; m++) {
                draw_empty(out, &b, m, l);
                for (int slot = 0; slot < 3; slot++) draw_one(out, &b, m, l, (fsc_slot)slot);
            }
        fsc_butterfly_vertebra(out, &b, l, row_top(&b, l), row_height(&b, l));
    }
    fsc_butterfly_legend(out, &b);
    fsc_text_add(out, "</svg>\n");
}
