#include "magnitude.h"
#include "alloc.h"
#include "body.h"
#include "conditioning.h"
#include "fail.h"
#include "inspect.h"
#include "maps.h"
#include "swap.h"
#include "tiles.h"

#include <math.h>
#include <string.h>

#define TILE 256
#define ITERATIONS 25
#define SAMPLE 2048
/* Share of a voxel's signal that the model leaves unexplained in living tissue. */
#define MODEL_ERROR 0.04
/* Decays outside this range are rare in soft tissue; a wrong mixture often needs one. One-sided normal costs. */
#define R2_LEAST 10.0
#define R2_LEAST_SD 20.0
#define R2_MOST 150.0
#define R2_MOST_SD 80.0
/* Solutions closer than this are two ends of one valley. */
#define SAME 0.1
#define SUSPECT 0.2f
/* Nats for a step from 0 to 100 % between two voxels of good signal: speckle yields, borders of fat and muscle stay. */
#define STIFFNESS 1.5

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

/* What is kept of a solution until the voxels have chosen. */
typedef struct candidate {
    float water, fat, r2_per_s, residual;
    float pdff_variance; /* per unit of noise variance */
} candidate;

typedef struct magnitude_job {
    fsc_fatwater *out;
    const fsc_scan *scan;
    const fsc_model *model;
    const int32_t *tissue;
    candidate (*both)[2]; /* [tissue], borrowed: from the water-rich and from the fat-rich start */
    float *energy;        /* [tissue], borrowed */
    fsc_blocks *voxels;   /* borrowed: one node a voxel; PDFF stands where fields do elsewhere */
    double scale;
    double noise_variance;
} magnitude_job;

/* Tissue voxels that are asked whether the echoes belong together. With one left out, one number must remain over. */
#define LOOKED_AT 192
#define LOOKED_LEAST 5

typedef struct looked_at {
    const magnitude_job *job;
    int32_t n_tissue, n;
} looked_at;

static void fit_both(const magnitude_job *job, int32_t v, solution both[2], double *energy) {
    const int64_t n_voxel = fsc_grid_count(&job->scan->grid);
    double m[FSC_ECHO_MAX];
    *energy = 0;
    for (int32_t n = 0; n < job->model->n_echo; n++) {
        m[n] = (double)job->scan->echo_re[v + n * n_voxel] * job->scale;
        *energy += m[n] * m[n];
    }
    both[0] = descend(job->model, m, 0.1);
    both[1] = descend(job->model, m, 0.9);
}

static candidate candidate_of(const solution *s) {
    const double total = s->water + s->fat, kw = -s->fat / (total * total), kf = s->water / (total * total);
    const double variance = kw * kw * s->inverse[0] + 2 * kw * kf * s->inverse[1] + kf * kf * s->inverse[3];
    return (candidate){(float)s->water, (float)s->fat, (float)s->r2, (float)s->residual, (float)fmax(variance, 0)};
}

static double fraction_of(const candidate *c) {
    return (double)c->fat / ((double)c->water + (double)c->fat);
}

/* The label under which a candidate goes into the cut. */
static float label_of(const candidate *c) {
    return (float)fmin(fmax(fraction_of(c), -0.2), 1.2);
}

/* Nats: what the fit leaves, and how rare its decay is. */
static double cost_of(const magnitude_job *job, const candidate *c, double energy) {
    const double variance = job->noise_variance + MODEL_ERROR * MODEL_ERROR * energy / (2 * job->model->n_echo);
    const double below = fmax(R2_LEAST - (double)c->r2_per_s, 0) / R2_LEAST_SD;
    const double above = fmax((double)c->r2_per_s - R2_MOST, 0) / R2_MOST_SD;
    return 0.5 * ((double)c->residual / variance + below * below + above * above);
}

static void offer(const magnitude_job *job, int64_t i) {
    const int32_t node = fsc_blocks_node_at(job->voxels, job->tissue[i]);
    const candidate *c = job->both[i];
    const double energy = (double)job->energy[i], noise = 2 * job->noise_variance * job->model->n_echo;
    const double cost[2] = {cost_of(job, &c[0], energy), cost_of(job, &c[1], energy)};
    const int better = cost[1] < cost[0];
    fsc_minima *m = &job->voxels->minima[node];
    *m = (fsc_minima){.n = 1, .hz = {label_of(&c[better])}, .range = INFINITY};
    if (fabsf(label_of(&c[1]) - label_of(&c[0])) > (float)SAME) {
        m->hz[1] = label_of(&c[!better]);
        m->cost[1] = (float)(cost[!better] - cost[better]);
        m->n = 2;
    }
    fsc_minima_sort(m);
    job->voxels->quality[node] = (float)(fmax(energy - noise, 0) / (energy + 8 * noise + 1e-30));
}

