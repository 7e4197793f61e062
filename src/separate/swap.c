#include "swap.h"
#include "alloc.h"
#include "fail.h"

#include <math.h>

/* Evidence of neighbours is not independent, because they share the errors of the model, so nats are tempered before
 * they become odds: for one block, for all that a field joins, and for a region of good signal. Chosen on simulated
 * scans like those of test_swap.c; the reliability table of doc/equations/separate.md is made with seeds unseen then.
 */
#define TEMPER_BLOCK 0.5
#define TEMPER_JOINED 0.03
#define TEMPER_REGION 0.02
#define MOST_NATS 30.0
/* Fields closer than this share of the fat shift are the same branch; blocks of one region differ by less. */
#define SAME_BRANCH 0.3
/* Blocks below this quality (SNR of about 5), or below this share of the scan's mean where that is lower, carry no
 * region: what lies on their two sides is decided apart. */
#define RELIABLE 0.6
#define RELIABLE_OF_MEAN 0.75
/* Regions smaller than this are left to the cut. */
#define LEAST_REGION 16
/* Tempered nats from which on a region is exchanged: odds of 20 to 1. */
#define CLEARLY 3.0
#define SWEEPS 8
/* No region is surer than this of itself: evidence that adds up inside a region says little about the region as a whole
 * (share exchanged among the surest of simulated scans). The scan's main region agrees with the field that shimming
 * leaves; another one has only its own word. */
#define LEAST_OF_MAIN 0.002
#define LEAST_OF_OTHER 0.02

static double wrapped(double hz, double period_hz) {
    return period_hz > 0 ? hz - period_hz * floor(hz / period_hz + 0.5) : hz;
}

/* Own evidence of the best other branch above that of the chosen field. Where the echoes know no other branch it is one
 * fat shift away, at what their worst field costs: weak signal with few echoes often has one minimum, and it means
 * little. */
static double own_margin(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t node, double *other_hz) {
    const fsc_minima *m = &blocks->minima[node];
    const double here = (double)blocks->hz[node];
    double chosen = 0, other = (double)m->range, nearest = INFINITY;
    *other_hz = here + (here > 0 ? -prior->shift_hz : prior->shift_hz);
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
    /* Where no field explains the echoes, none has much evidence over another. */
    const double misfit = fmax((double)blocks->misfit[node], 1);
    return fmax(fmin((other - chosen) / misfit, MOST_NATS), -MOST_NATS);
}

static int32_t root_of(int32_t *parent, int32_t i) {
    while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    return i;
}

static double reliable_quality(const fsc_blocks *blocks) {
    double sum = 0;
    for (int32_t i = 0; i < blocks->n_node; i++) sum += (double)blocks->quality[i];
    return fmin(RELIABLE, RELIABLE_OF_MEAN * sum / fmax(blocks->n_node, 1));
}

static int is_reliable(const fsc_blocks *blocks, double least_quality, int32_t i, int32_t j) {
    return (double)fminf(blocks->quality[i], blocks->quality[j]) >= least_quality;
}

/* Joins neighbours whose fields agree, through every block or only through those of least_quality; the lower number
 * is the root, whatever the order. */
