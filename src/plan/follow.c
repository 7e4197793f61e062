/* Follow-up: what is measured again and when, and when a second scan could tell anything. */
#include "fail.h"
#include "planner.h"

#include <math.h>
#include <string.h>

/* Weeks before which exercise trials saw no change of fat, or none (facts X003, X005: 16 weeks; ours: half a year). */
static const double scan_weeks = 26;

static double now_of(const fsc_exam *exam, const char *value) {
    double sum = 0;
    int32_t n = 0;
    if (strcmp(value, "nrs_pain") == 0) return exam->nrs_pain;
    if (strcmp(value, "ndi_percent") == 0) return exam->ndi_percent;
    if (strcmp(value, "odi_percent") == 0) return exam->odi_percent;
    for (int32_t i = 0; strcmp(value, "goals") == 0 && i < exam->n_goal; i++)
        if (!isnan(exam->goal[i].score_0_10)) {
            sum += exam->goal[i].score_0_10;
            n++;
        }
    return n > 0 ? sum / n : (double)NAN;
}

fsc_status fsc_plan_follow(fsc_planning *p) {
    const fsc_table *t = &p->rules->measure_table;
    fsc_plan_follow_up *f = &p->plan->follow_up;
    f->scan_not_before_weeks = scan_weeks;
    fsc_copy_text(
        f->why, sizeof f->why,
        "Muscle fat changes slowly if at all, and exercise is not shown to lower it; a second scan before half "
        "a year tells little. The measures below tell earlier. The half year is expert opinion.");
    fsc_copy_text(f->rows, sizeof f->rows, "X003 X005 X006");
    for (int32_t row = 0; row < t->n_row; row++) {
        const char *value = fsc_table_get(t, row, "value");
        const double now = now_of(p->map->exam, value);
        if (value[0] && isnan(now) && strcmp(value, "goals") != 0 && strcmp(value, "nrs_pain") != 0) continue;
        fsc_plan_measure *m = fsc_plan_grow(&f->measure, &f->n_measure, sizeof *m);
        if (!m) return fsc_fail_nomem(p->err, "planning the follow-up");
        fsc_copy_text(m->name, sizeof m->name, fsc_table_get(t, row, "name"));
        fsc_copy_text(m->unit, sizeof m->unit, fsc_table_get(t, row, "unit"));
        fsc_copy_text(m->text, sizeof m->text, fsc_table_get(t, row, "text"));
        fsc_copy_text(m->rows, sizeof m->rows, fsc_table_get(t, row, "rows"));
        m->now = now;
        m->least_change = fsc_table_number(t, row, "least_change");
    }
    return FSC_OK;
}