static void fit_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const magnitude_job *job = context;
    for (int64_t i = begin; i < end; i++) {
        solution s[2];
        double energy;
        fit_both(job, job->tissue[i], s, &energy);
        for (int k = 0; k < 2; k++) job->both[i][k] = candidate_of(&s[k]);
        job->energy[i] = (float)energy;
        offer(job, i);
    }
}

static void store_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile, (void)worker;
    const magnitude_job *job = context;
    fsc_fatwater *const out = job->out;
    for (int64_t i = begin; i < end; i++) {
        const int32_t v = job->tissue[i], node = fsc_blocks_node_at(job->voxels, v);
        const float chosen = job->voxels->hz[node];
        const candidate *both = job->both[i],
                        *c = &both[fabsf(label_of(&both[1]) - chosen) < fabsf(label_of(&both[0]) - chosen)];
        const double energy = (double)job->energy[i];
        out->pdff_fraction[v] = (float)fraction_of(c);
        out->pdff_se_fraction[v] = (float)sqrt((double)c->pdff_variance * job->noise_variance);
        out->r2star_per_s[v] = c->r2_per_s;
        out->water[v] = (float)((double)c->water / job->scale);
        out->fat[v] = (float)((double)c->fat / job->scale);
        out->residual_fraction[v] = (float)sqrt((double)c->residual / (energy + 1e-300));
        out->swap_probability[v] = job->voxels->swap[node];
        if (out->swap_probability[v] > SUSPECT) out->quality[v] |= FSC_Q_SWAP_SUSPECT;
        if (energy < 25 * 2 * job->noise_variance * job->model->n_echo) out->quality[v] |= FSC_Q_LOW_SNR;
    }
}

/* Fits, lets all voxels choose at once, and fills the maps. */
static fsc_status choose(magnitude_job *job, const fsc_body *body, int32_t n_threads, fsc_error *err) {
    const fsc_fieldmap_prior prior = {
        .shift_hz = 1, .stiffness = STIFFNESS, .through_plane = 0.5, .cost_limit = 30, .range_hz = 2};
    FSC_AUTO_BLOCK candidate(*both)[2] = fsc_alloc(body->n_tissue, sizeof *both);
    FSC_AUTO_BLOCK float *energy = fsc_alloc(body->n_tissue, sizeof *energy);
    if (!both || !energy) return fsc_fail_nomem(err, "fitting magnitudes");
    fsc_blocks voxels;
    FSC_TRY(fsc_blocks_new(&voxels, &job->scan->grid, body->mask, 1, err));
    job->both = both;
    job->energy = energy;
    job->voxels = &voxels;
    fsc_tiles_run(body->n_tissue, TILE, fit_tile, job, n_threads);
    fsc_status status = fsc_fieldmap_cut(&voxels, &prior, n_threads, err);
    if (status == FSC_OK) status = fsc_swap_alone(&voxels, &prior, err);
    if (status == FSC_OK) fsc_tiles_run(body->n_tissue, TILE, store_tile, job, n_threads);
    fsc_blocks_free(&voxels);
    return status;
}

/* Noise from the residuals of evenly drawn voxels. */
static double measure_noise(const magnitude_job *job, int32_t n_tissue) {
    double residual[SAMPLE];
    const int32_t n = n_tissue < SAMPLE ? n_tissue : SAMPLE, freedom = job->model->n_echo - 3;
    if (freedom < 1 || n == 0) return NAN;
    for (int32_t i = 0; i < n; i++) {
        solution s[2];
        double energy;
        fit_both(job, job->tissue[(int64_t)i * n_tissue / n], s, &energy);
        residual[i] = fmin(s[0].residual, s[1].residual);
    }
    return fsc_median(residual, n) / (freedom * pow(1 - 2.0 / (9 * freedom), 3));
}

