/* Faults that a scan can have and a program can invent: offsets of echoes, false ramps, a wrong phase sign, fat in pure
 * water, fast decay read as fat. */
#include "judge.h"

static void turn_echo(sim *s, int32_t e, double theta) {
    for (int64_t v = 0; v < s->n; v++) {
        float *re = &s->scan.echo_re[e * s->n + v], *im = &s->scan.echo_im[e * s->n + v];
        const double a = (double)*re, b = (double)*im;
        *re = (float)(a * cos(theta) - b * sin(theta));
        *im = (float)(a * sin(theta) + b * cos(theta));
    }
}

static void phase_offsets_of_echoes_are_removed(void **state) {
    (void)state;
    static const double size[] = {0, 0.05, 0.1, 0.25, 0.4};
    for (int b = 0; b < 5; b++) {
        sim *s = sim_new(64, 64, 2, 6, 1.2e-3, 1.0e-3, 3, 30, sim_body);
        turn_echo(s, 0, size[b]);
        turn_echo(s, 3, -0.5 * size[b]);
        fsc_fatwater *out = separate(s, NULL);
        const errors e = compare(s, out, 0, 0.6);
        print_message("first echo turned by %.2f rad: found %d, bias %+.2f points\n", size[b],
                      has_note(out, "echo-phase-offsets"), 100 * e.bias);
        if (b != 1) assert_int_equal(has_note(out, "echo-phase-offsets"), b > 0);
        assert_int_equal(out->ramp_axis, -1);
        assert_true(fabs(e.bias) < 0.003);
        assert_true(compare(s, out, 0, 1).swapped < 0.001);
        fsc_fatwater_free(out);
        sim_free(s);
    }
}

/* Three echoes leave one number a voxel over, and R2* can take it: steep decay next to slow must not become a ramp. */
static sim_voxel paint_two_decays(double x, double y, double z) {
    sim_voxel v = sim_body(x, y, z);
    v.r2_per_s = y > 0 ? 25 : 110;
    return v;
}

static void three_echoes_make_no_ramp(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 3, 3, 1.15e-3, 1.15e-3, 3, 40, paint_two_decays);
    fsc_fatwater *out = separate(s, NULL);
    assert_int_equal(out->ramp_axis, -1);
    assert_true(compare(s, out, 0, 1).swapped < 0.002);
    fsc_fatwater_free(out);
    sim_free(s);
}

static sim_voxel paint_water(double x, double y, double z) {
    if (x * x + y * y > 0.8) return (sim_voxel){0};
    return (sim_voxel){1, 0, 25, -430 + 30 * x + 10 * z};
}

/* PDFF is even about 0 where there is no fat: magnitudes would read 1 to 3 points. */
static void pure_water_reads_no_fat(void **state) {
    (void)state;
    static const int32_t n_echo[] = {6, 4, 3};
    for (int b = 0; b < 3; b++) {
        sim *s = sim_new(64, 64, 2, n_echo[b], 1.2e-3, 1.0e-3, 3, 30, paint_water);
        fsc_fatwater *out = separate(s, NULL);
        const errors e = compare(s, out, 0, 0);
        print_message("pure water, %d echoes: %+.2f points, %.1f %% exchanged\n", (int)n_echo[b], 100 * e.bias,
                      100 * e.swapped);
        assert_true(e.swapped < 0.001);
        assert_true(fabs(e.bias) < 0.004);
        fsc_fatwater_free(out);
        sim_free(s);
    }
}

/* 0.35 T, echoes to 23 ms: a decay between two steps of a coarse grid once made the wrong sign fit better. */
static sim_voxel paint_low_field(double x, double y, double z) {
    sim_voxel v = sim_body(x, y, z);
    v.hz = 50 + 30 * x;
    v.r2_per_s = v.fraction > 0.5 ? 30 : 32;
    return v;
}

static void stated_precession_outlasts_weak_evidence(void **state) {
    (void)state;
    static const double snr[] = {15, 30};
    for (int b = 0; b < 2; b++) {
        sim *s = sim_new(96, 96, 1, 6, 3.9e-3, 3.861e-3, 0.3456, snr[b], paint_low_field);
        fsc_fatwater *out = separate(s, NULL);
        assert_int_equal(out->sign, 1);
        assert_true(compare(s, out, 0, 1).swapped < 0.02);
        fsc_fatwater_free(out);
        sim_free(s);
    }
}

/* An iron-rich organ: half of the slice decays within 2 ms. */
static sim_voxel paint_iron(double x, double y, double z) {
    sim_voxel v = sim_body(x, y, z);
    if (v.amplitude > 0 && x < 0 && v.fraction < 0.5) v = (sim_voxel){2, 0.06, 450, v.hz};
    return v;
}

static void fast_decay_is_not_read_as_fat(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 2, 12, 1.2e-3, 1.0e-3, 2.8949, 25, paint_iron);
    fsc_fatwater *out = separate(s, NULL);
    assert_true(compare(s, out, 0.06, 0.06).swapped < 0.005);
    fsc_fatwater_free(out);
    sim_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phase_offsets_of_echoes_are_removed), cmocka_unit_test(three_echoes_make_no_ramp),
        cmocka_unit_test(pure_water_reads_no_fat), cmocka_unit_test(stated_precession_outlasts_weak_evidence),
        cmocka_unit_test(fast_decay_is_not_read_as_fat)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
