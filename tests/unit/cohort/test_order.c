/* order: a known order of 12 events comes back, the shares mean what they say, threads change nothing. */
#include "../test.h"
#include "alloc.h"
#include "cohorts.h"

#include <fascicle/subtypes.h>

#include <string.h>

static const int32_t truth12[12] = {7, 2, 11, 0, 5, 9, 1, 8, 3, 10, 6, 4};
static const fsc_order_options quick = {8, 2, 5000, 40000, 3, 2, 100, NULL};

/* Kendall's tau between the order found and the true one. */
static double kendall_tau(const int32_t *found, const int32_t *truth, int32_t n) {
    int32_t place[FSC_ORDER_MAX_EVENTS], agree = 0;
    for (int32_t k = 0; k < n; k++) place[found[k]] = k;
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = i + 1; j < n; j++) agree += place[truth[i]] < place[truth[j]] ? 1 : -1;
    return agree / (0.5 * n * (n - 1));
}

static void known_order_comes_back(void **state) {
    (void)state;
    fsc_cohort *cohort = simulated_cohort(300, 12, truth12, 0, 0, 11);
    fsc_order *order = NULL;
    assert_ok(fsc_order_run(&order, cohort, &quick, &test_error));
    const double tau = kendall_tau(order->sequence, truth12, 12);
    if (!(tau >= 0.9)) fail_msg("Kendall tau %.3f", tau);
    for (int32_t e = 0; e < 12; e++) {
        double row = 0, column = 0;
        for (int32_t k = 0; k < 12; k++) {
            row += order->position[e * 12 + k];
            column += order->position[k * 12 + e];
            if (k != e) assert_close(order->before[e * 12 + k] + order->before[k * 12 + e], 1, 1e-12);
        }
        assert_close(row, 1, 1e-12);
        assert_close(column, 1, 1e-12);
    }
    assert_true(order->chain_gap < 0.1);
    fsc_order_free(order);
    fsc_cohort_free(cohort);
}

static void missing_values_and_controls_are_borne(void **state) {
    (void)state;
    fsc_cohort *cohort = simulated_cohort(360, 12, truth12, 60, 0.3, 12);
    fsc_order *order = NULL;
    assert_ok(fsc_order_run(&order, cohort, &quick, &test_error));
    assert_true(kendall_tau(order->sequence, truth12, 12) >= 0.85);
    /* Controls sit near stage 0, and a person's stage is near the truth. */
    double control = 0, off = 0;
    for (int32_t j = 0; j < 360; j++) {
        double mean = 0;
        for (int32_t k = 0; k <= 12; k++) mean += k * order->stage[j * 13 + k];
        const int32_t stage = j < 60 ? 0 : (int32_t)(fsc_random_uniform(12, 1, (uint64_t)j) * 13);
        if (j < 60) control += mean / 60;
        off += fabs(mean - stage) / 360;
    }
    assert_true(control < 1.0);
    assert_true(off < 1.0);
    fsc_order_free(order);
    fsc_cohort_free(cohort);
}

/* Four events: all 24 orders can be summed outright from the same mixtures, so the chains must find those shares. */
static void shares_match_exhaustive_sum(void **state) {
    (void)state;
    const int32_t truth[4] = {2, 0, 3, 1};
    fsc_cohort *cohort = simulated_cohort(16, 4, truth, 0, 0.1, 5);
    const fsc_order_options long_run = {4, 4, 2000, 200000, 9, 0, 0, NULL};
    fsc_order *order = NULL;
    assert_ok(fsc_order_run(&order, cohort, &long_run, &test_error));
    double before[16] = {0}, sum = 0, best = -INFINITY;
    for (int32_t code = 0; code < 256; code++) {
        const int32_t s[4] = {code & 3, code >> 2 & 3, code >> 4 & 3, code >> 6 & 3};
        if (((1 << s[0]) | (1 << s[1]) | (1 << s[2]) | (1 << s[3])) != 15) continue;
        double log_likelihood = 0;
        for (int32_t j = 0; j < 16; j++) {
            double product = 1, total = 1;
            for (int32_t k = 0; k < 4; k++) {
                /* The ratio written out by hand, without the library's holding and cutting where they do not act. */
                const fsc_order_mixture *m = &order->mixture[s[k]];
                const double x = cohort->value[j * 4 + s[k]];
                if (isfinite(x)) {
                    const double za = (x - m->abnormal_mean) / m->abnormal_sd,
                                 zh = (x - m->healthy_mean) / m->healthy_sd;
                    double log_ratio = 0.5 * zh * zh - 0.5 * za * za + log(m->healthy_sd / m->abnormal_sd);
                    const double wa = 1 / (m->abnormal_sd * m->abnormal_sd), wh = 1 / (m->healthy_sd * m->healthy_sd);
                    const double turn = (wa * m->abnormal_mean - wh * m->healthy_mean) / (wa - wh);
                    const double sign = cohort->falls[s[k]] ? -1 : 1;
                    if ((wa < wh && sign * (x - turn) < 0) || (wa > wh && sign * (x - turn) > 0)) {
                        const double ta = (turn - m->abnormal_mean) / m->abnormal_sd;
                        const double th = (turn - m->healthy_mean) / m->healthy_sd;
                        log_ratio = 0.5 * th * th - 0.5 * ta * ta + log(m->healthy_sd / m->abnormal_sd);
                    }
                    product *= exp(fmax(fmin(log_ratio, 16), -16));
                }
                total += product;
            }
            log_likelihood += log(total / 5);
        }
        best = fmax(best, log_likelihood);
        sum += exp(log_likelihood);
        for (int32_t i = 0; i < 4; i++)
            for (int32_t k = i + 1; k < 4; k++) before[s[i] * 4 + s[k]] += exp(log_likelihood);
    }
    assert_close(order->log_likelihood, best, 1e-9);
    for (int32_t i = 0; i < 16; i++) assert_close(order->before[i], before[i] / sum, 0.01);
    fsc_order_free(order);
    fsc_cohort_free(cohort);
}

