#include "summary.h"

#include "prose.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WEAKER_NAMED 3

/* "Multifidus at L5" */
static void add_muscle_level(fsc_text *out, const fsc_place *place) {
    fsc_text_add_html(out, fsc_words_muscle(place->muscle));
    if (strcmp(place->level, "n/a") != 0) {
        fsc_text_add(out, " at ");
        fsc_text_add_html(out, place->level);
    }
}

static void add_site(fsc_text *out, const fsc_place *place) {
    add_muscle_level(out, place);
    if (place->side == FSC_SIDE_LEFT || place->side == FSC_SIDE_RIGHT)
        fsc_text_printf(out, " %s", fsc_words_side(place->side));
}

static void add_interval(fsc_text *out, double middle, double half90) {
    fsc_text_printf(out, " (90 %% interval %+.1f to %+.1f)", 100 * (middle - half90), 100 * (middle + half90));
}

static void add_group(fsc_text *out, const fsc_norm_place *norm) {
    fsc_text_add(out, "more fat than ");
    fsc_prose_percentile(out, norm->percentile);
    fsc_text_add(out, " % of a reference group (90 % interval ");
    fsc_prose_percentile(out, norm->percentile_low);
    fsc_text_add(out, " to ");
    fsc_prose_percentile(out, norm->percentile_high);
    fsc_text_add(out, "; ");
    fsc_text_add_html(out, norm->cohort);
    fsc_text_printf(out, ", n = %.0f)", norm->n);
}

static void add_finding(fsc_text *out, const fsc_notable *f) {
    const fsc_place *place = &f->cell->row->place;
    fsc_text_add(out, "<li><strong>");
    if (f->kind == FSC_NOTABLE_SIDE) {
        add_muscle_level(out, place);
        fsc_text_printf(out, ": %s more than %s</strong>, %.1f against %.1f %% fat, %+.1f points",
                        fsc_words_side(place->side), fsc_words_side(f->other->row->place.side),
                        100 * f->cell->row->pdff_mean_fraction, 100 * f->other->row->pdff_mean_fraction,
                        100 * f->size_fraction);
        add_interval(out, f->size_fraction, f->half90_fraction);
    } else if (f->kind == FSC_NOTABLE_OVER_P95) {
        add_site(out, place);
        fsc_text_printf(out, ": over the 95th percentile</strong>, %.1f %% fat, ",
                        100 * f->cell->row->pdff_mean_fraction);
        add_group(out, &f->cell->site->norm);
    } else {
        const fsc_change *change = &f->cell->site->change;
        add_site(out, place);
        fsc_text_printf(out, ": real change</strong>, %+.1f points", 100 * change->net_fraction);
        fsc_text_printf(out, " (90 %% interval %+.1f to %+.1f)", 100 * change->low_fraction,
                        100 * change->high_fraction);
        fsc_text_printf(out, ", from %.1f to %.1f %%", 100 * change->before_fraction,
                        100 * f->cell->row->pdff_mean_fraction);
    }
    if (f->felt) fsc_text_add(out, ". The examiner felt something there");
    fsc_text_add(out, ".</li>\n");
}

/* Pairs beyond their own error that make no finding. */
static void add_weaker_pairs(fsc_text *out, const fsc_findings *f) {
    if (!f->n_weaker) return;
    fsc_text_add(out, "<p class=\"hint\">Weaker, beyond its own error alone, as one pair in ten is by chance: ");
    for (int32_t i = 0; i < f->n_weaker && i < WEAKER_NAMED; i++) {
        const fsc_notable *weaker = &f->weaker[i];
        fsc_text_add(out, i ? "; " : "");
        add_muscle_level(out, &weaker->cell->row->place);
        fsc_text_printf(out, " %s more than %s, %+.1f points", fsc_words_side(weaker->cell->row->place.side),
                        fsc_words_side(weaker->other->row->place.side), 100 * weaker->size_fraction);
        add_interval(out, weaker->size_fraction, weaker->half90_fraction);
        if (weaker->felt) fsc_text_add(out, ", felt by the examiner");
    }
    fsc_text_add(out, ".</p>\n");
}

