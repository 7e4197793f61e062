#include "twopoint.h"
#include "alloc.h"
#include "body.h"
#include "conditioning.h"
#include "fail.h"
#include "fieldmap.h"
#include "maps.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define HALF 32
#define ERRORS 50

typedef struct mixture {
    double fraction[2]; /* water-rich, fat-rich */
    double sum[2];      /* water + fat at the echoes */
    double turn[2];     /* phase that the field adds from the first to the second echo */
    double energy;
} mixture;

static double clip(double x) {
    return fmin(fmax(x, 0), 1);
}

/* |1 - x + x a|^2 = 1 + l x + q x^2 for both echoes; the measured ratio of the two, freed of the decay that tissue
 * usually has, gives a quadratic in x. */
static void solve(mixture *out, const fsc_model *model, const fsc_source *source, int32_t voxel) {
    double m[2], l[2], q[2], re[2], im[2];
    for (int32_t n = 0; n < 2; n++) {
        const double a = model->fat_re[n], b = model->fat_im[n];
        re[n] = (double)source->re[voxel + n * source->n_voxel] * (double)source->scale;
        im[n] = source->im
                    ? (double)source->im[voxel + n * source->n_voxel] * (double)(source->scale * source->conjugate)
                    : 0;
        m[n] = (re[n] * re[n] + im[n] * im[n]) * exp(2 * model->r2_typical * model->te_s[n]);
        l[n] = 2 * a - 2;
        q[n] = 1 - 2 * a + a * a + b * b;
    }
    const double two = m[1] * q[0] - m[0] * q[1], one = m[1] * l[0] - m[0] * l[1], none = m[1] - m[0];
    const double root = sqrt(fmax(one * one - 4 * two * none, 0)),
                 sure = fabs(two) > 1e-12 * (m[0] + m[1]) ? two : 1e-12;
    const double x0 = clip((-one - root) / (2 * sure)), x1 = clip((-one + root) / (2 * sure));
    out->fraction[0] = fmin(x0, x1);
    out->fraction[1] = fmax(x0, x1);
    out->energy = m[0] + m[1];
    for (int32_t k = 0; k < 2; k++) {
        const double x = out->fraction[k];
        double size = 0, mr[2], mi[2];
        for (int32_t n = 0; n < 2; n++) {
            mr[n] = 1 - x + x * model->fat_re[n];
            mi[n] = x * model->fat_im[n];
            size += mr[n] * mr[n] + mi[n] * mi[n];
        }
        out->sum[k] = sqrt(out->energy / fmax(size, 1e-12));
        out->turn[k] = atan2(im[1], re[1]) - atan2(im[0], re[0]) - atan2(mi[1], mr[1]) + atan2(mi[0], mr[0]);
    }
}

/* Fields of a block: every voxel votes for its two, by its energy; equal depth unless its voxels disagree. */
static void block_minima(fsc_blocks *blocks, const fsc_model *model, const fsc_source *source, const int32_t *tissue,
                         int32_t n_tissue, fsc_profile *profile, const fsc_profiler *p, float *votes) {
    float cosine[2 * HALF + 1], sine[2 * HALF + 1];
    for (int32_t g = 0; g <= 2 * HALF; g++) {
        cosine[g] = (float)cos(FSC_PI * (g - HALF) / HALF);
        sine[g] = (float)sin(FSC_PI * (g - HALF) / HALF);
    }
    for (int32_t i = 0; i < n_tissue; i++) {
        mixture mix;
        const int32_t node = fsc_blocks_node_at(blocks, tissue[i]);
        float *here = votes + (int64_t)node * (2 * HALF + 1);
        solve(&mix, model, source, tissue[i]);
        const float c0 = (float)cos(mix.turn[0]), s0 = (float)sin(mix.turn[0]), energy = (float)mix.energy;
        const float c1 = (float)cos(mix.turn[1]), s1 = (float)sin(mix.turn[1]);
        for (int32_t g = 0; g <= 2 * HALF; g++) {
            const float a = cosine[g] * c0 + sine[g] * s0, b = cosine[g] * c1 + sine[g] * s1;
            here[g] += energy * (1 - (a > b ? a : b));
        }
        blocks->quality[node] += (float)(0.25 * fmin(mix.energy, 1));
    }
    for (int32_t node = 0; node < blocks->n_node; node++) {
        for (int32_t g = 0; g <= 2 * HALF; g++)
            profile->residual[(int64_t)g * FSC_LANES] = 50 * votes[(int64_t)node * (2 * HALF + 1) + g];
        fsc_minima_find(&blocks->minima[node], profile, p, 0);
    }
}

static fsc_status field_by_votes(fsc_blocks *blocks, const fsc_model *model, const fsc_source *source,
                                 const fsc_body *body, const fsc_grid *grid, const int32_t *tissue, int32_t n_threads,
                                 fsc_error *err) {
    FSC_TRY(fsc_blocks_new(blocks, grid, body->mask, 2, err));
    FSC_AUTO_BLOCK float *votes = fsc_alloc((int64_t)blocks->n_node * (2 * HALF + 1), sizeof *votes);
    FSC_AUTO_BLOCK float *residual = fsc_alloc((int64_t)(2 * HALF + 1) * FSC_LANES, sizeof *residual);
    if (!votes || !residual) return fsc_fail_nomem(err, "finding the field of two echoes");
    fsc_profile profile = {.residual = residual};
    const fsc_profiler profiler = {.half = HALF, .circular = 1, .step_hz = 0.5 * model->period_hz / HALF};
    block_minima(blocks, model, source, tissue, body->n_tissue, &profile, &profiler, votes);
    const fsc_fieldmap_prior prior = {.shift_hz = model->shift_hz,
                                      .stiffness = 24,
                                      .through_plane = 0.5,
                                      .cost_limit = 30,
                                      .period_hz = model->period_hz,
                                      .range_hz = model->range_hz};
    return fsc_fieldmap_cut(blocks, &prior, n_threads, err);
}

