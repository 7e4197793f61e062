/* Blend: a plane larger than a tile, tile by tile. */
#ifndef FSC_NETWORK_BLEND_H
#define FSC_NETWORK_BLEND_H

#include "graph.h"
#include "image.h"

/* Where tiles begin along an edge of n pixels: at most `most`; the number of them. A plane smaller than a tile has one,
 * from where zeros on both sides put it (0 or less). */
int32_t fsc_tile_starts(int64_t *out, int32_t most, int64_t n, int64_t tile, double overlap);

typedef struct fsc_blend {
    const fsc_graph *graph;
    const fsc_sizes *plan; /* for one tile */
    const fsc_image_rules *rules;
    int32_t n_threads;
    const fsc_progress *progress;
    int64_t done, all; /* tiles, for the progress */
} fsc_blend;

/* class_of (as image->value; outside the box 0) of all slices. FSC_OK, FSC_E_CANCELLED, FSC_E_RANGE, FSC_E_NOMEM. */
fsc_status fsc_blend_run(uint16_t *class_of, fsc_blend *blend, const fsc_image *image, fsc_error *err);

#endif
