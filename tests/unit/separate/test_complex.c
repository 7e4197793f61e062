/* Complex multi-echo against simulated truth: bias, errors, faults of the scanner, hard objects, threads, memory. */
#include "../test.h"
#include "judge.h"

static void errors_per_snr_band(void **state) {
    (void)state;
    static const double snr[] = {50, 30, 20, 12};
    for (int b = 0; b < 4; b++) {
        sim *s = sim_new(96, 96, 2, 6, 1.2e-3, 1.0e-3, 3, snr[b], sim_muscle);
        fsc_fatwater *out = separate(s, NULL);
        const errors e = compare(s, out, 0.1, 0.1);
        print_message("SNR %2.0f: bias %+.3f points, SD %.2f, 90 %% intervals cover %.1f %%, field %.2f Hz\n", snr[b],
                      100 * e.bias, 100 * e.sd, 100 * e.within, e.field_rms);
        assert_true(e.swapped == 0);
        assert_true(fabs(e.bias) <= 0.001);
        assert_true(e.within > 0.88 && e.within < 0.92);
        assert_true(e.sd < 1.03 * 0.0206 * 30 / snr[b]); /* Cramer-Rao of these echoes: 2.06 points at SNR 30 */
        assert_true(e.field_rms < (snr[b] < 15 ? 3 : 2));
        assert_close(out->noise_sd, s->sigma, 0.05 * s->sigma);
        fsc_fatwater_free(out);
        sim_free(s);
    }
}

static void body_is_not_exchanged(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 4, 6, 1.2e-3, 1.0e-3, 3, 30, sim_body);
    fsc_fatwater *out = separate(s, NULL);
    const errors e = compare(s, out, 0, 1);
    assert_true(e.swapped == 0 && fabs(e.bias) < 0.002);
    assert_int_equal(out->sign, 1);
    assert_int_equal(out->ramp_axis, -1);
    assert_true(out->quality[0] & FSC_Q_BACKGROUND);
    assert_true(isnan(out->pdff_fraction[0]));
    fsc_fatwater_free(out);
    sim_free(s);
}

static void conjugated_input_gives_the_same(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 2, 6, 1.2e-3, 1.0e-3, 3, 30, sim_body);
    s->scan.precession = 0;
    fsc_fatwater *plain = separate(s, NULL);
    for (int64_t i = 0; i < s->n * s->scan.n_echo; i++) s->scan.echo_im[i] = -s->scan.echo_im[i];
    fsc_fatwater *turned = separate(s, NULL);
    assert_int_equal(plain->sign, 1);
    assert_int_equal(turned->sign, -1);
    assert_true(turned->sign_ratio > 1.05);
    for (int64_t v = 0; v < s->n; v++)
        if (isfinite(plain->pdff_fraction[v]))
            assert_close((double)plain->pdff_fraction[v], (double)turned->pdff_fraction[v], 0.001);
    fsc_fatwater_free(plain);
    fsc_fatwater_free(turned);
    sim_free(s);
}

static void add_ramp(sim *s, int axis, double slope, double constant) {
    const int64_t *dim = s->scan.grid.dim;
    for (int32_t e = 0; e < s->scan.n_echo; e++)
        for (int64_t v = 0; v < s->n; v++) {
            const int64_t x = axis == 0 ? v % dim[0] : v / dim[0] % dim[1];
            const double theta =
                (e % 2 ? -1 : 1) * (constant + 2 * FSC_PI * slope * ((double)x / (double)dim[axis] - 0.5));
            float *re = &s->scan.echo_re[e * s->n + v], *im = &s->scan.echo_im[e * s->n + v];
            const double a = (double)*re, b = (double)*im;
            *re = (float)(a * cos(theta) - b * sin(theta));
            *im = (float)(a * sin(theta) + b * cos(theta));
        }
}

