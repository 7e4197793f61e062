#include "ramp.h"
#include "alloc.h"
#include "fail.h"
#include "tiles.h"
#include "units.h"

#include <math.h>
#include <string.h>

/* A turn of pi / 2 is the same as a field half a period away, so angles are known modulo pi / 2. */
#define PERIOD (0.5 * FSC_PI)
#define ANGLES 16
/* Relative residuals above this say nothing of the ramp. */
#define RESIDUAL_LIMIT 0.3
/* What counts as a ramp. One without slope is none: alternating offsets of echoes look like it, and so does a wrong
 * decay; what is real in it shows among the offsets. */
#define LEAST_DROP 0.05
/* With few echoes R2*, spectrum and ramp are hard to tell apart. */
#define LEAST_DROP_OF_FOUR 0.15
#define LEAST_DROP_OF_THREE 0.5
#define MOST_SLOPE 0.45
/* Smaller ones move a fraction by less than what invents them. */
#define LEAST_SLOPE 0.03
/* What the slopes of two halves of the voxels may differ by: a share, and dwell. A ramp is everywhere the same. */
#define SAME_SHARE 0.25
#define SAME_SLOPE 0.01

typedef struct ramp_job {
    const fsc_sample *sample;
    fsc_profile *scratch; /* [worker] */
    float *residual;      /* [voxel][ANGLES]: relative, smallest over field and R2* */
} ramp_job;

/* Correlations of an even with an odd echo turn by 2 theta, one way or the other; all others stay. */
static void turn_pairs(fsc_profile *profile, const fsc_profiler *p, double theta) {
    const float c = (float)cos(2 * theta), s = (float)sin(2 * theta);
    for (int32_t k = 0; k < p->n_pair; k++) {
        const int32_t m = p->pair_m[k], n = p->pair_n[k];
        if ((n - m) % 2 == 0) continue;
        const float sine = m % 2 == 0 ? s : -s;
        float *re = profile->corr_re + (int64_t)k * FSC_LANES, *im = profile->corr_im + (int64_t)k * FSC_LANES;
        for (int32_t l = 0; l < FSC_LANES; l++) {
            const float r = re[l];
            re[l] = r * c - im[l] * sine;
            im[l] = im[l] * c + r * sine;
        }
    }
}

static void angle_tile(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    ramp_job *job = context;
    const fsc_profiler *p = job->sample->profiler;
    fsc_profile *profile = &job->scratch[worker];
    fsc_lanes_echo echo;
    float weight[FSC_LANES];
    const int32_t n = (int32_t)(end - begin);
    fsc_source_load(job->sample->source, job->sample->voxel + begin, n, &echo);
    for (int32_t l = 0; l < FSC_LANES; l++) {
        double energy = 1e-30;
        for (int32_t e = 0; e < p->n_echo; e++) energy += echo.re[e][l] * echo.re[e][l] + echo.im[e][l] * echo.im[e][l];
        weight[l] = (float)(1 / energy);
    }
    fsc_profile_clear(profile, p);
    fsc_profile_add(profile, p, &echo, weight);
    turn_pairs(profile, p, -0.5 * PERIOD);
    for (int32_t a = 0; a < ANGLES; a++) {
        fsc_profile_scan(profile, p, 0);
        for (int32_t l = 0; l < n; l++) {
            float least = INFINITY;
            for (int32_t g = 0; g <= 2 * p->half; g++)
                least = fminf(least, profile->residual[(int64_t)g * FSC_LANES + l]);
            job->residual[(begin + l) * ANGLES + a] = fminf(fmaxf(least, 0), (float)RESIDUAL_LIMIT);
        }
        turn_pairs(profile, p, PERIOD / ANGLES);
    }
}

/* Summed residual for one straight line of angles, by parabolas between the computed angles. */
static double summed(const float *residual, const double *x, int32_t n, double constant, double slope) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) {
        const double turns = (constant + 2 * FSC_PI * slope * x[i]) / PERIOD + 0.5;
        const double at = (turns - floor(turns)) * ANGLES;
        const int32_t a = (int32_t)(at + 0.5) % ANGLES;
        double d = at - a;
        d = d > 0.5 * ANGLES ? d - ANGLES : d;
        const float *r = residual + (int64_t)i * ANGLES;
        const double here = (double)r[a], up = (double)r[(a + 1) % ANGLES], down = (double)r[(a + ANGLES - 1) % ANGLES];
        sum += here + 0.5 * d * (up - down) + 0.5 * d * d * (up - 2 * here + down);
    }
    return sum;
}

static double search(const float *residual, const double *x, int32_t n, double *constant, double *slope) {
    double best = INFINITY;
    for (int32_t i = -25; i <= 25; i++)
        for (int32_t k = 0; k < ANGLES; k++) {
            const double sum = summed(residual, x, n, (k - ANGLES / 2) * PERIOD / ANGLES, 0.02 * i);
            if (sum < best) {
                best = sum;
                *slope = 0.02 * i;
                *constant = (k - ANGLES / 2) * PERIOD / ANGLES;
            }
        }
    for (double step = 0.5; step > 0.005; step *= 0.5)
        for (int moved = 1; moved;) {
            moved = 0;
            for (int32_t k = 0; k < 8; k++) {
                static const int8_t way[8][2] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
                const double c = *constant + step * way[k][0] * PERIOD / ANGLES, s = *slope + step * way[k][1] * 0.02;
                const double sum = summed(residual, x, n, c, s);
                if (sum < best * (1 - 1e-12)) {
                    best = sum;
                    *constant = c;
                    *slope = s;
                    moved = 1;
                }
            }
        }
    return best;
}

