/* Visits made by hand, for the tests of the store. */
#ifndef FSC_TEST_VISIT_H
#define FSC_TEST_VISIT_H

#include "../map/rows.h"
#include "../test.h"

#include <fascicle/change.h>

/* The record of a visit with these rows. */
static inline fsc_map *make_visit(const char *participant, const char *session, const char *date, const fsc_row *row,
                                  int32_t n) {
    const fsc_measures measures = {.row = (fsc_row *)(uintptr_t)row, .n_row = n, .method = FSC_METHOD_COMPLEX};
    fsc_acquisition a;
    fsc_acquisition_from_scan(&a, NULL);
    fsc_copy_text(a.participant, sizeof a.participant, participant);
    fsc_copy_text(a.session, sizeof a.session, session);
    fsc_copy_text(a.date, sizeof a.date, date);
    fsc_copy_text(a.manufacturer, sizeof a.manufacturer, "Maker");
    fsc_copy_text(a.device, sizeof a.device, "1234");
    a.field_tesla = 3;
    a.n_echo = 6;
    a.te_first_s = 1.2e-3;
    a.te_step_s = 1e-3;
    const fsc_map_inputs in = {.measures = &measures, .acquisition = &a};
    fsc_map *map = NULL;
    assert_ok(fsc_map_run(&map, &in, &test_error));
    return map;
}

#endif
