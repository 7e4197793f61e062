#include "shapes.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>

void fsc_view_shape_free(fsc_view_shape *s) {
    fsc_free(s->voxel);
    *s = (fsc_view_shape){0};
}

static fsc_status add(fsc_view_shape *s, int64_t voxel, fsc_error *err) {
    if (s->n == s->room) {
        const int64_t room = s->room ? 2 * s->room : 1024;
        uint32_t *grown = fsc_grow(s->voxel, s->n, room, sizeof *grown);
        if (!grown) return fsc_fail_nomem(err, "shaping a label");
        s->voxel = grown;
        s->room = room;
    }
    s->voxel[s->n++] = (uint32_t)voxel;
    return FSC_OK;
}

static int may_take(const fsc_view_canvas *c, int64_t voxel) {
    const uint8_t now = c->index[voxel];
    return now != c->label && (!c->lock || now == 0);
}

/* A slice: array axes a and b in it, and the part of it that is looked at. */
typedef struct plane {
    int64_t stride_a, stride_b, stride_s, n_slice;
    int64_t dim[2], first[2], n[2];
    double spacing[2];
} plane;

static plane plane_of(const fsc_grid *g, int axis) {
    const int64_t stride[3] = {1, g->dim[0], g->dim[0] * g->dim[1]};
    const int a = axis == 0 ? 1 : 0, b = axis == 2 ? 1 : 2;
    double spacing[3];
    fsc_grid_spacing_mm(g, spacing);
    return (plane){.stride_a = stride[a],
                   .stride_b = stride[b],
                   .stride_s = stride[axis],
                   .n_slice = g->dim[axis],
                   .dim = {g->dim[a], g->dim[b]},
                   .spacing = {spacing[a], spacing[b]}};
}

static int64_t at(const plane *p, int64_t slice, int64_t a, int64_t b) {
    return slice * p->stride_s + (p->first[0] + a) * p->stride_a + (p->first[1] + b) * p->stride_b;
}

/* Whether the slice holds the label; low and high grow to hold it. */
static int find(const fsc_view_canvas *c, const plane *p, int64_t slice, int64_t low[2], int64_t high[2]) {
    int found = 0;
    for (int64_t b = 0; b < p->dim[1]; b++)
        for (int64_t a = 0; a < p->dim[0]; a++) {
            if (c->index[slice * p->stride_s + a * p->stride_a + b * p->stride_b] != c->label) continue;
            found = 1;
            low[0] = a < low[0] ? a : low[0];
            low[1] = b < low[1] ? b : low[1];
            high[0] = a > high[0] ? a : high[0];
            high[1] = b > high[1] ? b : high[1];
        }
    return found;
}

/* Squared distance in mm from each pixel to the nearest one that is (want) or is not in the label: along the lines
 * first, then across them. across has room for one line. */
static void distances(double *out, const fsc_view_canvas *c, const plane *p, int64_t slice, int want, double *across) {
    const int64_t na = p->n[0], nb = p->n[1];
    for (int64_t b = 0; b < nb; b++)
        for (int way = 0; way < 2; way++) {
            double far = INFINITY;
            for (int64_t i = 0; i < na; i++) {
                const int64_t a = way ? na - 1 - i : i;
                far = (c->index[at(p, slice, a, b)] == c->label) == want ? 0 : far + p->spacing[0];
                if (!way || far < out[b * na + a]) out[b * na + a] = far;
            }
        }
    for (int64_t a = 0; a < na; a++) {
        for (int64_t b = 0; b < nb; b++) {
            across[b] = INFINITY;
            for (int64_t other = 0; other < nb; other++) {
                const double d = out[other * na + a], far = (double)(other - b) * p->spacing[1];
                across[b] = fmin(across[b], d * d + far * far);
            }
        }
        for (int64_t b = 0; b < nb; b++) out[b * na + a] = across[b];
    }
}

/* Distance to the label's edge, below 0 inside. */
static fsc_status signed_distance(double *out, const fsc_view_canvas *c, const plane *p, int64_t slice,
                                  fsc_error *err) {
    const int64_t n = p->n[0] * p->n[1];
    FSC_AUTO_BLOCK double *inside = fsc_alloc(n, sizeof *inside);
    FSC_AUTO_BLOCK double *across = fsc_alloc(p->n[1], sizeof *across);
    if (!inside || !across) return fsc_fail_nomem(err, "filling between slices");
    distances(out, c, p, slice, 1, across);
    distances(inside, c, p, slice, 0, across);
    for (int64_t i = 0; i < n; i++) out[i] = out[i] > 0 ? sqrt(out[i]) : -sqrt(inside[i]);
    return FSC_OK;
}

static fsc_status fill(fsc_view_shape *out, const fsc_view_canvas *c, const plane *p, const int64_t slice[2],
                       fsc_error *err) {
    const int64_t n = p->n[0] * p->n[1];
    FSC_AUTO_BLOCK double *low = fsc_alloc(n, sizeof *low);
    FSC_AUTO_BLOCK double *high = fsc_alloc(n, sizeof *high);
    if (!low || !high) return fsc_fail_nomem(err, "filling between slices");
    FSC_TRY(signed_distance(low, c, p, slice[0], err));
    FSC_TRY(signed_distance(high, c, p, slice[1], err));
    for (int64_t s = slice[0] + 1; s < slice[1]; s++) {
        const double t = (double)(s - slice[0]) / (double)(slice[1] - slice[0]);
        for (int64_t i = 0; i < n; i++) {
            const int64_t voxel = at(p, s, i % p->n[0], i / p->n[0]);
            if ((1 - t) * low[i] + t * high[i] < 1e-9 && may_take(c, voxel)) FSC_TRY(add(out, voxel, err));
        }
    }
    return FSC_OK;
}