static int by_value(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median_pdff(const fsc_fatwater *out, int64_t n_voxel) {
    float *list = malloc((size_t)n_voxel * sizeof *list);
    int64_t n = 0;
    for (int64_t v = 0; v < n_voxel; v++)
        if (isfinite(out->pdff_fraction[v])) list[n++] = out->pdff_fraction[v];
    qsort(list, (size_t)n, sizeof *list, by_value);
    const double median = (double)list[n / 2];
    free(list);
    return median;
}

static void readout_ramp_is_found_and_removed(void **state) {
    (void)state;
    for (int axis = 0; axis < 2; axis++) {
        sim *s = sim_new(64, 64, 4, 6, 1.2e-3, 1.0e-3, 3, 30, sim_body);
        fsc_fatwater *plain = separate(s, NULL);
        add_ramp(s, axis, 0.2, 0.05);
        fsc_fatwater *out = separate(s, NULL);
        assert_int_equal(out->ramp_axis, axis);
        assert_close(out->ramp_slope_dwell, 0.2, 0.01);
        assert_close(out->ramp_constant_rad, 0.05, 0.02);
        assert_close(median_pdff(out, s->n), median_pdff(plain, s->n), 0.002);
        assert_true(has_note(out, "readout-ramp"));
        assert_true(compare(s, out, 0, 1).swapped == 0);
        fsc_fatwater_free(plain);
        fsc_fatwater_free(out);
        sim_free(s);
    }
}

static void threads_give_the_same_bits(void **state) {
    (void)state;
    sim *s = sim_new(48, 48, 3, 6, 1.2e-3, 1.0e-3, 3, 15, sim_body);
    fsc_separate_options opt = FSC_SEPARATE_OPTIONS_INIT;
    opt.n_threads = 1;
    fsc_fatwater *one = separate(s, &opt);
    for (opt.n_threads = 2; opt.n_threads <= 4; opt.n_threads *= 2) {
        fsc_fatwater *more = separate(s, &opt);
        const size_t size = (size_t)s->n * sizeof(float);
        assert_memory_equal(one->pdff_fraction, more->pdff_fraction, size);
        assert_memory_equal(one->pdff_se_fraction, more->pdff_se_fraction, size);
        assert_memory_equal(one->r2star_per_s, more->r2star_per_s, size);
        assert_memory_equal(one->fieldmap_hz, more->fieldmap_hz, size);
        assert_memory_equal(one->swap_probability, more->swap_probability, size);
        assert_memory_equal(one->quality, more->quality, (size_t)s->n * sizeof(uint16_t));
        fsc_fatwater_free(more);
    }
    fsc_fatwater_free(one);
    sim_free(s);
}

/* Water and fat islands in air, each with its own offset; one has a gas pocket with a steep field. */
static sim_voxel paint_islands(double x, double y, double z) {
    (void)z;
    const double a = hypot(x + 0.5, y + 0.5), b = hypot(x - 0.5, y + 0.5), c = hypot(x + 0.5, y - 0.5);
    const double d = hypot(x - 0.45, y - 0.45);
    if (a < 0.3) return (sim_voxel){1, 0.05, 40, 250 + 50 * x};
    if (b < 0.3) return (sim_voxel){1, 0.95, 40, -300 + 50 * y};
    if (c < 0.3) return (sim_voxel){1, 0.0, 30, -280};
    if (d < 0.45 && d > 0.1)
        return (sim_voxel){1, d > 0.3 ? 0.9 : 0.1, 50, 100 + 4.0 * (x - 0.45) * (y - 0.45) / (d * d * d)};
    return (sim_voxel){0};
}

static void islands_are_decided_on_their_own(void **state) {
    (void)state;
    static const double snr[] = {30, 12};
    for (int b = 0; b < 2; b++) {
        sim *s = sim_new(64, 64, 3, 6, 1.2e-3, 1.0e-3, 3, snr[b], paint_islands);
        fsc_fatwater *out = separate(s, NULL);
        assert_true(compare(s, out, 0, 1).swapped < 0.002);
        fsc_fatwater_free(out);
        sim_free(s);
    }
}

/* Fat behind a thin wall of low signal. Its field lies one fat shift higher, so that read as water it would continue
 * the field of the body before the wall. */
static sim_voxel paint_behind_wall(double x, double y, double z) {
    (void)z;
    const double hz = 60 * x - 30 * y;
    if (x * x + y * y > 0.9) return (sim_voxel){0};
    if (x < 0.2) return (sim_voxel){1, hypot(x + 0.4, y) < 0.3 ? 0.9 : 0.05, 40, hz};
    if (x < 0.29) return (sim_voxel){0.4, 0.05, 40, hz + 430 * (x > 0.245)};
    return (sim_voxel){1, 0.95, 40, hz + 430};
}

static void region_behind_a_wall_has_its_own_say(void **state) {
    (void)state;
    static const double snr[] = {12, 7};
    for (int b = 0; b < 2; b++) {
        sim *s = sim_new(64, 64, 2, 4, 1.2e-3, 1.2e-3, 3, snr[b], paint_behind_wall);
        fsc_fatwater *out = separate(s, NULL);
        const errors e = compare(s, out, 0.95, 0.95), before = compare(s, out, 0, 0.9);
        int64_t wrong = 0, said = 0;
        for (int64_t v = 0; v < s->n; v++) {
            if (s->truth[v].amplitude < 0.5 || s->truth[v].fraction < 0.95) continue;
            if (fabs((double)out->pdff_fraction[v] - 0.95) < 0.3) continue;
            wrong++;
            said += (out->quality[v] & FSC_Q_SWAP_SUSPECT) != 0;
        }
        print_message("SNR %2.0f: %.1f %% exchanged behind the wall, %.1f %% of them marked\n", snr[b], 100 * e.swapped,
                      wrong > 0 ? 100.0 * (double)said / (double)wrong : 100.0);
        if (b == 0)
            assert_true(e.swapped < 0.02);
        else /* what the echoes cannot decide is at least marked */
            assert_true(e.swapped < 0.02 || 10 * said >= 9 * wrong);
        assert_true(before.swapped < 0.03);
        fsc_fatwater_free(out);
        sim_free(s);
    }
}

/* A jump of the field between fat and water at 1.5 T, in teeth three voxels high that no pair of columns follows. */
static sim_voxel paint_seam(double x, double y, double z) {
    (void)z;
    if (x * x + y * y > 0.9) return (sim_voxel){0};
    const int row = (int)floor((y + 1) * 32 + 0.5), column = (int)floor((x + 1) * 32 + 0.5);
    return column >= 31 + (row / 3) % 3 ? (sim_voxel){1, 0.05, 60, 75} : (sim_voxel){1, 0.9, 60, -10};
}

static void voxels_at_a_seam_decide_alone(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 2, 4, 1.7e-3, 3.0e-3, 1.5, 15, paint_seam);
    fsc_fatwater *out = separate(s, NULL);
    int64_t wrong = 0;
    for (int64_t v = 0; v < s->n; v++)
        wrong += s->truth[v].amplitude > 0 && fabs((double)out->pdff_fraction[v] - s->truth[v].fraction) > 0.3;
    print_message("seam: %d voxels on the wrong branch\n", (int)wrong);
    assert_true(wrong <= 4);
    fsc_fatwater_free(out);
    sim_free(s);
}

