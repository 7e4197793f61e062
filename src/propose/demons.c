#include "demons.h"

#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

#define STEP_MAX 1.0f /* voxels a step */
#define FLOOR 1e-4f

typedef struct work {
    fsc_bend *bend;
    int64_t n, stride[3];
    float *warped[FSC_CHANNELS], *pull[3], *tmp, *next[3];
} work;

static float clamp(float x, int32_t n) {
    return x < 0 ? 0 : x > (float)(n - 1) ? (float)(n - 1) : x;
}

static void warp_slices(float *out, const float *value, const fsc_bend *b, float *const shift[3], int64_t begin,
                        int64_t end) {
    const int32_t *d = b->dim;
    int64_t v = begin * d[0] * d[1];
    for (int64_t k = begin; k < end; k++)
        for (int32_t j = 0; j < d[1]; j++)
            for (int32_t i = 0; i < d[0]; i++, v++) {
                const double at[3] = {(double)clamp((float)i + shift[0][v], d[0]),
                                      (double)clamp((float)j + shift[1][v], d[1]),
                                      (double)clamp((float)k + shift[2][v], d[2])};
                out[v] = fsc_value_at(value, d, at);
            }
}

static void warp_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    work *w = context;
    for (int c = 0; c < FSC_CHANNELS; c++)
        warp_slices(w->warped[c], w->bend->moving[c], w->bend, w->bend->shift, begin, end);
}

static float slope(const float *value, int64_t v, int32_t at, int32_t n, int64_t stride) {
    if (n < 2) return 0;
    if (at == 0) return value[v + stride] - value[v];
    if (at == n - 1) return value[v] - value[v - stride];
    return 0.5f * (value[v + stride] - value[v - stride]);
}

/* One voxel's pull: difference times the mean gradient of both, over their squares. */
static void pull_voxel(work *w, int64_t v, const int32_t at[3]) {
    const fsc_bend *b = w->bend;
    float num[3] = {0, 0, 0}, den = FLOOR, length = 0;
    for (int c = 0; c < FSC_CHANNELS; c++) {
        const float e = b->fixed[c][v] - w->warped[c][v];
        for (int a = 0; a < 3; a++) {
            const float g = 0.5f * (slope(b->fixed[c], v, at[a], b->dim[a], w->stride[a]) +
                                    slope(w->warped[c], v, at[a], b->dim[a], w->stride[a]));
            num[a] += e * g;
            den += g * g;
        }
        den += 0.25f * e * e;
    }
    for (int a = 0; a < 3; a++) {
        num[a] *= b->weight[v] / den;
        length += num[a] * num[a];
    }
    length = sqrtf(length);
    const float scale = length > STEP_MAX ? STEP_MAX / length : 1;
    for (int a = 0; a < 3; a++) w->pull[a][v] = num[a] * scale;
}

static void pull_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    work *w = context;
    const int32_t *d = w->bend->dim;
    for (int64_t k = begin; k < end; k++) {
        int64_t v = k * d[0] * d[1];
        for (int32_t j = 0; j < d[1]; j++)
            for (int32_t i = 0; i < d[0]; i++, v++) {
                const int32_t at[3] = {i, j, (int32_t)k};
                pull_voxel(w, v, at);
            }
    }
}

/* shift after pull: what the step moves to, moved as before. */
static void compose_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    work *w = context;
    for (int a = 0; a < 3; a++) warp_slices(w->next[a], w->bend->shift[a], w->bend, w->pull, begin, end);
}

static void one_step(work *w) {
    fsc_bend *b = w->bend;
    const double fluid[3] = {b->fluid_sd, b->fluid_sd, b->fluid_sd};
    const double elastic[3] = {b->elastic_sd, b->elastic_sd, b->elastic_sd};
    fsc_tiles_run(b->dim[2], 1, warp_tile, w, b->n_threads);
    fsc_tiles_run(b->dim[2], 1, pull_tile, w, b->n_threads);
    for (int a = 0; a < 3; a++) fsc_blur(w->pull[a], b->dim, fluid, w->tmp);
    fsc_tiles_run(b->dim[2], 1, compose_tile, w, b->n_threads);
    for (int a = 0; a < 3; a++) {
        for (int64_t v = 0; v < w->n; v++) b->shift[a][v] = w->next[a][v] + w->pull[a][v];
        fsc_blur(b->shift[a], b->dim, elastic, w->tmp);
    }
}

fsc_status fsc_demons(fsc_bend *bend, fsc_error *err) {
    work w = {.bend = bend, .n = (int64_t)bend->dim[0] * bend->dim[1] * bend->dim[2]};
    w.stride[0] = 1;
    w.stride[1] = bend->dim[0];
    w.stride[2] = (int64_t)bend->dim[0] * bend->dim[1];
    enum { ARRAYS = FSC_CHANNELS + 7 };
    FSC_AUTO_BLOCK float *block = fsc_alloc(ARRAYS * w.n, sizeof *block);
    if (!block) return fsc_fail_nomem(err, "bending the body into the scan");
    float *at = block;
    for (int c = 0; c < FSC_CHANNELS; c++, at += w.n) w.warped[c] = at;
    for (int a = 0; a < 3; a++, at += w.n) w.pull[a] = at;
    for (int a = 0; a < 3; a++, at += w.n) w.next[a] = at;
    w.tmp = at;
    for (int32_t i = 0; i < bend->n_step; i++) one_step(&w);
    return FSC_OK;
}
