/* The library of virtual people: who they are (prior draws) and how they stand at the visits (the batched solver). */
#include "infer.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

/* People in one group of lanes share their strike days, so that the solver restarts together; which level is struck on
 * which of the days differs from person to person. */
enum { LANE_GROUP = 8, DAYS_PER_GROUP = 3 };

/* Streams: one per use and person, apart from each other for ever. */
enum { STREAM_GROUP = 1, STREAM_PERSON = 2, STREAM_PARAMETER = 3 };

static fsc_draw start(const fsc_prior *prior, int kind, int64_t number) {
    const uint64_t stream = (uint64_t)kind << 48 | (uint64_t)prior->story << 40 | (uint64_t)number;
    return (fsc_draw){prior->seed, stream, 0};
}

static double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

static double uniform_between(fsc_draw *draw, double low, double high) {
    return low + (high - low) * fsc_draw_uniform(draw);
}

static void draw_modifiers(fsc_cycle_modifiers *m, fsc_draw *draw, const fsc_assumed *a) {
    m->activity = exp(a->library_activity_log_sd * fsc_draw_normal(draw));
    m->posture_load = exp(a->library_posture_log_sd * fsc_draw_normal(draw));
    m->stress = 0.5 * a->library_stress_most * erfc(-(a->library_stress_median + fsc_draw_normal(draw)) / sqrt(2.0));
    m->sleep_deficit = clamp(a->library_sleep_per_stress * m->stress + a->library_sleep_sd * fsc_draw_normal(draw), 0,
                             a->sleep_deficit_most);
    m->bmi_excess = clamp(a->library_weight_mean + a->library_weight_sd * fsc_draw_normal(draw),
                          a->library_weight_least, a->library_weight_most);
    m->repair = exp(a->library_repair_log_sd * fsc_draw_normal(draw));
}

static void take(double *drawn, double known) {
    if (isfinite(known)) *drawn = known;
}

static void take_known(fsc_cycle_modifiers *drawn, const fsc_cycle_modifiers *known) {
    if (!known) return;
    take(&drawn->activity, known->activity);
    take(&drawn->posture_load, known->posture_load);
    take(&drawn->stress, known->stress);
    take(&drawn->sleep_deficit, known->sleep_deficit);
    take(&drawn->bmi_excess, known->bmi_excess);
    take(&drawn->repair, known->repair);
}

static void draw_person(fsc_library *lib, const fsc_prior *prior, int32_t m) {
    fsc_cycle_person *person = &lib->person[m];
    /* A third of a library around each fitted set and around the prior medians: the data do not choose between them. */
    static const fsc_cycle_set centre[3] = {FSC_CYCLE_SET_A, FSC_CYCLE_SET_B, FSC_CYCLE_PRIOR};
    const fsc_cycle_set set = centre[(m / LANE_GROUP) % 3];
    fsc_cycle_person_init(person, lib->model, set);
    fsc_draw draw = start(prior, STREAM_PARAMETER, m);
    for (int32_t k = 0; k < FSC_CYCLE_N_PARAMETER; k++) {
        const double sd =
            fmin(fsc_cycle_parameter_at(lib->model, k)->prior_log_sd, prior->assumed->library_parameter_sd_most);
        person->parameter[k] *= exp(prior->assumed->library_parameter_spread * sd * fsc_draw_normal(&draw));
    }
    person->story = prior->story;
    draw_modifiers(&person->modifiers, &draw, prior->assumed);
    take_known(&person->modifiers, prior->modifiers);
    person->event = lib->event + (int64_t)m * DAYS_PER_GROUP;
    person->fat_shift = lib->fat_shift + (int64_t)m * lib->n_site;
}

static int32_t side_of(const fsc_cycle_site *site) {
    return strcmp(site->side, "right") == 0;
}

/* Fat that was there before: an exponential excess at some levels, fullest in the deep layer. */
static void draw_preexisting(fsc_library *lib, fsc_draw *draw, int32_t m, const fsc_assumed *a) {
    double *shift = lib->fat_shift + (int64_t)m * lib->n_site;
    for (int32_t level = 0; level < lib->n_level; level++) {
        const int present = fsc_draw_uniform(draw) < a->library_before_share;
        const double excess =
            0.01 * fmin(-a->library_before_mean_points * log(fsc_draw_uniform(draw)), a->library_before_most_points);
        const double lean = uniform_between(draw, 1 - a->library_before_lean, 1 + a->library_before_lean);
        for (int32_t i = 0; i < lib->n_site; i++) {
            const fsc_cycle_site *site = fsc_cycle_site_at(lib->model, i);
            if (site->level_index != level || !present) continue;
            const double share = strcmp(site->layer, "deep") == 0 ? 1.0 : a->library_before_outer_share;
            shift[i] += excess * share * (side_of(site) ? lean : 2.0 - lean);
        }
    }
}

