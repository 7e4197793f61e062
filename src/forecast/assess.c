/* Tables of the trials. Every call is the larger of both stories: what a page would show. */
#include "trial.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "random.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLED 0.5
#define DEPARTS 0.02 /* a level truly departs from this excess on */

const char *fsc_assess_table_text(fsc_assess_table table) {
    static const char *const text[FSC_ASSESS_N] = {"healthy", "injured", "calibrated", "ahead", "limits", "doubled"};
    return table >= 0 && table < FSC_ASSESS_N ? text[table] : "";
}

typedef struct trials {
    fsc_trial_bench bench;
    const fsc_assess_options *opt;
    fsc_assess_table table;
} trials;

static void say(const trials *t, const char *fmt, ...) FSC_PRINTF(2, 3);
static void say(const trials *t, const char *fmt, ...) {
    char line[320];
    va_list args;
    va_start(args, fmt);
    fsc_vformat(line, sizeof line, fmt, args);
    va_end(args);
    t->opt->line(t->opt->context, fsc_assess_table_text(t->table), line);
}

static void name_kind(char *out, size_t size, const fsc_trial_kind *k) {
    char points[24] = "";
    if (k->points > 0) fsc_format(points, sizeof points, " +%g", k->points);
    fsc_format(out, size, "%s, %s%s, %s, spread x%g", k->region == FSC_TRIAL_BACK ? "back" : "neck",
               fsc_trial_injury_text(k->injury), points, fsc_trial_exam_text(k->exam), k->spread);
}

/* Whether a line of the table is asked for. */
static int is_wanted(const trials *t, const char *name) {
    return !t->opt->only || strstr(name, t->opt->only);
}

/* People of one kind, drawn and inferred. */
typedef struct group {
    fsc_trial_kind kind;
    fsc_trial_person *person;   /* owned */
    fsc_trial_verdict *verdict; /* owned */
    int32_t n;
} group;

static void free_group(group *g) {
    fsc_free(g->person);
    fsc_free(g->verdict);
    g->person = NULL;
    g->verdict = NULL;
}

static fsc_status run_group(group *g, trials *t, const fsc_trial_kind *kind, int32_t n, fsc_error *err) {
    *g = (group){.kind = *kind, .n = n};
    g->person = fsc_alloc(n, sizeof *g->person);
    g->verdict = fsc_alloc(n, sizeof *g->verdict);
    fsc_status status = g->person && g->verdict ? FSC_OK : fsc_fail_nomem(err, "trying the forecast");
    for (int32_t i = 0; i < n && status == FSC_OK; i++) {
        status = fsc_trial_run(&g->person[i], &g->verdict[i], &t->bench, kind, i, err);
        if (status == FSC_OK) status = fsc_progress_step(t->opt->progress, "assess", (i + 1.0) / n, err);
    }
    if (status != FSC_OK) free_group(g);
    return status;
}

/* Calls among a group: sites, people with any, levels other than the injured one, injured levels. */
typedef struct calls {
    double site, site_called, person, person_called, level, found, other, other_called, spread;
} calls;

static calls count_calls(const group *g) {
    calls c = {0};
    for (int32_t i = 0; i < g->n; i++) {
        const fsc_trial_person *p = &g->person[i];
        const fsc_trial_verdict *v = &g->verdict[i];
        int any = 0;
        for (int32_t l = 0; l < p->n_level; l++) {
            const int called = fsc_trial_level(v, l) > CALLED,
                      injured = fmax(p->excess[l][0][0], p->excess[l][0][1]) >= DEPARTS;
            any |= called;
            c.level += injured;
            c.found += injured && called;
            c.other += !injured;
            c.other_called += !injured && called;
            for (int k = 0; k < FSC_LAYERS; k++)
                for (int s = 0; s < 2; s++) {
                    if (isnan(v->measured[l][k][s])) continue;
                    c.site += 1;
                    c.site_called += fsc_trial_site(v, l, k, s) > CALLED;
                }
        }
        c.person += 1;
        c.person_called += any;
        c.spread += v->spread / g->n;
    }
    return c;
}