/* Few people: the mixtures are uncertain, and the shares must say so. */
static void mixtures_make_shares_less_sure(void **state) {
    (void)state;
    double sure[2] = {0};
    for (int k = 0; k < 2; k++) {
        for (uint64_t seed = 1; seed <= 4; seed++) {
            fsc_cohort *cohort = simulated_cohort(40, 6, (const int32_t[]){3, 1, 5, 0, 2, 4}, 0, 0, seed);
            const fsc_order_options opt = {4, 2, 2000, 20000, 5, 1, k ? 100 : 0, NULL};
            fsc_order *order = NULL;
            assert_ok(fsc_order_run(&order, cohort, &opt, &test_error));
            for (int32_t i = 0; i < 36; i++) sure[k] += order->position[i] * order->position[i];
            fsc_order_free(order);
            fsc_cohort_free(cohort);
        }
    }
    if (!(sure[1] < sure[0])) fail_msg("%.3f is not below %.3f", sure[1], sure[0]);
}

/* A marker that says nothing is named, and at most one more: with controls by the second opinion, without by its
 * mixture. */
static void a_flat_marker_is_named(void **state) {
    (void)state;
    for (int32_t n_control = 0; n_control <= 30; n_control += 30) {
        fsc_cohort *cohort = simulated_cohort(150, 6, (const int32_t[]){3, 1, 5, 0, 2, 4}, n_control, 0, 3);
        fsc_order *order = NULL;
        for (int32_t j = 0; j < 150; j++) cohort->value[j * 6 + 1] = 16 + 3 * fsc_random_normal(3, 9, (uint64_t)j);
        assert_ok(fsc_order_run(&order, cohort, &quick, &test_error));
        int named = 0, others = 0;
        for (int32_t i = 0; i < order->notes.n; i++) {
            if (strcmp(order->notes.item[i].key, "mixture-undetermined") != 0) continue;
            if (strstr(order->notes.item[i].text, "marker 1:"))
                named++;
            else
                others++;
        }
        assert_int_equal(named, 1);
        assert_true(others <= 1);
        fsc_order_free(order);
        fsc_cohort_free(cohort);
    }
}

/* Every second person goes through the events the other way round: two orders are found, and who follows which. */
static void opposite_subtypes_are_found(void **state) {
    (void)state;
    const int32_t order[6] = {3, 1, 5, 0, 2, 4}, back[6] = {4, 2, 0, 5, 1, 3};
    for (int two = 0; two < 2; two++) {
        fsc_cohort *cohort = simulated_cohort(200, 6, order, 40, 0, 7),
                   *other = simulated_cohort(200, 6, back, 40, 0, 8);
        fsc_subtypes *found = NULL, *again = NULL;
        for (int32_t j = 0; two && j < 200; j++)
            if (j % 2) memcpy(cohort->value + j * 6, other->value + j * 6, 6 * sizeof *cohort->value);
        fsc_subtypes_options opt = FSC_SUBTYPES_OPTIONS_INIT;
        opt.n_threads = 1;
        assert_ok(fsc_subtypes_run(&found, cohort, &opt, &test_error));
        opt.n_threads = 3;
        assert_ok(fsc_subtypes_run(&again, cohort, &opt, &test_error));
        assert_int_equal(found->n_subtype, 1 + two);
        assert_memory_equal(found->member, again->member, 200 * (size_t)found->n_subtype * sizeof *found->member);
        assert_true(fabs(kendall_tau(found->sequence, order, 6)) >= 0.8);
        double even = 0, odd = 0;
        for (int32_t j = 40; two && j < 200; j++) *(j % 2 ? &odd : &even) += found->member[2 * j] / 80;
        if (two) {
            assert_true(kendall_tau(found->sequence, order, 6) * kendall_tau(found->sequence + 6, order, 6) < -0.6);
            assert_true(fabs(even - odd) > 0.4); /* those at the first and last stage say nothing */
        }
        fsc_subtypes_free(again);
        fsc_subtypes_free(found);
        fsc_cohort_free(other);
        fsc_cohort_free(cohort);
    }
}

