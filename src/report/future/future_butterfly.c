/* The butterfly as the model sees it: every measured site coloured by its likeliest stage, and by its fat in 12 months
 * without treatment, under both stories. */
#include "colour.h"
#include "format.h"
#include "future_parts.h"
#include "future_words.h"
#include "prose.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CELL 44.0
#define ROW 24.0
#define SPINE 46.0
#define HEAD 42.0
#define DAY_12_MONTHS (FSC_FORECAST_N_DAY - 1)
/* Below this share the likeliest stage, and beyond this width (fraction) the 90 % band, are hatched as unsure. */
#define SURE_SHARE 0.5
#define SURE_WIDTH 0.15
enum { LAYERS = 4 };
static const char *const layer_name[LAYERS] = {"deep", "intermediate", "superficial", "anterior"};
static const char *const layer_short[LAYERS] = {"deep", "middle", "outer", "front"};

/* Layers that some site has, next to the spine first. */
typedef struct wings {
    int32_t layer[LAYERS], n;
    double width, height, middle;
} wings;

static wings lay_out(const fsc_forecast *f) {
    wings w = {.n = 0};
    for (int32_t k = 0; k < LAYERS; k++) {
        int seen = 0;
        for (int32_t i = 0; i < f->n_site; i++) seen |= strcmp(f->story[0].site[i].layer, layer_name[k]) == 0;
        if (seen) w.layer[w.n++] = k;
    }
    w.width = fmax(SPINE + 2 * CELL * w.n + 8, 240);
    w.middle = w.width / 2;
    w.height = HEAD + ROW * f->n_level + 18;
    return w;
}

static const fsc_forecast_site *find(const fsc_forecast *f, int story, const char *level, int32_t layer,
                                     fsc_side side) {
    for (int32_t i = 0; i < f->n_site; i++) {
        const fsc_forecast_site *s = &f->story[story].site[i];
        if (s->side == side && strcmp(s->level, level) == 0 && strcmp(s->layer, layer_name[layer]) == 0) return s;
    }
    return NULL;
}

typedef struct look {
    char fill[8], text[16];
    const char *ink;
    int unsure;
} look;

static look stage_look(const fsc_forecast_site *s) {
    int best = 0;
    for (int k = 1; k < FSC_STAGE_N; k++)
        if (s->stage[k] > s->stage[best]) best = k;
    look l = {.ink = fsc_future_stage_ink(best), .unsure = !(s->stage[best] >= SURE_SHARE)};
    fsc_format(l.fill, sizeof l.fill, "%s", fsc_future_stage_fill(best));
    fsc_format(l.text, sizeof l.text, "%d", best + 1);
    return l;
}

static look year_look(const fsc_forecast_site *s) {
    const fsc_band year = s->pdff[DAY_12_MONTHS];
    const fsc_colour c = fsc_colour_pdff(year.p50 / FSC_COLOUR_PDFF_TOP);
    look l = {.ink = fsc_colour_ink(c), .unsure = !(year.p95 - year.p05 <= SURE_WIDTH)};
    fsc_format(l.fill, sizeof l.fill, "#%02x%02x%02x", c.r, c.g, c.b);
    fsc_format(l.text, sizeof l.text, "%.0f", 100 * year.p50);
    return l;
}

static void add_words(fsc_text *out, const fsc_forecast_site *s, int of_stage) {
    fsc_text_add(out, "<title>");
    fsc_text_add_html(out, s->level);
    fsc_text_printf(out, ", %s, %s: ", s->layer, fsc_words_side(s->side));
    const fsc_band year = s->pdff[DAY_12_MONTHS];
    for (int k = 0; of_stage && k < FSC_STAGE_N; k++)
        fsc_text_printf(out, "%s%s %.0f %%", k ? ", " : "", fsc_stage_text((fsc_stage)k), 100 * s->stage[k]);
    if (!of_stage)
        fsc_text_printf(out, "12 months %.0f %%, 90 %% band %.0f to %.0f %%", 100 * year.p50, 100 * year.p05,
                        100 * year.p95);
    fsc_text_add(out, ", within the model</title>");
}

