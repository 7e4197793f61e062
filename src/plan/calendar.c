/* Reminders as iCalendar (RFC 5545). Neutral words: somebody else may read them. */
#include "format.h"
#include "planner.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A reminder for each exercise's days in a week from Monday on, for twelve weeks, without a clock's time. */
void fsc_plan_calendar(fsc_text *out, const fsc_plan *plan) {
    static const char *const days[] = {"MO", "WE", "FR", "TU", "TH", "SA", "SU"};
    char start[9] = "20260105"; /* a Monday, when the exam has no day: calendars repeat from there */
    if (strlen(plan->date) == 10)
        fsc_format(start, sizeof start, "%.4s%.2s%.2s", plan->date, plan->date + 5, plan->date + 8);
    fsc_text_add(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//fascicle//reminders//EN\r\n");
    for (int32_t i = 0; i < plan->n_home; i++) {
        const fsc_plan_exercise *e = &plan->home[i];
        const int n = e->days_a_week >= 1 && e->days_a_week <= 7 ? (int)e->days_a_week : 3;
        const int minutes = e->minutes >= 1 && e->minutes <= 120 ? (int)e->minutes : 10;
        fsc_text_printf(out, "BEGIN:VEVENT\r\nUID:%d@fascicle\r\nDTSTAMP:%sT000000Z\r\nDTSTART;VALUE=DATE:%s\r\n",
                        (int)i + 1, start, start);
        fsc_text_printf(out, "RRULE:FREQ=WEEKLY;COUNT=%d;BYDAY=", 12 * n);
        for (int d = 0; d < n; d++) fsc_text_printf(out, "%s%s", d ? "," : "", days[d]);
        fsc_text_printf(out, "\r\nSUMMARY:Time to move: %d minutes (%d)\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n",
                        minutes, (int)i + 1);
    }
    fsc_text_add(out, "END:VCALENDAR\r\n");
}
