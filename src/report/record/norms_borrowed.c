/* Sites without a norm of their own: a band in words that a model borrows across muscles, levels or methods. */
#include "prose.h"
#include "record.h"
#include "words.h"

static int is_borrowed(const fsc_map_site *site) {
    return site->row.kind == FSC_ROW_SITE && site->norm.kind == FSC_NORM_BORROWED;
}

static void add_site(fsc_text *out, const fsc_map_site *site) {
    fsc_text_add(out, "<tr class=\"pooled\"><th scope=\"row\">");
    fsc_text_add_html(out, fsc_words_muscle(site->row.place.muscle));
    fsc_text_add(out, "</th><td>");
    fsc_text_add_html(out, fsc_words_level(site->row.place.level));
    fsc_text_printf(out, "</td><td>%s</td><td class=\"n\">", fsc_words_side(site->row.place.side));
    fsc_prose_percent_pm(out, site->row.pdff_mean_fraction, fsc_row_se_fraction(&site->row));
    fsc_text_printf(out, "</td><td class=\"n\">%.0f to %.0f</td><td>", 100 * site->norm.band_low_fraction,
                    100 * site->norm.band_high_fraction);
    fsc_text_add_html(out, site->norm.words);
    fsc_text_add(out, "</td><td>");
    fsc_text_add_html(out, site->norm.caveat);
    fsc_text_add(out, "</td></tr>\n");
}

void fsc_record_borrowed_add(fsc_text *out, const fsc_map *map) {
    int32_t n = 0;
    for (int32_t s = 0; s < map->n_site; s++) n += is_borrowed(&map->site[s]);
    if (n == 0) return;
    fsc_text_add(out,
                 "<h3>Sites that nobody has counted</h3>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
                 "aria-label=\"Borrowed bands, scrolls sideways on a small screen\"><table><caption>A model borrows "
                 "a band from other muscles, levels or methods. It is wide and its error is one for all of these "
                 "sites, so it gives words and no percentile, and none of them counts among the findings.</caption>\n"
                 "<thead><tr><th scope=\"col\">Muscle</th><th scope=\"col\">Level</th><th scope=\"col\">Side</th>"
                 "<th scope=\"col\" class=\"n\">Fat, %</th><th scope=\"col\" class=\"n\">Band that holds 90 % of "
                 "people, %</th><th scope=\"col\">In words</th><th scope=\"col\">Why a band only</th></tr></thead>\n"
                 "<tbody>\n");
    for (int32_t s = 0; s < map->n_site; s++)
        if (is_borrowed(&map->site[s])) add_site(out, &map->site[s]);
    fsc_text_add(out, "</tbody></table></div>\n");
}
