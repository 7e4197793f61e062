#include "person_findings.h"

#include "format.h"
#include "who.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Findings of one kind that are told one by one; the rest is left to the clinic's page. */
#define TOLD_MAX 3
/* Muscles or places that one sentence names. */
#define NAMED_MAX 2

typedef struct place_words {
    char muscle[128], level[64];
} place_words;

/* "deep back muscle (multifidus)" and "level L5 on the left"; the medical name stands at the muscle's first mention. */
static place_words words_of(const fsc_statements *said, const fsc_place *place, int first, int with_side) {
    place_words w;
    const char *medical = fsc_statements_medical(said, place->muscle);
    const int named = first && medical[0] != 0;
    fsc_format(w.muscle, sizeof w.muscle, "%s%s%s%s", fsc_statements_muscle(said, place->muscle), named ? " (" : "",
               named ? medical : "", named ? ")" : "");
    const int known = strcmp(place->level, "n/a") != 0;
    const int sided = with_side && (place->side == FSC_SIDE_LEFT || place->side == FSC_SIDE_RIGHT);
    fsc_format(w.level, sizeof w.level, "%s%s%s%s", known ? "level " : "one place", known ? place->level : "",
               sided ? " on the " : "", sided ? fsc_words_side(place->side) : "");
    return w;
}

static int is_first_of_muscle(const fsc_findings *f, int32_t i) {
    for (int32_t k = 0; k < i; k++)
        if (f->item[k].muscle == f->item[i].muscle) return 0;
    return 1;
}

/* Round numbers as the pages print them. */
static void whole(char out[16], double value) {
    fsc_format(out, 16, "%.0f", value);
}

static void tell_change(fsc_text *out, const fsc_statements *said, const fsc_notable *f, const place_words *w) {
    char size[16], when[96] = "";
    whole(size, 100 * fabs(f->size_fraction));
    FSC_AUTO_TEXT fsc_text span = {0};
    if (isfinite(f->cell->site->change.from_days)) fsc_who_add_span(&span, fabs(f->cell->site->change.from_days));
    if (span.length) fsc_format(when, sizeof when, ", %s ago", span.data);
    if (span.failed) out->failed = 1;
    const fsc_filling filling[] = {{"when", when},      {"muscle", w->muscle},
                                   {"level", w->level}, {"way", f->size_fraction > 0 ? "up" : "down"},
                                   {"size", size},      {NULL, NULL}};
    fsc_statements_say(out, said, "p", "change", filling);
}

static void tell_over(fsc_text *out, const fsc_statements *said, const fsc_notable *f, const place_words *w) {
    char more[16];
    const double above = 100 - f->cell->site->norm.percentile;
    whole(more, above);
    const fsc_filling filling[] = {{"muscle", w->muscle}, {"level", w->level}, {"more", more}, {NULL, NULL}};
    const int one = strcmp(more, "1") == 0; /* "about 1 have" is no English */
    fsc_statements_say(out, said, "p", above < 1 ? "over_few" : one ? "over_one" : "over", filling);
}

static void tell_side(fsc_text *out, const fsc_statements *said, const fsc_notable *f, const place_words *w) {
    char high[16], low[16];
    whole(high, 100 * f->cell->row->pdff_mean_fraction);
    whole(low, 100 * f->other->row->pdff_mean_fraction);
    const fsc_filling filling[] = {{"muscle", w->muscle},
                                   {"level", w->level},
                                   {"higher", fsc_words_side(f->cell->row->place.side)},
                                   {"lower", fsc_words_side(f->other->row->place.side)},
                                   {"high", high},
                                   {"low", low},
                                   {NULL, NULL}};
    fsc_statements_say(out, said, "p", "side", filling);
}

/* The further side differences, by place: those of the first one's muscle, or the others. */
static void tell_more_sides(fsc_text *out, const fsc_statements *said, const fsc_findings *f, int32_t first,
                            int same_muscle) {
    FSC_AUTO_TEXT fsc_text places = {0};
    int n = 0;
    for (int32_t i = first + 1; i < f->n; i++) {
        const fsc_notable *more = &f->item[i];
        const int same = more->muscle == f->item[first].muscle &&
                         more->cell->row->place.side == f->item[first].cell->row->place.side;
        if (more->kind != FSC_NOTABLE_SIDE || same != same_muscle || n == (same_muscle ? NAMED_MAX : 1)) continue;
        const place_words w = words_of(said, &more->cell->row->place, is_first_of_muscle(f, i), 0);
        if (same)
            fsc_text_printf(&places, "%s%s", n ? " and " : "", w.level);
        else
            fsc_text_printf(&places, "%sthe %s, %s", n ? "; " : "", w.muscle, w.level);
        n++;
    }
    if (places.failed) out->failed = 1;
    const fsc_filling filling[] = {{"places", places.data}, {NULL, NULL}};
    if (n) fsc_statements_say(out, said, "p", same_muscle ? "side_more" : "side_also", filling);
}

