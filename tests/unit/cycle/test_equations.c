/* cycle/model: tables, one person against eight, the Jacobian against differences, the healthy state. */
#include "../test.h"
#define EQ_LANES 1
#include "alloc.h"
#include "equations.h"
#include "jacobian.h"
#include "lanes.h"

#include <stdlib.h>
#include <string.h>

static fsc_cycle *new_model(const char *first, const char *last, int joints) {
    fsc_cycle *model = NULL;
    assert_ok(fsc_cycle_new(&model, first, last, joints, &test_error));
    return model;
}

static double unit(unsigned *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return (double)(*seed >> 8) / 16777216.0;
}

/* A state anywhere inside its simplex and boxes. */
static void random_state(const fsc_cycle *m, double *y, unsigned *seed) {
    for (int32_t i = 0; i < m->n_state; i++) y[i] = unit(seed);
    for (int32_t i = 0; i < m->n_site; i++) {
        double *s = y + m->offset[i], sum = unit(seed) + 0.01;
        for (int k = FSC_CYCLE_C; k <= FSC_CYCLE_F; k++) sum += s[k];
        for (int k = FSC_CYCLE_C; k <= FSC_CYCLE_F; k++) s[k] /= sum;
    }
}

static void tables_make_the_model(void **state) {
    (void)state;
    fsc_cycle *m = new_model("C2", "S1", 1);
    assert_int_equal(fsc_cycle_n_site(m), 196);
    assert_int_equal(fsc_cycle_n_state(m), 196 * 11 + 24 * 2);
    const fsc_cycle_honesty honesty = fsc_cycle_honesty_of(m);
    assert_int_equal(honesty.n_literature, 5);
    assert_int_equal(honesty.n_literature + honesty.n_assumption, FSC_CYCLE_N_PARAMETER);
    assert_non_null(strstr(honesty.sentence, "assumptions"));
    const int32_t site = fsc_cycle_find_site(m, "L5", "deep", "right");
    assert_string_equal(fsc_cycle_site_at(m, site)->level, "L5");
    assert_close(m->reach[1][site], 0, 0);   /* self-release does not reach the lumbosacral junction */
    assert_close(m->reach[2][site], 0.6, 0); /* a therapist does */
    assert_close(fsc_cycle_parameter_at(m, fsc_cycle_find_parameter(m, "k_c"))->value[FSC_CYCLE_PROTOTYPE_B], 0.15667,
                 0);
    fsc_cycle_free(m);
    assert_fails(fsc_cycle_new(&m, "L1", "C2", 0, &test_error), FSC_E_ARG);
    assert_fails(fsc_cycle_new(&m, "L1", "L9", 0, &test_error), FSC_E_ARG);
}

static void exponential_is_close(void **state) {
    (void)state;
    for (double z = 0; z <= 8; z += 0.01) assert_close(eq_exp_minus(z) / exp(-z), 1, 1e-11);
}

static void seat(const fsc_cycle *m, fsc_cast *one, fsc_cast *eight, int treated) {
    fsc_cycle_person person;
    fsc_cycle_person_init(&person, m, treated ? FSC_CYCLE_SET_A : FSC_CYCLE_PROTOTYPE_B);
    person.modifiers = (fsc_cycle_modifiers){0.9, 1.1, 0.4, 0.3, 0.5, 0.8};
    fsc_cycle_course course[FSC_CYCLE_N_TREATMENT];
    for (int k = 0; k < FSC_CYCLE_N_TREATMENT; k++)
        course[k] = (fsc_cycle_course){0, 9, (fsc_cycle_treatment)k, 0.4, NULL};
    person.course = course;
    person.n_course = treated ? FSC_CYCLE_N_TREATMENT : 0;
    assert_ok(fsc_cast_seat(one, 0, &person, 0, &test_error));
    one->treated = fsc_cast_treat(one, 0, &person, 0);
    for (int32_t lane = 0; eight && lane < FSC_LANES; lane++) {
        assert_ok(fsc_cast_seat(eight, lane, &person, 0, &test_error));
        eight->treated = fsc_cast_treat(eight, lane, &person, 0);
    }
}

static void eight_people_have_the_bits_of_one(void **state) {
    (void)state;
    fsc_cycle *m = new_model("C2", "S1", 1);
    const fsc_lane_kernels *kernel[3] = {&fsc_lane_kernels_base, fsc_lane_kernels_best(), fsc_lane_kernels_best()};
#ifdef FSC_LANES_X86
    if (__builtin_cpu_supports("avx2")) kernel[2] = &fsc_lane_kernels_avx2;
#endif
    fsc_cast one, eight;
    assert_ok(fsc_cast_new(&one, m, 1, &test_error));
    assert_ok(fsc_cast_new(&eight, m, FSC_LANES, &test_error));
    const int64_t n = m->n_state;
    double *y = fsc_alloc(n, 8), *dy = fsc_alloc(n, 8), *y8 = fsc_alloc(n * 8, 8), *dy8 = fsc_alloc(n * 8, 8);
    unsigned seed = 5;
    for (int round = 0; round < 6; round++) {
        seat(m, &one, &eight, round & 1);
        random_state(m, y, &seed);
        for (int64_t i = 0; i < n * 8; i++) y8[i] = y[i / 8];
        fsc_rhs_one(&one, y, dy);
        kernel[round / 2]->rhs(&eight, y8, dy8);
        for (int64_t i = 0; i < n * 8; i++)
            if (memcmp(&dy8[i], &dy[i / 8], 8) != 0)
                fail_msg("%s: state %lld differs: %.17g, %.17g", kernel[round / 2]->name, (long long)(i / 8), dy8[i],
                         dy[i / 8]);
    }
    fsc_free(y), fsc_free(dy), fsc_free(y8), fsc_free(dy8);
    fsc_cast_free(&one), fsc_cast_free(&eight);
    fsc_cycle_free(m);
}

