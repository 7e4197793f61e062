/* Change between a person's first and last visit, and visits that others have. */
#include "page.h"

#include <math.h>
#include <string.h>

/* Members first..end are one person's visits, in their order. */
static int32_t visits_end(const fsc_gathered *all, int32_t first) {
    int32_t end = first + 1;
    while (end < all->n && strcmp(all->item[end].who.participant, all->item[first].who.participant) == 0) end++;
    return end;
}

/* The first and the last visit with a table; 0 when they are the same. */
static int find_pair(int32_t pair[2], const fsc_gathered *all, int32_t first, int32_t end) {
    pair[0] = pair[1] = -1;
    for (int32_t i = first; i < end; i++) {
        if (!all->item[i].sites.n_column) continue;
        if (pair[0] < 0) pair[0] = i;
        pair[1] = i;
    }
    return pair[1] > pair[0];
}

static void add_rows(fsc_text *table, const fsc_page *page, const int32_t pair[2]) {
    const fsc_gathered *all = page->all;
    for (int32_t k = 0; k < all->site.n; k++) {
        const double a = fsc_gathered_number(all, pair[0], k, "pdff_mean_fraction");
        const double b = fsc_gathered_number(all, pair[1], k, "pdff_mean_fraction");
        const double sa = fsc_gathered_number(all, pair[0], k, "pdff_se_fraction");
        const double sb = fsc_gathered_number(all, pair[1], k, "pdff_se_fraction");
        if (!isfinite(a) || !isfinite(b)) continue;
        const fsc_group_member *who = &all->item[pair[0]].who;
        fsc_text_printf(table, "%s\t%s\t%s\t%s\t%.6f\t%.6f\t%.6f\t", who->participant, who->session,
                        all->item[pair[1]].who.session, all->site.name[k], a, b, b - a);
        fsc_text_add_number(table, "%.6f", sqrt(sa * sa + sb * sb));
        fsc_text_add(table, "\n");
    }
}

/* Points of fat by which a muscle's sites differ in the mean, of those that both visits have. */
static void add_cells(fsc_text *out, const fsc_page *page, const int32_t pair[2]) {
    const fsc_gathered *all = page->all;
    for (int32_t first = 0, end = 0; first < all->site.n; first = end) {
        double sum = 0;
        int32_t n = 0;
        end = fsc_page_muscle_end(page, first);
        for (int32_t k = first; k < end; k++) {
            const double a = fsc_gathered_number(all, pair[0], page->site[k], "pdff_mean_fraction");
            const double b = fsc_gathered_number(all, pair[1], page->site[k], "pdff_mean_fraction");
            if (!isfinite(a) || !isfinite(b)) continue;
            sum += b - a;
            n++;
        }
        fsc_text_add(out, "<td>");
        fsc_text_add_number(out, "%+.1f", n ? 100 * sum / n : (double)NAN);
        fsc_text_add(out, "</td>");
    }
}

static void open_table(fsc_text *out, const fsc_page *page) {
    fsc_text_add(out,
                 "<p>Points of fat from the first to the last visit, each muscle's mean over the sites of both. "
                 "Whether a person's change is larger than what measuring again gives, <code>fascicle change</code> "
                 "says.</p>\n");
    fsc_page_open(out, "Change over visits");
    fsc_text_add(out, "<table><thead><tr><th>who</th><th>from</th><th>to</th>");
    for (int32_t first = 0; first < page->all->site.n; first = fsc_page_muscle_end(page, first)) {
        const char *name = page->all->site.name[page->site[first]];
        fsc_text_add(out, "<th>");
        fsc_page_name(out, name, strcspn(name, " "));
        fsc_text_add(out, "</th>");
    }
    fsc_text_add(out, "</tr></thead><tbody>\n");
}

static void add_person(fsc_text *out, const fsc_page *page, const int32_t pair[2]) {
    const fsc_gathered *all = page->all;
    fsc_text_add(out, "<tr><th scope=\"row\">");
    fsc_text_add_html(out, all->item[pair[0]].who.participant);
    fsc_text_add(out, "</th>");
    for (int v = 0; v < 2; v++) {
        fsc_text_add(out, "<td><a ");
        fsc_page_href(out, &all->item[pair[v]]);
        fsc_text_add(out, ">");
        fsc_text_add_html(out, all->item[pair[v]].who.session);
        fsc_text_add(out, "</a></td>");
    }
    add_cells(out, page, pair);
    fsc_text_add(out, "</tr>\n");
}

fsc_status fsc_page_change(fsc_text *out, const fsc_page *page, fsc_error *err) {
    const fsc_gathered *all = page->all;
    FSC_AUTO_TEXT fsc_text table = {0};
    int32_t n_several = 0, n_one = 0, pair[2];
    fsc_text_add(&table, "participant_id\tfirst_session\tlast_session\tsite\tfirst_fraction\tlast_fraction\t"
                         "change_fraction\tchange_se_fraction\n");
    for (int32_t i = 0, end = 0; i < all->n; i = end) {
        end = visits_end(all, i);
        const int several = find_pair(pair, all, i, end);
        if (several && !n_several) {
            fsc_text_add(out, "<section><h2>Change over visits</h2>\n");
            open_table(out, page);
        }
        if (several) {
            add_rows(&table, page, pair);
            add_person(out, page, pair);
        }
        n_several += several;
        n_one += !several && pair[0] >= 0;
    }
    if (!n_several) return FSC_OK;
    fsc_text_add(out, "</tbody></table></div>\n");
    fsc_text_printf(out, "<p>%d people have one visit only.</p></section>\n", (int)n_one);
    return fsc_page_put(page, "group_change.tsv", &table, err);
}
