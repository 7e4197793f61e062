/* Quality of each member, and who lies outside what the others show. */
#include "page.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

#define FEWEST 5  /* members from which quartiles say anything */
#define REACH 1.5 /* of the quartile range beyond the quartiles: Tukey 1977, Exploratory Data Analysis */

enum { QUALITIES = 5 };

static const char *const column[QUALITIES] = {"pdff_mean_percent", "snr_median", "swap_most_percent", "sites_cut",
                                              "sites_flagged"};
static const char *const title[QUALITIES] = {"mean fat, %", "median SNR", "water-fat swap, %", "sites cut",
                                             "sites flagged"};

typedef struct fences {
    double low[QUALITIES], high[QUALITIES];
} fences;

/* A member's measures of quality, in the order of their titles; scratch holds a number a row. */
static void judge(double *value, const fsc_table *t, double *scratch) {
    int32_t n = 0, n_snr = 0, cut = 0, flagged = 0;
    double fat = 0, swap = 0;
    for (int32_t r = 0; r < t->n_row; r++) {
        if (strcmp(fsc_table_get(t, r, "kind"), "site") != 0) continue;
        const double pdff = fsc_table_number(t, r, "pdff_mean_fraction"), snr = fsc_table_number(t, r, "snr");
        const double swapped = fsc_table_number(t, r, "swap_fraction");
        if (isfinite(snr)) scratch[n_snr++] = snr;
        if (isfinite(swapped) && swapped > swap) swap = swapped;
        cut += strcmp(fsc_table_get(t, r, "cut_by_fov"), "1") == 0;
        flagged += !fsc_is_missing(fsc_table_get(t, r, "quality"));
        if (!isfinite(pdff)) continue;
        fat += pdff;
        n++;
    }
    fsc_page_sort(scratch, n_snr);
    value[0] = n ? 100 * fat / n : (double)NAN;
    value[1] = n_snr ? fsc_page_quantile(scratch, n_snr, 0.5) : (double)NAN;
    value[2] = 100 * swap;
    value[3] = cut;
    value[4] = flagged;
}

/* The fences of each quality; infinite where too few members have a value. */
static void fence(fences *f, const double *value, const fsc_gathered *all, double *scratch) {
    for (int q = 0; q < QUALITIES; q++) {
        int32_t n = 0;
        for (int32_t i = 0; i < all->n; i++)
            if (all->item[i].sites.n_column && isfinite(value[i * QUALITIES + q]))
                scratch[n++] = value[i * QUALITIES + q];
        f->low[q] = -INFINITY;
        f->high[q] = INFINITY;
        if (n < FEWEST) continue;
        fsc_page_sort(scratch, n);
        const double first = fsc_page_quantile(scratch, n, 0.25), third = fsc_page_quantile(scratch, n, 0.75);
        f->low[q] = first - REACH * (third - first);
        f->high[q] = third + REACH * (third - first);
    }
}

static int is_odd(const fences *f, const double *value, int q) {
    return value[q] < f->low[q] || value[q] > f->high[q];
}

static void add_row(fsc_text *out, const fsc_seen *m, const double *value, const fences *f) {
    static const char *const form[QUALITIES] = {"%.1f", "%.1f", "%.1f", "%.0f", "%.0f"};
    fsc_text_add(out, "<tr><th scope=\"row\"><a ");
    fsc_page_href(out, m);
    fsc_text_add(out, ">");
    fsc_text_add_html(out, m->who.name);
    fsc_text_add(out, "</a></th>");
    for (int q = 0; q < QUALITIES; q++) {
        fsc_text_add(out, is_odd(f, value, q) ? "<td class=\"odd\">" : "<td>");
        fsc_text_add_number(out, form[q], value[q]);
        fsc_text_add(out, is_odd(f, value, q) ? " outlier</td>" : "</td>");
    }
    fsc_text_add(out, "</tr>\n");
}

/* The same as a table: a row a member, each measure and whether it is an outlier. */
static void list_all(fsc_text *table, const fsc_gathered *all, const double *value, const fences *f) {
    fsc_text_add(table, "participant_id\tsession_id");
    for (int q = 0; q < QUALITIES; q++) fsc_text_printf(table, "\t%s\t%s_outlier", column[q], column[q]);
    for (int32_t i = 0; i < all->n; i++) {
        const fsc_group_member *m = &all->item[i].who;
        if (!all->item[i].sites.n_column) continue;
        fsc_text_printf(table, "\n%s\t%s", m->participant, m->session[0] ? m->session : "n/a");
        for (int q = 0; q < QUALITIES; q++) {
            fsc_text_add(table, "\t");
            fsc_text_add_number(table, "%.4g", value[i * QUALITIES + q]);
            fsc_text_printf(table, "\t%d", is_odd(f, value + i * QUALITIES, q));
        }
    }
    fsc_text_add(table, "\n");
}

/* Outliers stand first. */
static void add_rows(fsc_text *out, const fsc_gathered *all, const double *value, const fences *f) {
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < all->n; i++) {
            int odd = 0;
            for (int q = 0; q < QUALITIES; q++) odd |= is_odd(f, value + i * QUALITIES, q);
            if (all->item[i].sites.n_column && odd == !pass) add_row(out, &all->item[i], value + i * QUALITIES, f);
        }
}

fsc_status fsc_page_quality(fsc_text *out, const fsc_page *page, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text table = {0};
    const fsc_gathered *all = page->all;
    fences f;
    FSC_AUTO_BLOCK double *value = fsc_alloc((int64_t)all->n * QUALITIES + 1, sizeof *value);
    if (!value) return fsc_fail_nomem(err, "judging quality");
    for (int32_t i = 0; i < all->n; i++) judge(value + i * QUALITIES, &all->item[i].sites, page->value);
    fence(&f, value, all, page->value);
    fsc_text_printf(out,
                    "<section><h2>Quality</h2>\n<p>An outlier lies more than %.1f times the distance of the quartiles "
                    "beyond them (Tukey), among at least %d. It is a reason to look, not to leave somebody out.</p>\n",
                    REACH, (int)FEWEST);
    fsc_page_open(out, "Quality");
    fsc_text_add(out, "<table class=\"sort\"><thead><tr><th scope=\"col\">who</th>");
    for (int q = 0; q < QUALITIES; q++) fsc_text_printf(out, "<th scope=\"col\">%s</th>", title[q]);
    fsc_text_add(out, "</tr></thead><tbody>\n");
    add_rows(out, all, value, &f);
    fsc_text_add(out, "</tbody></table></div></section>\n");
    list_all(&table, all, value, &f);
    return fsc_page_put(page, "group_quality.tsv", &table, err);
}
