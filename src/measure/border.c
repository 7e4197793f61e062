/* A random displacement of the label map, smooth over about a centimetre: people and programs err along a border in
 * stretches, not voxel by voxel. The field is a cubic B-spline (as in free-form deformation, Rueckert 1999,
 * doi 10.1109/42.796284) with independent normal coefficients on a lattice that is shifted at random in each draw.
 * Neighbours share their border, so that what one muscle loses the next one gains. Method: doc/equations/measure.md. */
#include "border.h"

#include "alloc.h"
#include "fail.h"
#include "random.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

#define DRAWS 24
#define LATTICE_MM 12.0
#define SEED 0x6c61626572726f72u
/* SD of a sum of cubic B-splines with coefficients of SD 1, averaged over places: (151 / 315)^(3/2). */
#define SPLINE_SD 0.33189
#define REACH_SD 3.5 /* no voxel goes farther, so that what lies farther from a label need not be looked at */

typedef struct border_scene {
    const fsc_voxels *v;
    fsc_border *out;
    uint8_t *near;                      /* non-zero where a displaced label may lie */
    int64_t reach[3], first[3], end[3]; /* voxels; the part of the grid that holds all of near */
    int64_t node[3];                    /* of the lattice */
    float *scratch;                     /* n_scratch for each worker */
    int64_t n_scratch;
} border_scene;

void fsc_border_free(fsc_border *b) {
    fsc_free(b->n);
    fsc_free(b->n_labelled);
    fsc_free(b->sum);
    fsc_free(b->n_quartile);
    fsc_free(b->sum_quartile);
    fsc_free(b->area);
    fsc_free(b->set);
    fsc_free(b->quartile);
    fsc_free(b->fresh);
    memset(b, 0, sizeof *b);
}

static void spline_weights(float w[4], double t) {
    const double s = 1 - t;
    w[0] = (float)(s * s * s / 6);
    w[1] = (float)((3 * t * t * t - 6 * t * t + 4) / 6);
    w[2] = (float)((3 * s * s * s - 6 * s * s + 4) / 6);
    w[3] = (float)(t * t * t / 6);
}

/* One draw's lattice and its parts in the worker's scratch. */
typedef struct border_draw {
    double offset[3];   /* of the lattice, in nodes */
    float *coefficient; /* (3, node[2], node[1], node[0]), in voxels of that axis */
    float *plane, *row; /* coefficients summed over z, then over y */
    float *weight;      /* 4 a column */
    int32_t *first;     /* first node of a column */
} border_draw;

static double node_place(const border_scene *s, const border_draw *d, int a, int64_t index) {
    return (double)index * s->v->spacing_mm[a] / LATTICE_MM + d->offset[a];
}

static void draw_lattice(const border_scene *s, border_draw *d, int64_t draw) {
    const int64_t n_node = s->node[0] * s->node[1] * s->node[2];
    const double sd = s->v->sites->border_sd_mm / SPLINE_SD;
    for (int a = 0; a < 3; a++) {
        d->offset[a] = fsc_random_uniform(SEED, (uint64_t)(4 * draw + 3), (uint64_t)a);
        const double scale = sd / s->v->spacing_mm[a];
        for (int64_t i = 0; i < n_node; i++)
            d->coefficient[a * n_node + i] =
                (float)(scale * fsc_random_normal(SEED, (uint64_t)(4 * draw + a), (uint64_t)i));
    }
    for (int64_t i = 0; i < s->v->sites->grid.dim[0]; i++) {
        const double at = node_place(s, d, 0, i);
        d->first[i] = (int32_t)at;
        spline_weights(d->weight + 4 * i, at - floor(at));
    }
}

/* out[c][i] = sum of w[t] in[c][first + t][i] over four planes (or rows) of length n. */
static void weigh_four(float *out, const float *in, int64_t n, int64_t n_plane, int64_t first, const float w[4]) {
    for (int c = 0; c < 3; c++) {
        const float *from = in + (c * n_plane + first) * n;
        for (int64_t i = 0; i < n; i++)
            out[c * n + i] = w[0] * from[i] + w[1] * from[n + i] + w[2] * from[2 * n + i] + w[3] * from[3 * n + i];
    }
}

