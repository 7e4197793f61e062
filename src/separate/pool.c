#include "pool.h"
#include "tiles.h"

#include <math.h>
#include <stdlib.h>

#define REACH 2
#define PHASE_REACH 3
#define TILE 2048
/* Mean evidence of pure noise is 1 with a standard deviation of about 0.3 over 25 voxels. */
#define PHASE_LOW 1.4
#define PHASE_HIGH 1.9
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
static void bounds(const window *w, int64_t v, int32_t reach, int32_t low[2], int32_t high[2]) {
    for (int32_t a = 0; a < 2; a++) {
        const int64_t at = v / w->stride[a] % w->dim[a];
        low[a] = at < reach ? -(int32_t)at : -reach;
        high[a] = w->dim[a] - 1 - at < reach ? (int32_t)(w->dim[a] - 1 - at) : reach;
    }
}

static void phase_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const fsc_voxel_job *job = context;
    const window w = window_of(job);
    fsc_fatwater *const out = job->out;
    for (int64_t i = begin; i < end; i++) {
        const int32_t v = job->tissue[i];
        int32_t low[2], high[2], n = 0;
        double sum = 0;
        bounds(&w, v, PHASE_REACH, low, high);
        for (int32_t b = low[1]; b <= high[1]; b++)
            for (int32_t a = low[0]; a <= high[0]; a++) {
                const float evidence = job->out_of_phase[v + a * w.stride[0] + b * w.stride[1]];
                /* background is NaN; one wild voxel must not speak for its neighbours */
                sum += evidence >= 0 ? (evidence < 12 ? (double)evidence : 12) : 0;
                n += evidence >= 0;
            }
        const double blend = (sum / n - PHASE_LOW) / (PHASE_HIGH - PHASE_LOW);
        if (!(blend > 0)) continue;
        const float pdff =
            out->pdff_fraction[v] + (float)fmin(blend, 1) * (job->magnitude_pdff[i] - out->pdff_fraction[v]);
        const float total = out->water[v] + out->fat[v];
        out->pdff_fraction[v] = pdff;
        out->fat[v] = total * pdff;
        out->water[v] = total - out->fat[v];
    }
}

void fsc_pool_phase(const fsc_voxel_job *job, int32_t n_threads) {
    fsc_voxel_job copy = *job;
    fsc_tiles_run(job->n_tissue, TILE, phase_tile, &copy, n_threads);
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
    bounds(w, v, REACH, low, high);
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
