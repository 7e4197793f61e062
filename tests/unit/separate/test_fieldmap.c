/* The cut against brute force on small random grids, and the flow solver against its own dual. */
#include "../test.h"
#include "fieldmap.h"
#include "maxflow.h"
#include "random.h"

#include <stdlib.h>
#include <string.h>

#define GRIDS 60

static double energy_of(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, const fsc_field_labels *labels,
                        const int *choice) {
    double sum = 0;
    for (int32_t i = 0; i < blocks->n_node; i++) {
        sum += labels[i].cost[choice[i]];
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(blocks, i, axis);
            if (j < 0) continue;
            sum += fsc_fieldmap_stiffness(blocks, prior, i, j, axis) / prior->shift_hz *
                   fabs(labels[i].hz[choice[i]] - labels[j].hz[choice[j]]);
        }
    }
    return sum;
}

static double brute_force(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, const fsc_field_labels *labels) {
    int choice[16] = {0};
    double best = INFINITY;
    for (;;) {
        const double here = energy_of(blocks, prior, labels, choice);
        if (here < best) best = here;
        int32_t i = 0;
        while (i < blocks->n_node && ++choice[i] == labels[i].n) choice[i++] = 0;
        if (i == blocks->n_node) return best;
    }
}

static void cut_equals_brute_force(void **state) {
    (void)state;
    for (uint64_t grid_number = 0; grid_number < GRIDS; grid_number++) {
        const int tall = grid_number % 2 == 1;
        const fsc_grid grid = {{6, 4, tall ? 1 : 2}, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 5, 0}, 0, 0};
        uint8_t body[48];
        memset(body, 1, sizeof body);
        fsc_blocks blocks;
        assert_ok(fsc_blocks_new(&blocks, &grid, body, 2, &test_error));
        assert_int_equal(blocks.n_node, tall ? 6 : 12);
        const fsc_fieldmap_prior prior = {.shift_hz = 400,
                                          .stiffness = 6,
                                          .through_plane = 0.5,
                                          .cost_limit = 20,
                                          .period_hz = tall ? 500 : 0,
                                          .range_hz = 700};
        fsc_field_labels labels[12];
        uint64_t draw = 0;
        for (int32_t i = 0; i < blocks.n_node; i++) {
            fsc_minima *m = &blocks.minima[i];
            m->n = 1 + (int32_t)(2.99 * fsc_random_uniform(grid_number, 1, draw++));
            double at = -250;
            for (int32_t k = 0; k < m->n; k++) {
                at += 5 + 150 * fsc_random_uniform(grid_number, 2, draw++);
                m->hz[k] = (float)at;
                m->cost[k] = (float)(8 * fsc_random_uniform(grid_number, 3, draw++));
            }
            blocks.quality[i] = (float)fsc_random_uniform(grid_number, 4, draw++);
            fsc_field_labels_make(&labels[i], m, &prior);
        }
        assert_ok(fsc_fieldmap_cut(&blocks, &prior, 1, &test_error));
        int choice[12];
        for (int32_t i = 0; i < blocks.n_node; i++) {
            choice[i] = -1;
            for (int32_t k = 0; k < labels[i].n; k++)
                if (fabs(labels[i].hz[k] - (double)blocks.hz[i]) < 1e-3) choice[i] = k;
            assert_true(choice[i] >= 0);
        }
        const double cut = energy_of(&blocks, &prior, labels, choice), least = brute_force(&blocks, &prior, labels);
        assert_close(cut, least, 0.1); /* capacities are rounded to 1/512 nat */
        fsc_blocks_free(&blocks);
    }
}

/* Ford and Fulkerson on a dense matrix: slow, and written without a look at the solver. */
static int64_t slow_flow(int64_t room[12][12]) {
    int64_t flow = 0;
    for (;;) {
        int from[12], queue[12], first = 0, last = 0;
        memset(from, -1, sizeof from);
        queue[last++] = 0;
        from[0] = 0;
        while (first < last) {
            const int at = queue[first++];
            for (int to = 0; to < 12; to++)
                if (from[to] < 0 && room[at][to] > 0) {
                    from[to] = at;
                    queue[last++] = to;
                }
        }
        if (from[11] < 0) return flow;
        int64_t push = INT64_MAX;
        for (int at = 11; at != 0; at = from[at])
            if (room[from[at]][at] < push) push = room[from[at]][at];
        for (int at = 11; at != 0; at = from[at]) {
            room[from[at]][at] -= push;
            room[at][from[at]] += push;
        }
        flow += push;
    }
}

