/* Medial-to-lateral quarters. Within each slice the muscle's width from its medial to its lateral edge is cut into four
 * equal parts (as in Abbott 2015, doi 10.2519/jospt.2015.5719), so Q1 is the strip next to the spine whatever the
 * muscle's shape. A slice narrower than four voxels has no quarters. */
#include "alloc.h"
#include "fail.h"
#include "voxels.h"

#include <math.h>

/* Distance from the midline, growing outwards. Without a centreline a known side still tells which way is out. */
static double outward(const fsc_voxels *v, int64_t i, fsc_side side) {
    const fsc_grid *g = &v->sites->grid;
    const int64_t at = v->index[i];
    const double ijk[3] = {(double)(at % g->dim[0]), (double)(at / g->dim[0] % g->dim[1]),
                           (double)(at / (g->dim[0] * g->dim[1]))};
    double xyz[3];
    fsc_spine_place spot;
    fsc_grid_to_mm(g, ijk, xyz);
    const int has_line = fsc_sites_place(&spot, v->sites, xyz);
    const double x = has_line ? xyz[0] - spot.foot_mm[0] : xyz[0];
    if (side == FSC_SIDE_LEFT) return -x;
    if (side == FSC_SIDE_RIGHT) return x;
    return has_line ? fabs(x) : (double)NAN;
}

fsc_status fsc_voxels_quartiles(fsc_voxels *v, fsc_error *err) {
    const int32_t n_site = v->sites->n_site;
    const int64_t n = v->start[n_site];
    FSC_AUTO_BLOCK int32_t *group = fsc_alloc(n_site, sizeof *group);
    FSC_AUTO_BLOCK double *out = fsc_alloc(n, sizeof *out);
    if (!group || !out) return fsc_fail_nomem(err, "finding the quarters");
    const int32_t n_group = fsc_voxels_groups(v->sites, group);
    const int64_t cells = (int64_t)n_group * v->n_slab;
    FSC_AUTO_BLOCK double *inner = fsc_alloc(cells, sizeof *inner);
    FSC_AUTO_BLOCK double *outer = fsc_alloc(cells, sizeof *outer);
    if (!inner || !outer) return fsc_fail_nomem(err, "finding the quarters");
    for (int64_t c = 0; c < cells; c++) {
        inner[c] = INFINITY;
        outer[c] = -INFINITY;
    }
    for (int32_t s = 0; s < n_site; s++)
        for (int64_t i = v->start[s]; i < v->start[s + 1]; i++) {
            const int64_t c = (int64_t)group[s] * v->n_slab + v->slab[i];
            out[i] = outward(v, i, v->sites->site[s].place.side);
            inner[c] = fmin(inner[c], out[i]);
            outer[c] = fmax(outer[c], out[i]);
        }
    const double width = v->spacing_mm[v->axis[0]];
    for (int32_t s = 0; s < n_site; s++)
        for (int64_t i = v->start[s]; i < v->start[s + 1]; i++) {
            const int64_t c = (int64_t)group[s] * v->n_slab + v->slab[i];
            const double span = outer[c] - inner[c] + width;
            v->quartile[i] = FSC_NO_QUARTILE;
            if (!(span > 3.99 * width)) continue; /* also when the distance is NaN */
            const double part = 4 * (out[i] - inner[c] + 0.5 * width) / span;
            v->quartile[i] = part >= 3 ? 3 : (uint8_t)part;
        }
    return FSC_OK;
}
