#include "outline.h"

typedef struct field {
    const fsc_view *view;
    const fsc_grid *grid;
    fsc_crop crop;
    int64_t k;
    const int32_t *label, *member;
    int32_t wanted;
} field;

static int inside(const field *f, int64_t column, int64_t row) {
    if (column < f->crop.c0 || column >= f->crop.c1 || row < f->crop.r0 || row >= f->crop.r1) return 0;
    return f->member[f->label[fsc_view_voxel(f->view, f->grid, column, row, f->k)]] == f->wanted;
}

/* Edges between two rows (or columns) of voxels, joined into runs. along: the index that runs with the edge. */
static void add_edges(fsc_text *out, const field *f, int horizontal) {
    const int64_t a0 = horizontal ? f->crop.r0 : f->crop.c0, a1 = horizontal ? f->crop.r1 : f->crop.c1;
    const int64_t b0 = horizontal ? f->crop.c0 : f->crop.r0, b1 = horizontal ? f->crop.c1 : f->crop.r1;
    for (int64_t a = a0; a <= a1; a++) {
        int64_t start = -1;
        for (int64_t b = b0; b <= b1; b++) {
            const int edge = b < b1 && (horizontal ? inside(f, b, a) != inside(f, b, a - 1)
                                                   : inside(f, a, b) != inside(f, a - 1, b));
            if (edge && start < 0) start = b;
            if (!edge && start >= 0) {
                if (horizontal)
                    fsc_text_printf(out, "M%lld %lldh%lld", (long long)(start - b0), (long long)(a - a0),
                                    (long long)(b - start));
                else
                    fsc_text_printf(out, "M%lld %lldv%lld", (long long)(a - a0), (long long)(start - b0),
                                    (long long)(b - start));
                start = -1;
            }
        }
    }
}

void fsc_outline_add(fsc_text *out, const fsc_view *view, const fsc_grid *grid, fsc_crop crop, int64_t k,
                     const int32_t *label, const int32_t *member, int32_t wanted) {
    const field f = {view, grid, crop, k, label, member, wanted};
    add_edges(out, &f, 1);
    add_edges(out, &f, 0);
}
