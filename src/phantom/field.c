#include "field.h"

#include "alloc.h"
#include "fail.h"
#include "noise.h"
#include "tiles.h"
#include "tissue.h"

#include <math.h>

#define TILE 2048
#define N_TERM 8

typedef struct field {
    const fsc_person *person;
    fsc_phantom *phantom;
    double term[N_TERM];  /* of the polynomial */
    fsc_pocket pocket[4]; /* in the scanner's frame */
    int32_t n_pocket;
    double *low, *high; /* a tile's range over tissue */
    double centre, scale;
} field;

static void set_shape(field *f, const fsc_pose *pose) {
    for (uint64_t i = 0; i < N_TERM; i++) f->term[i] = fsc_spread(f->person->seed, FSC_STREAM_FIELD, i);
    const fsc_pocket *pocket = fsc_pockets(f->person, &f->n_pocket);
    for (int32_t i = 0; i < f->n_pocket; i++) {
        double at[3];
        for (int a = 0; a < 3; a++) at[a] = pocket[i].xyz_mm[a] * f->person->size;
        fsc_pose_to_scanner(pose, at, f->pocket[i].xyz_mm);
        f->pocket[i].radius_mm = pocket[i].radius_mm * f->person->size;
    }
}

/* The field error's shape before it is scaled to its range. */
static double shape_at(const field *f, const double xyz_mm[3]) {
    const double x = xyz_mm[0] / 150, y = xyz_mm[1] / 110, z = xyz_mm[2] / 100, *c = f->term;
    double shape = (0.3 + 0.1 * c[0]) * y + 0.15 * c[1] * x + (0.25 + 0.1 * c[2]) * z +
                   (0.3 + 0.1 * c[3]) * (z * z - 0.3) + 0.2 * c[4] * x * y + 0.2 * c[5] * y * z +
                   (0.2 + 0.1 * c[6]) * (x * x - y * y) + 0.15 * c[7] * z * (z * z - 0.6);
    for (int32_t i = 0; i < f->n_pocket; i++) {
        const double *at = f->pocket[i].xyz_mm, radius = f->pocket[i].radius_mm, along = xyz_mm[2] - at[2];
        const double r2 =
            (xyz_mm[0] - at[0]) * (xyz_mm[0] - at[0]) + (xyz_mm[1] - at[1]) * (xyz_mm[1] - at[1]) + along * along;
        if (r2 <= radius * radius) continue; /* a sphere's own field is uniform inside it */
        const double near = radius * radius / r2;
        shape += 0.45 * near * sqrt(near) * (3 * along * along / r2 - 1); /* dipole: (R/r)^3 (3 cos^2 - 1) */
    }
    return shape;
}

static void shape_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)worker;
    const field *f = context;
    const fsc_grid *grid = &f->phantom->scan->grid;
    f->low[tile] = INFINITY;
    f->high[tile] = -INFINITY;
    for (int64_t voxel = begin; voxel < end; voxel++) {
        f->phantom->truth_fieldmap_hz[voxel] = NAN;
        if (isnan(f->phantom->truth_water[voxel])) continue;
        const double ijk[3] = {(double)(voxel % grid->dim[0]), (double)(voxel / grid->dim[0] % grid->dim[1]),
                               (double)(voxel / grid->dim[0] / grid->dim[1])};
        double xyz[3];
        fsc_grid_to_mm(grid, ijk, xyz);
        const double shape = shape_at(f, xyz);
        f->phantom->truth_fieldmap_hz[voxel] = (float)shape;
        f->low[tile] = fmin(f->low[tile], shape);
        f->high[tile] = fmax(f->high[tile], shape);
    }
}

static void scale_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const field *f = context;
    float *hz = f->phantom->truth_fieldmap_hz;
    for (int64_t voxel = begin; voxel < end; voxel++) hz[voxel] = (float)(((double)hz[voxel] - f->centre) * f->scale);
}

fsc_status fsc_field_make(fsc_phantom *phantom, const fsc_person *person, const fsc_pose *pose,
                          const fsc_phantom_options *opt, fsc_error *err) {
    const int64_t n = fsc_grid_count(&phantom->scan->grid), n_tile = fsc_tiles_count(n, TILE);
    FSC_AUTO_BLOCK double *low = fsc_alloc(n_tile, sizeof *low);
    FSC_AUTO_BLOCK double *high = fsc_alloc(n_tile, sizeof *high);
    if (!low || !high) return fsc_fail_nomem(err, "making the phantom's field");
    field f = {.person = person, .phantom = phantom, .low = low, .high = high};
    set_shape(&f, pose);
    const fsc_ask ask = {opt->progress, "phantom", 0.5, 0.6};
    FSC_TRY(fsc_tiles_run_asking(n, TILE, shape_tile, &f, opt->n_threads, &ask, err));
    double from = INFINITY, to = -INFINITY;
    for (int64_t i = 0; i < n_tile; i++) {
        from = fmin(from, low[i]);
        to = fmax(to, high[i]);
    }
    f.centre = 0.5 * (from + to);
    f.scale = to > from ? 2 * opt->field_range_hz / (to - from) : 0;
    fsc_tiles_run(n, TILE, scale_tile, &f, opt->n_threads);
    return FSC_OK;
}

double fsc_coil_shading(const double xyz_mm[3], const fsc_person *person) {
    const double y = (xyz_mm[1] - (-42 - person->region->centre_v_mm)) / 150, x = xyz_mm[0] / 260, z = xyz_mm[2] / 220;
    const double forward = y > 0 ? y : 0.4 * y;
    return exp(-forward * fabs(forward)) * (1 - x * x) * (1 - 0.5 * z * z) + 0.08 * x;
}

double fsc_receive_phase(const double xyz_mm[3]) {
    const double x = xyz_mm[0] / 100, y = xyz_mm[1] / 100, z = xyz_mm[2] / 100;
    return 0.7 + 0.5 * x - 0.6 * y + 0.3 * z + 0.25 * x * y - 0.2 * y * y;
}