static double entry(const fsc_jacobian *jac, int32_t row, int32_t column) {
    for (int64_t k = jac->row[row]; k < jac->row[row + 1]; k++)
        if (jac->column[k] == column) return jac->value[k];
    return 0;
}

static void jacobian_is_that_of_differences(void **state) {
    (void)state;
    fsc_cycle *m = new_model("L4", "S1", 1);
    fsc_jacobian jac;
    fsc_cast one;
    assert_ok(fsc_jacobian_new(&jac, m, &test_error));
    assert_ok(fsc_cast_new(&one, m, 1, &test_error));
    const int32_t n = m->n_state;
    double *y = fsc_alloc(n, 8), *more = fsc_alloc(n, 8), *less = fsc_alloc(n, 8);
    unsigned seed = 9;
    for (int round = 0; round < 4; round++) {
        seat(m, &one, NULL, round & 1);
        random_state(m, y, &seed);
        fsc_jacobian_fill(&jac, &one, y);
        for (int32_t c = 0; c < n; c++) {
            const double keep = y[c], h = 1e-6;
            y[c] = keep + h;
            fsc_rhs_one(&one, y, more);
            y[c] = keep - h;
            fsc_rhs_one(&one, y, less);
            y[c] = keep;
            for (int32_t r = 0; r < n; r++) {
                const double slope = (more[r] - less[r]) / (2 * h);
                assert_close(entry(&jac, r, c), slope, 1e-6 * (1 + fabs(slope)));
            }
        }
    }
    fsc_free(y), fsc_free(more), fsc_free(less);
    fsc_cast_free(&one);
    fsc_jacobian_free(&jac);
    fsc_cycle_free(m);
}

static void multiply(double *out, const double *a, const double *b, int32_t n) {
    memset(out, 0, (size_t)n * (size_t)n * 8);
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < n; k++) {
            const double x = a[i * n + k];
            for (int32_t j = 0; x != 0 && j < n; j++) out[i * n + j] += x * b[k * n + j];
        }
}

static double largest(const double *a, int32_t n) {
    double most = 0;
    for (int32_t i = 0; i < n * n; i++) most = fmax(most, fabs(a[i]));
    return most;
}

/* exp(J t) by squaring: it stays bounded over centuries, so no eigenvalue has a positive real part beyond 1e-5 per day.
 */
static void healthy_state_is_stable(void **state) {
    (void)state;
    fsc_cycle *m = new_model("C4", "C5", 0);
    const int32_t n = m->n_state;
    for (int set = FSC_CYCLE_SET_A; set <= FSC_CYCLE_PROTOTYPE_B; set++) {
        fsc_cycle_person person;
        fsc_cycle_person_init(&person, m, (fsc_cycle_set)set);
        fsc_jacobian jac;
        fsc_cast one;
        assert_ok(fsc_jacobian_new(&jac, m, &test_error));
        assert_ok(fsc_cast_new(&one, m, 1, &test_error));
        assert_ok(fsc_cast_seat(&one, 0, &person, 0, &test_error));
        double *y = fsc_alloc(n, 8), *dy = fsc_alloc(n, 8), *step = fsc_alloc(n * n, 8), *power = fsc_alloc(n * n, 8),
               *next = fsc_alloc(n * n, 8);
        fsc_cycle_healthy(m, &person, y);
        fsc_rhs_one(&one, y, dy);
        for (int32_t i = 0; i < n; i++) assert_close(dy[i], 0, 1e-15);
        fsc_jacobian_fill(&jac, &one, y);
        for (int32_t r = 0; r < n; r++)
            for (int64_t k = jac.row[r]; k < jac.row[r + 1]; k++) step[r * n + jac.column[k]] = jac.value[k] / 1024;
        memcpy(power, step, (size_t)(n * n) * 8); /* exp of J / 1024 days to second order, then 2^27 of it */
        multiply(next, step, step, n);
        for (int32_t i = 0; i < n * n; i++) power[i] += next[i] / 2 + (i % (n + 1) == 0);
        for (int k = 0; k < 27; k++) {
            multiply(next, power, power, n);
            memcpy(power, next, (size_t)(n * n) * 8);
        }
        assert_true(largest(power, n) < 20); /* after 359 years */
        fsc_free(y), fsc_free(dy), fsc_free(step), fsc_free(power), fsc_free(next);
        fsc_cast_free(&one);
        fsc_jacobian_free(&jac);
    }
    fsc_cycle_free(m);
}

static void allocation_failure_is_reported(void **state) {
    (void)state;
    fsc_status status = FSC_E_NOMEM;
    for (int64_t n = 0; status != FSC_OK; n++) {
        fsc_cycle *model = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_cycle_new(&model, "C4", "C5", 0, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        fsc_cycle_free(model);
        assert_true(n < 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_make_the_model),
        cmocka_unit_test(exponential_is_close),
        cmocka_unit_test(eight_people_have_the_bits_of_one),
        cmocka_unit_test(jacobian_is_that_of_differences),
        cmocka_unit_test(healthy_state_is_stable),
        cmocka_unit_test(allocation_failure_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
