#include "branch.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <stdlib.h>

#define ITERATIONS 7

typedef struct find_job {
    const fsc_sample *sample;
    fsc_profile *scratch; /* [worker] */
    double *hz, *left;    /* NULL: not asked for */
} find_job;

static void find_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    const find_job *job = context;
    const fsc_sample *s = job->sample;
    fsc_profile *profile = &job->scratch[worker];
    fsc_lanes_echo echo;
    fsc_minima minima;
    float one[FSC_LANES];
    for (int32_t l = 0; l < FSC_LANES; l++) one[l] = 1;
    fsc_source_load(s->source, s->voxel + begin, (int32_t)(end - begin), &echo);
    fsc_profile_clear(profile, s->profiler);
    fsc_profile_add(profile, s->profiler, &echo, one);
    fsc_profile_scan(profile, s->profiler, 0);
    for (int64_t i = begin; i < end; i++) {
        fsc_minima_find(&minima, profile, s->profiler, (int32_t)(i - begin));
        int32_t deepest = 0;
        for (int32_t k = 1; k < minima.n; k++)
            if (minima.cost[k] < minima.cost[deepest]) deepest = k;
        if (job->hz) job->hz[i] = (double)minima.hz[deepest];
        if (job->left) job->left[i] = fmax((double)minima.floor, 0);
    }
}

fsc_status fsc_branch_find(double *hz, double *left, const fsc_sample *sample, fsc_error *err) {
    fsc_profile *scratch = NULL;
    const int32_t workers = fsc_tiles_workers(sample->n_threads);
    FSC_TRY(fsc_profiles_new(&scratch, workers, sample->profiler, err));
    find_job job = {sample, scratch, hz, left};
    fsc_tiles_run(sample->n, FSC_LANES, find_tile, &job, sample->n_threads);
    fsc_profiles_free(scratch, workers);
    return FSC_OK;
}

int32_t fsc_branch_fit(fsc_fit *fit, fsc_lanes_echo *echo, const fsc_sample *sample, const double *hz, int32_t at) {
    const int32_t here = sample->n - at < FSC_LANES ? sample->n - at : FSC_LANES;
    fsc_source_load(sample->source, sample->voxel + at, here, echo);
    for (int32_t l = 0; l < FSC_LANES; l++) {
        fit->psi_hz[l] = l < here ? hz[at + l] : 0;
        fit->r2_per_s[l] = sample->model->r2_typical;
    }
    fsc_fit_run(fit, sample->model, echo, ITERATIONS, 0.3 * sample->model->shift_hz, sample->noise_variance);
    return here;
}

typedef struct fit_job {
    const fsc_sample *sample;
    const double *hz;
    fsc_leftover *out;
} fit_job;

static void fit_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const fit_job *job = context;
    fsc_lanes_echo echo;
    fsc_fit fit;
    (void)fsc_branch_fit(&fit, &echo, job->sample, job->hz, (int32_t)begin);
    for (int64_t i = begin; i < end; i++) {
        const int64_t l = i - begin;
        job->out[i] = (fsc_leftover){fit.residual[l], fit.energy[l], fit.magnitude_pdff[l], fit.r2_per_s[l]};
    }
}

void fsc_branch_leftovers(fsc_leftover *out, const fsc_sample *sample, const double *hz) {
    fit_job job = {sample, hz, out};
    fsc_tiles_run(sample->n, FSC_LANES, fit_tile, &job, sample->n_threads);
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double fsc_median(double *value, int32_t n) {
    if (n < 1) return NAN;
    qsort(value, (size_t)n, sizeof *value, compare);
    return value[n / 2];
}

double fsc_branch_variance(double *residual, int32_t n, const fsc_model *model) {
    const int32_t freedom = 2 * model->n_echo - (model->r2_free ? 6 : 5);
    if (freedom < 1) return NAN;
    /* The median of chi-squared with few degrees of freedom lies below its mean. */
    return fsc_median(residual, n) / (freedom * pow(1 - 2.0 / (9 * freedom), 3));
}