void fsc_summary_findings_add(fsc_text *out, const fsc_case *c, int32_t limit) {
    const fsc_findings *f = &c->findings;
    if (f->n) {
        fsc_text_add(out, "<ol class=\"findings\">\n");
        for (int32_t i = 0; i < f->n && i < limit; i++) add_finding(out, &f->item[i]);
        fsc_text_add(out, "</ol>\n");
    } else if (f->n_site == 0) {
        fsc_text_add(out,
                     "<p><strong>No site could be judged</strong>: each is too small, cut off or unclear. That is no "
                     "all-clear: see what was not compared.</p>\n");
    } else {
        fsc_text_printf(out,
                        "<p><strong>Nothing stands out</strong> among the %d sites that could be judged. That is no "
                        "all-clear: see what was not compared.</p>\n",
                        (int)f->n_site);
    }
    if (f->n > limit) fsc_text_printf(out, "<p>%d more on the research page.</p>\n", (int)(f->n - limit));
    add_weaker_pairs(out, f);
    if (f->n || f->n_weaker)
        fsc_text_add(out, "<p>A side difference or a high percentile is not by itself a sign of injury.</p>\n");
}

static void add_extremes(fsc_text *out, const fsc_case *c) {
    const fsc_findings *f = &c->findings;
    if (!f->most) return;
    fsc_text_add(out, "<p>Highest of the sites that could be judged: ");
    add_site(out, &f->most->row->place);
    fsc_text_printf(out, ", %.1f %%; lowest: ", 100 * f->most->row->pdff_mean_fraction);
    add_site(out, &f->least->row->place);
    fsc_text_printf(out, ", %.1f %%. Muscles and levels differ in everyone.", 100 * f->least->row->pdff_mean_fraction);
    if (f->n_left_out)
        fsc_text_printf(out,
                        " Not judged: %d site%s that run%s out of the picture, are small, noisy or perhaps "
                        "exchanged.",
                        (int)f->n_left_out, f->n_left_out == 1 ? "" : "s", f->n_left_out == 1 ? "s" : "");
    fsc_text_add(out, "</p>\n");
}

static void add_pairs(fsc_text *out, const fsc_case *c) {
    const fsc_findings *f = &c->findings;
    if (c->sheet.side_unknown) {
        fsc_text_add(out, "<p>The scan does not tell left from right: the sides were not compared.</p>\n");
    } else if (f->n_pair) {
        fsc_text_printf(out,
                        "<p>Sides: %d pair%s compared, %d beyond the error of all of them together and over %.0f "
                        "points.",
                        (int)f->n_pair, f->n_pair == 1 ? "" : "s", (int)f->n_of[FSC_NOTABLE_SIDE],
                        100 * f->side_floor_fraction);
        fsc_text_add(out, "</p>\n");
    }
}

/* What the record says of sites that share one error. */
static void add_joint(fsc_text *out, const fsc_map *map) {
    for (int32_t s = 0; s < map->n_sentence; s++) {
        if (strcmp(map->sentence[s].key, "norms-joint") != 0) continue;
        fsc_text_add(out, " ");
        fsc_text_add_html(out, map->sentence[s].text);
    }
}

static void add_compared(fsc_text *out, const fsc_case *c) {
    if (!c->sheet.map) {
        fsc_text_add(out, "<p><strong>Not compared with other people</strong>: there is no record.</p>\n");
        return;
    }
    FSC_AUTO_TEXT fsc_text missing = {0};
    fsc_findings_not_compared(&missing, &c->sheet);
    if (missing.failed) out->failed = 1;
    fsc_text_printf(out, "<p>Compared with other people: %d of %d sites", (int)c->sheet.n_placed, (int)c->sheet.n_site);
    if (c->findings.n_placed)
        fsc_text_printf(out,
                        "; %d of the %d that could be judged lie%s over the 95th percentile, where one in twenty "
                        "does by chance",
                        (int)c->findings.n_of[FSC_NOTABLE_OVER_P95], (int)c->findings.n_placed,
                        c->findings.n_of[FSC_NOTABLE_OVER_P95] == 1 ? "s" : "");
    fsc_text_add(out, ".");
    add_joint(out, c->sheet.map);
    if (missing.length) fsc_text_printf(out, " <strong>Not compared</strong>: %s.", missing.data);
    fsc_text_add(out, "</p>\n");
}