static void join(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t *parent, double least_quality) {
    for (int32_t i = 0; i < blocks->n_node; i++) parent[i] = i;
    for (int32_t i = 0; i < blocks->n_node; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(blocks, i, axis);
            if (j < 0 || !is_reliable(blocks, least_quality, i, j)) continue;
            if (fabs((double)blocks->hz[i] - (double)blocks->hz[j]) > SAME_BRANCH * prior->shift_hz) continue;
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

/* Evidence (nats) and label of a block whose field moves by move_hz. */
static double moved(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t node, double move_hz,
                    double *hz) {
    const fsc_minima *m = &blocks->minima[node];
    const double wish = (double)blocks->hz[node] + move_hz;
    double nearest = SAME_BRANCH * prior->shift_hz, cost = prior->cost_limit;
    *hz = wish;
    for (int32_t k = 0; k < m->n; k++) {
        const double away = wrapped((double)m->hz[k] - wish, prior->period_hz);
        if (fabs(away) >= nearest) continue;
        nearest = fabs(away);
        cost = (double)m->cost[k];
        *hz = wish + away;
    }
    return cost;
}

typedef struct region {
    int32_t n;
    double rise[2]; /* nats that the fields one fat shift up, and down, cost more than the chosen ones */
} region;

/* A cut pays for a step of the field wherever it lies, so the side of a weak wall that agrees with its neighbour can
 * win over the evidence of all that is behind the wall. Here a step across blocks that carry no region is free. */
static void weigh_regions(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t *parent, region *regions) {
    const double least_quality = reliable_quality(blocks);
    for (int32_t i = 0; i < blocks->n_node; i++) {
        double hz;
        region *r = &regions[root_of(parent, i)];
        const double here = moved(blocks, prior, i, 0, &hz);
        r->n++;
        for (int32_t side = 0; side < 2; side++)
            r->rise[side] += moved(blocks, prior, i, side ? -prior->shift_hz : prior->shift_hz, &hz) - here;
    }
    for (int32_t i = 0; i < blocks->n_node; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(blocks, i, axis);
            if (j < 0 || !is_reliable(blocks, least_quality, i, j) || root_of(parent, i) == root_of(parent, j))
                continue;
            const double tie = fsc_fieldmap_stiffness(blocks, prior, i, j, axis) / prior->shift_hz;
            const double step = (double)blocks->hz[i] - (double)blocks->hz[j];
            for (int32_t side = 0; side < 2; side++) {
                const double move = side ? -prior->shift_hz : prior->shift_hz;
                regions[root_of(parent, i)].rise[side] += tie * (fabs(step + move) - fabs(step));
                regions[root_of(parent, j)].rise[side] += tie * (fabs(step - move) - fabs(step));
            }
        }
}

/* Nats that block i pays for a field: its own, and the steps to its neighbours. before[] holds the blocks below it. */
static double local_cost(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, const int32_t (*before)[3],
                         int32_t i, double own, double hz) {
    double cost = own;
    for (int32_t axis = 0; axis < 3; axis++) {
        const int32_t up = fsc_blocks_neighbour(blocks, i, axis), down = before[i][axis];
        if (up >= 0)
            cost += fsc_fieldmap_stiffness(blocks, prior, i, up, axis) / prior->shift_hz *
                    fabs(hz - (double)blocks->hz[up]);
        if (down >= 0)
            cost += fsc_fieldmap_stiffness(blocks, prior, down, i, axis) / prior->shift_hz *
                    fabs(hz - (double)blocks->hz[down]);
    }
    return cost;
}

/* Blocks of no region follow the neighbours that moved. */
static void settle(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, const int32_t (*before)[3], int32_t *parent,
                   const region *regions) {
    fsc_field_labels labels;
    for (int32_t sweep = 0, n_moved = 1; sweep < SWEEPS && n_moved > 0; sweep++) {
        n_moved = 0;
        for (int32_t i = 0; i < blocks->n_node; i++) {
            if (regions[root_of(parent, i)].n >= LEAST_REGION) continue;
            fsc_field_labels_make(&labels, &blocks->minima[i], prior);
            double least = INFINITY;
            float best = blocks->hz[i];
            for (int32_t k = 0; k < labels.n; k++) {
                const double cost = local_cost(blocks, prior, before, i, labels.cost[k], labels.hz[k]);
                if (cost < least) best = (float)labels.hz[k];
                least = fmin(least, cost);
            }
            n_moved += best < blocks->hz[i] || best > blocks->hz[i];
            blocks->hz[i] = best;
        }
    }
}

static void find_before(const fsc_blocks *blocks, int32_t (*before)[3]) {
    for (int32_t i = 0; i < blocks->n_node; i++) before[i][0] = before[i][1] = before[i][2] = -1;
    for (int32_t i = 0; i < blocks->n_node; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t up = fsc_blocks_neighbour(blocks, i, axis);
            if (up >= 0) before[up][axis] = i;
        }
}

fsc_status fsc_swap_exchange(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int64_t *n_exchanged,
                             fsc_error *err) {
    FSC_AUTO_BLOCK int32_t *parent = fsc_alloc(blocks->n_node, sizeof *parent);
    FSC_AUTO_BLOCK region *regions = fsc_alloc(blocks->n_node, sizeof *regions);
    FSC_AUTO_BLOCK int32_t(*before)[3] = fsc_alloc(blocks->n_node, sizeof *before);
    if (!parent || !regions || !before) return fsc_fail_nomem(err, "weighing regions of the field map");
    join(blocks, prior, parent, reliable_quality(blocks));
    weigh_regions(blocks, prior, parent, regions);
    *n_exchanged = 0;
    for (int32_t i = 0; i < blocks->n_node; i++) {
        const region *r = &regions[root_of(parent, i)];
        const int32_t side = r->rise[1] < r->rise[0];
        if (r->n < LEAST_REGION || -TEMPER_REGION * r->rise[side] < CLEARLY) continue;
        double hz;
        moved(blocks, prior, i, side ? -prior->shift_hz : prior->shift_hz, &hz);
        blocks->hz[i] = (float)hz;
        *n_exchanged += 1;
    }
    if (*n_exchanged == 0) return FSC_OK;
    find_before(blocks, before);
    settle(blocks, prior, (const int32_t(*)[3])before, parent, regions);
    return FSC_OK;
}

fsc_status fsc_swap_alone(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, fsc_error *err) {
    FSC_AUTO_BLOCK double *margin = fsc_alloc(blocks->n_node, sizeof *margin);
    FSC_AUTO_BLOCK double *other_hz = fsc_alloc(blocks->n_node, sizeof *other_hz);
    if (!margin || !other_hz) return fsc_fail_nomem(err, "judging exchanges of fat and water");
    for (int32_t i = 0; i < blocks->n_node; i++) margin[i] = own_margin(blocks, prior, i, &other_hz[i]);
    add_neighbours(blocks, prior, other_hz, margin);
    for (int32_t i = 0; i < blocks->n_node; i++) blocks->swap[i] = (float)odds(TEMPER_BLOCK * margin[i]);
    return FSC_OK;
}

fsc_status fsc_swap_estimate(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, fsc_error *err) {
    const int64_t n = blocks->n_node;
    FSC_AUTO_BLOCK int32_t *parent = fsc_alloc(n, sizeof *parent);
    FSC_AUTO_BLOCK double *margin = fsc_alloc(n, sizeof *margin);
    FSC_AUTO_BLOCK double *other_hz = fsc_alloc(n, sizeof *other_hz);
    FSC_AUTO_BLOCK double *summed = fsc_alloc(n, sizeof *summed);
    FSC_AUTO_BLOCK region *regions = fsc_alloc(n, sizeof *regions);
    if (!parent || !margin || !other_hz || !summed || !regions)
        return fsc_fail_nomem(err, "judging exchanges of fat and water");
    join(blocks, prior, parent, 0); /* through every block */
    for (int32_t i = 0; i < n; i++) {
        margin[i] = own_margin(blocks, prior, i, &other_hz[i]);
        summed[root_of(parent, i)] += margin[i];
    }
    add_neighbours(blocks, prior, other_hz, margin);
    for (int32_t i = 0; i < n; i++) {
        const double alone = odds(TEMPER_BLOCK * margin[i]);
        const double together = odds(TEMPER_JOINED * summed[root_of(parent, i)]);
        blocks->swap[i] = (float)(1 - (1 - alone) * (1 - together));
    }
    join(blocks, prior, parent, reliable_quality(blocks));
    weigh_regions(blocks, prior, parent, regions);
    int32_t in_regions = 0;
    for (int32_t i = 0; i < n; i++) in_regions += regions[i].n >= LEAST_REGION ? regions[i].n : 0;
    for (int32_t i = 0; i < n; i++) {
        const region *r = &regions[root_of(parent, i)];
        const double whole = odds(TEMPER_REGION * fmin(r->rise[0], r->rise[1]));
        const double least = 2 * r->n > in_regions ? LEAST_OF_MAIN : LEAST_OF_OTHER;
        if (r->n >= LEAST_REGION) blocks->swap[i] = fmaxf(blocks->swap[i], (float)whole);
        blocks->swap[i] = (float)(least + (1 - least) * (double)blocks->swap[i]);
    }
    return FSC_OK;
}
