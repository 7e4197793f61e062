/* Percentiles against published norms: the table, and under it the norms it cites. */
#include "prose.h"
#include "record.h"
#include "words.h"

#include <math.h>
#include <string.h>

/* The norm that a site shows: its own method's, else another method's with its caveat. */
static const fsc_norm_place *shown(const fsc_map_site *site, int *other_method) {
    *other_method = !site->norm.norm_id[0];
    const fsc_norm_place *place = *other_method ? &site->other_method : &site->norm;
    return place->norm_id[0] ? place : NULL;
}

static int is_cited(const fsc_map_site *site) {
    int other;
    return site->row.kind == FSC_ROW_SITE && shown(site, &other) != NULL;
}

/* Norms are numbered in order of first use; this is the number of site's norm. */
static int citation(const fsc_map *map, const char *norm_id, int *first_site) {
    int number = 0;
    for (int32_t s = 0; s < map->n_site; s++) {
        if (!is_cited(&map->site[s])) continue;
        int other, seen = 0;
        const char *id = shown(&map->site[s], &other)->norm_id;
        for (int32_t t = 0; t < s && !seen; t++)
            if (is_cited(&map->site[t])) seen = strcmp(shown(&map->site[t], &other)->norm_id, id) == 0;
        if (seen) continue;
        number++;
        if (strcmp(id, norm_id) == 0) {
            *first_site = (int)s;
            return number;
        }
    }
    return 0;
}

static void number_cell(fsc_text *out, const char *fmt, double value) {
    fsc_text_add(out, "<td class=\"n\">");
    fsc_text_add_number(out, fmt, value);
    fsc_text_add(out, "</td>");
}

static void percentile_cell(fsc_text *out, const fsc_norm_place *place) {
    fsc_text_add(out, "<td class=\"n\">");
    if (isfinite(place->percentile)) {
        fsc_prose_percentile(out, place->percentile);
        fsc_text_add(out, " <span class=\"pm\">(");
        fsc_prose_percentile(out, place->percentile_low);
        fsc_text_add(out, " to ");
        fsc_prose_percentile(out, place->percentile_high);
        fsc_text_add(out, ")</span>");
    } else {
        fsc_text_add(out, "n/a");
    }
    fsc_text_add(out, "</td>");
}

static void add_row(fsc_text *out, const fsc_map *map, const fsc_map_site *site) {
    int other, first = 0;
    const fsc_norm_place *place = shown(site, &other);
    const fsc_muscle *muscle = fsc_muscle_find(site->row.place.muscle);
    fsc_text_printf(out, "<tr%s><th scope=\"row\">", other ? " class=\"pooled\"" : "");
    fsc_text_add_html(out, muscle ? muscle->name : site->row.place.muscle);
    fsc_text_add(out, "</th><td>");
    fsc_text_add_html(out, fsc_words_level(site->row.place.level));
    fsc_text_printf(out, "</td><td>%s</td><td class=\"n\">", fsc_words_side(site->row.place.side));
    fsc_prose_percent_pm(out, site->row.pdff_mean_fraction, site->row.pdff_se_fraction);
    fsc_text_add(out, "</td>");
    percentile_cell(out, place);
    number_cell(out, "%+.2f", place->z);
    fsc_text_printf(out, "<td class=\"n\">%.1f ± %.1f</td>", 100 * place->mean_fraction, 100 * place->sd_fraction);
    number_cell(out, "%.1f", 100 * place->p95_fraction);
    fsc_text_printf(out, "<td>%d%s</td></tr>\n", citation(map, place->norm_id, &first), other ? " (other method)" : "");
}

static void add_norm_list(fsc_text *out, const fsc_map *map) {
    fsc_text_add(out, "<ol class=\"norms\">\n");
    for (int32_t s = 0; s < map->n_site; s++) {
        int other, first = -1;
        if (!is_cited(&map->site[s])) continue;
        const fsc_norm_place *place = shown(&map->site[s], &other);
        (void)citation(map, place->norm_id, &first);
        if (first != (int)s) continue;
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, place->cohort);
        fsc_text_printf(out, ", n = %.0f; ", place->n);
        fsc_text_add_html(out, place->method);
        fsc_text_add(out, ". ");
        fsc_text_add_html(out, place->caveat);
        fsc_text_add(out, " <span class=\"source\">[");
        fsc_text_add_html(out, place->source);
        fsc_text_add(out, "; ");
        fsc_text_add_html(out, place->fact_id);
        fsc_text_add(out, "; ");
        fsc_text_add_html(out, place->norm_id);
        fsc_text_add(out, "]</span></li>\n");
    }
    fsc_text_add(out, "</ol>\n");
}

/* Why the other sites have no percentile: the record's own sentences. */
static void add_refusals(fsc_text *out, const fsc_map *map) {
    int opened = 0;
    for (int32_t s = 0; s < map->n_sentence; s++) {
        if (strcmp(map->sentence[s].key, "no-norm") != 0) continue;
        if (!opened) fsc_text_add(out, "<ul class=\"notes\">\n");
        opened = 1;
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, map->sentence[s].text);
        fsc_text_add(out, "</li>\n");
    }
    if (opened) fsc_text_add(out, "</ul>\n");
}

void fsc_record_norms_add(fsc_text *out, const fsc_sheet *sheet) {
    const fsc_map *map = sheet->map;
    if (!map) return;
    int cited = 0;
    for (int32_t s = 0; s < map->n_site; s++) cited += is_cited(&map->site[s]);
    fsc_text_add(out, "<section class=\"together\" aria-labelledby=\"norms-title\">\n<h2 id=\"norms-title\">Compared "
                      "with other people</h2>\n");
    if (cited) {
        fsc_text_add(out,
                     "<div class=\"scroll\"><table><caption>“More fat than” counts a published reference group, with "
                     "the 90 % interval that its size and this measurement leave open. Grey rows: the reference was "
                     "measured by another method, read them as a hint only.</caption>\n<thead><tr>"
                     "<th scope=\"col\">Muscle</th><th scope=\"col\">Level</th><th scope=\"col\">Side</th>"
                     "<th scope=\"col\" class=\"n\">Fat, %</th><th scope=\"col\" class=\"n\">More fat than, %</th>"
                     "<th scope=\"col\" class=\"n\">z</th><th scope=\"col\" class=\"n\">Reference mean ± SD, %</th>"
                     "<th scope=\"col\" class=\"n\">Its 95th percentile, %</th><th scope=\"col\">Reference</th>"
                     "</tr></thead>\n<tbody>\n");
        for (int32_t s = 0; s < map->n_site; s++)
            if (is_cited(&map->site[s])) add_row(out, map, &map->site[s]);
        fsc_text_add(out, "</tbody></table></div>\n");
        add_norm_list(out, map);
    } else {
        fsc_text_add(out,
                     "<p>No published reference group fits any site of this scan, so there is no percentile and no z "
                     "on this page.</p>\n");
    }
    add_refusals(out, map);
    fsc_text_add(out, "</section>\n");
}
