#include "scene.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DENSITY_MM 20.0 /* the coil's shading is smoother than this, muscles and fat planes are not */
#define DENSITY_MAX 1.3
#define BODY_MM 3.0
#define BODY_SHARE 0.12 /* of the bright tissue's signal: darker is air */
enum { BLUR_MAX = 64 };

/* One line of n values st apart. */
static void blur_line(float *to, const float *from, int32_t n, int64_t st, const float *kernel, int32_t r) {
    for (int32_t q = 0; q < n; q++) {
        float sum = 0;
        for (int32_t i = -r; i <= r; i++) {
            const int32_t at = q + i < 0 ? 0 : q + i >= n ? n - 1 : q + i;
            sum += kernel[i + r] * from[at * st];
        }
        to[q * st] = sum;
    }
}

static void blur_axis(float *value, const int32_t dim[3], int axis, double sd, float *tmp) {
    if (sd < 0.05 || dim[axis] < 2) return;
    float kernel[2 * BLUR_MAX + 1], total = 0;
    const int32_t r = (int32_t)fmin(ceil(3 * sd), BLUR_MAX);
    for (int32_t i = -r; i <= r; i++) total += kernel[i + r] = (float)exp(-0.5 * i * i / (sd * sd));
    for (int32_t i = 0; i <= 2 * r; i++) kernel[i] /= total;
    const int64_t step[3] = {1, dim[0], (int64_t)dim[0] * dim[1]}, n = step[2] * dim[2];
    memcpy(tmp, value, (size_t)n * sizeof *value);
    const int a = axis == 0, b = axis == 2 ? 1 : 2;
    for (int32_t j = 0; j < dim[b]; j++)
        for (int32_t i = 0; i < dim[a]; i++) {
            const int64_t start = i * step[a] + j * step[b];
            blur_line(value + start, tmp + start, dim[axis], step[axis], kernel, r);
        }
}

void fsc_blur(float *value, const int32_t dim[3], const double sd[3], float *tmp) {
    for (int axis = 0; axis < 3; axis++) blur_axis(value, dim, axis, sd[axis], tmp);
}

float fsc_value_at(const float *value, const int32_t dim[3], const double index[3]) {
    int64_t at[3];
    float f[3];
    for (int a = 0; a < 3; a++) {
        if (!(index[a] >= 0 && index[a] <= dim[a] - 1)) return 0;
        at[a] = (int64_t)index[a];
        if (at[a] > dim[a] - 2) at[a] = dim[a] > 1 ? dim[a] - 2 : 0;
        f[a] = (float)(index[a] - (double)at[a]);
    }
    const int64_t x = dim[0] > 1, y = dim[1] > 1 ? dim[0] : 0, z = dim[2] > 1 ? (int64_t)dim[0] * dim[1] : 0;
    const float *p = value + at[0] + dim[0] * (at[1] + (int64_t)dim[1] * at[2]);
    const float c00 = p[0] + (p[x] - p[0]) * f[0], c10 = p[y] + (p[x + y] - p[y]) * f[0];
    const float c01 = p[z] + (p[x + z] - p[z]) * f[0], c11 = p[y + z] + (p[x + y + z] - p[y + z]) * f[0];
    const float c0 = c00 + (c10 - c00) * f[1], c1 = c01 + (c11 - c01) * f[1];
    return c0 + (c1 - c0) * f[2];
}

static int32_t dims_of(int32_t dim[3], const fsc_grid *grid) {
    for (int a = 0; a < 3; a++) dim[a] = (int32_t)grid->dim[a];
    return dim[0] * dim[1];
}

/* RAS+ mm to index as a matrix: the images of the origin and of three unit steps. */
static fsc_status invert(double to_index[12], const fsc_grid *grid, fsc_error *err) {
    double at[4][3];
    for (int c = 0; c < 4; c++) {
        const double mm[3] = {c == 0, c == 1, c == 2};
        if (fsc_grid_to_index(grid, mm, at[c]) != FSC_OK)
            return fsc_fail(err, FSC_E_NUMERIC, "the maps' affine cannot be inverted");
    }
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++) to_index[4 * r + c] = at[c][r] - at[3][r];
        to_index[4 * r + 3] = at[3][r];
    }
    return FSC_OK;
}

