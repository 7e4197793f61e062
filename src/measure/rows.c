#include "rows.h"

#include "alloc.h"
#include "border.h"
#include "fail.h"
#include "format.h"
#include "mode.h"
#include "shape.h"
#include "sort.h"
#include "text.h"
#include "tiles.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FEW_VOXELS 200
#define SWAP_SUSPECT 0.02 /* share of flagged voxels that is said */
#define LOW_SNR 10.0      /* our choice: a voxel's PDFF error then is of the order of 10 points */

/* Everything that making rows needs, allocated once. */
typedef struct rows_work {
    fsc_measures *out;
    const fsc_voxels *v;
    const fsc_border *border;
    const fsc_measure_kept *before; /* NULL = nothing is taken over */
    uint8_t *same;                  /* per set: as it was before */
    fsc_site_part *part;            /* per set */
    float *values, *spare;          /* as long as the longest row */
    double *area, *lean, *known;    /* per slab */
    int32_t *list;                  /* sets of the row at hand */
    int32_t n_list;
} rows_work;

double fsc_voxel_snr(const fsc_fatwater *fw, int64_t at) {
    if (!fw->water || !fw->fat || !(fw->noise_sd > 0)) return (double)NAN;
    return fabs((double)fw->water[at] + (double)fw->fat[at]) / fw->noise_sd;
}

typedef double (*rows_pick)(const fsc_fatwater *fw, int64_t at);

static double pick_pdff(const fsc_fatwater *fw, int64_t at) {
    return fw->pdff_fraction ? (double)fw->pdff_fraction[at] : (double)NAN;
}

/* Finite values of the row's voxels into w->values; n is returned. */
static int64_t gather(rows_work *w, rows_pick pick) {
    int64_t n = 0;
    for (int32_t l = 0; l < w->n_list; l++)
        for (int64_t i = w->v->start[w->list[l]]; i < w->v->start[w->list[l] + 1]; i++) {
            const double y = pick(w->v->fatwater, w->v->index[i]);
            if (isfinite(y)) w->values[n++] = (float)y;
        }
    return n;
}

static double ratio(double a, double b) {
    return b > 0 ? a / b : (double)NAN;
}

/* Joins the parts of the row's sets: sums add up; variances of the sets' means add with the squares of their shares, as
 * sets are taken as independent. A
 * set of one voxel has no variance of its own; its share is too small to matter unless the row has nothing else. */
static void join_parts(fsc_row *row, const rows_work *w) {
    double sum = 0, variance = 0, noise = 0, r2star = 0, t2 = 0, t2_square = 0, erode[2] = {0}, quartile[4] = {0},
           quartile_variance[4] = {0};
    int64_t n_erode[2] = {0}, n_quartile[4] = {0}, n_r2star = 0, n_t2 = 0, swap = 0, flagged = 0, labelled = 0,
            n_noise = 0;
    int known = 0, quartile_known[4] = {0};
    for (int32_t l = 0; l < w->n_list; l++) {
        const fsc_site_part *p = &w->part[w->list[l]];
        labelled += p->n_labelled;
        swap += p->n_swap;
        flagged += p->n_flagged;
        if (p->n == 0) continue;
        row->n_voxel += p->n;
        sum += p->sum;
        noise += p->noise_variance_sum;
        n_noise += p->n_noise;
        if (isfinite(p->variance_of_mean)) {
            variance += p->variance_of_mean * (double)p->n * (double)p->n;
            known = 1;
        }
        r2star += p->sum_r2star;
        n_r2star += p->n_r2star;
        t2 += p->sum_t2;
        t2_square += p->square_t2;
        n_t2 += p->n_t2;
        for (int e = 0; e < 2; e++) {
            n_erode[e] += p->n_erode[e];
            erode[e] += p->sum_erode[e];
        }
        for (int q = 0; q < 4; q++) {
            if (p->n_quartile[q] == 0) continue;
            n_quartile[q] += p->n_quartile[q];
            quartile[q] += p->sum_quartile[q];
            if (!isfinite(p->variance_quartile[q])) continue;
            quartile_variance[q] += p->variance_quartile[q] * (double)p->n_quartile[q] * (double)p->n_quartile[q];
            quartile_known[q] = 1;
        }
    }
    const double n = (double)row->n_voxel;
    row->n_missing = labelled - row->n_voxel;
    row->volume_mm3 = (double)labelled * w->v->voxel_mm3;
    row->pdff_mean_fraction = ratio(sum, n);
    row->pdff_se_noise_fraction = n_noise > 0 ? sqrt(noise * n / (double)n_noise) / n : (double)NAN;
    row->pdff_se_fraction = known ? ratio(sqrt(variance), n) : (double)NAN;
    if (row->pdff_se_fraction < row->pdff_se_noise_fraction) row->pdff_se_fraction = row->pdff_se_noise_fraction;
    row->pdff_mean_erode1_fraction = ratio(erode[0], (double)n_erode[0]);
    row->pdff_mean_erode2_fraction = ratio(erode[1], (double)n_erode[1]);
    row->n_voxel_erode1 = n_erode[0];
    row->n_voxel_erode2 = n_erode[1];
    for (int q = 0; q < 4; q++) {
        row->pdff_quartile_fraction[q] = ratio(quartile[q], (double)n_quartile[q]);
        row->pdff_quartile_se_fraction[q] =
            quartile_known[q] ? ratio(sqrt(quartile_variance[q]), (double)n_quartile[q]) : (double)NAN;
    }
    row->r2star_mean_per_s = ratio(r2star, (double)n_r2star);
    row->t2_mean_ms = ratio(t2, (double)n_t2);
    row->t2_se_ms =
        n_t2 > 1 ? sqrt(fmax(t2_square - t2 * row->t2_mean_ms, 0) / (double)(n_t2 - 1) / (double)n_t2) : (double)NAN;
    row->lean_volume_mm3 = row->volume_mm3 * (1 - row->pdff_mean_fraction);
    row->swap_fraction = ratio((double)swap, (double)flagged);
}

