/* fsc_measure_run: the tissue summary and, with sites, the rows. The way through this room:
 *   voxels.c       the labelled voxels, set by set (a site or a vertebral body)
 *   site_part.c    what one set says: sums, rims (erode.c), quarters of the width (quartile.c), and how far a mean may
 *                  be trusted when neighbours are alike (correlate.c)
 *   border.c       the same sets with their labels' border displaced at random, label_error.c what a row makes of it
 *   rows.c         sets joined to rows: site, both sides, whole muscle, bone; with median, mode.c and shape.c
 *   kept.c         what a measurement leaves for the next one of nearly the same labels
 *   site_fields.c  the one description of a row, for every file and page that shows it
 *   tsv.c          the table on disk with its dictionary, and back */
#include "alloc.h"
#include "fail.h"
#include "rows.h"
#include "sort.h"
#include "text.h"

#include <fascicle/measure.h>
#include <math.h>
#include <string.h>

FSC_DEFINE_AUTO(fsc_measures, fsc_measures_free)

void fsc_measures_free(fsc_measures *measures) {
    if (!measures) return;
    fsc_free(measures->row);
    fsc_notes_free(&measures->notes);
    fsc_free(measures);
}

const fsc_row *fsc_measures_find(const fsc_measures *measures, const char *muscle, const char *level, fsc_side side) {
    if (!measures || measures->n_row == 0) return NULL;
    const fsc_place wanted = fsc_place_of(muscle, level, side);
    const int32_t i = fsc_place_find(&measures->row[0].place, sizeof *measures->row, measures->n_row, &wanted);
    return i >= 0 ? &measures->row[i] : NULL;
}

/* The whole scan, without labels: all voxels with a result. */
static fsc_status summarise(fsc_measures *out, const fsc_fatwater *fw, fsc_error *err) {
    const int64_t n = fsc_grid_count(&fw->grid);
    FSC_AUTO_BLOCK float *list = fsc_alloc(n, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "summarising the scan");
    int64_t swap = 0, n_snr = 0;
    out->swap_suspect_fraction = out->pdff_median_fraction = out->snr_median = (double)NAN;
    for (int64_t v = 0; v < n && fw->pdff_fraction; v++) {
        if (!isfinite(fw->pdff_fraction[v])) continue;
        if (fw->quality) swap += (fw->quality[v] & FSC_Q_SWAP_SUSPECT) != 0;
        list[out->n_fitted++] = fw->pdff_fraction[v];
    }
    if (fw->quality && out->n_fitted > 0) out->swap_suspect_fraction = (double)swap / (double)out->n_fitted;
    out->pdff_median_fraction = fsc_median_of(list, out->n_fitted);
    for (int64_t v = 0; v < n && fw->pdff_fraction; v++) {
        const double snr = isfinite(fw->pdff_fraction[v]) ? fsc_voxel_snr(fw, v) : (double)NAN;
        if (isfinite(snr)) list[n_snr++] = (float)snr;
    }
    out->snr_median = fsc_median_of(list, n_snr);
    return FSC_OK;
}

/* A muscle that is mostly fat, or a good part of which has no fat fraction at all, is more often a label map that lies
 * elsewhere than a muscle. Both limits are ours, chosen wide of what is seen in published groups. */
#define FAT_FRACTION 0.60
#define EMPTY_SHARE 0.20
#define LEAST_VOXELS 20

static void doubt_labels(fsc_measures *out) {
    const fsc_row *empty = NULL, *fat = NULL;
    double empty_share = EMPTY_SHARE;
    int32_t n_empty = 0, n_fat = 0;
    for (int32_t i = 0; i < out->n_row; i++) {
        const fsc_row *row = &out->row[i];
        const double labelled = (double)(row->n_voxel + row->n_missing), share = (double)row->n_missing / labelled;
        if (row->kind != FSC_ROW_MUSCLE || labelled < LEAST_VOXELS) continue;
        n_empty += share > EMPTY_SHARE;
        if (share > empty_share) empty_share = share, empty = row;
        if (!(row->pdff_median_fraction > FAT_FRACTION)) continue;
        n_fat++;
        if (!fat || row->pdff_median_fraction > fat->pdff_median_fraction) fat = row;
    }
    if (empty)
        fsc_notes_add(
            &out->notes, FSC_NOTE_WARNING, "labels-empty",
            "Labels may lie elsewhere: %.0f %% of %s (%s) has no fat fraction (%d such); check that they are of "
            "this person and session.",
            100 * empty_share, empty->place.muscle, fsc_side_text(empty->place.side), (int)n_empty);
    if (fat)
        fsc_notes_add(
            &out->notes, FSC_NOTE_WARNING, "labels-fat",
            "Labels may lie elsewhere: %s (%s) reads %.0f %% fat (%d such); check that they are of this person "
            "and session.",
            fat->place.muscle, fsc_side_text(fat->place.side), 100 * fat->pdff_median_fraction, (int)n_fat);
}

/* Noise leaves no patch of exact zeros (or ones) in tissue, however lean: such a patch was never measured, or its
 * numbers got lost.
 * So many voxels within patches, and this share of all labelled ones, are said. */
#define BLANK_LEAST 10
#define BLANK_SHARE 2e-3

