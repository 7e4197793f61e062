/* Side and level patterns: at each level of a muscle how much fat people have, and how far right and left differ. */
#include "page.h"

#include <math.h>
#include <string.h>

#define LIMITS 1.96 /* standard deviations that hold 95 % of a normal distribution */

typedef struct moments {
    int32_t n;
    double sum, square;
} moments;

static void add_value(moments *m, double value) {
    if (!isfinite(value)) return;
    m->n++;
    m->sum += value;
    m->square += value * value;
}

static double mean_of(const moments *m) {
    return m->n ? m->sum / m->n : (double)NAN;
}

static double sd_of(const moments *m) {
    return m->n > 1 ? sqrt(fmax(m->square - m->sum * m->sum / m->n, 0) / (m->n - 1)) : (double)NAN;
}

/* Length of "<muscle> <level>" in a site's name. */
static size_t place_length(const char *name) {
    const size_t muscle = strcspn(name, " ");
    return name[muscle] ? muscle + 1 + strcspn(name + muscle + 1, " ") : muscle;
}

/* The sites first..end of one level of a muscle, of members of one group, or of all for a group below 0. */
static void count(moments *fat, moments *sides, const fsc_page *page, int32_t first, int32_t end, int group) {
    const fsc_gathered *all = page->all;
    const char *last = "";
    for (int32_t i = 0; i < all->n; i++) {
        double side[2] = {(double)NAN, (double)NAN};
        const char *who = all->item[i].who.participant;
        if (!all->item[i].sites.n_column || strcmp(who, last) == 0 || (group >= 0 && page->of[i] != group)) continue;
        last = who; /* each person once, at the first visit that is done */
        for (int32_t k = first; k < end; k++) {
            const char *name = all->site.name[page->site[k]];
            const double v = fsc_gathered_number(all, i, page->site[k], "pdff_mean_fraction");
            const char *word = strrchr(name, ' ');
            if (word && strcmp(word, " left") == 0) side[0] = v;
            if (word && strcmp(word, " right") == 0) side[1] = v;
        }
        add_value(fat, fsc_page_mean(all, i, page->site + first, end - first));
        add_value(sides, side[1] - side[0]);
    }
}

static void add_cells(fsc_text *out, const moments *fat, const moments *sides) {
    fsc_text_printf(out, "<td>%d</td><td>", (int)fat->n);
    fsc_text_add_number(out, "%.1f", 100 * mean_of(fat));
    fsc_text_add(out, "</td><td>");
    fsc_text_add_number(out, "%.1f", 100 * sd_of(fat));
    fsc_text_add(out, "</td><td>");
    fsc_text_add_number(out, "%+.1f", 100 * mean_of(sides));
    if (sides->n > 1)
        fsc_text_printf(out, "</td><td>%+.1f to %+.1f</td>", 100 * (mean_of(sides) - LIMITS * sd_of(sides)),
                        100 * (mean_of(sides) + LIMITS * sd_of(sides)));
    else
        fsc_text_add(out, "</td><td>n/a</td>");
}

static void list(fsc_text *table, const char *name, size_t length, const char *group, const moments *fat,
                 const moments *sides) {
    const size_t muscle = strcspn(name, " "), level = muscle < length ? muscle + 1 : length;
    fsc_text_printf(table, "%.*s\t%.*s\t%s\t%d\t", (int)muscle, name, (int)(length - level), name + level, group,
                    (int)fat->n);
    fsc_text_add_number(table, "%.6f", mean_of(fat));
    fsc_text_add(table, "\t");
    fsc_text_add_number(table, "%.6f", sd_of(fat));
    fsc_text_printf(table, "\t%d\t", (int)sides->n);
    fsc_text_add_number(table, "%.6f", mean_of(sides));
    fsc_text_add(table, "\t");
    fsc_text_add_number(table, "%.6f", sd_of(sides));
    fsc_text_add(table, "\n");
}

/* One level: a row of everybody, and rows of the groups in the table. */
static void add_level(fsc_text *out, fsc_text *table, const fsc_page *page, int32_t first, int32_t end) {
    const char *name = page->all->site.name[page->site[first]];
    const size_t length = place_length(name), muscle = strcspn(name, " ");
    moments fat = {0}, sides = {0};
    count(&fat, &sides, page, first, end, -1);
    fsc_text_add(out, "<tr><th scope=\"row\">");
    fsc_page_name(out, name, muscle);
    fsc_text_add(out, "</th><td>");
    fsc_page_name(out, name + muscle + (muscle < length), length - muscle - (muscle < length));
    fsc_text_add(out, "</td>");
    add_cells(out, &fat, &sides);
    list(table, name, length, "all", &fat, &sides);
    for (int g = 0; g < page->group.n && page->group.n > 1; g++) {
        moments own = {0}, own_sides = {0};
        count(&own, &own_sides, page, first, end, g);
        fsc_text_add(out, "<td>");
        fsc_text_add_number(out, "%.1f", 100 * mean_of(&own));
        fsc_text_add(out, "</td>");
        list(table, name, length, page->group.name[g][0] ? page->group.name[g] : "n/a", &own, &own_sides);
    }
    fsc_text_add(out, "</tr>\n");
}

fsc_status fsc_page_levels(fsc_text *out, const fsc_page *page, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text table = {0};
    const fsc_site_names *site = &page->all->site;
    fsc_text_add(out,
                 "<section><h2>Levels and sides</h2>\n<p>Mean fat fraction of each person's two sides in percent, and "
                 "right minus left in points of fat with the range that holds 95 % of people; each person once, at the "
                 "first visit.</p>\n");
    fsc_page_open(out, "Levels and sides");
    fsc_text_add(out, "<table class=\"sort\"><thead><tr><th scope=\"col\">muscle</th><th scope=\"col\">level</th><th "
                      "scope=\"col\">people</th><th scope=\"col\">mean, %</th><th scope=\"col\">SD of people</th><th "
                      "scope=\"col\">right minus left</th><th scope=\"col\">95 % of people</th>");
    for (int g = 0; g < page->group.n && page->group.n > 1; g++) {
        fsc_text_add(out, "<th scope=\"col\">mean, ");
        fsc_text_add_html(out, page->group.name[g][0] ? page->group.name[g] : "no group");
        fsc_text_add(out, "</th>");
    }
    fsc_text_add(out, "</tr></thead><tbody>\n");
    fsc_text_add(&table, "muscle\tlevel\tgroup\tn\tmean_fraction\tsd_fraction\tn_pair\tright_minus_left_mean_fraction\t"
                         "right_minus_left_sd_fraction\n");
    for (int32_t first = 0, end = 0; first < site->n; first = end) {
        const char *name = site->name[page->site[first]];
        const size_t length = place_length(name);
        for (end = first; end < site->n; end++) {
            const char *other = site->name[page->site[end]];
            if (place_length(other) != length || strncmp(name, other, length) != 0) break;
        }
        add_level(out, &table, page, first, end);
    }
    fsc_text_add(out, "</tbody></table></div></section>\n");
    return fsc_page_put(page, "group_levels.tsv", &table, err);
}
