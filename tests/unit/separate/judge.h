/* Results of separate judged against simulated truth. */
#ifndef FSC_TEST_JUDGE_H
#define FSC_TEST_JUDGE_H

#include "../test.h"
#include "sim.h"

static inline fsc_fatwater *separate(const sim *s, const fsc_separate_options *opt) {
    fsc_fatwater *out = NULL;
    assert_ok(fsc_separate_run(&out, &s->scan, opt, &test_error));
    return out;
}

static inline int has_note(const fsc_fatwater *out, const char *key) {
    for (int32_t i = 0; i < out->notes.n; i++)
        if (strcmp(out->notes.item[i].key, key) == 0) return 1;
    return 0;
}

typedef struct errors {
    double bias, sd, within, swapped, field_rms;
    int64_t n;
} errors;

/* Over tissue with fraction in [low, high]: PDFF errors, coverage of 90 % intervals, field error modulo the period. */
static inline errors compare(const sim *s, const fsc_fatwater *out, double low, double high) {
    errors e = {0};
    double square = 0, period = 1 / (s->scan.te_s[1] - s->scan.te_s[0]);
    for (int64_t v = 0; v < s->n; v++) {
        const sim_voxel *t = &s->truth[v];
        if (t->amplitude < 0.5 || t->fraction < low || t->fraction > high) continue;
        assert_true(isfinite(out->pdff_fraction[v]));
        const double d = (double)out->pdff_fraction[v] - t->fraction;
        e.n++;
        e.swapped += fabs(d) > 0.3;
        if (fabs(d) > 0.3) continue;
        e.bias += d;
        square += d * d;
        e.within += fabs(d) < 1.6449 * (double)out->pdff_se_fraction[v];
        const double f = ((double)out->fieldmap_hz[v] - t->hz) / period;
        e.field_rms += (f - round(f)) * (f - round(f)) * period * period;
    }
    const double n = (double)e.n - e.swapped;
    e.bias /= n;
    e.sd = sqrt(square / n - e.bias * e.bias);
    e.within /= n;
    e.field_rms = sqrt(e.field_rms / n);
    e.swapped /= (double)e.n;
    return e;
}

#endif
