/* The home programme: four to six exercises that serve the steps of the plan and carry no withheld tag. */
#include "fail.h"
#include "planner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { HOME_MOST = 6 };

/* The order in which places of the programme are given, and how many of each. */
static const struct {
    const char *group;
    int most;
} groups[] = {{"walk", 1}, {"range", 1},   {"calm", 1},     {"springy", 1}, {"strength", 1}, {"stretch", 1},
              {"hip", 1},  {"release", 1}, {"strength", 2}, {"habit", 1},   {"range", 2}};

static int is_chosen(const fsc_plan *plan, const char *id) {
    for (int32_t i = 0; i < plan->n_home; i++)
        if (strcmp(plan->home[i].id, id) == 0) return 1;
    return 0;
}

/* The step of the plan that the exercise serves, or NULL. */
static const char *served_by(const fsc_plan *plan, const char *rules) {
    for (int32_t i = 0; i < plan->n_step; i++)
        if (fsc_words_meet(plan->step[i].rule, rules)) return plan->step[i].rule;
    return NULL;
}

static void split_captions(fsc_plan_exercise *e, const char *captions) {
    for (e->n_phase = 0; *captions && e->n_phase < FSC_EXERCISE_PHASES; e->n_phase++) {
        const size_t n = strcspn(captions, "|");
        const size_t most = sizeof e->caption[0] - 1;
        memcpy(e->caption[e->n_phase], captions, n < most ? n : most);
        captions += n + (captions[n] == '|');
    }
}

static fsc_status add(fsc_planning *p, int32_t row, const char *rule) {
    const fsc_table *t = &p->rules->exercise_table;
    fsc_plan_exercise *e = fsc_plan_grow(&p->plan->home, &p->plan->n_home, sizeof *e);
    if (!e) return fsc_fail_nomem(p->err, "choosing exercises");
    const struct {
        const char *column;
        char *to;
        size_t size;
    } cells[] = {{"id", e->id, sizeof e->id},
                 {"name", e->name, sizeof e->name},
                 {"purpose", e->purpose, sizeof e->purpose},
                 {"how", e->how, sizeof e->how},
                 {"dose", e->dose, sizeof e->dose},
                 {"feel", e->feel, sizeof e->feel},
                 {"easier", e->easier, sizeof e->easier},
                 {"harder", e->harder, sizeof e->harder},
                 {"stop_signs", e->stop_signs, sizeof e->stop_signs},
                 {"does_not", e->does_not, sizeof e->does_not},
                 {"equipment", e->equipment, sizeof e->equipment},
                 {"grade", e->grade, sizeof e->grade},
                 {"rows", e->rows, sizeof e->rows}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        fsc_copy_text(cells[i].to, cells[i].size, fsc_table_get(t, row, cells[i].column));
    fsc_copy_text(e->rule, sizeof e->rule, rule);
    e->minutes = fsc_table_number(t, row, "minutes");
    e->days_a_week = fsc_table_number(t, row, "days_a_week");
    e->contested = fsc_table_get(t, row, "contested")[0] == '1';
    split_captions(e, fsc_table_get(t, row, "captions"));
    return FSC_OK;
}

fsc_status fsc_plan_home(fsc_planning *p) {
    const fsc_table *t = &p->rules->exercise_table;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        int taken = 0;
        for (int32_t row = 0; row < t->n_row && taken < groups[g].most && p->plan->n_home < HOME_MOST; row++) {
            if (strcmp(fsc_table_get(t, row, "group"), groups[g].group) != 0) continue;
            if (is_chosen(p->plan, fsc_table_get(t, row, "id"))) {
                taken++;
                continue;
            }
            const char *rule = served_by(p->plan, fsc_table_get(t, row, "rules"));
            if (!rule || fsc_words_meet(p->withheld, fsc_table_get(t, row, "tags")) ||
                !fsc_planning_holds(p, p->rules->exercise_when[row]))
                continue;
            FSC_TRY(add(p, row, rule));
            taken++;
        }
    }
    return FSC_OK;
}
