/* The page of a study: first who is not done, then quality with its outliers, then everybody's fat by site and group.
 */
#include "fail.h"
#include "gather.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FEWEST 5   /* members from which quartiles say anything */
#define REACH 1.5  /* of the quartile range beyond the quartiles: Tukey 1977, Exploratory Data Analysis */
#define WIDE 640.0 /* of a strip plot, with its names */
#define NAMES 150.0
#define ROW 26.0
#define TICK 0.1 /* of fat, between lines */

enum { QUALITIES = 5, GROUPS_MOST = 6 };

/* A member's measures of quality, in this order. */
static const char *const quality_title[QUALITIES] = {"mean fat, %", "median SNR", "water-fat swap, %", "sites cut",
                                                     "sites flagged"};

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of sorted values, between neighbours (Hyndman and Fan 1996, type 7). */
static double quantile(const double *sorted, int32_t n, double p) {
    const double at = p * (n - 1);
    const int32_t low = (int32_t)floor(at);
    return low + 1 < n ? sorted[low] + (at - low) * (sorted[low + 1] - sorted[low]) : sorted[n - 1];
}

/* Into value[QUALITIES]; scratch holds a row's number each. */
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
    qsort(scratch, (size_t)n_snr, sizeof *scratch, by_number);
    value[0] = n ? 100 * fat / n : NAN;
    value[1] = n_snr ? quantile(scratch, n_snr, 0.5) : NAN;
    value[2] = 100 * swap;
    value[3] = cut;
    value[4] = flagged;
}

/* The fences of each quality; infinite where too few members have a value. */
static void fence(double low[QUALITIES], double high[QUALITIES], const double *value, const fsc_gathered *all,
                  double *scratch) {
    for (int q = 0; q < QUALITIES; q++) {
        int32_t n = 0;
        for (int32_t i = 0; i < all->n; i++)
            if (all->item[i].sites.n_column && isfinite(value[i * QUALITIES + q]))
                scratch[n++] = value[i * QUALITIES + q];
        low[q] = -INFINITY;
        high[q] = INFINITY;
        if (n < FEWEST) continue;
        qsort(scratch, (size_t)n, sizeof *scratch, by_number);
        const double first = quantile(scratch, n, 0.25), third = quantile(scratch, n, 0.75);
        low[q] = first - REACH * (third - first);
        high[q] = third + REACH * (third - first);
    }
}

static void add_link(fsc_text *out, const fsc_seen *m) {
    fsc_text_add(out, "<a href=\"");
    fsc_text_add_html(out, m->stem);
    fsc_text_add(out, "_desc-research_report.html\">");
    fsc_text_add_html(out, m->who.name);
    fsc_text_add(out, "</a>");
}

static void add_not_done(fsc_text *out, const fsc_gathered *all) {
    int32_t n = 0;
    for (int32_t i = 0; i < all->n; i++) n += strcmp(all->item[i].who.state, "done") != 0;
    fsc_text_printf(out, "<section><h2>Who is not in it</h2>\n<p>%d of %d people and visits are done.</p>\n",
                    (int)(all->n - n), (int)all->n);
    if (n)
        fsc_text_add(out,
                     "<div class=\"wide\" role=\"region\" aria-label=\"Who is not in it\" "
                     "tabindex=\"0\"><table><thead><tr><th>who</th><th>state</th><th>why</th></tr></thead><tbody>\n");
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

static void add_quality_row(fsc_text *out, const fsc_seen *m, const double *value, const double *low,
                            const double *high) {
    static const char *const form[QUALITIES] = {"%.1f", "%.1f", "%.1f", "%.0f", "%.0f"};
    fsc_text_add(out, "<tr><th scope=\"row\">");
    add_link(out, m);
    fsc_text_add(out, "</th>");
    for (int q = 0; q < QUALITIES; q++) {
        const int odd = value[q] < low[q] || value[q] > high[q];
        fsc_text_add(out, odd ? "<td class=\"odd\">" : "<td>");
        fsc_text_add_number(out, form[q], value[q]);
        fsc_text_add(out, odd ? " outlier</td>" : "</td>");
    }
    fsc_text_add(out, "</tr>\n");
}

/* Outliers stand first. */
static void add_quality(fsc_text *out, const fsc_gathered *all, const double *value, double *scratch) {
    double low[QUALITIES], high[QUALITIES];
    fence(low, high, value, all, scratch);
    fsc_text_printf(out,
                    "<section><h2>Quality</h2>\n<p>An outlier lies more than %.1f times the distance of the quartiles "
                    "beyond them (Tukey), among at least %d. It is a reason to look, not to leave somebody "
                    "out.</p>\n<div class=\"wide\" role=\"region\" aria-label=\"Quality\" "
                    "tabindex=\"0\"><table><thead><tr><th>who</th>",
                    REACH, FEWEST);
    for (int q = 0; q < QUALITIES; q++) fsc_text_printf(out, "<th>%s</th>", quality_title[q]);
    fsc_text_add(out, "</tr></thead><tbody>\n");
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < all->n; i++) {
            const double *v = value + i * QUALITIES;
            int odd = 0;
            for (int q = 0; q < QUALITIES; q++) odd |= v[q] < low[q] || v[q] > high[q];
            if (all->item[i].sites.n_column && odd == !pass) add_quality_row(out, &all->item[i], v, low, high);
        }
    fsc_text_add(out, "</tbody></table></div></section>\n");
}

