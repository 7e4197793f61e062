/* Fat over age, muscle by muscle at the level that most people have, with the published and pooled norms behind. */
#include "page.h"

#include "fail.h"

#include <ctype.h>
#include <fascicle/norms.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define WIDE 640.0
#define HIGH 240.0
#define LEFT 48.0
#define BOTTOM 28.0

enum { AGE_LOW = 15, AGE_HIGH = 90, AGE_STEP = 5, METHODS = 6 };

typedef struct curve {
    const fsc_page *page;
    const fsc_norms *norms;
    int32_t first, n; /* its sites on the page: one muscle, one level */
    double top;
    fsc_norm_kind kind; /* the weakest norm behind it */
} curve;

static double x_of(double age) {
    return LEFT + (WIDE - LEFT - 12) * (age - AGE_LOW) / (AGE_HIGH - AGE_LOW);
}

static double y_of(const curve *c, double fraction) {
    return HIGH - BOTTOM - (HIGH - BOTTOM - 8) * fmin(fraction, c->top) / c->top;
}

static double age_of(const fsc_page *page, int32_t member) {
    return fsc_table_number(&page->all->people, page->all->item[member].person, "age");
}

/* The level, of the muscle's sites first..end, for which most members have a value: where its sites begin and end. */
static void choose_level(curve *c, int32_t first, int32_t end) {
    const fsc_page *page = c->page;
    int32_t most = -1;
    for (int32_t a = first, b = first; a < end; a = b) {
        const char *name = page->all->site.name[page->site[a]];
        const size_t muscle = strcspn(name, " ") + 1, length = muscle + strcspn(name + muscle, " ") + 1;
        int32_t n = 0;
        while (b < end && strncmp(page->all->site.name[page->site[b]], name, length) == 0) b++;
        for (int32_t i = 0; i < page->all->n; i++)
            n += isfinite(fsc_page_mean(page->all, i, page->site + a, b - a)) != 0;
        if (n < most) continue; /* of equals the lowest */
        most = n;
        c->first = a;
        c->n = b - a;
    }
}

/* Where 90 % of people of that sex and age lie; 0 without a norm. */
static int find_band(double *low, double *high, curve *c, fsc_sex sex, double age, fsc_method method) {
    const char *name = c->page->all->site.name[c->page->site[c->first]];
    char muscle[72], level[24];
    const size_t n = strcspn(name, " "), m = strcspn(name + n + 1, " ");
    fsc_norm_place place;
    if (n >= sizeof muscle || m >= sizeof level) return 0;
    memcpy(muscle, name, n);
    muscle[n] = 0;
    memcpy(level, name + n + 1, m);
    level[m] = 0;
    const fsc_norm_query query = {
        .muscle = muscle,
        .level_first = level,
        .level_last = level,
        .side = FSC_SIDE_LEFT, /* norms hardly tell the sides apart; some serve single sides only */
        .sex = sex,
        .age_years = age,
        .method = method,
        .value_fraction = 0.1,
        .value_se_fraction = (double)NAN};
    fsc_norms_place(&place, NULL, c->norms, &query);
    *low = place.band_low_fraction;
    *high = place.band_high_fraction;
    if (place.kind == FSC_NORM_PUBLISHED) { /* 90 % of a normal distribution */
        *low = fmax(place.mean_fraction - 1.645 * place.sd_fraction, 0);
        *high = place.mean_fraction + 1.645 * place.sd_fraction;
    }
    if (place.kind == FSC_NORM_NONE || !isfinite(*low) || !isfinite(*high)) return 0;
    if (place.kind > c->kind) c->kind = place.kind;
    return 1;
}

/* A band a sex: the ages with a norm, up the high side and back along the low. */
static void add_band(fsc_text *out, curve *c, fsc_sex sex, fsc_method method) {
    double low[32], high[32];
    int n = 0, start = AGE_LOW;
    for (int age = AGE_LOW; age <= AGE_HIGH; age += AGE_STEP) {
        if (!find_band(&low[n], &high[n], c, sex, age, method)) {
            if (n) break;
            start = age + AGE_STEP;
            continue;
        }
        n++;
    }
    if (n < 2) return;
    fsc_text_printf(out, "<path fill=\"%s\" fill-opacity=\"0.35\" d=\"M",
                    sex == FSC_SEX_FEMALE ? "#e8d9a8" : "#bcd3e6");
    for (int i = 0; i < n; i++) fsc_text_printf(out, "%.1f %.1fL", x_of(start + i * AGE_STEP), y_of(c, high[i]));
    for (int i = n - 1; i >= 0; i--)
        fsc_text_printf(out, "%.1f %.1f%s", x_of(start + i * AGE_STEP), y_of(c, low[i]), i ? "L" : "Z\"/>\n");
}