/* Non-zero when the voxel and all beside it within its plane of storage hold exactly no fat, or nothing but fat. */
static int is_blank(const fsc_fatwater *fw, int64_t v) {
    const int64_t nx = fw->grid.dim[0], ny = fw->grid.dim[1], x = v % nx, y = v / nx % ny;
    const float here = fw->pdff_fraction[v] > 0.5f ? 1.0f : 0.0f;
    for (int64_t dy = y > 0 ? -1 : 0; dy <= (y + 1 < ny ? 1 : 0); dy++)
        for (int64_t dx = x > 0 ? -1 : 0; dx <= (x + 1 < nx ? 1 : 0); dx++) {
            const float f = fw->pdff_fraction[v + dy * nx + dx];
            if (!isfinite(f) || f < here || f > here) return 0;
        }
    return 1;
}

static void doubt_map(fsc_measures *out, const fsc_fatwater *fw, const fsc_sites *sites) {
    const int64_t n = fsc_grid_count(&fw->grid);
    int64_t blank = 0, labelled = 0;
    for (int64_t v = 0; v < n && fw->pdff_fraction; v++) {
        if (sites->site_of_voxel[v] <= 0) continue;
        labelled++;
        blank += is_blank(fw, v);
    }
    if ((double)blank <= fmax(BLANK_LEAST, BLANK_SHARE * (double)labelled)) return;
    fsc_notes_add(
        &out->notes, FSC_NOTE_WARNING, "map-blank",
        "Fat fractions are wrong in places: %.1f %% of the labelled voxels hold exactly 0 or 100 %% fat, as all "
        "around them do; an image was cut or lost a part there.",
        100.0 * (double)blank / (double)labelled);
}

static void say(fsc_measures *out, const fsc_sites *sites) {
    int64_t missing = 0, labelled = 0;
    int32_t n_site = 0, cut = 0;
    for (int32_t i = 0; i < out->n_row; i++) {
        const fsc_row *row = &out->row[i];
        if (row->kind == FSC_ROW_MUSCLE) {
            missing += row->n_missing;
            labelled += row->n_missing + row->n_voxel;
        }
        if (row->kind != FSC_ROW_SITE) continue;
        n_site++;
        cut += row->cut_by_fov != 0;
    }
    fsc_notes_add(&out->notes, FSC_NOTE_FOUND, "sites-measured", "%d sites, %lld voxels; %d cut by the field of view",
                  (int)n_site, (long long)(labelled - missing), (int)cut);
    if (missing > 0)
        fsc_notes_add(
            &out->notes, FSC_NOTE_WARNING, "voxels-missing",
            "%lld of %lld labelled muscle voxels have no fat fraction and are left out of means, not of volumes",
            (long long)missing, (long long)labelled);
    if (sites->grid.spacing_assumed)
        fsc_notes_add(&out->notes, FSC_NOTE_WARNING, "spacing-assumed",
                      "areas and volumes mean nothing in themselves: the scan's voxel size is assumed");
}

static fsc_status measure_sites(fsc_measures *out, fsc_measure_kept *kept, const fsc_fatwater *fw,
                                const fsc_sites *sites, const fsc_progress *progress, fsc_error *err) {
    double spacing[3];
    fsc_grid_spacing_mm(&sites->grid, spacing);
    const double tolerance = 0.1 * fmin(spacing[0], fmin(spacing[1], spacing[2]));
    if (!fsc_grid_same(&fw->grid, &sites->grid, tolerance))
        return fsc_fail(err, FSC_E_SHAPE,
                        "the maps and the sites are on different grids; build the sites on the maps' own grid");
    out->label_source = sites->label_source;
    fsc_copy_text(out->muscle_scheme, sizeof out->muscle_scheme, sites->muscle_scheme);
    fsc_copy_text(out->level_scheme, sizeof out->level_scheme, sites->level_scheme);
    fsc_voxels voxels;
    FSC_TRY(fsc_voxels_list(&voxels, fw, sites, err));
    const fsc_status status = fsc_rows_make(out, &voxels, kept, progress, err);
    fsc_voxels_free(&voxels);
    if (status == FSC_OK) {
        say(out, sites);
        doubt_labels(out);
        doubt_map(out, fw, sites);
    }
    return status;
}

static fsc_status run(fsc_measures **out, fsc_measure_kept *kept, const fsc_fatwater *fatwater,
                      const fsc_sites *sites, const fsc_progress *progress, fsc_error *err) {
    FSC_AUTO(fsc_measures) made = fsc_alloc(1, sizeof *made);
    if (!made) return fsc_fail_nomem(err, "measuring");
    if (kept && kept->fatwater == fatwater)
        *made = kept->scan;
    else
        FSC_TRY(summarise(made, fatwater, err));
    made->method = fatwater->method;
    if (sites) FSC_TRY(measure_sites(made, kept, fatwater, sites, progress, err));
    FSC_TRY(fsc_notes_check(&made->notes, err));
    FSC_GIVE(out, made);
    return FSC_OK;
}

fsc_status fsc_measure_run(fsc_measures **out, const fsc_fatwater *fatwater, const fsc_sites *sites,
                           const fsc_progress *progress, fsc_error *err) {
    if (!out || !fatwater) return fsc_fail(err, FSC_E_ARG, "measuring needs the fat-water maps");
    return run(out, NULL, fatwater, sites, progress, err);
}

fsc_status fsc_measure_again(fsc_measures **out, fsc_measure_kept **kept, const fsc_fatwater *fatwater,
                             const fsc_sites *sites, const fsc_progress *progress, fsc_error *err) {
    if (!out || !kept || !fatwater || !sites)
        return fsc_fail(err, FSC_E_ARG, "measuring again needs the fat-water maps and the sites");
    if (!*kept) *kept = fsc_alloc(1, sizeof **kept);
    if (!*kept) return fsc_fail_nomem(err, "measuring");
    return run(out, *kept, fatwater, sites, progress, err);
}