/* The sites by muscle, in each as the people's own tables have them: from the head down. */
typedef struct shown {
    char name[72];
    int32_t seen;
} shown;

static int by_muscle(const void *a, const void *b) {
    const shown *x = a, *y = b;
    const size_t nx = strcspn(x->name, " "), ny = strcspn(y->name, " ");
    const int order = strncmp(x->name, y->name, (nx > ny ? nx : ny) + 1);
    return nx == ny && strncmp(x->name, y->name, nx) == 0 ? (x->seen > y->seen) - (x->seen < y->seen) : order;
}

/* Owned; also the largest fat fraction. */
static shown *order_sites(double *top, const fsc_gathered *all, const fsc_site_names *site) {
    shown *list = calloc((size_t)site->n + 1, sizeof *list);
    int32_t n = 0;
    for (int32_t i = 0; list && i < all->n; i++)
        for (int32_t r = 0; r < all->item[i].sites.n_row; r++) {
            char name[72];
            const fsc_table *t = &all->item[i].sites;
            const double v = fsc_table_number(t, r, "pdff_mean_fraction");
            if (!fsc_gathered_site(name, sizeof name, t, r)) continue;
            if (v > *top) *top = v;
            shown *s = &list[fsc_site_names_find(site, name)];
            if (s->name[0]) continue;
            memcpy(s->name, name, sizeof name);
            s->seen = n++;
        }
    if (list) qsort(list, (size_t)site->n, sizeof *list, by_muscle);
    return list;
}

/* The words of the column "group" of participants.tsv; one nameless group without it. */
typedef struct groups {
    const char *name[GROUPS_MOST];
    int n;
} groups;

static const char *group_of(const fsc_gathered *all, const fsc_seen *m) {
    return fsc_table_get(&all->people, fsc_gathered_person(all, m), "group");
}

static int group_index(const groups *g, const char *name) {
    for (int i = 0; i < g->n; i++)
        if (strcmp(g->name[i], name) == 0) return i;
    return g->n - 1; /* more than there are signs for: the last takes them */
}

static void find_groups(groups *g, const fsc_gathered *all) {
    for (int32_t i = 0; i < all->n; i++) {
        const char *name = group_of(all, &all->item[i]);
        int known = 0;
        for (int k = 0; k < g->n; k++) known |= strcmp(g->name[k], name) == 0;
        if (!known && all->item[i].sites.n_column && g->n < GROUPS_MOST) g->name[g->n++] = name;
    }
}

static const char *const group_ink[GROUPS_MOST] = {"#0b5cad", "#b3460f", "#2f6f3a", "#7a3f9d", "#8a6d00", "#4a5563"};

typedef struct strips {
    const fsc_gathered *all;
    groups group;
    shown *site; /* owned, n_site */
    int32_t n_site;
    double top;   /* of the axis */
    double width; /* of the top, in the picture */
} strips;

static void add_dot(fsc_text *out, const strips *s, const fsc_seen *m, const char *site, double v, double y) {
    const int k = group_index(&s->group, group_of(s->all, m));
    fsc_text_add(out, "<a href=\"");
    fsc_text_add_html(out, m->stem);
    fsc_text_add(out, "_desc-research_report.html\" aria-label=\"");
    fsc_text_add_html(out, m->who.name);
    fsc_text_add(out, ", ");
    fsc_text_add_html(out, site);
    fsc_text_printf(out, ", %.1f %%\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/></a>", 100 * v,
                    NAMES + s->width * v / s->top, y + ROW * (k + 1.0) / (s->group.n + 1.0), group_ink[k]);
}

static void add_dots(fsc_text *out, const strips *s, const char *site, double y) {
    for (int32_t i = 0; i < s->all->n; i++) {
        const fsc_seen *m = &s->all->item[i];
        for (int32_t r = 0; r < m->sites.n_row; r++) {
            char name[72];
            const double v = fsc_table_number(&m->sites, r, "pdff_mean_fraction");
            if (isfinite(v) && fsc_gathered_site(name, sizeof name, &m->sites, r) && strcmp(name, site) == 0)
                add_dot(out, s, m, site, v, y);
        }
    }
    fsc_text_add(out, "\n");
}

