#include "maxflow.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#define NONE (-1)
#define TERMINAL (-2)
#define ORPHAN (-3)

typedef struct arc {
    int32_t head;
    int32_t next; /* of the same tail, or NONE; the reverse of arc e is e ^ 1 */
    int32_t room; /* residual capacity */
} arc;

typedef struct node {
    int32_t first;  /* arc */
    int32_t parent; /* arc to the parent, or NONE, TERMINAL, ORPHAN */
    int32_t room;   /* > 0: from the source, < 0: to the sink */
    int32_t stamp;  /* time at which distance was right */
    int32_t distance;
    int32_t queued; /* next active node + 1, itself + 1 at the queue's end, 0 = not queued */
    int8_t sink;    /* tree, when parent is not NONE */
} node;

/* A range of nodes that is solved on its own: arcs that lead out of it are as good as absent. */
typedef struct part {
    struct fsc_maxflow *g;
    int32_t low, high;               /* nodes low .. high - 1 */
    int32_t queue_first, queue_last; /* node or NONE */
    int32_t orphan_first, orphan_count;
    int32_t time;
} part;

/* Parts are solved at once and joined two by two; a small graph is not worth it. */
#define PARTS 8
#define WORTH_PARTS 20000
#define CLEAR_TILE 65536

struct fsc_maxflow {
    node *nodes;
    arc *arcs;
    int32_t n_node;
    int32_t *orphan; /* [n_node]: each part has a ring in its own range */
    part parts[PARTS];
};

static void clear_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    fsc_maxflow *const g = context;
    for (int64_t i = begin; i < end; i++) g->nodes[i] = (node){.first = NONE, .parent = NONE};
}

fsc_status fsc_maxflow_new(fsc_maxflow **out, int32_t n_node, int64_t n_edge, int32_t n_threads, fsc_error *err) {
    if (n_edge > 1000000000)
        return fsc_fail(err, FSC_E_RANGE, "the field map's graph is too large (%lld edges)", (long long)n_edge);
    fsc_maxflow *g = fsc_alloc(1, sizeof *g);
    if (!g) return fsc_fail_nomem(err, "making the field map's graph");
    g->nodes = fsc_alloc_unset(n_node, sizeof *g->nodes);
    g->arcs = fsc_alloc_unset(2 * n_edge, sizeof *g->arcs);
    g->orphan = fsc_alloc_unset(n_node, sizeof *g->orphan);
    if (!g->nodes || !g->arcs || !g->orphan) {
        fsc_maxflow_free(g);
        return fsc_fail_nomem(err, "making the field map's graph");
    }
    g->n_node = n_node;
    fsc_tiles_run(n_node, CLEAR_TILE, clear_tile, g, n_threads);
    *out = g;
    return FSC_OK;
}

void fsc_maxflow_free(fsc_maxflow *g) {
    if (!g) return;
    fsc_free(g->nodes);
    fsc_free(g->arcs);
    fsc_free(g->orphan);
    fsc_free(g);
}

void fsc_maxflow_terminal(fsc_maxflow *g, int32_t i, int32_t from_source, int32_t to_sink) {
    /* What passes straight through costs the same for either side. */
    const int32_t had = g->nodes[i].room;
    if (had > 0)
        from_source += had;
    else
        to_sink -= had;
    g->nodes[i].room = from_source - to_sink;
}

static void put_arc(fsc_maxflow *g, int32_t at, int32_t tail, int32_t head, int32_t room) {
    g->arcs[at] = (arc){head, g->nodes[tail].first, room};
    g->nodes[tail].first = at;
}

void fsc_maxflow_edge(fsc_maxflow *g, int32_t edge, int32_t a, int32_t b, int32_t capacity, int32_t reverse) {
    put_arc(g, 2 * edge, a, b, capacity);
    put_arc(g, 2 * edge + 1, b, a, reverse);
}

static int is_outside(const part *p, int32_t i) {
    return i < p->low || i >= p->high;
}

static void activate(part *p, int32_t i) {
    node *const nodes = p->g->nodes;
    if (nodes[i].queued) return;
    if (p->queue_last == NONE)
        p->queue_first = i;
    else
        nodes[p->queue_last].queued = i + 1;
    p->queue_last = i;
    nodes[i].queued = i + 1;
}

/* The next active node that is still in a tree, taken off the queue; NONE when there is none. */
static int32_t next_active(part *p) {
    node *const nodes = p->g->nodes;
    while (p->queue_first != NONE) {
        const int32_t i = p->queue_first, next = nodes[i].queued - 1;
        p->queue_first = next == i ? NONE : next;
        if (next == i) p->queue_last = NONE;
        nodes[i].queued = 0;
        if (nodes[i].parent != NONE) return i;
    }
    return NONE;
}