/* Whether every other voxel tells the same slope as the rest. */
static int halves_agree(const float *residual, double *x, int32_t n, float *half, double slope) {
    double found[2] = {0, 0};
    for (int32_t side = 0; side < 2; side++) {
        int32_t m = 0;
        for (int32_t i = side; i < n; i += 2, m++) {
            memcpy(half + (int64_t)m * ANGLES, residual + (int64_t)i * ANGLES, ANGLES * sizeof *half);
            x[n + m] = x[i];
        }
        double constant = 0;
        (void)search(half, x + n, m, &constant, &found[side]);
    }
    return fabs(found[0] - found[1]) <= SAME_SLOPE + SAME_SHARE * fabs(slope);
}

static fsc_status fill_table(fsc_ramp *ramp, const fsc_source *source, fsc_error *err) {
    const int64_t n = source->dim[ramp->axis];
    ramp->table = fsc_alloc(2 * n, sizeof *ramp->table);
    if (!ramp->table) return fsc_fail_nomem(err, "removing the readout ramp");
    for (int64_t i = 0; i < n; i++) {
        const double theta = ramp->constant_rad + 2 * FSC_PI * ramp->slope_dwell * ((double)i / (double)n - 0.5);
        ramp->table[i] = (float)cos(theta);
        ramp->table[n + i] = (float)sin(theta);
    }
    return FSC_OK;
}

static fsc_status choose(fsc_ramp *out, const fsc_sample *sample, const float *residual, int32_t slice_axis,
                         fsc_error *err) {
    const fsc_source *source = sample->source;
    const int32_t n = sample->n;
    FSC_AUTO_BLOCK double *x = fsc_alloc((int64_t)2 * n, sizeof *x);
    FSC_AUTO_BLOCK float *half = fsc_alloc((int64_t)n * ANGLES, sizeof *half);
    if (!x || !half) return fsc_fail_nomem(err, "looking for a readout ramp");
    const double plain = summed(residual, x, n, 0, 0);
    double best = INFINITY;
    int32_t axis = -1;
    for (int32_t a = 0; a < 3; a++) {
        if (a == slice_axis || source->dim[a] < 8) continue;
        fsc_source along = *source;
        along.ramp_axis = a;
        for (int32_t i = 0; i < n; i++)
            x[i] = (double)fsc_source_ramp_index(&along, sample->voxel[i]) / (double)source->dim[a] - 0.5;
        double constant = 0, slope = 0;
        const double sum = search(residual, x, n, &constant, &slope);
        if (sum >= best) continue;
        best = sum;
        axis = a;
        out->slope_dwell = slope;
        out->constant_rad = constant - PERIOD * round(constant / PERIOD);
    }
    out->left = fmin(best, plain) / fmax(n, 1);
    out->drop = plain > 0 && axis >= 0 ? 1 - best / plain : 0;
    const double least = source->n_echo > 4    ? LEAST_DROP
                         : source->n_echo == 4 ? LEAST_DROP_OF_FOUR
                                               : LEAST_DROP_OF_THREE;
    if (out->drop < least || fabs(out->slope_dwell) < LEAST_SLOPE || fabs(out->slope_dwell) > MOST_SLOPE) return FSC_OK;
    fsc_source along = *source;
    along.ramp_axis = axis;
    for (int32_t i = 0; i < n; i++)
        x[i] = (double)fsc_source_ramp_index(&along, sample->voxel[i]) / (double)source->dim[axis] - 0.5;
    if (!halves_agree(residual, x, n, half, out->slope_dwell)) return FSC_OK;
    out->axis = axis;
    return fill_table(out, source, err);
}

fsc_status fsc_ramp_find(fsc_ramp *out, const fsc_sample *sample, int32_t slice_axis, fsc_error *err) {
    memset(out, 0, sizeof *out);
    out->axis = -1;
    FSC_AUTO_BLOCK float *residual = fsc_alloc((int64_t)sample->n * ANGLES, sizeof *residual);
    if (!residual) return fsc_fail_nomem(err, "looking for a readout ramp");
    fsc_profile *scratch = NULL;
    const int32_t workers = fsc_tiles_workers(sample->n_threads);
    FSC_TRY(fsc_profiles_new(&scratch, workers, sample->profiler, err));
    ramp_job job = {sample, scratch, residual};
    fsc_tiles_run(sample->n, FSC_LANES, angle_tile, &job, sample->n_threads);
    fsc_profiles_free(scratch, workers);
    return choose(out, sample, residual, slice_axis, err);
}

void fsc_ramp_free(fsc_ramp *ramp) {
    fsc_free(ramp->table);
    memset(ramp, 0, sizeof *ramp);
}

void fsc_ramp_apply(const fsc_ramp *ramp, fsc_source *source) {
    if (ramp->axis < 0) return;
    source->ramp_axis = ramp->axis;
    source->ramp_sign = source->conjugate;
    source->ramp_cos = ramp->table;
    source->ramp_sin = ramp->table + source->dim[ramp->axis];
}
