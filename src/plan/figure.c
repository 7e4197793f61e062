/* Drawings of exercises from joint angles: data/exercises/. */
#include "fail.h"
#include "planner.h"

fsc_status fsc_exercise_svg(char **svg, const char *id, int32_t phase, fsc_error *err) {
    (void)svg;
    return fsc_fail(err, FSC_E_NOTFOUND, "%.40s, phase %d: no such drawing", id, (int)phase);
}

const char *fsc_exercise_id(int32_t index) {
    (void)index;
    return NULL;
}
