/* What echo times can tell: the predicted standard error is the one that simulated scans show, and pairs that cannot
 * tell are refused. `test_separate_conditioning table` prints the table of doc/equations/separate.md. */
#include "conditioning.h"
#include "judge.h"

static int all_pairs;

typedef struct pair {
    double b0_tesla, first_ms, second_ms;
    int refused;
} pair;

/* The seven measured pairs of a 3 T abdomen and a thigh, and common ones. */
static const pair pairs[] = {
    {3, 4.001, 6.300, 1}, {3, 4.001, 6.200, 1}, {3, 4.001, 6.460, 1}, {3, 4.001, 7.450, 1}, {3, 4.001, 7.000, 0},
    {3, 4.001, 6.907, 0}, {3, 4.001, 5.756, 0}, {3, 3.9, 6.3, 1},     {3, 1.15, 2.30, 0},   {3, 1.15, 1.80, 0},
    {3, 1.0, 1.5, 1},     {3, 2.3, 4.6, 1},     {3, 2.46, 3.69, 0},   {1.5, 2.30, 4.60, 0}, {1.5, 1.2, 2.4, 0},
    {1.5, 2.3, 3.4, 0},   {1.5, 4.6, 6.9, 0},   {1.5, 4.6, 9.2, 1},
};

static double painted_fraction;

/* One fraction, the usual decay, hardly any field: what is left is noise. */
static sim_voxel paint_even(double x, double y, double z) {
    (void)z;
    if (x * x + y * y > 0.8) return (sim_voxel){0};
    return (sim_voxel){1, painted_fraction, 45, 3 * x};
}

static fsc_model model_of(const fsc_scan *scan) {
    fsc_model model;
    fsc_spectrum spectrum;
    fsc_notes notes = {0};
    assert_ok(fsc_spectrum_find(&spectrum, "ismrm6", 0, &test_error));
    assert_ok(fsc_model_build(&model, scan, &spectrum, &notes, &test_error));
    fsc_notes_free(&notes);
    return model;
}

/* Standard deviation on the right branch; NaN when refused. */
static double simulated(const pair *p, double fraction, double snr, double *predicted, int *refused) {
    painted_fraction = fraction;
    sim *s =
        sim_new(64, 64, 2, 2, 1e-3 * p->first_ms, 1e-3 * (p->second_ms - p->first_ms), p->b0_tesla, snr, paint_even);
    const fsc_model model = model_of(&s->scan);
    fsc_fatwater *out = NULL;
    *predicted = fsc_conditioning_se(&model, 1, fraction, snr, 1e-6);
    *refused = fsc_separate_run(&out, &s->scan, NULL, &test_error) != FSC_OK;
    double n = 0, sum = 0, square = 0;
    for (int64_t v = 0; !*refused && v < s->n; v++) {
        if (!(s->truth[v].amplitude > 0)) continue;
        const double d = (double)out->pdff_fraction[v] - fraction;
        if (!(fabs(d) < 0.35)) continue;
        n++;
        sum += d;
        square += d * d;
    }
    fsc_fatwater_free(out);
    sim_free(s);
    return n > 100 ? sqrt(square / n - sum * sum / (n * n)) : (double)NAN;
}

static void pairs_that_cannot_tell_are_refused(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        double lean, fat;
        int refused;
        const double found_lean = simulated(&pairs[k], 0.1, 30, &lean, &refused);
        const double found_fat = simulated(&pairs[k], 0.9, 30, &fat, &refused);
        if (all_pairs)
            print_message("| %.1f | %.3f, %.3f | %.1f | %.1f | %.1f | %.1f | %s |\n", pairs[k].b0_tesla,
                          pairs[k].first_ms, pairs[k].second_ms, 100 * lean, 100 * found_lean, 100 * fat,
                          100 * found_fat,
                          refused                  ? "refused"
                          : fmax(lean, fat) > 0.07 ? "poor"
                                                   : "good");
        assert_int_equal(refused, pairs[k].refused);
    }
}

/* Without noise enough to fold fractions over 0 or into the other branch, the bound is what is seen. */
static void predicted_errors_are_seen(void **state) {
    (void)state;
    static const pair good[] = {{3, 1.15, 2.30, 0}, {3, 4.001, 7.000, 0}, {1.5, 1.2, 2.4, 0}, {1.5, 2.3, 3.4, 0}};
    for (int k = 0; k < 4; k++) {
        double predicted;
        int refused;
        const double found = simulated(&good[k], 0.2, 200, &predicted, &refused);
        print_message("%.1f T, %.3f and %.3f ms: predicted %.2f, found %.2f points\n", good[k].b0_tesla,
                      good[k].first_ms, good[k].second_ms, 100 * predicted, 100 * found);
        assert_close(found / predicted, 1, 0.06);
    }
}

static void multi_echo_bound_is_the_fit_s(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 2, 6, 1.2e-3, 1.0e-3, 3, 30, sim_muscle);
    const fsc_model model = model_of(&s->scan);
    fsc_fatwater *out = separate(s, NULL);
    double mean = 0;
    for (int64_t v = 0; v < s->n; v++) mean += (double)out->pdff_se_fraction[v] / (double)s->n;
    assert_close(mean / fsc_conditioning_se(&model, 1, 0.1, 30, 1e6), 1, 0.05);
    fsc_fatwater_free(out);
    sim_free(s);
}

static void in_phase_echoes_alone_are_refused(void **state) {
    (void)state;
    for (int magnitudes = 0; magnitudes < 2; magnitudes++) {
        sim *s = sim_new(48, 48, 1, 4, 2.3e-3, 2.3e-3, 3, 30, sim_body);
        fsc_fatwater *out = NULL;
        if (magnitudes) {
            fsc_free(s->scan.echo_im);
            s->scan.echo_im = NULL;
            s->scan.kind = FSC_SCAN_MAGNITUDE;
            for (int64_t i = 0; i < 4 * s->n; i++) s->scan.echo_re[i] = fabsf(s->scan.echo_re[i]);
        }
        assert_fails(fsc_separate_run(&out, &s->scan, NULL, &test_error), FSC_E_RANGE);
        assert_non_null(strstr(test_error.text, "cannot be told apart"));
        sim_free(s);
    }
}

static void two_echoes_show_their_conditioning(void **state) {
    (void)state;
    sim *s = sim_new(48, 48, 1, 2, 4.001e-3, 2.999e-3, 3, 60, sim_body);
    fsc_fatwater *out = separate(s, NULL);
    assert_true(has_note(out, "two-echo-conditioning"));
    assert_true(has_note(out, "echo-conditioning")); /* 11 points are many */
    assert_non_null(out->pdff_se_fraction);
    fsc_fatwater_free(out);
    sim_free(s);
}

int main(int argc, char **argv) {
    all_pairs = argc > 1 && strcmp(argv[1], "table") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_that_cannot_tell_are_refused), cmocka_unit_test(predicted_errors_are_seen),
        cmocka_unit_test(multi_echo_bound_is_the_fit_s),      cmocka_unit_test(in_phase_echoes_alone_are_refused),
        cmocka_unit_test(two_echoes_show_their_conditioning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
