/* mixture: known components come back; the ratio is monotone. */
#include "../test.h"
#include "mixture.h"
#include "random.h"

enum { N = 4000 };
static double value[N], work[4 * N];
static int32_t control[N];

static void draw(double share, double healthy, double healthy_sd, double abnormal, double abnormal_sd, int n_control) {
    for (int i = 0; i < N; i++) {
        const double z = fsc_random_normal(21, 0, (uint64_t)i);
        control[i] = i < n_control;
        const int is_abnormal = !control[i] && fsc_random_uniform(21, 1, (uint64_t)i) < share;
        value[i] = is_abnormal ? abnormal + abnormal_sd * z : healthy + healthy_sd * z;
    }
}

static fsc_status fit(fsc_order_mixture *out, int32_t n, int32_t falls) {
    char name[] = "marker", *event = name;
    const fsc_cohort cohort = {
        .n_person = n, .n_event = 1, .event = &event, .value = value, .is_control = control, .falls = &falls};
    fsc_order_sample sample = {.x = work, .is_control = work + N, .weight = work + 2 * N};
    const fsc_status status = fsc_order_sample_fill(&sample, &cohort, 0, &test_error);
    if (status == FSC_OK) fsc_order_mixture_fit(out, &sample, falls, work + 3 * N);
    return status;
}

static void components_come_back(void **state) {
    (void)state;
    for (int falls = 0; falls < 2; falls++) {
        draw(0.35, 16, 3, falls ? 2 : 30, 5, 0);
        value[7] = (double)NAN;
        fsc_order_mixture m;
        assert_ok(fit(&m, N, falls));
        assert_close(m.healthy_mean, 16, 0.4);
        assert_close(m.healthy_sd, 3, 0.3);
        assert_close(m.abnormal_mean, falls ? 2 : 30, 1.0);
        assert_close(m.abnormal_sd, 5, 0.6);
        assert_close(m.abnormal_share, 0.35, 0.04);
        assert_int_equal(m.n_value, N - 1);
    }
}

/* Overlapping and rare: only the controls say where health lies. */
static void controls_hold_the_healthy_side(void **state) {
    (void)state;
    draw(0.9, 16, 3, 21, 4, 800);
    fsc_order_mixture m;
    assert_ok(fit(&m, N, 0));
    assert_close(m.healthy_mean, 16, 0.5);
    assert_close(m.abnormal_mean, 21, 0.7);
    assert_close(m.abnormal_share, 0.9, 0.08);
}

static void ratio_is_monotone_and_bounded(void **state) {
    (void)state;
    const fsc_order_mixture wide = {16, 3, 26, 6, 0.5, 100, 0, 1, 0}, narrow = {16, 3, 26, 2, 0.5, 100, 0, 1, 0};
    const fsc_order_mixture falling = {16, 3, 8, 5, 0.5, 100, 0, 1, 0};
    for (double x = -60; x < 100; x += 0.25) {
        assert_true(fsc_order_mixture_log_ratio(&wide, 0, x + 0.25, 16) >=
                    fsc_order_mixture_log_ratio(&wide, 0, x, 16));
        assert_true(fsc_order_mixture_log_ratio(&narrow, 0, x + 0.25, 16) >=
                    fsc_order_mixture_log_ratio(&narrow, 0, x, 16));
        assert_true(fsc_order_mixture_log_ratio(&falling, 1, x + 0.25, 16) <=
                    fsc_order_mixture_log_ratio(&falling, 1, x, 16));
        assert_true(fabs(fsc_order_mixture_log_ratio(&wide, 0, x, 16)) <= 16);
    }
    assert_close(fsc_order_mixture_log_ratio(&wide, 0, (double)NAN, 16), 0, 0);
    /* At 21: log(3/6) + (5/3)^2/2 - (5/6)^2/2. */
    assert_close(fsc_order_mixture_log_ratio(&wide, 0, 21, 16), log(0.5) + 25.0 / 18 - 25.0 / 72, 1e-12);
}

static void no_spread_is_refused(void **state) {
    (void)state;
    fsc_order_mixture m;
    for (int i = 0; i < 20; i++) value[i] = 3, control[i] = 0;
    assert_fails(fit(&m, 20, 0), FSC_E_NUMERIC);
    assert_fails(fit(&m, 9, 0), FSC_E_RANGE);
}

/* Nine in ten abnormal: its own values cannot split it, prior odds from elsewhere can. */
static void odds_split_what_values_cannot(void **state) {
    (void)state;
    static double odds[N];
    draw(0.95, 16, 3, 22, 5, 0);
    for (int i = 0; i < N; i++) { /* others' word is right nine times in ten */
        const int truth = fsc_random_uniform(21, 1, (uint64_t)i) < 0.95;
        const int said = fsc_random_uniform(21, 2, (uint64_t)i) < 0.9 ? truth : !truth;
        odds[i] = 0.95 / 0.05 * (said ? 9.0 : 1.0 / 9);
    }
    int32_t falls = 0;
    char name[] = "marker", *event = name;
    const fsc_cohort cohort = {
        .n_person = N, .n_event = 1, .event = &event, .value = value, .is_control = control, .falls = &falls};
    fsc_order_sample sample = {.x = work, .is_control = work + N, .weight = work + 2 * N};
    assert_ok(fsc_order_sample_fill(&sample, &cohort, 0, &test_error));
    sample.odds = odds;
    fsc_order_mixture m;
    fsc_order_mixture_refit(&m, &sample, 0, 1);
    assert_close(m.healthy_mean, 16, 1.0);
    assert_close(m.abnormal_mean, 22, 0.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_come_back),          cmocka_unit_test(controls_hold_the_healthy_side),
        cmocka_unit_test(odds_split_what_values_cannot), cmocka_unit_test(ratio_is_monotone_and_bounded),
        cmocka_unit_test(no_spread_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
