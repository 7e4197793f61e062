/* Minimum cut of a sparse graph by augmenting paths on two search trees (Boykov & Kolmogorov 2004,
 * doi 10.1109/TPAMI.2004.60). Integer capacities, one order of work: the same cut every time. */
#ifndef FSC_SEPARATE_MAXFLOW_H
#define FSC_SEPARATE_MAXFLOW_H

#include <fascicle/status.h>
#include <stdint.h>

typedef struct fsc_maxflow fsc_maxflow; /* opaque */

/* Room for n_node nodes and n_edge edges (two arcs each). *out is owned: fsc_maxflow_free. FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_maxflow_new(fsc_maxflow **out, int32_t n_node, int64_t n_edge, fsc_error *err);
void fsc_maxflow_free(fsc_maxflow *graph);

/* Adds capacity from the source to node and from node to the sink. */
void fsc_maxflow_terminal(fsc_maxflow *graph, int32_t node, int32_t from_source, int32_t to_sink);
/* Adds an edge a -> b with capacity and b -> a with reverse; no more than the n_edge promised. */
void fsc_maxflow_edge(fsc_maxflow *graph, int32_t a, int32_t b, int32_t capacity, int32_t reverse);
/* Solves. */
void fsc_maxflow_solve(fsc_maxflow *graph);
/* Non-zero when node is on the source's side of the cut. */
int fsc_maxflow_in_source(const fsc_maxflow *graph, int32_t node);

#endif
