/* walk: what a move is said to gain is what a fresh computation finds, also after many moves. */
#include "../test.h"
#include "alloc.h"
#include "random.h"
#include "walk.h"

enum { N = 9, LANES = 24 };

static fsc_order_ratios random_ratios(double *block, double spread) {
    fsc_order_ratios r = {.n_event = N, .n_lane = LANES, .ratio = block, .inverse = block + (N + 1) * LANES};
    for (int i = 0; i < (N + 1) * LANES; i++) {
        const double log_ratio = i < N * LANES ? fmax(fmin(spread * fsc_random_normal(3, 0, (uint64_t)i), 16), -16) : 0;
        r.ratio[i] = exp(log_ratio);
        r.inverse[i] = exp(-log_ratio);
    }
    return r;
}

static double plain_log_likelihood(const fsc_order_ratios *r, const int32_t *event) {
    double sum = 0;
    for (int j = 0; j < LANES; j++) {
        double product = 1, total = 1;
        for (int k = 1; k <= N; k++) total += product *= r->ratio[event[k] * LANES + j];
        sum += log(total / (N + 1));
    }
    return sum;
}

static void gains_match_fresh_sums(void **state) {
    (void)state;
    static double block[2 * (N + 1) * LANES];
    for (int strong = 0; strong < 2; strong++) {
        const fsc_order_ratios ratios = random_ratios(block, strong ? 20 : 2);
        fsc_order_walk walk;
        assert_ok(fsc_order_walk_new(&walk, &ratios, &test_error));
        const int32_t start[N] = {4, 2, 0, 1, 3, 8, 7, 6, 5};
        fsc_order_walk_set(&walk, start);
        for (uint64_t i = 0; i < 3000; i++) {
            uint32_t word[4];
            fsc_random_words(word, 1, 2, i);
            const int32_t a = 1 + (int32_t)(word[0] % (N - 1)), b = a + 1 + (int32_t)(word[1] % (uint32_t)(N - a));
            const fsc_order_move move = {(fsc_order_move_kind)(word[2] % 3), a, b};
            const double before = plain_log_likelihood(&ratios, walk.event), gain = fsc_order_walk_gain(&walk, move);
            fsc_order_walk_make(&walk, move, gain);
            assert_close(gain, plain_log_likelihood(&ratios, walk.event) - before, 1e-9);
        }
        assert_close(walk.log_likelihood, plain_log_likelihood(&ratios, walk.event), 1e-7);
        fsc_order_walk_free(&walk);
    }
}

static void climb_ends_where_no_move_gains(void **state) {
    (void)state;
    static double block[2 * (N + 1) * LANES];
    const fsc_order_ratios ratios = random_ratios(block, 2);
    fsc_order_walk walk;
    assert_ok(fsc_order_walk_new(&walk, &ratios, &test_error));
    fsc_order_walk_set(&walk, (const int32_t[N]){0, 1, 2, 3, 4, 5, 6, 7, 8});
    const double start = walk.log_likelihood;
    fsc_order_walk_climb(&walk);
    assert_true(walk.log_likelihood > start);
    for (int32_t a = 1; a < N; a++)
        for (int32_t b = a + 1; b <= N; b++)
            for (int kind = 0; kind < 3; kind++)
                assert_true(fsc_order_walk_gain(&walk, (fsc_order_move){(fsc_order_move_kind)kind, a, b}) < 1e-8);
    fsc_order_walk_free(&walk);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gains_match_fresh_sums),
        cmocka_unit_test(climb_ends_where_no_move_gains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
