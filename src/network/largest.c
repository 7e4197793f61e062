/* Largest: of each class the largest piece that hangs together by faces. */
#include "alloc.h"
#include "fail.h"
#include "image.h"

typedef struct pieces {
    int32_t *piece; /* of each voxel: 0 = not visited */
    int64_t *queue;
    const int64_t *dim;
} pieces;

/* Fills one piece from voxel start; how many voxels it has. */
static int64_t flood(pieces *p, const int32_t *class_of, int64_t start, int32_t number) {
    const int64_t step[3] = {1, p->dim[0], p->dim[0] * p->dim[1]};
    int64_t n = 1;
    p->queue[0] = start;
    p->piece[start] = number;
    for (int64_t at = 0; at < n; at++) {
        const int64_t v = p->queue[at], place[3] = {v % p->dim[0], v / step[1] % p->dim[1], v / step[2]};
        for (int side = 0; side < 6; side++) {
            const int d = side / 2;
            if (side % 2 ? place[d] + 1 >= p->dim[d] : place[d] == 0) continue;
            const int64_t to = side % 2 ? v + step[d] : v - step[d];
            if (class_of[to] != class_of[start] || p->piece[to]) continue;
            p->piece[to] = number;
            p->queue[n++] = to;
        }
    }
    return n;
}

fsc_status fsc_keep_largest(int32_t *class_of, const int64_t dim[3], int32_t n_class, fsc_error *err) {
    const int64_t n = dim[0] * dim[1] * dim[2];
    FSC_AUTO_BLOCK int32_t *piece = fsc_alloc(n, sizeof *piece), *best = fsc_alloc(n_class, sizeof *best);
    FSC_AUTO_BLOCK int64_t *queue = fsc_alloc(n, sizeof *queue), *size = fsc_alloc(n_class, sizeof *size);
    if (!piece || !best || !queue || !size) return fsc_fail_nomem(err, "keeping the largest pieces");
    pieces p = {piece, queue, dim};
    int32_t number = 0;
    for (int64_t v = 0; v < n; v++) {
        if (!class_of[v] || piece[v]) continue;
        const int64_t voxels = flood(&p, class_of, v, ++number);
        if (voxels <= size[class_of[v]]) continue; /* of two alike, the first */
        size[class_of[v]] = voxels;
        best[class_of[v]] = number;
    }
    for (int64_t v = 0; v < n; v++)
        if (class_of[v] && piece[v] != best[class_of[v]]) class_of[v] = 0;
    return FSC_OK;
}
