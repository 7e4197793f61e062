/* What the page has to know of the study before its first section: groups, controls, sites in their order. */
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

const char *fsc_page_control_word(char column[100], const fsc_page *page) {
    const char *rule = page->opt->controls ? page->opt->controls : "group=control", *equals = strchr(rule, '=');
    const size_t n = equals ? (size_t)(equals - rule) : 0;
    column[0] = 0;
    if (n == 0 || n >= 100) return NULL;
    memcpy(column, rule, n);
    column[n] = 0;
    return equals + 1;
}

static fsc_status find_controls(fsc_page *page, fsc_error *err) {
    const fsc_gathered *all = page->all;
    char column[100];
    const char *word = fsc_page_control_word(column, page);
    page->control = fsc_alloc((int64_t)all->n + 1, sizeof *page->control);
    if (!page->control) return fsc_fail_nomem(err, "listing controls");
    if (!word || !*word)
        return fsc_fail(err, FSC_E_ARG, "'%.80s' marks no controls; write COLUMN=VALUE", page->opt->controls);
    if (page->opt->controls && fsc_table_column(&all->people, column) < 0)
        return fsc_fail(err, FSC_E_ARG, "participants.tsv has no column '%s' to mark controls", column);
    for (int32_t i = 0; i < all->n; i++) {
        page->control[i] =
            all->item[i].sites.n_column && strcmp(fsc_table_get(&all->people, all->item[i].person, column), word) == 0;
        page->n_control += page->control[i];
    }
    return FSC_OK;
}

fsc_status fsc_page_open_study(fsc_page *page, fsc_error *err) {
    const fsc_gathered *all = page->all;
    int64_t most = 0;
    for (int32_t i = 0; i < all->n; i++) most = all->item[i].sites.n_row > most ? all->item[i].sites.n_row : most;
    page->value = fsc_alloc(all->n + most + 1, sizeof *page->value);
    if (!page->value) return fsc_fail_nomem(err, "making a study's page");
    FSC_TRY(order_sites(page, err));
    FSC_TRY(find_groups(page, err));
    return find_controls(page, err);
}

void fsc_page_close(fsc_page *page) {
    fsc_free(page->of);
    fsc_free(page->control);
    fsc_free(page->site);
    fsc_free(page->value);
}
