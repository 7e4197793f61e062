#include "offsets.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define STARTS 4
#define ROUNDS 6
#define PARTS 16
/* What counts: this angle, this many standard errors, and this much less residual in lean and in fat voxels. */
#define LEAST_RAD 0.015
#define LEAST_SE 4.0
#define LEAST_GAIN 10.0
#define LEAST_SHARE 0.33
#define GROUP_LEAST 30
/* A share of the signal that the model leaves unexplained anyway: one clean voxel must not count for all others. */
#define MODEL_ERROR 0.02

#define N FSC_ECHO_MAX

/* Sums over voxels for the offsets' normal equations, and what is left in lean and in fat voxels. */
typedef struct tally {
    double normal[N][N], gradient[N];
    double residual; /* relative */
    double chi[2];   /* in expected variances */
    int32_t voxels[2];
} tally;

typedef struct column {
    double re[N], im[N];
} column;

/* Takes off the part of c along unit column q. */
static void take_off(column *c, const column *q, int32_t n) {
    double re = 0, im = 0;
    for (int32_t e = 0; e < n; e++) {
        re += q->re[e] * c->re[e] + q->im[e] * c->im[e];
        im += q->re[e] * c->im[e] - q->im[e] * c->re[e];
    }
    for (int32_t e = 0; e < n; e++) {
        const double qr = q->re[e], qi = q->im[e];
        c->re[e] -= re * qr - im * qi;
        c->im[e] -= re * qi + im * qr;
    }
}

static void normalise(column *c, int32_t n) {
    double square = 1e-300;
    for (int32_t e = 0; e < n; e++) square += c->re[e] * c->re[e] + c->im[e] * c->im[e];
    for (int32_t e = 0; e < n; e++) {
        c->re[e] /= sqrt(square);
        c->im[e] /= sqrt(square);
    }
}

/* Modelled echoes m of one lane, and an orthonormal basis of what water, fat and gamma can do. */
static void tangent(column basis[3], column *m, const fsc_fit *fit, const fsc_model *model, int32_t l) {
    const int32_t n = model->n_echo;
    for (int32_t e = 0; e < n; e++) {
        const double ar = model->fat_re[e], ai = model->fat_im[e], tau = model->tau_s[e];
        const double angle = 2 * FSC_PI * fit->psi_hz[l] * tau, size = exp(-fit->r2_per_s[l] * tau);
        const double c = size * cos(angle), s = size * sin(angle);
        const double mr = fit->water_re[l] + fit->fat_re[l] * ar - fit->fat_im[l] * ai;
        const double mi = fit->water_im[l] + fit->fat_re[l] * ai + fit->fat_im[l] * ar;
        basis[0].re[e] = c;
        basis[0].im[e] = s;
        basis[1].re[e] = ar * c - ai * s;
        basis[1].im[e] = ar * s + ai * c;
        m->re[e] = mr * c - mi * s;
        m->im[e] = mr * s + mi * c;
        basis[2].re[e] = tau * m->re[e];
        basis[2].im[e] = tau * m->im[e];
    }
    for (int32_t k = 0; k < 3; k++) {
        for (int32_t q = 0; q < k; q++) take_off(&basis[k], &basis[q], n);
        normalise(&basis[k], n);
    }
}

static void add_voxel(tally *sum, const fsc_fit *fit, const fsc_model *model, const fsc_lanes_echo *echo, int32_t l,
                      int32_t group, double noise_variance) {
    const int32_t n = model->n_echo;
    const double energy = fit->energy[l];
    if (!(energy > 0)) return;
    const double expected = noise_variance + MODEL_ERROR * MODEL_ERROR * energy / n;
    sum->residual += fit->residual[l] / energy;
    sum->chi[group] += fit->residual[l] / expected;
    sum->voxels[group]++;
    column basis[3], m;
    tangent(basis, &m, fit, model, l);
    const double weight = 1 / (expected + fit->residual[l] / n);
    for (int32_t a = 0; a < n; a++) {
        sum->gradient[a] += weight * (echo->im[a][l] * m.re[a] - echo->re[a][l] * m.im[a]);
        for (int32_t b = 0; b < n; b++) {
            /* conj(m_a) (1 - sum q_a conj(q_b)) m_b */
            double re = a == b, im = 0;
            for (int32_t k = 0; k < 3; k++) {
                const column *q = &basis[k];
                re -= q->re[a] * q->re[b] + q->im[a] * q->im[b];
                im -= q->im[a] * q->re[b] - q->re[a] * q->im[b];
            }
            const double mr = m.re[a] * m.re[b] + m.im[a] * m.im[b], mi = m.re[a] * m.im[b] - m.im[a] * m.re[b];
            sum->normal[a][b] += weight * (re * mr - im * mi);
        }
    }
}