/* 600 Hz from one side to the other: 38 Hz a voxel across 32, wrapped at 1 kHz. */
static sim_voxel paint_steep(double x, double y, double z) {
    sim_voxel v = sim_body(x, y, z);
    v.hz = 600 * x + 100 * y * y;
    return v;
}

static void steep_fields_low_snr_and_one_slice(void **state) {
    (void)state;
    sim *steep = sim_new(32, 48, 2, 6, 1.2e-3, 1.0e-3, 3, 20, paint_steep);
    sim *noisy = sim_new(64, 64, 1, 6, 2.0e-3, 3.86e-3, 0.35, 8, sim_body);
    fsc_fatwater *a = separate(steep, NULL), *b = separate(noisy, NULL);
    assert_true(compare(steep, a, 0, 1).swapped < 0.003);
    assert_true(compare(noisy, b, 0, 1).swapped < 0.03);
    fsc_fatwater_free(a);
    fsc_fatwater_free(b);
    sim_free(steep);
    sim_free(noisy);
}

static void three_and_many_echoes(void **state) {
    (void)state;
    sim *few = sim_new(48, 48, 2, 3, 2.87e-3, 3.2e-3, 1.494, 60, sim_body);
    sim *many = sim_new(48, 48, 1, 16, 1.1e-3, 0.9e-3, 3, 20, sim_body);
    fsc_fatwater *a = separate(few, NULL), *b = separate(many, NULL);
    assert_true(has_note(a, "r2star-guided"));
    assert_true(compare(few, a, 0, 1).swapped == 0);
    assert_true(compare(many, b, 0, 1).swapped == 0);
    fsc_fatwater_free(a);
    fsc_fatwater_free(b);
    sim_free(few);
    sim_free(many);
}