static fsc_status table_healthy(trials *t, fsc_error *err) {
    for (int r = 0; r < 2; r++)
        for (int wide = 1; wide <= 2; wide++) {
            double site = 0, called = 0, person = 0, person_called = 0;
            for (int e = 0; e < 3; e++) {
                const fsc_trial_kind kind = {(fsc_trial_region)r, FSC_TRIAL_HEALTHY, (fsc_trial_exam)e, 0, wide, -1};
                group g;
                char name[96];
                name_kind(name, sizeof name, &kind);
                if (!is_wanted(t, name)) continue;
                const int32_t n = (t->opt->n_person + (r == 0 ? 2 : 5)) / (r == 0 ? 3 : 6);
                FSC_TRY(run_group(&g, t, &kind, n, err));
                const calls c = count_calls(&g);
                say(t, "%-62s %3.0f people: sites called %4.1f %%, people with any %5.1f %%; spread inferred %.2f",
                    name, c.person, 100 * c.site_called / c.site, 100 * c.person_called / c.person, c.spread);
                site += c.site, called += c.site_called, person += c.person, person_called += c.person_called;
                free_group(&g);
            }
            if (person > 0)
                say(t, "all %s, spread x%d: %.0f people, sites called %.1f %%, people with any %.1f %%",
                    r ? "necks" : "backs", wide, person, 100 * called / site, 100 * person_called / person);
        }
    return FSC_OK;
}

/* Scores of deep sites, with whose they are. */
typedef struct scored {
    double score[FSC_RULE_N];
    int32_t person, injured;
} scored;

static int32_t add_scores(scored *out, const group *g, int32_t first_person) {
    int32_t n = 0;
    for (int32_t i = 0; i < g->n; i++)
        for (int32_t l = 0; l < g->person[i].n_level; l++)
            for (int s = 0; s < 2; s++) {
                scored *one = &out[n++];
                one->person = first_person + i;
                one->injured = g->person[i].excess[l][0][s] >= DEPARTS;
                for (int r = 0; r < FSC_RULE_N; r++)
                    one->score[r] = fsc_trial_score(&g->verdict[i], (fsc_trial_rule)r, g->person[i].n_level, l, s);
            }
    return n;
}

/* Area under the ROC curve with people counted `weight` times. */
static double area(const scored *s, int32_t n, int rule, const double *weight) {
    double above = 0, pairs = 0;
    for (int32_t i = 0; i < n; i++) {
        if (!s[i].injured || weight[s[i].person] == 0) continue;
        for (int32_t j = 0; j < n; j++) {
            const double w = s[j].injured ? 0 : weight[s[i].person] * weight[s[j].person];
            pairs += w;
            above += w * ((s[i].score[rule] > s[j].score[rule]) + 0.5 * (s[i].score[rule] == s[j].score[rule]));
        }
    }
    return pairs > 0 ? above / pairs : (double)NAN;
}

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The stage's area against the best simple rule's, with the paired 95 % interval of the difference over people. */
static void say_areas(const trials *t, const char *name, const scored *s, int32_t n, int32_t n_person, double *weight) {
    enum { RESAMPLES = 100 };
    double full[FSC_RULE_N], difference[RESAMPLES];
    int best = 1, used = 0;
    for (int32_t i = 0; i < n_person; i++) weight[i] = 1;
    for (int r = 0; r < FSC_RULE_N; r++) full[r] = area(s, n, r, weight);
    for (int r = 2; r < FSC_RULE_N; r++) best = full[r] > full[best] ? r : best;
    for (int k = 0; k < RESAMPLES; k++) {
        memset(weight, 0, (size_t)n_person * sizeof *weight);
        for (int32_t i = 0; i < n_person; i++)
            weight[(int32_t)(fsc_random_uniform(t->opt->seed, 77 + (uint64_t)k, (uint64_t)i) * n_person)] += 1;
        const double d = area(s, n, FSC_RULE_STAGE, weight) - area(s, n, best, weight);
        if (isfinite(d)) difference[used++] = d;
    }
    qsort(difference, (size_t)used, sizeof *difference, compare_double);
    if (used < 20) return;
    say(t, "%-62s AUC departs %.3f, fat %.3f, left-right %.3f, level line %.3f; less the best %+.3f (%+.3f to %+.3f)",
        name, full[0], full[1], full[2], full[3], full[0] - full[best], difference[(int)(0.025 * used)],
        difference[(int)(0.975 * used)]);
}

