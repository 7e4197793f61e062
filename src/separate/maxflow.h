/* Minimum cut of a sparse graph by augmenting paths on two search trees (Boykov & Kolmogorov 2004,
 * doi 10.1109/TPAMI.2004.60). Integer capacities; parts of the graph are
 * solved at once and joined (Liu & Sun, CVPR 2010): the same cut for any number of threads. */
#ifndef FSC_SEPARATE_MAXFLOW_H
#define FSC_SEPARATE_MAXFLOW_H

#include <fascicle/status.h>
#include <stdint.h>

typedef struct fsc_maxflow fsc_maxflow; /* opaque */

/* Room for n_node nodes and n_edge edges (two arcs each). *out is owned: fsc_maxflow_free. FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_maxflow_new(fsc_maxflow **out, int32_t n_node, int64_t n_edge, int32_t n_threads,
                                        fsc_error *err);
void fsc_maxflow_free(fsc_maxflow *graph);

/* Adds capacity from the source to node and from node to the sink. */
void fsc_maxflow_terminal(fsc_maxflow *graph, int32_t node, int32_t from_source, int32_t to_sink);
/* Sets edge number edge (0 .. n_edge - 1, each once or never): a -> b with capacity and b -> a with reverse. Threads
 * may set edges at once as long as they touch different nodes. */
void fsc_maxflow_edge(fsc_maxflow *graph, int32_t edge, int32_t a, int32_t b, int32_t capacity, int32_t reverse);
/* Solves; the same cut for any n_threads. */
void fsc_maxflow_solve(fsc_maxflow *graph, int32_t n_threads);
/* Non-zero when node is on the source's side of the cut. */
int fsc_maxflow_in_source(const fsc_maxflow *graph, int32_t node);

#endif
