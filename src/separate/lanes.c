#include "lanes.h"

static void unramp(const fsc_source *source, const int32_t *voxel, int32_t n, fsc_lanes_echo *echo) {
    for (int32_t l = 0; l < n; l++) {
        if (voxel[l] < 0) continue;
        const int64_t x = fsc_source_ramp_index(source, voxel[l]);
        const float sine = source->ramp_sin[x] * source->conjugate * source->ramp_sign;
        const double c = (double)source->ramp_cos[x];
        for (int32_t e = 0; e < source->n_echo; e++) {
            /* times exp(-i (-1)^e theta) */
            const double s = (double)(e % 2 == 0 ? sine : -sine);
            const double re = echo->re[e][l], im = echo->im[e][l];
            echo->re[e][l] = re * c + im * s;
            echo->im[e][l] = im * c - re * s;
        }
    }
}

static void unturn(const fsc_source *source, int32_t n, fsc_lanes_echo *echo) {
    const double side = (double)(source->conjugate * source->offset_sign);
    for (int32_t e = 0; e < source->n_echo; e++)
        for (int32_t l = 0; l < n; l++) {
            const double c = source->offset_cos[e], s = side * source->offset_sin[e];
            const double re = echo->re[e][l], im = echo->im[e][l];
            echo->re[e][l] = re * c + im * s;
            echo->im[e][l] = im * c - re * s;
        }
}

void fsc_source_load(const fsc_source *source, const int32_t *voxel, int32_t n, fsc_lanes_echo *echo) {
    const double scale = (double)source->scale, scale_im = (double)(source->scale * source->conjugate);
    for (int32_t e = 0; e < source->n_echo; e++) {
        const float *re = source->re + (int64_t)e * source->n_voxel;
        const float *im = source->im + (int64_t)e * source->n_voxel;
        double *to_re = echo->re[e], *to_im = echo->im[e];
        for (int32_t l = 0; l < n; l++) {
            to_re[l] = voxel[l] < 0 ? 0 : (double)re[voxel[l]] * scale;
            to_im[l] = voxel[l] < 0 ? 0 : (double)im[voxel[l]] * scale_im;
        }
        for (int32_t l = n; l < FSC_LANES; l++) to_re[l] = to_im[l] = 0;
    }
    if (source->ramp_cos) unramp(source, voxel, n, echo);
    if (source->offset_cos) unturn(source, n, echo);
}
