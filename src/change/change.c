/* The room change: is a difference between two visits more than error? fsc_change_run below goes like this:
 *
 *   repeat.c   how well two scans can be compared at all: one scanner, another one, another protocol, another method;
 *              the evidence on repeatability is data/repeatability.tsv,
 *   change.c   for every site of both visits: the difference, what ageing alone explains, the error of both scans and
 * of the repeat, and a verdict that holds for all sites together, trend.c    the same question for three visits and
 * more: a straight line through each site.
 *
 * The verdict never says why something changed, and no change seen is not no change: the least change that could have
 * been seen is part of the answer. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "repeat.h"
#include "stats.h"
#include "text.h"
#include "words.h"

#include <fascicle/anatomy.h>
#include <fascicle/change.h>
#include <fascicle/day.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of people without any change, at most 5 % may get a "real" anywhere; the errors are estimates, so the tests aim
 * lower. */
static const double false_share = 0.04;
enum { NAMED_MAX = 5 };

static const fsc_row *partner(const fsc_map *map, const fsc_row *row) {
    const fsc_map_site *site = fsc_map_find(map, row->place.muscle, row->place.level, row->place.side);
    return site && site->row.kind == row->kind ? &site->row : NULL;
}

static void refuse(fsc_change *c, const char *reason) {
    c->real = -1;
    fsc_copy_text(c->reason, sizeof c->reason, reason);
}

/* Difference, ageing, net and error of one row; of: where the labels come from, now and before. The verdict comes when
 * the family's size is known. */
static void measure(fsc_change *c, const fsc_row *now, const fsc_row *before, const fsc_repeat *repeat, fsc_pair pair,
                    const fsc_label_source of[2]) {
    c->before_fraction = before->pdff_mean_fraction;
    c->difference_fraction = now->pdff_mean_fraction - before->pdff_mean_fraction;
    const double sd = repeat->sd_difference[pair];
    const double exchanged = fsc_pair_exchanged(repeat, now, of[0], before, of[1]);
    double variance = fsc_row_variance(now, before, exchanged) + fsc_row_variance(before, now, exchanged) + sd * sd +
                      fsc_pair_label_variance(repeat, now, of[0], before, of[1]);
    c->net_fraction = c->difference_fraction;
    fsc_copy_text(c->fact_ids, sizeof c->fact_ids, repeat->fact_ids[pair]);
    const fsc_ageing *ageing = fsc_repeat_ageing(repeat, now->place.muscle);
    if (ageing) {
        const double years = c->from_days / 365.25;
        c->ageing_fraction = ageing->rate_per_year * years;
        c->ageing_se_fraction = ageing->se_per_year * fabs(years);
        c->net_fraction -= c->ageing_fraction;
        variance += c->ageing_se_fraction * c->ageing_se_fraction;
        const size_t used = strlen(c->fact_ids);
        fsc_format(c->fact_ids + used, sizeof c->fact_ids - used, " %s", ageing->fact_id);
    }
    c->se_fraction = sqrt(variance);
    c->low_fraction = c->net_fraction - fsc_words_half90(c->se_fraction);
    c->high_fraction = c->net_fraction + fsc_words_half90(c->se_fraction);
}

static void clear(fsc_change *c, const fsc_map *before, double days) {
    memset(c, 0, sizeof *c);
    c->before_fraction = c->difference_fraction = c->net_fraction = c->se_fraction = (double)NAN;
    c->ageing_fraction = c->ageing_se_fraction = c->low_fraction = c->high_fraction = (double)NAN;
    c->least_real_fraction = c->p_adjusted = (double)NAN;
    c->from_days = days;
    c->real = -1;
    fsc_copy_text(c->from_session, sizeof c->from_session, before->acquisition.session);
}

static void judge(fsc_change *c, int32_t family, double floor) {
    const double z = fsc_normal_quantile(1 - false_share / (2 * family));
    c->least_real_fraction = fmax(floor, z * c->se_fraction);
    c->p_adjusted = fmin(1, family * 2 * fsc_normal_cdf(-fabs(c->net_fraction) / c->se_fraction));
    c->real = fabs(c->net_fraction) > c->least_real_fraction;
}

#define say(map, from, err, ...)                                                                                       \
    fsc_words_say(&(map)->sentence, &(map)->n_sentence, err, "change", from, 0, __VA_ARGS__)

static void drop_sentences(fsc_map *map) {
    int32_t kept = 0;
    for (int32_t i = 0; i < map->n_sentence; i++)
        if (strcmp(map->sentence[i].key, "change") != 0) map->sentence[kept++] = map->sentence[i];
    for (int32_t i = kept; i < map->n_sentence; i++) memset(&map->sentence[i], 0, sizeof *map->sentence);
    map->n_sentence = kept;
}

static fsc_status say_site(fsc_map *map, const fsc_map_site *site, fsc_error *err) {
    const fsc_change *c = &site->change;
    char name[96];
    fsc_words_site(name, sizeof name, &site->row.place);
    char ageing[64] = "no ageing rate is known for this muscle";
    if (!isnan(c->ageing_fraction))
        fsc_format(ageing, sizeof ageing, "%+.2f expected from age alone is subtracted", 100 * c->ageing_fraction);
    return say(
        map, c->fact_ids, err,
        "%s: %+.1f points of fat (90 %% interval %+.1f to %+.1f; %s). That is beyond the least real change here, %.1f "
        "points.",
        name, 100 * c->net_fraction, 100 * c->low_fraction, 100 * c->high_fraction, ageing,
        100 * c->least_real_fraction);
}

