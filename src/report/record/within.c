/* Differences inside the person, extents and grades: one row a site. */
#include "prose.h"
#include "record.h"
#include "words.h"

#include <math.h>
#include <string.h>

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

static void share_cell(fsc_text *out, double share) {
    fsc_text_add(out, "<td class=\"n\">");
    fsc_text_add_number(out, "%.0f", 100 * share);
    fsc_text_add(out, "</td>");
}

static int twenty_percent(void) {
    const double *cut = fsc_map_cuts();
    for (int c = 0; c < FSC_CUT_COUNT; c++)
        if (fabs(cut[c] - 0.2) < 1e-9) return c;
    return 0;
}

static void add_row(fsc_text *out, const fsc_map_site *site) {
    const fsc_muscle *muscle = fsc_muscle_find(site->row.place.muscle);
    fsc_text_add(out, "<tr><th scope=\"row\">");
    fsc_text_add_html(out, muscle ? muscle->name : site->row.place.muscle);
    fsc_text_add(out, "</th><td>");
    fsc_text_add_html(out, fsc_words_level(site->row.place.level));
    fsc_text_printf(out, "</td><td>%s</td>", fsc_words_side(site->row.place.side));
    contrast_cell(out, &site->side);
    contrast_cell(out, &site->above);
    contrast_cell(out, &site->depth);
    contrast_cell(out, &site->psoas);
    contrast_cell(out, &site->medial);
    share_cell(out, site->extent.share_over_cut[twenty_percent()]);
    share_cell(out, site->extent.share_over_p95);
    fsc_text_add(out, "<td>");
    for (int g = 0; g < FSC_GRADE_COUNT; g++) {
        if (g) fsc_text_add(out, ", ");
        fsc_text_add_html(out, site->grade[g].grade[0] ? site->grade[g].grade : "n/a");
    }
    fsc_text_add(out, "</td></tr>\n");
}

static void add_head(fsc_text *out, const fsc_map_site *any) {
    static const char *const column[] = {"Other side",           "Next level up",    "Superficial layer",
                                         "Psoas, same level",    "Q1 against Q2–Q4", "Voxels over 20 %, %",
                                         "Over reference P95, %"};
    fsc_text_add(out,
                 "<thead><tr><th scope=\"col\">Muscle</th><th scope=\"col\">Level</th><th scope=\"col\">Side</th>");
    for (size_t c = 0; c < sizeof column / sizeof *column; c++)
        fsc_text_printf(out, "<th scope=\"col\" class=\"n\">%s</th>", column[c]);
    fsc_text_add(out, "<th scope=\"col\">Derived grades: ");
    for (int g = 0; g < FSC_GRADE_COUNT; g++) {
        if (g) fsc_text_add(out, ", ");
        fsc_text_add_html(out, any->grade[g].scale);
    }
    fsc_text_add(out, "</th></tr></thead>\n");
}

void fsc_record_within_add(fsc_text *out, const fsc_sheet *sheet) {
    const fsc_map *map = sheet->map;
    if (!map || !sheet->n_site || !map->n_site) return;
    fsc_text_add(
        out, "<section class=\"wide\" aria-labelledby=\"within-title\">\n<h2 id=\"within-title\">Compared within the "
             "person</h2>\n<div class=\"scroll\"><table class=\"full\"><caption>This site minus another, in points of "
             "fat, with the 90 % interval; bold beyond its error. A difference is not by itself a sign of injury. "
             "Fixed cuts are no limits of normal; grades are derived from the mean, nobody read them off the "
             "picture.</caption>\n");
    add_head(out, &map->site[0]);
    fsc_text_add(out, "<tbody>\n");
    for (int32_t s = 0; s < map->n_site; s++)
        if (map->site[s].row.kind == FSC_ROW_SITE) add_row(out, &map->site[s]);
    fsc_text_add(out, "</tbody></table></div>\n</section>\n");
}