/* Adds a strike of one level to the dose of an event. */
static fsc_status strike(fsc_library *lib, const fsc_assumed *a, fsc_draw *draw, int32_t m, int32_t event,
                         int32_t level, double *scratch, fsc_error *err) {
    const double dose = uniform_between(draw, a->library_dose_least, a->library_dose_most),
                 choice = fsc_draw_uniform(draw);
    double factor[2] = {1, 1};
    const double one = a->library_one_sided_share;
    if (choice < one) factor[choice < 0.5 * one] = a->library_weak_side_share;
    const char *name = fsc_cycle_level_at(lib->model, level);
    FSC_TRY(fsc_cycle_strain_profile(scratch, lib->model, dose, name, name, err));
    double *amount = lib->amount + ((int64_t)m * DAYS_PER_GROUP + event) * lib->n_site;
    for (int32_t i = 0; i < lib->n_site; i++)
        amount[i] += scratch[i] * factor[side_of(fsc_cycle_site_at(lib->model, i))];
    return FSC_OK;
}

/* Days of a group's strikes, the first injury first; then rising (events must come in order). */
static void draw_days(double day[DAYS_PER_GROUP], const fsc_prior *prior, int32_t group) {
    fsc_draw draw = start(prior, STREAM_GROUP, group);
    const double youngest = prior->assumed->library_youngest_days;
    double age = prior->injury_age_day;
    if (!isfinite(age)) age = youngest * exp(fsc_draw_uniform(&draw) * log(prior->horizon_day / youngest));
    day[0] = prior->horizon_day - age;
    for (int k = 1; k < DAYS_PER_GROUP; k++) day[k] = day[0] + age * 0.97 * fsc_draw_uniform(&draw);
    if (day[1] > day[2]) {
        const double held = day[1];
        day[1] = day[2];
        day[2] = held;
    }
}

/* Which of the days strikes which level. */
static void draw_pattern(int32_t *event_of_level, const fsc_library *lib, fsc_draw *draw, const fsc_assumed *a) {
    for (int32_t l = 0; l < lib->n_level; l++) event_of_level[l] = -1;
    const int one_event = fsc_draw_uniform(draw) < a->library_one_event_share;
    for (int32_t l = 0; l < lib->n_level; l++) {
        const int struck = fsc_draw_uniform(draw) < a->library_struck_share;
        const int32_t event = (int32_t)(fsc_draw_uniform(draw) * DAYS_PER_GROUP);
        if (struck) event_of_level[l] = one_event ? 0 : event;
    }
}

static fsc_status draw_strikes(fsc_library *lib, const fsc_prior *prior, fsc_draw *draw, int32_t m, double *scratch,
                               fsc_error *err) {
    double day[DAYS_PER_GROUP];
    int32_t event_of_level[64];
    draw_days(day, prior, m / LANE_GROUP);
    draw_pattern(event_of_level, lib, draw, prior->assumed);
    for (int32_t l = 0; l < lib->n_level; l++) {
        double *age = &lib->strike_age[(int64_t)m * lib->n_level + l];
        *age = (double)NAN;
        if (event_of_level[l] < 0) continue;
        *age = prior->horizon_day - day[event_of_level[l]];
        FSC_TRY(strike(lib, prior->assumed, draw, m, event_of_level[l], l, scratch, err));
    }
    for (int32_t k = 0; k < DAYS_PER_GROUP; k++) {
        const int64_t event = (int64_t)m * DAYS_PER_GROUP + k;
        lib->event[event] = (fsc_cycle_event){day[k], FSC_CYCLE_STRAIN, lib->amount + event * lib->n_site};
    }
    lib->person[m].n_event = DAYS_PER_GROUP;
    return FSC_OK;
}

