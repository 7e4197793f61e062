#include "pool.h"
#include "tiles.h"

#include <math.h>
#include <stdlib.h>

#define REACH 2
#define TILE 2048
/* What the local plane may miss, and the steps between neighbours that are no noise. */
#define PLANE_ERROR_HZ 1.0
#define JUMP_HZ 60.0

typedef struct window {
    int64_t stride[2]; /* of the two in-plane axes */
    int64_t dim[2];
} window;

static window window_of(const fsc_voxel_job *job) {
    window w;
    int32_t n = 0;
    int64_t stride = 1;
    for (int32_t a = 0; a < 3; a++) {
        if (a != job->blocks->slice_axis) {
            w.stride[n] = stride;
            w.dim[n++] = job->source->dim[a];
        }
        stride *= job->source->dim[a];
    }
    return w;
}

/* First and last offsets that stay inside the volume. */
static void bounds(const window *w, int64_t v, int32_t low[2], int32_t high[2]) {
    for (int32_t a = 0; a < 2; a++) {
        const int64_t at = v / w->stride[a] % w->dim[a];
        low[a] = at < REACH ? -(int32_t)at : -REACH;
        high[a] = w->dim[a] - 1 - at < REACH ? (int32_t)(w->dim[a] - 1 - at) : REACH;
    }
}

/* Intercept of the weighted plane through (x, y, f); a small ridge keeps it level where neighbours lie on a line. */
static double intercept(const double s[6], const double t[3]) {
    const double sxx = s[3] + 0.02 * s[0], syy = s[5] + 0.02 * s[0], sxy = s[4];
    const double inner = sxx * syy - sxy * sxy;
    const double gx = (syy * s[1] - sxy * s[2]) / inner, gy = (sxx * s[2] - sxy * s[1]) / inner;
    return (t[0] - gx * t[1] - gy * t[2]) / (s[0] - gx * s[1] - gy * s[2]);
}

static double smoothed(const fsc_voxel_job *job, const window *w, int32_t v) {
    static const double kernel[REACH + 1] = {1, 0.7, 0.3};
    const float *field = job->out->fieldmap_hz, *variance = job->field_variance;
    const double centre = (double)field[v], own = (double)variance[v];
    double s[6] = {0}, t[3] = {0};
    int32_t low[2], high[2];
    bounds(w, v, low, high);
    for (int32_t b = low[1]; b <= high[1]; b++)
        for (int32_t a = low[0]; a <= high[0]; a++) {
            const int64_t u = v + a * w->stride[0] + b * w->stride[1];
            const double there = (double)variance[u];
            if (!(there >= 0)) continue;
            const double step = (double)field[u] - centre, limit = JUMP_HZ * (abs(a) + abs(b));
            if (step * step > limit * limit + 9 * (own + there)) continue;
            const double weight = kernel[abs(a)] * kernel[abs(b)] / (there + PLANE_ERROR_HZ);
            s[0] += weight;
            s[1] += weight * a;
            s[2] += weight * b;
            s[3] += weight * a * a;
            s[4] += weight * a * b;
            s[5] += weight * b * b;
            t[0] += weight * step;
            t[1] += weight * a * step;
            t[2] += weight * b * step;
        }
    const double plane = intercept(s, t),
                 trust = PLANE_ERROR_HZ * PLANE_ERROR_HZ / (PLANE_ERROR_HZ * PLANE_ERROR_HZ + own);
    return centre + (1 - trust) * plane;
}

static void field_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const fsc_voxel_job *job = context;
    const window w = window_of(job);
    for (int64_t i = begin; i < end; i++) job->scratch[i] = (float)smoothed(job, &w, job->tissue[i]);
}

void fsc_pool_field(const fsc_voxel_job *job, int32_t n_threads) {
    fsc_voxel_job copy = *job;
    fsc_tiles_run(job->n_tissue, TILE, field_tile, &copy, n_threads);
    for (int32_t i = 0; i < job->n_tissue; i++) job->out->fieldmap_hz[job->tissue[i]] = job->scratch[i];
}
