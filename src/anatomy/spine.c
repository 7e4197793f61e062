#include "spine.h"

#include "alloc.h"
#include "fail.h"
#include "names.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_MM 2.0        /* between points of the centreline */
#define COARSE 8           /* points that the first search strides over */
#define EXTEND_MM 90.0     /* straight on beyond the first and last anchor: one tall level and a half */
#define BIN_MM 0.5         /* of the histograms along the spine */
#define ADJACENT_GAP 0.75  /* bodies farther apart than this share of a body's height are no neighbours */
#define DISC_SHARE 0.25    /* disc height over body height where no pair of neighbours shows it (rough anatomy) */
#define SLIVER_SHARE 0.4   /* of a whole body: less of a cut one is no guide */
#define STEPS_FOR_TILT 5.0 /* anchors must span this many voxels before their tilt is believed */

/* One labelled vertebra or disc. */
typedef struct spine_anchor {
    const fsc_scheme_entry *entry;
    double order; /* a disc sorts half way to its lower neighbour */
    double mean_mm[3];
    int64_t n_voxel;
    double top_mm, bottom_mm; /* end plates along the centreline */
    int64_t *bin;             /* voxels per bin, borrowed from the table */
    int cut;                  /* reaches the first or last slice: longer than it looks */
} spine_anchor;

static int is_disc(const fsc_scheme_entry *e) {
    return strcmp(e->structure, "disc") == 0;
}

/* "L4-L5": upper or lower part. */
static void disc_part(char out[12], const char *level, int lower) {
    const char *dash = strchr(level, '-');
    fsc_copy_text(out, 12, lower && dash ? dash + 1 : level);
    char *end = strchr(out, '-');
    if (end) *end = 0;
}

static double anchor_order(const fsc_scheme_entry *e) {
    if (!is_disc(e)) return fsc_level_order(e->level);
    char upper[12], lower[12];
    disc_part(upper, e->level, 0);
    disc_part(lower, e->level, 1);
    return 0.5 * (fsc_level_order(upper) + fsc_level_order(lower));
}

static int by_order(const void *a, const void *b) {
    const spine_anchor *x = a, *y = b;
    return (x->order > y->order) - (x->order < y->order);
}

static double distance(const double a[3], const double b[3]) {
    return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) + (a[2] - b[2]) * (a[2] - b[2]));
}

/* Unit vector of the array axis that runs head to foot, in mm. */
static void axis_to_feet(const fsc_grid *grid, double unit[3], double *step_mm) {
    int32_t axis[3], sign[3];
    double spacing[3];
    fsc_grid_orientation(grid, axis, sign);
    fsc_grid_spacing_mm(grid, spacing);
    const int32_t s = axis[2];
    for (int r = 0; r < 3; r++) unit[r] = -sign[2] * grid->affine[r * 4 + s] / spacing[s];
    *step_mm = spacing[s];
}

/* Catmull-Rom through the anchors that carry the curve, straight on at both ends.
 * (Catmull and Rom 1974: the curve passes through every anchor and turns smoothly.) */
static double spline(double p0, double p1, double p2, double p3, double t) {
    return 0.5 *
           (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t * t + (3 * p1 - p0 - 3 * p2 + p3) * t * t * t);
}

static int32_t steps_between(const double a[3], const double b[3]) {
    const double n = ceil(distance(a, b) / STEP_MM);
    return n < 1 ? 1 : (int32_t)n;
}

/* Appends a point; one that coincides with the last (labels with the same centre) is left out. */
static void put(fsc_sites *sites, const double p[3]) {
    const int32_t n = sites->n_centreline;
    const double step = n > 0 ? distance(&sites->centreline_mm[3 * n - 3], p) : 1;
    if (!(step > 1e-6)) return;
    memcpy(&sites->centreline_mm[3 * n], p, 3 * sizeof *p);
    sites->along_mm[n] = n > 0 ? sites->along_mm[n - 1] + step : 0;
    sites->n_centreline++;
}

static void end_point(double out[3], const double from[3], const double towards[3], double length_mm) {
    for (int r = 0; r < 3; r++) out[r] = from[r] + towards[r] * length_mm;
}

