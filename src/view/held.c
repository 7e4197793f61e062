#include "held.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>

void fsc_view_held_grid(fsc_grid *out, int64_t step[3], const fsc_grid *from) {
    *out = *from;
    for (int a = 0; a < 3; a++) step[a] = 1;
    while (fsc_grid_count(out) > FSC_VIEW_HELD_VOXELS_MAX) {
        double spacing[3];
        int finest = -1;
        fsc_grid_spacing_mm(out, spacing);
        for (int a = 0; a < 3; a++)
            if (out->dim[a] >= 2 && (finest < 0 || spacing[a] < spacing[finest])) finest = a;
        if (finest < 0) return;
        /* The new voxel's middle lies between those of the two that it joins. */
        for (int r = 0; r < 3; r++) {
            out->affine[4 * r + 3] += 0.5 * out->affine[4 * r + finest];
            out->affine[4 * r + finest] *= 2;
        }
        out->dim[finest] /= 2;
        step[finest] *= 2;
    }
}

/* The index in from of a block's voxel that lies `in` voxels from its first along each axis. */
static int64_t index_in(const fsc_grid *from, const int64_t step[3], const int64_t at[3], const int64_t in[3]) {
    const int64_t i = at[0] * step[0] + in[0], j = at[1] * step[1] + in[1], k = at[2] * step[2] + in[2];
    return i + from->dim[0] * (j + from->dim[1] * k);
}

static float mean_of(const fsc_grid *from, const int64_t step[3], const int64_t at[3], const float *data) {
    double sum = 0;
    int64_t n = 0, in[3];
    for (in[2] = 0; in[2] < step[2]; in[2]++)
        for (in[1] = 0; in[1] < step[1]; in[1]++)
            for (in[0] = 0; in[0] < step[0]; in[0]++) {
                const double value = (double)data[index_in(from, step, at, in)];
                if (isfinite(value)) sum += value, n++;
            }
    return n ? (float)(sum / (double)n) : NAN;
}

/* Place of the v-th voxel. */
static void place(int64_t at[3], const fsc_grid *grid, int64_t v) {
    at[0] = v % grid->dim[0];
    at[1] = v / grid->dim[0] % grid->dim[1];
    at[2] = v / (grid->dim[0] * grid->dim[1]);
}

fsc_status fsc_view_held_mean(float **out, const fsc_grid *to, const int64_t step[3], const fsc_grid *from,
                              const float *data, double scale, double quantum, fsc_error *err) {
    const int64_t n = fsc_grid_count(to);
    float *mean = fsc_alloc(n, sizeof *mean);
    if (!mean) return fsc_fail_nomem(err, "taking a map up");
    for (int64_t v = 0; v < n; v++) {
        int64_t at[3];
        place(at, to, v);
        const double value = scale * (double)mean_of(from, step, at, data);
        mean[v] = isfinite(value) ? (float)(quantum * round(value / quantum)) : NAN;
    }
    *out = mean;
    return FSC_OK;
}

fsc_status fsc_view_held_middle(int32_t **out, const fsc_grid *to, const int64_t step[3], const fsc_grid *from,
                                const int32_t *data, fsc_error *err) {
    const int64_t n = fsc_grid_count(to), in[3] = {step[0] / 2, step[1] / 2, step[2] / 2};
    int32_t *middle = fsc_alloc(n, sizeof *middle);
    if (!middle) return fsc_fail_nomem(err, "taking the sites up");
    for (int64_t v = 0; v < n; v++) {
        int64_t at[3];
        place(at, to, v);
        middle[v] = data[index_in(from, step, at, in)];
    }
    *out = middle;
    return FSC_OK;
}

void fsc_view_held_base64(fsc_text *out, const unsigned char *bytes, size_t n) {
    static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n; i += 3) {
        const size_t left = n - i;
        const unsigned a = bytes[i], b = left > 1 ? bytes[i + 1] : 0U, c = left > 2 ? bytes[i + 2] : 0U;
        const char four[4] = {letter[a >> 2], letter[(a & 3U) << 4 | b >> 4],
                              left > 1 ? letter[(b & 15U) << 2 | c >> 6] : '=', left > 2 ? letter[c & 63U] : '='};
        fsc_text_add_n(out, four, sizeof four);
    }
}