/* Sampled voxels in parts; each part has a sum of its own, and they are joined in order. */
typedef struct sum_job {
    const fsc_sample *sample;
    const double *hz;
    uint8_t *fat; /* which group a voxel is in */
    int regroup;
    tally *part; /* [PARTS] */
} sum_job;

static void sum_part(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)worker;
    sum_job *job = context;
    fsc_lanes_echo echo;
    fsc_fit fit;
    for (int32_t at = (int32_t)begin; at < end; at += FSC_LANES) {
        const int32_t here = fsc_branch_fit(&fit, &echo, job->sample, job->hz, at);
        for (int32_t l = 0; l < here; l++) {
            if (job->regroup) job->fat[at + l] = fit.magnitude_pdff[l] > 0.5;
            add_voxel(&job->part[tile], &fit, job->sample->model, &echo, l, job->fat[at + l],
                      job->sample->noise_variance);
        }
    }
}

static void join(tally *sum, const tally *part) {
    for (int32_t a = 0; a < N; a++) {
        for (int32_t b = 0; b < N; b++) sum->normal[a][b] += part->normal[a][b];
        sum->gradient[a] += part->gradient[a];
    }
    sum->residual += part->residual;
    for (int32_t g = 0; g < 2; g++) {
        sum->chi[g] += part->chi[g];
        sum->voxels[g] += part->voxels[g];
    }
}

/* With regroup, voxels are sorted into lean and fat by this fit. */
static void fit_all(tally *sum, sum_job *job, int regroup) {
    memset(job->part, 0, PARTS * sizeof *job->part);
    memset(sum, 0, sizeof *sum);
    job->regroup = regroup;
    const int32_t groups = (job->sample->n + FSC_LANES - 1) / FSC_LANES;
    fsc_tiles_run(job->sample->n, (int64_t)(groups + PARTS - 1) / PARTS * FSC_LANES, sum_part, job,
                  job->sample->n_threads);
    for (int32_t p = 0; p < PARTS; p++) join(sum, &job->part[p]);
}

/* Inverts the normal matrix with constant and linear offsets held, by Gauss and Jordan with pivots. */
static int invert(double inverse[N][N], const tally *sum, const fsc_model *model) {
    const int32_t n = model->n_echo;
    double a[N][2 * N], mean = 0, size = 0;
    for (int32_t e = 0; e < n; e++) {
        mean += model->tau_s[e] / n;
        size += sum->normal[e][e] / n;
    }
    double span = 0;
    for (int32_t e = 0; e < n; e++) span += (model->tau_s[e] - mean) * (model->tau_s[e] - mean);
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < n; k++) {
            const double held = 1.0 / n + (model->tau_s[i] - mean) * (model->tau_s[k] - mean) / span;
            a[i][k] = sum->normal[i][k] + size * held;
            a[i][n + k] = i == k;
        }
    for (int32_t i = 0; i < n; i++) {
        int32_t pivot = i;
        for (int32_t k = i + 1; k < n; k++)
            if (fabs(a[k][i]) > fabs(a[pivot][i])) pivot = k;
        if (!(fabs(a[pivot][i]) > 1e-9 * size)) return 0;
        for (int32_t k = 0; k < 2 * n; k++) {
            const double swap = a[i][k];
            a[i][k] = a[pivot][k];
            a[pivot][k] = swap;
        }
        for (int32_t k = 0; k < n; k++) {
            const double factor = a[k][i] / a[i][i];
            for (int32_t c = 0; k != i && c < 2 * n; c++) a[k][c] -= factor * a[i][c];
        }
    }
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < n; k++) inverse[i][k] = a[i][n + k] / a[i][i];
    return 1;
}

