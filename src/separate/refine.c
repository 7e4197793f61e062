#include "refine.h"
#include "alloc.h"
#include "fail.h"

#include <math.h>

/* Steps above this share of the fat shift lie between branches, not within one. */
#define STEP 0.3
/* What one field leaves of a block's voxels, over what noise and usual model errors leave, from which on they are not
 * of one kind. */
#define MIXED 2.0f
/* A voxel's side of a block's face. */
#define STIFFNESS_OF_BLOCK 0.5

enum place { OUTSIDE, RIM, INSIDE };

static int32_t mark_steps(uint8_t *place, const fsc_blocks *coarse, const fsc_fieldmap_prior *prior) {
    int32_t n = 0;
    for (int32_t i = 0; i < coarse->n_node; i++) {
        place[i] = coarse->misfit[i] > MIXED ? INSIDE : OUTSIDE;
        n += place[i] == INSIDE;
    }
    for (int32_t i = 0; i < coarse->n_node; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(coarse, i, axis);
            if (j < 0 || axis == coarse->slice_axis) continue;
            if (fabs((double)coarse->hz[i] - (double)coarse->hz[j]) <= STEP * prior->shift_hz) continue;
            place[i] = place[j] = INSIDE;
            n++;
        }
    return n;
}

/* Blocks beside those inside become as. */
static void grow(uint8_t *place, uint8_t *grown, const fsc_blocks *coarse, uint8_t as) {
    for (int32_t i = 0; i < coarse->n_node; i++) grown[i] = place[i];
    for (int32_t i = 0; i < coarse->n_node; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            const int32_t j = fsc_blocks_neighbour(coarse, i, axis);
            if (j < 0) continue;
            if (place[i] == INSIDE && place[j] == OUTSIDE) grown[j] = as;
            if (place[j] == INSIDE && place[i] == OUTSIDE) grown[i] = as;
        }
    for (int32_t i = 0; i < coarse->n_node; i++) place[i] = grown[i];
}

/* Voxels of the rim keep their block's field; the others get their labels within half a period of it, because whole
 * periods are settled. */
static void bind(fsc_blocks *fine, const fsc_blocks *coarse, const uint8_t *place, double period_hz) {
    for (int32_t i = 0; i < fine->n_node; i++) {
        const int32_t node = fsc_blocks_node_at(coarse, fine->block_of_node[i]);
        fsc_minima *const m = &fine->minima[i];
        if (place[node] == RIM) {
            *m = (fsc_minima){.n = 1, .hz = {coarse->hz[node]}, .range = INFINITY}; /* settled */
            continue;
        }
        if (period_hz > 0)
            for (int32_t k = 0; k < m->n; k++)
                m->hz[k] -= (float)(period_hz * round((double)(m->hz[k] - coarse->hz[node]) / period_hz));
        fsc_minima_sort(m);
    }
}

fsc_status fsc_refine(fsc_blocks *fine, const fsc_blocks *coarse, const fsc_grid *grid, const uint8_t *body,
                      const fsc_sample *sample, const fsc_evidence *evidence, const fsc_fieldmap_prior *prior,
                      fsc_error *err) {
    const int64_t n_voxel = sample->source->n_voxel;
    FSC_AUTO_BLOCK uint8_t *place = fsc_alloc(coarse->n_node, sizeof *place);
    FSC_AUTO_BLOCK uint8_t *grown = fsc_alloc(coarse->n_node, sizeof *grown);
    FSC_AUTO_BLOCK uint8_t *band = fsc_alloc(n_voxel, sizeof *band);
    if (!place || !grown || !band) return fsc_fail_nomem(err, "refining the field map");
    if (mark_steps(place, coarse, prior) == 0) return FSC_OK;
    grow(place, grown, coarse, INSIDE);
    grow(place, grown, coarse, RIM);
    for (int64_t v = 0; v < n_voxel; v++) {
        const int32_t node = body[v] ? fsc_blocks_node_at(coarse, v) : -1;
        band[v] = node >= 0 && place[node] != OUTSIDE;
    }
    FSC_TRY(fsc_blocks_new(fine, grid, band, 1, err));
    FSC_TRY(fsc_blocks_profile(fine, sample, band, evidence, err));
    bind(fine, coarse, place, prior->period_hz);
    fsc_fieldmap_prior alone = *prior;
    alone.period_hz = 0;
    alone.stiffness *= STIFFNESS_OF_BLOCK;
    return fsc_fieldmap_cut(fine, &alone, sample->n_threads, err);
}
