/* What a row makes of the displaced labels. */
#include "border.h"

#include <math.h>

/* The row as one draw shows it. */
typedef struct error_draw {
    double mean, quartile[4], voxels, area; /* area: of the largest slice */
} error_draw;

static double ratio(double a, double b) {
    return b > 0 ? a / b : (double)NAN;
}

static error_draw look(const fsc_border *b, int32_t draw, const int32_t *list, int32_t n_list) {
    error_draw out = {0};
    double n = 0, sum = 0, n_quartile[4] = {0}, sum_quartile[4] = {0};
    for (int32_t l = 0; l < n_list; l++) {
        const int64_t cell = (int64_t)draw * b->n_set + list[l];
        n += (double)b->n[cell];
        sum += b->sum[cell];
        out.voxels += (double)b->n_labelled[cell];
        for (int q = 0; q < 4; q++) {
            n_quartile[q] += (double)b->n_quartile[4 * cell + q];
            sum_quartile[q] += b->sum_quartile[4 * cell + q];
        }
    }
    for (int32_t s = 0; s < b->n_slice; s++) {
        double area = 0;
        for (int32_t l = 0; l < n_list; l++) area += b->area[((int64_t)draw * b->n_set + list[l]) * b->n_slice + s];
        out.area = fmax(out.area, area);
    }
    out.mean = ratio(sum, n);
    for (int q = 0; q < 4; q++) out.quartile[q] = ratio(sum_quartile[q], n_quartile[q]);
    return out;
}

/* What can be measured in a draw less the same without it. */
typedef struct error_sum {
    double n, sum, square;
} error_sum;

static void add(error_sum *e, double displaced, double as_is) {
    const double d = displaced - as_is;
    if (!isfinite(d)) return;
    e->n++;
    e->sum += d;
    e->square += d * d;
}

/* The labels at hand were displaced once already; the draws displace them once more, so that their SD to the true
 * border is sqrt(2) of what it was (simulation and extrapolation, Cook and Stefanski 1994,
 * doi 10.1080/01621459.1994.10476871). What a border takes in grows with that SD to a power of 1 (an edge) to 2 (a
 * gradient), so the shift between 1 and sqrt(2) stands for 2.41 to 1 of itself between 0 and 1. Chosen in between on
 * drawn low backs (doc/equations/measure.md). The scatter needs no such factor. */
#define EXTRAPOLATE 1.8

typedef struct error_parts {
    double bias, se; /* se: root mean square of scatter and bias */
} error_parts;

/* A site so small that fewer than half of the draws leave anything of it has no label error that means something. */
static error_parts parts(const error_sum *e, int32_t n_draw) {
    error_parts out = {(double)NAN, (double)NAN};
    if (2 * e->n < n_draw - 1 || e->n < 2) return out;
    const double shift = e->sum / e->n, scatter = fmax(0, (e->square - e->n * shift * shift) / (e->n - 1));
    /* The mean of the draws scatters too; what that explains is no shift. */
    const double clear = fmax(0, shift * shift - scatter / e->n);
    out.bias = copysign(EXTRAPOLATE * sqrt(clear), shift);
    out.se = sqrt(scatter + out.bias * out.bias);
    return out;
}

/* Relative error of a row's volume from where its level begins and ends: both cuts move on their own, and the whole
 * cross-section with them, which displaced borders of the draws hardly show. */
static double cut_share(const fsc_row *row, const fsc_voxels *v, const int32_t *list, int32_t n_list) {
    const int has_cuts = (row->kind == FSC_ROW_SITE || row->kind == FSC_ROW_SITE_BOTH) && v->sites->n_level > 0;
    double first = INFINITY, last = -INFINITY;
    for (int32_t l = 0; l < n_list && has_cuts; l++)
        for (int64_t i = v->start[list[l]]; i < v->start[list[l] + 1]; i++) {
            first = fmin(first, v->along_mm[i]);
            last = fmax(last, v->along_mm[i]);
        }
    return last >= first ? sqrt(2) * v->sites->cut_sd_mm / (last - first + v->slab_mm) : 0;
}

void fsc_label_error(fsc_row *row, const fsc_border *b, const fsc_voxels *v, const int32_t *list, int32_t n_list) {
    row->pdff_se_label_fraction = row->pdff_label_bias_fraction = (double)NAN;
    row->csa_se_label_mm2 = row->volume_se_label_mm3 = (double)NAN;
    for (int q = 0; q < 4; q++) row->pdff_quartile_se_label_fraction[q] = (double)NAN;
    if (b->n_draw < 2) return;
    const error_draw as_is = look(b, 0, list, n_list);
    error_sum mean = {0}, volume = {0}, area = {0}, quartile[4] = {{0}};
    for (int32_t draw = 1; draw < b->n_draw; draw++) {
        const error_draw d = look(b, draw, list, n_list);
        add(&mean, d.mean, as_is.mean);
        add(&volume, d.voxels / as_is.voxels, 1);
        add(&area, d.area / as_is.area, 1);
        for (int q = 0; q < 4; q++) add(&quartile[q], d.quartile[q], as_is.quartile[q]);
    }
    const error_parts fat = parts(&mean, b->n_draw);
    row->pdff_se_label_fraction = fat.se;
    row->pdff_label_bias_fraction = fat.bias;
    const double factor = v->sites->size_factor;
    row->volume_se_label_mm3 =
        row->volume_mm3 * hypot(factor * parts(&volume, b->n_draw).se, cut_share(row, v, list, n_list));
    row->csa_se_label_mm2 = row->csa_mm2 * factor * parts(&area, b->n_draw).se;
    for (int q = 0; q < 4; q++) row->pdff_quartile_se_label_fraction[q] = parts(&quartile[q], b->n_draw).se;
}

double fsc_row_se_fraction(const fsc_row *row) {
    const double label = row->pdff_se_label_fraction;
    return isfinite(label) ? hypot(row->pdff_se_fraction, label) : row->pdff_se_fraction;
}

static double or_zero(double x) {
    return isfinite(x) ? x : 0;
}

double fsc_row_label_scatter_variance(const fsc_row *row) {
    const double se = or_zero(row->pdff_se_label_fraction), bias = or_zero(row->pdff_label_bias_fraction);
    return fmax(0, se * se - bias * bias);
}

double fsc_rows_label_variance(const fsc_row *a, const fsc_row *b) {
    const double bias = or_zero(a->pdff_label_bias_fraction) - or_zero(b->pdff_label_bias_fraction);
    return fsc_row_label_scatter_variance(a) + fsc_row_label_scatter_variance(b) + bias * bias;
}