static void uneven_and_rounded_echo_times(void **state) {
    (void)state;
    sim *s = sim_new(48, 48, 2, 6, 2.26e-3, 0.94e-3, 3, 30, sim_body);
    for (int32_t e = 0; e < 6; e++) s->scan.te_s[e] = round(s->scan.te_s[e] * 1e4) * 1e-4;
    fsc_fatwater *out = separate(s, NULL);
    assert_true(has_note(out, "echo-times-rounded"));
    assert_true(compare(s, out, 0, 1).swapped == 0);
    fsc_fatwater_free(out);
    sim_free(s);
    /* truly uneven: echoes 1, 2, 4, 5 of an even train */
    s = sim_new(48, 48, 2, 5, 1.2e-3, 1.1e-3, 3, 30, sim_body);
    memmove(s->scan.echo_re + 2 * s->n, s->scan.echo_re + 3 * s->n, 2 * (size_t)s->n * sizeof(float));
    memmove(s->scan.echo_im + 2 * s->n, s->scan.echo_im + 3 * s->n, 2 * (size_t)s->n * sizeof(float));
    s->scan.te_s[2] = s->scan.te_s[3];
    s->scan.te_s[3] = s->scan.te_s[4];
    s->scan.n_echo = 4;
    out = separate(s, NULL);
    assert_true(compare(s, out, 0, 1).swapped < 0.001);
    fsc_fatwater_free(out);
    sim_free(s);
}

static double mixed_bias(const sim *s, const fsc_fatwater *out) {
    return compare(s, out, 0.2, 0.6).bias;
}

/* A scanner of 2.8949 T that calls itself 3 T; one that is 3 T stays as it is; one that cannot tell says so. */
static void rounded_field_strength_is_noticed(void **state) {
    (void)state;
    static const double snr[] = {40, 15};
    for (int b = 0; b < 2; b++)
        for (int rounded = 0; rounded < 2; rounded++) {
            sim *s = sim_new(64, 64, 2, 8, 1.2e-3, 1.1e-3, rounded ? 2.8949 : 3, snr[b], sim_body);
            s->scan.b0_tesla = 3;
            fsc_fatwater *out = separate(s, NULL);
            print_message("SNR %.0f, true %.4f T called 3: found %d, unclear %d, bias of mixed fat %+.2f points\n",
                          snr[b], rounded ? 2.8949 : 3.0, has_note(out, "field-strength-rounded"),
                          has_note(out, "field-strength-unclear"), 100 * mixed_bias(s, out));
            if (rounded && b == 0)
                assert_true(has_note(out, "field-strength-rounded") && fabs(mixed_bias(s, out)) < 0.002);
            if (rounded && b == 1)
                assert_true(has_note(out, "field-strength-rounded") || has_note(out, "field-strength-unclear"));
            if (!rounded) assert_true(!has_note(out, "field-strength-rounded") && fabs(mixed_bias(s, out)) < 0.003);
            fsc_fatwater_free(out);
            sim_free(s);
        }
}

/* Spacing and field strength trade off: echo times listed to 0.1 ms must not make a true 3 T look rounded. */
static void rounded_echo_times_are_no_rounded_field(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 2, 6, 1.04e-3, 0.705e-3, 3, 40, sim_body);
    for (int32_t e = 0; e < 6; e++) s->scan.te_s[e] = round(s->scan.te_s[e] * 1e4) * 1e-4; /* spacing 2.9 % too long */
    fsc_fatwater *out = separate(s, NULL);
    assert_true(has_note(out, "echo-times-rounded"));
    assert_false(has_note(out, "field-strength-rounded"));
    assert_true(has_note(out, "field-strength-unclear"));
    fsc_fatwater_free(out);
    sim_free(s);
}

static sim_voxel paint_iron(double x, double y, double z) {
    (void)z;
    return (sim_voxel){1, 0.1, x < 0 ? 10 : 300, 40 * y};
}

static void r2star_is_unbiased(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 1, 6, 1.2e-3, 1.0e-3, 3, 30, paint_iron);
    fsc_fatwater *out = separate(s, NULL);
    double sum[2] = {0, 0}, n[2] = {0, 0};
    for (int64_t v = 0; v < s->n; v++) {
        const int high = s->truth[v].r2_per_s > 100;
        sum[high] += (double)out->r2star_per_s[v] - s->truth[v].r2_per_s;
        n[high] += 1;
    }
    assert_true(fabs(sum[0] / n[0]) < 1);
    assert_true(fabs(sum[1] / n[1]) < 3);
    fsc_fatwater_free(out);
    sim_free(s);
}

