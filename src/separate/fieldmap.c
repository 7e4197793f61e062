#include "fieldmap.h"
#include "alloc.h"
#include "fail.h"
#include "maxflow.h"
#include "tiles.h"

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
static void tie(fsc_maxflow *graph, int32_t *edge, int32_t base_a, const fsc_field_labels *a, int32_t base_b,
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
            fsc_maxflow_edge(graph, (*edge)++, base_a + i, base_b + j, room, room);
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

static void add_node(fsc_maxflow *graph, int32_t *edge, int32_t base, const fsc_field_labels *labels) {
    if (labels->n < 2) return;
    fsc_maxflow_terminal(graph, base, capacity(labels->cost[0]), 0);
    for (int32_t k = 1; k + 1 < labels->n; k++)
        fsc_maxflow_edge(graph, (*edge)++, base + k - 1, base + k, capacity(labels->cost[k]), NEVER);
    fsc_maxflow_terminal(graph, base + labels->n - 2, 0, capacity(labels->cost[labels->n - 1]));
}

/* The graph is laid out in parts of blocks, all at once; ties between parts follow. */
#define PARTS 8

typedef struct layout {
    const fsc_blocks *blocks;
    const fsc_fieldmap_prior *prior;
    int32_t *base; /* [n_node + 1]: first graph node of each block */
    fsc_maxflow *graph;
    int64_t n_graph_node[PARTS], n_edge[PARTS], n_seam[PARTS];
    int32_t edge[PARTS + 1]; /* next edge of each part, and of the seams */
} layout;

static int64_t part_size(const fsc_blocks *blocks) {
    return blocks->n_node > PARTS ? (blocks->n_node + PARTS - 1) / PARTS : 1;
}

static void count_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)worker;
    layout *l = context;
    int64_t n = 0, edges = 0, seam = 0;
    fsc_field_labels here, there;
    for (int64_t i = begin; i < end; i++) {
        fsc_field_labels_make(&here, &l->blocks->minima[i], l->prior);
        l->base[i] = (int32_t)n;
        n += here.n - 1;
        if (here.n > 2) edges += here.n - 2;
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(l->blocks, (int32_t)i, axis);
            if (j < 0) continue;
            fsc_field_labels_make(&there, &l->blocks->minima[j], l->prior);
            *(j < end ? &edges : &seam) += overlaps(&here, &there);
        }
    }
    l->n_graph_node[tile] = n;
    l->n_edge[tile] = edges;
    l->n_seam[tile] = seam;
}

static fsc_status count_graph(layout *l, int64_t *n_edge, int32_t n_threads, fsc_error *err) {
    const int64_t size = part_size(l->blocks);
    int64_t before = 0;
    *n_edge = 0;
    fsc_tiles_run(l->blocks->n_node, size, count_tile, l, n_threads);
    for (int32_t p = 0; p < PARTS; p++) {
        for (int64_t i = p * size; i < (p + 1) * size && i < l->blocks->n_node; i++) l->base[i] += (int32_t)before;
        before += l->n_graph_node[p];
        l->edge[p] = (int32_t)*n_edge;
        *n_edge += l->n_edge[p];
        if (before > 1000000000 || *n_edge > 1000000000)
            return fsc_fail(err, FSC_E_RANGE, "the field map's graph is too large");
    }
    l->edge[PARTS] = (int32_t)*n_edge;
    for (int32_t p = 0; p < PARTS; p++) *n_edge += l->n_seam[p];
    l->base[l->blocks->n_node] = (int32_t)before;
    return FSC_OK;
}

/* Ties of block i to its neighbours below last, or to those from last on. */
static void tie_block(layout *l, int32_t *edge, int64_t i, int64_t last, int seam, const fsc_field_labels *here) {
    fsc_field_labels there;
    for (int32_t axis = 0; axis < 3; axis++) {
        const int32_t j = fsc_blocks_neighbour(l->blocks, (int32_t)i, axis);
        if (j < 0 || (j >= last) != seam) continue;
        fsc_field_labels_make(&there, &l->blocks->minima[j], l->prior);
        tie(l->graph, edge, l->base[i], here, l->base[j], &there,
            fsc_fieldmap_stiffness(l->blocks, l->prior, (int32_t)i, j, axis) / l->prior->shift_hz);
    }
}

static void fill_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)worker;
    layout *l = context;
    fsc_field_labels here;
    for (int64_t i = begin; i < end; i++) {
        fsc_field_labels_make(&here, &l->blocks->minima[i], l->prior);
        add_node(l->graph, &l->edge[tile], l->base[i], &here);
        tie_block(l, &l->edge[tile], i, end, 0, &here);
    }
}

static void fill_graph(layout *l, int32_t n_threads) {
    const int64_t size = part_size(l->blocks), n = l->blocks->n_node;
    fsc_field_labels here;
    fsc_tiles_run(n, size, fill_tile, l, n_threads);
    for (int64_t i = 0; i < n; i++) {
        const int64_t last = (i / size + 1) * size;
        int reaches = 0;
        for (int32_t axis = 0; axis < 3 && !reaches && last < n; axis++)
            reaches = fsc_blocks_neighbour(l->blocks, (int32_t)i, axis) >= last;
        if (!reaches) continue;
        fsc_field_labels_make(&here, &l->blocks->minima[i], l->prior);
        tie_block(l, &l->edge[PARTS], i, last, 1, &here);
    }
}

typedef struct choice {
    const layout *layout;
    fsc_blocks *blocks;
} choice;

static void choose_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const choice *c = context;
    const layout *l = c->layout;
    fsc_field_labels labels;
    for (int64_t i = begin; i < end; i++) {
        fsc_field_labels_make(&labels, &c->blocks->minima[i], l->prior);
        int32_t k = 0;
        while (k + 1 < labels.n && fsc_maxflow_in_source(l->graph, l->base[i] + k)) k++;
        c->blocks->hz[i] = (float)labels.hz[k];
    }
}

fsc_status fsc_fieldmap_cut(fsc_blocks *blocks, const fsc_fieldmap_prior *prior, int32_t n_threads, fsc_error *err) {
    FSC_AUTO_BLOCK int32_t *base = fsc_alloc((int64_t)blocks->n_node + 1, sizeof *base);
    if (!base) return fsc_fail_nomem(err, "making the field map's graph");
    layout l = {.blocks = blocks, .prior = prior, .base = base};
    int64_t n_edge = 0;
    FSC_TRY(count_graph(&l, &n_edge, n_threads, err));
    FSC_TRY(fsc_maxflow_new(&l.graph, base[blocks->n_node], n_edge, n_threads, err));
    fill_graph(&l, n_threads);
    fsc_maxflow_solve(l.graph, n_threads);
    choice c = {&l, blocks};
    fsc_tiles_run(blocks->n_node, part_size(blocks), choose_tile, &c, n_threads);
    fsc_maxflow_free(l.graph);
    return FSC_OK;
}
