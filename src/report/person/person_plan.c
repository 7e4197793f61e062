#include "person_plan.h"

#include "fail.h"
#include "format.h"
#include "prose.h"

#include <string.h>

#define STEPS_TOLD 4
#define EXERCISES_SHOWN 6
#define PHASES_SHOWN 2

static void paragraph(fsc_text *out, const char *text) {
    if (!text[0]) return;
    fsc_text_add(out, "<p>");
    fsc_prose_sentence(out, text);
    fsc_text_add(out, "</p>\n");
}

static void item(fsc_text *out, const char *text) {
    if (!text[0]) return;
    fsc_text_add(out, "<li>");
    fsc_prose_sentence(out, text);
    fsc_text_add(out, "</li>\n");
}

static void add_questions(fsc_text *out, const fsc_plan *plan, const fsc_statements *said) {
    fsc_statements_say(out, said, "p", "no_plan_ask", NULL);
    fsc_text_add(out, "<ul>\n");
    for (int32_t q = 0; q < plan->n_ask; q++)
        if (plan->ask[q].holds) item(out, plan->ask[q].text);
    fsc_text_add(out, "</ul>\n");
}

/* A labelled sentence of an exercise. */
static void labelled(fsc_text *out, const char *label, const char *text) {
    if (!text[0]) return;
    fsc_text_printf(out, "<p><strong>%s</strong> ", label);
    fsc_prose_sentence(out, text);
    fsc_text_add(out, "</p>\n");
}

/* "Mon, Wed, Fri", or "every day". */
static void add_days(fsc_text *out, const fsc_plan_exercise *exercise) {
    static const char *const name[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    char days[48] = "";
    int n = 0;
    for (int d = 0; d < 7; d++) {
        if (!fsc_exercise_on_day(exercise, d)) continue;
        const size_t used = strlen(days);
        fsc_format(days + used, sizeof days - used, "%s%s", n++ ? ", " : "", name[d]);
    }
    labelled(out, "When:", n == 7 ? "every day" : days);
}

static fsc_status add_exercise(fsc_text *out, const fsc_plan_exercise *exercise, const char *said_before,
                               fsc_error *err) {
    fsc_text_add(out, "<div class=\"exercise\">\n<h4>");
    fsc_text_add_html(out, exercise->name);
    fsc_text_add(out, "</h4>\n<div class=\"phases\">");
    for (int32_t phase = 0; phase < exercise->n_phase && phase < PHASES_SHOWN; phase++) {
        char *svg = NULL;
        FSC_TRY(fsc_exercise_svg(&svg, exercise->id, phase, err));
        fsc_text_add(out, svg);
        fsc_plan_free_text(svg);
    }
    fsc_text_add(out, "</div>\n");
    paragraph(out, exercise->how);
    labelled(out, "How much:", exercise->dose);
    add_days(out, exercise);
    if (strcmp(exercise->stop_signs, said_before) != 0) paragraph(out, exercise->stop_signs);
    fsc_text_add(out, "</div>\n");
    return FSC_OK;
}

/* The signs to stop at that most exercises share. */
static const char *shared_stop_signs(const fsc_plan *plan) {
    int most = 0;
    const char *shared = "";
    for (int32_t e = 0; e < plan->n_home; e++) {
        int n = 0;
        for (int32_t k = 0; k < plan->n_home; k++) n += strcmp(plan->home[k].stop_signs, plan->home[e].stop_signs) == 0;
        if (n <= most) continue;
        most = n;
        shared = plan->home[e].stop_signs;
    }
    return shared;
}

/* What stops most exercises is said once for all that share it. */
static fsc_status add_exercises(fsc_text *out, const fsc_plan *plan, const fsc_statements *said, fsc_error *err) {
    if (!plan->n_home) return FSC_OK;
    const char *stop_signs = shared_stop_signs(plan);
    fsc_text_add(out, "<h3>Your exercises</h3>\n");
    fsc_statements_say(out, said, "p", "do_pain_rule", NULL);
    paragraph(out, stop_signs);
    fsc_text_add(out, "<div class=\"exercises\">\n");
    for (int32_t e = 0; e < plan->n_home && e < EXERCISES_SHOWN; e++)
        FSC_TRY(add_exercise(out, &plan->home[e], stop_signs, err));
    fsc_text_add(out, "</div>\n");
    return FSC_OK;
}

/* What waits, then the first steps that are told in words of their own. */
static void add_steps(fsc_text *out, const fsc_plan *plan) {
    for (int32_t h = 0; h < plan->n_hold_back; h++) paragraph(out, plan->hold_back[h].plain);
    int n = 0;
    for (int32_t s = 0; s < plan->n_step && n < STEPS_TOLD; s++) {
        if (!plan->step[s].plain[0]) continue;
        if (!n++) fsc_text_add(out, "<ol class=\"first\">\n");
        item(out, plan->step[s].plain);
    }
    if (n) fsc_text_add(out, "</ol>\n");
}

fsc_status fsc_person_plan_add(fsc_text *out, const fsc_plan *plan, const fsc_statements *said, fsc_error *err) {
    if (plan)
        for (int32_t r = 0; r < plan->n_refer; r++) paragraph(out, plan->refer[r].plain);
    if (plan && plan->state == FSC_PLAN_ASK) {
        add_questions(out, plan, said);
    } else if (plan && plan->state == FSC_PLAN_SCOPE) {
        fsc_statements_say(out, said, "p", "plan_scope", NULL);
    } else if (plan && plan->state == FSC_PLAN_READY && (plan->n_step || plan->n_home)) {
        fsc_statements_say(out, said, "p", "plan_unsigned", NULL);
        add_steps(out, plan);
        return add_exercises(out, plan, said, err);
    } else {
        fsc_statements_say(out, said, "p", "no_plan", NULL);
    }
    return FSC_OK;
}
