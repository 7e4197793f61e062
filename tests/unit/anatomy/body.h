/* Synthetic label volumes: a spine of boxes on a curve, muscles beside it, in any orientation. Shared by the tests of
 * anatomy and measure. */
#ifndef FSC_TEST_BODY_H
#define FSC_TEST_BODY_H

#include <fascicle/anatomy.h>
#include <math.h>
#include <string.h>

/* A grid whose index axes point as letters say ("LAS"), with spacing, tilted by tilt_deg about the left-right axis, its
 * centre at the origin. */
static fsc_grid body_grid(const char *letters, const double spacing[3], const int64_t dim[3], double tilt_deg) {
    fsc_grid g = {{dim[0], dim[1], dim[2]}, {0}, 0, 0};
    const double t = tilt_deg * 3.14159265358979323846 / 180;
    for (int a = 0; a < 3; a++) {
        double v[3] = {0};
        switch (letters[a]) {
        case 'R': v[0] = 1; break;
        case 'L': v[0] = -1; break;
        case 'A': v[1] = 1; break;
        case 'P': v[1] = -1; break;
        case 'S': v[2] = 1; break;
        default: v[2] = -1; break;
        }
        const double y = cos(t) * v[1] - sin(t) * v[2], z = sin(t) * v[1] + cos(t) * v[2];
        g.affine[a] = v[0] * spacing[a];
        g.affine[4 + a] = y * spacing[a];
        g.affine[8 + a] = z * spacing[a];
    }
    for (int r = 0; r < 3; r++)
        for (int a = 0; a < 3; a++) g.affine[4 * r + 3] -= g.affine[4 * r + a] * 0.5 * (double)(dim[a] - 1);
    return g;
}

/* The body's own axes, tilted by body_tilt_deg in the scanner: x right, y front, z head. */
static void body_frame(const double xyz[3], double body_tilt_deg, double own[3]) {
    const double t = body_tilt_deg * 3.14159265358979323846 / 180;
    own[0] = xyz[0];
    own[1] = cos(t) * xyz[1] + sin(t) * xyz[2];
    own[2] = -sin(t) * xyz[1] + cos(t) * xyz[2];
}

typedef void (*body_paint)(void *context, const double own[3], int64_t voxel);

static void body_walk(const fsc_grid *g, double body_tilt_deg, body_paint paint, void *context) {
    int64_t voxel = 0;
    for (int64_t k = 0; k < g->dim[2]; k++)
        for (int64_t j = 0; j < g->dim[1]; j++)
            for (int64_t i = 0; i < g->dim[0]; i++, voxel++) {
                const double at[3] = {(double)i, (double)j, (double)k};
                double xyz[3], own[3];
                fsc_grid_to_mm(g, at, xyz);
                body_frame(xyz, body_tilt_deg, own);
                paint(context, own, voxel);
            }
}

/* Levels: bodies 26 mm high with discs of 8 mm, so a level is 34 mm long; level 0 is centred on z = 0, +1 lies below.
 */
#define BODY_LEVEL_MM 34.0
#define BODY_HEIGHT_MM 26.0

typedef struct body_maps {
    fsc_labels *muscles, *levels;
    int32_t first_value; /* of the top level, values rise downwards */
    int32_t n_level;
    double top_level_mm;       /* z of the top body's centre */
    int32_t left[2], right[2]; /* label values: inner, outer muscle */
} body_maps;

static void body_paint_all(void *context, const double own[3], int64_t voxel) {
    body_maps *b = context;
    const double from_top = b->top_level_mm + 0.5 * BODY_LEVEL_MM - own[2];
    const int32_t level = (int32_t)floor(from_top / BODY_LEVEL_MM);
    const double in_level = from_top - level * BODY_LEVEL_MM - 0.5 * BODY_LEVEL_MM;
    if (level >= 0 && level < b->n_level && fabs(in_level) < 0.5 * BODY_HEIGHT_MM && fabs(own[0]) < 22 &&
        fabs(own[1]) < 16)
        b->levels->data[voxel] = b->first_value + level;
    /* Inner muscle: a strip 5 to 25 mm from the midline, 25 to 55 mm behind the bodies; outer: 28 to 60 mm. */
    if (own[1] > -25 || own[1] < -55) return;
    const double x = fabs(own[0]);
    const int ring = x > 5 && x < 25 ? 0 : x > 28 && x < 60 ? 1 : -1;
    if (ring >= 0) b->muscles->data[voxel] = own[0] < 0 ? b->left[ring] : b->right[ring];
}

#endif