static int by_size(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Where the blurred signal stands out from air. */
static void find_body(fsc_channels *c, const float *signal, float *work, float *tmp, int64_t n) {
    int32_t dim[3];
    (void)dims_of(dim, &c->grid);
    double sd[3];
    for (int a = 0; a < 3; a++) sd[a] = BODY_MM / c->spacing_mm[a];
    memcpy(work, signal, (size_t)n * sizeof *work);
    fsc_blur(work, dim, sd, tmp);
    memcpy(tmp, work, (size_t)n * sizeof *tmp);
    qsort(tmp, (size_t)n, sizeof *tmp, by_size);
    const float limit = (float)BODY_SHARE * tmp[(int64_t)(0.95 * (double)(n - 1))];
    for (int64_t v = 0; v < n; v++) c->body[v] = work[v] > limit;
}

/* Divides the signal by its own neighbourhood: what is left is density without the coil's shading. */
static void density(const fsc_channels *c, float *signal, float *around, float *inside, float *tmp, int64_t n) {
    int32_t dim[3];
    (void)dims_of(dim, &c->grid);
    double sd[3];
    for (int a = 0; a < 3; a++) sd[a] = DENSITY_MM / c->spacing_mm[a];
    for (int64_t v = 0; v < n; v++) {
        around[v] = c->body[v] ? signal[v] : 0;
        inside[v] = c->body[v] ? 1 : 0;
    }
    fsc_blur(around, dim, sd, tmp);
    fsc_blur(inside, dim, sd, tmp);
    for (int64_t v = 0; v < n; v++) {
        const float level = around[v] / fmaxf(inside[v], 1e-3f);
        signal[v] = c->body[v] && level > 0 ? fminf(signal[v] / level, (float)DENSITY_MAX) : 0;
    }
}

static float positive(float x) {
    return x > 0 ? x : 0; /* NaN too */
}

fsc_status fsc_channels_make(fsc_channels *out, const fsc_fatwater *maps, fsc_error *err) {
    memset(out, 0, sizeof *out);
    if (!maps->water || !maps->fat)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "a proposal needs water and fat maps; this input is a fat-fraction map alone");
    out->grid = maps->grid;
    fsc_grid_spacing_mm(&maps->grid, out->spacing_mm);
    FSC_TRY(invert(out->to_index, &maps->grid, err));
    const int64_t n = fsc_grid_count(&maps->grid);
    out->channel[0] = fsc_alloc(n, sizeof(float));
    out->channel[1] = fsc_alloc(n, sizeof(float));
    out->body = fsc_alloc(n, 1);
    FSC_AUTO_BLOCK float *signal = fsc_alloc(n, sizeof *signal);
    FSC_AUTO_BLOCK float *work = fsc_alloc(n, sizeof *work);
    FSC_AUTO_BLOCK float *inside = fsc_alloc(n, sizeof *inside);
    FSC_AUTO_BLOCK float *tmp = fsc_alloc(n, sizeof *tmp);
    if (!out->channel[0] || !out->channel[1] || !out->body || !signal || !work || !inside || !tmp) {
        fsc_channels_free(out);
        return fsc_fail_nomem(err, "preparing a proposal");
    }
    for (int64_t v = 0; v < n; v++) signal[v] = positive(maps->water[v]) + positive(maps->fat[v]);
    find_body(out, signal, work, tmp, n);
    density(out, signal, work, inside, tmp, n);
    for (int64_t v = 0; v < n; v++) {
        const float water = positive(maps->water[v]), fat = positive(maps->fat[v]), all = water + fat;
        const float share = all > 0 ? fat / all : 0;
        out->channel[0][v] = share * signal[v];
        out->channel[1][v] = (1 - share) * signal[v];
    }
    return FSC_OK;
}

void fsc_channels_free(fsc_channels *channels) {
    for (int c = 0; c < FSC_CHANNELS; c++) fsc_free(channels->channel[c]);
    fsc_free(channels->body);
    memset(channels, 0, sizeof *channels);
}

