/* Reminders as iCalendar (RFC 5545). Neutral words: somebody else may read them. */
#include "format.h"
#include "planner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Three days a week are Monday, Wednesday and Friday; the others are added in this order. */
static int days_of(const fsc_plan_exercise *exercise) {
    return exercise->days_a_week >= 1 && exercise->days_a_week <= 7 ? (int)exercise->days_a_week : 3;
}

int fsc_exercise_on_day(const fsc_plan_exercise *exercise, int weekday) {
    static const int place[] = {0, 3, 1, 4, 2, 5, 6};
    return weekday >= 0 && weekday < 7 && place[weekday] < days_of(exercise);
}

/* A reminder for each exercise's days in a week from Monday on, for twelve weeks, without a clock's time. */
void fsc_plan_calendar(fsc_text *out, const fsc_plan *plan) {
    static const char *const days[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    char start[9] = "20260105"; /* a Monday, when the exam has no day: calendars repeat from there */
    if (strlen(plan->date) == 10)
        fsc_format(start, sizeof start, "%.4s%.2s%.2s", plan->date, plan->date + 5, plan->date + 8);
    fsc_text_add(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//fascicle//reminders//EN\r\n");
    for (int32_t i = 0; i < plan->n_home; i++) {
        const fsc_plan_exercise *e = &plan->home[i];
        const int minutes = e->minutes >= 1 && e->minutes <= 120 ? (int)e->minutes : 10;
        fsc_text_printf(out, "BEGIN:VEVENT\r\nUID:%d@fascicle\r\nDTSTAMP:%sT000000Z\r\nDTSTART;VALUE=DATE:%s\r\n",
                        (int)i + 1, start, start);
        fsc_text_printf(out, "RRULE:FREQ=WEEKLY;COUNT=%d;BYDAY=", 12 * days_of(e));
        for (int d = 0; d < 7; d++) /* Monday is always one */
            if (fsc_exercise_on_day(e, d)) fsc_text_printf(out, "%s%s", d ? "," : "", days[d]);
        fsc_text_printf(out, "\r\nSUMMARY:Time to move: %d minutes (%d)\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n",
                        minutes, (int)i + 1);
    }
    fsc_text_add(out, "END:VCALENDAR\r\n");
}