/* One Gauss-Newton step; non-zero when the equations say nothing. */
static int advance(fsc_offsets *out, const tally *sum, const fsc_model *model) {
    double inverse[N][N];
    if (!invert(inverse, sum, model)) return 1;
    for (int32_t i = 0; i < model->n_echo; i++) {
        double step = 0;
        for (int32_t k = 0; k < model->n_echo; k++) step += inverse[i][k] * sum->gradient[k];
        out->rad[i] += fmax(fmin(step, 0.5), -0.5);
        out->cosine[i] = cos(out->rad[i]);
        out->sine[i] = sin(out->rad[i]);
    }
    return 0;
}

/* Share of a group's residual that goes with the offsets. */
static double gain(const tally *first, const tally *last, int32_t group) {
    return last->voxels[group] >= GROUP_LEAST ? 1 - last->chi[group] / first->chi[group] : 0;
}

static void judge(fsc_offsets *out, const tally *first, const tally *last, const fsc_model *model) {
    double inverse[N][N];
    int clear = 0;
    if (!invert(inverse, last, model)) return;
    for (int32_t e = 0; e < model->n_echo; e++) {
        out->largest_rad = fmax(out->largest_rad, fabs(out->rad[e]));
        clear |= fabs(out->rad[e]) > LEAST_RAD && fabs(out->rad[e]) > LEAST_SE * sqrt(inverse[e][e]);
    }
    /* A wrong fat spectrum also leaves phases, but only in fat: true offsets help lean and fat voxels alike. */
    for (int32_t g = 0; g < 2; g++)
        if (last->voxels[g] >= GROUP_LEAST && !(first->chi[g] - last->chi[g] > LEAST_GAIN &&
                                                gain(first, last, g) > LEAST_SHARE * gain(first, last, 1 - g)))
            clear = 0;
    out->drop = 1 - last->residual / fmax(first->residual, 1e-300);
    out->found = clear;
}

fsc_status fsc_offsets_find(fsc_offsets *out, const fsc_sample *sample, fsc_error *err) {
    const fsc_model *const model = sample->model;
    const int32_t n = sample->n;
    memset(out, 0, sizeof *out);
    if (model->n_echo < FSC_OFFSET_ECHOES || n < GROUP_LEAST) return FSC_OK;
    FSC_AUTO_BLOCK double *hz = fsc_alloc(n, sizeof *hz);
    FSC_AUTO_BLOCK uint8_t *fat = fsc_alloc(n, sizeof *fat);
    FSC_AUTO_BLOCK tally *part = fsc_alloc(PARTS, sizeof *part);
    if (!hz || !fat || !part) return fsc_fail_nomem(err, "looking for phase offsets");
    fsc_source turned = *sample->source;
    fsc_sample these = *sample;
    these.source = &turned;
    sum_job job = {.sample = &these, .hz = hz, .fat = fat, .part = part};
    tally first, last;
    for (int32_t start = 0; start < STARTS; start++) {
        FSC_TRY(fsc_branch_find(hz, NULL, &these, err));
        for (int32_t round = 0; round < ROUNDS; round++) {
            fit_all(&last, &job, 0);
            if (advance(out, &last, model)) return FSC_OK;
            fsc_offsets_apply(out, &turned);
        }
    }
    fit_all(&last, &job, 1);
    these.source = sample->source;
    FSC_TRY(fsc_branch_find(hz, NULL, &these, err));
    fit_all(&first, &job, 0);
    judge(out, &first, &last, model);
    return FSC_OK;
}

void fsc_offsets_apply(const fsc_offsets *offsets, fsc_source *source) {
    source->offset_cos = offsets->cosine;
    source->offset_sin = offsets->sine;
    source->offset_sign = source->conjugate;
}