static void add_word(fsc_row *row, const char *word) {
    const size_t n = strlen(row->quality);
    fsc_format(row->quality + n, sizeof row->quality - n, "%s%s", n ? "," : "", word);
}

static const char *method_word(fsc_method method) {
    switch (method) {
    case FSC_METHOD_COMPLEX: break;
    case FSC_METHOD_MAGNITUDE: return "magnitude-only";
    case FSC_METHOD_TWO_POINT:
    case FSC_METHOD_TWO_POINT_MAGNITUDE: return "2-point-not-pdff";
    case FSC_METHOD_READY_WATER_FAT: return "from-ready-images";
    case FSC_METHOD_READY_FAT_FRACTION: return "from-ready-map";
    }
    return NULL;
}

static void judge(fsc_row *row, const rows_work *w) {
    if (row->cut_by_fov) add_word(row, "cut-by-field-of-view");
    if (row->n_voxel < FEW_VOXELS) add_word(row, "few-voxels");
    if (row->swap_fraction > SWAP_SUSPECT) add_word(row, "swap-suspect");
    if (row->snr < LOW_SNR) add_word(row, "low-snr");
    if (row->kind != FSC_ROW_LEVEL_BONE && isnan(row->csa_mm2)) add_word(row, "csa-not-measurable");
    if (w->v->sites->grid.spacing_assumed) add_word(row, "spacing-assumed");
    if (row->place.side == FSC_SIDE_UNKNOWN) add_word(row, "side-unknown");
    const char *word = method_word(w->v->fatwater->method);
    if (word) add_word(row, word);
}

/* Sets that are as they were make the row that they made, but for what was said of it before it is filled. */
static int take_over(const rows_work *w, fsc_row *row) {
    const fsc_row said = *row;
    for (int32_t l = 0; l < w->n_list; l++)
        if (!w->before || !w->same[w->list[l]]) return 0;
    *row = w->before->row[row - w->out->row];
    row->kind = said.kind;
    row->place = said.place;
    row->label_value = said.label_value;
    row->coverage = said.coverage;
    row->cut_by_fov = said.cut_by_fov;
    row->quality[0] = 0;
    return 1;
}

/* Fills the row whose sets are listed and whose names are set. */
static void fill_row(rows_work *w, fsc_row *row) {
    if (take_over(w, row)) return;
    join_parts(row, w);
    int64_t n = gather(w, fsc_voxel_snr);
    row->snr = fsc_median_of(w->values, n);
    n = gather(w, pick_pdff);
    double square = 0;
    for (int64_t i = 0; i < n; i++) {
        const double r = (double)w->values[i] - row->pdff_mean_fraction;
        square += r * r;
    }
    row->pdff_sd_fraction = n > 1 ? sqrt(square / (double)(n - 1)) : (double)NAN;
    fsc_sort_floats(w->values, w->spare, n);
    row->pdff_median_fraction = fsc_median_sorted(w->values, n);
    row->pdff_mode_fraction = fsc_half_sample_mode(w->values, n);
    const fsc_section section = fsc_section_largest(w->v, w->list, w->n_list, w->area, w->lean, w->known);
    row->csa_mm2 = section.csa_mm2;
    row->lean_csa_mm2 = section.lean_csa_mm2;
    fsc_label_error(row, w->border, w->v, w->list, w->n_list);
}

