#include "voxels.h"
#include "branch.h"
#include "tiles.h"
#include "units.h"

#include <math.h>

/* Steeper decays are not told apart by these echoes. */
#define R2_SATURATED 1000.0
/* Noise variances from which on a phase between fat and water is real. */
#define OUT_OF_PHASE 9.0

static int32_t degrees_of_freedom(const fsc_model *model) {
    return 2 * model->n_echo - 6;
}

static void store(const fsc_voxel_job *job, const fsc_fit *fit, int64_t begin, int32_t n) {
    const int32_t *const voxel = job->tissue + begin;
    fsc_fatwater *const out = job->out;
    const double unscale = 1 / (double)job->source->scale;
    const int32_t freedom = degrees_of_freedom(job->model);
    /* The 99.9 % point of chi-squared over its degrees of freedom, by Wilson and Hilferty. */
    const double k = 2.0 / (9 * fmax(freedom, 1)), high = pow(1 - k + 3.09 * sqrt(k), 3);
    for (int32_t l = 0; l < n; l++) {
        const int32_t v = voxel[l];
        const double own = freedom > 0 ? fit->residual[l] / freedom : 0;
        const int misfit = own > high * job->noise_variance;
        const double variance = misfit ? own : job->noise_variance;
        const double signal = sqrt(fit->energy[l] / (2 * job->model->n_echo));
        uint16_t bits = 0;
        if (misfit && fit->residual[l] > 0.01 * fit->energy[l]) bits |= FSC_Q_MODEL_MISFIT;
        if (fit->out_of_phase[l] > OUT_OF_PHASE) bits |= FSC_Q_MODEL_MISFIT;
        if (signal < 5 * sqrt(variance)) bits |= FSC_Q_LOW_SNR;
        if (fit->r2_per_s[l] > R2_SATURATED) bits |= FSC_Q_R2STAR_SATURATED;
        if (fabs(fit->psi_hz[l]) > job->model->range_hz) bits |= FSC_Q_FIELD_EDGE;
        out->pdff_fraction[v] = (float)fit->pdff[l];
        out->pdff_se_fraction[v] = (float)sqrt(fit->pdff_variance[l] * variance);
        out->r2star_per_s[v] = (float)fit->r2_per_s[l];
        out->fieldmap_hz[v] = (float)fit->psi_hz[l];
        out->water[v] = (float)(fit->water[l] * unscale);
        out->fat[v] = (float)(fit->fat[l] * unscale);
        out->residual_fraction[v] = (float)sqrt(fit->residual[l] / (fit->energy[l] + 1e-300));
        out->quality[v] = bits;
        job->field_variance[v] = (float)(variance / (fit->stiffness[l] * 4 * FSC_PI * FSC_PI));
    }
}

static double field_at(const fsc_voxel_job *job, int64_t voxel) {
    const int32_t alone = job->fine->n_node > 0 ? fsc_blocks_node_at(job->fine, voxel) : -1;
    if (alone >= 0) return (double)job->fine->hz[alone];
    const int32_t node = fsc_blocks_node_at(job->blocks, voxel);
    return node >= 0 ? (double)job->blocks->hz[node] : 0;
}

/* Fits up to FSC_LANES voxels from their blocks' fields. */
static void fit_lanes(const fsc_voxel_job *job, const int32_t *voxel, int32_t n, fsc_fit *fit) {
    fsc_lanes_echo echo;
    double hz[FSC_LANES];
    for (int32_t l = 0; l < n; l++) hz[l] = field_at(job, voxel[l]);
    const fsc_sample these = {
        .source = job->source, .model = job->model, .voxel = voxel, .n = n, .noise_variance = job->noise_variance};
    (void)fsc_branch_fit(fit, &echo, &these, hz, 0);
}

double fsc_voxels_noise(const fsc_voxel_job *job, const int32_t *voxel, int32_t n) {
    double residual[FSC_NOISE_SAMPLE];
    int32_t kept = 0;
    fsc_fit fit;
    if (degrees_of_freedom(job->model) < 1) return NAN; /* R2* is fitted here, by a prior where it must be */
    for (int32_t at = 0; at < n; at += FSC_LANES) {
        const int32_t here = n - at < FSC_LANES ? n - at : FSC_LANES;
        fit_lanes(job, voxel + at, here, &fit);
        for (int32_t l = 0; l < here && kept < FSC_NOISE_SAMPLE; l++)
            if (fsc_blocks_node_at(job->blocks, voxel[at + l]) >= 0) residual[kept++] = fit.residual[l];
    }
    return fsc_branch_variance(residual, kept, job->model);
}

static void fit_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const fsc_voxel_job *job = context;
    fsc_fit fit;
    const int32_t n = (int32_t)(end - begin);
    fit_lanes(job, job->tissue + begin, n, &fit);
    store(job, &fit, begin, n);
}

void fsc_voxels_fit(const fsc_voxel_job *job, int32_t n_threads) {
    fsc_voxel_job copy = *job;
    fsc_tiles_run(job->n_tissue, FSC_LANES, fit_tile, &copy, n_threads);
}