static void add_axes(fsc_text *out, const curve *c) {
    for (int age = 20; age <= AGE_HIGH; age += 10)
        fsc_text_printf(
            out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" text-anchor=\"middle\" fill=\"#4a5563\">%d</text>",
            x_of(age), HIGH - 10, age);
    for (double tick = 0; tick < c->top + 0.01; tick += 0.1)
        fsc_text_printf(out,
                        "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#d5d9de\"/><text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" "
                        "text-anchor=\"end\" fill=\"#4a5563\">%.0f</text>",
                        LEFT, y_of(c, tick), WIDE - 12, LEFT - 6, y_of(c, tick) + 4, 100 * tick);
}

static void add_dots(fsc_text *out, const curve *c) {
    const fsc_page *page = c->page;
    for (int32_t i = 0; i < page->all->n; i++) {
        const double age = age_of(page, i), v = fsc_page_mean(page->all, i, page->site + c->first, c->n);
        if (!isfinite(v) || !(age >= AGE_LOW && age <= AGE_HIGH)) continue;
        fsc_text_add(out, "<a ");
        fsc_page_href(out, &page->all->item[i]);
        fsc_text_add(out, " tabindex=\"-1\" aria-label=\"");
        fsc_text_add_html(out, page->all->item[i].who.name);
        fsc_text_printf(out, ", %.0f years, %.1f %%\"><circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/></a>\n",
                        age, 100 * v, x_of(age), y_of(c, v), fsc_page_ink[page->of[i]]);
    }
}

static void add_curve(fsc_text *out, curve *c, fsc_method method) {
    static const char *const behind[] = {
        "No norm serves it.", "Behind: 90 % of a published group of women (sand) and men (blue).",
        "Behind: 90 % of women (sand) and men (blue), pooled over published studies.",
        "Behind: 90 % of women (sand) and men (blue), borrowed across muscles, levels or methods: a rough guide."};
    const fsc_page *page = c->page;
    const char *name = page->all->site.name[page->site[c->first]];
    const size_t muscle = strcspn(name, " "), level = strcspn(name + muscle + 1, " ");
    c->top = 0.3;
    c->kind = FSC_NORM_NONE;
    for (int32_t i = 0; i < page->all->n; i++) {
        const double v = fsc_page_mean(page->all, i, page->site + c->first, c->n);
        if (v > c->top) c->top = fmin(0.1 * ceil(10 * v), 1); /* whatever a table claims */
    }
    fsc_text_add(out, "<h3>");
    fsc_page_name(out, name, muscle);
    fsc_text_add(out, " ");
    fsc_page_name(out, name + muscle + 1, level);
    fsc_text_add(out, "</h3>\n");
    char title[100]; /* regions are told apart by their names */
    (void)snprintf(title, sizeof title, "%.70s over age", name);
    fsc_page_open(out, title);
    fsc_text_printf(out,
                    "<svg viewBox=\"0 0 %.0f %.0f\" role=\"group\" aria-label=\"Fat in percent over age in years\">",
                    WIDE, HIGH);
    add_band(out, c, FSC_SEX_FEMALE, method);
    add_band(out, c, FSC_SEX_MALE, method);
    add_axes(out, c);
    add_dots(out, c);
    fsc_text_printf(out, "</svg></div>\n<p>%s</p>\n", behind[c->kind]);
}

/* "complex-multi-echo-pdff" of a table is "complex multi-echo PDFF". */
static int same_words(const char *a, const char *b) {
    for (; *a && *b; a++, b++) {
        const int x = tolower((unsigned char)*a), y = tolower((unsigned char)*b);
        if (x != y && (isalnum(x) || isalnum(y))) return 0;
    }
    return *a == *b;
}

fsc_status fsc_page_age(fsc_text *out, const fsc_page *page, fsc_error *err) {
    const fsc_gathered *all = page->all;
    curve c = {.page = page};
    fsc_norms *norms = NULL;
    int32_t n_age = 0, someone = -1;
    for (int32_t i = 0; i < all->n; i++)
        if (all->item[i].sites.n_column && isfinite(age_of(page, i))) n_age++, someone = i;
    fsc_text_add(out, "<section><h2>Fat over age</h2>\n");
    if (!n_age) {
        fsc_text_add(out, "<p>participants.tsv gives nobody's age.</p></section>\n");
        return FSC_OK;
    }
    FSC_TRY(fsc_norms_builtin(&norms, err));
    c.norms = norms;
    int method = 0;
    const char *word = fsc_table_get(&all->item[someone].sites, 0, "method");
    while (method + 1 < METHODS && !same_words(fsc_method_text((fsc_method)method), word)) method++;
    fsc_text_printf(out, "<p>Percent of fat over age in years, of %d people and visits, left and right together.",
                    (int)n_age);
    fsc_page_key(out, &page->group);
    fsc_text_add(out, "</p>\n");
    for (int32_t first = 0, end = 0; first < all->site.n; first = end) {
        end = fsc_page_muscle_end(page, first);
        choose_level(&c, first, end);
        add_curve(out, &c, (fsc_method)method);
    }
    fsc_norms_free(norms);
    fsc_text_add(out, "</section>\n");
    return FSC_OK;
}
