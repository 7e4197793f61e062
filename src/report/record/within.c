/* Differences inside the person and extents: one row a site, muscle by muscle; columns that no site fills are left out.
 */
#include "prose.h"
#include "record.h"
#include "words.h"

#include <math.h>
#include <string.h>

static int twenty_percent(void) {
    const double *cut = fsc_map_cuts();
    for (int c = 0; c < FSC_CUT_COUNT; c++)
        if (fabs(cut[c] - 0.2) < 1e-9) return c;
    return 0;
}

enum { CONTRASTS = 5, SHARES = 2 };
static const char *const contrast_title[CONTRASTS] = {"Other side", "Next level up", "Superficial layer",
                                                      "Psoas, same level", "Q1 against Q2–Q4"};
static const char *const share_title[SHARES] = {"Voxels over 20 %, %", "Over reference P95, %"};

static const fsc_contrast *contrast_of(const fsc_map_site *site, int column) {
    const fsc_contrast *const all[CONTRASTS] = {&site->side, &site->above, &site->depth, &site->psoas, &site->medial};
    return all[column];
}

static double share_of(const fsc_map_site *site, int column) {
    return column ? site->extent.share_over_p95 : site->extent.share_over_cut[twenty_percent()];
}

typedef struct columns {
    int contrast[CONTRASTS], share[SHARES], n;
} columns;

static columns find_columns(const fsc_map *map) {
    columns c = {.n = 2};
    for (int32_t s = 0; s < map->n_site; s++) {
        if (map->site[s].row.kind != FSC_ROW_SITE) continue;
        for (int k = 0; k < CONTRASTS; k++)
            c.contrast[k] |= isfinite(contrast_of(&map->site[s], k)->difference_fraction);
        for (int k = 0; k < SHARES; k++) c.share[k] |= isfinite(share_of(&map->site[s], k));
    }
    for (int k = 0; k < CONTRASTS; k++) c.n += c.contrast[k];
    for (int k = 0; k < SHARES; k++) c.n += c.share[k];
    return c;
}

static void contrast_cell(fsc_text *out, const fsc_contrast *c) {
    fsc_text_add(out, "<td class=\"n\">");
    if (isfinite(c->difference_fraction)) {
        fsc_text_printf(out, c->beyond_error ? "<strong>%+.1f</strong>" : "%+.1f", 100 * c->difference_fraction);
        fsc_text_printf(out, " <span class=\"pm\">(%+.1f to %+.1f)</span>", 100 * c->low_fraction,
                        100 * c->high_fraction);
    } else {
        fsc_text_add(out, "n/a");
    }
    fsc_text_add(out, "</td>");
}

static void add_row(fsc_text *out, const columns *c, const fsc_map_site *site) {
    fsc_text_add(out, "<tr><th scope=\"row\">");
    fsc_text_add_html(out, fsc_words_level(site->row.place.level));
    fsc_text_printf(out, "</th><td>%s</td>", fsc_words_side(site->row.place.side));
    for (int k = 0; k < CONTRASTS; k++)
        if (c->contrast[k]) contrast_cell(out, contrast_of(site, k));
    for (int k = 0; k < SHARES; k++) {
        if (!c->share[k]) continue;
        fsc_text_add(out, "<td class=\"n\">");
        fsc_text_add_number(out, "%.0f", 100 * share_of(site, k));
        fsc_text_add(out, "</td>");
    }
    fsc_text_add(out, "</tr>\n");
}

static void add_head(fsc_text *out, const columns *c) {
    fsc_text_add(out, "<thead><tr><th scope=\"col\">Level</th><th scope=\"col\">Side</th>");
    for (int k = 0; k < CONTRASTS; k++)
        if (c->contrast[k]) fsc_text_printf(out, "<th scope=\"col\" class=\"n\">%s</th>", contrast_title[k]);
    for (int k = 0; k < SHARES; k++)
        if (c->share[k]) fsc_text_printf(out, "<th scope=\"col\" class=\"n\">%s</th>", share_title[k]);
    fsc_text_add(out, "</tr></thead>\n");
}

void fsc_record_within_add(fsc_text *out, const fsc_sheet *sheet) {
    const fsc_map *map = sheet->map;
    if (!map || !sheet->n_site || !map->n_site) return;
    const columns c = find_columns(map);
    fsc_text_add(
        out, "<section class=\"wide\" aria-labelledby=\"within-title\">\n<h2 id=\"within-title\">Compared within the "
             "person</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Differences inside the "
             "person, scrolls sideways on a small screen\"><table class=\"full\"><caption>This site minus another, in "
             "points of fat, with the 90 % interval; bold when the interval leaves zero out, as one in ten does by "
             "chance. A difference is not by itself a sign of injury. Fixed cuts are no limits of normal.</caption>\n");
    add_head(out, &c);
    const char *muscle = NULL;
    for (int32_t s = 0; s < map->n_site; s++) {
        const fsc_map_site *site = &map->site[s];
        if (site->row.kind != FSC_ROW_SITE) continue;
        if (!muscle || strcmp(muscle, site->row.place.muscle) != 0) {
            fsc_text_add(out, muscle ? "</tbody>\n" : "");
            fsc_table_group_add(out, site->row.place.muscle, c.n);
            muscle = site->row.place.muscle;
        }
        add_row(out, &c, site);
    }
    fsc_text_add(out, muscle ? "</tbody></table></div>\n</section>\n" : "</table></div>\n</section>\n");
}