/* The box of the field of view in mm. */
static void lay_grid(fsc_scene *scene, const fsc_grid *grid, double step_mm) {
    double low[3] = {INFINITY, INFINITY, INFINITY}, high[3] = {-INFINITY, -INFINITY, -INFINITY};
    for (int corner = 0; corner < 8; corner++) {
        double index[3], mm[3];
        for (int a = 0; a < 3; a++) index[a] = corner >> a & 1 ? (double)(grid->dim[a] - 1) : 0;
        fsc_grid_to_mm(grid, index, mm);
        for (int a = 0; a < 3; a++) {
            low[a] = fmin(low[a], mm[a]);
            high[a] = fmax(high[a], mm[a]);
        }
    }
    scene->step_mm = step_mm;
    scene->n = 1;
    for (int a = 0; a < 3; a++) {
        scene->origin_mm[a] = low[a];
        scene->dim[a] = (int32_t)floor((high[a] - low[a]) / step_mm) + 1;
        scene->n *= scene->dim[a];
    }
}

static void sample(fsc_scene *scene, const fsc_channels *from, float *const blurred[FSC_CHANNELS]) {
    int32_t dim[3];
    (void)dims_of(dim, &from->grid);
    const double *m = from->to_index;
    int64_t v = 0;
    for (int32_t k = 0; k < scene->dim[2]; k++)
        for (int32_t j = 0; j < scene->dim[1]; j++)
            for (int32_t i = 0; i < scene->dim[0]; i++, v++) {
                const double mm[3] = {scene->origin_mm[0] + i * scene->step_mm,
                                      scene->origin_mm[1] + j * scene->step_mm,
                                      scene->origin_mm[2] + k * scene->step_mm};
                double index[3];
                for (int r = 0; r < 3; r++)
                    index[r] = m[4 * r] * mm[0] + m[4 * r + 1] * mm[1] + m[4 * r + 2] * mm[2] + m[4 * r + 3];
                for (int c = 0; c < FSC_CHANNELS; c++) scene->channel[c][v] = fsc_value_at(blurred[c], dim, index);
                int64_t at = 0, inside = 1;
                for (int r = 2; r >= 0; r--) {
                    const int64_t near = llround(index[r]);
                    inside &= near >= 0 && near < dim[r];
                    at = at * dim[r] + near;
                }
                scene->body[v] = inside ? from->body[at] : 0;
            }
}

fsc_status fsc_scene_make(fsc_scene *out, const fsc_channels *from, double step_mm, double blur_mm, fsc_error *err) {
    memset(out, 0, sizeof *out);
    lay_grid(out, &from->grid, step_mm);
    const int64_t n = fsc_grid_count(&from->grid);
    FSC_AUTO_BLOCK float *fat = fsc_alloc(n, sizeof *fat);
    FSC_AUTO_BLOCK float *water = fsc_alloc(n, sizeof *water);
    FSC_AUTO_BLOCK float *tmp = fsc_alloc(n, sizeof *tmp);
    for (int c = 0; c < FSC_CHANNELS; c++) out->channel[c] = fsc_alloc(out->n, sizeof(float));
    out->body = fsc_alloc(out->n, 1);
    if (!fat || !water || !tmp || !out->channel[0] || !out->channel[1] || !out->body) {
        fsc_scene_free(out);
        return fsc_fail_nomem(err, "preparing a proposal");
    }
    float *const blurred[FSC_CHANNELS] = {fat, water};
    int32_t dim[3];
    (void)dims_of(dim, &from->grid);
    double sd[3];
    for (int a = 0; a < 3; a++) sd[a] = blur_mm / from->spacing_mm[a];
    for (int c = 0; c < FSC_CHANNELS; c++) {
        memcpy(blurred[c], from->channel[c], (size_t)n * sizeof(float));
        fsc_blur(blurred[c], dim, sd, tmp);
    }
    sample(out, from, blurred);
    return FSC_OK;
}

void fsc_scene_free(fsc_scene *scene) {
    for (int c = 0; c < FSC_CHANNELS; c++) fsc_free(scene->channel[c]);
    fsc_free(scene->body);
    memset(scene, 0, sizeof *scene);
}

int64_t fsc_scene_nearest(const fsc_scene *scene, int32_t i, int32_t j, int32_t k, int *inside) {
    const int32_t in[3] = {i, j, k};
    int64_t at = 0;
    *inside = 1;
    for (int a = 2; a >= 0; a--) {
        const int32_t last = scene->dim[a] - 1, near = in[a] < 0 ? 0 : in[a] > last ? last : in[a];
        *inside &= near == in[a];
        at = at * scene->dim[a] + near;
    }
    return at;
}
