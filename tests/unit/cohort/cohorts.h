/* A simulated cohort with a known order, shared by the tests of the order. */
#ifndef FSC_TEST_COHORTS_H
#define FSC_TEST_COHORTS_H

#include "random.h"

#include <fascicle/order.h>
#include <stdio.h>

/* n_person people at uniform stages; event order[k] is the k-th to become abnormal. Healthy 16 +- 3 (every third marker
 * falls: 16 +- 3 to 8), abnormal 26 +- 5; share_missing of the values are missing. */
static fsc_cohort *simulated_cohort(int32_t n_person, int32_t n_event, const int32_t *order, int32_t n_control,
                                    double share_missing, uint64_t seed) {
    fsc_cohort *c = NULL;
    if (fsc_cohort_new(&c, n_person, n_event, NULL) != FSC_OK) return NULL;
    for (int32_t e = 0; e < n_event; e++) {
        char name[32];
        snprintf(name, sizeof name, "marker %d", (int)e);
        if (fsc_cohort_name(&c->event[e], name, NULL) != FSC_OK) return NULL;
        c->falls[e] = e % 3 == 2;
    }
    for (int32_t j = 0; j < n_person; j++) {
        char name[32];
        snprintf(name, sizeof name, "sub-%03d", (int)j);
        if (fsc_cohort_name(&c->person[j], name, NULL) != FSC_OK) return NULL;
        c->is_control[j] = j < n_control;
        const int32_t stage =
            c->is_control[j] ? 0 : (int32_t)(fsc_random_uniform(seed, 1, (uint64_t)j) * (n_event + 1));
        for (int32_t k = 0; k < n_event; k++) {
            const int32_t e = order[k];
            const uint64_t draw = (uint64_t)(j * n_event + e);
            const double z = fsc_random_normal(seed, 2, draw);
            double x = k < stage ? 26 + 5 * z : 16 + 3 * z;
            if (c->falls[e]) x = k < stage ? 8 + 3 * z : 16 + 3 * z;
            if (fsc_random_uniform(seed, 3, draw) < share_missing) x = (double)NAN;
            c->value[(int64_t)j * n_event + e] = x;
        }
    }
    return c;
}

#endif
