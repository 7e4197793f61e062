/* Trend: a straight line through all visits of a site, weighted by what each visit can tell. */
#include "alloc.h"
#include "fail.h"
#include "repeat.h"
#include "stats.h"
#include "text.h"

#include <fascicle/store.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { VISITS_MIN = 3 };

/* The visits of a person, loaded. */
typedef struct course {
    fsc_map **map;
    double *years; /* since the first */
    int32_t n;
} course;

static void free_course(course *c) {
    for (int32_t i = 0; c->map && i < c->n; i++) fsc_map_free(c->map[i]);
    fsc_free(c->map);
    fsc_free(c->years);
}

/* Loads all visits made by the method of the last one; the others are left out and noted. */
static fsc_status load(course *c, fsc_notes *notes, fsc_store *store, const char *participant, fsc_error *err) {
    fsc_visit *visit = NULL;
    int32_t n = 0;
    FSC_TRY(fsc_store_visits(&visit, &n, store, participant, err));
    fsc_status status = FSC_OK;
    if (n < VISITS_MIN)
        status = fsc_fail(err, FSC_E_NOTFOUND, "%s: a trend needs %d visits or more, there are %d", participant,
                          VISITS_MIN, n);
    if (status == FSC_OK) {
        c->map = fsc_alloc(n, sizeof *c->map);
        c->years = fsc_alloc(n, sizeof *c->years);
        if (!c->map || !c->years) status = fsc_fail_nomem(err, "loading visits");
    }
    double first = (double)NAN;
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        if (visit[i].acquisition.method != visit[n - 1].acquisition.method) {
            fsc_notes_add(notes, FSC_NOTE_WARNING, "visit-left-out", "Visit %s left out: separated by another method.",
                          visit[i].acquisition.session);
            continue;
        }
        if (isnan(first)) first = visit[i].days;
        c->years[c->n] = (visit[i].days - first) / 365.25;
        status = fsc_store_map(&c->map[c->n], store, participant, visit[i].acquisition.session, err);
        if (status == FSC_OK) c->n++;
    }
    fsc_store_free_visits(visit);
    return status;
}

static const fsc_row *row_at(const fsc_map *map, const fsc_row *like) {
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *r = &map->site[i].row;
        if (r->kind == like->kind && r->side == like->side && strcmp(r->muscle, like->muscle) == 0 &&
            strcmp(r->level, like->level) == 0)
            return r;
    }
    return NULL;
}

typedef struct sums {
    double w, x, y, xx, xy, yy;
} sums;

/* Weighted line through the visits that measured the site as the last one did. sd is that of a pair's difference, so
 * each visit carries half its variance. */
static void fit_line(fsc_trend *t, const course *c, const fsc_row *last, double sd, const fsc_ageing *ageing) {
    sums s = {0};
    double from = HUGE_VAL, to = -HUGE_VAL;
    for (int32_t i = 0; i < c->n; i++) {
        const fsc_row *row = row_at(c->map[i], last);
        if (!row || *fsc_row_obstacle(row, last)) continue;
        const double w = 1 / (fsc_row_variance(row, last) + 0.5 * sd * sd), x = c->years[i], y = row->pdff_mean;
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
    t->low_per_year = t->net_per_year - 1.6448536269514722 * t->se_per_year;
    t->high_per_year = t->net_per_year + 1.6448536269514722 * t->se_per_year;
    t->misfit_p = fsc_chi2_above(fmax(0, syy - sxy * sxy / sxx), t->n_visit - 2);
}

static void start(fsc_trend *t, const fsc_row *row) {
    memset(t, 0, sizeof *t);
    fsc_copy_text(t->muscle, sizeof t->muscle, row->muscle);
    fsc_copy_text(t->level, sizeof t->level, row->level);
    t->side = row->side;
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

void fsc_store_free_trends(fsc_trend *trends) {
    fsc_free(trends);
}

static fsc_status all_trends(fsc_trend **out, int32_t *n, fsc_notes *notes, const course *c, fsc_error *err) {
    fsc_repeat repeat;
    FSC_TRY(fsc_repeat_read(&repeat, err));
    const fsc_map *last = c->map[c->n - 1];
    const fsc_pair pair = worst_pair(c, notes);
    fsc_trend *trend = fsc_alloc(last->n_site, sizeof *trend);
    if (!trend) return fsc_fail_nomem(err, "fitting trends");
    int32_t count = 0, family = 0;
    for (int32_t i = 0; i < last->n_site; i++) {
        const fsc_row *row = &last->site[i].row;
        if (!fsc_row_judged(row)) continue;
        start(&trend[count], row);
        fit_line(&trend[count], c, row, repeat.sd_difference[pair], fsc_repeat_ageing(&repeat, row->muscle));
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

fsc_status fsc_store_trends(fsc_trend **out, int32_t *n, fsc_notes *notes, fsc_store *store, const char *participant,
                            fsc_error *err) {
    course c = {0};
    fsc_status status = load(&c, notes, store, participant, err);
    if (status == FSC_OK) status = all_trends(out, n, notes, &c, err);
    free_course(&c);
    return status;
}