fsc_status fsc_view_fill(fsc_view_shape *out, const fsc_view_canvas *c, int axis, int64_t slice, fsc_error *err) {
    plane p = plane_of(c->grid, axis);
    int64_t low[2] = {p.dim[0], p.dim[1]}, high[2] = {-1, -1}, from = slice - 1, to = slice + 1;
    if (slice < 0 || slice >= p.n_slice) return fsc_fail(err, FSC_E_RANGE, "there is no such slice");
    if (find(c, &p, slice, low, high))
        return fsc_fail(err, FSC_E_RANGE, "this slice holds the label already: go to one between two that are drawn");
    while (from >= 0 && !find(c, &p, from, low, high)) from--;
    while (to < p.n_slice && !find(c, &p, to, low, high)) to++;
    if (from < 0 || to >= p.n_slice)
        return fsc_fail(err, FSC_E_RANGE, "to be filled between, the label must be drawn on both sides of this slice");
    for (int a = 0; a < 2; a++) { /* one more all round, where the image goes on */
        p.first[a] = low[a] > 0 ? low[a] - 1 : 0;
        p.n[a] = (high[a] + 1 < p.dim[a] ? high[a] + 2 : p.dim[a]) - p.first[a];
    }
    return fill(out, c, &p, (int64_t[]){from, to}, err);
}

typedef struct growth {
    const fsc_view_canvas *canvas;
    const float *pdff;
    uint8_t *seen;
    fsc_view_shape queue, *out;
    int64_t seed[3], most;
    double range[2], radius_mm;
} growth;

static int fits(const growth *g, int64_t voxel) {
    const uint8_t now = g->canvas->index[voxel];
    const double y = (double)g->pdff[voxel];
    return y >= g->range[0] && y <= g->range[1] && (now == g->canvas->label || !g->canvas->lock || now == 0);
}

/* How far two voxels lie apart, in mm. */
static double apart(const fsc_grid *grid, const int64_t a[3], const int64_t b[3]) {
    double square = 0;
    for (int r = 0; r < 3; r++) {
        double d = 0;
        for (int c = 0; c < 3; c++) d += grid->affine[4 * r + c] * (double)(a[c] - b[c]);
        square += d * d;
    }
    return sqrt(square);
}

static fsc_status visit(growth *g, const int64_t ijk[3], fsc_error *err) {
    const fsc_grid *grid = g->canvas->grid;
    const int64_t voxel = ijk[0] + grid->dim[0] * (ijk[1] + grid->dim[1] * ijk[2]);
    if (g->seen[voxel] || !fits(g, voxel)) return FSC_OK;
    g->seen[voxel] = 1;
    if (apart(grid, ijk, g->seed) > g->radius_mm) {
        g->out->limited = 1;
        return FSC_OK;
    }
    if (may_take(g->canvas, voxel)) FSC_TRY(add(g->out, voxel, err));
    if (g->out->n > g->most)
        return fsc_fail(err, FSC_E_RANGE, "this would take more than %lld voxels: narrow the range or the distance",
                        (long long)g->most);
    return add(&g->queue, voxel, err);
}

static fsc_status grow(growth *g, fsc_error *err) {
    const int64_t *dim = g->canvas->grid->dim;
    FSC_TRY(visit(g, g->seed, err));
    for (int64_t i = 0; i < g->queue.n; i++) {
        const int64_t v = g->queue.voxel[i], ijk[3] = {v % dim[0], v / dim[0] % dim[1], v / (dim[0] * dim[1])};
        for (int a = 0; a < 3; a++)
            for (int step = -1; step <= 1; step += 2) {
                int64_t next[3] = {ijk[0], ijk[1], ijk[2]};
                next[a] += step;
                if (next[a] >= 0 && next[a] < dim[a]) FSC_TRY(visit(g, next, err));
            }
    }
    return FSC_OK;
}

fsc_status fsc_view_grow(fsc_view_shape *out, const fsc_view_canvas *c, const float *pdff, int64_t seed,
                         const double range[2], double radius_mm, int64_t most, fsc_error *err) {
    const int64_t *dim = c->grid->dim, n = fsc_grid_count(c->grid);
    growth g = {.canvas = c, .pdff = pdff, .out = out, .range = {range[0], range[1]}, .radius_mm = radius_mm};
    g.most = most;
    if (!pdff || seed < 0 || seed >= n) return fsc_fail(err, FSC_E_RANGE, "there is no such voxel");
    g.seed[0] = seed % dim[0];
    g.seed[1] = seed / dim[0] % dim[1];
    g.seed[2] = seed / (dim[0] * dim[1]);
    if (!fits(&g, seed))
        return fsc_fail(err, FSC_E_RANGE, "growing begins at a voxel within the range of fat, not in another label");
    FSC_AUTO_BLOCK uint8_t *seen = g.seen = fsc_alloc(n, 1);
    if (!seen) return fsc_fail_nomem(err, "growing a label");
    const fsc_status status = grow(&g, err);
    fsc_view_shape_free(&g.queue);
    return status;
}
