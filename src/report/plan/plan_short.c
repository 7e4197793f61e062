/* The plan's short form: one look, no scrolling. */
#include "plan_lists.h"

#include <math.h>
#include <string.h>

#define STEPS_SHORT 4
#define HOLDS_SHORT 4
#define REGIONS_SHORT 3

static void add_rows(fsc_text *out, const char *grade, const char *rows) {
    fsc_text_add(out, " <span class=\"source\">[");
    fsc_text_add_html(out, grade);
    fsc_text_add(out, grade[0] && rows[0] ? "; " : "");
    fsc_text_add_html(out, rows);
    fsc_text_add(out, "]</span>");
}

void fsc_plan_refer_add(fsc_text *out, const fsc_plan *plan) {
    if (!plan || !plan->n_refer) return;
    fsc_text_add(out, "<ul class=\"refer\">\n");
    for (int32_t r = 0; r < plan->n_refer; r++) {
        const fsc_red_flag *alarm = &plan->refer[r];
        fsc_text_add(out, "<li><strong>");
        fsc_text_add_html(out, alarm->finding);
        fsc_text_add(out, "</strong> (");
        fsc_text_add_html(out, alarm->urgency);
        fsc_text_add(out, "): ");
        fsc_text_add_html(out, alarm->action);
        add_rows(out, alarm->grade, alarm->rows);
        fsc_text_add(out, "</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

static void add_questions(fsc_text *out, const fsc_plan *plan) {
    fsc_text_add(out, "<p><strong>No plan yet.</strong> These questions come first:</p>\n<ul>\n");
    for (int32_t q = 0; q < plan->n_ask; q++) {
        if (!plan->ask[q].holds) continue;
        fsc_text_add(out, "<li>");
        fsc_text_add_html(out, plan->ask[q].text);
        fsc_text_add(out, "</li>\n");
    }
    fsc_text_add(out, "</ul>\n");
}

static void add_regions(fsc_text *out, const fsc_plan *plan) {
    if (!plan->n_region) return;
    fsc_text_add(out, "<p><strong>Where.</strong> ");
    for (int32_t r = 0; r < plan->n_region && r < REGIONS_SHORT; r++) {
        const fsc_plan_region *region = &plan->region[r];
        fsc_text_add(out, r ? " " : "");
        fsc_text_add_html(out, region->where);
        fsc_text_add(out, region->exam_agrees && region->map_agrees ? " (exam and map agree)"
                          : region->exam_agrees                     ? " (exam alone)"
                                                                    : " (map alone: measure, no more)");
        for (int w = 0; w < FSC_PLAN_WHY_COUNT && region->why[w][0]; w++) {
            fsc_text_add(out, w ? ", " : ": ");
            fsc_text_add_html(out, region->why[w]);
        }
        fsc_text_add(out, ".");
    }
    fsc_text_add(out, "</p>\n");
}

static void add_holds(fsc_text *out, const fsc_plan *plan) {
    if (!plan->n_hold_back) return;
    fsc_text_add(out, "<p><strong>Held back.</strong> ");
    for (int32_t h = 0; h < plan->n_hold_back && h < HOLDS_SHORT; h++) {
        fsc_text_add(out, h ? " " : "");
        fsc_text_add_html(out, plan->hold_back[h].what);
        fsc_text_add(out, " (");
        fsc_text_add_html(out, plan->hold_back[h].why);
        fsc_text_add(out, ").");
    }
    fsc_text_add(out, "</p>\n");
}

static void add_weeks(fsc_text *out, double weeks) {
    fsc_text_add(out, "<td class=\"n\">");
    if (isfinite(weeks))
        fsc_text_printf(out, "%.0f", weeks);
    else
        fsc_text_add(out, "–");
    fsc_text_add(out, "</td>");
}

static void add_step(fsc_text *out, const fsc_plan_step *step) {
    fsc_text_add(out, "<tr><th scope=\"row\">");
    fsc_text_add_html(out, step->what);
    if (step->where[0]) {
        fsc_text_add(out, " <span class=\"pm\">");
        fsc_text_add_html(out, step->where);
        fsc_text_add(out, "</span>");
    }
    fsc_text_add(out, "</th><td>");
    fsc_text_add_html(out, step->by_whom);
    fsc_text_add(out, "</td><td>");
    fsc_text_add_html(out, step->dose[0] ? step->dose : step->intensity);
    fsc_text_add(out, "</td>");
    add_weeks(out, step->start_week);
    add_weeks(out, step->review_week);
    fsc_text_add(out, "<td>");
    fsc_text_add(out, step->contested ? "contested; " : "");
    fsc_text_add_html(out, step->grade);
    fsc_text_add(out, "</td></tr>\n");
}

static void add_steps(fsc_text *out, const fsc_plan *plan) {
    if (!plan->n_step) return;
    fsc_text_add(out,
                 "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"First steps, scrolls sideways on a "
                 "small screen\"><table class=\"steps\"><thead><tr><th scope=\"col\">First steps, in this order</th>"
                 "<th scope=\"col\">By whom</th><th scope=\"col\">Dose</th><th scope=\"col\" class=\"n\">From week"
                 "</th><th scope=\"col\" class=\"n\">Review week</th><th scope=\"col\">Grade</th></tr></thead>\n"
                 "<tbody>\n");
    for (int32_t s = 0; s < plan->n_step && s < STEPS_SHORT; s++) add_step(out, &plan->step[s]);
    fsc_text_add(out, "</tbody></table></div>\n");
    if (plan->n_step > STEPS_SHORT)
        fsc_text_printf(out, "<p>%d more steps in the details.</p>\n", (int)(plan->n_step - STEPS_SHORT));
}

static void add_follow_up(fsc_text *out, const fsc_plan_follow_up *f) {
    fsc_text_add(out, "<p><strong>Follow-up.</strong> ");
    if (isfinite(f->scan_not_before_weeks))
        fsc_text_printf(out, "A second scan not before week %.0f. ", f->scan_not_before_weeks);
    fsc_text_add(out, "<span class=\"hint\">");
    fsc_text_add_html(out, f->why);
    fsc_text_add(out, "</span>");
    for (int32_t m = 0; m < f->n_measure; m++) {
        const fsc_plan_measure *measure = &f->measure[m];
        fsc_text_add(out, m ? "; " : " Judge by: ");
        fsc_text_add_html(out, measure->name);
        if (isfinite(measure->now)) fsc_text_printf(out, " now %.4g", measure->now);
        if (isfinite(measure->least_change)) fsc_text_printf(out, ", least change %.4g", measure->least_change);
        if (isfinite(measure->now) || isfinite(measure->least_change)) { /* a unit of something */
            fsc_text_add(out, " ");
            fsc_text_add_html(out, measure->unit);
        }
    }
    fsc_text_add(out, f->n_measure ? ".</p>\n" : "</p>\n");
}

void fsc_plan_short_add(fsc_text *out, const fsc_plan *plan) {
    fsc_text_add(out, "<section class=\"plan\" aria-labelledby=\"plan-title\">\n<h2 id=\"plan-title\">Plan and "
                      "follow-up</h2>\n");
    if (!plan) {
        fsc_text_add(out, "<p>No plan was made. A plan begins with the questions of the exam, not with a map.</p>\n");
    } else if (plan->state == FSC_PLAN_ASK) {
        add_questions(out, plan);
    } else if (plan->state == FSC_PLAN_SCOPE) {
        fsc_text_add(out, "<p>No plan: these rules are not for people under 16 or of unknown age.</p>\n");
    } else if (plan->state == FSC_PLAN_READY) {
        add_regions(out, plan);
        add_holds(out, plan);
        add_steps(out, plan);
        add_follow_up(out, &plan->follow_up);
    }
    if (plan) {
        fsc_text_add(out, "<p class=\"figure-note\">");
        fsc_text_add_html(out, plan->signature);
        fsc_text_add(out, " The map chooses no treatment: no guideline or trial read here does that.</p>\n");
    }
    fsc_text_add(out, "</section>\n");
}
