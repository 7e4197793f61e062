/* The page of a study: first who is not done, then quality with its outliers, then everybody's fat by site and group.
 */
#include "page.h"

#include "alloc.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

/* "L4" and "L4-L5" from the head down; what is no level of the spine comes last. */
static int rank_level(const char *level) {
    const char *order = "CTLS", *at = *level ? strchr(order, *level) : NULL;
    char *end = NULL;
    const long number = at ? strtol(level + 1, &end, 10) : 0;
    return at && end > level + 1 && number >= 0 && number < 100
               ? (int)((at - order) * 1000 + 2 * number + (*end == '-'))
               : 10000;
}

static int by_place(const void *a, const void *b) {
    const char *x = a, *y = b;
    const size_t nx = strcspn(x, " "), ny = strcspn(y, " ");
    const int muscle = strncmp(x, y, (nx > ny ? nx : ny) + 1);
    if (nx != ny || strncmp(x, y, nx) != 0) return muscle;
    const int rx = rank_level(x + nx + 1), ry = rank_level(y + ny + 1);
    return rx != ry ? (rx > ry) - (rx < ry) : strcmp(x, y);
}

static int by_text(const void *a, const void *b) {
    return strcmp(a, b);
}

/* Places of the alphabetical names in the order of the page. */
static fsc_status order_sites(fsc_page *page, fsc_error *err) {
    const fsc_site_names *site = &page->all->site;
    FSC_AUTO_BLOCK char(*sorted)[sizeof *site->name] = fsc_alloc((int64_t)site->n + 1, sizeof *sorted);
    page->site = fsc_alloc((int64_t)site->n + 1, sizeof *page->site);
    if (!sorted || !page->site) return fsc_fail_nomem(err, "ordering sites");
    for (int32_t k = 0; k < site->n; k++) memcpy(sorted[k], site->name[k], sizeof *sorted);
    if (site->n) qsort(sorted, (size_t)site->n, sizeof *sorted, by_place);
    for (int32_t k = 0; k < site->n; k++) {
        const char *at = bsearch(sorted[k], site->name, (size_t)site->n, sizeof *site->name, by_text);
        page->site[k] = (int32_t)((at - site->name[0]) / (ptrdiff_t)sizeof *site->name);
    }
    return FSC_OK;
}

/* More groups than there are inks: the last takes them. */
static fsc_status find_groups(fsc_page *page, fsc_error *err) {
    const fsc_gathered *all = page->all;
    fsc_page_groups *g = &page->group;
    page->of = fsc_alloc((int64_t)all->n + 1, sizeof *page->of);
    if (!page->of) return fsc_fail_nomem(err, "listing groups");
    for (int32_t i = 0; i < all->n; i++) {
        const char *name = fsc_table_get(&all->people, all->item[i].person, "group");
        int k = 0;
        if (!all->item[i].sites.n_column) continue;
        while (k < g->n && strcmp(g->name[k], name) != 0) k++;
        if (k == g->n && g->n < FSC_PAGE_GROUPS) g->name[g->n++] = name;
        page->of[i] = k < FSC_PAGE_GROUPS ? k : FSC_PAGE_GROUPS - 1;
        g->size[page->of[i]]++;
    }
    return FSC_OK;
}

static void add_not_done(fsc_text *out, const fsc_gathered *all) {
    int32_t n = 0;
    for (int32_t i = 0; i < all->n; i++) n += strcmp(all->item[i].who.state, "done") != 0;
    fsc_text_printf(out, "<section><h2>Who is not in it</h2>\n<p>%d of %d people and visits are done.</p>\n",
                    (int)(all->n - n), (int)all->n);
    if (n) {
        fsc_page_open(out, "Who is not in it");
        fsc_text_add(out, "<table><thead><tr><th>who</th><th>state</th><th>why</th></tr></thead><tbody>\n");
    }
    for (int32_t i = 0; i < all->n; i++) {
        const fsc_group_member *m = &all->item[i].who;
        if (strcmp(m->state, "done") == 0) continue;
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_text_add_html(out, m->name);
        fsc_text_printf(out, "</th><td>%s</td><td>", m->state);
        fsc_text_add_html(out, m->line);
        fsc_text_add(out, "</td></tr>\n");
    }
    fsc_text_add(out, n ? "</tbody></table></div></section>\n" : "</section>\n");
}

static const char page_head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width,initial-scale=1\"><title>Study</title>\n<style>body{font:16px/1.5 "
    "system-ui,sans-serif;color:#1d2733;background:#fff;max-width:60rem;margin:0 auto;padding:1rem}"
    "table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid "
    "#d5d9de;vertical-align:top}a{color:#0b5cad}tbody "
    "th{white-space:nowrap}.odd{background:#fff1d6}.wide{overflow-x:auto}"
    "svg{min-width:36rem;width:100%;height:auto}</style></head>\n<body><main>\n<h1>Study</h1>\n"
    "<p>Research software, not a medical device.</p>\n";

static fsc_status open_page(fsc_page *page, fsc_error *err) {
    const fsc_gathered *all = page->all;
    int64_t most = 0;
    for (int32_t i = 0; i < all->n; i++) most = all->item[i].sites.n_row > most ? all->item[i].sites.n_row : most;
    page->value = fsc_alloc(all->n + most + 1, sizeof *page->value);
    if (!page->value) return fsc_fail_nomem(err, "making a study's page");
    FSC_TRY(order_sites(page, err));
    return find_groups(page, err);
}

fsc_status fsc_group_page(fsc_text *out, const fsc_gathered *all, fsc_error *err) {
    fsc_page page = {.all = all};
    fsc_status status = open_page(&page, err);
    if (status == FSC_OK) {
        fsc_text_add(out, page_head);
        add_not_done(out, all);
        fsc_page_quality(out, &page);
        fsc_page_strips(out, &page);
        fsc_text_add(out, "</main></body></html>\n");
        if (out->failed) status = fsc_fail_nomem(err, "making a study's page");
    }
    fsc_free(page.of);
    fsc_free(page.site);
    fsc_free(page.value);
    return status;
}
