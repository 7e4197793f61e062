/* The rules of layers 1 to 6 in their order: a lower layer never overrides a higher one. */
#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "planner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Adds what another list has. */
typedef struct joined {
    char *to;
    size_t size;
} joined;
static fsc_status join_word(const char *word, void *context) {
    const joined *j = context;
    fsc_rows_add(j->to, j->size, word);
    return FSC_OK;
}
static void join(char *to, size_t size, const char *words) {
    joined j = {to, size};
    (void)fsc_words_each(words, join_word, &j);
}

static fsc_status add_hold(fsc_planning *p, const fsc_rule *rule) {
    fsc_plan_hold *hold = fsc_plan_grow(&p->plan->hold_back, &p->plan->n_hold_back, sizeof *hold);
    if (!hold) return fsc_fail_nomem(p->err, "making a plan");
    fsc_copy_text(hold->rule, sizeof hold->rule, rule->id);
    fsc_copy_text(hold->what, sizeof hold->what, rule->what);
    fsc_copy_text(hold->plain, sizeof hold->plain, rule->plain);
    fsc_copy_text(hold->by_whom, sizeof hold->by_whom, rule->who);
    fsc_copy_text(hold->withheld, sizeof hold->withheld, rule->withholds);
    fsc_copy_text(hold->grade, sizeof hold->grade, rule->grade);
    fsc_copy_text(hold->rows, sizeof hold->rows, rule->rows);
    fsc_plan_why(hold->why, sizeof hold->why, p, rule->when);
    hold->review_weeks = rule->review_week;
    join(p->withheld, sizeof p->withheld, rule->withholds);
    return FSC_OK;
}

/* Names a rule that fits and is held back, with each hold that keeps it out. */
static void keep_out(fsc_planning *p, const fsc_rule *rule) {
    for (int32_t i = 0; i < p->plan->n_hold_back; i++) {
        fsc_plan_hold *hold = &p->plan->hold_back[i];
        if (fsc_words_meet(hold->withheld, rule->tags)) fsc_rows_add(hold->kept_out, sizeof hold->kept_out, rule->id);
    }
}

/* "P40: Explain, stay active": the steps of this plan that come before. */
static void waits_for(char *out, size_t size, const fsc_planning *p, const fsc_rule *rule) {
    for (int32_t i = 0; i < p->plan->n_step; i++) {
        const fsc_plan_step *step = &p->plan->step[i];
        const size_t used = strlen(out);
        if (!fsc_words_meet(step->rule, rule->waits)) continue;
        fsc_format(out + used, size - used, "%s%.*s (%s)", used ? "; " : "", (int)strcspn(step->what, ",:;."),
                   step->what, step->rule);
    }
}

static const char *where_of(const fsc_planning *p, const char *region) {
    for (int32_t i = 0; i < p->plan->n_region; i++)
        if (strcmp(p->plan->region[i].region, region) == 0 && p->plan->region[i].exam_agrees)
            return p->plan->region[i].where;
    return "";
}

/* The grade as printed: evidence read only second-hand caps it. */
static void grade_of(char *out, size_t size, const char *grade, const char *rows) {
    int own = 0;
    char copy[160], *save = NULL;
    fsc_copy_text(copy, sizeof copy, rows);
    for (char *id = strtok_r(copy, " ", &save); id; id = strtok_r(NULL, " ", &save)) {
        fsc_plan_fact_row fact;
        own += fsc_plan_fact(&fact, id) && strcmp(fact.status, "verified") == 0;
    }
    fsc_format(out, size, "%s%s", grade, own ? "" : " (at most low: read second-hand or not read)");
}

static fsc_status add_step(fsc_planning *p, const fsc_rule *rule) {
    fsc_plan_step *step = fsc_plan_grow(&p->plan->step, &p->plan->n_step, sizeof *step);
    if (!step) return fsc_fail_nomem(p->err, "making a plan");
    const struct {
        char *to;
        size_t size;
        const char *from;
    } texts[] = {{step->rule, sizeof step->rule, rule->id},
                 {step->treatment, sizeof step->treatment, rule->treatment},
                 {step->what, sizeof step->what, rule->what},
                 {step->plain, sizeof step->plain, rule->plain},
                 {step->region, sizeof step->region, rule->region},
                 {step->where, sizeof step->where, where_of(p, rule->region)},
                 {step->by_whom, sizeof step->by_whom, rule->who},
                 {step->intensity, sizeof step->intensity, rule->intensity},
                 {step->dose, sizeof step->dose, rule->dose},
                 {step->measure, sizeof step->measure, rule->measure},
                 {step->progress, sizeof step->progress, rule->progress},
                 {step->regress, sizeof step->regress, rule->regress},
                 {step->not_yet, sizeof step->not_yet, rule->not_yet},
                 {step->rows, sizeof step->rows, rule->rows}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) fsc_copy_text(texts[i].to, texts[i].size, texts[i].from);
    step->layer = rule->layer;
    step->start_week = isnan(rule->start_week) ? 0 : rule->start_week;
    step->review_week = rule->review_week;
    step->contested =
        fsc_plan_sides(step->sides_for, sizeof step->sides_for, step->sides_against, sizeof step->sides_against,
                       step->rows, sizeof step->rows, rule->treatment, rule->region, rule->stage);
    grade_of(step->grade, sizeof step->grade, rule->grade, step->rows);
    waits_for(step->waits_for, sizeof step->waits_for, p, rule);
    return FSC_OK;
}

static fsc_status add_topic(fsc_planning *p, const fsc_rule *rule) {
    fsc_plan_topic *topic = fsc_plan_grow(&p->plan->topic, &p->plan->n_topic, sizeof *topic);
    if (!topic) return fsc_fail_nomem(p->err, "making a plan");
    fsc_copy_text(topic->rule, sizeof topic->rule, rule->id);
    fsc_copy_text(topic->treatment, sizeof topic->treatment, rule->treatment);
    fsc_copy_text(topic->title, sizeof topic->title, rule->what);
    fsc_copy_text(topic->plain, sizeof topic->plain, rule->plain);
    fsc_copy_text(topic->instead, sizeof topic->instead, rule->instead);
    fsc_copy_text(topic->by_whom, sizeof topic->by_whom, rule->who);
    fsc_copy_text(topic->rows, sizeof topic->rows, rule->rows);
    topic->contested =
        fsc_plan_sides(topic->sides_for, sizeof topic->sides_for, topic->sides_against, sizeof topic->sides_against,
                       topic->rows, sizeof topic->rows, rule->treatment, rule->region, rule->stage);
    grade_of(topic->grade, sizeof topic->grade, rule->grade, topic->rows);
    return FSC_OK;
}

fsc_status fsc_plan_layers(fsc_planning *p) {
    for (int32_t i = 0; i < p->rules->n_rule; i++) {
        const fsc_rule *rule = &p->rules->rule[i];
        if (!fsc_planning_holds(p, rule->when)) continue;
        if (fsc_words_meet(p->withheld, rule->tags)) {
            keep_out(p, rule);
            continue;
        }
        p->value[rule->fired].number = 1;
        if (strcmp(rule->kind, "hold") == 0)
            FSC_TRY(add_hold(p, rule));
        else if (strcmp(rule->kind, "step") == 0)
            FSC_TRY(add_step(p, rule));
        else
            FSC_TRY(add_topic(p, rule));
    }
    return FSC_OK;
}
