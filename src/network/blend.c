#include "blend.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

enum { STARTS_MOST = 512 };
#define WEIGHT_MIN 1e-3 /* so that no pixel is without */

int32_t fsc_tile_starts(int64_t *out, int32_t most, int64_t n, int64_t tile, double overlap) {
    const int64_t step = (int64_t)((double)tile * (1 - overlap)) > 0 ? (int64_t)((double)tile * (1 - overlap)) : 1;
    if (n <= tile) {
        out[0] = -((tile - n) / 2);
        return 1;
    }
    int32_t many = 0;
    for (int64_t at = 0; many < most; at += step) {
        out[many++] = at + tile < n ? at : n - tile;
        if (at + tile >= n) break;
    }
    return many;
}

typedef struct slice_work {
    const fsc_image *image;
    int64_t height, width; /* of the box */
    int64_t row[STARTS_MOST], column[STARTS_MOST];
    int32_t n_row, n_column;
    float *in, *out, *sum, *weight; /* a tile in and out; classes of the box; weights of a tile */
} slice_work;

static void fill_weights(float *weight, const fsc_layer_size *tile, double share) {
    const double sd[2] = {share * (double)tile->height, share * (double)tile->width};
    for (int64_t y = 0; y < tile->height; y++)
        for (int64_t x = 0; x < tile->width; x++) {
            const double dy = ((double)y - (double)(tile->height - 1) / 2) / sd[0];
            const double dx = ((double)x - (double)(tile->width - 1) / 2) / sd[1];
            weight[y * tile->width + x] = (float)fmax(exp(-0.5 * (dy * dy + dx * dx)), WEIGHT_MIN);
        }
}

static void cut_tile(const slice_work *w, int64_t slice, int64_t row, int64_t column, const fsc_layer_size *tile) {
    const fsc_image *m = w->image;
    for (int64_t y = 0; y < tile->height; y++)
        for (int64_t x = 0; x < tile->width; x++) {
            const int64_t i = row + y, j = column + x;
            const int inside = i >= 0 && i < w->height && j >= 0 && j < w->width;
            w->in[y * tile->width + x] =
                inside ? m->value[(slice * m->dim[0] + m->low[0] + i) * m->dim[1] + m->low[1] + j] : 0;
        }
}

static void add_tile(const slice_work *w, int64_t row, int64_t column, const fsc_layer_size *tile) {
    const int64_t area = w->height * w->width;
    for (int64_t y = 0; y < tile->height; y++)
        for (int64_t x = 0; x < tile->width; x++) {
            const int64_t i = row + y, j = column + x, at = y * tile->width + x;
            if (i < 0 || i >= w->height || j < 0 || j >= w->width) continue;
            for (int64_t c = 0; c < tile->channel; c++)
                w->sum[c * area + i * w->width + j] += w->weight[at] * w->out[c * tile->height * tile->width + at];
        }
}

/* The class of the highest sum: what the weights of a pixel add up to is the same for all its classes. */
static void decide(uint16_t *class_of, const slice_work *w, int64_t slice, int64_t n_class) {
    const fsc_image *m = w->image;
    const int64_t area = w->height * w->width;
    for (int64_t i = 0; i < w->height; i++)
        for (int64_t j = 0; j < w->width; j++) {
            const float *at = w->sum + i * w->width + j;
            int64_t best = 0;
            for (int64_t c = 1; c < n_class; c++)
                if (at[c * area] > at[best * area]) best = c;
            class_of[(slice * m->dim[0] + m->low[0] + i) * m->dim[1] + m->low[1] + j] = (uint16_t)best;
        }
}

static fsc_status run_slice(uint16_t *class_of, fsc_blend *b, slice_work *w, int64_t slice, fsc_error *err) {
    const fsc_layer_size *tile = &b->plan->of[b->graph->output];
    const int64_t area = w->height * w->width;
    memset(w->sum, 0, (size_t)(area * tile->channel) * sizeof *w->sum);
    for (int32_t r = 0; r < w->n_row; r++)
        for (int32_t c = 0; c < w->n_column; c++) {
            FSC_TRY(fsc_progress_step(b->progress, "network", (double)b->done++ / (double)b->all, err));
            cut_tile(w, slice, w->row[r], w->column[c], tile);
            FSC_TRY(fsc_graph_run(b->graph, b->plan, w->in, w->out, b->n_threads, err));
            add_tile(w, w->row[r], w->column[c], tile);
        }
    decide(class_of, w, slice, tile->channel);
    return FSC_OK;
}

fsc_status fsc_blend_run(uint16_t *class_of, fsc_blend *blend, const fsc_image *image, fsc_error *err) {
    const fsc_layer_size *tile = &blend->plan->of[blend->graph->output];
    const double overlap = blend->rules->overlap_fraction;
    slice_work w = {.image = image, .height = image->high[0] - image->low[0], .width = image->high[1] - image->low[1]};
    w.n_row = fsc_tile_starts(w.row, STARTS_MOST, w.height, tile->height, overlap);
    w.n_column = fsc_tile_starts(w.column, STARTS_MOST, w.width, tile->width, overlap);
    const int64_t area = w.height * w.width, pixels = tile->height * tile->width;
    const int64_t n_slice = image->high[2] - image->low[2];
    blend->all = n_slice * w.n_row * w.n_column;
    if (w.n_row == STARTS_MOST || w.n_column == STARTS_MOST ||
        area > FSC_NETWORK_BYTES_MOST / (int64_t)sizeof(float) / tile->channel)
        return fsc_fail(err, FSC_E_RANGE, "a plane of %lld x %lld pixels with %lld classes is too large",
                        (long long)w.height, (long long)w.width, (long long)tile->channel);
    FSC_AUTO_BLOCK float *in = fsc_alloc_unset(pixels, sizeof *in), *weight = fsc_alloc_unset(pixels, sizeof *weight);
    FSC_AUTO_BLOCK float *out = fsc_alloc_unset(pixels * tile->channel, sizeof *out);
    FSC_AUTO_BLOCK float *sum = fsc_alloc_unset(area * tile->channel, sizeof *sum);
    if (!in || !weight || !out || !sum) return fsc_fail_nomem(err, "running a network");
    w.in = in, w.out = out, w.sum = sum, w.weight = weight;
    fill_weights(weight, tile, blend->rules->blend_fraction);
    for (int64_t s = image->low[2]; s < image->high[2]; s++) FSC_TRY(run_slice(class_of, blend, &w, s, err));
    return FSC_OK;
}
