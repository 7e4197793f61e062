/* Coil combination that keeps the phase between echoes. */
#include "coils.h"

#include "tiles.h"

#include <math.h>

#define TILE 16384

typedef struct combination {
    const fsc_coil_images *in;
    float *re, *im;
} combination;

static double get(const void *data, int is_double, int64_t at) {
    return is_double ? ((const double *)data)[at] : (double)((const float *)data)[at];
}

static void copy_tile(const combination *c, int64_t begin, int64_t end) {
    for (int64_t e = 0; e < c->in->n_echo; e++)
        for (int64_t v = begin; v < end; v++) {
            const int64_t at = e * c->in->n_voxel + v;
            c->re[at] = (float)get(c->in->re, c->in->is_double, at);
            c->im[at] = (float)get(c->in->im, c->in->is_double, at);
        }
}

static void combine_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    const combination *c = context;
    const fsc_coil_images *in = c->in;
    if (in->n_coil == 1) {
        copy_tile(c, begin, end);
        return;
    }
    for (int64_t v = begin; v < end; v++) {
        double power = 0;
        for (int64_t k = 0; k < in->n_coil; k++) {
            const double a = get(in->re, in->is_double, k * in->n_voxel + v);
            const double b = get(in->im, in->is_double, k * in->n_voxel + v);
            power += a * a + b * b;
        }
        const double scale = power > 0 ? 1 / sqrt(power) : power; /* NaN stays NaN, so that it is found later */
        for (int64_t e = 0; e < in->n_echo; e++) {
            double re = 0, im = 0;
            for (int64_t k = 0; k < in->n_coil; k++) {
                const int64_t first = k * in->n_voxel + v, at = e * in->n_coil * in->n_voxel + first;
                const double a = get(in->re, in->is_double, first), b = get(in->im, in->is_double, first);
                const double x = get(in->re, in->is_double, at), y = get(in->im, in->is_double, at);
                re += a * x + b * y;
                im += a * y - b * x;
            }
            c->re[e * in->n_voxel + v] = (float)(re * scale);
            c->im[e * in->n_voxel + v] = (float)(im * scale);
        }
    }
}

void fsc_coils_combine(float *re, float *im, const fsc_coil_images *coils) {
    combination c = {.in = coils, .re = re, .im = im};
    fsc_tiles_run(coils->n_voxel, TILE, combine_tile, &c, 0);
}
