#include "kept.h"

#include "alloc.h"
#include "fail.h"

#include <string.h>

static void empty(fsc_measure_kept *kept) {
    fsc_free(kept->place);
    fsc_free(kept->value);
    fsc_free(kept->part);
    fsc_free(kept->row);
    fsc_voxels_free(&kept->voxels);
    fsc_border_free(&kept->border);
    memset(kept, 0, sizeof *kept);
}

void fsc_measure_kept_free(fsc_measure_kept *kept) {
    if (!kept) return;
    empty(kept);
    fsc_free(kept);
}

static int same_bytes(const void *a, const void *b, size_t n) {
    return n == 0 || memcmp(a, b, n) == 0;
}

int fsc_kept_fits(const fsc_measure_kept *kept, const fsc_voxels *v) {
    const fsc_sites *s = v->sites;
    const fsc_voxels *was = &kept->voxels;
    const double wider = kept->border_sd_mm - s->border_sd_mm;
    if (kept->fatwater != v->fatwater || kept->n_site != s->n_site || was->n_set != v->n_set ||
        was->slab_is_slice != v->slab_is_slice || wider < 0 || wider > 0)
        return 0;
    if (!same_bytes(kept->grid.dim, s->grid.dim, sizeof s->grid.dim) ||
        !same_bytes(kept->grid.affine, s->grid.affine, sizeof s->grid.affine))
        return 0;
    for (int32_t i = 0; i < s->n_site; i++)
        if (!fsc_place_same(&kept->place[i], &s->site[i].place)) return 0;
    for (int32_t i = s->n_site; i < v->n_set; i++)
        if (kept->value[i - s->n_site] != s->level[i - s->n_site].value) return 0;
    return 1;
}

void fsc_kept_compare(uint8_t *same, const fsc_measure_kept *kept, const fsc_voxels *v) {
    const fsc_voxels *was = &kept->voxels;
    for (int32_t set = 0; set < v->n_set; set++) {
        const int64_t a = was->start[set], b = v->start[set];
        const size_t n = (size_t)(v->start[set + 1] - b);
        same[set] = was->start[set + 1] - a == (int64_t)n &&
                    same_bytes(was->index + a, v->index + b, n * sizeof *v->index) &&
                    same_bytes(was->along_mm + a, v->along_mm + b, n * sizeof *v->along_mm) &&
                    same_bytes(was->cosine + a, v->cosine + b, n * sizeof *v->cosine) &&
                    same_bytes(was->slab + a, v->slab + b, n * sizeof *v->slab) &&
                    same_bytes(was->quartile + a, v->quartile + b, n) && same_bytes(was->depth + a, v->depth + b, n);
    }
}

fsc_status fsc_kept_take(fsc_measure_kept *kept, fsc_voxels *v, fsc_site_part **part, fsc_border *border,
                         const fsc_measures *out, fsc_error *err) {
    const fsc_sites *s = v->sites;
    FSC_AUTO_BLOCK fsc_place *place = fsc_alloc(s->n_site, sizeof *place);
    FSC_AUTO_BLOCK int32_t *value = fsc_alloc(v->n_set - s->n_site, sizeof *value);
    FSC_AUTO_BLOCK fsc_row *row = fsc_alloc(out->n_row, sizeof *row);
    if (!place || !value || !row) return fsc_fail_nomem(err, "keeping what was measured");
    for (int32_t i = 0; i < s->n_site; i++) place[i] = s->site[i].place;
    for (int32_t i = s->n_site; i < v->n_set; i++) value[i - s->n_site] = s->level[i - s->n_site].value;
    for (int32_t i = 0; i < out->n_row; i++) row[i] = out->row[i];
    empty(kept);
    kept->fatwater = v->fatwater;
    kept->scan = (fsc_measures){.n_fitted = out->n_fitted,
                                .pdff_median_fraction = out->pdff_median_fraction,
                                .swap_suspect_fraction = out->swap_suspect_fraction,
                                .snr_median = out->snr_median};
    kept->grid = s->grid;
    kept->border_sd_mm = s->border_sd_mm;
    kept->n_site = s->n_site;
    kept->n_row = out->n_row;
    FSC_GIVE(&kept->place, place);
    FSC_GIVE(&kept->value, value);
    FSC_GIVE(&kept->row, row);
    FSC_GIVE(&kept->part, *part);
    kept->voxels = *v;
    kept->voxels.sites = NULL;
    kept->border = *border;
    memset(v, 0, sizeof *v);
    memset(border, 0, sizeof *border);
    return FSC_OK;
}
