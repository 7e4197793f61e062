/* Coil combination that keeps the phase between echoes. */
#include "coils.h"

#include "tiles.h"

#include <math.h>

#define TILE 16384

typedef struct combination {
    const fsc_coil_images *in;
    float *re, *im;
} combination;

static void combine_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    const combination *c = context;
    const fsc_coil_images *in = c->in;
    for (int64_t v = begin; v < end; v++) {
        double power = 0;
        for (int64_t k = 0; k < in->n_coil; k++) {
            const double a = (double)in->re[k * in->n_voxel + v];
            const double b = (double)in->im[k * in->n_voxel + v];
            power += a * a + b * b;
        }
        const double scale = power > 0 ? 1 / sqrt(power) : power; /* NaN stays NaN, so that it is found later */
        for (int64_t e = 0; e < in->n_echo; e++) {
            double re = 0, im = 0;
            for (int64_t k = 0; k < in->n_coil; k++) {
                const int64_t first = k * in->n_voxel + v, at = e * in->n_coil * in->n_voxel + first;
                const double a = (double)in->re[first], b = (double)in->im[first];
                const double x = (double)in->re[at], y = (double)in->im[at];
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
