/* Everything in the plan, each line with what it stands on. */
#include "plan_lists.h"

#include <math.h>
#include <string.h>

/* A labelled line of a description list; nothing when there is no text. */
static void line(fsc_text *out, const char *label, const char *text) {
    if (!text[0]) return;
    fsc_text_printf(out, "<div><dt>%s</dt><dd>", label);
    fsc_text_add_html(out, text);
    fsc_text_add(out, "</dd></div>\n");
}

static void stands_on(fsc_text *out, const char *rule, const char *grade, const char *rows) {
    fsc_text_add(out, "<div><dt>Stands on</dt><dd>");
    fsc_text_add_html(out, rule);
    fsc_text_add(out, "; ");
    fsc_text_add_html(out, grade);
    fsc_text_add(out, "; ");
    fsc_text_add_html(out, rows);
    fsc_text_add(out, "</dd></div>\n</dl>\n");
}

static void heading(fsc_text *out, const char *text, int contested) {
    fsc_text_add(out, "<h4>");
    fsc_text_add_html(out, text);
    fsc_text_add(out, contested ? " (contested)</h4>\n<dl>\n" : "</h4>\n<dl>\n");
}

static void add_steps(fsc_text *out, const fsc_plan *plan) {
    if (plan->n_step) fsc_text_add(out, "<h3>Steps</h3>\n");
    for (int32_t s = 0; s < plan->n_step; s++) {
        const fsc_plan_step *step = &plan->step[s];
        heading(out, step->what, step->contested);
        line(out, "Where", step->where);
        line(out, "By whom", step->by_whom);
        line(out, "How strongly", step->intensity);
        line(out, "Dose", step->dose);
        line(out, "Waits for", step->waits_for);
        line(out, "Not yet", step->not_yet);
        line(out, "Measure", step->measure);
        line(out, "Step up", step->progress);
        line(out, "Step down", step->regress);
        line(out, "For", step->sides_for);
        line(out, "Against", step->sides_against);
        stands_on(out, step->rule, step->grade, step->rows);
    }
}

static void add_holds(fsc_text *out, const fsc_plan *plan) {
    if (plan->n_hold_back) fsc_text_add(out, "<h3>Held back</h3>\n");
    for (int32_t h = 0; h < plan->n_hold_back; h++) {
        const fsc_plan_hold *hold = &plan->hold_back[h];
        heading(out, hold->what, 0);
        line(out, "Why", hold->why);
        line(out, "By whom", hold->by_whom);
        line(out, "Kept out", hold->kept_out);
        stands_on(out, hold->rule, hold->grade, hold->rows);
    }
}

static void add_topics(fsc_text *out, const fsc_plan *plan) {
    if (plan->n_topic) fsc_text_add(out, "<h3>Options of specialists, as information only</h3>\n");
    for (int32_t t = 0; t < plan->n_topic; t++) {
        const fsc_plan_topic *topic = &plan->topic[t];
        heading(out, topic->title, topic->contested);
        line(out, "For", topic->sides_for);
        line(out, "Against", topic->sides_against);
        line(out, "Besides", topic->instead);
        line(out, "By whom", topic->by_whom);
        stands_on(out, topic->rule, topic->grade, topic->rows);
    }
}

static void add_exercises(fsc_text *out, const fsc_plan *plan) {
    if (!plan->n_home) return;
    fsc_text_add(out, "<h3>Home programme</h3>\n");
    for (int32_t e = 0; e < plan->n_home; e++) {
        const fsc_plan_exercise *exercise = &plan->home[e];
        heading(out, exercise->name, exercise->contested);
        line(out, "For", exercise->purpose);
        line(out, "Dose", exercise->dose);
        line(out, "How it may feel", exercise->feel);
        line(out, "Easier", exercise->easier);
        line(out, "Harder", exercise->harder);
        line(out, "Stop", exercise->stop_signs);
        line(out, "What it does not do", exercise->does_not);
        stands_on(out, exercise->rule, exercise->grade, exercise->rows);
    }
}

static void add_unknown(fsc_text *out, const fsc_plan *plan) {
    if (!plan->n_not_known) return;
    fsc_text_add(out, "<h3>What nobody knows</h3>\n<ul>\n");
    for (int32_t k = 0; k < plan->n_not_known; k++) {
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, plan->not_known[k].text);
        fsc_text_add(out, " <span class=\"source\">[");
        fsc_text_add_html(out, plan->not_known[k].rows);
        fsc_text_add(out, "]</span></li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

void fsc_plan_full_add(fsc_text *out, const fsc_plan *plan) {
    if (!plan || plan->state != FSC_PLAN_READY) return;
    fsc_text_add(out,
                 "<section class=\"plan-full\" aria-labelledby=\"plan-full-title\">\n<h2 id=\"plan-full-title\">The "
                 "plan, step by step</h2>\n");
    add_holds(out, plan);
    add_steps(out, plan);
    add_exercises(out, plan);
    add_topics(out, plan);
    add_unknown(out, plan);
    fsc_text_add(out, "</section>\n");
}
