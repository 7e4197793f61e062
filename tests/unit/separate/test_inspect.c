/* Echoes that do not belong together are refused or named, and whole scans are left in peace. */
#include "judge.h"

static const char *note_text(const fsc_fatwater *out, const char *key) {
    for (int32_t i = 0; i < out->notes.n; i++)
        if (strcmp(out->notes.item[i].key, key) == 0) return out->notes.item[i].text;
    return "";
}

static float *image(const sim *s, int32_t e, int imaginary) {
    return (imaginary ? s->scan.echo_im : s->scan.echo_re) + e * s->n;
}

static void scale_echo(sim *s, int32_t e, float by) {
    for (int64_t v = 0; v < s->n; v++) {
        image(s, e, 0)[v] *= by;
        image(s, e, 1)[v] *= by;
    }
}

static void exchange_echoes(sim *s, int32_t a, int32_t b) {
    for (int part = 0; part < 2; part++)
        for (int64_t v = 0; v < s->n; v++) {
            const float keep = image(s, a, part)[v];
            image(s, a, part)[v] = image(s, b, part)[v];
            image(s, b, part)[v] = keep;
        }
}

static void take_magnitudes(sim *s) {
    for (int64_t i = 0; i < s->n * s->scan.n_echo; i++)
        s->scan.echo_re[i] = hypotf(s->scan.echo_re[i], s->scan.echo_im[i]);
    fsc_free(s->scan.echo_im);
    s->scan.echo_im = NULL;
    s->scan.kind = FSC_SCAN_MAGNITUDE;
}

static void is_refused(sim *s, const char *with) {
    fsc_fatwater *out = NULL;
    assert_fails(fsc_separate_run(&out, &s->scan, NULL, &test_error), FSC_E_RANGE);
    if (!strstr(test_error.text, with)) fail_msg("\"%s\" does not say \"%s\"", test_error.text, with);
    sim_free(s);
}

static void is_said(sim *s, const char *key, const char *with) {
    fsc_fatwater *out = separate(s, NULL);
    if (!strstr(note_text(out, key), with))
        fail_msg("note %s: \"%s\" does not say \"%s\"", key, note_text(out, key), with);
    fsc_fatwater_free(out);
    sim_free(s);
}

static sim *whole(void) {
    return sim_new(64, 64, 2, 6, 1.2e-3, 1.0e-3, 3, 30, sim_body);
}

static void empty_and_equal_echoes_are_refused(void **state) {
    (void)state;
    sim *s = whole();
    scale_echo(s, 2, 0);
    is_refused(s, "echo 3 (TE 3.200 ms) is empty");
    s = whole();
    memcpy(image(s, 4, 0), image(s, 3, 0), (size_t)s->n * sizeof(float));
    memcpy(image(s, 4, 1), image(s, 3, 1), (size_t)s->n * sizeof(float));
    is_refused(s, "echoes 4 and 5 are the same");
}

static void magnitudes_below_zero_are_refused(void **state) {
    (void)state;
    sim *s = whole();
    take_magnitudes(s);
    for (int64_t v = 0; v < s->n; v++)
        if (image(s, 1, 0)[v] > 0.5f) image(s, 1, 0)[v] -= 1.5f; /* as numbers that wrapped around */
    is_refused(s, "echo 2 holds magnitudes below zero");
}

static void scaled_echo_is_named(void **state) {
    (void)state;
    sim *s = whole();
    scale_echo(s, 1, 2);
    is_said(s, "echo-misfit", "echo 2 (TE 2.200 ms)");
    s = whole();
    scale_echo(s, 0, 0.5f);
    is_said(s, "echo-misfit", "echo 1 (TE 1.200 ms)");
    s = whole();
    take_magnitudes(s);
    for (int64_t v = 0; v < s->n; v++) image(s, 5, 0)[v] *= 4;
    is_said(s, "echo-misfit", "echo 6 (TE 6.200 ms)");
}

static void exchanged_echoes_are_named(void **state) {
    (void)state;
    sim *s = whole();
    exchange_echoes(s, 4, 5);
    is_said(s, "echoes-exchanged", "echoes 5 and 6");
}

static void wrong_echo_time_is_named(void **state) {
    (void)state;
    sim *s = whole();
    s->scan.te_s[0] *= 1e-3; /* milliseconds in one file, seconds in the others */
    is_said(s, "echo-misfit", "echo 1");
}

/* Read as radians, degrees mean nothing: the magnitudes still do. Cycles fill half a radian and no more. */
static void phase_in_another_unit_is_said(void **state) {
    (void)state;
    for (int b = 0; b < 2; b++) {
        sim *s = whole();
        const double by = b == 0 ? 180 / FSC_PI : 0.5 / FSC_PI;
        for (int64_t i = 0; i < s->n * 6; i++) {
            float *re = &s->scan.echo_re[i], *im = &s->scan.echo_im[i];
            const double size = hypot((double)*re, (double)*im), angle = by * atan2((double)*im, (double)*re);
            *re = (float)(size * cos(angle));
            *im = (float)(size * sin(angle));
        }
        is_said(s, b == 0 ? "phase-without-meaning" : "phase-range", b == 0 ? "magnitudes alone" : "cycles");
    }
}

/* Three echoes leave nothing over, but a decay that rises is no tissue. */
static void rising_decay_is_said(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 2, 3, 1.2e-3, 1.0e-3, 3, 60, sim_body);
    scale_echo(s, 2, 2);
    is_said(s, "decay-implausible", "an echo is scaled");
}

static void an_echo_scaled_by_a_tenth_is_named(void **state) {
    (void)state;
    sim *s = whole();
    scale_echo(s, 2, 1.1f);
    is_said(s, "echo-scaled", "echo 3 (TE 3.200 ms) has 1.1");
}