/* The injured beside healthy people who say the same. */
static fsc_status compare_rules(trials *t, const group *injured, fsc_error *err) {
    fsc_trial_kind kind = injured->kind;
    kind.injury = FSC_TRIAL_HEALTHY;
    kind.points = 0;
    group healthy;
    FSC_TRY(run_group(&healthy, t, &kind, injured->n, err));
    const int32_t n_person = 2 * injured->n;
    FSC_AUTO_BLOCK scored *s = fsc_alloc((int64_t)n_person * 2 * FSC_TRIAL_LEVELS, sizeof *s);
    FSC_AUTO_BLOCK double *weight = fsc_alloc(n_person, sizeof *weight);
    fsc_status status = s && weight ? FSC_OK : fsc_fail_nomem(err, "comparing rules");
    if (status == FSC_OK) {
        char name[96];
        int32_t n = add_scores(s, injured, 0);
        n += add_scores(s + n, &healthy, injured->n);
        name_kind(name, sizeof name, &injured->kind);
        say_areas(t, name, s, n, n_person, weight);
    }
    free_group(&healthy);
    return status;
}

static const fsc_trial_kind injuries[] = {
    {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_COMPLAINS, 12, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_SAYS_NOTHING, 12, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_COMPLAINS, 12, 2, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_COMPLAINS, 8, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_SAYS_NOTHING, 8, 1, -1},
    {FSC_TRIAL_NECK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_COMPLAINS, 12, 1, -1},
    {FSC_TRIAL_NECK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_COMPLAINS, 8, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_TWO_SIDED, FSC_TRIAL_COMPLAINS, 12, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_WHOLE, FSC_TRIAL_COMPLAINS, 8, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_DIFFUSE, FSC_TRIAL_COMPLAINS, 5, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_CYCLE_A, FSC_TRIAL_COMPLAINS, 0, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_CYCLE_B, FSC_TRIAL_COMPLAINS, 0, 1, -1},
    {FSC_TRIAL_BACK, FSC_TRIAL_THIRD_WORLD, FSC_TRIAL_COMPLAINS, 10, 1, -1},
};
enum { N_INJURY = sizeof injuries / sizeof *injuries };

static fsc_status table_injured(trials *t, fsc_error *err) {
    for (int k = 0; k < N_INJURY; k++) {
        group g;
        char name[96];
        name_kind(name, sizeof name, &injuries[k]);
        if (!is_wanted(t, name)) continue;
        FSC_TRY(run_group(&g, t, &injuries[k], t->opt->n_person, err));
        const calls c = count_calls(&g);
        say(t, "%-62s injured levels found %5.1f %% of %.0f; other levels called %4.1f %% of %.0f", name,
            100 * c.found / fmax(c.level, 1), c.level, 100 * c.other_called / fmax(c.other, 1), c.other);
        const fsc_status status = compare_rules(t, &g, err);
        free_group(&g);
        FSC_TRY(status);
    }
    return FSC_OK;
}

enum { BINS = 6 };
static const double bin_edge[BINS] = {0.1, 0.3, 0.5, 0.7, 0.9, 1.01};
typedef struct bins {
    double n[BINS], said[BINS], truly[BINS];
} bins;

