/* Sentences and cards: everything that a plan says, each with its grade and its rows. */
#include "fail.h"
#include "format.h"
#include "planner.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What a sentence is of. */
typedef struct about {
    const char *key, *part, *reader, *grade, *rows;
    int contested;
} about;

static fsc_status say(fsc_planning *p, const about *a, const char *fmt, ...) FSC_PRINTF(3, 4);
static fsc_status say(fsc_planning *p, const about *a, const char *fmt, ...) {
    fsc_plan_sentence *s = fsc_plan_grow(&p->plan->sentence, &p->plan->n_sentence, sizeof *s);
    if (!s) return fsc_fail_nomem(p->err, "writing a plan's sentences");
    fsc_copy_text(s->key, sizeof s->key, a->key);
    fsc_copy_text(s->part, sizeof s->part, a->part);
    fsc_copy_text(s->reader, sizeof s->reader, a->reader);
    fsc_copy_text(s->grade, sizeof s->grade, a->grade);
    fsc_copy_text(s->rows, sizeof s->rows, a->rows);
    s->contested = a->contested;
    va_list args;
    va_start(args, fmt);
    fsc_vformat(s->text, sizeof s->text, fmt, args);
    va_end(args);
    return FSC_OK;
}

static fsc_status add_card(fsc_planning *p, const char *indicator, const char *source, const char *reasons,
                           const char *detail, const char *summary) {
    fsc_plan_card *card = fsc_plan_grow(&p->plan->card, &p->plan->n_card, sizeof *card);
    if (!card) return fsc_fail_nomem(p->err, "writing a plan's cards");
    fsc_copy_text(card->indicator, sizeof card->indicator, indicator);
    fsc_format(card->source, sizeof card->source, "Fascicle, unsigned rules; rows %.120s", source);
    fsc_copy_text(card->override_reasons, sizeof card->override_reasons, reasons);
    fsc_copy_text(card->detail, sizeof card->detail, detail);
    const size_t most = sizeof card->summary;
    fsc_copy_text(card->summary, most, summary);
    if (strlen(summary) >= most) memcpy(card->summary + most - 4, "...", 4); /* under 140 letters, as the form asks */
    return FSC_OK;
}

static fsc_status say_alarms(fsc_planning *p, const char *part, const fsc_red_flag *flag, int32_t n) {
    const int stop = strcmp(part, "stop") == 0;
    for (int32_t i = 0; i < n; i++) {
        const fsc_red_flag *f = &flag[i];
        if (f->plain[0]) FSC_TRY(say(p, &(about){f->key, part, "person", f->grade, f->rows, 0}, "%s", f->plain));
        FSC_TRY(say(p, &(about){f->key, part, "clinic", f->grade, f->rows, 0}, "%s (%s). %s%s%s%s", f->finding,
                    f->urgency, f->action, f->suspected[0] ? " Possible: " : "", f->suspected,
                    f->suspected[0] ? "." : ""));
        if (stop || strcmp(f->effect, "note") != 0)
            FSC_TRY(add_card(p, stop ? "critical" : "warning", f->rows,
                             "examined and explained|answer was mistaken|already referred", f->action, f->finding));
    }
    return FSC_OK;
}

static fsc_status say_holds(fsc_planning *p) {
    for (int32_t i = 0; i < p->plan->n_hold_back; i++) {
        const fsc_plan_hold *h = &p->plan->hold_back[i];
        FSC_TRY(say(p, &(about){h->rule, "hold", "person", h->grade, h->rows, 0}, "%s", h->plain));
        FSC_TRY(say(p, &(about){h->rule, "hold", "clinic", h->grade, h->rows, 0}, "Held back: %s.%s%s%s", h->what,
                    h->kept_out[0] ? " Kept out: " : "", h->kept_out, h->kept_out[0] ? "." : ""));
        FSC_TRY(add_card(p, "warning", h->rows, "decided by a clinician|does not apply any more", h->what, h->what));
    }
    return FSC_OK;
}

static fsc_status say_regions(fsc_planning *p) {
    for (int32_t i = 0; i < p->plan->n_region; i++) {
        const fsc_plan_region *r = &p->plan->region[i];
        char why[720] = "";
        for (int k = 0; k < FSC_PLAN_WHY_COUNT && r->why[k][0]; k++) {
            const size_t used = strlen(why);
            fsc_format(why + used, sizeof why - used, "%s%s", k ? "; " : "", r->why[k]);
        }
        FSC_TRY(say(p, &(about){"region", "region", "clinic", "expert opinion", r->rows, 0}, "%s: %.560s. %s", r->where,
                    why, r->use));
    }
    return FSC_OK;
}

/* Whether a text says by itself that people disagree. */
static int says_so(const char *text) {
    return strstr(text, "isagree") || strstr(text, "do not agree") || strstr(text, "dispute") != NULL;
}