static int compare_numbers(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static fsc_status summarise(fsc_map *now, const fsc_map *before, int32_t family, const char *pair_words,
                            fsc_error *err) {
    FSC_AUTO_BLOCK double *least = fsc_alloc(family, sizeof *least);
    if (!least) return fsc_fail_nomem(err, "comparing visits");
    int32_t n = 0, real = 0, named = 0;
    for (int32_t i = 0; i < now->n_site; i++) {
        if (now->site[i].change.real < 0) continue;
        least[n++] = now->site[i].change.least_real_fraction;
        real += now->site[i].change.real;
    }
    if (n == 0)
        return say(now, "site.change", err, "No site can be compared with the visit %s: %s.", before->acquisition.date,
                   pair_words);
    qsort(least, (size_t)n, sizeof *least, compare_numbers);
    FSC_TRY(say(
        now, "site.change change_multiplicity", err,
        "Against the visit %s (%s): %d of %d sites changed beyond measurement error. Half of the sites could not show "
        "a change under %.1f points, so no change seen is not no change.",
        before->acquisition.date, pair_words, real, n, 100 * least[n / 2]));
    for (int32_t i = 0; i < now->n_site && named < NAMED_MAX; i++) {
        if (now->site[i].change.real != 1) continue;
        named++;
        FSC_TRY(say_site(now, &now->site[i], err));
    }
    return FSC_OK;
}

static fsc_status check_pair(double *days, const fsc_map *now, const fsc_map *before, fsc_error *err) {
    const char *a = now->acquisition.participant, *b = before->acquisition.participant;
    if (strcmp(a, b) != 0)
        return fsc_fail(err, FSC_E_ARG, "the visits are of two people (%s, %s); a change is between visits of one", a,
                        b);
    *days = fsc_days_of(now->acquisition.date) - fsc_days_of(before->acquisition.date);
    if (isnan(*days))
        return fsc_fail(err, FSC_E_ARG, "a visit of %s has no date; give it with --date when the map is made", a);
    return FSC_OK;
}

/* Whether a muscle's sites end with this one on its side. */
static int is_at_end(const fsc_map *map, const fsc_row *row) {
    int above = 0, below = 0;
    for (int32_t i = 0; i < map->n_site; i++) {
        const fsc_row *other = &map->site[i].row;
        if (other->kind != row->kind || other->place.side != row->place.side ||
            strcmp(other->place.muscle, row->place.muscle) != 0)
            continue;
        const double steps = fsc_level_order(other->place.level) - fsc_level_order(row->place.level);
        above |= steps < 0;
        below |= steps > 0;
    }
    return !above || !below;
}

/* Where carried labels end, bending had nothing to hold on to beyond, and another stretch of the muscle may be
 * measured: of drawn people without a change 8 in 20 had a 'real' one there. */
static const char *end_obstacle(const fsc_map *now, const fsc_map *before, const fsc_row *row) {
    const int carried = now->label_source == FSC_LABELS_CARRIED || before->label_source == FSC_LABELS_CARRIED;
    return carried && fsc_row_judged(row) && (is_at_end(now, row) || is_at_end(before, row))
               ? "carried labels end at this level: another stretch of the muscle may be measured"
               : "";
}

fsc_status fsc_change_run(fsc_map *now, const fsc_map *before, fsc_error *err) {
    double days = (double)NAN;
    fsc_repeat repeat;
    char words[160];
    FSC_TRY(check_pair(&days, now, before, err));
    FSC_TRY(fsc_repeat_read(&repeat, err));
    const fsc_pair pair = fsc_pair_of(words, sizeof words, &now->acquisition, &before->acquisition);
    const fsc_label_source of[2] = {now->label_source, before->label_source};
    int32_t family = 0;
    for (int32_t i = 0; i < now->n_site; i++) {
        fsc_map_site *site = &now->site[i];
        const fsc_row *then = partner(before, &site->row);
        clear(&site->change, before, days);
        const char *obstacle = !then ? "not measured at the other visit" : fsc_row_obstacle(&site->row, then);
        if (!*obstacle) obstacle = end_obstacle(now, before, &site->row);
        if (pair == FSC_PAIR_METHOD)
            refuse(&site->change, words);
        else if (*obstacle)
            refuse(&site->change, obstacle);
        else {
            measure(&site->change, &site->row, then, &repeat, pair, of);
            if (fsc_row_judged(&site->row))
                family++;
            else
                refuse(&site->change, "a pool of sites: its sites are judged one by one");
        }
    }
    for (int32_t i = 0; i < now->n_site; i++) {
        fsc_change *c = &now->site[i].change;
        if (isnan(c->se_fraction) || !fsc_row_judged(&now->site[i].row)) continue;
        judge(c, family, repeat.floor[pair]);
        if (pair != FSC_PAIR_SAME) fsc_copy_text(c->reason, sizeof c->reason, words);
    }
    fsc_format(now->change_multiplicity, sizeof now->change_multiplicity,
               "%d sites compared; each is held to 4 %%/%d, so fewer than 5 %% of people without change get any 'real'",
               family, family > 0 ? family : 1);
    drop_sentences(now);
    return summarise(now, before, family, words, err);
}
