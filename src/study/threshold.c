/* The smallest strain that sustains itself, twice: from end states, and from how long those who heal take to.
 *
 * Near the threshold d* a healing person lingers at the saddle for a time T(d) = a - ln(d* - d) / rate. Three doses
 * with their times, found by CVODES' root search, give d*; the doses then move closer. */
#include "alloc.h"
#include "fail.h"
#include "study.h"

#include <fascicle/threshold.h>
#include <math.h>
#include <string.h>

enum { LANES = 8, ROUNDS = 5 };
static const double lowest_dose = 0.02, highest_dose = 0.9, sick_level = 0.3, healed_level = 0.05, last_day = 1095;

typedef struct fsc_search {
    const fsc_cycle *model;
    const fsc_cycle_person *person;
    uint8_t *deep;  /* [n_site] struck deep sites */
    double *amount; /* [LANES][n_site] */
    int32_t n_threads;
} fsc_search;

static fsc_status set_dose(const fsc_search *s, int32_t lane, double dose, fsc_cycle_event *event,
                           fsc_cycle_person *person, fsc_error *err) {
    double *amount = s->amount + (int64_t)lane * fsc_cycle_n_site(s->model);
    FSC_TRY(fsc_cycle_strain_profile(amount, s->model, dose, "C4", "C7", err));
    *event = (fsc_cycle_event){0, FSC_CYCLE_STRAIN, amount};
    *person = *s->person;
    person->event = event;
    person->n_event = 1;
    return FSC_OK;
}

/* Whether each of eight doses ends in the sick state. */
static fsc_status end_states(const fsc_search *s, const double dose[LANES], int sick[LANES], fsc_error *err) {
    static const fsc_cycle_quantity quantity = FSC_CYCLE_STATE_Y;
    fsc_cycle_person person[LANES];
    fsc_cycle_event event[LANES];
    for (int32_t k = 0; k < LANES; k++) FSC_TRY(set_dose(s, k, dose[k], &event[k], &person[k], err));
    const fsc_cycle_plan plan = {.day = &last_day,
                                 .n_day = 1,
                                 .quantity = &quantity,
                                 .n_quantity = 1,
                                 .relative_tolerance = 1e-6,
                                 .absolute_tolerance = 1e-8,
                                 .n_threads = s->n_threads};
    fsc_cycle_run *run = NULL;
    FSC_TRY(fsc_cycle_simulate(&run, s->model, person, LANES, &plan, NULL, err));
    for (int32_t k = 0; k < LANES; k++) {
        double sum = 0, n = 0;
        for (int32_t i = 0; i < run->n_site; i++)
            if (s->deep[i]) sum += fsc_cycle_run_at(run, k, 0, 0)[i], n += 1;
        sick[k] = n > 0 && sum / n > sick_level;
    }
    fsc_cycle_run_free(run);
    return FSC_OK;
}

/* Cuts [low, high] (heals, stays sick) into nine, five times; *coarse is the healing end when the bracket is some 0.002
 * wide. */
static fsc_status bisect(const fsc_search *s, double *threshold, double *coarse, fsc_error *err) {
    double low = lowest_dose, high = highest_dose, dose[LANES];
    int sick[LANES];
    for (int round = 0; round <= ROUNDS; round++) {
        /* The first round looks at both ends as well. */
        const double step = round == 0 ? (high - low) / (LANES - 1) : (high - low) / (LANES + 1);
        for (int k = 0; k < LANES; k++) dose[k] = round == 0 ? low + k * step : low + (k + 1) * step;
        FSC_TRY(end_states(s, dose, sick, err));
        if (round == 0 && sick[0]) return *threshold = 0, FSC_OK;
        if (round == 0 && !sick[LANES - 1]) return FSC_OK;
        for (int k = 0; k < LANES; k++) {
            if (sick[k]) {
                high = dose[k];
                break;
            }
            low = dose[k];
        }
        if (round == 2) *coarse = low;
    }
    *threshold = 0.5 * (low + high);
    return FSC_OK;
}

static fsc_status healing_time(const fsc_search *s, double dose, double *day, fsc_error *err) {
    fsc_cycle_person person;
    fsc_cycle_event event;
    FSC_TRY(set_dose(s, 0, dose, &event, &person, err));
    return fsc_cycle_crossing(day, s->model, &person, FSC_CYCLE_Y, s->deep, healed_level, -1, 1, last_day, err);
}

/* d* from three doses, nearest last, and their times. */
static double extrapolate(const double dose[3], const double day[3]) {
    const double ratio = (day[1] - day[0]) / (day[2] - day[1]);
    double low = log(1e-9), high = log(1.0);
    for (int k = 0; k < 100; k++) {
        const double middle = 0.5 * (low + high), end = dose[2] + exp(middle);
        const double value = log((end - dose[0]) / (end - dose[1])) / log((end - dose[1]) / (end - dose[2]));
        if (value < ratio)
            low = middle;
        else
            high = middle;
    }
    return dose[2] + exp(0.5 * (low + high));
}

static fsc_status root(const fsc_search *s, double coarse, double *threshold, fsc_error *err) {
    double dose[3], day[3];
    for (int k = 0; k < 3; k++) {
        dose[k] = coarse - 0.006 + 0.003 * k;
        FSC_TRY(healing_time(s, dose[k], &day[k], err));
        if (isnan(day[k])) return FSC_OK; /* too small a dose to cross the level at all: no root to follow */
    }
    double last = highest_dose;
    for (int round = 0; round < 12; round++) {
        const double guess = extrapolate(dose, day);
        if (fabs(guess - last) < 1e-4) {
            *threshold = guess;
            return FSC_OK;
        }
        last = guess;
        double next = dose[2] + 0.7 * (guess - dose[2]), time = (double)NAN;
        for (int half = 0; half < 20 && isnan(time); half++) {
            FSC_TRY(healing_time(s, next, &time, err));
            if (isnan(time)) next = 0.5 * (dose[2] + next); /* beyond the threshold */
        }
        if (isnan(time)) break;
        dose[0] = dose[1], dose[1] = dose[2], dose[2] = next;
        day[0] = day[1], day[1] = day[2], day[2] = time;
    }
    *threshold = last;
    return FSC_OK;
}

fsc_status fsc_cycle_find_threshold(fsc_cycle_threshold *out, const fsc_cycle *model, const fsc_cycle_person *person,
                                    int32_t n_threads, fsc_error *err) {
    *out = (fsc_cycle_threshold){(double)NAN, (double)NAN};
    const int32_t n_site = fsc_cycle_n_site(model);
    FSC_AUTO_BLOCK uint8_t *deep = fsc_alloc(n_site, sizeof *deep);
    FSC_AUTO_BLOCK double *amount = fsc_alloc((int64_t)LANES * n_site, sizeof *amount);
    if (!deep || !amount) return fsc_fail_nomem(err, "the cycle's threshold");
    const fsc_search search = {model, person, deep, amount, n_threads};
    FSC_TRY(fsc_cycle_strain_profile(amount, model, 1, "C4", "C7", err));
    for (int32_t i = 0; i < n_site; i++)
        deep[i] = amount[i] > 0 && strcmp(fsc_cycle_site_at(model, i)->layer, "deep") == 0;
    double coarse = (double)NAN;
    FSC_TRY(bisect(&search, &out->by_bisection, &coarse, err));
    return isnan(coarse) ? FSC_OK : root(&search, coarse, &out->by_root, err);
}
