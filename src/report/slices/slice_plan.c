#include "slice_plan.h"

#include "alloc.h"
#include "fail.h"
#include "text.h"

#include <math.h>
#include <string.h>

#define MARGIN_MM 16.0

typedef struct chooser {
    fsc_slice_plan *plan;
    const fsc_report_input *input;
    const fsc_sheet *sheet;
    int64_t *count;               /* (n_level + 1, n_through): voxels of interest; row 0 is all levels together */
    const int32_t *level_of_site; /* n_site + 1; 0 = none, else level index in the sheet + 1 */
} chooser;

/* What makes a voxel interesting: its site when there are labels, else a finite result. Level index + 1, or 0. */
static int32_t interest(const chooser *c, int64_t voxel) {
    if (c->plan->labelled) return c->level_of_site[c->input->sites->site_of_voxel[voxel]];
    return isfinite(c->input->fatwater->pdff_fraction[voxel]) ? 1 : 0;
}

static void widen(fsc_crop *crop, int64_t column, int64_t row) {
    if (column < crop->c0) crop->c0 = column;
    if (column >= crop->c1) crop->c1 = column + 1;
    if (row < crop->r0) crop->r0 = row;
    if (row >= crop->r1) crop->r1 = row + 1;
}

static int has_level_label(const chooser *c, int64_t voxel) {
    const fsc_sites *sites = c->input->sites;
    return c->plan->labelled && sites->levels && sites->levels->data[voxel] != 0;
}

static void look_through(chooser *c) {
    const fsc_view *view = &c->plan->view;
    const fsc_grid *grid = &c->input->fatwater->grid;
    fsc_crop crop = {view->n_across, 0, view->n_down, 0};
    for (int64_t k = 0; k < view->n_through; k++)
        for (int64_t row = 0; row < view->n_down; row++)
            for (int64_t column = 0; column < view->n_across; column++) {
                const int64_t voxel = fsc_view_voxel(view, grid, column, row, k);
                const int32_t level = interest(c, voxel);
                if (level || has_level_label(c, voxel)) widen(&crop, column, row);
                if (!level) continue;
                c->count[k]++;
                if (c->plan->labelled) c->count[(int64_t)level * view->n_through + k]++;
            }
    c->plan->crop = crop;
}

static void add_margin(fsc_slice_plan *plan) {
    fsc_crop *crop = &plan->crop;
    const fsc_view *view = &plan->view;
    const int64_t a = (int64_t)ceil(MARGIN_MM / view->mm_across), d = (int64_t)ceil(MARGIN_MM / view->mm_down);
    crop->c0 = crop->c0 > a ? crop->c0 - a : 0;
    crop->r0 = crop->r0 > d ? crop->r0 - d : 0;
    crop->c1 = crop->c1 + a < view->n_across ? crop->c1 + a : view->n_across;
    crop->r1 = crop->r1 + d < view->n_down ? crop->r1 + d : view->n_down;
}

/* Keeps slices rising and each once. */
static void take(fsc_slice_plan *plan, int64_t slice, const char *level) {
    int32_t at = 0;
    while (at < plan->n && plan->pick[at].index < slice) at++;
    if (at < plan->n && plan->pick[at].index == slice) return;
    if (plan->n >= FSC_SLICES_MAX) return;
    memmove(&plan->pick[at + 1], &plan->pick[at], (size_t)(plan->n - at) * sizeof plan->pick[0]);
    plan->pick[at].index = slice;
    fsc_copy_text(plan->pick[at].level, sizeof plan->pick[at].level, level);
    plan->n++;
}

/* The slice where the running count passes fraction of the total. */
static int64_t weighted_quantile(const int64_t *count, int64_t n, double fraction) {
    int64_t total = 0, sum = 0;
    for (int64_t k = 0; k < n; k++) total += count[k];
    for (int64_t k = 0; k < n; k++) {
        sum += count[k];
        if (total && (double)sum >= fraction * (double)total) return k;
    }
    return n - 1;
}

static void choose_spread(chooser *c) {
    const int64_t n = c->plan->view.n_through;
    if (n <= 4) {
        for (int64_t k = 0; k < n; k++)
            if (c->count[k]) take(c->plan, k, "");
        return;
    }
    for (int q = 0; q < 3; q++) take(c->plan, weighted_quantile(c->count, n, (2 * q + 1) / 6.0), "");
}

static void choose_by_level(chooser *c) {
    const int64_t n = c->plan->view.n_through;
    int32_t measured = 0, seen = 0;
    for (int32_t l = 0; l < c->sheet->n_level; l++) measured += c->sheet->level[l].measured;
    for (int32_t l = 0; l < c->sheet->n_level; l++) {
        if (!c->sheet->level[l].measured) continue;
        /* With more levels than pictures, an even choice that keeps the first and the last. */
        const int32_t slot = measured > FSC_SLICES_MAX ? seen * (FSC_SLICES_MAX - 1) / (measured - 1) : seen;
        const int32_t before = seen == 0                   ? -1
                               : measured > FSC_SLICES_MAX ? (seen - 1) * (FSC_SLICES_MAX - 1) / (measured - 1)
                                                           : seen - 1;
        seen++;
        if (slot == before) continue;
        const int64_t *count = c->count + (int64_t)(l + 1) * n;
        int64_t best = 0;
        for (int64_t k = 1; k < n; k++)
            if (count[k] > count[best]) best = k;
        if (count[best]) take(c->plan, best, c->sheet->level[l].name);
    }
}

static int32_t level_in_sheet(const fsc_sheet *sheet, const char *name) {
    for (int32_t l = 0; l < sheet->n_level; l++)
        if (strcmp(sheet->level[l].name, name) == 0) return l + 1;
    return 0;
}

fsc_status fsc_slice_plan_make(fsc_slice_plan *out, const fsc_report_input *input, const fsc_sheet *sheet,
                               fsc_error *err) {
    memset(out, 0, sizeof *out);
    const fsc_fatwater *fatwater = input->fatwater;
    if (!fatwater || !fatwater->pdff_fraction) return FSC_OK;
    const fsc_sites *sites = input->sites;
    out->labelled =
        sites && sites->n_site > 0 && sheet->n_site > 0 && fsc_grid_same(&sites->grid, &fatwater->grid, 1e-3);
    fsc_view_of(&out->view, &fatwater->grid, fsc_view_natural_plane(&fatwater->grid));
    FSC_AUTO_BLOCK int64_t *count = fsc_alloc((sheet->n_level + 1) * out->view.n_through, sizeof *count);
    FSC_AUTO_BLOCK int32_t *level_of_site = fsc_alloc((out->labelled ? sites->n_site : 0) + 1, sizeof *level_of_site);
    if (!count || !level_of_site) return fsc_fail_nomem(err, "choosing slices for the report");
    for (int32_t s = 0; out->labelled && s < sites->n_site; s++)
        level_of_site[s + 1] = level_in_sheet(sheet, sites->site[s].place.level);
    chooser c = {out, input, sheet, count, level_of_site};
    look_through(&c);
    if (out->crop.c1 <= out->crop.c0) return FSC_OK;
    if (out->labelled && out->view.plane == FSC_PLANE_AXIAL)
        choose_by_level(&c);
    else
        choose_spread(&c);
    add_margin(out);
    return FSC_OK;
}