static void add_axis(fsc_text *out, const strips *s, double height) {
    const int last = (int)lround(s->top / TICK);
    for (int tick = 0; tick <= last; tick++) {
        const double x = NAMES + s->width * tick / last;
        fsc_text_printf(out,
                        "<path d=\"M%.1f 14V%.1f\" stroke=\"#d5d9de\"/><text x=\"%.1f\" y=\"11\" font-size=\"11\" "
                        "text-anchor=\"middle\" fill=\"#4a5563\">%.0f</text>",
                        x, height, x, 100 * TICK * tick);
    }
}

/* The sites first..end of one muscle. */
static void add_strip(fsc_text *out, const strips *s, int32_t first, int32_t end) {
    const double height = 18 + ROW * (end - first);
    char muscle[72];
    memcpy(muscle, s->site[first].name, sizeof muscle);
    const size_t length = strcspn(muscle, " ");
    muscle[length] = 0;
    for (char *c = muscle; *c; c++) *c = *c == '_' ? ' ' : *c;
    fsc_text_add(out, "<h3>");
    fsc_text_add_html(out, muscle);
    fsc_text_add(out, "</h3>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
    fsc_text_add_html(out, muscle);
    fsc_text_printf(out, "\"><svg viewBox=\"0 0 %.0f %.0f\" role=\"group\" aria-label=\"Fat by level and side\">", WIDE,
                    height);
    add_axis(out, s, height);
    for (int32_t k = first; k < end; k++) {
        const double y = 18 + ROW * (k - first);
        fsc_text_printf(out, "<text x=\"4\" y=\"%.1f\" font-size=\"13\" fill=\"#1d2733\">", y + 0.65 * ROW);
        fsc_text_add_html(out, s->site[k].name + length + 1);
        fsc_text_add(out, "</text>");
        add_dots(out, s, s->site[k].name, y);
    }
    fsc_text_add(out, "</svg></div>\n");
}

static void add_key(fsc_text *out, const groups *g) {
    for (int k = 0; k < g->n && (g->n > 1 || g->name[0][0]); k++) {
        fsc_text_printf(out, " <span style=\"color:%s\">\xe2\x97\x8f ", group_ink[k]);
        fsc_text_add_html(out, g->name[k][0] ? g->name[k] : "no group");
        fsc_text_add(out, "</span>");
    }
}

static int add_strips(fsc_text *out, const fsc_gathered *all, const fsc_site_names *site) {
    strips s = {.all = all, .n_site = site->n, .width = WIDE - NAMES - 20};
    s.site = order_sites(&s.top, all, site);
    if (!s.site) return 0;
    s.top = s.top > TICK ? TICK * ceil(s.top / TICK) : TICK;
    find_groups(&s.group, all);
    fsc_text_add(out, "<section><h2>Fat by site</h2>\n<p>Mean fat fraction in percent. Each dot is a person at one "
                      "visit and opens that person's research page.");
    add_key(out, &s.group);
    fsc_text_add(out, "</p>\n");
    for (int32_t first = 0, end = 0; first < s.n_site; first = end) {
        const size_t length = strcspn(s.site[first].name, " ") + 1;
        while (end < s.n_site && strncmp(s.site[end].name, s.site[first].name, length) == 0) end++;
        add_strip(out, &s, first, end);
    }
    fsc_text_add(out, "</section>\n");
    free(s.site);
    return 1;
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

fsc_status fsc_group_page(fsc_text *out, const fsc_gathered *all, fsc_error *err) {
    fsc_site_names site = {0};
    int32_t most = all->n;
    for (int32_t i = 0; i < all->n; i++) most = all->item[i].sites.n_row > most ? all->item[i].sites.n_row : most;
    FSC_TRY(fsc_gathered_sites(&site, all, err));
    double *value = calloc((size_t)all->n * QUALITIES, sizeof *value),
           *scratch = calloc((size_t)most + 1, sizeof *scratch);
    int drawn = 0;
    if (value && scratch) {
        for (int32_t i = 0; i < all->n; i++) judge(value + i * QUALITIES, &all->item[i].sites, scratch);
        fsc_text_add(out, page_head);
        add_not_done(out, all);
        add_quality(out, all, value, scratch);
        drawn = add_strips(out, all, &site);
        fsc_text_add(out, "</main></body></html>\n");
    }
    const int failed = !drawn || out->failed;
    free(value);
    free(scratch);
    free(site.name);
    return failed ? fsc_fail_nomem(err, "making a study's page") : FSC_OK;
}