static void add_bins(bins *b, const group *g) {
    for (int32_t i = 0; i < g->n; i++)
        for (int32_t l = 0; l < g->person[i].n_level; l++) {
            double most = 0;
            for (int s = 0; s < 2; s++) most = fmax(most, g->person[i].excess[l][0][s]);
            const double p = 0.5 * (g->verdict[i].level[0][l] + g->verdict[i].level[1][l]);
            int k = 0;
            while (p > bin_edge[k]) k++;
            b->n[k] += 1;
            b->said[k] += p;
            b->truly[k] += most >= DEPARTS;
        }
}

/* Injured people as the prior has them among those who complain, or say nothing: nine in ten and two in ten are
 * injured. */
static fsc_status table_calibrated(trials *t, fsc_error *err) {
    static const fsc_trial_injury mix[] = {FSC_TRIAL_ONE_SIDED, FSC_TRIAL_TWO_SIDED, FSC_TRIAL_CYCLE_A,
                                           FSC_TRIAL_CYCLE_B};
    for (int e = 0; e < 2; e++) {
        const fsc_trial_exam exam = e ? FSC_TRIAL_COMPLAINS : FSC_TRIAL_SAYS_NOTHING;
        bins b = {0};
        const int32_t share = e ? 90 : 20;
        for (int k = -1; k < 4; k++) {
            const fsc_trial_kind kind = {
                FSC_TRIAL_BACK, k < 0 ? FSC_TRIAL_HEALTHY : mix[k], exam, k == 0 ? 8.0 : k == 1 ? 10.0 : 0.0, 1, -1};
            const int32_t n = k < 0 ? t->opt->n_person * (100 - share) / 100 : t->opt->n_person * share / 400;
            group g;
            FSC_TRY(run_group(&g, t, &kind, n > 0 ? n : 1, err));
            add_bins(&b, &g);
            free_group(&g);
        }
        for (int k = 0; k < BINS; k++)
            if (b.n[k] > 0)
                say(t, "%s: departs said to %.1f: %4.0f levels, said %.2f, truly %.2f", fsc_trial_exam_text(exam),
                    fmin(bin_edge[k], 1), b.n[k], b.said[k] / b.n[k], b.truly[k] / b.n[k]);
    }
    return FSC_OK;
}

/* Winkler's score of a 90 % interval, in points. */
static double interval_score(double low, double high, double truth) {
    return 100 * (high - low + 20 * (fmax(low - truth, 0) + fmax(truth - high, 0)));
}

typedef struct ahead_sum {
    double n, in, score, width, rival_in, rival_score, error, rival_error;
} ahead_sum;

/* Against the measured value and ageing, plus and minus 1.6 points. */
static void add_ahead(ahead_sum *sum, const fsc_trial_person *p, const fsc_trial_verdict *v, int story, int t) {
    static const double rate[FSC_LAYERS] = {0.00175, 0.001, 0.001, 0.0004}, years[FSC_TRIAL_AHEAD] = {0.25, 0.5, 1};
    for (int32_t l = 0; l < p->n_level; l++)
        for (int k = 0; k < FSC_LAYERS; k++)
            for (int s = 0; s < 2; s++) {
                if (isnan(v->measured[l][k][s])) continue;
                const fsc_band b = v->ahead[story][t][l][k][s];
                const double truth = p->then[t][l][k][s], same = v->measured[l][k][s] + rate[k] * years[t];
                sum->n += 1;
                sum->in += truth >= b.p05 && truth <= b.p95;
                sum->score += interval_score(b.p05, b.p95, truth);
                sum->width += 100 * (b.p95 - b.p05);
                sum->error += 1e4 * (b.p50 - truth) * (b.p50 - truth);
                sum->rival_in += fabs(truth - same) <= 0.016;
                sum->rival_score += interval_score(same - 0.016, same + 0.016, truth);
                sum->rival_error += 1e4 * (same - truth) * (same - truth);
            }
}

