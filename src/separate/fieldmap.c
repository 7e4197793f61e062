#include "fieldmap.h"
#include "alloc.h"
#include "fail.h"
#include "maxflow.h"

#include <math.h>

/* Capacities are whole numbers of this many to the nat. */
#define UNIT 512.0
#define NEVER (1 << 29)

void fsc_field_labels_make(fsc_field_labels *out, const fsc_minima *minima, const fsc_fieldmap_prior *prior) {
    int32_t lowest = 0, highest = 0;
    if (prior->period_hz > 0) {
        lowest = (int32_t)floor(-prior->range_hz / prior->period_hz) - 1;
        highest = -lowest;
    }
    out->n = 0;
    for (int32_t turn = lowest; turn <= highest; turn++)
        for (int32_t k = 0; k < minima->n && out->n < FSC_LABEL_MAX; k++) {
            const double hz = (double)minima->hz[k] + turn * prior->period_hz;
            if (turn != 0 && fabs(hz) > prior->range_hz) continue;
            out->hz[out->n] = hz;
            /* A hint towards 0 decides between whole periods where nothing else does. */
            out->cost[out->n++] = fmin((double)minima->cost[k], prior->cost_limit) + 0.01 * fabs(hz) / prior->shift_hz;
        }
}

double fsc_fieldmap_stiffness(const fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t a, int32_t b,
                              int32_t axis) {
    const double quality = fmin((double)blocks->quality[a], (double)blocks->quality[b]);
    return prior->stiffness * (axis == blocks->slice_axis ? prior->through_plane : 1) * quality;
}

static int32_t capacity(double nats) {
    return (int32_t)fmin(nats * UNIT + 0.5, 1e8);
}

/* |f_a - f_b| is the measure of fields between them: node k of a chain stands for the interval from label k to k + 1
 * and two nodes are tied by the overlap of their intervals. Below the first and above the last label the chain is
 * known, so the tie goes to the source or the sink. */
static void tie(fsc_maxflow *graph, int32_t base_a, const fsc_field_labels *a, int32_t base_b,
                const fsc_field_labels *b, double nats_per_hz) {
    for (int32_t i = 0; i + 1 < a->n; i++) {
        const double low = a->hz[i], high = a->hz[i + 1];
        const double under = fmin(high, b->hz[0]) - low, over = high - fmax(low, b->hz[b->n - 1]);
        const int32_t source = under > 0 ? capacity(under * nats_per_hz) : 0;
        const int32_t sink = over > 0 ? capacity(over * nats_per_hz) : 0;
        if (source || sink) fsc_maxflow_terminal(graph, base_a + i, source, sink);
        for (int32_t j = 0; j + 1 < b->n; j++) {
            const double common = fmin(high, b->hz[j + 1]) - fmax(low, b->hz[j]);
            if (common <= 0) continue;
            const int32_t room = capacity(common * nats_per_hz);
            fsc_maxflow_edge(graph, base_a + i, base_b + j, room, room);
        }
    }
    for (int32_t j = 0; j + 1 < b->n; j++) {
        const double low = b->hz[j], high = b->hz[j + 1];
        const double under = fmin(high, a->hz[0]) - low, over = high - fmax(low, a->hz[a->n - 1]);
        const int32_t source = under > 0 ? capacity(under * nats_per_hz) : 0;
        const int32_t sink = over > 0 ? capacity(over * nats_per_hz) : 0;
        if (source || sink) fsc_maxflow_terminal(graph, base_b + j, source, sink);
    }
}

static int32_t overlaps(const fsc_field_labels *a, const fsc_field_labels *b) {
    int32_t n = 0;
    for (int32_t i = 0; i + 1 < a->n; i++)
        for (int32_t j = 0; j + 1 < b->n; j++) n += fmin(a->hz[i + 1], b->hz[j + 1]) > fmax(a->hz[i], b->hz[j]);
    return n;
}

static void add_node(fsc_maxflow *graph, int32_t base, const fsc_field_labels *labels) {
    if (labels->n < 2) return;
    fsc_maxflow_terminal(graph, base, capacity(labels->cost[0]), 0);
    for (int32_t k = 1; k + 1 < labels->n; k++)
        fsc_maxflow_edge(graph, base + k - 1, base + k, capacity(labels->cost[k]), NEVER);
    fsc_maxflow_terminal(graph, base + labels->n - 2, 0, capacity(labels->cost[labels->n - 1]));
}

static fsc_status count_graph(int32_t *base, int64_t *n_edge, const fsc_blocks *blocks, const fsc_fieldmap_prior *prior,
                              fsc_error *err) {
    int64_t n = 0;
    fsc_field_labels here, there;
    *n_edge = 0;
    for (int32_t i = 0; i < blocks->n_node; i++) {
        fsc_field_labels_make(&here, &blocks->minima[i], prior);
        base[i] = (int32_t)n;
        n += here.n - 1;
        if (here.n > 2) *n_edge += here.n - 2;
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(blocks, i, axis);
            if (j < 0) continue;
            fsc_field_labels_make(&there, &blocks->minima[j], prior);
            *n_edge += overlaps(&here, &there);
        }
        if (n > 1000000000) return fsc_fail(err, FSC_E_RANGE, "the field map's graph is too large");
    }
    base[blocks->n_node] = (int32_t)n;
    return FSC_OK;
}

static void fill_graph(fsc_maxflow *graph, const int32_t *base, const fsc_blocks *blocks,
                       const fsc_fieldmap_prior *prior) {
    fsc_field_labels here, there;
    for (int32_t i = 0; i < blocks->n_node; i++) {
        fsc_field_labels_make(&here, &blocks->minima[i], prior);
        add_node(graph, base[i], &here);
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(blocks, i, axis);
            if (j < 0) continue;
            fsc_field_labels_make(&there, &blocks->minima[j], prior);
            tie(graph, base[i], &here, base[j], &there,
                fsc_fieldmap_stiffness(blocks, prior, i, j, axis) / prior->shift_hz);
        }
    }
}

fsc_status fsc_fieldmap_cut(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, fsc_error *err) {
    FSC_AUTO_BLOCK int32_t *base = fsc_alloc((int64_t)blocks->n_node + 1, sizeof *base);
    if (!base) return fsc_fail_nomem(err, "making the field map's graph");
    int64_t n_edge = 0;
    FSC_TRY(count_graph(base, &n_edge, blocks, prior, err));
    fsc_maxflow *graph = NULL;
    FSC_TRY(fsc_maxflow_new(&graph, base[blocks->n_node], n_edge, err));
    fill_graph(graph, base, blocks, prior);
    fsc_maxflow_solve(graph);
    fsc_field_labels labels;
    for (int32_t i = 0; i < blocks->n_node; i++) {
        fsc_field_labels_make(&labels, &blocks->minima[i], prior);
        int32_t k = 0;
        while (k + 1 < labels.n && fsc_maxflow_in_source(graph, base[i] + k)) k++;
        blocks->hz[i] = (float)labels.hz[k];
    }
    fsc_maxflow_free(graph);
    return FSC_OK;
}
