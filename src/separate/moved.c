/* Whether every echo lies where the others lie. Neighbouring echoes show the same body: shifted by some voxels against
 * the mean of the others, an echo is most like them where it lies. Contrast changes between in and opposed phase do not
 * move borders, and fat that a bipolar readout displaces moves by less than what is spoken of here. */
#include "alloc.h"
#include "fail.h"
#include "inspect.h"

#include <math.h>
#include <stdlib.h>

#define MOST_SHIFT 3  /* voxels looked at to either side, along each axis */
#define SAMPLED 12000 /* voxels compared */
#define LEAST_SAMPLED 400
#define GAIN 0.02     /* of correlation, from which an echo is said to be moved by two voxels or more ... */
#define GAIN_ONE 0.05 /* ... or by one */

typedef struct places {
    const fsc_scan *scan;
    int64_t n_voxel, step[3];
    int64_t
        *voxel; /* owned: n sampled voxels with MOST_SHIFT voxels to either side along the axes that are looked at */
    double *others; /* owned: mean strength of the other echoes there */
    int32_t n;
    int axis_used[3];
} places;

static double strength(const places *p, int32_t echo, int64_t v) {
    const int64_t at = echo * p->n_voxel + v;
    const float re = p->scan->echo_re[at], im = p->scan->echo_im ? p->scan->echo_im[at] : 0;
    const double square = (double)re * (double)re + (double)im * (double)im;
    return isfinite(square) ? sqrt(square) : 0;
}

static fsc_status sample(places *p, fsc_error *err) {
    const int64_t *dim = p->scan->grid.dim;
    int64_t low[3], size[3], count = 1;
    for (int a = 0; a < 3; a++) {
        p->axis_used[a] = dim[a] >= 4 * MOST_SHIFT;
        low[a] = p->axis_used[a] ? MOST_SHIFT : 0;
        size[a] = dim[a] - 2 * low[a];
        count *= size[a];
    }
    const int64_t every = count / SAMPLED + 1;
    p->voxel = fsc_alloc(count / every + 1, sizeof *p->voxel);
    p->others = fsc_alloc(count / every + 1, sizeof *p->others);
    if (!p->voxel || !p->others) return fsc_fail_nomem(err, "looking where the echoes lie");
    for (int64_t c = 0; c < count; c += every) {
        const int64_t i = c % size[0], j = c / size[0] % size[1], k = c / size[0] / size[1];
        p->voxel[p->n++] = (i + low[0]) + dim[0] * ((j + low[1]) + dim[1] * (k + low[2]));
    }
    return FSC_OK;
}

/* Correlation of an echo, read offset voxels further on, with the mean of the others. */
static double likeness(const places *p, int32_t echo, int64_t offset) {
    double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
    for (int32_t i = 0; i < p->n; i++) {
        const double x = strength(p, echo, p->voxel[i] + offset), y = p->others[i];
        sx += x;
        sy += y;
        sxx += x * x;
        syy += y * y;
        sxy += x * y;
    }
    const double n = p->n, vx = sxx - sx * sx / n, vy = syy - sy * sy / n;
    return vx > 0 && vy > 0 ? (sxy - sx * sy / n) / sqrt(vx * vy) : 0;
}

static void mean_of_others(places *p, int32_t echo) {
    for (int32_t i = 0; i < p->n; i++) {
        double sum = 0;
        for (int32_t e = 0; e < p->scan->n_echo; e++) sum += e == echo ? 0 : strength(p, e, p->voxel[i]);
        p->others[i] = sum / (p->scan->n_echo - 1);
    }
}

typedef struct moved {
    int32_t echo, axis, voxels;
    double gain;
} moved;

static void look_at_echo(moved *worst, places *p, int32_t echo) {
    mean_of_others(p, echo);
    const double here = likeness(p, echo, 0);
    for (int32_t a = 0; a < 3; a++)
        for (int32_t by = -MOST_SHIFT; by <= MOST_SHIFT; by++) {
            if (by == 0 || !p->axis_used[a]) continue;
            const double gain = likeness(p, echo, by * p->step[a]) - here;
            if (gain <= worst->gain) continue;
            *worst = (moved){echo, a, by, gain};
        }
}

fsc_status fsc_inspect_places(const fsc_scan *scan, fsc_notes *notes, fsc_error *err) {
    const int64_t *dim = scan->grid.dim;
    places p = {.scan = scan, .n_voxel = fsc_grid_count(&scan->grid), .step = {1, dim[0], dim[0] * dim[1]}};
    if (scan->n_echo < 3) return FSC_OK;
    const fsc_status status = sample(&p, err);
    moved worst = {0};
    for (int32_t e = 0; status == FSC_OK && p.n >= LEAST_SAMPLED && e < scan->n_echo; e++) look_at_echo(&worst, &p, e);
    fsc_free(p.voxel);
    fsc_free(p.others);
    if (status != FSC_OK || worst.gain < (abs(worst.voxels) > 1 ? GAIN : GAIN_ONE)) return status;
    fsc_notes_add(
        notes, FSC_NOTE_WARNING, "echo-moved",
        "Fat fractions are wrong where echo %d (TE %.3f ms) lies elsewhere: it fits the others better when it is "
        "moved by %d voxel%s along axis %c; convert or register the echoes together",
        (int)worst.echo + 1, 1e3 * scan->te_s[worst.echo], abs(worst.voxels), abs(worst.voxels) == 1 ? "" : "s",
        "ijk"[worst.axis]);
    return FSC_OK;
}
