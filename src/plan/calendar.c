#include "planner.h"

void fsc_plan_calendar(fsc_text *out, const fsc_plan *plan) {
    (void)plan;
    fsc_text_add(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//fascicle//home programme//EN\r\nEND:VCALENDAR\r\n");
}
