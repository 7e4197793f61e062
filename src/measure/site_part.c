#include "site_part.h"

#include "correlate.h"

#include <math.h>
#include <string.h>

/* Each quarter's variance: the set's design effect (how many voxels stand for one independent sample) carried over to
 * the quarter's own spread. A quarter is narrower than the whole, so this errs to the safe side. */
static void quartile_variances(fsc_site_part *p, const fsc_voxels *v, int32_t set, double mean_square) {
    const float *pdff = v->fatwater->pdff_fraction;
    double square[4] = {0};
    for (int64_t i = v->start[set]; i < v->start[set + 1]; i++) {
        const double y = pdff[v->index[i]];
        const uint8_t q = v->quartile[i];
        if (q == FSC_NO_QUARTILE || !isfinite(y)) continue;
        const double r = y - p->sum_quartile[q] / (double)p->n_quartile[q];
        square[q] += r * r;
    }
    const double voxels_a_sample = mean_square > 0 ? p->variance_of_mean * (double)p->n / mean_square : 1;
    for (int q = 0; q < 4; q++) {
        const double n = (double)p->n_quartile[q];
        const double spread = n > 1 ? square[q] / (n - 1) : (double)NAN;
        const double samples = fmax(1, n / fmax(1, voxels_a_sample));
        p->variance_quartile[q] = spread / samples;
    }
}

static void add_voxel(fsc_site_part *p, const fsc_voxels *v, int64_t i) {
    const fsc_fatwater *fw = v->fatwater;
    const int64_t at = v->index[i];
    if (fw->quality) {
        p->n_flagged++;
        p->n_swap += (fw->quality[at] & FSC_Q_SWAP_SUSPECT) != 0;
    }
    const double y = fw->pdff_fraction ? (double)fw->pdff_fraction[at] : (double)NAN;
    if (!isfinite(y)) return;
    p->n++;
    p->sum += y;
    const double se = fw->pdff_se_fraction ? (double)fw->pdff_se_fraction[at] : (double)NAN;
    if (isfinite(se)) {
        p->noise_variance_sum += se * se;
        p->n_noise++;
    }
    for (int e = 0; e < 2; e++)
        if (v->depth[i] > e) {
            p->n_erode[e]++;
            p->sum_erode[e] += y;
        }
    if (v->quartile[i] != FSC_NO_QUARTILE) {
        p->n_quartile[v->quartile[i]]++;
        p->sum_quartile[v->quartile[i]] += y;
    }
    const double t2 = fw->t2_ms ? (double)fw->t2_ms[at] : (double)NAN;
    if (isfinite(t2)) {
        p->n_t2++;
        p->sum_t2 += t2;
        p->square_t2 += t2 * t2;
    }
    const double r2star = fw->r2star_per_s ? (double)fw->r2star_per_s[at] : (double)NAN;
    if (!isfinite(r2star)) return;
    p->n_r2star++;
    p->sum_r2star += r2star;
}

void fsc_site_part_measure(fsc_site_part *out, const fsc_voxels *v, int32_t set, float *scratch) {
    memset(out, 0, sizeof *out);
    out->n_labelled = v->start[set + 1] - v->start[set];
    for (int64_t i = v->start[set]; i < v->start[set + 1]; i++) add_voxel(out, v, i);
    out->variance_of_mean = (double)NAN;
    for (int q = 0; q < 4; q++) out->variance_quartile[q] = (double)NAN;
    if (out->n < 2) return;
    const double mean = out->sum / (double)out->n;
    double square = 0;
    for (int64_t i = v->start[set]; i < v->start[set + 1]; i++) {
        const double r = (double)v->fatwater->pdff_fraction[v->index[i]] - mean;
        if (isfinite(r)) square += r * r;
    }
    const int32_t *map;
    int32_t value;
    fsc_voxels_mark(v, set, &map, &value);
    out->variance_of_mean = fsc_variance_of_mean(&v->sites->grid, v->fatwater->pdff_fraction, map, value,
                                                 v->index + v->start[set], out->n_labelled, mean, scratch);
    quartile_variances(out, v, set, square / (double)(out->n - 1));
}
