#include "magnitude.h"
#include "alloc.h"
#include "body.h"
#include "fail.h"
#include "maps.h"
#include "tiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TILE 256
#define ITERATIONS 25
#define SAMPLE 2048

typedef struct solution {
    double water, fat, r2; /* at TE = 0 */
    double residual;
    double inverse[6]; /* of J^T J: ww, wf, wr, ff, fr, rr */
} solution;

/* Inverse of a symmetric 3 x 3 matrix given and returned as ww, wf, wr, ff, fr, rr. */
static void invert(double out[6], const double a[6]) {
    const double c0 = a[3] * a[5] - a[4] * a[4], c1 = a[2] * a[4] - a[1] * a[5], c2 = a[1] * a[4] - a[2] * a[3];
    const double det = a[0] * c0 + a[1] * c1 + a[2] * c2, q = 1 / (fabs(det) > 1e-300 ? det : 1e-300);
    out[0] = c0 * q;
    out[1] = c1 * q;
    out[2] = c2 * q;
    out[3] = (a[0] * a[5] - a[2] * a[2]) * q;
    out[4] = (a[1] * a[2] - a[0] * a[4]) * q;
    out[5] = (a[0] * a[3] - a[1] * a[1]) * q;
}

/* Residual, normal matrix and gradient at x = (water, fat, r2). */
static double evaluate(const fsc_model *model, const double *m, const double x[3], double normal[6], double slope[3]) {
    double sum = 0;
    memset(normal, 0, 6 * sizeof *normal);
    memset(slope, 0, 3 * sizeof *slope);
    for (int32_t n = 0; n < model->n_echo; n++) {
        const double a = model->fat_re[n], b = model->fat_im[n], d = exp(-x[2] * model->te_s[n]);
        const double re = x[0] + x[1] * a, im = x[1] * b, size = sqrt(re * re + im * im) + 1e-30;
        const double r = m[n] - d * size;
        const double j[3] = {d * re / size, d * (re * a + im * b) / size, -model->te_s[n] * d * size};
        sum += r * r;
        for (int32_t i = 0, at = 0; i < 3; i++) {
            slope[i] += j[i] * r;
            for (int32_t k = i; k < 3; k++) normal[at++] += j[i] * j[k];
        }
    }
    return sum;
}

/* Levenberg and Marquardt from a given fat share. */
static solution descend(const fsc_model *model, const double *m, double share) {
    double x[3] = {(1 - share) * m[0] * 1.1, share * m[0] * 1.1, model->r2_typical}, normal[6], slope[3];
    double best = evaluate(model, m, x, normal, slope), damp = 1e-3;
    for (int32_t i = 0; i < ITERATIONS; i++) {
        double damped[6], inverse[6], y[3], new_normal[6], new_slope[3];
        memcpy(damped, normal, sizeof damped);
        damped[0] *= 1 + damp;
        damped[3] *= 1 + damp;
        damped[5] *= 1 + damp;
        invert(inverse, damped);
        y[0] = x[0] + inverse[0] * slope[0] + inverse[1] * slope[1] + inverse[2] * slope[2];
        y[1] = x[1] + inverse[1] * slope[0] + inverse[3] * slope[1] + inverse[4] * slope[2];
        y[2] = x[2] + inverse[2] * slope[0] + inverse[4] * slope[1] + inverse[5] * slope[2];
        y[2] = fmin(fmax(y[2], -200), 2000);
        const double sum = evaluate(model, m, y, new_normal, new_slope);
        if (sum < best) {
            best = sum;
            memcpy(x, y, sizeof x);
            memcpy(normal, new_normal, sizeof normal);
            memcpy(slope, new_slope, sizeof slope);
            damp = fmax(damp * 0.2, 1e-12);
        } else {
            damp *= 10;
        }
    }
    solution s = {x[0], x[1], x[2], best, {0}};
    invert(s.inverse, normal);
    return s;
}

typedef struct magnitude_job {
    fsc_fatwater *out;
    const fsc_scan *scan;
    const fsc_model *model;
    const int32_t *tissue;
    double scale;
    double noise_variance;
} magnitude_job;

static void fit_both(const magnitude_job *job, int32_t v, solution *near, solution *far, double *energy) {
    const int64_t n_voxel = fsc_grid_count(&job->scan->grid);
    double m[FSC_ECHO_MAX];
    *energy = 0;
    for (int32_t n = 0; n < job->model->n_echo; n++) {
        m[n] = (double)job->scan->echo_re[v + n * n_voxel] * job->scale;
        *energy += m[n] * m[n];
    }
    const solution lean = descend(job->model, m, 0.1), fatty = descend(job->model, m, 0.9);
    const int fat_wins = fatty.residual < lean.residual;
    *near = fat_wins ? fatty : lean;
    *far = fat_wins ? lean : fatty;
}