static void broken_voxels_and_scans_are_said(void **state) {
    (void)state;
    sim *s = sim_new(32, 32, 1, 6, 1.2e-3, 1.0e-3, 3, 30, sim_body);
    s->scan.echo_re[16 * 32 + 16] = NAN;
    s->scan.echo_im[3 * s->n + 16 * 32 + 17] = INFINITY;
    fsc_fatwater *out = separate(s, NULL);
    for (int64_t v = 16 * 32 + 16; v <= 16 * 32 + 17; v++) {
        assert_true(out->quality[v] & FSC_Q_NOT_FINITE);
        assert_true(isnan(out->pdff_fraction[v]));
    }
    assert_true(isfinite(out->pdff_fraction[16 * 32 + 18]));
    fsc_fatwater_free(out);
    fsc_separate_options opt = FSC_SEPARATE_OPTIONS_INIT;
    opt.spectrum = "butter";
    assert_fails(fsc_separate_run(&out, &s->scan, &opt, &test_error), FSC_E_NOTFOUND);
    assert_non_null(strstr(test_error.text, "ismrm6"));
    s->scan.te_s[2] = s->scan.te_s[1];
    assert_fails(fsc_separate_run(&out, &s->scan, NULL, &test_error), FSC_E_RANGE);
    s->scan.te_s[2] = 3.2e-3;
    s->scan.b0_tesla = (double)NAN;
    assert_fails(fsc_separate_run(&out, &s->scan, NULL, &test_error), FSC_E_RANGE);
    s->scan.b0_tesla = 3;
    memset(s->scan.echo_re, 0, (size_t)s->n * 6 * sizeof(float));
    memset(s->scan.echo_im, 0, (size_t)s->n * 6 * sizeof(float));
    assert_fails(fsc_separate_run(&out, &s->scan, NULL, &test_error), FSC_E_NUMERIC);
    sim_free(s);
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    sim *s = sim_new(16, 16, 1, 4, 1.2e-3, 1.0e-3, 3, 30, sim_body);
    add_ramp(s, 0, 0.2, 0.05);
    fsc_separate_options opt = FSC_SEPARATE_OPTIONS_INIT;
    opt.n_threads = 1;
    int64_t n = 0;
    for (int done = 0; !done; n++) {
        fsc_fatwater *out = NULL;
        fsc_alloc_fail_at(n);
        const fsc_status status = fsc_separate_run(&out, &s->scan, &opt, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        done = status == FSC_OK && n > 60;
        fsc_fatwater_free(out);
        assert_true(n < 400);
    }
    sim_free(s);
}

static int stop(void *context, const char *stage, double fraction) {
    (void)context, (void)stage;
    return fraction > 0.3;
}

static void cancelling_stops(void **state) {
    (void)state;
    sim *s = sim_new(16, 16, 1, 6, 1.2e-3, 1.0e-3, 3, 30, sim_body);
    const fsc_progress progress = {stop, NULL};
    fsc_separate_options opt = FSC_SEPARATE_OPTIONS_INIT;
    opt.progress = &progress;
    fsc_fatwater *out = NULL;
    assert_fails(fsc_separate_run(&out, &s->scan, &opt, &test_error), FSC_E_CANCELLED);
    sim_free(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_per_snr_band),
        cmocka_unit_test(body_is_not_exchanged),
        cmocka_unit_test(conjugated_input_gives_the_same),
        cmocka_unit_test(readout_ramp_is_found_and_removed),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(islands_are_decided_on_their_own),
        cmocka_unit_test(region_behind_a_wall_has_its_own_say),
        cmocka_unit_test(voxels_at_a_seam_decide_alone),
        cmocka_unit_test(steep_fields_low_snr_and_one_slice),
        cmocka_unit_test(three_and_many_echoes),
        cmocka_unit_test(uneven_and_rounded_echo_times),
        cmocka_unit_test(rounded_field_strength_is_noticed),
        cmocka_unit_test(rounded_echo_times_are_no_rounded_field),
        cmocka_unit_test(r2star_is_unbiased),
        cmocka_unit_test(broken_voxels_and_scans_are_said),
        cmocka_unit_test(memory_failure_is_reported),
        cmocka_unit_test(cancelling_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