static fsc_row *new_row(rows_work *w, fsc_row_kind kind, const char *muscle, const char *level, fsc_side side) {
    fsc_row *row = &w->out->row[w->out->n_row++];
    memset(row, 0, sizeof *row);
    row->kind = kind;
    row->place.side = side;
    row->coverage = row->z = row->percentile = (double)NAN;
    fsc_copy_text(row->place.muscle, sizeof row->place.muscle, muscle);
    fsc_copy_text(row->place.level, sizeof row->place.level, level);
    w->n_list = 0;
    return row;
}

/* Adds a site to the row at hand. */
static void take_site(rows_work *w, fsc_row *row, int32_t s) {
    const fsc_site *site = &w->v->sites->site[s];
    row->cut_by_fov |= site->cut_by_fov;
    row->label_value = w->n_list == 0                          ? site->label_value
                       : row->label_value == site->label_value ? site->label_value
                                                               : 0;
    w->list[w->n_list++] = s;
}

static int same_muscle(const fsc_site *a, const fsc_site *b) {
    return strcmp(a->place.muscle, b->place.muscle) == 0;
}

/* The sites [first, last) are one muscle's. A level's rows: each side, then both when there are two. */
static void level_rows(rows_work *w, int32_t first, int32_t last) {
    const fsc_sites *sites = w->v->sites;
    for (int32_t s = first; s < last;) {
        int32_t end = s;
        while (end < last && strcmp(sites->site[end].place.level, sites->site[s].place.level) == 0) end++;
        /* Beyond the labelled levels there is no level to report; without any level map "n/a" is the level. */
        if (sites->n_level == 0 || strcmp(sites->site[s].place.level, "n/a") != 0) {
            for (int32_t i = s; i < end; i++) {
                const fsc_site *site = &sites->site[i];
                fsc_row *row = new_row(w, FSC_ROW_SITE, site->place.muscle, site->place.level, site->place.side);
                take_site(w, row, i);
                row->coverage = site->coverage;
                fill_row(w, row);
                judge(row, w);
            }
            if (end - s > 1) {
                fsc_row *row = new_row(w, FSC_ROW_SITE_BOTH, sites->site[s].place.muscle, sites->site[s].place.level,
                                       FSC_SIDE_BOTH);
                double covered = 0, voxels = 0;
                for (int32_t i = s; i < end; i++) {
                    take_site(w, row, i);
                    covered += sites->site[i].coverage * (double)sites->site[i].n_voxel;
                    voxels += (double)sites->site[i].n_voxel;
                }
                row->coverage = covered / voxels;
                fill_row(w, row);
                judge(row, w);
            }
        }
        s = end;
    }
}

static void muscle_rows(rows_work *w, int32_t first, int32_t last) {
    const fsc_sites *sites = w->v->sites;
    int32_t n_side = 0;
    for (fsc_side side = FSC_SIDE_UNKNOWN; side <= FSC_SIDE_MIDLINE; side++) {
        fsc_row *row = NULL;
        for (int32_t i = first; i < last; i++) {
            if (sites->site[i].place.side != side) continue;
            if (!row) row = new_row(w, FSC_ROW_MUSCLE, sites->site[i].place.muscle, "all", side);
            take_site(w, row, i);
        }
        if (!row) continue;
        n_side++;
        fill_row(w, row);
        judge(row, w);
    }
    if (n_side < 2) return;
    fsc_row *row = new_row(w, FSC_ROW_MUSCLE_BOTH, sites->site[first].place.muscle, "all", FSC_SIDE_BOTH);
    for (int32_t i = first; i < last; i++) take_site(w, row, i);
    fill_row(w, row);
    judge(row, w);
}

static int bone_touches_border(const fsc_voxels *v, int32_t set) {
    const fsc_grid *g = &v->sites->grid;
    for (int64_t i = v->start[set]; i < v->start[set + 1]; i++) {
        const int64_t at = v->index[i];
        const int64_t ijk[3] = {at % g->dim[0], at / g->dim[0] % g->dim[1], at / (g->dim[0] * g->dim[1])};
        for (int a = 0; a < 3; a++)
            if (ijk[a] == 0 || ijk[a] == g->dim[a] - 1) return 1;
    }
    return 0;
}

/* A body's fat and volume; quarters, rims and cross-sections are a muscle's. */
static void bone_row(rows_work *w, int32_t set) {
    const fsc_level_span *span = &w->v->sites->level[set - w->v->sites->n_site];
    fsc_row *row = new_row(w, FSC_ROW_LEVEL_BONE, "vertebra", span->level, FSC_SIDE_MIDLINE);
    row->label_value = span->value;
    w->list[w->n_list++] = set;
    row->cut_by_fov = bone_touches_border(w->v, set);
    fill_row(w, row);
    row->csa_mm2 = row->csa_se_label_mm2 = row->lean_csa_mm2 = row->lean_volume_mm3 = (double)NAN;
    row->pdff_mean_erode1_fraction = row->pdff_mean_erode2_fraction = (double)NAN;
    row->n_voxel_erode1 = row->n_voxel_erode2 = 0;
    for (int q = 0; q < 4; q++) {
        row->pdff_quartile_fraction[q] = row->pdff_quartile_se_fraction[q] = (double)NAN;
        row->pdff_quartile_se_label_fraction[q] = (double)NAN;
    }
    judge(row, w);
}