static void fit_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const magnitude_job *job = context;
    fsc_fatwater *const out = job->out;
    for (int64_t i = begin; i < end; i++) {
        const int32_t v = job->tissue[i];
        solution s, other;
        double energy;
        fit_both(job, v, &s, &other, &energy);
        const double total = s.water + s.fat, kw = -s.fat / (total * total), kf = s.water / (total * total);
        const double variance = kw * kw * s.inverse[0] + 2 * kw * kf * s.inverse[1] + kf * kf * s.inverse[3];
        /* Two ends of the same valley are one solution, not two. */
        const int apart = fabs(other.fat / (other.water + other.fat) - s.fat / total) > 0.1;
        const double against = (other.residual - s.residual) / (2 * job->noise_variance);
        out->pdff_fraction[v] = (float)(s.fat / total);
        out->pdff_se_fraction[v] = (float)sqrt(fmax(variance, 0) * job->noise_variance);
        out->r2star_per_s[v] = (float)s.r2;
        out->water[v] = (float)(s.water / job->scale);
        out->fat[v] = (float)(s.fat / job->scale);
        out->residual_fraction[v] = (float)sqrt(s.residual / (energy + 1e-300));
        out->swap_probability[v] = apart ? (float)(1 / (1 + exp(fmin(against, 50)))) : 0;
        if (out->swap_probability[v] > 0.1f) out->quality[v] |= FSC_Q_SWAP_SUSPECT;
        if (energy < 25 * 2 * job->noise_variance * job->model->n_echo) out->quality[v] |= FSC_Q_LOW_SNR;
    }
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Noise from the residuals of evenly drawn voxels. */
static double measure_noise(const magnitude_job *job, int32_t n_tissue) {
    double residual[SAMPLE];
    const int32_t n = n_tissue < SAMPLE ? n_tissue : SAMPLE, freedom = job->model->n_echo - 3;
    if (freedom < 1 || n == 0) return NAN;
    for (int32_t i = 0; i < n; i++) {
        solution s, other;
        double energy;
        fit_both(job, job->tissue[(int64_t)i * n_tissue / n], &s, &other, &energy);
        residual[i] = s.residual;
    }
    qsort(residual, (size_t)n, sizeof *residual, compare);
    return residual[n / 2] / (freedom * pow(1 - 2.0 / (9 * freedom), 3));
}

fsc_status fsc_separate_magnitude(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                  const fsc_separate_options *opt, fsc_error *err) {
    fsc_model model;
    FSC_TRY(fsc_model_build(&model, scan, spectrum, &out->notes, err));
    fsc_source source = {
        .re = scan->echo_re, .n_voxel = fsc_grid_count(&scan->grid), .n_echo = scan->n_echo, .ramp_axis = -1};
    memcpy(source.dim, scan->grid.dim, sizeof source.dim);
    fsc_body body;
    FSC_TRY(fsc_body_measure(&body, &source, opt->n_threads, err));
    const double air = isfinite(body.air_variance) ? body.air_variance : 1e-12;
    fsc_body_mark(&body, &source, air);
    int32_t *tissue = NULL;
    fsc_status status = fsc_maps_make(
        out, source.n_voxel, FSC_MAP_SE | FSC_MAP_R2STAR | FSC_MAP_AMPLITUDES | FSC_MAP_RESIDUAL | FSC_MAP_SWAP, err);
    if (status == FSC_OK) status = fsc_maps_tissue(&tissue, out, &body, err);
    if (status == FSC_OK) {
        magnitude_job job = {out, scan, &model, tissue, (double)source.scale, air};
        const double measured = measure_noise(&job, body.n_tissue);
        if (isfinite(measured)) job.noise_variance = fmax(measured, 1e-12);
        fsc_tiles_run(body.n_tissue, TILE, fit_tile, &job, opt->n_threads);
        out->noise_sd = sqrt(job.noise_variance) / job.scale;
        out->n_fitted = body.n_tissue;
        fsc_notes_add(
            &out->notes, FSC_NOTE_WARNING, "magnitude-only",
            "without phase a voxel is fitted from a water-rich and a fat-rich start; where both fit alike it is "
            "marked swap-suspect");
    }
    fsc_free(tissue);
    fsc_body_free(&body);
    return status;
}
