#include "voxels.h"

#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

void fsc_voxels_free(fsc_voxels *v) {
    if (!v) return;
    fsc_free(v->start);
    fsc_free(v->index);
    fsc_free(v->along_mm);
    fsc_free(v->cosine);
    fsc_free(v->slab);
    fsc_free(v->quartile);
    fsc_free(v->depth);
    memset(v, 0, sizeof *v);
}

void fsc_voxels_mark(const fsc_voxels *v, int32_t set, const int32_t **map, int32_t *value) {
    const int is_site = set < v->sites->n_site;
    *map = is_site ? v->sites->site_of_voxel : v->sites->levels->data;
    *value = is_site ? set + 1 : v->sites->level[set - v->sites->n_site].value;
}

int32_t fsc_voxels_groups(const fsc_sites *sites, int32_t *list) {
    int32_t n = 0;
    for (int32_t i = 0; i < sites->n_site; i++) {
        list[i] = -1;
        for (int32_t j = 0; j < i && list[i] < 0; j++)
            if (sites->site[i].place.side == sites->site[j].place.side &&
                strcmp(sites->site[i].place.muscle, sites->site[j].place.muscle) == 0)
                list[i] = list[j];
        if (list[i] < 0) list[i] = n++;
    }
    return n;
}

/* The set of a body's value in sites->levels; -1 for none. */
static int32_t body_set(const fsc_sites *sites, int32_t value) {
    for (int32_t l = 0; l < sites->n_level; l++)
        if (sites->level[l].value == value && sites->level[l].n_voxel > 0) return sites->n_site + l;
    return -1;
}

/* Counts each set's voxels (index NULL) or lists them; start is advanced while listing. */
static void walk(const fsc_sites *sites, int64_t *start, int64_t *index) {
    const int64_t n = fsc_grid_count(&sites->grid);
    int32_t seen = 0, set = -1;
    for (int64_t v = 0; v < n; v++) {
        const int32_t site = sites->site_of_voxel[v];
        if (site > 0 && !index) start[site]++;
        if (site > 0 && index) index[start[site - 1]++] = v;
        const int32_t value = sites->levels ? sites->levels->data[v] : 0;
        if (value == 0) continue;
        if (value != seen) set = body_set(sites, seen = value);
        if (set >= 0 && !index) start[set + 1]++;
        if (set >= 0 && index) index[start[set]++] = v;
    }
}

static fsc_status list_index(fsc_voxels *v, fsc_error *err) {
    v->n_set = v->sites->n_site + (v->sites->levels ? v->sites->n_level : 0);
    v->start = fsc_alloc(v->n_set + 1, sizeof *v->start);
    if (!v->start) return fsc_fail_nomem(err, "listing the sites' voxels");
    walk(v->sites, v->start, NULL);
    for (int32_t s = 0; s < v->n_set; s++) v->start[s + 1] += v->start[s];
    const int64_t n = v->start[v->n_set];
    v->index = fsc_alloc(n, sizeof *v->index);
    v->along_mm = fsc_alloc(n, sizeof *v->along_mm);
    v->cosine = fsc_alloc(n, sizeof *v->cosine);
    v->slab = fsc_alloc(n, sizeof *v->slab);
    v->quartile = fsc_alloc(n, 1);
    v->depth = fsc_alloc(n, 1);
    if (!v->index || !v->along_mm || !v->cosine || !v->slab || !v->quartile || !v->depth)
        return fsc_fail_nomem(err, "listing the sites' voxels");
    walk(v->sites, v->start, v->index);
    for (int32_t s = v->n_set; s > 0; s--) v->start[s] = v->start[s - 1];
    v->start[0] = 0;
    return FSC_OK;
}

/* Place along the spine and slab of every voxel. */
static void place(fsc_voxels *v) {
    const fsc_grid *g = &v->sites->grid;
    const int32_t s = v->axis[2];
    double unit[3];
    for (int r = 0; r < 3; r++) unit[r] = g->affine[4 * r + s] / v->spacing_mm[s];
    const int64_t n = v->start[v->n_set];
    double lowest = INFINITY;
    for (int64_t i = 0; i < n; i++) {
        const int64_t at = v->index[i];
        const int64_t ijk[3] = {at % g->dim[0], at / g->dim[0] % g->dim[1], at / (g->dim[0] * g->dim[1])};
        const double index[3] = {(double)ijk[0], (double)ijk[1], (double)ijk[2]};
        double xyz[3];
        fsc_spine_place spot;
        fsc_grid_to_mm(g, index, xyz);
        const int has_line = fsc_sites_place(&spot, v->sites, xyz);
        v->along_mm[i] = has_line ? spot.along_mm : (double)ijk[s] * v->spacing_mm[s];
        v->cosine[i] = 1.0f;
        if (has_line)
            v->cosine[i] =
                (float)fabs(unit[0] * spot.tangent[0] + unit[1] * spot.tangent[1] + unit[2] * spot.tangent[2]);
        v->slab[i] = (int32_t)ijk[s];
        if (v->along_mm[i] < lowest) lowest = v->along_mm[i];
    }
    v->n_slab = (int32_t)g->dim[s];
    if (v->slab_is_slice) return;
    v->n_slab = 1;
    for (int64_t i = 0; i < n; i++) {
        v->slab[i] =
            (int32_t)((v->along_mm[i] - lowest) / v->slab_mm) + 2; /* room for a voxel's own length at both ends */
        if (v->slab[i] + 3 > v->n_slab) v->n_slab = v->slab[i] + 3;
    }
    for (int64_t i = 0; i < n; i++) v->along_mm[i] += 2 * v->slab_mm - lowest;
}

fsc_status fsc_voxels_list(fsc_voxels *out, const fsc_fatwater *fatwater, const fsc_sites *sites, fsc_error *err) {
    int32_t sign[3];
    memset(out, 0, sizeof *out);
    out->fatwater = fatwater;
    out->sites = sites;
    fsc_grid_spacing_mm(&sites->grid, out->spacing_mm);
    fsc_grid_orientation(&sites->grid, out->axis, sign);
    const double *m = sites->grid.affine;
    out->voxel_mm3 = fabs(m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) +
                          m[2] * (m[4] * m[9] - m[5] * m[8]));
    const double least = fmin(out->spacing_mm[0], fmin(out->spacing_mm[1], out->spacing_mm[2]));
    out->slab_mm = out->spacing_mm[out->axis[2]];
    out->slab_is_slice = sites->n_centreline == 0 || out->slab_mm >= 2 * least;
    fsc_status status = list_index(out, err);
    if (status == FSC_OK) {
        place(out);
        status = fsc_voxels_erode(out, err);
    }
    if (status == FSC_OK) status = fsc_voxels_quartiles(out, err);
    if (status != FSC_OK) fsc_voxels_free(out);
    return status;
}