/* What is left when magnitudes are taken at other times, or one is left out: for fsc_inspect_echoes. */
static fsc_status left_of_magnitudes(fsc_leftout *result, void *context, const int32_t *image, const int32_t *time,
                                     int32_t n_echo, fsc_error *err) {
    (void)err;
    const looked_at *look = context;
    const magnitude_job *job = look->job;
    const int64_t n_voxel = fsc_grid_count(&job->scan->grid);
    fsc_model model;
    double strength[LOOKED_AT], sum = 0;
    int32_t n_strength = 0;
    fsc_model_pick(&model, job->model, time, n_echo);
    for (int32_t i = 0; i < look->n; i++) {
        const int32_t v = job->tissue[(int64_t)i * look->n_tissue / look->n];
        double m[FSC_ECHO_MAX] = {0}, energy = 1e-30;
        for (int32_t k = 0; k < n_echo; k++) {
            m[k] = (double)job->scan->echo_re[v + image[k] * n_voxel] * job->scale;
            energy += m[k] * m[k];
        }
        const solution lean = descend(&model, m, 0.1), fat = descend(&model, m, 0.9);
        const solution *s = lean.residual < fat.residual ? &lean : &fat;
        sum += s->residual / energy / (n_echo - 3);
        if (result->out < 0) continue;
        const double ar = job->model->fat_re[result->out], ai = job->model->fat_im[result->out];
        const double foretold =
            exp(-s->r2 * job->model->te_s[result->out]) * hypot(s->water + s->fat * ar, s->fat * ai);
        const double found = (double)job->scan->echo_re[v + result->out * n_voxel] * job->scale;
        strength[n_strength++] = foretold > 0 ? found / foretold : 0;
    }
    result->left = sum / look->n;
    fsc_leftout_strength(result, strength, n_strength);
    return FSC_OK;
}

static fsc_status look_at(const magnitude_job *job, int32_t n_tissue, fsc_notes *notes, fsc_error *err) {
    looked_at look = {job, n_tissue, n_tissue < LOOKED_AT ? n_tissue : LOOKED_AT};
    if (look.n < 1) return FSC_OK;
    return fsc_inspect_echoes(job->model->te_s, job->model->n_echo, LOOKED_LEAST, left_of_magnitudes, &look, notes,
                              err);
}

fsc_status fsc_separate_magnitude(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                  const fsc_separate_options *opt, fsc_error *err) {
    fsc_model model;
    FSC_TRY(fsc_model_build(&model, scan, spectrum, &out->notes, err));
    FSC_TRY(fsc_conditioning_judge(&model, 0, &out->notes, err));
    fsc_source source = {
        .re = scan->echo_re, .n_voxel = fsc_grid_count(&scan->grid), .n_echo = scan->n_echo, .ramp_axis = -1};
    memcpy(source.dim, scan->grid.dim, sizeof source.dim);
    fsc_body body;
    FSC_TRY(fsc_body_measure(&body, &source, opt->n_threads, err));
    const double air = isfinite(body.air_variance) ? body.air_variance : 1e-12;
    fsc_body_mark(&body, &source, body.air_variance);
    int32_t *tissue = NULL;
    fsc_status status = fsc_maps_make(
        out, source.n_voxel, FSC_MAP_SE | FSC_MAP_R2STAR | FSC_MAP_AMPLITUDES | FSC_MAP_RESIDUAL | FSC_MAP_SWAP,
        opt->n_threads, err);
    if (status == FSC_OK) status = fsc_maps_tissue(&tissue, out, &body, err);
    if (status == FSC_OK) {
        magnitude_job job = {.out = out,
                             .scan = scan,
                             .model = &model,
                             .tissue = tissue,
                             .scale = (double)source.scale,
                             .noise_variance = air};
        const double measured = measure_noise(&job, body.n_tissue);
        if (isfinite(measured)) job.noise_variance = fmax(measured, 1e-12);
        status = look_at(&job, body.n_tissue, &out->notes, err);
        if (status == FSC_OK) status = choose(&job, &body, opt->n_threads, err);
        out->noise_sd = sqrt(job.noise_variance) / job.scale;
        out->n_fitted = body.n_tissue;
        fsc_notes_add(
            &out->notes, FSC_NOTE_WARNING, "magnitude-only",
            "without phase a voxel is fitted from a water-rich and a fat-rich start and its neighbours help to choose; "
            "where both fit alike it is marked swap-suspect");
        if (scan->n_echo == 3)
            fsc_notes_add(
                &out->notes, FSC_NOTE_WARNING, "magnitude-of-three-echoes",
                "three magnitudes fit a water-rich and a fat-rich mixture alike: fat and water may be exchanged "
                "anywhere; give phase images, or more echoes");
    }
    fsc_free(tissue);
    fsc_body_free(&body);
    return status;
}
