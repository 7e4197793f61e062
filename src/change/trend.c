/* Trend: a straight line through all visits of a site, weighted by what each visit can tell. */
#include "alloc.h"
#include "fail.h"
#include "repeat.h"
#include "stats.h"
#include "text.h"
#include "words.h"

#include <fascicle/change.h>
#include <fascicle/day.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VISITS_MIN = 3 };

/* The visits of a person that one line may go through. */
typedef struct course {
    const fsc_map **map; /* owned list of borrowed maps */
    double *years;       /* since the first; owned */
    int32_t n;
} course;

static void free_course(course *c) {
    fsc_free(c->map);
    fsc_free(c->years);
}
#define AUTO_COURSE __attribute__((cleanup(free_course))) course

/* Takes all visits made by the method of the last one; the others are left out and noted. */
static fsc_status gather(course *c, fsc_notes *notes, const fsc_map *const *visit, int32_t n, fsc_error *err) {
    if (n < VISITS_MIN)
        return fsc_fail(err, FSC_E_NOTFOUND, "a trend needs %d visits or more, there are %d", VISITS_MIN, n);
    c->map = fsc_alloc(n, sizeof *c->map);
    c->years = fsc_alloc(n, sizeof *c->years);
    if (!c->map || !c->years) return fsc_fail_nomem(err, "comparing visits");
    double first = (double)NAN;
    for (int32_t i = 0; i < n; i++) {
        const fsc_acquisition *a = &visit[i]->acquisition;
        const double day = fsc_days_of(a->date);
        if (isnan(day)) return fsc_fail(err, FSC_E_ARG, "visit %s has no day; give it with --date", a->session);
        if (a->method != visit[n - 1]->acquisition.method) {
            fsc_notes_add(notes, FSC_NOTE_WARNING, "visit-left-out", "Visit %s left out: separated by another method.",
                          a->session);
            continue;
        }
        if (isnan(first)) first = day;
        c->years[c->n] = (day - first) / 365.25;
        c->map[c->n++] = visit[i];
    }
    return FSC_OK;
}

static const fsc_row *row_at(const fsc_map *map, const fsc_row *like) {
    const fsc_map_site *site = fsc_map_find(map, like->place.muscle, like->place.level, like->place.side);
    return site && site->row.kind == like->kind ? &site->row : NULL;
}

typedef struct sums {
    double w, x, y, xx, xy, yy;
} sums;

/* Weighted line through the visits that measured the site as the last one did. sd is that of a pair's difference, so
 * each visit carries half its variance. */
static void fit_line(fsc_trend *t, const course *c, const fsc_row *last, double sd, const fsc_repeat *repeat) {
    const fsc_ageing *ageing = fsc_repeat_ageing(repeat, last->place.muscle);
    sums s = {0};
    double from = HUGE_VAL, to = -HUGE_VAL;
    for (int32_t i = 0; i < c->n; i++) {
        const fsc_row *row = row_at(c->map[i], last);
        if (!row || *fsc_row_obstacle(row, last)) continue;
        const fsc_label_source own = c->map[i]->label_source, of_last = c->map[c->n - 1]->label_source;
        const double share = fsc_repeat_label_share(repeat, own, of_last),
                     exchanged = fsc_pair_exchanged(repeat, row, own, last, of_last);
        const double label = share * share * fsc_row_label_scatter_variance(row);
        const double w = 1 / (fsc_row_variance(row, last, exchanged) + label + 0.5 * sd * sd), x = c->years[i],
                     y = row->pdff_mean_fraction;
        s.w += w;
        s.x += w * x;
        s.y += w * y;
        s.xx += w * x * x;
        s.xy += w * x * y;
        s.yy += w * y * y;
        from = fmin(from, x);
        to = fmax(to, x);
        t->n_visit++;
    }
    t->years = t->n_visit > 0 ? to - from : 0;
    const double sxx = s.xx - s.x * s.x / s.w, sxy = s.xy - s.x * s.y / s.w, syy = s.yy - s.y * s.y / s.w;
    if (t->n_visit < VISITS_MIN || !(t->years > 0)) {
        fsc_copy_text(t->reason, sizeof t->reason, "fewer than three comparable visits of this site");
        return;
    }
    t->slope_per_year = t->net_per_year = sxy / sxx;
    double variance = 1 / sxx;
    if (ageing) {
        t->ageing_per_year = ageing->rate_per_year;
        t->ageing_se_per_year = ageing->se_per_year;
        t->net_per_year -= ageing->rate_per_year;
        variance += ageing->se_per_year * ageing->se_per_year;
    }
    t->se_per_year = sqrt(variance);
    t->low_per_year = t->net_per_year - fsc_words_half90(t->se_per_year);
    t->high_per_year = t->net_per_year + fsc_words_half90(t->se_per_year);
    t->misfit_p = fsc_chi2_above(fmax(0, syy - sxy * sxy / sxx), t->n_visit - 2);
}

