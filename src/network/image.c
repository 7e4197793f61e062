#include "image.h"

#include "alloc.h"
#include "fail.h"
#include "graph.h"
#include "table.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

fsc_status fsc_image_rules_read(fsc_image_rules *out, fsc_error *err) {
    static const struct {
        const char *key;
        size_t offset;
    } rule[] = {{"pixel_mm", offsetof(fsc_image_rules, pixel_mm)},
                {"tile_pixels", offsetof(fsc_image_rules, tile_pixels)},
                {"overlap_fraction", offsetof(fsc_image_rules, overlap_fraction)},
                {"blend_fraction", offsetof(fsc_image_rules, blend_fraction)},
                {"margin_pixels", offsetof(fsc_image_rules, margin_pixels)}};
    FSC_AUTO_TABLE fsc_table table = {0};
    FSC_TRY(fsc_table_embedded(&table, "network.tsv", err));
    for (size_t i = 0; i < sizeof rule / sizeof *rule; i++) {
        double value = (double)NAN;
        for (int32_t r = 0; r < table.n_row; r++)
            if (strcmp(fsc_table_get(&table, r, "key"), rule[i].key) == 0) value = fsc_table_number(&table, r, "value");
        if (isnan(value)) return fsc_fail(err, FSC_E_FORMAT, "network.tsv: has no number for %s", rule[i].key);
        memcpy((char *)out + rule[i].offset, &value, sizeof value);
    }
    return FSC_OK;
}

void fsc_image_free(fsc_image *image) {
    fsc_free(image->value);
    image->value = NULL;
}

/* Index of the scan's voxel whose place along R, A, S is r, a, s. */
static int64_t voxel(const fsc_image *m, int64_t r, int64_t a, int64_t s) {
    const int64_t place[3] = {r, a, s};
    int64_t at[3] = {0};
    for (int d = 0; d < 3; d++) at[m->axis[d]] = m->sign[d] > 0 ? place[d] : m->grid->dim[m->axis[d]] - 1 - place[d];
    return at[0] + m->grid->dim[0] * (at[1] + m->grid->dim[1] * at[2]);
}

static float water(const fsc_image *m, const float *value, int64_t r, int64_t a, int64_t s) {
    const float v = value[voxel(m, r, a, s)];
    return isfinite(v) ? v : 0;
}

/* The two voxels that a pixel lies between, and the share of the second. */
static float between(int64_t at[2], const fsc_image *m, int d, int64_t pixel) {
    const int64_t last = m->grid->dim[m->axis[d]] - 1;
    const double place = fmin((double)pixel * m->scale[d], (double)last);
    at[0] = (int64_t)place;
    at[1] = at[0] < last ? at[0] + 1 : last;
    return (float)(place - (double)at[0]);
}

static void resample(fsc_image *m, const float *value) {
    float *to = m->value;
    for (int64_t s = 0; s < m->dim[2]; s++)
        for (int64_t i = 0; i < m->dim[0]; i++) {
            int64_t r[2], a[2];
            const float f = between(r, m, 0, i);
            for (int64_t j = 0; j < m->dim[1]; j++) {
                const float g = between(a, m, 1, j);
                const float low = water(m, value, r[0], a[0], s) * (1 - f) + water(m, value, r[1], a[0], s) * f;
                const float high = water(m, value, r[0], a[1], s) * (1 - f) + water(m, value, r[1], a[1], s) * f;
                *to++ = low * (1 - g) + high * g;
            }
        }
}

/* Mean 0, SD 1 over what is not 0; zeros stay. */
static void standardise(fsc_image *m) {
    const int64_t n = m->dim[0] * m->dim[1] * m->dim[2];
    double sum = 0, square = 0, many = 0;
    for (int64_t i = 0; i < n; i++)
        if (m->value[i] < 0 || m->value[i] > 0) sum += (double)m->value[i], many++;
    const double mean = many > 0 ? sum / many : 0;
    for (int64_t i = 0; i < n; i++)
        if (m->value[i] < 0 || m->value[i] > 0) square += ((double)m->value[i] - mean) * ((double)m->value[i] - mean);
    const double sd = many > 0 && square > 0 ? sqrt(square / many) : 1;
    for (int64_t i = 0; i < n; i++)
        if (m->value[i] < 0 || m->value[i] > 0) m->value[i] = (float)(((double)m->value[i] - mean) / sd);
}

