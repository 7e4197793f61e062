/* How much of a site is fatty: shares of its voxels over cuts. */
#include "alloc.h"
#include "build.h"
#include "fail.h"

#include <math.h>
#include <string.h>

static const double cuts[FSC_CUT_COUNT] = {0.10, 0.20, 0.30, 0.50};

const double *fsc_map_cuts(void) {
    return cuts;
}

/* The voxels' fat fractions gathered by site: those of site s are value[begin[s]] .. value[begin[s + 1] - 1]. */
typedef struct gathered {
    float *value;
    int64_t *begin;
} gathered;

static int is_used(const fsc_fatwater *fatwater, const fsc_sites *sites, int64_t v) {
    return sites->site_of_voxel[v] > 0 && isfinite(fatwater->pdff_fraction[v]);
}

static fsc_status gather(gathered *g, const fsc_fatwater *fatwater, const fsc_sites *sites, fsc_error *err) {
    const int64_t n = fsc_grid_count(&sites->grid);
    g->begin = fsc_alloc(sites->n_site + 2, sizeof *g->begin);
    if (!g->begin) return fsc_fail_nomem(err, "measuring extents");
    for (int64_t v = 0; v < n; v++)
        if (is_used(fatwater, sites, v)) g->begin[sites->site_of_voxel[v] + 1]++;
    for (int32_t s = 0; s <= sites->n_site; s++) g->begin[s + 1] += g->begin[s];
    g->value = fsc_alloc(g->begin[sites->n_site + 1], sizeof *g->value);
    if (!g->value) return fsc_fail_nomem(err, "measuring extents");
    /* begin[s] is now where site s (counted from 1) starts; filling moves it to its end, which is the start of s + 1,
     * so that afterwards begin[s - 1] .. begin[s] bound site s. */
    for (int64_t v = 0; v < n; v++)
        if (is_used(fatwater, sites, v)) g->value[g->begin[sites->site_of_voxel[v]]++] = fatwater->pdff_fraction[v];
    return FSC_OK;
}

static int is_member(const fsc_row *row, const fsc_site *site) {
    const int all_levels = row->kind == FSC_ROW_MUSCLE || row->kind == FSC_ROW_MUSCLE_BOTH;
    const int both_sides = row->kind == FSC_ROW_SITE_BOTH || row->kind == FSC_ROW_MUSCLE_BOTH;
    return strcmp(row->place.muscle, site->place.muscle) == 0 &&
           (all_levels || strcmp(row->place.level, site->place.level) == 0) &&
           (both_sides || row->place.side == site->place.side);
}

static void measure(fsc_map_site *out, const gathered *g, const fsc_sites *sites) {
    fsc_extent *e = &out->extent;
    const double p95 = out->norm.p95_fraction;
    int64_t over_p95 = 0, over[FSC_CUT_COUNT] = {0}, n = 0;
    for (int32_t s = 0; s < sites->n_site; s++) {
        if (!is_member(&out->row, &sites->site[s])) continue;
        for (int64_t k = g->begin[s]; k < g->begin[s + 1]; k++) {
            const double value = g->value[k];
            n++;
            over_p95 += value > p95;
            for (int c = 0; c < FSC_CUT_COUNT; c++) over[c] += value > cuts[c];
        }
    }
    e->n_voxel = n;
    if (n == 0) return;
    for (int c = 0; c < FSC_CUT_COUNT; c++) e->share_over_cut[c] = (double)over[c] / (double)n;
    if (!isnan(p95)) e->share_over_p95 = (double)over_p95 / (double)n;
}

fsc_status fsc_map_extents(fsc_map *map, const fsc_fatwater *fatwater, const fsc_sites *sites, fsc_error *err) {
    for (int32_t i = 0; i < map->n_site; i++) {
        fsc_extent *e = &map->site[i].extent;
        e->share_over_p95 = (double)NAN;
        for (int c = 0; c < FSC_CUT_COUNT; c++) e->share_over_cut[c] = (double)NAN;
        e->lean_volume_mm3 = map->site[i].row.lean_volume_mm3;
        e->lean_csa_mm2 = map->site[i].row.lean_csa_mm2;
    }
    if (!fatwater || !sites || !fatwater->pdff_fraction) return FSC_OK;
    if (!fsc_grid_same(&fatwater->grid, &sites->grid, 0.01))
        return fsc_fail(err, FSC_E_SHAPE,
                        "the fat map and the sites lie on different grids; build the sites on the map's grid");
    gathered g = {0};
    const fsc_status status = gather(&g, fatwater, sites, err);
    for (int32_t i = 0; i < map->n_site && status == FSC_OK; i++) measure(&map->site[i], &g, sites);
    fsc_free(g.value);
    fsc_free(g.begin);
    return status;
}
