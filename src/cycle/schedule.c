#include "schedule.h"

static void sort_breaks(fsc_break *stop, int32_t n) {
    for (int32_t i = 1; i < n; i++) { /* few and nearly in order */
        const fsc_break moved = stop[i];
        int32_t j = i;
        for (; j > 0 && moved.day < stop[j - 1].day; j--) stop[j] = stop[j - 1];
        stop[j] = moved;
    }
}

static int32_t add_break(fsc_break *stop, int32_t n, double day, double last, int32_t kicked, int32_t output) {
    if (!(day >= 0 && day <= last)) return n;
    stop[n] = (fsc_break){day, kicked, output};
    return n + 1;
}

int32_t fsc_breaks_list(fsc_break *stop, const fsc_cycle_person *person, int32_t n_people, const fsc_cycle_plan *plan) {
    const double last = plan->day[plan->n_day - 1];
    int32_t n = add_break(stop, 0, 0, last, 1, -1);
    for (int32_t k = 0; k < plan->n_day; k++) n = add_break(stop, n, plan->day[k], last, 0, k);
    for (int32_t p = 0; p < n_people; p++) {
        for (int32_t k = 0; k < person[p].n_event; k++) n = add_break(stop, n, person[p].event[k].day, last, 1, -1);
        for (int32_t k = 0; k < person[p].n_course; k++) {
            n = add_break(stop, n, person[p].course[k].start_day, last, 1, -1);
            n = add_break(stop, n, person[p].course[k].stop_day, last, 1, -1);
        }
    }
    sort_breaks(stop, n);
    int32_t kept = 0;
    for (int32_t k = 1; k < n; k++) {
        if (stop[k].day > stop[kept].day) {
            stop[++kept] = stop[k];
            continue;
        }
        stop[kept].kicked |= stop[k].kicked;
        if (stop[k].output >= 0) stop[kept].output = stop[k].output;
    }
    return kept + 1;
}

int64_t fsc_breaks_most(const fsc_cycle_person *person, int64_t n_person, int32_t group_size,
                        const fsc_cycle_plan *plan) {
    int64_t most = 0, own = 0;
    for (int64_t p = 0; p < n_person; p++) {
        own += person[p].n_event + 2 * (int64_t)person[p].n_course;
        if (p % group_size == group_size - 1 || p == n_person - 1) {
            most = own > most ? own : most;
            own = 0;
        }
    }
    return most + plan->n_day + 1;
}
