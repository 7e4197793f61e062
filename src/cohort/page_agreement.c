/* Two raters or methods on the same people: Bland and Altman 1986, Lancet 327:307. */
#include "page.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDE 640.0
#define HIGH 260.0
#define LEFT 52.0
#define BOTTOM 30.0
#define LIMITS 1.96 /* standard deviations that hold 95 % of the differences */

typedef struct pairs {
    int32_t n;
    double sum, square, low, high; /* of the differences; the range of the means */
    /* Of each person's mean difference; the sums of the person under way. */
    int32_t n_person, last;
    double person_sum, person_square, own_sum, own_n;
} pairs;

static int32_t find_member(const fsc_gathered *all, const char *name) {
    int32_t low = 0, high = all->n;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (strcmp(all->item[middle].who.name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < all->n && strcmp(all->item[low].who.name, name) == 0 ? low : -1;
}

static int32_t find_site(const fsc_site_names *site, const char *name) {
    int32_t low = 0, high = site->n;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (strcmp(site->name[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < site->n && strcmp(site->name[low], name) == 0 ? low : -1;
}

typedef void (*pair_fn)(void *context, int32_t member, int32_t site, double ours, double theirs);

/* Every site that both have, in the order of people. */
static void each_pair(const fsc_page *page, const fsc_gathered *other, int32_t first, int32_t end, pair_fn call,
                      void *context) {
    for (int32_t i = 0; i < page->all->n; i++) {
        const int32_t member = find_member(other, page->all->item[i].who.name);
        for (int32_t k = first; member >= 0 && k < end; k++) {
            const int32_t site = find_site(&other->site, page->all->site.name[page->site[k]]);
            const double ours = fsc_gathered_number(page->all, i, page->site[k], "pdff_mean_fraction");
            const double theirs =
                site < 0 ? (double)NAN : fsc_gathered_number(other, member, site, "pdff_mean_fraction");
            if (isfinite(ours) && isfinite(theirs)) call(context, i, page->site[k], ours, theirs);
        }
    }
}

static void end_person(pairs *p) {
    if (p->own_n < 1) return;
    const double mean = p->own_sum / p->own_n;
    p->n_person++;
    p->person_sum += mean;
    p->person_square += mean * mean;
    p->own_sum = p->own_n = 0;
}

static void count(void *context, int32_t member, int32_t site, double ours, double theirs) {
    pairs *p = context;
    const double d = theirs - ours, mean = (theirs + ours) / 2;
    (void)site;
    if (member != p->last) end_person(p);
    p->last = member;
    p->own_sum += d;
    p->own_n++;
    p->low = p->n ? fmin(p->low, mean) : mean;
    p->high = p->n ? fmax(p->high, mean) : mean;
    p->n++;
    p->sum += d;
    p->square += d * d;
}

static double sd_of(const pairs *p) {
    const double mean = p->sum / p->n;
    return p->n > 1 ? sqrt(fmax(p->square - p->n * mean * mean, 0) / (p->n - 1)) : (double)NAN;
}

typedef struct picture {
    fsc_text *out, *table;
    const fsc_page *page;
    const char *other;      /* its name */
    double low, high, most; /* of the means; of the differences, both ways */
} picture;

static double y_of(const picture *c, double d) {
    return (HIGH - BOTTOM) / 2 - (HIGH - BOTTOM - 16) / 2 * fmax(fmin(d / c->most, 1), -1);
}

static void add_pair(void *context, int32_t member, int32_t site, double ours, double theirs) {
    const picture *c = context;
    const fsc_seen *m = &c->page->all->item[member];
    const double span = c->high > c->low ? c->high - c->low : 1;
    fsc_text_add(c->out, "<a ");
    fsc_page_href(c->out, m);
    fsc_text_add(c->out, " tabindex=\"-1\" aria-label=\"");
    fsc_text_add_html(c->out, m->who.name);
    fsc_text_printf(c->out, " %+.1f points\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"#0b5cad\"/></a>\n",
                    100 * (theirs - ours), LEFT + (WIDE - LEFT - 12) * ((ours + theirs) / 2 - c->low) / span,
                    y_of(c, theirs - ours));
    fsc_text_printf(c->table, "%s\t%s\t%s\t%.6f\t%.6f\t%.6f\n", c->other, m->who.name, c->page->all->site.name[site],
                    ours, theirs, theirs - ours);
}

static void add_line(fsc_text *out, const picture *c, double d, const char *dash) {
    fsc_text_printf(out,
                    "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#b3460f\" %s/><text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" "
                    "text-anchor=\"end\" fill=\"#4a5563\">%+.1f</text>",
                    LEFT, y_of(c, d), WIDE - 12, dash, LEFT - 4, y_of(c, d) + 4, 100 * d);
}

static void add_muscles(fsc_text *out, const fsc_page *page, const fsc_gathered *other) {
    fsc_page_open(out, "Agreement by muscle");
    fsc_text_add(out, "<table><thead><tr><th>muscle</th><th>sites of both</th><th>mean difference, points</th><th>95 % "
                      "of differences, points</th></tr></thead><tbody>\n");
    for (int32_t first = 0, end = 0; first < page->all->site.n; first = end) {
        const char *name = page->all->site.name[page->site[first]];
        pairs p = {0};
        end = fsc_page_muscle_end(page, first);
        each_pair(page, other, first, end, count, &p);
        if (!p.n) continue;
        fsc_text_add(out, "<tr><th scope=\"row\">");
        fsc_page_name(out, name, strcspn(name, " "));
        const double mean = p.sum / p.n, sd = sd_of(&p);
        fsc_text_printf(out, "</th><td>%d</td><td>%+.2f</td><td>%+.2f to %+.2f</td></tr>\n", (int)p.n, 100 * mean,
                        100 * (mean - LIMITS * sd), 100 * (mean + LIMITS * sd));
    }
    fsc_text_add(out, "</tbody></table></div>\n");
}

/* The mean over people with its interval: their sites hang together, so people are what is counted. */
static void add_people(fsc_text *out, pairs *p) {
    end_person(p);
    if (p->n_person < 2) return;
    const double n = p->n_person, mean = p->person_sum / n;
    const double se = sqrt(fmax(p->person_square - n * mean * mean, 0) / (n - 1) / n);
    fsc_text_printf(
        out,
        " Sites of one person hang together: over %d people the mean is %+.2f points, 95 %% interval %+.2f to "
        "%+.2f.",
        (int)p->n_person, 100 * mean, 100 * (mean - LIMITS * se), 100 * (mean + LIMITS * se));
}

static void add_picture(fsc_text *out, fsc_text *table, const fsc_page *page, const fsc_gathered *other,
                        const pairs *all) {
    const double mean = all->sum / all->n, sd = sd_of(all);
    picture c = {out, table, page, other->name, all->low, all->high, fmax(fabs(mean) + 2.5 * sd, 0.005)};
    char title[120];
    (void)snprintf(title, sizeof title, "Differences over means, %.80s", other->name);
    fsc_page_open(out, title);
    fsc_text_printf(out, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"group\" aria-label=\"Differences over means\">", WIDE,
                    HIGH);
    add_line(out, &c, mean, "");
    add_line(out, &c, mean - LIMITS * sd, "stroke-dasharray=\"5 4\"");
    add_line(out, &c, mean + LIMITS * sd, "stroke-dasharray=\"5 4\"");
    fsc_text_printf(out,
                    "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" fill=\"#4a5563\">%.1f</text><text x=\"%.1f\" "
                    "y=\"%.1f\" font-size=\"11\" text-anchor=\"end\" fill=\"#4a5563\">%.1f %% of fat</text>",
                    LEFT, HIGH - 8, 100 * all->low, WIDE - 12, HIGH - 8, 100 * all->high);
    each_pair(page, other, 0, page->all->site.n, add_pair, &c);
    fsc_text_add(out, "</svg></div>\n");
}

/* One other rater or method against these results. */
static void add_other(fsc_text *out, fsc_text *table, const fsc_page *page, const fsc_gathered *other) {
    pairs all = {.last = -1};
    each_pair(page, other, 0, page->all->site.n, count, &all);
    fsc_text_add(out, "<h3>");
    fsc_text_add_html(out, other->name);
    fsc_text_add(out, "</h3>\n<p>");
    if (all.n < 2) {
        fsc_text_add(out, "The two share no sites of the same people.</p>\n");
        return;
    }
    const double mean = all.sum / all.n, sd = sd_of(&all);
    fsc_text_add_html(out, other->name);
    fsc_text_printf(out,
                    " minus ours over the mean of both, %d sites: %+.2f points in the mean, 95 %% of the differences "
                    "within %+.2f to %+.2f points (Bland and Altman).",
                    (int)all.n, 100 * mean, 100 * (mean - LIMITS * sd), 100 * (mean + LIMITS * sd));
    add_people(out, &all);
    fsc_text_add(out, "</p>\n");
    add_picture(out, table, page, other, &all);
    add_muscles(out, page, other);
}

fsc_status fsc_page_agreement(fsc_text *out, const fsc_page *page, fsc_error *err) {
    FSC_AUTO_TEXT fsc_text table = {0};
    if (!page->n_other) return FSC_OK;
    fsc_text_add(out, "<section><h2>Agreement</h2>\n");
    if (page->all->name[0]) {
        fsc_text_add(out, "<p>Ours are the results of ");
        fsc_text_add_html(out, page->all->name);
        fsc_text_add(out, ".</p>\n");
    }
    fsc_text_add(&table, "other\tmember\tsite\tours_fraction\tother_fraction\tdifference_fraction\n");
    for (int32_t k = 0; k < page->n_other; k++) add_other(out, &table, page, &page->other[k]);
    fsc_text_add(out, "</section>\n");
    return fsc_page_put(page, "group_agreement.tsv", &table, err);
}