static fsc_status say_steps(fsc_planning *p) {
    for (int32_t i = 0; i < p->plan->n_step; i++) {
        const fsc_plan_step *s = &p->plan->step[i];
        const int contested = s->contested;
        FSC_TRY(say(p, &(about){s->rule, "step", "person", s->grade, s->rows, contested}, "%s%s", s->plain,
                    contested && !says_so(s->plain) ? " Guidelines or trials disagree on this." : ""));
        FSC_TRY(say(p, &(about){s->rule, "step", "clinic", s->grade, s->rows, contested}, "%s.%s%s%s By: %s.", s->what,
                    s->dose[0] ? " Dose: " : "", s->dose, s->dose[0] ? "." : "", s->by_whom));
        if (contested)
            FSC_TRY(say(p, &(about){s->rule, "step", "clinic", s->grade, s->rows, 1},
                        "Contested. For: %.400s. Against: %.400s.", s->sides_for, s->sides_against));
        if (s->layer <= 3)
            FSC_TRY(add_card(p, "info", s->rows, "the person prefers another way|not suitable", s->what, s->what));
    }
    return FSC_OK;
}

static fsc_status say_topics(fsc_planning *p) {
    for (int32_t i = 0; i < p->plan->n_topic; i++) {
        const fsc_plan_topic *t = &p->plan->topic[i];
        const about person = {t->rule, "topic", "person", t->grade, t->rows, t->contested};
        const about clinic = {t->rule, "topic", "clinic", t->grade, t->rows, t->contested};
        FSC_TRY(say(p, &person, "%s%s %s", t->plain,
                    t->contested && !says_so(t->plain) ? " Guidelines or trials disagree on this." : "", t->instead));
        FSC_TRY(say(p, &clinic, "%s: an option to discuss with: %s. Information, no recommendation.", t->title,
                    t->by_whom));
        if (t->contested)
            FSC_TRY(say(p, &clinic, "%s, contested. For: %.390s. Against: %.390s.", t->title, t->sides_for,
                        t->sides_against));
    }
    return FSC_OK;
}

static fsc_status say_home(fsc_planning *p) {
    for (int32_t i = 0; i < p->plan->n_home; i++) {
        const fsc_plan_exercise *e = &p->plan->home[i];
        FSC_TRY(say(p, &(about){e->id, "home", "person", e->grade, e->rows, e->contested}, "%s: %s %s%s%s", e->name,
                    e->purpose, e->how, e->does_not[0] ? " " : "", e->does_not));
    }
    return FSC_OK;
}

static fsc_status say_follow_up(fsc_planning *p) {
    const fsc_plan_follow_up *f = &p->plan->follow_up;
    if (!f->why[0]) return FSC_OK;
    FSC_TRY(say(p, &(about){"scan", "follow-up", "clinic", "moderate; the half year is expert opinion", f->rows, 0},
                "%s", f->why));
    for (int32_t i = 0; i < f->n_measure; i++)
        FSC_TRY(say(p,
                    &(about){"measure", "follow-up", "clinic", "published or as the row says", f->measure[i].rows, 0},
                    "%s: %s.", f->measure[i].name, f->measure[i].text));
    return FSC_OK;
}

static fsc_status say_lines(fsc_planning *p) {
    for (int32_t i = 0; i < p->rules->n_line; i++) {
        const fsc_line *line = &p->rules->line[i];
        if (!fsc_planning_holds(p, line->when)) continue;
        if (p->plan->state == FSC_PLAN_STOP && strcmp(line->part, "stop") != 0) continue;
        char text[900];
        fsc_plan_fill_in(text, sizeof text, line->text, p->opt);
        FSC_TRY(say(p, &(about){line->id, line->part, line->reader, line->grade, line->rows, 0}, "%s", text));
        if (strcmp(line->part, "not_known") != 0) continue;
        fsc_plan_unknown *unknown = fsc_plan_grow(&p->plan->not_known, &p->plan->n_not_known, sizeof *unknown);
        if (!unknown) return fsc_fail_nomem(p->err, "writing a plan's sentences");
        fsc_copy_text(unknown->text, sizeof unknown->text, text);
        fsc_copy_text(unknown->rows, sizeof unknown->rows, line->rows);
    }
    return FSC_OK;
}

fsc_status fsc_plan_speak(fsc_planning *p) {
    FSC_TRY(say_alarms(p, "stop", p->plan->stop, p->plan->n_stop));
    FSC_TRY(say_alarms(p, "refer", p->plan->refer, p->plan->n_refer));
    for (int32_t i = 0; i < p->plan->n_ask; i++)
        if (p->plan->ask[i].holds)
            FSC_TRY(say(p, &(about){p->plan->ask[i].key, "ask", "both", "expert opinion", p->plan->ask[i].rows, 0},
                        "%s", p->plan->ask[i].text));
    FSC_TRY(say_holds(p));
    FSC_TRY(say_regions(p));
    FSC_TRY(say_steps(p));
    FSC_TRY(say_topics(p));
    FSC_TRY(say_home(p));
    FSC_TRY(say_follow_up(p));
    return say_lines(p);
}
