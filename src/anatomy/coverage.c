#include "coverage.h"

#include "spine.h"

#include <math.h>

#define SAMPLES 64    /* along a level */
#define COVERED 0.985 /* less than this is cut: one sample of 64 may miss by rounding */

static int inside(const fsc_grid *grid, const double xyz_mm[3]) {
    double ijk[3];
    if (fsc_grid_to_index(grid, xyz_mm, ijk) != FSC_OK) return 0;
    for (int a = 0; a < 3; a++)
        if (ijk[a] < -0.5 || ijk[a] > (double)grid->dim[a] - 0.5) return 0;
    return 1;
}

/* The centreline's point at a length from its first point. */
static void point_at(const fsc_sites *sites, double along_mm, double xyz_mm[3]) {
    int32_t i = 0;
    while (i + 2 < sites->n_centreline && sites->along_mm[i + 1] < along_mm) i++;
    const double length = sites->along_mm[i + 1] - sites->along_mm[i];
    const double t = (along_mm - sites->along_mm[i]) / length;
    for (int r = 0; r < 3; r++) {
        const double a = sites->centreline_mm[3 * i + r], b = sites->centreline_mm[3 * i + 3 + r];
        xyz_mm[r] = a + t * (b - a);
    }
}

static double share_inside(const fsc_sites *sites, const fsc_level_span *span, const double offset_mm[3]) {
    int32_t n = 0;
    for (int32_t s = 0; s < SAMPLES; s++) {
        double xyz[3];
        point_at(sites, span->top_mm + (s + 0.5) / SAMPLES * (span->bottom_mm - span->top_mm), xyz);
        for (int r = 0; r < 3; r++) xyz[r] += offset_mm[r];
        n += inside(&sites->grid, xyz);
    }
    return (double)n / SAMPLES;
}

static const fsc_level_span *span_of(const fsc_sites *sites, const char *level) {
    for (int32_t i = 0; i < sites->n_level; i++)
        if (fsc_level_order(level) == fsc_level_order(sites->level[i].level)) return &sites->level[i];
    return NULL;
}

void fsc_coverage_set(fsc_sites *sites, const double (*offset_mm)[3], const unsigned char *touches) {
    for (int32_t i = 0; i < sites->n_site; i++) {
        fsc_site *site = &sites->site[i];
        const fsc_level_span *span = span_of(sites, site->place.level);
        site->coverage = span ? share_inside(sites, span, offset_mm[i]) : (double)NAN;
        site->cut_by_fov = span ? site->coverage < COVERED || (touches[i] & 1) : touches[i] != 0;
    }
}