static int64_t clamp(int64_t at, int64_t least, int64_t most) {
    return at < least ? least : at > most ? most : at;
}

/* The voxel that lies at column i of the row after displacement; beyond the image its border goes on. */
static int64_t displaced(const border_scene *s, const border_draw *d, const int64_t ijk[3]) {
    const int64_t *dim = s->v->sites->grid.dim, n = s->node[0];
    const float *w = d->weight + 4 * ijk[0], *row = d->row + d->first[ijk[0]];
    int64_t at[3];
    for (int c = 0; c < 3; c++, row += n) {
        const float u = w[0] * row[0] + w[1] * row[1] + w[2] * row[2] + w[3] * row[3];
        const int64_t by = clamp((int64_t)floorf(u + 0.5f), -s->reach[c], s->reach[c]);
        at[c] = clamp(ijk[c] + by, 0, dim[c] - 1);
    }
    return at[0] + dim[0] * (at[1] + dim[1] * at[2]);
}

static void add_voxel(const border_scene *s, int64_t draw, int64_t target, int64_t source, int64_t slice) {
    fsc_border *b = s->out;
    const int32_t set = b->set[source] - 1;
    if (set < 0 || !b->fresh[set]) return;
    const int64_t cell = draw * b->n_set + set;
    b->n_labelled[cell]++;
    b->area[cell * b->n_slice + slice]++;
    const float *pdff = s->v->fatwater->pdff_fraction;
    const double y = pdff ? (double)pdff[target] : (double)NAN;
    if (!isfinite(y)) return;
    b->n[cell]++;
    b->sum[cell] += y;
    const uint8_t q = b->quartile[source];
    if (q == FSC_NO_QUARTILE) return;
    b->n_quartile[4 * cell + q]++;
    b->sum_quartile[4 * cell + q] += y;
}

static void walk_draw(const border_scene *s, border_draw *d, int64_t draw) {
    const int64_t *dim = s->v->sites->grid.dim, *first = s->first, *end = s->end;
    const int along = s->v->axis[2];
    int64_t ijk[3];
    float w[4];
    for (ijk[2] = first[2]; ijk[2] < end[2]; ijk[2]++) {
        double at = node_place(s, d, 2, ijk[2]);
        spline_weights(w, at - floor(at));
        weigh_four(d->plane, d->coefficient, s->node[0] * s->node[1], s->node[2], (int64_t)at, w);
        for (ijk[1] = first[1]; ijk[1] < end[1]; ijk[1]++) {
            const int64_t row = dim[0] * (ijk[1] + dim[1] * ijk[2]);
            if (!memchr(s->near + row + first[0], 1, (size_t)(end[0] - first[0]))) continue;
            at = node_place(s, d, 1, ijk[1]);
            spline_weights(w, at - floor(at));
            weigh_four(d->row, d->plane, s->node[0], s->node[1], (int64_t)at, w);
            for (ijk[0] = first[0]; ijk[0] < end[0]; ijk[0]++)
                if (s->near[row + ijk[0]]) add_voxel(s, draw, row + ijk[0], displaced(s, d, ijk), ijk[along]);
        }
    }
}

static void border_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    const border_scene *s = context;
    const int64_t n_node = s->node[0] * s->node[1] * s->node[2], n = s->v->sites->grid.dim[0];
    border_draw d = {.coefficient = s->scratch + s->n_scratch * worker};
    d.plane = d.coefficient + 3 * n_node;
    d.row = d.plane + 3 * s->node[0] * s->node[1];
    d.weight = d.row + 3 * s->node[0];
    d.first = (int32_t *)(void *)(d.weight + 4 * n);
    for (int64_t draw = begin; draw < end; draw++) {
        draw_lattice(s, &d, draw);
        if (draw == 0) memset(d.coefficient, 0, (size_t)(3 * n_node) * sizeof *d.coefficient);
        walk_draw(s, &d, draw);
    }
}

