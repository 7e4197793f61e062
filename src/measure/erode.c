/* How deep inside its muscle each voxel lies. Erosion runs on the whole muscle of one side, so that cuts between levels
 * are no rim, and only along array axes whose spacing is less than twice the smallest: in the slice plane of thick
 * slices. The image's own border is no rim either: nobody knows what lies beyond. */
#include "alloc.h"
#include "fail.h"
#include "voxels.h"

#include <math.h>

typedef struct erode_map {
    const fsc_voxels *v;
    const int32_t *group; /* per site */
    uint8_t *passed;      /* per voxel of the grid: erosions survived so far */
    int64_t stride[3];
    int use[3];
} erode_map;

/* Non-zero when the neighbour is outside the image, or of the same muscle and survived as many erosions. */
static int holds(const erode_map *m, int64_t at, int64_t position, int64_t dim, int64_t step, int sign, int32_t group,
                 uint8_t need) {
    if (position + sign < 0 || position + sign >= dim) return 1;
    const int64_t other = at + sign * step;
    const int32_t site = m->v->sites->site_of_voxel[other];
    return site > 0 && m->group[site - 1] == group && m->passed[other] >= need;
}

static int survives(const erode_map *m, int64_t at, int32_t group, uint8_t need) {
    const int64_t *dim = m->v->sites->grid.dim;
    const int64_t ijk[3] = {at % dim[0], at / dim[0] % dim[1], at / (dim[0] * dim[1])};
    for (int a = 0; a < 3; a++)
        if (m->use[a] && !(holds(m, at, ijk[a], dim[a], m->stride[a], -1, group, need) &&
                           holds(m, at, ijk[a], dim[a], m->stride[a], 1, group, need)))
            return 0;
    return 1;
}

fsc_status fsc_voxels_erode(fsc_voxels *v, fsc_error *err) {
    const fsc_grid *g = &v->sites->grid;
    FSC_AUTO_BLOCK int32_t *group = fsc_alloc(v->sites->n_site, sizeof *group);
    FSC_AUTO_BLOCK uint8_t *passed = fsc_alloc(fsc_grid_count(g), 1);
    if (!group || !passed) return fsc_fail_nomem(err, "eroding the muscles");
    (void)fsc_voxels_groups(v->sites, group);
    erode_map m = {.v = v, .group = group, .passed = passed, .stride = {1, g->dim[0], g->dim[0] * g->dim[1]}};
    const double least = fmin(v->spacing_mm[0], fmin(v->spacing_mm[1], v->spacing_mm[2]));
    for (int a = 0; a < 3; a++) m.use[a] = v->spacing_mm[a] < 2 * least;
    const int64_t n = v->start[v->sites->n_site];
    for (uint8_t round = 0; round < 2; round++) {
        for (int64_t i = 0; i < n; i++) {
            const int64_t at = v->index[i];
            const int32_t own = group[v->sites->site_of_voxel[at] - 1];
            if (passed[at] == round && survives(&m, at, own, round)) v->depth[i] = (uint8_t)(round + 1);
        }
        for (int64_t i = 0; i < n; i++) passed[v->index[i]] = v->depth[i];
    }
    return FSC_OK;
}
