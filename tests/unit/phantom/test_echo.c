/* phantom: the echoes against an independent least-squares fit, and the faults and the noise as asked. */
#include "../test.h"

#include <complex.h>
#include <fascicle/phantom.h>

#define SCALE 0.4

static const double two_pi = 6.283185307179586;

static fsc_phantom *make(fsc_phantom_options opt) {
    fsc_phantom *phantom = NULL;
    opt.scale = SCALE;
    assert_ok(fsc_phantom_make(&phantom, &opt, &test_error));
    return phantom;
}

static double complex fat_phasor(double te_s, double tesla) {
    static const double ppm[] = {-3.80, -3.40, -2.60, -1.94, -0.39, 0.60};
    static const double share[] = {0.087, 0.693, 0.128, 0.004, 0.039, 0.048};
    double complex sum = 0;
    for (int i = 0; i < 6; i++) sum += share[i] / 0.999 * cexp(I * two_pi * 42.577 * tesla * ppm[i] * te_s);
    return sum;
}

static double complex echo(const fsc_phantom *p, int32_t n, int64_t i) {
    const int64_t count = fsc_grid_count(&p->scan->grid);
    return (double)p->scan->echo_re[n * count + i] + I * (double)p->scan->echo_im[n * count + i];
}

/* Two complex amplitudes by the normal equations, field and R2* known. */
static double fitted_pdff(const fsc_phantom *p, int64_t i) {
    double complex ww = 0, wf = 0, ff = 0, ws = 0, fs = 0;
    for (int32_t n = 0; n < p->scan->n_echo; n++) {
        const double te = p->scan->te_s[n];
        const double complex turn =
            cexp((I * two_pi * (double)p->truth_fieldmap_hz[i] - (double)p->truth_r2star_per_s[i]) * te);
        const double complex fat = turn * fat_phasor(te, p->scan->b0_tesla), s = echo(p, n, i);
        ww += conj(turn) * turn;
        wf += conj(turn) * fat;
        ff += conj(fat) * fat;
        ws += conj(turn) * s;
        fs += conj(fat) * s;
    }
    const double complex det = ww * ff - wf * conj(wf);
    const double water = cabs((ff * ws - wf * fs) / det), fat = cabs((ww * fs - conj(wf) * ws) / det);
    return fat / (water + fat);
}

static void a_fit_finds_the_truth(void **state) {
    (void)state;
    for (int region = 0; region < 2; region++) {
        fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
        opt.region = (fsc_phantom_region)region;
        opt.snr = 0;
        fsc_phantom *p = make(opt);
        int64_t n_fitted = 0;
        for (int64_t i = 0; i < fsc_grid_count(&p->scan->grid); i++) {
            if (isnan(p->truth_water[i])) continue;
            /* Single precision echoes of dark voxels limit the fit. */
            if (p->truth_water[i] + p->truth_fat[i] < 20) continue;
            assert_close(fitted_pdff(p, i), (double)p->truth_pdff_fraction[i], 1e-4);
            assert_close((double)(p->truth_fat[i] / (p->truth_water[i] + p->truth_fat[i])),
                         (double)p->truth_pdff_fraction[i], 1e-5);
            n_fitted++;
        }
        assert_true(n_fitted > 5000);
        fsc_phantom_free(p);
    }
}

static void noise_is_as_asked(void **state) {
    (void)state;
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.snr = 25;
    fsc_phantom *a = make(opt);
    opt.noise_seed = 99;
    fsc_phantom *b = make(opt);
    opt.snr = 0;
    fsc_phantom *clean = make(opt);
    assert_close(a->noise_sd, 1000.0 / 25, 1e-9);
    double square = 0, sum = 0, product = 0;
    const int64_t n = fsc_grid_count(&a->scan->grid);
    for (int32_t e = 0; e < a->scan->n_echo; e++) {
        for (int64_t i = 0; i < n; i++) {
            const double complex x = echo(a, e, i) - echo(clean, e, i), y = echo(b, e, i) - echo(clean, e, i);
            sum += creal(x) + cimag(x);
            square += creal(x) * creal(x) + cimag(x) * cimag(x);
            product += creal(x) * creal(y) + cimag(x) * cimag(y);
        }
    }
    const double m = 2.0 * (double)n * a->scan->n_echo;
    assert_close(sum / m, 0, 5 * a->noise_sd / sqrt(m));
    assert_close(sqrt(square / m), a->noise_sd, 5 * a->noise_sd / sqrt(2 * m));
    assert_close(product / m, 0, 5 * a->noise_sd * a->noise_sd / sqrt(m)); /* another visit, other noise */
    fsc_phantom_free(a);
    fsc_phantom_free(b);
    fsc_phantom_free(clean);
}

static void faults_are_as_asked(void **state) {
    (void)state;
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.snr = 0;
    fsc_phantom *clean = make(opt);
    opt.ramp_dwell = 0.2;
    opt.ramp_constant_rad = 0.05;
    fsc_phantom *ramp = make(opt);
    opt.ramp_dwell = opt.ramp_constant_rad = 0;
    opt.conjugate = 1;
    fsc_phantom *turned = make(opt);
    assert_int_equal(clean->scan->precession, 1);
    assert_int_equal(turned->scan->precession, 0);
    const int64_t nx = clean->scan->grid.dim[0];
    for (int64_t i = 0; i < fsc_grid_count(&clean->scan->grid); i++) {
        if (isnan(clean->truth_water[i])) continue;
        for (int32_t e = 0; e < 3; e++) {
            const double x = (double)(i % nx) / (double)nx - 0.5, phase = (e % 2 ? -1 : 1) * (0.05 + two_pi * 0.2 * x);
            const double size = cabs(echo(clean, e, i));
            assert_close(cabs(echo(ramp, e, i) - echo(clean, e, i) * cexp(I * phase)), 0, 1e-6 * size + 1e-4);
            assert_close(cabs(conj(echo(turned, e, i)) - echo(clean, e, i)), 0, 0);
        }
    }
    fsc_phantom_free(clean);
    fsc_phantom_free(ramp);
    fsc_phantom_free(turned);
}

static void the_field_spans_its_range(void **state) {
    (void)state;
    fsc_phantom_options opt = FSC_PHANTOM_OPTIONS_INIT;
    opt.field_range_hz = 300;
    opt.region = FSC_PHANTOM_NECK;
    fsc_phantom *p = make(opt);
    double low = 0, high = 0, steepest = 0;
    const int64_t nx = p->scan->grid.dim[0];
    for (int64_t i = 0; i < fsc_grid_count(&p->scan->grid); i++) {
        const double hz = (double)p->truth_fieldmap_hz[i];
        assert_int_equal(isnan(hz), isnan(p->truth_water[i]));
        if (isnan(hz)) continue;
        low = fmin(low, hz);
        high = fmax(high, hz);
        if (i % nx > 0 && !isnan(p->truth_fieldmap_hz[i - 1]))
            steepest = fmax(steepest, fabs(hz - (double)p->truth_fieldmap_hz[i - 1]));
    }
    assert_close(low, -300, 0.01);
    assert_close(high, 300, 0.01);
    assert_true(steepest < 100); /* smooth: steps of a few mm */
    fsc_phantom_free(p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fit_finds_the_truth),
        cmocka_unit_test(noise_is_as_asked),
        cmocka_unit_test(faults_are_as_asked),
        cmocka_unit_test(the_field_spans_its_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
