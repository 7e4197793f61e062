/* What the person and the examiner said: nothing is left out but what is nobody's to read on paper. */
#include "person_findings.h"

#include "format.h"
#include "who.h"
#include "words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void number_line(fsc_text *out, const fsc_statements *said, const char *key, const char *name, double value,
                        int *n) {
    if (!isfinite(value)) return;
    char text[32];
    fsc_format(text, sizeof text, "%.4g", value);
    const fsc_filling filling[] = {{name, text}, {NULL, NULL}};
    fsc_statements_say(out, said, "li", key, filling);
    ++*n;
}

/* How it began, in words that fit any page; violence is told to nobody. */
static const char *beginning(const char *mechanism) {
    static const char *const words[][2] = {{"whiplash", "a whiplash"},
                                           {"fall", "a fall"},
                                           {"sport", "sport"},
                                           {"lifting", "lifting"},
                                           {"repetition", "doing the same thing many times"},
                                           {"posture", "holding still for long"},
                                           {"childbirth", "giving birth"},
                                           {"surgery", "an operation"}};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strcmp(words[k][0], mechanism) == 0) return words[k][1];
    return "";
}

/* Whether the pain as a whole is that of one of its places. */
static int is_told_by_place(const fsc_exam *exam) {
    for (int32_t i = 0; i < exam->n_pain; i++)
        if (exam->pain[i].nrs_pain == exam->nrs_pain) return 1;
    return 0;
}

/* Each place that hurts: "Pain in the low back, on the left, for about 3 years, 5 of 10." */
static void tell_pains(fsc_text *out, const fsc_statements *said, const fsc_exam *exam, int *n) {
    for (int32_t i = 0; i < exam->n_pain; i++) {
        const fsc_pain *pain = &exam->pain[i];
        const int sided = pain->side == FSC_SIDE_LEFT || pain->side == FSC_SIDE_RIGHT;
        char side[32] = "", since[64] = "", size[32] = "";
        FSC_AUTO_TEXT fsc_text span = {0};
        if (isfinite(pain->onset_days) && pain->onset_days >= 1) fsc_who_add_span(&span, pain->onset_days);
        if (sided) fsc_format(side, sizeof side, ", on the %s", fsc_words_side(pain->side));
        if (span.length) fsc_format(since, sizeof since, ", for about %s", span.data);
        if (isfinite(pain->nrs_pain)) fsc_format(size, sizeof size, ", %.4g of 10", pain->nrs_pain);
        const int middle = strcmp(pain->region, "thoracic") == 0;
        const fsc_filling filling[] = {{"region", middle ? "mid back" : pain->region},
                                       {"side", side},
                                       {"since", since},
                                       {"size", size},
                                       {NULL, NULL}};
        fsc_statements_say(out, said, "li", "told_place", filling);
        if (span.failed) out->failed = 1;
        ++*n;
    }
}

static void tell_beginning(fsc_text *out, const fsc_statements *said, const fsc_exam *exam, int *n) {
    const char *with = beginning(exam->mechanism);
    FSC_AUTO_TEXT fsc_text span = {0};
    char how[64] = "";
    if (isfinite(exam->days_since_injury)) {
        fsc_who_add_span(&span, exam->days_since_injury);
        if (with[0]) fsc_format(how, sizeof how, ", with %s", with);
        const fsc_filling filling[] = {{"days", span.data ? span.data : ""}, {"how", how}, {NULL, NULL}};
        fsc_statements_say(out, said, "li", exam->days_since_injury < 0.5 ? "told_today" : "told_began", filling);
    } else if (with[0]) {
        const fsc_filling filling[] = {{"what", with}, {NULL, NULL}};
        fsc_statements_say(out, said, "li", "told_how", filling);
    } else {
        return;
    }
    if (span.failed) out->failed = 1;
    ++*n;
}

/* A line for each place; the same place twice is one. */
static void tell_felt(fsc_text *out, const fsc_statements *said, const fsc_exam *exam, int *n) {
    for (int32_t p = 0; p < exam->n_palpation; p++) {
        const fsc_palpation *felt = &exam->palpation[p];
        const int anything = felt->taut_band == FSC_ANSWER_YES || felt->tenderness == FSC_ANSWER_YES ||
                             felt->referred_pain == FSC_ANSWER_YES;
        if (!anything || fsc_place_find(&exam->palpation->place, sizeof *felt, p, &felt->place) >= 0) continue;
        const int sided = felt->place.side == FSC_SIDE_LEFT || felt->place.side == FSC_SIDE_RIGHT;
        char place[160];
        fsc_format(place, sizeof place, "the %s at level %s%s%s", fsc_statements_muscle(said, felt->place.muscle),
                   felt->place.level, sided ? " on the " : "", sided ? fsc_words_side(felt->place.side) : "");
        const fsc_filling filling[] = {{"place", place}, {NULL, NULL}};
        fsc_statements_say(out, said, "li", "told_felt", filling);
        ++*n;
    }
}

static void tell_flags(fsc_text *out, const fsc_statements *said, const fsc_exam *exam) {
    char asked[16], known[16];
    fsc_format(asked, sizeof asked, "%d", (int)exam->n_now_answered);
    fsc_format(known, sizeof known, "%d", (int)exam->n_now_compulsory);
    const fsc_filling filling[] = {{"n", asked}, {"all", known}, {NULL, NULL}};
    fsc_statements_say(out, said, "p", exam->n_now_answered ? "told_flags" : "told_no_flags", filling);
}

void fsc_person_told_add(fsc_text *out, const fsc_case *c, const fsc_statements *said) {
    const fsc_exam *exam = c->sheet.map ? c->sheet.map->exam : NULL;
    if (!exam) {
        fsc_statements_say(out, said, "p", "told_nothing", NULL);
        return;
    }
    int n = 0;
    FSC_AUTO_TEXT fsc_text list = {0};
    if (!is_told_by_place(exam)) number_line(&list, said, "told_pain", "pain", exam->nrs_pain, &n);
    tell_pains(&list, said, exam, &n);
    tell_beginning(&list, said, exam, &n);
    number_line(&list, said, "told_neck", "n", exam->prior_neck_episodes, &n);
    number_line(&list, said, "told_back", "n", exam->prior_back_episodes, &n);
    number_line(&list, said, "told_ndi", "n", exam->ndi_percent, &n);
    number_line(&list, said, "told_odi", "n", exam->odi_percent, &n);
    number_line(&list, said, "told_sleep", "n", exam->sleep_hours, &n);
    number_line(&list, said, "told_stress", "n", exam->stress_0_10, &n);
    number_line(&list, said, "told_active", "n", exam->activity_hours_week, &n);
    tell_felt(&list, said, exam, &n);
    if (list.failed) out->failed = 1;
    if (n)
        fsc_text_printf(out, "<ul class=\"told\">\n%s</ul>\n", list.data ? list.data : "");
    else
        fsc_statements_say(out, said, "p", "told_nothing", NULL);
    tell_flags(out, said, exam);
}