/* sign -1: the reader's left, the person's right. */
static void add_cell(fsc_text *out, const char *id, const wings *w, int32_t column, int32_t row, int sign,
                     const fsc_forecast_site *s, int of_stage) {
    const double inner = w->middle + sign * (SPINE / 2 + column * CELL);
    const double x = (sign > 0 ? inner : inner - CELL) + 1, y = HEAD + ROW * row + 1;
    char place[96];
    fsc_format(place, sizeof place, "x=\"%.1f\" y=\"%.1f\" width=\"%.0f\" height=\"%.0f\" rx=\"3\"", x, y, CELL - 2,
               ROW - 2);
    if (!s || !isfinite(s->pdff[DAY_12_MONTHS].p50)) {
        fsc_text_printf(out, "<rect %s fill=\"none\" stroke=\"#c3c9d0\" stroke-dasharray=\"2 3\"/>\n", place);
        return;
    }
    const look l = of_stage ? stage_look(s) : year_look(s);
    fsc_text_add(out, "<g>");
    add_words(out, s, of_stage);
    fsc_text_printf(out, "<rect %s fill=\"%s\" stroke=\"#9aa3ad\" stroke-width=\".6\"/>", place, l.fill);
    if (l.unsure) fsc_text_printf(out, "<rect %s fill=\"url(#%s-unsure)\"/>", place, id);
    fsc_text_printf(
        out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\" fill=\"%s\"%s>%s%s</text></g>\n",
        x + CELL / 2 - 1, y + 15, l.unsure ? "#000" : l.ink,
        l.unsure ? " stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"" : "", l.text, l.unsure ? "?" : "");
}

static void add_frame(fsc_text *out, const char *id, const wings *w, int story, int of_stage) {
    fsc_text_printf(
        out,
        "<figure class=\"wings\"><figcaption>%s, %s</figcaption>\n<svg xmlns=\"http://www.w3.org/2000/svg\" "
        "viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" role=\"group\" aria-label=\"Butterfly of the model: %s\">"
        "<defs><pattern id=\"%s-unsure\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
        "patternTransform=\"rotate(45)\"><path d=\"M0 0v6\" stroke=\"#fff\" stroke-opacity=\".75\" "
        "stroke-width=\"2.4\"/></pattern></defs>\n",
        story ? "Story B" : "Story A", of_stage ? "likeliest stage now" : "fat in 12 months, %", w->width, w->height,
        w->width, of_stage ? "likeliest stage now" : "fat in 12 months", id);
    for (int sign = -1; sign <= 1; sign += 2) {
        fsc_text_printf(out,
                        "<text x=\"%.1f\" y=\"16\" text-anchor=\"middle\" font-size=\"11\" font-weight=\"600\" "
                        "fill=\"#1d2733\">Person’s %s</text>\n",
                        w->middle + sign * (SPINE / 2 + fmax(CELL * w->n, 74) / 2), sign > 0 ? "left" : "right");
        for (int32_t c = 0; c < w->n; c++)
            fsc_text_printf(out,
                            "<text x=\"%.1f\" y=\"34\" text-anchor=\"middle\" font-size=\"10\" fill=\"#4a5563\">%s"
                            "</text>\n",
                            w->middle + sign * (SPINE / 2 + (c + 0.5) * CELL), layer_short[w->layer[c]]);
    }
    fsc_text_printf(out,
                    "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10\" font-style=\"italic\" "
                    "fill=\"#6b7280\">within the model</text>\n",
                    w->middle, w->height - 4);
}

static void add_wings(fsc_text *out, const fsc_forecast *f, const wings *w, int story, int of_stage) {
    char id[24];
    fsc_format(id, sizeof id, "wings-%d-%d", story, of_stage);
    add_frame(out, id, w, story, of_stage);
    for (int32_t row = 0; row < f->n_level; row++) {
        const char *level = f->story[story].level[row].level;
        fsc_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"11\">", w->middle,
                        HEAD + ROW * row + 16);
        fsc_text_add_html(out, level);
        fsc_text_add(out, "</text>\n");
        for (int32_t c = 0; c < w->n; c++)
            for (int sign = -1; sign <= 1; sign += 2) {
                const fsc_forecast_site *s =
                    find(f, story, level, w->layer[c], sign > 0 ? FSC_SIDE_LEFT : FSC_SIDE_RIGHT);
                /* A row of both sides stands on both wings. */
                if (!s) s = find(f, story, level, w->layer[c], FSC_SIDE_BOTH);
                add_cell(out, id, w, c, row, sign, s, of_stage);
            }
    }
    fsc_text_add(out, "</svg></figure>\n");
}

void fsc_future_butterfly_add(fsc_text *out, const fsc_forecast *f) {
    const wings w = lay_out(f);
    fsc_text_add(out, "<div class=\"together\">\n<h3>Stage now and fat in 12 months, site by site, within the "
                      "model</h3>\n<p class=\"figure-note\">No stage can be seen on a scan: the number is the stage "
                      "that most of the model’s people who fit this scan are in. The forecast is the median without "
                      "treatment. Hatched with “?”: the model is unsure (likeliest stage below 50 %, or a 90 % band "
                      "wider than 15 points). Dashed: not measured, or the model "
                      "does not fit the site. A value of both sides stands on both.</p>\n");
    fsc_future_stage_key_add(out);
    fsc_text_add(out, "<div class=\"wingpairs\">\n");
    for (int of_stage = 1; of_stage >= 0; of_stage--)
        for (int story = 0; story < FSC_CYCLE_N_STORY; story++) add_wings(out, f, &w, story, of_stage);
    fsc_text_add(out, "</div>\n</div>\n");
}