/* One set after the other, any thread: a set's part depends on nothing else. */
typedef struct rows_measure {
    const rows_work *work;
    float *scratch; /* longest x 3 for each worker */
    int64_t longest;
} rows_measure;

static void measure_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    const rows_measure *m = context;
    const rows_work *w = m->work;
    for (int64_t s = begin; s < end; s++)
        if (w->before && w->same[s])
            w->part[s] = w->before->part[s];
        else
            fsc_site_part_measure(&w->part[s], w->v, (int32_t)s, m->scratch + 3 * m->longest * worker);
}

static fsc_status make(rows_work *w, const fsc_progress *progress, fsc_error *err) {
    const fsc_voxels *v = w->v;
    const fsc_sites *sites = v->sites;
    int64_t longest = 1;
    for (int32_t s = 0; s < v->n_set; s++)
        if (v->start[s + 1] - v->start[s] > longest) longest = v->start[s + 1] - v->start[s];
    FSC_AUTO_BLOCK float *scratch = fsc_alloc(3 * longest * fsc_tiles_workers(0), sizeof *scratch);
    /* At most: a row a set, one for both sides, one a muscle and side, one a muscle: under three for each set. */
    w->out->row = fsc_alloc(3 * (int64_t)v->n_set, sizeof *w->out->row);
    if (!scratch || !w->out->row) return fsc_fail_nomem(err, "measuring the sites");
    rows_measure context = {w, scratch, longest};
    const fsc_ask ask = {progress, "measure", 0, 1};
    FSC_TRY(fsc_tiles_run_asking(v->n_set, 1, measure_tile, &context, 0, &ask, err));
    for (int32_t s = 0; s < sites->n_site;) {
        int32_t end = s;
        while (end < sites->n_site && same_muscle(&sites->site[s], &sites->site[end])) end++;
        level_rows(w, s, end);
        muscle_rows(w, s, end);
        s = end;
    }
    for (int32_t s = sites->n_site; s < v->n_set; s++)
        if (v->start[s + 1] > v->start[s]) bone_row(w, s);
    return FSC_OK;
}

/* With all room made: the borders, the parts, the rows. */
static fsc_status measure(rows_work *w, fsc_border *border, const fsc_progress *progress, fsc_error *err) {
    const fsc_measure_kept *before = w->before;
    if (before) fsc_kept_compare(w->same, before, w->v);
    FSC_TRY(fsc_border_measure(border, w->v, before ? &before->border : NULL, progress, err));
    for (int32_t s = 0; before && border->fresh && s < w->v->n_set; s++) w->same[s] &= !border->fresh[s];
    return make(w, progress, err);
}

fsc_status fsc_rows_make(fsc_measures *out, fsc_voxels *v, fsc_measure_kept *kept, const fsc_progress *progress,
                         fsc_error *err) {
    const int64_t n = v->start[v->n_set];
    FSC_AUTO_BLOCK fsc_site_part *part = fsc_alloc(v->n_set, sizeof *part);
    FSC_AUTO_BLOCK float *values = fsc_alloc(2 * n, sizeof *values);
    FSC_AUTO_BLOCK double *slabs = fsc_alloc(3 * (int64_t)v->n_slab, sizeof *slabs);
    FSC_AUTO_BLOCK int32_t *list = fsc_alloc(v->n_set, sizeof *list);
    FSC_AUTO_BLOCK uint8_t *same = fsc_alloc(v->n_set, 1);
    if (!part || !values || !slabs || !list || !same) return fsc_fail_nomem(err, "measuring the sites");
    fsc_border border = {0};
    rows_work w = {.out = out,
                   .v = v,
                   .border = &border,
                   .before = kept && fsc_kept_fits(kept, v) ? kept : NULL,
                   .same = same,
                   .part = part,
                   .values = values,
                   .spare = values + n,
                   .area = slabs,
                   .lean = slabs + v->n_slab,
                   .known = slabs + 2 * (int64_t)v->n_slab,
                   .list = list};
    fsc_status status = measure(&w, &border, progress, err);
    if (status == FSC_OK && kept) status = fsc_kept_take(kept, v, &part, &border, out, err);
    fsc_border_free(&border);
    return status;
}
