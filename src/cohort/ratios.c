/* What each value says of its event: the ratios that walks multiply. */
#include "alloc.h"
#include "fail.h"
#include "mixture.h"
#include "refine.h"
#include "walk.h"

#include <math.h>

fsc_status fsc_order_ratios_new(fsc_order_ratios *ratios, const fsc_cohort *cohort, fsc_error *err) {
    int64_t n_case = 0;
    for (int32_t j = 0; j < cohort->n_person; j++) n_case += cohort->is_control[j] == 0;
    ratios->n_event = cohort->n_event;
    ratios->n_lane = (n_case + FSC_ORDER_LANES - 1) / FSC_ORDER_LANES * FSC_ORDER_LANES;
    const int64_t size = (ratios->n_event + 1) * ratios->n_lane;
    ratios->ratio = fsc_alloc(2 * size, sizeof(double));
    if (!ratios->ratio) return fsc_fail_nomem(err, "comparing values with the mixtures");
    ratios->inverse = ratios->ratio + size;
    for (int64_t i = 0; i < 2 * size; i++) ratios->ratio[i] = 1;
    return FSC_OK;
}

void fsc_order_ratios_fill(fsc_order_ratios *ratios, double *person_ratio, const fsc_cohort *cohort,
                           const fsc_order_mixture *mixture) {
    const int32_t n_event = cohort->n_event;
    const double limit = fsc_order_ratio_limit(n_event);
    int64_t lane = 0;
    for (int32_t j = 0; j < cohort->n_person; j++) {
        for (int32_t e = 0; e < n_event; e++) {
            const double log_ratio = fsc_order_mixture_log_ratio(&mixture[e], cohort->falls[e],
                                                                 cohort->value[(int64_t)j * n_event + e], limit);
            person_ratio[(int64_t)j * n_event + e] = exp(log_ratio);
            if (cohort->is_control[j]) continue;
            ratios->ratio[e * ratios->n_lane + lane] = exp(log_ratio);
            ratios->inverse[e * ratios->n_lane + lane] = exp(-log_ratio);
        }
        lane += cohort->is_control[j] == 0;
    }
}
