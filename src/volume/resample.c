/* A float map carried to another grid: linear in all three directions, missing where a corner is. */
#include "affine.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <fascicle/volume.h>
#include <math.h>

FSC_DEFINE_AUTO(fsc_volume, fsc_volume_free)

typedef struct resampling {
    const fsc_volume *from;
    fsc_volume *to;
    double affine[12]; /* index on the new grid to index on the old one */
} resampling;

/* A place this near to a voxel's centre is there: grids that agree do so up to rounding. */
#define EDGE 1e-4

/* Corner and share along one axis; 0 outside. */
static int corner(int64_t *low, double *share, double at, int64_t n) {
    if (!(at >= -EDGE && at <= (double)(n - 1) + EDGE)) return 0;
    const double in = fmin(fmax(at, 0), (double)(n - 1));
    *low = n > 1 ? (int64_t)fmin(floor(in), (double)(n - 2)) : 0;
    *share = in - (double)*low;
    if (*share < EDGE) *share = 0;
    if (*share > 1 - EDGE) *share = 1;
    return 1;
}

static float value_at(const fsc_volume *v, const double at[3]) {
    int64_t low[3];
    double share[3], sum = 0;
    for (int d = 0; d < 3; d++)
        if (!corner(&low[d], &share[d], at[d], v->grid.dim[d])) return NAN;
    for (int k = 0; k < 8; k++) {
        double weight = 1;
        int64_t index = 0, stride = 1;
        for (int d = 0; d < 3; d++) {
            const int up = k >> d & 1;
            weight *= up ? share[d] : 1 - share[d];
            index += stride * (low[d] + (v->grid.dim[d] > 1 ? up : 0));
            stride *= v->grid.dim[d];
        }
        if (weight > 0) sum += weight * (double)v->data[index];
    }
    return (float)sum;
}

/* Lines along i of the new grid. */
static void resample_lines(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    const resampling *r = context;
    const int64_t *n = r->to->grid.dim;
    for (int64_t line = begin; line < end; line++)
        for (int64_t i = 0; i < n[0]; i++) {
            const double index[3] = {(double)i, (double)(line % n[1]), (double)(line / n[1])};
            double at[3];
            fsc_affine_apply(r->affine, index, at);
            r->to->data[line * n[0] + i] = value_at(r->from, at);
        }
}

fsc_status fsc_volume_resample(fsc_volume **out, const fsc_volume *volume, const fsc_grid *grid, fsc_error *err) {
    FSC_AUTO(fsc_volume) to = NULL;
    double inverse[12];
    if (volume->grid.place_assumed != grid->place_assumed)
        return fsc_fail(err, FSC_E_SHAPE,
                        "one of two maps does not say where it lies; they cannot be laid on each "
                        "other");
    FSC_TRY(fsc_volume_new(&to, grid, err));
    if (!fsc_affine_invert(inverse, volume->grid.affine))
        return fsc_fail(err, FSC_E_NUMERIC, "a map cannot be resampled: its grid's axes lie in one plane");
    resampling r = {.from = volume, .to = to};
    fsc_affine_compose(r.affine, inverse, grid->affine);
    fsc_tiles_run(grid->dim[1] * grid->dim[2], 64, resample_lines, &r, 0);
    FSC_GIVE(out, to);
    return FSC_OK;
}