static void say_ahead(const trials *t, const char *name, const group *g, int story, int h) {
    static const int months[FSC_TRIAL_AHEAD] = {3, 6, 12};
    ahead_sum all = {0}, some = {0};
    for (int32_t i = 0; i < g->n; i++) {
        add_ahead(&all, &g->person[i], &g->verdict[i], story, h);
        if (!g->verdict[i].nothing_departs) add_ahead(&some, &g->person[i], &g->verdict[i], story, h);
    }
    say(t,
        "%-50s %2d months, story %c: 90 %% band holds %.3f, width %4.1f, interval score %5.2f, RMSE %.2f "
        "(as measured + ageing +-1.6: %.3f, %5.2f, %.2f)",
        name, months[h], 'A' + story, all.in / all.n, all.width / all.n, all.score / all.n, sqrt(all.error / all.n),
        all.rival_in / all.n, all.rival_score / all.n, sqrt(all.rival_error / all.n));
    if (some.n > 0 && some.n < all.n)
        say(t, "%-50s    of these, where something departs (%.0f %% of sites): %.3f, %5.2f (%.3f, %5.2f)", "",
            100 * some.n / all.n, some.in / some.n, some.score / some.n, some.rival_in / some.n,
            some.rival_score / some.n);
}

static fsc_status table_ahead(trials *t, fsc_error *err) {
    static const fsc_trial_kind kinds[] = {{FSC_TRIAL_BACK, FSC_TRIAL_HEALTHY, FSC_TRIAL_SAYS_NOTHING, 0, 1, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_HEALTHY, FSC_TRIAL_COMPLAINS, 0, 1, -1},
                                           {FSC_TRIAL_NECK, FSC_TRIAL_HEALTHY, FSC_TRIAL_COMPLAINS, 0, 1, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_COMPLAINS, 12, 1, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_CYCLE_A, FSC_TRIAL_COMPLAINS, 0, 1, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_CYCLE_B, FSC_TRIAL_COMPLAINS, 0, 1, -1},
                                           {FSC_TRIAL_NECK, FSC_TRIAL_CYCLE_A, FSC_TRIAL_COMPLAINS, 0, 1, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_THIRD_WORLD, FSC_TRIAL_COMPLAINS, 10, 1, -1}};
    t->bench.wants_ahead = 1;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        group g;
        char name[96];
        name_kind(name, sizeof name, &kinds[k]);
        if (!is_wanted(t, name)) continue;
        FSC_TRY(run_group(&g, t, &kinds[k], (t->opt->n_person + 1) / 2, err));
        for (int h = 0; h < FSC_TRIAL_AHEAD; h++)
            for (int story = 0; story < FSC_CYCLE_N_STORY; story++) say_ahead(t, name, &g, story, h);
        free_group(&g);
    }
    return FSC_OK;
}

static fsc_status table_limits(trials *t, fsc_error *err) {
    static const double points[] = {4, 6, 8, 12, 16};
    for (int two = 0; two < 2; two++)
        for (int e = 0; e < 3; e += 2)
            for (int32_t level = 0; level < 5; level += 2) {
                char line[200] = "", name[96];
                fsc_format(name, sizeof name, "L%d %s, %s", (int)level + 1, two ? "both sides" : "one side",
                           fsc_trial_exam_text((fsc_trial_exam)e));
                if (!is_wanted(t, name)) continue;
                for (int k = 0; k < 5; k++) {
                    const fsc_trial_kind kind = {FSC_TRIAL_BACK,
                                                 two ? FSC_TRIAL_TWO_SIDED : FSC_TRIAL_ONE_SIDED,
                                                 (fsc_trial_exam)e,
                                                 points[k],
                                                 1,
                                                 level};
                    group g;
                    FSC_TRY(run_group(&g, t, &kind, (t->opt->n_person + 4) / 5, err));
                    const calls c = count_calls(&g);
                    const size_t used = strlen(line);
                    fsc_format(line + used, sizeof line - used, "  +%g: %3.0f %%", points[k], 100 * c.found / c.level);
                    free_group(&g);
                }
                say(t, "%s: found%s", name, line);
            }
    return FSC_OK;
}

