/* Percentiles against reference groups: the table, and under it the groups it cites. */
#include "prose.h"
#include "record.h"
#include "words.h"

#include "alloc.h"

#include <math.h>
#include <string.h>

/* One line: a site, or a pool of sites because a norm is published for the pool. */
typedef struct entry {
    const fsc_norm_place *place;
    int other_method;
    const fsc_row *row; /* NULL for a pool */
    const fsc_map_pool *pool;
} entry;

/* The norm that is shown: the own method's, else another method's with its caveat; NULL when there is none. */
static const fsc_norm_place *shown(const fsc_norm_place *own, const fsc_norm_place *other) {
    return own->norm_id[0] ? own : other->norm_id[0] ? other : NULL;
}

/* Fills list (room for all sites and pools); returns how many lines there are. */
static int32_t list_entries(entry *list, const fsc_map *map) {
    int32_t n = 0;
    for (int32_t s = 0; s < map->n_site; s++) {
        const fsc_map_site *site = &map->site[s];
        const fsc_norm_place *place = shown(&site->norm, &site->other_method);
        if (site->row.kind == FSC_ROW_SITE && place) list[n++] = (entry){place, place != &site->norm, &site->row, NULL};
    }
    for (int32_t p = 0; p < map->n_pool; p++) {
        const fsc_map_pool *pool = &map->pool[p];
        const fsc_norm_place *place = shown(&pool->norm, &pool->other_method);
        if (place) list[n++] = (entry){place, place != &pool->norm, NULL, pool};
    }
    return n;
}

/* Groups are numbered in order of first use; *first is the line that uses this one first. */
static int citation(const entry *list, int32_t n, const char *norm_id, int32_t *first) {
    int number = 0;
    for (int32_t i = 0; i < n; i++) {
        int seen = 0;
        for (int32_t k = 0; k < i && !seen; k++) seen = strcmp(list[k].place->norm_id, list[i].place->norm_id) == 0;
        number += !seen;
        *first = i;
        if (!seen && strcmp(list[i].place->norm_id, norm_id) == 0) return number;
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

/* "multifidus+erector_spinae" as "Multifidus and Erector spinae". */
static void add_pool_name(fsc_text *out, const char *keys) {
    for (;;) {
        char key[64];
        const size_t n = strcspn(keys, "+");
        fsc_copy_text(key, n + 1 < sizeof key ? n + 1 : sizeof key, keys);
        fsc_text_add_html(out, fsc_words_muscle(key));
        if (!keys[n]) return;
        fsc_text_add(out, " and ");
        keys += n + 1;
    }
}

static void add_where(fsc_text *out, const entry *e) {
    if (e->row) {
        fsc_text_add_html(out, fsc_words_muscle(e->row->place.muscle));
        fsc_text_add(out, "</th><td>");
        fsc_text_add_html(out, fsc_words_level(e->row->place.level));
        fsc_text_printf(out, "</td><td>%s</td><td class=\"n\">", fsc_words_side(e->row->place.side));
        fsc_prose_percent_pm(out, e->row->pdff_mean_fraction, fsc_row_se_fraction(e->row));
        return;
    }
    const int one = strcmp(e->pool->level_first, e->pool->level_last) == 0;
    add_pool_name(out, e->pool->muscle);
    fsc_text_printf(out, "</th><td>%s%s%s</td><td>both</td><td class=\"n\">", e->pool->level_first, one ? "" : "–",
                    one ? "" : e->pool->level_last);
    fsc_prose_percent_pm(out, e->pool->pdff_mean_fraction, e->pool->pdff_se_fraction);
}

static void add_row(fsc_text *out, const entry *list, int32_t n, int32_t i) {
    const entry *e = &list[i];
    int32_t first = 0;
    fsc_text_printf(out, "<tr%s><th scope=\"row\">", e->other_method || e->pool ? " class=\"pooled\"" : "");
    add_where(out, e);
    fsc_text_add(out, "</td>");
    percentile_cell(out, e->place);
    number_cell(out, "%+.2f", e->place->z);
    fsc_text_printf(out, "<td class=\"n\">%.1f ± %.1f</td>", 100 * e->place->mean_fraction,
                    100 * e->place->sd_fraction);
    number_cell(out, "%.1f", 100 * e->place->p95_fraction);
    fsc_text_printf(out, "<td>%d%s</td></tr>\n", citation(list, n, e->place->norm_id, &first),
                    e->other_method ? " (other method)" : "");
}

static void add_norm_list(fsc_text *out, const entry *list, int32_t n) {
    fsc_text_add(out, "<ol class=\"norms\">\n");
    for (int32_t i = 0; i < n; i++) {
        const fsc_norm_place *place = list[i].place;
        int32_t first = -1;
        (void)citation(list, n, place->norm_id, &first);
        if (first != i) continue;
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

static void add_table(fsc_text *out, const entry *list, int32_t n) {
    fsc_text_add(out,
                 "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Compared with other people, scrolls "
                 "sideways on a small screen\"><table><caption>“More fat than” counts a reference group, with the 90 % "
                 "interval that its size and this measurement leave open. Grey: measured by another method, or levels "
                 "pooled; read them as a hint only.</caption>\n<thead><tr>"
                 "<th scope=\"col\">Muscle</th><th scope=\"col\">Level</th><th scope=\"col\">Side</th>"
                 "<th scope=\"col\" class=\"n\">Fat, %</th><th scope=\"col\" class=\"n\">More fat than, %</th>"
                 "<th scope=\"col\" class=\"n\">z</th><th scope=\"col\" class=\"n\">Reference mean ± SD, %</th>"
                 "<th scope=\"col\" class=\"n\">Its 95th percentile, %</th><th scope=\"col\">Reference</th>"
                 "</tr></thead>\n<tbody>\n");
    for (int32_t i = 0; i < n; i++) add_row(out, list, n, i);
    fsc_text_add(out, "</tbody></table></div>\n");
    add_norm_list(out, list, n);
}

void fsc_record_norms_add(fsc_text *out, const fsc_sheet *sheet) {
    const fsc_map *map = sheet->map;
    if (!map) return;
    FSC_AUTO_BLOCK entry *list = fsc_alloc((int64_t)map->n_site + map->n_pool, sizeof *list);
    if (!list) {
        out->failed = 1;
        return;
    }
    const int32_t n = list_entries(list, map);
    fsc_text_add(out, "<section class=\"norms-section\" aria-labelledby=\"norms-title\">\n<h2 id=\"norms-title\">"
                      "Compared with other people</h2>\n");
    if (n)
        add_table(out, list, n);
    else
        fsc_text_add(out,
                     "<p>No reference group fits any site of this scan, so there is no percentile and no z on this "
                     "page.</p>\n");
    fsc_record_borrowed_add(out, map);
    add_refusals(out, map);
    fsc_text_add(out, "</section>\n");
}