static void tell_sides(fsc_text *out, const fsc_statements *said, const fsc_findings *f, int32_t first) {
    const place_words w = words_of(said, &f->item[first].cell->row->place, is_first_of_muscle(f, first), 0);
    tell_side(out, said, &f->item[first], &w);
    if (f->item[first].felt) fsc_statements_say(out, said, "p", "felt", NULL);
    tell_more_sides(out, said, f, first, 1);
    tell_more_sides(out, said, f, first, 0);
    fsc_statements_say(out, said, "p", "side_mean", NULL);
}

static void tell_findings(fsc_text *out, const fsc_statements *said, const fsc_findings *f) {
    int told[3] = {0};
    for (int32_t i = 0; i < f->n; i++) {
        const fsc_notable *finding = &f->item[i];
        if (told[finding->kind]++ >= (finding->kind == FSC_NOTABLE_SIDE ? 1 : TOLD_MAX)) continue;
        const place_words w = words_of(said, &finding->cell->row->place, is_first_of_muscle(f, i), 1);
        if (finding->kind == FSC_NOTABLE_SIDE) {
            tell_sides(out, said, f, i);
            continue;
        }
        if (finding->kind == FSC_NOTABLE_CHANGE)
            tell_change(out, said, finding, &w);
        else
            tell_over(out, said, finding, &w);
        if (finding->felt) fsc_statements_say(out, said, "p", "felt", NULL);
    }
    if (told[FSC_NOTABLE_OVER_P95]) fsc_statements_say(out, said, "p", "over_mean", NULL);
}

/* Whether some comparison fails for want of age or sex. */
static int is_unknown_person(const fsc_map *map) {
    for (int32_t s = 0; s < map->n_site; s++)
        if (map->site[s].row.kind == FSC_ROW_SITE &&
            (strcmp(map->site[s].norm.failed, "age") == 0 || strcmp(map->site[s].norm.failed, "sex") == 0))
            return 1;
    return 0;
}

/* "your deep back muscle and parts of your long back muscle"; past NAMED_MAX muscles, how many of how many. */
static void name_not_compared(fsc_text *out, const fsc_sheet *sheet, const fsc_statements *said, int left) {
    if (left == sheet->n_muscle && !sheet->n_placed) {
        fsc_text_add(out, "your muscles");
        return;
    }
    if (left > NAMED_MAX) {
        if (left == sheet->n_muscle)
            fsc_text_printf(out, "your %d muscles, or parts of them,", left);
        else
            fsc_text_printf(out, "all or part of %d of your %d muscles", left, (int)sheet->n_muscle);
        return;
    }
    for (int32_t m = 0, n = 0; m < sheet->n_muscle; m++) {
        const fsc_compared seen = fsc_findings_compared(sheet, m);
        if (seen.n_placed == seen.n_site) continue;
        n++;
        fsc_text_printf(out, "%s%syour %s",
                        n == 1      ? ""
                        : n == left ? " and "
                                    : ", ",
                        seen.n_placed ? "parts of " : "", fsc_statements_muscle(said, sheet->muscle[m].key));
    }
}

static void tell_not_compared(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    const fsc_sheet *sheet = &c->sheet;
    if (sheet->map && !sheet->n_placed && is_unknown_person(sheet->map)) {
        fsc_statements_say(out, said, "p", "not_compared_who", NULL);
        return;
    }
    int left = 0;
    for (int32_t m = 0; m < sheet->n_muscle; m++) {
        const fsc_compared seen = fsc_findings_compared(sheet, m);
        left += seen.n_placed < seen.n_site;
    }
    if (!left) return;
    FSC_AUTO_TEXT fsc_text names = {0};
    name_not_compared(&names, sheet, said, left);
    if (names.failed) out->failed = 1;
    const fsc_filling filling[] = {{"muscles", names.data ? names.data : ""}, {NULL, NULL}};
    fsc_statements_say(out, said, "p", "not_compared", filling);
}

void fsc_person_findings_add(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    const fsc_findings *f = &c->findings;
    if (f->n)
        tell_findings(out, said, f);
    else
        fsc_statements_say(out, said, "p", "quiet", NULL);
    if (f->n_placed && !f->n_of[FSC_NOTABLE_OVER_P95]) fsc_statements_say(out, said, "p", "quiet_compared", NULL);
    if (f->n_followed && !f->n_of[FSC_NOTABLE_CHANGE]) fsc_statements_say(out, said, "p", "no_change", NULL);
    tell_not_compared(out, c, said);
    if (f->n_left_out) fsc_statements_say(out, said, "p", "left_out", NULL);
}