/* "multifidus+erector_spinae" as "multifidus and erector spinae". */
static void add_pool_name(fsc_text *out, const char *keys) {
    while (*keys) {
        char key[64];
        const size_t n = strcspn(keys, "+");
        fsc_copy_text(key, n + 1 < sizeof key ? n + 1 : sizeof key, keys);
        fsc_text_add_html(out, fsc_words_muscle(key));
        keys += n;
        if (*keys++ != '+') return;
        fsc_text_add(out, " and ");
    }
}

/* Groups whose levels are pooled: only what lies high is named, so that a healthy scan brings no list. */
static void add_pools(fsc_text *out, const fsc_map *map) {
    int n = 0, n_high = 0, starred = 0;
    FSC_AUTO_TEXT fsc_text high = {0};
    for (int32_t p = 0; map && p < map->n_pool; p++) {
        const fsc_map_pool *pool = &map->pool[p];
        const int other = !pool->norm.norm_id[0];
        const fsc_norm_place *norm = other ? &pool->other_method : &pool->norm;
        if (!norm->norm_id[0]) continue;
        n++;
        if (norm->percentile <= 95) continue;
        if (n_high++) fsc_text_add(&high, ", ");
        add_pool_name(&high, pool->muscle);
        fsc_text_printf(&high, " %s", pool->level_first);
        if (strcmp(pool->level_first, pool->level_last) != 0) fsc_text_printf(&high, "–%s", pool->level_last);
        fsc_text_add(&high, " more than ");
        fsc_prose_percentile(&high, norm->percentile);
        fsc_text_add(&high, other ? " %*" : " %");
        starred |= other;
    }
    if (high.failed) out->failed = 1;
    if (!n) return;
    fsc_text_printf(out, "<p class=\"hint\">As a hint only, levels pooled: %d comparison%s, ", n, n == 1 ? "" : "s");
    if (n_high)
        fsc_text_printf(out, "of them over the 95th percentile: %s%s", high.data,
                        starred ? " (*: measured by another method)" : "");
    else
        fsc_text_add(out, "none over the 95th percentile");
    fsc_text_add(out, "; see the details.</p>\n");
}

void fsc_summary_rest_add(fsc_text *out, const fsc_case *c) {
    add_compared(out, c);
    add_pools(out, c->sheet.map);
    add_pairs(out, c);
    add_extremes(out, c);
}

static void add_answer(fsc_text *out, const char **gap, fsc_answer answer, const char *word) {
    if (answer != FSC_ANSWER_YES) return;
    fsc_text_add(out, *gap);
    fsc_text_add(out, word);
    *gap = ", ";
}

void fsc_summary_felt_add(fsc_text *out, const fsc_case *c) {
    const fsc_map *map = c->sheet.map;
    if (!map || !map->exam || !map->exam->n_palpation) return;
    fsc_text_add(out, "<p>Felt by the examiner: ");
    for (int32_t p = 0; p < map->exam->n_palpation; p++) {
        const fsc_palpation *felt = &map->exam->palpation[p];
        if (p) fsc_text_add(out, "; ");
        add_site(out, &felt->place);
        const char *gap = ": ";
        add_answer(out, &gap, felt->taut_band, "taut band");
        add_answer(out, &gap, felt->tenderness, "tender");
        add_answer(out, &gap, felt->referred_pain, "referred pain");
        add_answer(out, &gap, felt->recognised, "the known pain");
        if (felt->trigger_point[0]) {
            fsc_text_add(out, ", trigger point by the Delphi criteria: ");
            fsc_text_add_html(out, felt->trigger_point);
        }
        if (!fsc_map_find(map, felt->place.muscle, felt->place.level, felt->place.side))
            fsc_text_add(out, " (not measured there)");
    }
    fsc_text_add(out, ".</p>\n");
}