/* Noise of 1 and an unknown decay, by fraction: the standard error of a voxel is made of both. */
typedef struct errors {
    double noise[ERRORS + 1]; /* variance of the fraction at an SNR of 1 */
    double decay[ERRORS + 1]; /* variance that an R2* off by its usual spread makes */
} errors;

static void fill_errors(errors *e, const fsc_model *model, int complex) {
    for (int k = 0; k <= ERRORS; k++) {
        const double fraction = (double)k / ERRORS, known = 1e-6, exact = 1e9;
        const double noise = fsc_conditioning_se(model, complex, fraction, 1, known);
        const double decay = fsc_conditioning_se(model, complex, fraction, exact, model->r2_prior_sd);
        e->noise[k] = fmin(noise * noise, 1e9);
        e->decay[k] = fmin(decay * decay, 1);
    }
}

static float standard_error(const errors *e, double fraction, double noise_over_sum) {
    const int k = (int)(clip(fraction) * ERRORS + 0.5);
    return (float)fmin(sqrt(e->noise[k] * noise_over_sum * noise_over_sum + e->decay[k]), 1);
}

static void fill(fsc_fatwater *out, const fsc_model *model, const fsc_source *source, const fsc_blocks *blocks,
                 double noise_variance, const int32_t *tissue, int32_t n) {
    errors e;
    fill_errors(&e, model, source->im != NULL);
    for (int32_t i = 0; i < n; i++) {
        const int32_t v = tissue[i];
        mixture mix;
        solve(&mix, model, source, v);
        int32_t k = 0;
        if (source->im) {
            const double field = (double)blocks->hz[fsc_blocks_node_at(blocks, v)];
            const double angle = 2 * FSC_PI * field * model->dte_s;
            k = cos(angle - mix.turn[1]) > cos(angle - mix.turn[0]);
            const double off = (mix.turn[k] - angle) / (2 * FSC_PI);
            out->fieldmap_hz[v] = (float)(field + (off - round(off)) * model->period_hz);
        }
        out->pdff_fraction[v] = (float)mix.fraction[k];
        out->pdff_se_fraction[v] = standard_error(&e, mix.fraction[k], sqrt(noise_variance) / fmax(mix.sum[k], 1e-12));
        out->fat[v] = (float)(mix.fraction[k] * mix.sum[k] / (double)source->scale);
        out->water[v] = (float)((1 - mix.fraction[k]) * mix.sum[k] / (double)source->scale);
    }
}

static void note_limits(fsc_fatwater *out, int complex) {
    fsc_notes_add(
        &out->notes, FSC_NOTE_WARNING, "two-point",
        complex ? "two echoes give a fat signal fraction, not a PDFF: R2* is not known (45 1/s is taken) and the phase "
                  "sign is taken as stated"
                : "two magnitudes give a fat signal fraction, not a PDFF, and cannot pass about 50 %%: fat-rich tissue "
                  "reads as its water-rich twin");
}

fsc_status fsc_separate_two_point(fsc_fatwater *out, const fsc_scan *scan, const fsc_spectrum *spectrum,
                                  const fsc_separate_options *opt, fsc_error *err) {
    const int complex = scan->kind == FSC_SCAN_COMPLEX;
    fsc_model model;
    FSC_TRY(fsc_model_build(&model, scan, spectrum, &out->notes, err));
    FSC_TRY(fsc_conditioning_judge(&model, complex, &out->notes, err));
    fsc_source source = {.re = scan->echo_re,
                         .im = complex ? scan->echo_im : NULL,
                         .n_voxel = fsc_grid_count(&scan->grid),
                         .n_echo = 2,
                         .ramp_axis = -1};
    memcpy(source.dim, scan->grid.dim, sizeof source.dim);
    out->sign = opt->sign != 0 ? opt->sign : scan->precession < 0 ? -1 : 1;
    source.conjugate = (float)out->sign;
    fsc_body body;
    FSC_TRY(fsc_body_measure(&body, &source, opt->n_threads, err));
    const double noise = isfinite(body.air_variance) ? body.air_variance : 0;
    fsc_body_mark(&body, &source, body.air_variance);
    if (noise > 0) out->noise_sd = sqrt(noise) / (double)source.scale;
    int32_t *tissue = NULL;
    fsc_blocks blocks = {0};
    fsc_status status = fsc_maps_make(
        out, source.n_voxel, FSC_MAP_SE | FSC_MAP_AMPLITUDES | (complex ? FSC_MAP_FIELD : 0), opt->n_threads, err);
    if (status == FSC_OK) status = fsc_maps_tissue(&tissue, out, &body, err);
    if (status == FSC_OK && complex)
        status = field_by_votes(&blocks, &model, &source, &body, &scan->grid, tissue, opt->n_threads, err);
    if (status == FSC_OK) {
        fill(out, &model, &source, &blocks, noise, tissue, body.n_tissue);
        out->n_fitted = body.n_tissue;
        note_limits(out, complex);
    }
    fsc_blocks_free(&blocks);
    fsc_free(tissue);
    fsc_body_free(&body);
    return status;
}