static fsc_status draw_all(fsc_library *lib, const fsc_prior *prior, fsc_error *err) {
    FSC_AUTO_BLOCK double *scratch = fsc_alloc(lib->n_site, sizeof *scratch);
    if (!scratch) return fsc_fail_nomem(err, "drawing virtual people");
    for (int32_t m = 0; m < lib->n_member; m++) {
        fsc_draw draw = start(prior, STREAM_PERSON, m);
        draw_person(lib, prior, m);
        if (prior->story == FSC_CYCLE_PREEXISTING) draw_preexisting(lib, &draw, m, prior->assumed);
        FSC_TRY(draw_strikes(lib, prior, &draw, m, scratch, err));
    }
    return FSC_OK;
}

static fsc_status fill_library(fsc_library *lib, const fsc_prior *prior, const double *visit_day, int32_t n_visit,
                               int32_t n_threads, const fsc_progress *progress, fsc_error *err) {
    const int64_t n = lib->n_member;
    lib->person = fsc_alloc(n, sizeof *lib->person);
    lib->event = fsc_alloc(n * DAYS_PER_GROUP, sizeof *lib->event);
    lib->amount = fsc_alloc(n * DAYS_PER_GROUP * lib->n_site, sizeof *lib->amount);
    lib->fat_shift = fsc_alloc(n * lib->n_site, sizeof *lib->fat_shift);
    lib->strike_age = fsc_alloc(n * lib->n_level, sizeof *lib->strike_age);
    lib->baseline_fat = fsc_alloc(lib->n_site, sizeof *lib->baseline_fat);
    if (!lib->person || !lib->event || !lib->amount || !lib->fat_shift || !lib->strike_age || !lib->baseline_fat)
        return fsc_fail_nomem(err, "drawing virtual people");
    for (int32_t i = 0; i < lib->n_site; i++) lib->baseline_fat[i] = fsc_cycle_site_at(lib->model, i)->baseline_fat;
    FSC_TRY(draw_all(lib, prior, err));
    /* In the order of fsc_observed. */
    static const fsc_cycle_quantity quantity[FSC_OBSERVED_N] = {FSC_CYCLE_PDFF, FSC_CYCLE_LEAN_CSA, FSC_CYCLE_T2,
                                                                FSC_CYCLE_STIFFNESS, FSC_CYCLE_STRENGTH};
    const fsc_cycle_plan plan = {.day = visit_day,
                                 .n_day = n_visit,
                                 .quantity = quantity,
                                 .n_quantity = FSC_OBSERVED_N,
                                 .want_state = 1,
                                 .relative_tolerance = 1e-3,
                                 .absolute_tolerance = 1e-5,
                                 .n_threads = n_threads};
    FSC_TRY(fsc_cycle_simulate(&lib->run, lib->model, lib->person, lib->n_member, &plan, progress, err));
    return FSC_OK;
}

fsc_status fsc_library_new(fsc_library **out, const fsc_cycle *model, const fsc_prior *prior, int32_t n_member,
                           const double *visit_day, int32_t n_visit, int32_t n_threads, const fsc_progress *progress,
                           fsc_error *err) {
    *out = NULL;
    fsc_library *lib = fsc_alloc(1, sizeof *lib);
    if (!lib) return fsc_fail_nomem(err, "drawing virtual people");
    lib->model = model;
    lib->story = prior->story;
    lib->n_member = n_member;
    lib->n_site = fsc_cycle_n_site(model);
    lib->n_level = fsc_cycle_n_level(model);
    lib->n_state = fsc_cycle_n_state(model);
    lib->n_visit = n_visit;
    fsc_status status = fsc_discrepancy_read(&lib->discrepancy, err);
    if (status == FSC_OK) status = fill_library(lib, prior, visit_day, n_visit, n_threads, progress, err);
    if (status != FSC_OK) {
        fsc_library_free(lib);
        return status;
    }
    *out = lib;
    return FSC_OK;
}

void fsc_library_free(fsc_library *library) {
    if (!library) return;
    fsc_free(library->person);
    fsc_free(library->event);
    fsc_free(library->amount);
    fsc_free(library->fat_shift);
    fsc_free(library->strike_age);
    fsc_free(library->baseline_fat);
    fsc_cycle_run_free(library->run);
    fsc_free(library);
}

const double *fsc_library_state(const fsc_library *library, int32_t member) {
    return library->run->state + ((int64_t)member * library->n_visit + library->n_visit - 1) * library->n_state;
}