static void fill_line(fsc_sites *sites, double (*knot)[3], int32_t n, const double head[3], const double foot[3]) {
    const int32_t extra = (int32_t)(EXTEND_MM / STEP_MM);
    double p[3];
    for (int32_t e = extra; e > 0; e--) {
        end_point(p, knot[0], head, e * STEP_MM);
        put(sites, p);
    }
    for (int32_t i = 0; i + 1 < n; i++) {
        const int32_t steps = steps_between(knot[i], knot[i + 1]);
        for (int32_t s = 0; s < steps; s++) {
            for (int r = 0; r < 3; r++) {
                const double before = i > 0 ? knot[i - 1][r] : 2 * knot[0][r] - knot[1][r];
                const double after = i + 2 < n ? knot[i + 2][r] : 2 * knot[n - 1][r] - knot[n - 2][r];
                p[r] = spline(before, knot[i][r], knot[i + 1][r], after, (double)s / steps);
            }
            put(sites, p);
        }
    }
    put(sites, knot[n - 1]);
    for (int32_t e = 1; e <= extra; e++) {
        end_point(p, knot[n - 1], foot, e * STEP_MM);
        put(sites, p);
    }
}

static int by_number(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_of(double *list, int32_t n) {
    qsort(list, (size_t)n, sizeof *list, by_number);
    return n % 2 ? list[n / 2] : 0.5 * (list[n / 2 - 1] + list[n / 2]);
}

/* A body of which the picture shows only a sliver: its middle lies off the spine's line and would bend the end. */
static int is_sliver(const spine_anchor *body, double whole_voxels) {
    return body->cut && (double)body->n_voxel < SLIVER_SHARE * whole_voxels;
}

static fsc_status make_line(fsc_sites *sites, const spine_anchor *anchor, int32_t n, fsc_error *err) {
    FSC_AUTO_BLOCK double(*knot)[3] = fsc_alloc(n, sizeof *knot);
    if (!knot) return fsc_fail_nomem(err, "building the centreline");
    FSC_AUTO_BLOCK double *size = fsc_alloc(n, sizeof *size);
    if (!size) return fsc_fail_nomem(err, "building the centreline");
    /* Where both are labelled, bodies carry the curve: discs may be marked at their tip. */
    int32_t n_body = 0, n_whole = 0, n_knot = 0;
    for (int32_t i = 0; i < n; i++) {
        n_body += !is_disc(anchor[i].entry);
        if (!is_disc(anchor[i].entry) && !anchor[i].cut) size[n_whole++] = (double)anchor[i].n_voxel;
    }
    const double whole_voxels = n_whole >= 2 ? median_of(size, n_whole) : 0;
    for (int32_t i = 0; i < n; i++) {
        if (n_body > 0 && is_disc(anchor[i].entry)) continue;
        if (is_sliver(&anchor[i], whole_voxels)) continue;
        memcpy(knot[n_knot++], anchor[i].mean_mm, sizeof knot[0]);
    }
    double down[3], step_mm;
    axis_to_feet(&sites->grid, down, &step_mm);
    double head[3], foot[3];
    if (distance(knot[0], knot[n_knot - 1]) < STEPS_FOR_TILT * step_mm) {
        /* Too few slices to tell a tilt from the drawing's wobble: one straight line along the array's head-foot axis.
         */
        double middle[3] = {0};
        for (int32_t i = 0; i < n_knot; i++)
            for (int r = 0; r < 3; r++) middle[r] += knot[i][r] / n_knot;
        memcpy(knot[0], middle, sizeof middle);
        n_knot = 1;
        for (int r = 0; r < 3; r++) head[r] = -(foot[r] = down[r]);
        fsc_notes_add(&sites->notes, FSC_NOTE_ASSUMED, "centreline-straight",
                      "the level labels span too few slices to show the spine's tilt: levels follow the slices");
    } else {
        const double top = distance(knot[0], knot[1]), bottom = distance(knot[n_knot - 2], knot[n_knot - 1]);
        for (int r = 0; r < 3; r++) {
            head[r] = (knot[0][r] - knot[1][r]) / (top > 0 ? top : 1);
            foot[r] = (knot[n_knot - 1][r] - knot[n_knot - 2][r]) / (bottom > 0 ? bottom : 1);
        }
    }
    int64_t capacity = 2 * (int64_t)(EXTEND_MM / STEP_MM) + 1;
    for (int32_t i = 0; i + 1 < n_knot; i++) capacity += steps_between(knot[i], knot[i + 1]);
    sites->centreline_mm = fsc_alloc(capacity * 3, sizeof *sites->centreline_mm);
    sites->along_mm = fsc_alloc(capacity, sizeof *sites->along_mm);
    if (!sites->centreline_mm || !sites->along_mm) return fsc_fail_nomem(err, "building the centreline");
    fill_line(sites, knot, n_knot, head, foot);
    return FSC_OK;
}

/* Nearest of the points first, first + stride, ... up to last. */
static int32_t nearest_point(const fsc_sites *sites, const double xyz_mm[3], int32_t first, int32_t last,
                             int32_t stride) {
    int32_t best = first;
    double least = INFINITY;
    for (int32_t i = first; i <= last; i += stride) {
        const double *p = &sites->centreline_mm[3 * i];
        const double x = p[0] - xyz_mm[0], y = p[1] - xyz_mm[1], z = p[2] - xyz_mm[2];
        const double square = x * x + y * y + z * z;
        if (square < least) {
            least = square;
            best = i;
        }
    }
    return best;
}

int fsc_sites_place(fsc_spine_place *out, const fsc_sites *sites, const double xyz_mm[3]) {
    if (!sites || sites->n_centreline < 2) return 0;
    const int32_t end = sites->n_centreline - 1;
    const int32_t coarse = nearest_point(sites, xyz_mm, 0, end, COARSE);
    const int32_t from = coarse > COARSE ? coarse - COARSE : 0, to = coarse + COARSE < end ? coarse + COARSE : end;
    const int32_t best = nearest_point(sites, xyz_mm, from, to, 1);
    /* The foot lies on one of the two segments that meet at the nearest point. */
    double nearest = INFINITY;
    for (int32_t i = best > 0 ? best - 1 : 0; i <= best && i < end; i++) {
        const double *a = &sites->centreline_mm[3 * i], *b = a + 3;
        const double length = sites->along_mm[i + 1] - sites->along_mm[i];
        double t = 0, foot[3];
        for (int r = 0; r < 3; r++) t += (xyz_mm[r] - a[r]) * (b[r] - a[r]) / (length * length);
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        for (int r = 0; r < 3; r++) foot[r] = a[r] + t * (b[r] - a[r]);
        const double d = distance(foot, xyz_mm);
        if (d >= nearest) continue;
        nearest = d;
        out->along_mm = sites->along_mm[i] + t * length;
        memcpy(out->foot_mm, foot, sizeof foot);
        for (int r = 0; r < 3; r++) out->tangent[r] = (b[r] - a[r]) / length;
    }
    return 1;
}

int32_t fsc_spine_level_at(const fsc_sites *sites, double along_mm) {
    for (int32_t i = 0; i < sites->n_level; i++)
        if (along_mm >= sites->level[i].top_mm && along_mm < sites->level[i].bottom_mm) return i;
    return -1;
}

/* Histogram of every anchor's voxels along the centreline. A voxel is as long as its steepest edge: half of that is
 * added to the end plates. */
typedef struct spine_bins {
    int64_t *count; /* owned, n_anchor x n_bin */
    int32_t n_bin;
    double half_voxel_mm;
} spine_bins;

static fsc_status count_bins(spine_bins *bins, const fsc_sites *sites, const fsc_labels *map, spine_anchor *anchor,
                             int32_t n, fsc_error *err) {
    const double total = sites->along_mm[sites->n_centreline - 1];
    bins->n_bin = (int32_t)(total / BIN_MM) + 2;
    bins->count = fsc_alloc((int64_t)n * bins->n_bin, sizeof *bins->count);
    if (!bins->count) return fsc_fail_nomem(err, "finding the end plates");
    double down[3], step_mm;
    axis_to_feet(&sites->grid, down, &step_mm);
    bins->half_voxel_mm = 0.5 * step_mm;
    for (int32_t a = 0; a < n; a++) anchor[a].bin = bins->count + (int64_t)a * bins->n_bin;
    const fsc_grid *g = &map->grid;
    int64_t voxel = 0;
    for (int64_t k = 0; k < g->dim[2]; k++)
        for (int64_t j = 0; j < g->dim[1]; j++)
            for (int64_t i = 0; i < g->dim[0]; i++, voxel++) {
                if (map->data[voxel] == 0) continue;
                for (int32_t a = 0; a < n; a++) {
                    const fsc_scheme_entry *e = anchor[a].entry;
                    if (map->data[voxel] < e->first || map->data[voxel] > e->last) continue;
                    const double ijk[3] = {(double)i, (double)j, (double)k};
                    double xyz[3];
                    fsc_spine_place place;
                    fsc_grid_to_mm(g, ijk, xyz);
                    if (fsc_sites_place(&place, sites, xyz)) anchor[a].bin[(int32_t)(place.along_mm / BIN_MM)]++;
                    break;
                }
            }
    return FSC_OK;
}

/* End plates: where 2 % and 98 % of the body lie above, plus the half voxel. */
static void end_plates(spine_anchor *anchor, const spine_bins *bins) {
    int64_t seen = 0;
    anchor->top_mm = (double)NAN;
    for (int32_t b = 0; b < bins->n_bin; b++) {
        seen += anchor->bin[b];
        if (isnan(anchor->top_mm) && (double)seen > 0.02 * (double)anchor->n_voxel)
            anchor->top_mm = (b + 0.5) * BIN_MM - bins->half_voxel_mm;
        if ((double)seen >= 0.98 * (double)anchor->n_voxel) {
            anchor->bottom_mm = (b + 0.5) * BIN_MM + bins->half_voxel_mm;
            return;
        }
    }
}

/* The cut that leaves the least share of either body on the wrong side; the middle of the best stretch when several are
 * equal. Right for bodies with a clear disc between them and for whole vertebrae whose spinous process hangs over. */
static double best_cut(const spine_anchor *upper, const spine_anchor *lower, const spine_bins *bins) {
    double wrong = 1, least = INFINITY; /* all of upper lies below a cut at the very top */
    int32_t first = 0, last = 0, run = 0;
    for (int32_t b = 0; b <= bins->n_bin; b++) {
        if (b > 0) {
            wrong -= (double)upper->bin[b - 1] / (double)upper->n_voxel;
            wrong += (double)lower->bin[b - 1] / (double)lower->n_voxel;
        }
        if (wrong < least - 1e-9) {
            least = wrong;
            first = last = b;
            run = 1;
        } else if (run && wrong < least + 1e-9) {
            last = b;
        } else {
            run = 0;
        }
    }
    return 0.5 * (first + last) * BIN_MM;
}

static void add_level(fsc_sites *sites, const char *level, double top_mm, double bottom_mm, int64_t n_voxel) {
    fsc_level_span *span = &sites->level[sites->n_level++];
    fsc_copy_text(span->level, sizeof span->level, level);
    span->value = fsc_level_value(level);
    span->top_mm = top_mm;
    span->bottom_mm = bottom_mm;
    span->n_voxel = n_voxel;
}

/* The disc labelled between two orders, or NULL. */
static const spine_anchor *disc_between(const spine_anchor *anchor, int32_t n, double upper, double lower) {
    for (int32_t i = 0; i < n; i++)
        if (is_disc(anchor[i].entry) && anchor[i].order > upper && anchor[i].order < lower) return &anchor[i];
    return NULL;
}

static double along_of(const fsc_sites *sites, const double xyz_mm[3]) {
    fsc_spine_place place = {0};
    (void)fsc_sites_place(&place, sites, xyz_mm);
    return place.along_mm;
}

/* Heights of bodies and discs that stand for the ones that cannot be seen whole. */
static fsc_status typical_heights(double *body_mm, double *disc_mm, const spine_anchor *body, int32_t n,
                                  fsc_error *err) {
    FSC_AUTO_BLOCK double *list = fsc_alloc(n, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "measuring the vertebrae");
    int32_t whole = 0, kept = 0;
    for (int32_t i = 0; i < n; i++) whole += !body[i].cut;
    for (int32_t i = 0; i < n; i++) {
        if (whole > 0 && body[i].cut) continue;
        double height = body[i].bottom_mm - body[i].top_mm;
        /* A whole vertebra with its processes is longer than its body: neighbours are closer than that. */
        for (int32_t j = i - 1; j <= i + 1; j += 2)
            if (j >= 0 && j < n) {
                const double step = fabs(body[i].order - body[j].order);
                const double apart = distance(body[i].mean_mm, body[j].mean_mm) / (step >= 1 ? step : 1);
                if (!body[j].cut && apart < height) height = apart;
            }
        list[kept++] = height;
    }
    *body_mm = median_of(list, kept);
    int32_t n_gap = 0;
    for (int32_t i = 0; i + 1 < n; i++) {
        const double gap = body[i + 1].top_mm - body[i].bottom_mm;
        if (gap < ADJACENT_GAP * *body_mm) list[n_gap++] = gap > 0 ? gap : 0;
    }
    /* Labels without a gap hold their discs; a little beyond them keeps a body at the image's edge from counting as
     * whole. */
    *disc_mm = n_gap ? fmax(median_of(list, n_gap), 0.1 * *body_mm) : DISC_SHARE * *body_mm;
    return FSC_OK;
}

static fsc_status levels_from_bodies(fsc_sites *sites, const spine_anchor *anchor, int32_t n_anchor,
                                     const spine_bins *bins, fsc_error *err) {
    FSC_AUTO_BLOCK spine_anchor *body = fsc_alloc(n_anchor, sizeof *body);
    sites->level = fsc_alloc(n_anchor, sizeof *sites->level);
    if (!body || !sites->level) return fsc_fail_nomem(err, "finding the levels");
    int32_t n = 0;
    for (int32_t i = 0; i < n_anchor; i++)
        if (!is_disc(anchor[i].entry)) body[n++] = anchor[i];
    double body_mm = 0, disc_mm = 0;
    FSC_TRY(typical_heights(&body_mm, &disc_mm, body, n, err));
    double top = 0;
    for (int32_t i = 0; i < n; i++) {
        const double height = fmax(body[i].bottom_mm - body[i].top_mm, body_mm);
        if (i == 0) top = fmin(body[i].top_mm, body[i].bottom_mm - height) - 0.5 * disc_mm;
        const double free_bottom = fmax(body[i].bottom_mm, body[i].top_mm + height) + 0.5 * disc_mm;
        double bottom = free_bottom, next_top = 0;
        if (i + 1 < n) {
            const spine_anchor *disc = disc_between(anchor, n_anchor, body[i].order, body[i + 1].order);
            const double gap = body[i + 1].top_mm - body[i].bottom_mm;
            if (disc && fabs(body[i + 1].order - body[i].order) < 1.5)
                bottom = next_top = along_of(sites, disc->mean_mm);
            else if (gap <= ADJACENT_GAP * body_mm)
                bottom = next_top = best_cut(&body[i], &body[i + 1], bins);
            else /* a vertebra in between is not labelled: its stretch belongs to nobody */
                next_top = fmin(body[i + 1].top_mm, body[i + 1].bottom_mm - body_mm) - 0.5 * disc_mm;
        } else {
            const spine_anchor *disc = disc_between(anchor, n_anchor, body[i].order, INFINITY);
            if (disc) bottom = along_of(sites, disc->mean_mm);
        }
        if (i == 0) {
            const spine_anchor *disc = disc_between(anchor, n_anchor, -INFINITY, body[0].order);
            if (disc && body[0].order - disc->order < 1) top = along_of(sites, disc->mean_mm);
        }
        add_level(sites, body[i].entry->level, top, bottom, body[i].n_voxel);
        top = next_top;
    }
    return FSC_OK;
}

/* Discs only: a level lies between two of them; the first and the last one's neighbours get a typical length. */
static fsc_status levels_from_discs(fsc_sites *sites, const spine_anchor *disc, int32_t n, fsc_error *err) {
    FSC_AUTO_BLOCK double *list = fsc_alloc(n, sizeof *list);
    sites->level = fsc_alloc(2 * (int64_t)n, sizeof *sites->level);
    if (!list || !sites->level) return fsc_fail_nomem(err, "finding the levels");
    for (int32_t i = 0; i + 1 < n; i++) {
        const double step = disc[i + 1].order - disc[i].order;
        list[i] = (along_of(sites, disc[i + 1].mean_mm) - along_of(sites, disc[i].mean_mm)) / (step > 1 ? step : 1);
    }
    const double typical = n > 1 ? median_of(list, n - 1) : 0;
    for (int32_t i = 0; i < n; i++) {
        const double at = along_of(sites, disc[i].mean_mm);
        char upper[12], lower[12];
        disc_part(upper, disc[i].entry->level, 0);
        disc_part(lower, disc[i].entry->level, 1);
        const int follows = i > 0 && strcmp(sites->level[sites->n_level - 1].level, upper) == 0;
        if (follows)
            sites->level[sites->n_level - 1].bottom_mm = at;
        else if (typical > 0)
            add_level(sites, upper, at - typical, at, 0);
        if (typical > 0 && (i + 1 < n || strcmp(lower, "S1") != 0)) add_level(sites, lower, at, at + typical, 0);
    }
    return FSC_OK;
}

/* The level map for pictures and bone rows. */
static fsc_status body_map(fsc_sites *sites, const fsc_labels *map, const fsc_scheme *scheme, fsc_error *err) {
    FSC_TRY(fsc_labels_new(&sites->levels, &sites->grid, err));
    const int64_t n = fsc_grid_count(&sites->grid);
    int32_t seen = 0, value = 0;
    for (int64_t v = 0; v < n; v++) {
        if (map->data[v] == 0) continue;
        if (map->data[v] != seen) {
            const fsc_scheme_entry *e = fsc_scheme_find(scheme, seen = map->data[v]);
            value = e && fsc_scheme_is_level(e) && !is_disc(e) ? fsc_level_value(e->level) : 0;
        }
        sites->levels->data[v] = value;
    }
    return FSC_OK;
}

/* Which labels reach the first or last slice along the spine. */
static void mark_cut(spine_anchor *anchor, int32_t n, const fsc_labels *map) {
    const fsc_grid *g = &map->grid;
    int32_t axis[3], sign[3];
    fsc_grid_orientation(g, axis, sign);
    int64_t stride[3] = {1, g->dim[0], g->dim[0] * g->dim[1]};
    const int32_t s = axis[2], p = axis[0], q = axis[1];
    for (int64_t end = 0; end < 2; end++)
        for (int64_t i = 0; i < g->dim[p]; i++)
            for (int64_t j = 0; j < g->dim[q]; j++) {
                const int32_t value = map->data[i * stride[p] + j * stride[q] + end * (g->dim[s] - 1) * stride[s]];
                for (int32_t a = 0; value != 0 && a < n; a++)
                    anchor[a].cut |= value >= anchor[a].entry->first && value <= anchor[a].entry->last;
            }
}

fsc_status fsc_spine_build(fsc_sites *sites, const fsc_labels *map, const fsc_scheme *scheme,
                           const fsc_label_value *value, int32_t n_value, fsc_error *err) {
    FSC_AUTO_BLOCK spine_anchor *anchor = fsc_alloc(n_value, sizeof *anchor);
    if (!anchor) return fsc_fail_nomem(err, "finding the levels");
    int32_t n = 0, n_body = 0;
    for (int32_t i = 0; i < n_value; i++) {
        const fsc_scheme_entry *e = fsc_scheme_find(scheme, value[i].value);
        if (!e || !fsc_scheme_is_level(e)) continue;
        anchor[n].entry = e;
        anchor[n].order = anchor_order(e);
        anchor[n].n_voxel = value[i].n_voxel;
        memcpy(anchor[n++].mean_mm, value[i].mean_mm, sizeof value[i].mean_mm);
        n_body += !is_disc(e);
    }
    qsort(anchor, (size_t)n, sizeof *anchor, by_order);
    mark_cut(anchor, n, map);
    FSC_TRY(make_line(sites, anchor, n, err));
    if (n_body == 0) return levels_from_discs(sites, anchor, n, err);
    spine_bins bins = {0};
    fsc_status status = count_bins(&bins, sites, map, anchor, n, err);
    if (status == FSC_OK) {
        for (int32_t i = 0; i < n; i++) end_plates(&anchor[i], &bins);
        status = levels_from_bodies(sites, anchor, n, &bins, err);
    }
    fsc_free(bins.count);
    if (status == FSC_OK) status = body_map(sites, map, scheme, err);
    return status;
}
