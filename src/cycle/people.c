#include "people.h"

#include "alloc.h"
#include "fail.h"
#include "model.h"

#include <math.h>

static fsc_status check_plan(const fsc_cycle_plan *plan, int64_t n_person, fsc_error *err) {
    if (n_person < 1 || plan->n_day < 1 || plan->n_quantity < 0)
        return fsc_fail(err, FSC_E_ARG, "cycle: give at least one person and one output day");
    for (int32_t k = 0; k < plan->n_day; k++) {
        if (!(plan->day[k] >= 0) || !isfinite(plan->day[k]) || (k > 0 && !(plan->day[k] > plan->day[k - 1])))
            return fsc_fail(err, FSC_E_ARG, "cycle: output day %d (%g) must be >= 0 and later than the one before",
                            k + 1, plan->day[k]);
    }
    for (int32_t k = 0; k < plan->n_quantity; k++)
        if ((int)plan->quantity[k] < 0 || plan->quantity[k] >= FSC_CYCLE_N_QUANTITY)
            return fsc_fail(err, FSC_E_ARG, "cycle: quantity %d of the plan is unknown", k + 1);
    return FSC_OK;
}

static fsc_status check_schedule(const fsc_cycle *model, const fsc_cycle_person *person, int64_t who, fsc_error *err) {
    for (int32_t k = 0; k < person->n_event; k++) {
        const fsc_cycle_event *event = &person->event[k];
        int good =
            event->day >= 0 && isfinite(event->day) && (int)event->kind >= 0 && event->kind <= FSC_CYCLE_NERVE_BLOCK;
        for (int32_t i = 0; good && i < model->n_site; i++) good = event->amount[i] >= 0 && event->amount[i] <= 1;
        if (!good)
            return fsc_fail(err, FSC_E_RANGE, "person %lld: event %d needs a day >= 0 and amounts within 0..1",
                            (long long)who, k + 1);
    }
    for (int32_t k = 0; k < person->n_course; k++) {
        const fsc_cycle_course *course = &person->course[k];
        if (!(course->start_day >= 0 && course->stop_day > course->start_day && course->intensity >= 0 &&
              course->intensity <= 2) ||
            (int)course->treatment < 0 || course->treatment >= FSC_CYCLE_N_TREATMENT)
            return fsc_fail(
                err, FSC_E_RANGE,
                "person %lld: course %d needs 0 <= start < stop, an intensity within 0..2 and a known treatment",
                (long long)who, k + 1);
    }
    return FSC_OK;
}

fsc_status fsc_people_check(const fsc_cycle *model, const fsc_cycle_person *person, int64_t n_person,
                            const fsc_cycle_plan *plan, fsc_error *err) {
    FSC_TRY(check_plan(plan, n_person, err));
    fsc_cast cast;
    FSC_TRY(fsc_cast_new(&cast, model, 1, err));
    fsc_status status = FSC_OK;
    for (int64_t p = 0; p < n_person && status == FSC_OK; p++) {
        status = fsc_cast_seat(&cast, 0, &person[p], p, err);
        if (status == FSC_OK) status = check_schedule(model, &person[p], p, err);
    }
    fsc_cast_free(&cast);
    return status;
}

fsc_status fsc_run_new(fsc_cycle_run **out, const fsc_cycle *model, int64_t n_person, const fsc_cycle_plan *plan,
                       fsc_error *err) {
    fsc_cycle_run *run = fsc_alloc(1, sizeof *run);
    if (!run) return fsc_fail_nomem(err, "simulating the cycle");
    *run = (fsc_cycle_run){.n_person = n_person,
                           .n_day = plan->n_day,
                           .n_quantity = plan->n_quantity,
                           .n_site = model->n_site,
                           .n_state = model->n_state};
    const int64_t rows = n_person * plan->n_day;
    run->value = fsc_alloc(rows * plan->n_quantity * model->n_site, sizeof *run->value);
    run->outcome = fsc_alloc(rows, sizeof *run->outcome);
    if (plan->want_state) run->state = fsc_alloc(rows * model->n_state, sizeof *run->state);
    if (!run->value || !run->outcome || (plan->want_state && !run->state)) {
        fsc_cycle_run_free(run);
        return fsc_fail_nomem(err, "simulating the cycle");
    }
    *out = run;
    return FSC_OK;
}

void fsc_cycle_run_free(fsc_cycle_run *run) {
    if (!run) return;
    fsc_free(run->value);
    fsc_free(run->outcome);
    fsc_free(run->state);
    fsc_free(run);
}

const double *fsc_cycle_run_at(const fsc_cycle_run *run, int64_t person, int32_t day, int32_t quantity) {
    return run->value + ((person * run->n_day + day) * run->n_quantity + quantity) * run->n_site;
}