static void cut_has_the_capacity_of_the_flow(void **state) {
    (void)state;
    for (uint64_t trial = 0; trial < 200; trial++) {
        int64_t room[12][12] = {{0}};
        fsc_maxflow *graph = NULL;
        assert_ok(fsc_maxflow_new(&graph, 10, 30, 1, &test_error));
        for (int32_t i = 0; i < 10; i++) {
            const int32_t s = (int32_t)(20 * fsc_random_uniform(trial, 1, (uint64_t)i));
            const int32_t t = (int32_t)(20 * fsc_random_uniform(trial, 2, (uint64_t)i));
            fsc_maxflow_terminal(graph, i, s, t);
            room[0][i + 1] += s;
            room[i + 1][11] += t;
        }
        for (uint64_t e = 0; e < 30; e++) {
            const int32_t a = (int32_t)(10 * fsc_random_uniform(trial, 3, e));
            const int32_t b = (a + 1 + (int32_t)(9 * fsc_random_uniform(trial, 4, e))) % 10;
            const int32_t c = (int32_t)(15 * fsc_random_uniform(trial, 5, e));
            const int32_t r = (int32_t)(15 * fsc_random_uniform(trial, 6, e));
            fsc_maxflow_edge(graph, (int32_t)e, a, b, c, r);
            room[a + 1][b + 1] += c;
            room[b + 1][a + 1] += r;
        }
        int64_t original[12][12], cut = 0;
        memcpy(original, room, sizeof room);
        fsc_maxflow_solve(graph, 1);
        int side[12] = {0};
        side[0] = 1;
        for (int32_t i = 0; i < 10; i++) side[i + 1] = fsc_maxflow_in_source(graph, i);
        for (int a = 0; a < 12; a++)
            for (int b = 0; b < 12; b++)
                if (side[a] && !side[b]) cut += original[a][b];
        assert_int_equal(cut, slow_flow(room));
        fsc_maxflow_free(graph);
    }
}

/* A lattice large enough to be solved in parts. */
#define SIDE 60

static fsc_maxflow *lattice(uint64_t trial) {
    const int32_t n = SIDE * SIDE * 10, stride[3] = {1, SIDE, SIDE * SIDE};
    fsc_maxflow *graph = NULL;
    assert_ok(fsc_maxflow_new(&graph, n, 3 * (int64_t)n, 2, &test_error));
    for (int32_t i = 0, edge = 0; i < n; i++) {
        const uint64_t at = (uint64_t)i;
        fsc_maxflow_terminal(graph, i, (int32_t)(30 * fsc_random_uniform(trial, 1, at)),
                             (int32_t)(30 * fsc_random_uniform(trial, 2, at)));
        for (int32_t axis = 0; axis < 3; axis++)
            if (i + stride[axis] < n && (axis == 2 || (i / stride[axis]) % SIDE + 1 < SIDE))
                fsc_maxflow_edge(graph, edge++, i, i + stride[axis],
                                 (int32_t)(12 * fsc_random_uniform(trial, 3 + (uint64_t)axis, at)),
                                 (int32_t)(12 * fsc_random_uniform(trial, 6 + (uint64_t)axis, at)));
    }
    return graph;
}

static void cut_in_parts_is_the_same_cut(void **state) {
    (void)state;
    for (uint64_t trial = 0; trial < 3; trial++) {
        fsc_maxflow *whole = lattice(trial), *parts = lattice(trial);
        int32_t source = 0;
        fsc_maxflow_solve(whole, 1);
        fsc_maxflow_solve(parts, 3);
        for (int32_t i = 0; i < SIDE * SIDE * 10; i++) {
            assert_int_equal(fsc_maxflow_in_source(whole, i) != 0, fsc_maxflow_in_source(parts, i) != 0);
            source += fsc_maxflow_in_source(whole, i) != 0;
        }
        assert_in_range(source, SIDE * SIDE, 9 * SIDE * SIDE); /* both sides are there */
        fsc_maxflow_free(whole);
        fsc_maxflow_free(parts);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cut_in_parts_is_the_same_cut),
        cmocka_unit_test(cut_equals_brute_force),
        cmocka_unit_test(cut_has_the_capacity_of_the_flow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