static void move_echo(sim *s, int32_t e, int64_t by) {
    for (int part = 0; part < 2; part++) {
        float *m = image(s, e, part);
        for (int64_t line = 0; line < s->n; line += s->scan.grid.dim[0]) {
            memmove(m + line + by, m + line, (size_t)(s->scan.grid.dim[0] - by) * sizeof *m);
            memset(m + line, 0, (size_t)by * sizeof *m);
        }
    }
}

static void a_moved_echo_is_named(void **state) {
    (void)state;
    for (int32_t n_echo = 3; n_echo < 7; n_echo++) {
        sim *s = sim_new(64, 64, 2, n_echo, 1.2e-3, 1.0e-3, 3, 30, sim_body);
        move_echo(s, 1, 2);
        is_said(s, "echo-moved", "echo 2 (TE 2.200 ms)");
    }
}

static void a_lost_slice_is_refused(void **state) {
    (void)state;
    sim *s = whole();
    for (int64_t v = s->n / 2; v < s->n; v++) image(s, 4, 0)[v] = image(s, 4, 1)[v] = 0;
    is_refused(s, "echo 5 (TE 5.200 ms) is empty in slice 2 of 2");
}

static void numbers_cut_off_are_said(void **state) {
    (void)state;
    sim *s = whole();
    take_magnitudes(s);
    for (int64_t v = 0; v < s->n; v++) image(s, 0, 0)[v] = fminf(image(s, 0, 0)[v], 0.7f);
    is_said(s, "echo-cut-off", "echo 1 (TE 1.200 ms)");
}

/* A stretch of storage that was lost and filled up: zeros, or one phase, within a slice that is otherwise whole. */
static void holes_are_said(void **state) {
    (void)state;
    for (int32_t n_echo = 3; n_echo < 7; n_echo += 3)
        for (int is_phase = 0; is_phase < 2; is_phase++) {
            sim *s = sim_new(64, 64, 2, n_echo, 1.2e-3, 1.0e-3, 3, 30, sim_body);
            for (int64_t v = 24 * 64; v < 34 * 64; v++) {
                float *re = &image(s, 1, 0)[v], *im = &image(s, 1, 1)[v];
                *re = is_phase ? hypotf(*re, *im) : 0;
                *im = 0;
            }
            is_said(s, "echo-holes", is_phase ? "stands still" : "exactly 0");
        }
}

/* Two magnitudes exchanged, their phases not: three echoes fit that, with less than no fat. */
static void less_than_no_fat_is_said(void **state) {
    (void)state;
    sim *s = sim_new(64, 64, 2, 3, 1.2e-3, 1.0e-3, 3, 60, sim_body);
    for (int64_t v = 0; v < s->n; v++) {
        float *a[2] = {&image(s, 0, 0)[v], &image(s, 0, 1)[v]}, *b[2] = {&image(s, 1, 0)[v], &image(s, 1, 1)[v]};
        const float x = hypotf(*a[0], *a[1]), y = hypotf(*b[0], *b[1]);
        for (int part = 0; part < 2; part++) {
            *a[part] *= x > 0 ? y / x : 0;
            *b[part] *= y > 0 ? x / y : 0;
        }
    }
    is_said(s, "fractions-beyond", "outside 0 to 100 %");
}

static void whole_scans_are_left_in_peace(void **state) {
    (void)state;
    static const struct {
        int32_t n_echo;
        double te_first_s, te_step_s, b0_tesla, snr;
    } scan[] = {{6, 1.2e-3, 1.0e-3, 3, 30}, {6, 1.2e-3, 1.0e-3, 3, 8},      {4, 1.5e-3, 1.1e-3, 3, 20},
                {3, 1.2e-3, 0.8e-3, 3, 40}, {8, 1.3e-3, 2.0e-3, 1.494, 15}, {6, 3.9e-3, 3.861e-3, 0.3456, 25}};
    for (size_t b = 0; b < sizeof scan / sizeof *scan; b++)
        for (int magnitudes = 0; magnitudes < 2; magnitudes++) {
            sim *s = sim_new(64, 64, 2, scan[b].n_echo, scan[b].te_first_s, scan[b].te_step_s, scan[b].b0_tesla,
                             scan[b].snr, sim_body);
            if (magnitudes) take_magnitudes(s);
            fsc_fatwater *out = separate(s, NULL);
            static const char *const key[] = {
                "echo-misfit",    "echoes-exchanged",  "decay-implausible", "phase-range", "phase-without-meaning",
                "maps-exchanged", "echo-conditioning", "echo-scaled",       "echo-moved",  "echo-cut-off",
                "echo-holes",     "fractions-beyond"};
            for (size_t k = 0; k < sizeof key / sizeof *key; k++)
                if (has_note(out, key[k])) fail_msg("scan %d: %s", (int)b, note_text(out, key[k]));
            fsc_fatwater_free(out);
            sim_free(s);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_and_equal_echoes_are_refused),
        cmocka_unit_test(magnitudes_below_zero_are_refused),
        cmocka_unit_test(scaled_echo_is_named),
        cmocka_unit_test(an_echo_scaled_by_a_tenth_is_named),
        cmocka_unit_test(a_moved_echo_is_named),
        cmocka_unit_test(a_lost_slice_is_refused),
        cmocka_unit_test(numbers_cut_off_are_said),
        cmocka_unit_test(exchanged_echoes_are_named),
        cmocka_unit_test(wrong_echo_time_is_named),
        cmocka_unit_test(phase_in_another_unit_is_said),
        cmocka_unit_test(rising_decay_is_said),
        cmocka_unit_test(holes_are_said),
        cmocka_unit_test(less_than_no_fat_is_said),
        cmocka_unit_test(whole_scans_are_left_in_peace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
