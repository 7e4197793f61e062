/* Convolve: panels of pixels times packed weights. Every output pixel is summed in one fixed order (blocks of BLOCK
 * products, joined in turn), so its bits depend neither on the number of threads nor on the lanes of the processor. */
#include "alloc.h"
#include "fail.h"
#include "graph.h"
#include "simd.h"
#include "tiles.h"

#include <string.h>

enum { PANELS = 4, PIXELS = PANELS * FSC_LANES, BLOCK = 512 };

typedef struct work {
    const fsc_layer *layer;
    const fsc_phase *phase;
    const float *from;
    const fsc_layer_size *size_from;
    float *to;
    const fsc_layer_size *size_to;
    int64_t height, width; /* of this phase's pixels */
    float *scratch;        /* per worker: panels, then sums */
    int64_t per_worker, n_sum;
} work;

/* sum (FSC_ROWS rows, `stride` apart) += weights (n_k, FSC_ROWS) transposed times pixels (n_k, FSC_LANES). */
FSC_CLONES static void multiply(float *restrict sum, int64_t stride, const float *restrict weight,
                                const float *restrict pixel, int64_t n_k) {
    float part[FSC_ROWS][FSC_LANES] = {{0}};
    for (int64_t k = 0; k < n_k; k++)
        for (int r = 0; r < FSC_ROWS; r++) {
            const float w = weight[k * FSC_ROWS + r];
#pragma omp simd
            for (int q = 0; q < FSC_LANES; q++) part[r][q] += w * pixel[k * FSC_LANES + q];
        }
    for (int r = 0; r < FSC_ROWS; r++)
        for (int q = 0; q < FSC_LANES; q++) sum[r * stride + q] += part[r][q];
}

/* The pixels of one panel: where tap (0, 0) of each reads. */
typedef struct lanes {
    int32_t y[FSC_LANES], x[FSC_LANES];
    int32_t n; /* lanes from here on are beyond the last pixel */
} lanes;

static void place_lanes(lanes *out, const work *w, int64_t first) {
    const int64_t left = w->height * w->width - first;
    out->n = left < 0 ? 0 : left > FSC_LANES ? FSC_LANES : (int32_t)left;
    for (int32_t q = 0; q < out->n; q++) {
        const int32_t pixel = (int32_t)first + q, width = (int32_t)w->width;
        out->y[q] = pixel / width * (int32_t)w->phase->step_in[0];
        out->x[q] = pixel % width * (int32_t)w->phase->step_in[1];
    }
}

/* Where each lane reads for one tap: -1 outside. Non-zero when all lie side by side. */
static int place_tap(int32_t at[FSC_LANES], const work *w, const lanes *lane, int32_t tap) {
    const int32_t height = (int32_t)w->size_from->height, width = (int32_t)w->size_from->width;
    int beside = lane->n == FSC_LANES;
    for (int32_t q = 0; q < FSC_LANES; q++) {
        at[q] = -1;
        if (q >= lane->n) continue;
        const int32_t y = lane->y[q] + w->phase->dy[tap], x = lane->x[q] + w->phase->dx[tap];
        if (y >= 0 && y < height && x >= 0 && x < width) at[q] = y * width + x;
        beside &= at[q] >= 0 && at[q] == at[0] + q;
    }
    return beside;
}

/* Pixels for products k0..k1 (tap by tap, channel by channel) of one panel. */
static void fill_panel(float *panel, const work *w, const lanes *lane, int64_t k0, int64_t k1) {
    const int64_t n_in = w->layer->n_in, area = w->size_from->height * w->size_from->width;
    int32_t at[FSC_LANES];
    for (int64_t k = k0; k < k1;) {
        const int64_t tap = k / n_in, end = (tap + 1) * n_in < k1 ? (tap + 1) * n_in : k1;
        const int beside = place_tap(at, w, lane, (int32_t)tap);
        for (; k < end; k++, panel += FSC_LANES) {
            const float *plane = w->from + (k - tap * n_in) * area;
            if (beside)
                memcpy(panel, plane + at[0], FSC_LANES * sizeof *panel);
            else
                for (int q = 0; q < FSC_LANES; q++) panel[q] = at[q] < 0 ? 0 : plane[at[q]];
        }
    }
}

static void write_sums(const work *w, const float *sum, int64_t begin, int64_t end) {
    const fsc_phase *p = w->phase;
    const int64_t area = w->size_to->height * w->size_to->width;
    for (int64_t pixel = begin; pixel < end; pixel++) {
        const int64_t y = pixel / w->width * p->step_out[0] + p->from[0];
        const int64_t x = pixel % w->width * p->step_out[1] + p->from[1];
        float *to = w->to + y * w->size_to->width + x;
        for (int64_t m = 0; m < w->layer->n_out; m++) to[m * area] = sum[m * PIXELS + pixel - begin];
    }
}

static void one_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    const work *w = context;
    const fsc_layer *l = w->layer;
    float *panel = w->scratch + worker * w->per_worker, *sum = panel + (int64_t)PIXELS * BLOCK;
    const int64_t n_k = w->phase->n_tap * l->n_in;
    lanes lane[PANELS];
    (void)tile;
    for (int p = 0; p < PANELS; p++) place_lanes(&lane[p], w, begin + (int64_t)p * FSC_LANES);
    memset(sum, 0, (size_t)w->n_sum * sizeof *sum);
    for (int64_t m = 0; l->bias && m < l->n_out; m++)
        for (int q = 0; q < PIXELS; q++) sum[m * PIXELS + q] = l->bias[m];
    for (int64_t k0 = 0; k0 < n_k; k0 += BLOCK) {
        const int64_t k1 = k0 + BLOCK < n_k ? k0 + BLOCK : n_k;
        for (int p = 0; p < PANELS; p++) fill_panel(panel + (int64_t)p * BLOCK * FSC_LANES, w, &lane[p], k0, k1);
        for (int64_t m = 0; m < l->n_out; m += FSC_ROWS)
            for (int p = 0; p < PANELS; p++)
                multiply(sum + m * PIXELS + (int64_t)p * FSC_LANES, PIXELS,
                         w->phase->packed + (m / FSC_ROWS * n_k + k0) * FSC_ROWS,
                         panel + (int64_t)p * BLOCK * FSC_LANES, k1 - k0);
    }
    write_sums(w, sum, begin, end);
}

fsc_status fsc_convolve(const fsc_layer *layer, const float *from, const fsc_layer_size *size_from, float *to,
                        const fsc_layer_size *size_to, int32_t n_threads, fsc_error *err) {
    work w = {.layer = layer, .from = from, .size_from = size_from, .to = to, .size_to = size_to};
    w.n_sum = (layer->n_out + FSC_ROWS - 1) / FSC_ROWS * FSC_ROWS * PIXELS;
    w.per_worker = (int64_t)PIXELS * BLOCK + w.n_sum;
    FSC_AUTO_BLOCK float *scratch = fsc_alloc_unset(w.per_worker * fsc_tiles_workers(n_threads), sizeof *scratch);
    if (!scratch) return fsc_fail_nomem(err, "running a network");
    w.scratch = scratch;
    for (int32_t i = 0; i < layer->n_phase; i++) {
        const fsc_phase *p = w.phase = &layer->phase[i];
        w.height = (size_to->height - p->from[0] + p->step_out[0] - 1) / p->step_out[0];
        w.width = (size_to->width - p->from[1] + p->step_out[1] - 1) / p->step_out[1];
        if (w.height > 0 && w.width > 0) fsc_tiles_run(w.height * w.width, PIXELS, one_tile, &w, n_threads);
    }
    return FSC_OK;
}
