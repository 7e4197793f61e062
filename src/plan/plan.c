#include "alloc.h"
#include "examine.h"
#include "fail.h"
#include "planner.h"

#include <fascicle/day.h>
#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_plan, fsc_plan_free)

/* No plan below this age (fact F122). */
static const double least_age_years = 16;

void *fsc_plan_grow(void **items, int32_t *n, size_t size) {
    char *grown = fsc_grow(*items, *n, *n + 1, size);
    if (!grown) return NULL;
    *items = grown;
    return grown + (size_t)(*n)++ * size;
}

static fsc_status copy_flags(fsc_plan *plan, const fsc_red_flag *flag, int32_t n, int32_t n_stop, fsc_error *err) {
    for (int32_t i = 0; i < n; i++) {
        void *items = i < n_stop ? plan->stop : plan->refer;
        int32_t *count = i < n_stop ? &plan->n_stop : &plan->n_refer;
        fsc_red_flag *to = fsc_plan_grow(&items, count, sizeof *to);
        if (!to) return fsc_fail_nomem(err, "making a plan");
        if (i < n_stop)
            plan->stop = items;
        else
            plan->refer = items;
        *to = flag[i];
    }
    return FSC_OK;
}

/* A pain that began after the scan, told on or before the scan's day, cannot be. */
static fsc_status check_scan(const fsc_map *map, fsc_error *err) {
    const double scan = fsc_days_of(map->acquisition.date), exam = fsc_days_of(map->exam->date);
    for (int32_t i = 0; i < map->exam->n_pain; i++) {
        const char *onset = map->exam->pain[i].onset_date;
        if (fsc_days_of(onset) > scan && !(exam > scan))
            return fsc_fail(err, FSC_E_RANGE, "exam: pain[%d].onset_date %.15s lies after the scan (%.15s); check both",
                            i, onset, map->acquisition.date);
    }
    return FSC_OK;
}

fsc_status fsc_plan_run(fsc_plan **out, const fsc_map *map, const fsc_plan_options *opt, fsc_error *err) {
    (void)opt;
    FSC_TRY(check_scan(map, err));
    FSC_AUTO(fsc_plan) plan = fsc_alloc(1, sizeof *plan);
    if (!plan) return fsc_fail_nomem(err, "making a plan");
    const fsc_exam *exam = map->exam;
    fsc_copy_text(plan->participant, sizeof plan->participant, map->acquisition.participant);
    fsc_copy_text(plan->session, sizeof plan->session, map->acquisition.session);
    fsc_copy_text(plan->date, sizeof plan->date, exam->date);
    plan->age_years = exam->age_years;
    plan->sex = exam->sex;
    plan->follow_up.scan_not_before_weeks = NAN;
    fsc_copy_text(plan->signature, sizeof plan->signature, "No clinician has signed these rules yet.");
    fsc_copy_text(plan->radiology, sizeof plan->radiology, "Please ask: has a doctor read all of my pictures?");
    FSC_TRY(copy_flags(plan, exam->red_flag, exam->n_red_flag, exam->n_stop, err));
    if (plan->n_stop == 0) FSC_TRY(fsc_exam_open_questions(&plan->ask, &plan->n_ask, exam, err));
    plan->state = plan->n_stop > 0                        ? FSC_PLAN_STOP
                  : exam->age_years < least_age_years     ? FSC_PLAN_SCOPE
                  : plan->n_ask > 0 && plan->ask[0].holds ? FSC_PLAN_ASK
                                                          : FSC_PLAN_READY;
    FSC_GIVE(out, plan);
    return FSC_OK;
}