/* False calls and detection with the numbers as they stand now. */
static fsc_status say_doubled(trials *t, const char *name, fsc_error *err) {
    static const fsc_trial_kind kinds[] = {{FSC_TRIAL_BACK, FSC_TRIAL_HEALTHY, FSC_TRIAL_COMPLAINS, 0, 1, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_HEALTHY, FSC_TRIAL_COMPLAINS, 0, 2, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_COMPLAINS, 12, 1, -1},
                                           {FSC_TRIAL_BACK, FSC_TRIAL_ONE_SIDED, FSC_TRIAL_SAYS_NOTHING, 8, 1, -1}};
    calls c[4];
    for (int k = 0; k < 4; k++) {
        group g;
        FSC_TRY(run_group(&g, t, &kinds[k], (t->opt->n_person + 2) / 3, err));
        c[k] = count_calls(&g);
        free_group(&g);
    }
    say(t,
        "%-26s healthy people called %5.1f %%, spread doubled %5.1f %%; +12 found %5.1f %%, +8 without exam %5.1f %%; "
        "other levels %4.1f %%",
        name, 100 * c[0].person_called / c[0].person, 100 * c[1].person_called / c[1].person,
        100 * c[2].found / c[2].level, 100 * c[3].found / c[3].level,
        100 * (c[2].other_called + c[3].other_called) / (c[2].other + c[3].other));
    return FSC_OK;
}

static int ends_with(const char *name, const char *ending) {
    const size_t n = strlen(name), m = strlen(ending);
    return n >= m && strcmp(name + n - m, ending) == 0;
}

/* Twice a number: probabilities as odds; shares stay below one. */
static double doubled(const char *name, double value) {
    static const char *const share[] = {"_share", "_chance",    "_floor",    "_two_sided",
                                        "_outer", "_elsewhere", "_dose_most"};
    int is_share = 0;
    for (size_t k = 0; k < sizeof share / sizeof *share; k++) is_share |= ends_with(name, share[k]);
    if (strncmp(name, "injured_if", 10) == 0) return 2 * value / (1 + value);
    return is_share ? fmin(2 * value, 0.9) : 2 * value;
}

static fsc_status table_doubled(trials *t, fsc_error *err) {
    if (is_wanted(t, "as assumed")) FSC_TRY(say_doubled(t, "as assumed", err));
    for (int32_t row = 0; row < FSC_ASSUMED_N; row++) {
        double *at = fsc_assumed_at(&t->bench.assumed, row);
        const double held = *at;
        const char *name = fsc_assumed_name(row);
        const int drawn = strncmp(name, "library_", 8) == 0; /* the virtual people are others then */
        if (!is_wanted(t, name)) continue;
        *at = doubled(name, held);
        if (drawn) fsc_trial_close_libraries(&t->bench);
        const fsc_status status = say_doubled(t, name, err);
        *at = held;
        if (drawn) fsc_trial_close_libraries(&t->bench);
        FSC_TRY(status);
    }
    return FSC_OK;
}

fsc_status fsc_forecast_assess(fsc_assess_table table, const fsc_assess_options *opt, fsc_error *err) {
    static fsc_status (*const run[FSC_ASSESS_N])(trials *, fsc_error *) = {
        table_healthy, table_injured, table_calibrated, table_ahead, table_limits, table_doubled};
    if (opt->n_person < 4 || opt->n_member < 64 || table < 0 || table >= FSC_ASSESS_N)
        return fsc_fail(err, FSC_E_RANGE, "4 people of a kind or more and 64 virtual people or more are needed");
    FSC_AUTO_BLOCK trials *t = fsc_alloc(1, sizeof *t);
    if (!t) return fsc_fail_nomem(err, "trying the forecast");
    t->opt = opt;
    t->table = table;
    fsc_status status = fsc_trial_open(&t->bench, opt, err);
    if (status == FSC_OK) status = run[table](t, err);
    fsc_trial_close(&t->bench);
    return status;
}