static void threads_give_the_same_bits(void **state) {
    (void)state;
    fsc_cohort *cohort = simulated_cohort(60, 6, (const int32_t[]){3, 1, 5, 0, 2, 4}, 5, 0.1, 4);
    fsc_order_options opt = {5, 3, 500, 5000, 17, 1, 2, NULL};
    fsc_order *first = NULL;
    assert_ok(fsc_order_run(&first, cohort, &opt, &test_error));
    for (opt.n_threads = 2; opt.n_threads <= 4; opt.n_threads++) {
        fsc_order *other = NULL;
        assert_ok(fsc_order_run(&other, cohort, &opt, &test_error));
        assert_memory_equal(first->sequence, other->sequence, 6 * sizeof(int32_t));
        assert_memory_equal(first->position, other->position, 36 * sizeof(double));
        assert_memory_equal(first->stage, other->stage, 60 * 7 * sizeof(double));
        fsc_order_free(other);
    }
    fsc_order_free(first);
    fsc_cohort_free(cohort);
}

static void poor_tables_are_refused(void **state) {
    (void)state;
    fsc_cohort *cohort = simulated_cohort(12, 3, (const int32_t[]){0, 1, 2}, 0, 0, 1);
    fsc_order *order = NULL;
    for (int32_t j = 0; j < 12; j++) cohort->value[j * 3 + 1] = 4.0;
    assert_fails(fsc_order_run(&order, cohort, &quick, &test_error), FSC_E_NUMERIC);
    assert_non_null(strstr(test_error.text, "marker 1"));
    for (int32_t j = 0; j < 5; j++) cohort->is_control[j] = 1;
    assert_fails(fsc_order_run(&order, cohort, &quick, &test_error), FSC_E_RANGE);
    assert_null(order);
    fsc_cohort_free(cohort);
}

/* A table's word for a missing value, as large as a double can hold. */
static void values_whose_square_overflows_are_refused_by_name(void **state) {
    (void)state;
    for (int k = 0; k < 2; k++) {
        fsc_cohort *cohort = simulated_cohort(20, 3, (const int32_t[]){0, 1, 2}, 0, 0, 1);
        fsc_order *order = NULL;
        cohort->value[7 * 3 + 2] = k ? -1e155 : 1.7976931348623157e308;
        assert_fails(fsc_order_run(&order, cohort, &quick, &test_error), FSC_E_RANGE);
        assert_non_null(strstr(test_error.text, "marker 2"));
        assert_non_null(strstr(test_error.text, "sub-007"));
        fsc_cohort_free(cohort);
    }
}

static int stop_after(void *context, const char *stage, double fraction) {
    (void)stage;
    assert_true(fraction >= 0 && fraction <= 1);
    return --*(int *)context < 0;
}

/* Steps that would take years: the caller's wish to stop is asked for all along the way. */
static void a_long_run_ends_when_it_is_asked_to(void **state) {
    (void)state;
    fsc_cohort *cohort = simulated_cohort(20, 3, (const int32_t[]){0, 1, 2}, 0, 0, 1);
    for (int n = 0; n < 12; n++) {
        int left = n;
        const fsc_progress progress = {stop_after, &left};
        const fsc_order_options endless = {20, 2, 0, (int64_t)1 << 60, 3, 1, 1, &progress};
        fsc_order *order = NULL;
        assert_fails(fsc_order_run(&order, cohort, &endless, &test_error), FSC_E_CANCELLED);
        assert_null(order);
    }
    fsc_cohort_free(cohort);
}

static void allocation_failure_is_reported(void **state) {
    (void)state;
    fsc_cohort *cohort = simulated_cohort(20, 3, (const int32_t[]){0, 1, 2}, 0, 0, 1);
    const fsc_order_options tiny = {2, 2, 10, 100, 1, 1, 1, NULL};
    fsc_status status = FSC_E_NOMEM;
    for (int64_t n = 0; status != FSC_OK; n++) {
        fsc_order *order = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_order_run(&order, cohort, &tiny, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        fsc_order_free(order);
    }
    fsc_subtypes_options few = FSC_SUBTYPES_OPTIONS_INIT;
    few.n_start = 1;
    few.n_fold = 2;
    status = FSC_E_NOMEM;
    for (int64_t n = 0; status != FSC_OK; n++) {
        fsc_subtypes *types = NULL;
        fsc_alloc_fail_at(n);
        status = fsc_subtypes_run(&types, cohort, &few, NULL);
        fsc_alloc_fail_at(-1);
        assert_true(status == FSC_OK || status == FSC_E_NOMEM);
        fsc_subtypes_free(types);
    }
    fsc_cohort_free(cohort);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_order_comes_back),
        cmocka_unit_test(missing_values_and_controls_are_borne),
        cmocka_unit_test(shares_match_exhaustive_sum),
        cmocka_unit_test(threads_give_the_same_bits),
        cmocka_unit_test(mixtures_make_shares_less_sure),
        cmocka_unit_test(a_flat_marker_is_named),
        cmocka_unit_test(opposite_subtypes_are_found),
        cmocka_unit_test(poor_tables_are_refused),
        cmocka_unit_test(allocation_failure_is_reported),
        cmocka_unit_test(a_long_run_ends_when_it_is_asked_to),
        cmocka_unit_test(values_whose_square_overflows_are_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