/* Grows the marked voxels by reach along one axis. */
static void grow_axis(const border_scene *s, int a, int64_t *last) {
    const int64_t *dim = s->v->sites->grid.dim, stride[3] = {1, dim[0], dim[0] * dim[1]};
    const int b = a == 0 ? 1 : 0, c = a == 2 ? 1 : 2;
    const int64_t from = s->first[a], n = s->end[a] - from;
    for (int64_t k = s->first[c]; k < s->end[c]; k++)
        for (int64_t j = s->first[b]; j < s->end[b]; j++) {
            uint8_t *line = s->near + k * stride[c] + j * stride[b] + from * stride[a];
            for (int64_t i = 0, seen = -1; i < n; i++) {
                if (line[i * stride[a]]) seen = i;
                last[i] = seen;
            }
            for (int64_t i = 0; i < n; i++) {
                const int64_t ahead = last[i + s->reach[a] < n ? i + s->reach[a] : n - 1];
                line[i * stride[a]] = ahead >= 0 && ahead >= i - s->reach[a];
            }
        }
}

/* Which set each voxel shows. Bodies first: where a muscle's label lies on one, the muscle counts. */
static void lay_sets(const border_scene *s) {
    const fsc_voxels *v = s->v;
    fsc_border *b = s->out;
    memset(b->quartile, FSC_NO_QUARTILE, (size_t)fsc_grid_count(&v->sites->grid));
    for (int32_t k = v->n_set; k-- > 0;)
        for (int64_t i = v->start[k]; i < v->start[k + 1]; i++) {
            b->set[v->index[i]] = k + 1;
            if (k < v->sites->n_site) b->quartile[v->index[i]] = v->quartile[i];
        }
}

/* Which sets do not lie as they lay; the others' cells are taken over. */
static void compare(fsc_border *b, const fsc_border *before, int64_t n) {
    const size_t sets = (size_t)b->n_set;
    memset(b->fresh, before ? 0 : 1, sets);
    for (int64_t v = 0; before && v < n; v++) {
        const int32_t now = b->set[v], was = before->set[v];
        if (now == was && b->quartile[v] == before->quartile[v]) continue;
        if (now) b->fresh[now - 1] = 1;
        if (was) b->fresh[was - 1] = 1;
    }
    for (int32_t draw = 0; before && draw < b->n_draw; draw++)
        for (int32_t set = 0; set < b->n_set; set++) {
            const int64_t cell = (int64_t)draw * b->n_set + set;
            if (b->fresh[set]) continue;
            b->n[cell] = before->n[cell];
            b->n_labelled[cell] = before->n_labelled[cell];
            b->sum[cell] = before->sum[cell];
            memcpy(b->n_quartile + 4 * cell, before->n_quartile + 4 * cell, 4 * sizeof *b->n_quartile);
            memcpy(b->sum_quartile + 4 * cell, before->sum_quartile + 4 * cell, 4 * sizeof *b->sum_quartile);
            memcpy(b->area + cell * b->n_slice, before->area + cell * b->n_slice, (size_t)b->n_slice * sizeof *b->area);
        }
}

static void mark_voxel(border_scene *s, int64_t at) {
    const int64_t *dim = s->v->sites->grid.dim;
    const int64_t ijk[3] = {at % dim[0], at / dim[0] % dim[1], at / (dim[0] * dim[1])};
    s->near[at] = 1;
    for (int a = 0; a < 3; a++) {
        if (ijk[a] - s->reach[a] < s->first[a]) s->first[a] = ijk[a] - s->reach[a];
        if (ijk[a] + s->reach[a] >= s->end[a]) s->end[a] = ijk[a] + s->reach[a] + 1;
    }
}

