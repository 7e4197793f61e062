#include "shape.h"

#include <math.h>

#define LEAST_ACROSS 8 /* voxels across the field of view; a sagittal stack of a few slices shows no cross-section */

int fsc_section_measurable(const fsc_voxels *v, const int32_t *list, int32_t n_list) {
    const fsc_grid *g = &v->sites->grid;
    const int64_t stride[3] = {1, g->dim[0], g->dim[0] * g->dim[1]};
    for (int across = 0; across < 2; across++) {
        const int32_t a = v->axis[across];
        if (g->dim[a] < LEAST_ACROSS) return 0;
        for (int32_t l = 0; l < n_list; l++)
            for (int64_t i = v->start[list[l]]; i < v->start[list[l] + 1]; i++) {
                const int64_t at = v->index[i] / stride[a] % g->dim[a];
                if (at == 0 || at == g->dim[a] - 1) return 0;
            }
    }
    return 1;
}

/* Adds a voxel's area to the slabs that it reaches. A slice of the array holds it whole; the cross-section square to
 * the centreline is the slice's area times the cosine of the angle between them. Bins along the centreline share the
 * voxel's volume by overlap with its length along the line. */
static void add_area(const fsc_voxels *v, int64_t i, double pdff, double *area, double *lean, double *known) {
    const int has_fat = isfinite(pdff);
    if (v->slab_is_slice) {
        const double mm2 = v->voxel_mm3 / v->slab_mm * (double)v->cosine[i];
        area[v->slab[i]] += mm2;
        if (has_fat) {
            known[v->slab[i]] += mm2;
            lean[v->slab[i]] += mm2 * (1 - pdff);
        }
        return;
    }
    const double half = 0.5 * v->slab_mm;
    const double from = (v->along_mm[i] - half) / v->slab_mm, to = (v->along_mm[i] + half) / v->slab_mm;
    for (int32_t s = (int32_t)floor(from); s <= (int32_t)floor(to); s++) {
        if (s < 0 || s >= v->n_slab) continue;
        const double overlap = fmin(to, s + 1.0) - fmax(from, s);
        const double mm2 = overlap * v->voxel_mm3 / v->slab_mm;
        area[s] += mm2;
        if (has_fat) {
            known[s] += mm2;
            lean[s] += mm2 * (1 - pdff);
        }
    }
}

fsc_section fsc_section_largest(const fsc_voxels *v, const int32_t *list, int32_t n_list, double *area, double *lean,
                                double *known) {
    fsc_section out = {(double)NAN, (double)NAN};
    const float *pdff = v->fatwater->pdff_fraction;
    if (!fsc_section_measurable(v, list, n_list)) return out;
    for (int32_t s = 0; s < v->n_slab; s++) area[s] = lean[s] = known[s] = 0;
    for (int32_t l = 0; l < n_list; l++)
        for (int64_t i = v->start[list[l]]; i < v->start[list[l] + 1]; i++)
            add_area(v, i, pdff ? (double)pdff[v->index[i]] : (double)NAN, area, lean, known);
    for (int32_t s = 0; s < v->n_slab; s++) {
        if (!(area[s] > 0) || area[s] <= out.csa_mm2) continue;
        out.csa_mm2 = area[s];
        /* Voxels without a PDFF take the section's own mean. */
        out.lean_csa_mm2 = known[s] > 0 ? area[s] * lean[s] / known[s] : (double)NAN;
    }
    return out;
}
