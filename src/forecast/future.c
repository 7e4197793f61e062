/* What picked members do after the last visit. */
#include "infer.h"

#include "alloc.h"
#include "fail.h"
#include "format.h"
#include "table.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const double *fsc_forecast_days(void) {
    static const double days[FSC_FORECAST_N_DAY] = {0, 30, 61, 91, 137, 183, 274, 365};
    return days;
}

static fsc_status add_course(fsc_schedules *out, int32_t s, const fsc_table *table, int32_t row, fsc_error *err) {
    const char *treatment = fsc_table_get(table, row, "treatment");
    if (strcmp(treatment, "none") == 0) return FSC_OK;
    const int32_t which = fsc_cycle_find_treatment(treatment);
    const fsc_cycle_course course = {.start_day = fsc_table_number(table, row, "start_day"),
                                     .stop_day = fsc_table_number(table, row, "stop_day"),
                                     .treatment = (fsc_cycle_treatment)which,
                                     .intensity = fsc_table_number(table, row, "intensity")};
    if (which < 0 || !(course.stop_day > course.start_day) || !isfinite(course.intensity) ||
        out->n_course[s] == FSC_COURSE_MAX)
        return fsc_fail(err, FSC_E_FORMAT, "built-in table cycle/forecast_schedules.tsv, row %d is malformed",
                        (int)row + 1);
    out->course[s][out->n_course[s]++] = course;
    return FSC_OK;
}

static int is_wanted(const char *schedule, int32_t row, const char *const *name, int32_t n_name) {
    if (row == 0 || n_name == 0) return 1;
    for (int32_t i = 0; i < n_name; i++)
        if (strcmp(name[i], schedule) == 0) return 1;
    return 0;
}

static fsc_status unknown_schedule(const fsc_table *table, const char *name, fsc_error *err) {
    char known[400] = "";
    size_t used = 0;
    for (int32_t row = 0; row < table->n_row && used < sizeof known; row++) {
        const char *schedule = fsc_table_get(table, row, "schedule");
        if (row > 0 && strcmp(schedule, fsc_table_get(table, row - 1, "schedule")) == 0) continue;
        used += (size_t)fsc_format(known + used, sizeof known - used, "%s%s", used ? ", " : "", schedule);
    }
    return fsc_fail(err, FSC_E_NOTFOUND, "no schedule '%.60s'; use %s", name, known);
}

fsc_status fsc_schedules_read(fsc_schedules *out, const char *const *name, int32_t n_name, fsc_error *err) {
    *out = (fsc_schedules){0};
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "cycle/forecast_schedules.tsv", err));
    for (int32_t row = 0; row < table.n_row; row++) {
        const char *schedule = fsc_table_get(&table, row, "schedule");
        if (!is_wanted(schedule, row, name, n_name)) continue;
        int32_t s = 0;
        while (s < out->n && strcmp(out->item[s].name, schedule) != 0) s++;
        if (s == FSC_SCHEDULE_MAX) return fsc_fail(err, FSC_E_FORMAT, "too many schedules in the built-in table");
        if (s == out->n) {
            fsc_copy_text(out->item[s].name, sizeof out->item[s].name, schedule);
            fsc_copy_text(out->item[s].description, sizeof out->item[s].description,
                          fsc_table_get(&table, row, "description"));
            out->n++;
        }
        FSC_TRY(add_course(out, s, &table, row, err));
    }
    for (int32_t i = 0; i < n_name; i++) {
        int32_t s = 0;
        while (s < out->n && strcmp(out->item[s].name, name[i]) != 0) s++;
        if (s == out->n) return unknown_schedule(&table, name[i], err);
    }
    return FSC_OK;
}

static fsc_status simulate_chosen(fsc_future *out, const fsc_library *lib, fsc_cycle_person *people, int64_t n,
                                  const fsc_cycle_course *course, int32_t n_course, int32_t n_threads,
                                  const fsc_progress *progress, fsc_error *err) {
    for (int32_t m = 0; m < lib->n_member; m++) {
        if (out->slot[m] < 0) continue;
        fsc_cycle_person *person = &people[out->slot[m]];
        *person = lib->person[m];
        person->event = NULL;
        person->n_event = 0;
        person->course = course;
        person->n_course = n_course;
        person->initial = fsc_library_state(lib, m);
    }
    static const fsc_cycle_quantity quantity[2] = {FSC_CYCLE_PDFF, FSC_CYCLE_STATE_Y};
    const fsc_cycle_plan plan = {.day = fsc_forecast_days(),
                                 .n_day = FSC_FORECAST_N_DAY,
                                 .quantity = quantity,
                                 .n_quantity = 2,
                                 .relative_tolerance = 1e-3,
                                 .absolute_tolerance = 1e-5,
                                 .n_threads = n_threads};
    return fsc_cycle_simulate(&out->run, lib->model, people, n, &plan, progress, err);
}

fsc_status fsc_future_run(fsc_future *out, const fsc_library *library, const uint8_t *member_wanted,
                          const fsc_cycle_course *course, int32_t n_course, int32_t n_threads,
                          const fsc_progress *progress, fsc_error *err) {
    *out = (fsc_future){0};
    out->slot = fsc_alloc(library->n_member, sizeof *out->slot);
    int32_t n = 0;
    for (int32_t m = 0; m < library->n_member; m++) n += member_wanted[m] != 0;
    FSC_AUTO_BLOCK fsc_cycle_person *people = fsc_alloc(n, sizeof *people);
    if (!out->slot || !people) {
        fsc_future_free(out);
        return fsc_fail_nomem(err, "simulating the months ahead");
    }
    n = 0;
    for (int32_t m = 0; m < library->n_member; m++) out->slot[m] = member_wanted[m] ? n++ : -1;
    const fsc_status status = simulate_chosen(out, library, people, n, course, n_course, n_threads, progress, err);
    if (status != FSC_OK) fsc_future_free(out);
    return status;
}

void fsc_future_free(fsc_future *future) {
    fsc_free(future->slot);
    fsc_cycle_run_free(future->run);
    *future = (fsc_future){0};
}

static int compare_double(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, int32_t n, double share) {
    const double at = share * (n - 1);
    const int32_t below = (int32_t)at;
    const double above = sorted[below + 1 < n ? below + 1 : below];
    return sorted[below] + (at - below) * (above - sorted[below]);
}

fsc_band fsc_band_of(double *value, int32_t n) {
    const double none = (double)NAN;
    if (n < 1) return (fsc_band){none, none, none, none, none};
    qsort(value, (size_t)n, sizeof *value, compare_double);
    return (fsc_band){quantile(value, n, 0.05), quantile(value, n, 0.25), quantile(value, n, 0.5),
                      quantile(value, n, 0.75), quantile(value, n, 0.95)};
}