static fsc_status find_box(fsc_image *m, int64_t margin, fsc_error *err) {
    for (int d = 0; d < 3; d++) m->low[d] = m->dim[d], m->high[d] = 0;
    const float *value = m->value;
    for (int64_t s = 0; s < m->dim[2]; s++)
        for (int64_t i = 0; i < m->dim[0]; i++)
            for (int64_t j = 0; j < m->dim[1]; j++) {
                const int64_t at[3] = {i, j, s};
                if (!(*value++ > 0)) continue;
                for (int d = 0; d < 3; d++) {
                    if (at[d] < m->low[d]) m->low[d] = at[d];
                    if (at[d] >= m->high[d]) m->high[d] = at[d] + 1;
                }
            }
    if (m->high[0] == 0) return fsc_fail(err, FSC_E_RANGE, "the water image is one grey: a network sees nothing in it");
    for (int d = 0; d < 3; d++) {
        m->low[d] = m->low[d] > margin ? m->low[d] - margin : 0;
        m->high[d] = m->high[d] + margin < m->dim[d] ? m->high[d] + margin : m->dim[d];
    }
    return FSC_OK;
}

fsc_status fsc_image_make(fsc_image *out, const fsc_grid *grid, const float *value, const fsc_image_rules *rules,
                          fsc_error *err) {
    double spacing_mm[3];
    *out = (fsc_image){.grid = grid};
    fsc_grid_spacing_mm(grid, spacing_mm);
    fsc_grid_orientation(grid, out->axis, out->sign);
    for (int d = 0; d < 3; d++) {
        const double edge_mm = spacing_mm[out->axis[d]], n = (double)grid->dim[out->axis[d]];
        out->scale[d] = d < 2 ? rules->pixel_mm / edge_mm : 1;
        const double pixels = round((n - 1) / out->scale[d] + 1);
        if (d < 2 && !(pixels <= FSC_EDGE_MOST))
            return fsc_fail(err, FSC_E_RANGE, "the image is %.0f pixels of %g mm wide; a network gets at most %d",
                            pixels, rules->pixel_mm, FSC_EDGE_MOST);
        out->dim[d] = (int64_t)pixels;
    }
    const int64_t n = out->dim[0] * out->dim[1] * out->dim[2];
    if (n > FSC_NETWORK_BYTES_MOST / (int64_t)sizeof(float))
        return fsc_fail(err, FSC_E_RANGE, "the image at %g mm is too large for a network", rules->pixel_mm);
    out->value = fsc_alloc_unset(n, sizeof *out->value);
    if (!out->value) return fsc_fail_nomem(err, "preparing an image for a network");
    resample(out, value);
    standardise(out);
    return find_box(out, (int64_t)rules->margin_pixels, err);
}

static int64_t nearest(const fsc_image *m, int d, int64_t place) {
    const int64_t pixel = (int64_t)round((double)place / m->scale[d]);
    return pixel < m->dim[d] ? pixel : m->dim[d] - 1;
}

void fsc_image_back(int32_t *out, const fsc_image *image, const uint16_t *class_of) {
    const int64_t *n = image->grid->dim;
    for (int64_t s = 0; s < n[image->axis[2]]; s++)
        for (int64_t r = 0; r < n[image->axis[0]]; r++)
            for (int64_t a = 0; a < n[image->axis[1]]; a++)
                out[voxel(image, r, a, s)] =
                    class_of[(s * image->dim[0] + nearest(image, 0, r)) * image->dim[1] + nearest(image, 1, a)];
}