/* Where a displaced voxel of a set that is measured now may lie. */
static fsc_status mark(border_scene *s, fsc_error *err) {
    const fsc_voxels *v = s->v;
    const int64_t *dim = v->sites->grid.dim;
    int64_t most = 1;
    for (int a = 0; a < 3; a++) {
        const double reach = REACH_SD * v->sites->border_sd_mm / v->spacing_mm[a];
        s->reach[a] = 1 + (int64_t)fmin(reach, (double)dim[a]);
        most = dim[a] > most ? dim[a] : most;
        s->first[a] = dim[a];
    }
    FSC_AUTO_BLOCK int64_t *last = fsc_alloc(most, sizeof *last);
    if (!last) return fsc_fail_nomem(err, "displacing the labels");
    for (int32_t k = 0; k < v->n_set; k++)
        for (int64_t i = v->start[k]; s->out->fresh[k] && i < v->start[k + 1]; i++) mark_voxel(s, v->index[i]);
    for (int a = 0; a < 3; a++) {
        s->first[a] = clamp(s->first[a], 0, dim[a]);
        s->end[a] = clamp(s->end[a], 0, dim[a]);
    }
    for (int a = 0; a < 3; a++) grow_axis(s, a, last);
    return FSC_OK;
}

static fsc_status run(border_scene *s, const fsc_border *before, const fsc_progress *progress, fsc_error *err) {
    const fsc_grid *g = &s->v->sites->grid;
    const int64_t n = fsc_grid_count(g);
    FSC_AUTO_BLOCK uint8_t *near = s->near = fsc_alloc(n, 1);
    for (int a = 0; a < 3; a++) s->node[a] = (int64_t)((double)g->dim[a] * s->v->spacing_mm[a] / LATTICE_MM) + 6;
    s->n_scratch = 3 * s->node[0] * (s->node[1] * s->node[2] + s->node[1] + 1) + 5 * g->dim[0];
    FSC_AUTO_BLOCK float *scratch = s->scratch = fsc_alloc(s->n_scratch * fsc_tiles_workers(0), sizeof *scratch);
    if (!near || !scratch) return fsc_fail_nomem(err, "displacing the labels");
    lay_sets(s);
    compare(s->out, before, n);
    FSC_TRY(mark(s, err));
    const fsc_ask ask = {progress, "measure", 0, 1};
    return fsc_tiles_run_asking(s->out->n_draw, 1, border_tile, s, 0, &ask, err);
}

static int make_room(fsc_border *b, int64_t n_voxel) {
    const int64_t cells = (int64_t)b->n_draw * b->n_set;
    b->n = fsc_alloc(cells, sizeof *b->n);
    b->n_labelled = fsc_alloc(cells, sizeof *b->n_labelled);
    b->sum = fsc_alloc(cells, sizeof *b->sum);
    b->n_quartile = fsc_alloc(4 * cells, sizeof *b->n_quartile);
    b->sum_quartile = fsc_alloc(4 * cells, sizeof *b->sum_quartile);
    b->area = fsc_alloc(cells * b->n_slice, sizeof *b->area);
    b->set = fsc_alloc(n_voxel, sizeof *b->set);
    b->quartile = fsc_alloc(n_voxel, 1);
    b->fresh = fsc_alloc(b->n_set, 1);
    return b->n && b->n_labelled && b->sum && b->n_quartile && b->sum_quartile && b->area && b->set && b->quartile &&
           b->fresh;
}

fsc_status fsc_border_measure(fsc_border *out, const fsc_voxels *v, const fsc_border *before,
                              const fsc_progress *progress, fsc_error *err) {
    memset(out, 0, sizeof *out);
    if (!(v->sites->border_sd_mm > 0) || v->n_set == 0) return FSC_OK;
    *out = (fsc_border){.n_draw = 1 + DRAWS, .n_set = v->n_set, .n_slice = (int32_t)v->sites->grid.dim[v->axis[2]]};
    border_scene s = {.v = v, .out = out};
    const fsc_status status = make_room(out, fsc_grid_count(&v->sites->grid))
                                  ? run(&s, before, progress, err)
                                  : fsc_fail_nomem(err, "displacing the labels");
    if (status != FSC_OK) fsc_border_free(out);
    return status;
}
