#include "tell.h"

#include "alloc.h"
#include "fail.h"
#include "mixture.h"

#include <math.h>
#include <stdlib.h>

enum { LEAST_CONTROLS = 20 };
#define AT_THE_BOUND 1.1 /* the fit would have the two closer than it may */
#define HARDLY 0.1       /* beyond the controls' 95th percentile: twice what chance puts there */
#define WIDE_SPAN 0.5    /* a share of people that could be anything over so wide a span is not known */

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The share of the cases beyond the controls' 95th percentile, on the abnormal side; value holds n_person. */
static double beyond(const fsc_cohort *c, int32_t event, double *value) {
    int32_t n = 0, n_case = 0, n_beyond = 0;
    const double sign = c->falls[event] ? -1 : 1;
    for (int32_t j = 0; j < c->n_person; j++) {
        const double x = sign * c->value[(int64_t)j * c->n_event + event];
        if (c->is_control[j] && isfinite(x)) value[n++] = x;
    }
    if (n < LEAST_CONTROLS) return (double)NAN;
    qsort(value, (size_t)n, sizeof *value, by_size);
    const double limit = value[(int32_t)(0.95 * (n - 1) + 0.5)];
    for (int32_t j = 0; j < c->n_person; j++) {
        const double x = sign * c->value[(int64_t)j * c->n_event + event];
        if (c->is_control[j] || !isfinite(x)) continue;
        n_case++;
        n_beyond += x > limit;
    }
    return n_case ? (double)n_beyond / n_case : (double)NAN;
}

static void note(fsc_order *o, int32_t e, const fsc_order_doubt *doubt) {
    const fsc_order_mixture *m = &o->mixture[e];
    const double apart = fabs(m->abnormal_mean - m->healthy_mean) / m->healthy_sd;
    const int anywhere = abs(doubt->other_place - doubt->place) >= FSC_ORDER_DOUBT_PLACES(o->n_event);
    if (m->beyond_share <= HARDLY)
        fsc_notes_add(&o->notes, FSC_NOTE_WARNING, "mixture-undetermined",
                      "%s: %.0f %% of the people lie beyond the controls' 95th percentile, where 5 %% would by chance. "
                      "Hardly anybody is past it: it comes late or never.",
                      o->event[e], 100 * m->beyond_share);
    else if (apart < AT_THE_BOUND * FSC_ORDER_LEAST_GAP_SD || anywhere ||
             m->abnormal_share_p95 - m->abnormal_share_p05 > WIDE_SPAN)
        fsc_notes_add(
            &o->notes, FSC_NOTE_WARNING, "mixture-undetermined",
            "%s: its values do not tell before from after (%.1f SD apart at best), so its place in the order is "
            "not known.",
            o->event[e], apart);
}

fsc_status fsc_order_tell(fsc_order *order, const fsc_order_doubt *doubt, const fsc_cohort *cohort, fsc_error *err) {
    FSC_AUTO_BLOCK double *value = fsc_alloc(cohort->n_person, sizeof *value);
    if (!value) return fsc_fail_nomem(err, "looking at the markers");
    for (int32_t e = 0; e < order->n_event; e++) {
        order->mixture[e].beyond_share = beyond(cohort, e, value);
        note(order, e, &doubt[e]);
    }
    return FSC_OK;
}