static void make_orphan(part *p, int32_t i) {
    const int32_t size = p->high - p->low;
    p->g->nodes[i].parent = ORPHAN;
    int32_t at = p->orphan_first + p->orphan_count++;
    if (at >= size) at -= size;
    p->g->orphan[p->low + at] = i;
}

static int32_t take_orphan(part *p) {
    const int32_t i = p->g->orphan[p->low + p->orphan_first];
    if (++p->orphan_first == p->high - p->low) p->orphan_first = 0;
    p->orphan_count--;
    return i;
}

/* Grows i's tree by one layer; returns the arc (from the source's to the sink's tree) that joins them, or NONE. */
static int32_t grow(part *p, int32_t i) {
    const fsc_maxflow *const g = p->g;
    node *const nodes = g->nodes;
    const int sink = nodes[i].sink;
    for (int32_t e = nodes[i].first; e != NONE; e = g->arcs[e].next) {
        if (g->arcs[sink ? e ^ 1 : e].room == 0) continue;
        const int32_t j = g->arcs[e].head;
        if (is_outside(p, j)) continue;
        if (nodes[j].parent == NONE) {
            nodes[j].sink = (int8_t)sink;
            nodes[j].parent = e ^ 1;
            nodes[j].stamp = nodes[i].stamp;
            nodes[j].distance = nodes[i].distance + 1;
            activate(p, j);
        } else if (nodes[j].sink != sink) {
            return sink ? e ^ 1 : e;
        } else if (nodes[j].stamp <= nodes[i].stamp && nodes[j].distance > nodes[i].distance + 1) {
            nodes[j].parent = e ^ 1; /* a shorter way to the root */
            nodes[j].stamp = nodes[i].stamp;
            nodes[j].distance = nodes[i].distance + 1;
        }
    }
    return NONE;
}

/* Smallest room from the node up to its root, and the subtraction of push along the same way. */
static int32_t room_to_root(const fsc_maxflow *g, int32_t i, int sink, int32_t room) {
    for (;; i = g->arcs[g->nodes[i].parent].head) {
        const int32_t p = g->nodes[i].parent;
        if (p == TERMINAL) break;
        const int32_t here = g->arcs[sink ? p : p ^ 1].room;
        if (here < room) room = here;
    }
    const int32_t end = sink ? -g->nodes[i].room : g->nodes[i].room;
    return end < room ? end : room;
}

static void push_to_root(part *p, int32_t i, int sink, int32_t push) {
    fsc_maxflow *const g = p->g;
    for (;;) {
        const int32_t parent = g->nodes[i].parent;
        if (parent == TERMINAL) break;
        const int32_t along = sink ? parent : parent ^ 1;
        g->arcs[along].room -= push;
        g->arcs[along ^ 1].room += push;
        const int32_t up = g->arcs[parent].head;
        if (g->arcs[along].room == 0) make_orphan(p, i);
        i = up;
    }
    g->nodes[i].room += sink ? push : -push;
    if (g->nodes[i].room == 0) make_orphan(p, i);
}

static void augment(part *p, int32_t bridge) {
    fsc_maxflow *const g = p->g;
    const int32_t from = g->arcs[bridge ^ 1].head, to = g->arcs[bridge].head;
    int32_t push = room_to_root(g, from, 0, g->arcs[bridge].room);
    push = room_to_root(g, to, 1, push);
    g->arcs[bridge].room -= push;
    g->arcs[bridge ^ 1].room += push;
    push_to_root(p, from, 0, push);
    push_to_root(p, to, 1, push);
}

/* Steps from i to its root, or -1 when i hangs on an orphan; stamps the way. */
static int32_t distance_to_root(const part *p, int32_t i) {
    const fsc_maxflow *const g = p->g;
    node *const nodes = g->nodes;
    int32_t steps = 0, j = i;
    for (;; j = g->arcs[nodes[j].parent].head, steps++) {
        if (nodes[j].stamp == p->time) {
            steps += nodes[j].distance;
            break;
        }
        if (nodes[j].parent == TERMINAL) {
            nodes[j].stamp = p->time;
            nodes[j].distance = 1;
            steps++;
            break;
        }
        if (nodes[j].parent == ORPHAN) return -1;
    }
    const int32_t found = steps;
    for (j = i; nodes[j].stamp != p->time; j = g->arcs[nodes[j].parent].head) {
        nodes[j].stamp = p->time;
        nodes[j].distance = steps--;
    }
    return found;
}

