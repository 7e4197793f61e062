#include "ready.h"
#include "alloc.h"
#include "fail.h"
#include "maps.h"

#include <math.h>
#include <string.h>

/* Signal below this share of the 99th percentile of water + fat is background. */
#define FAINT 0.04
/* Water + fat below this share of their sizes is too little to divide by: they have opposite signs, and are noise. */
#define LEAST_SUM 0.5f

static int is_beyond(double fraction) {
    return fraction < FSC_FRACTION_LEAST || fraction > FSC_FRACTION_MOST;
}

static void copy_map(float *to, const float *from, const uint16_t *quality, int64_t n) {
    for (int64_t v = 0; to && v < n; v++) to[v] = quality[v] & FSC_Q_BACKGROUND ? NAN : from[v];
}

fsc_status fsc_ready_water_fat(fsc_fatwater *out, const fsc_scan *scan, fsc_error *err) {
    if (!scan->water || !scan->fat) return fsc_fail(err, FSC_E_ARG, "a water and fat scan needs both images");
    const int64_t n = fsc_grid_count(&scan->grid);
    FSC_AUTO_BLOCK float *sum = fsc_alloc(n, sizeof *sum);
    if (!sum) return fsc_fail_nomem(err, "reading ready maps");
    for (int64_t v = 0; v < n; v++) sum[v] = fabsf(scan->water[v]) + fabsf(scan->fat[v]);
    fsc_source source = {.re = sum, .n_voxel = n, .n_echo = 1, .ramp_axis = -1};
    memcpy(source.dim, scan->grid.dim, sizeof source.dim);
    fsc_body body;
    FSC_TRY(fsc_body_measure(&body, &source, 1, err));
    /* Where the rest is NaN, its makers have said which voxels hold tissue. */
    fsc_body_mark(&body, &source, body.n_not_finite > 0 ? 0 : body.air_variance);
    int32_t *tissue = NULL;
    fsc_status status = fsc_maps_make(out, n, FSC_MAP_AMPLITUDES | (scan->r2star ? FSC_MAP_R2STAR : 0), 1, err);
    if (status == FSC_OK) status = fsc_maps_tissue(&tissue, out, &body, err);
    for (int32_t i = 0; status == FSC_OK && i < body.n_tissue; i++) {
        const int32_t v = tissue[i];
        /* With its sign: our own fat is even about 0 where there is none, and a scanner's is never negative. */
        const float total = scan->water[v] + scan->fat[v];
        out->pdff_fraction[v] = scan->fat[v] / (fabsf(total) > LEAST_SUM * sum[v] ? total : sum[v]);
    }
    out->n_fitted = body.n_tissue;
    fsc_free(tissue);
    fsc_body_free(&body);
    FSC_TRY(status);
    copy_map(out->water, scan->water, out->quality, n);
    copy_map(out->fat, scan->fat, out->quality, n);
    copy_map(out->r2star_per_s, scan->r2star, out->quality, n);
    fsc_notes_add(&out->notes, FSC_NOTE_ASSUMED, "ready-maps",
                  "water and fat are the scanner's own: spectrum, R2* and T1 handling are not known here");
    return FSC_OK;
}

fsc_status fsc_ready_fat_fraction(fsc_fatwater *out, const fsc_scan *scan, fsc_error *err) {
    if (!scan->fat_fraction) return fsc_fail(err, FSC_E_ARG, "a fat-fraction scan needs its map");
    const int64_t n = fsc_grid_count(&scan->grid);
    FSC_TRY(fsc_maps_make(out, n, scan->r2star ? FSC_MAP_R2STAR : 0, 1, err));
    int64_t zeros = 0, bad = 0, beyond = 0;
    for (int64_t v = 0; v < n; v++) {
        const double f = (double)scan->fat_fraction[v];
        zeros += scan->fat_fraction[v] == 0;
        bad += isinf(f) != 0;
        beyond += isfinite(f) && is_beyond(f);
    }
    /* Scanners write 0 for air; a tenth of all voxels being exactly 0 is air, not lean tissue. */
    const int zero_is_air = zeros > n / 10;
    for (int64_t v = 0; v < n; v++) {
        const float f = scan->fat_fraction[v];
        if (!isfinite(f) || is_beyond((double)f) || (zero_is_air && f == 0)) {
            out->quality[v] = FSC_Q_BACKGROUND | (isinf(f) ? FSC_Q_NOT_FINITE : 0);
            continue;
        }
        out->pdff_fraction[v] = f;
        out->n_fitted++;
    }
    copy_map(out->r2star_per_s, scan->r2star, out->quality, n);
    if (zero_is_air)
        fsc_notes_add(&out->notes, FSC_NOTE_ASSUMED, "zero-is-air",
                      "voxels of exactly 0 are taken as air, not as 0 %% fat");
    if (bad > 0)
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "voxels-not-finite", "%lld voxels hold Inf and have no result",
                      (long long)bad);
    if (beyond > 0)
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "voxels-beyond",
                      "%lld voxels lie outside %.0f to %.0f %% fat and have no result; if they are not air, the map is "
                      "damaged: export it again",
                      (long long)beyond, 100 * FSC_FRACTION_LEAST, 100 * FSC_FRACTION_MOST);
    fsc_notes_add(&out->notes, FSC_NOTE_ASSUMED, "ready-maps",
                  "the fat fraction is as its makers gave it: method, spectrum and T1 handling are not known here");
    return FSC_OK;
}
