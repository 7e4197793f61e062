#include "swap.h"
#include "alloc.h"
#include "fail.h"

#include <math.h>

/* Evidence of neighbours is not independent, so nats are tempered before they become odds; the values come from the
 * reliability table in doc/equations/separate.md. */
#define TEMPER_BLOCK 0.35
#define TEMPER_REGION 0.02
#define MOST_NATS 30.0
/* Fields closer than this share of the fat shift are the same branch; blocks of one region differ by less. */
#define SAME_BRANCH 0.3

static double wrapped(double hz, double period_hz) {
    return period_hz > 0 ? hz - period_hz * floor(hz / period_hz + 0.5) : hz;
}

/* Own evidence of the best other branch above that of the chosen field; MOST_NATS when there is no other. */
static double own_margin(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t node, double *other_hz) {
    const fsc_minima *m = &blocks->minima[node];
    const double here = (double)blocks->hz[node];
    double chosen = 0, other = INFINITY, nearest = INFINITY;
    *other_hz = here;
    for (int32_t k = 0; k < m->n; k++) {
        const double away = fabs(wrapped((double)m->hz[k] - here, prior->period_hz));
        if (away < nearest) {
            nearest = away;
            chosen = (double)m->cost[k];
        }
        if (away > SAME_BRANCH * prior->shift_hz && (double)m->cost[k] < other) {
            other = (double)m->cost[k];
            *other_hz = here + wrapped((double)m->hz[k] - here, prior->period_hz);
        }
    }
    return fmax(fmin(other - chosen, MOST_NATS), -MOST_NATS);
}

static int32_t root_of(int32_t *parent, int32_t i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

/* Joins neighbours whose fields agree; the lower number is the root, whatever the order. */
static void join(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t *parent) {
    for (int32_t i = 0; i < blocks->n_node; i++) parent[i] = i;
    for (int32_t i = 0; i < blocks->n_node; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(blocks, i, axis);
            if (j < 0 || fabs((double)blocks->hz[i] - (double)blocks->hz[j]) > SAME_BRANCH * prior->shift_hz) continue;
            const int32_t a = root_of(parent, i), b = root_of(parent, j);
            if (a < b)
                parent[b] = a;
            else
                parent[a] = b;
        }
}

/* What neighbours add to the margin: the rise of total variation when this block alone takes the other field. */
static void add_neighbours(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, const double *other_hz,
                           double *margin) {
    for (int32_t i = 0; i < blocks->n_node; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(blocks, i, axis);
            if (j < 0) continue;
            const double tie = fsc_fieldmap_stiffness(blocks, prior, i, j, axis) / prior->shift_hz;
            const double fi = (double)blocks->hz[i], fj = (double)blocks->hz[j];
            margin[i] += tie * (fabs(other_hz[i] - fj) - fabs(fi - fj));
            margin[j] += tie * (fabs(other_hz[j] - fi) - fabs(fi - fj));
        }
}

static double odds(double nats) {
    return 1 / (1 + exp(fmin(fmax(nats, -MOST_NATS), MOST_NATS)));
}

fsc_status fsc_swap_estimate(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, fsc_error *err) {
    const int64_t n = blocks->n_node;
    FSC_AUTO_BLOCK int32_t *parent = fsc_alloc(n, sizeof *parent);
    FSC_AUTO_BLOCK double *margin = fsc_alloc(n, sizeof *margin);
    FSC_AUTO_BLOCK double *other_hz = fsc_alloc(n, sizeof *other_hz);
    FSC_AUTO_BLOCK double *region = fsc_alloc(n, sizeof *region);
    if (!parent || !margin || !other_hz || !region) return fsc_fail_nomem(err, "judging exchanges of fat and water");
    join(blocks, prior, parent);
    for (int32_t i = 0; i < n; i++) {
        margin[i] = own_margin(blocks, prior, i, &other_hz[i]);
        region[root_of(parent, i)] += margin[i];
    }
    add_neighbours(blocks, prior, other_hz, margin);
    for (int32_t i = 0; i < n; i++) {
        const double alone = odds(TEMPER_BLOCK * margin[i]);
        const double together = odds(TEMPER_REGION * region[root_of(parent, i)]);
        blocks->swap[i] = (float)(1 - (1 - alone) * (1 - together));
    }
    return FSC_OK;
}