static void start(fsc_trend *t, const fsc_row *row) {
    memset(t, 0, sizeof *t);
    t->place = row->place;
    t->slope_per_year = t->net_per_year = t->se_per_year = t->low_per_year = t->high_per_year = (double)NAN;
    t->ageing_per_year = t->ageing_se_per_year = t->p_adjusted = t->misfit_p = (double)NAN;
    t->real = -1;
}

/* The worst pair class among the visits decides the spread for all. */
static fsc_pair worst_pair(const course *c, fsc_notes *notes) {
    fsc_pair worst = FSC_PAIR_SAME;
    char words[160];
    for (int32_t i = 1; i < c->n; i++)
        for (int32_t k = 0; k < i; k++) {
            const fsc_pair pair = fsc_pair_of(words, sizeof words, &c->map[i]->acquisition, &c->map[k]->acquisition);
            if (pair <= worst) continue;
            worst = pair;
            fsc_notes_add(notes, FSC_NOTE_WARNING, "not-one-scanner", "Trends are less certain: some visits have %s.",
                          words);
        }
    return worst;
}

void fsc_change_free_trends(fsc_trend *trends) {
    fsc_free(trends);
}

static fsc_status all_trends(fsc_trend **out, int32_t *n, fsc_notes *notes, const course *c, fsc_error *err) {
    fsc_repeat repeat;
    FSC_TRY(fsc_repeat_read(&repeat, err));
    const fsc_map *last = c->map[c->n - 1];
    const fsc_pair pair = worst_pair(c, notes);
    FSC_TRY(fsc_notes_check(notes, err));
    fsc_trend *trend = fsc_alloc(last->n_site, sizeof *trend);
    if (!trend) return fsc_fail_nomem(err, "fitting trends");
    int32_t count = 0, family = 0;
    for (int32_t i = 0; i < last->n_site; i++) {
        const fsc_row *row = &last->site[i].row;
        if (!fsc_row_judged(row)) continue;
        start(&trend[count], row);
        fit_line(&trend[count], c, row, repeat.sd_difference[pair], &repeat);
        family += !isnan(trend[count].net_per_year);
        count++;
    }
    for (int32_t i = 0; i < count; i++) {
        fsc_trend *t = &trend[i];
        if (isnan(t->net_per_year)) continue;
        t->p_adjusted = fmin(1, family * 2 * fsc_normal_cdf(-fabs(t->net_per_year) / t->se_per_year));
        t->real = t->p_adjusted < 0.05 && fabs(t->net_per_year) * t->years > repeat.floor[pair];
    }
    *out = trend;
    *n = count;
    return FSC_OK;
}

fsc_status fsc_change_trends(fsc_trend **out, int32_t *n, fsc_notes *notes, const fsc_map *const *visit,
                             int32_t n_visit, fsc_error *err) {
    AUTO_COURSE c = {0};
    FSC_TRY(gather(&c, notes, visit, n_visit, err));
    return all_trends(out, n, notes, &c, err);
}
