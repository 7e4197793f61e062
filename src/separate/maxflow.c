#include "maxflow.h"
#include "alloc.h"
#include "fail.h"

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

struct fsc_maxflow {
    node *nodes;
    arc *arcs;
    int32_t n_node;
    int32_t n_arc;
    int32_t queue_first, queue_last; /* node or NONE */
    int32_t *orphan;                 /* ring of n_node + 1 */
    int32_t orphan_first, orphan_count;
    int32_t time;
};

fsc_status fsc_maxflow_new(fsc_maxflow **out, int32_t n_node, int64_t n_edge, fsc_error *err) {
    if (n_edge > 1000000000)
        return fsc_fail(err, FSC_E_RANGE, "the field map's graph is too large (%lld edges)", (long long)n_edge);
    fsc_maxflow *g = fsc_alloc(1, sizeof *g);
    if (!g) return fsc_fail_nomem(err, "making the field map's graph");
    g->nodes = fsc_alloc(n_node, sizeof *g->nodes);
    g->arcs = fsc_alloc(2 * n_edge, sizeof *g->arcs);
    g->orphan = fsc_alloc((int64_t)n_node + 1, sizeof *g->orphan);
    if (!g->nodes || !g->arcs || !g->orphan) {
        fsc_maxflow_free(g);
        return fsc_fail_nomem(err, "making the field map's graph");
    }
    g->n_node = n_node;
    g->queue_first = g->queue_last = NONE;
    for (int32_t i = 0; i < n_node; i++) g->nodes[i].first = g->nodes[i].parent = NONE;
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

static void add_arc(fsc_maxflow *g, int32_t tail, int32_t head, int32_t room) {
    arc *a = &g->arcs[g->n_arc];
    a->head = head;
    a->room = room;
    a->next = g->nodes[tail].first;
    g->nodes[tail].first = g->n_arc++;
}

void fsc_maxflow_edge(fsc_maxflow *g, int32_t a, int32_t b, int32_t capacity, int32_t reverse) {
    add_arc(g, a, b, capacity);
    add_arc(g, b, a, reverse);
}

static void activate(fsc_maxflow *g, int32_t i) {
    if (g->nodes[i].queued) return;
    if (g->queue_last == NONE)
        g->queue_first = i;
    else
        g->nodes[g->queue_last].queued = i + 1;
    g->queue_last = i;
    g->nodes[i].queued = i + 1;
}

/* The next active node that is still in a tree, taken off the queue; NONE when there is none. */
static int32_t next_active(fsc_maxflow *g) {
    while (g->queue_first != NONE) {
        const int32_t i = g->queue_first, next = g->nodes[i].queued - 1;
        g->queue_first = next == i ? NONE : next;
        if (next == i) g->queue_last = NONE;
        g->nodes[i].queued = 0;
        if (g->nodes[i].parent != NONE) return i;
    }
    return NONE;
}

static void make_orphan(fsc_maxflow *g, int32_t i) {
    g->nodes[i].parent = ORPHAN;
    int32_t at = g->orphan_first + g->orphan_count++;
    if (at > g->n_node) at -= g->n_node + 1;
    g->orphan[at] = i;
}

/* Grows i's tree by one layer; returns the arc (from the source's to the sink's tree) that joins them, or NONE. */
static int32_t grow(fsc_maxflow *g, int32_t i) {
    node *const nodes = g->nodes;
    const int sink = nodes[i].sink;
    for (int32_t e = nodes[i].first; e != NONE; e = g->arcs[e].next) {
        if (g->arcs[sink ? e ^ 1 : e].room == 0) continue;
        const int32_t j = g->arcs[e].head;
        if (nodes[j].parent == NONE) {
            nodes[j].sink = (int8_t)sink;
            nodes[j].parent = e ^ 1;
            nodes[j].stamp = nodes[i].stamp;
            nodes[j].distance = nodes[i].distance + 1;
            activate(g, j);
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

static void push_to_root(fsc_maxflow *g, int32_t i, int sink, int32_t push) {
    for (;;) {
        const int32_t p = g->nodes[i].parent;
        if (p == TERMINAL) break;
        const int32_t along = sink ? p : p ^ 1;
        g->arcs[along].room -= push;
        g->arcs[along ^ 1].room += push;
        const int32_t up = g->arcs[p].head;
        if (g->arcs[along].room == 0) make_orphan(g, i);
        i = up;
    }
    g->nodes[i].room += sink ? push : -push;
    if (g->nodes[i].room == 0) make_orphan(g, i);
}

static void augment(fsc_maxflow *g, int32_t bridge) {
    const int32_t from = g->arcs[bridge ^ 1].head, to = g->arcs[bridge].head;
    int32_t push = room_to_root(g, from, 0, g->arcs[bridge].room);
    push = room_to_root(g, to, 1, push);
    g->arcs[bridge].room -= push;
    g->arcs[bridge ^ 1].room += push;
    push_to_root(g, from, 0, push);
    push_to_root(g, to, 1, push);
}

/* Steps from i to its root, or -1 when i hangs on an orphan; stamps the way. */
static int32_t distance_to_root(fsc_maxflow *g, int32_t i) {
    node *const nodes = g->nodes;
    int32_t steps = 0, j = i;
    for (;; j = g->arcs[nodes[j].parent].head, steps++) {
        if (nodes[j].stamp == g->time) {
            steps += nodes[j].distance;
            break;
        }
        if (nodes[j].parent == TERMINAL) {
            nodes[j].stamp = g->time;
            nodes[j].distance = 1;
            steps++;
            break;
        }
        if (nodes[j].parent == ORPHAN) return -1;
    }
    const int32_t found = steps;
    for (j = i; nodes[j].stamp != g->time; j = g->arcs[nodes[j].parent].head) {
        nodes[j].stamp = g->time;
        nodes[j].distance = steps--;
    }
    return found;
}

static void adopt(fsc_maxflow *g, int32_t i) {
    node *const nodes = g->nodes;
    const int sink = nodes[i].sink;
    int32_t best = NONE, shortest = INT32_MAX;
    for (int32_t e = nodes[i].first; e != NONE; e = g->arcs[e].next) {
        if (g->arcs[sink ? e : e ^ 1].room == 0) continue;
        const int32_t j = g->arcs[e].head;
        if (nodes[j].sink != sink || nodes[j].parent == NONE || nodes[j].parent == ORPHAN) continue;
        const int32_t d = distance_to_root(g, j);
        if (d >= 0 && d < shortest) {
            shortest = d;
            best = e;
        }
    }
    if (best != NONE) {
        nodes[i].parent = best;
        nodes[i].stamp = g->time;
        nodes[i].distance = shortest + 1;
        return;
    }
    nodes[i].parent = NONE;
    nodes[i].stamp = 0;
    for (int32_t e = nodes[i].first; e != NONE; e = g->arcs[e].next) {
        const int32_t j = g->arcs[e].head, p = nodes[j].parent;
        if (nodes[j].sink != sink || p == NONE) continue;
        if (g->arcs[sink ? e : e ^ 1].room != 0) activate(g, j);
        if (p >= 0 && g->arcs[p].head == i) make_orphan(g, j);
    }
}

void fsc_maxflow_solve(fsc_maxflow *g) {
    for (int32_t i = 0; i < g->n_node; i++) {
        if (g->nodes[i].room == 0) continue;
        g->nodes[i].sink = g->nodes[i].room < 0;
        g->nodes[i].parent = TERMINAL;
        g->nodes[i].distance = 1;
        activate(g, i);
    }
    for (int32_t current = NONE;;) {
        if (current == NONE || g->nodes[current].parent == NONE) current = next_active(g);
        if (current == NONE) break;
        const int32_t bridge = grow(g, current);
        g->time++;
        if (bridge == NONE) {
            current = NONE;
            continue;
        }
        augment(g, bridge);
        while (g->orphan_count > 0) {
            const int32_t i = g->orphan[g->orphan_first];
            if (++g->orphan_first > g->n_node) g->orphan_first = 0;
            g->orphan_count--;
            adopt(g, i);
        }
    }
}

int fsc_maxflow_in_source(const fsc_maxflow *g, int32_t i) {
    return g->nodes[i].parent != NONE && !g->nodes[i].sink;
}