static void adopt(part *p, int32_t i) {
    const fsc_maxflow *const g = p->g;
    node *const nodes = g->nodes;
    const int sink = nodes[i].sink;
    int32_t best = NONE, shortest = INT32_MAX;
    for (int32_t e = nodes[i].first; e != NONE; e = g->arcs[e].next) {
        if (g->arcs[sink ? e : e ^ 1].room == 0) continue;
        const int32_t j = g->arcs[e].head;
        if (is_outside(p, j) || nodes[j].sink != sink || nodes[j].parent == NONE || nodes[j].parent == ORPHAN) continue;
        const int32_t d = distance_to_root(p, j);
        if (d >= 0 && d < shortest) {
            shortest = d;
            best = e;
        }
    }
    if (best != NONE) {
        nodes[i].parent = best;
        nodes[i].stamp = p->time;
        nodes[i].distance = shortest + 1;
        return;
    }
    nodes[i].parent = NONE;
    nodes[i].stamp = 0;
    for (int32_t e = nodes[i].first; e != NONE; e = g->arcs[e].next) {
        const int32_t j = g->arcs[e].head, above = nodes[j].parent;
        if (is_outside(p, j) || nodes[j].sink != sink || above == NONE) continue;
        if (g->arcs[sink ? e : e ^ 1].room != 0) activate(p, j);
        if (above >= 0 && g->arcs[above].head == i) make_orphan(p, j);
    }
}

static void augment_all(part *p) {
    for (int32_t current = NONE;;) {
        if (current == NONE || p->g->nodes[current].parent == NONE) current = next_active(p);
        if (current == NONE) break;
        const int32_t bridge = grow(p, current);
        p->time++;
        if (bridge == NONE) {
            current = NONE;
            continue;
        }
        augment(p, bridge);
        while (p->orphan_count > 0) adopt(p, take_orphan(p));
    }
}

static void solve_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin, (void)end, (void)worker;
    fsc_maxflow *const g = context;
    part *const p = &g->parts[tile];
    for (int32_t i = p->low; i < p->high; i++) {
        if (g->nodes[i].room == 0) continue;
        g->nodes[i].sink = g->nodes[i].room < 0;
        g->nodes[i].parent = TERMINAL;
        g->nodes[i].distance = 1;
        activate(p, i);
    }
    augment_all(p);
}

/* Joins two solved neighbours in the first of them: the trees of both stay, and grow from the seam on. A stamp of
 * either is older than the joint time, so no distance is taken for current that is not. */
static void merge_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)begin, (void)end, (void)worker;
    fsc_maxflow *const g = context;
    part *const a = &g->parts[2 * tile], *const b = &g->parts[2 * tile + 1];
    const int32_t seam = b->low;
    a->high = b->high;
    a->orphan_first = 0;
    a->time = (a->time > b->time ? a->time : b->time) + 1;
    for (int32_t i = a->low; i < a->high; i++)
        for (int32_t e = g->nodes[i].first; e != NONE && g->nodes[i].parent != NONE; e = g->arcs[e].next)
            if ((i < seam) != (g->arcs[e].head < seam) && !is_outside(a, g->arcs[e].head)) activate(a, i);
    augment_all(a);
}

void fsc_maxflow_solve(fsc_maxflow *g, int32_t n_threads) {
    /* At the end the source's tree is all that it still reaches, which is one set, whatever the way there. */
    int32_t n_part = fsc_tiles_workers(n_threads) > 1 && g->n_node >= WORTH_PARTS ? PARTS : 1;
    for (int32_t k = 0; k < n_part; k++)
        g->parts[k] = (part){.g = g,
                             .low = (int32_t)((int64_t)g->n_node * k / n_part),
                             .high = (int32_t)((int64_t)g->n_node * (k + 1) / n_part),
                             .queue_first = NONE,
                             .queue_last = NONE};
    fsc_tiles_run(n_part, 1, solve_tile, g, n_threads);
    for (; n_part > 1; n_part /= 2) {
        fsc_tiles_run(n_part / 2, 1, merge_tile, g, n_threads);
        for (int32_t k = 1; k < n_part / 2; k++) g->parts[k] = g->parts[2 * k];
    }
}

int fsc_maxflow_in_source(const fsc_maxflow *g, int32_t i) {
    return g->nodes[i].parent != NONE && !g->nodes[i].sink;
}
