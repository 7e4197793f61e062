#include "bend.h"

#include "alloc.h"
#include "demons.h"
#include "fail.h"

#include <math.h>
#include <string.h>

#define MARGIN_STEPS 4
#define BEYOND_STEPS 8

void fsc_fine_widen(int32_t low[3], int32_t high[3], const int32_t dim[3]) {
    for (int a = 0; a < 3; a++) {
        low[a] -= low[a] > MARGIN_STEPS ? MARGIN_STEPS : BEYOND_STEPS;
        high[a] += high[a] + MARGIN_STEPS < dim[a] ? MARGIN_STEPS : BEYOND_STEPS;
    }
}

void fsc_fine_free(fsc_fine *f) {
    for (int c = 0; c < FSC_CHANNELS; c++) {
        fsc_free(f->fixed[c]);
        fsc_free(f->moving[c]);
    }
    fsc_free(f->weight);
    fsc_free(f->code);
}

fsc_status fsc_fine_new(fsc_fine *f, const int32_t dim[3], fsc_error *err) {
    memcpy(f->dim, dim, sizeof f->dim);
    f->n = (int64_t)dim[0] * dim[1] * dim[2];
    for (int c = 0; c < FSC_CHANNELS; c++) {
        f->fixed[c] = fsc_alloc(f->n, sizeof(float));
        f->moving[c] = fsc_alloc(f->n, sizeof(float));
    }
    f->weight = fsc_alloc(f->n, sizeof(float));
    f->code = fsc_alloc(f->n, sizeof *f->code);
    return f->fixed[0] && f->fixed[1] && f->moving[0] && f->moving[1] && f->weight && f->code
               ? FSC_OK
               : fsc_fail_nomem(err, "bending the body into the scan");
}

/* Half the resolution: means of eight neighbours. */
static void halve(float *out, const float *in, const int32_t half[3], const int32_t dim[3]) {
    int64_t v = 0;
    for (int32_t k = 0; k < half[2]; k++)
        for (int32_t j = 0; j < half[1]; j++)
            for (int32_t i = 0; i < half[0]; i++, v++) {
                float sum = 0;
                for (int corner = 0; corner < 8; corner++) {
                    const int32_t x = 2 * i + (corner & 1), y = 2 * j + (corner >> 1 & 1), z = 2 * k + (corner >> 2);
                    const int64_t at = (x < dim[0] ? x : dim[0] - 1) +
                                       (int64_t)dim[0] * ((y < dim[1] ? y : dim[1] - 1) +
                                                          (int64_t)dim[1] * (z < dim[2] ? z : dim[2] - 1));
                    sum += in[at];
                }
                out[v] = sum / 8;
            }
}

/* The bend of the half grid on the whole one: twice as many steps. */
static void redouble(float *out, const float *in, const int32_t half[3], const int32_t dim[3]) {
    int64_t v = 0;
    for (int32_t k = 0; k < dim[2]; k++)
        for (int32_t j = 0; j < dim[1]; j++)
            for (int32_t i = 0; i < dim[0]; i++, v++) {
                const int32_t at[3] = {i, j, k};
                double index[3];
                for (int a = 0; a < 3; a++) index[a] = fmin(fmax((at[a] - 0.5) / 2, 0), half[a] - 1);
                out[v] = 2 * fsc_value_at(in, half, index);
            }
}

static fsc_status bend_half(float *const out[3], const fsc_fine *whole, int32_t n_threads, fsc_error *err) {
    int32_t dim[3];
    for (int a = 0; a < 3; a++) dim[a] = (whole->dim[a] + 1) / 2;
    FSC_AUTO_FINE fsc_fine half = {0};
    FSC_TRY(fsc_fine_new(&half, dim, err));
    FSC_AUTO_BLOCK float *shift = fsc_alloc(3 * half.n, sizeof *shift);
    if (!shift) return fsc_fail_nomem(err, "bending the body into the scan");
    fsc_bend bend = {.weight = half.weight, .fluid_sd = 1.5, .elastic_sd = 1.0, .n_step = 40, .n_threads = n_threads};
    memcpy(bend.dim, dim, sizeof bend.dim);
    halve(half.weight, whole->weight, dim, whole->dim);
    for (int c = 0; c < FSC_CHANNELS; c++) {
        halve(half.fixed[c], whole->fixed[c], dim, whole->dim);
        halve(half.moving[c], whole->moving[c], dim, whole->dim);
        bend.fixed[c] = half.fixed[c];
        bend.moving[c] = half.moving[c];
    }
    for (int a = 0; a < 3; a++) bend.shift[a] = shift + a * half.n;
    FSC_TRY(fsc_demons(&bend, err));
    for (int a = 0; a < 3; a++) redouble(out[a], bend.shift[a], dim, whole->dim);
    return FSC_OK;
}

static fsc_status bend_whole(float *const out[3], const fsc_fine *whole, int32_t n_threads, fsc_error *err) {
    fsc_bend bend = {.weight = whole->weight, .fluid_sd = 1.5, .elastic_sd = 1.0, .n_step = 40, .n_threads = n_threads};
    memcpy(bend.dim, whole->dim, sizeof bend.dim);
    for (int c = 0; c < FSC_CHANNELS; c++) {
        bend.fixed[c] = whole->fixed[c];
        bend.moving[c] = whole->moving[c];
    }
    for (int a = 0; a < 3; a++) bend.shift[a] = out[a];
    return fsc_demons(&bend, err);
}

fsc_status fsc_fine_bend(const fsc_fine *fine, float *const shift[3], int32_t n_threads, fsc_error *err) {
    FSC_TRY(bend_half(shift, fine, n_threads, err));
    return bend_whole(shift, fine, n_threads, err);
}
