#include "offsets.h"
#include "alloc.h"
#include "fail.h"
#include "fit.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define ECHOES_LEAST 6
#define ITERATIONS 7
#define ROUNDS 30
/* A first look below this finds nothing worth the rounds. */
#define LEAST_STEP 0.003
/* What counts: this angle, this many standard errors, and this much less residual in lean and in fat voxels. */
#define LEAST_RAD 0.03
#define LEAST_SE 5.0
#define LEAST_DROP 0.03
#define GROUP_LEAST 30
/* Echoes fainter than this share of the voxel's first give no phase. */
#define FAINT 0.2

typedef struct tally {
    double re[FSC_ECHO_MAX], im[FSC_ECHO_MAX], square[FSC_ECHO_MAX];
    int32_t n[FSC_ECHO_MAX];
    double residual[2]; /* lean, fat */
    int32_t voxels[2];
} tally;

/* Phases that the fits of FSC_LANES voxels leave, as unit phasors, so that one wild voxel counts no more than another.
 */
static void add_lanes(tally *sum, const fsc_fit *fit, const fsc_model *model, const fsc_lanes_echo *echo, int32_t n) {
    for (int32_t l = 0; l < n; l++) {
        if (!(fit->energy[l] > 0)) continue;
        const int32_t group = fit->magnitude_pdff[l] > 0.5;
        sum->residual[group] += fit->residual[l] / fit->energy[l];
        sum->voxels[group]++;
        const double first = hypot(echo->re[0][l], echo->im[0][l]);
        for (int32_t e = 0; e < model->n_echo; e++) {
            const double ar = model->fat_re[e], ai = model->fat_im[e];
            const double mr = fit->water_re[l] + fit->fat_re[l] * ar - fit->fat_im[l] * ai;
            const double mi = fit->water_im[l] + fit->fat_re[l] * ai + fit->fat_im[l] * ar;
            const double angle = 2 * FSC_PI * fit->psi_hz[l] * model->tau_s[e], c = cos(angle), s = sin(angle);
            const double tr = mr * c - mi * s, ti = mr * s + mi * c;
            const double re = echo->re[e][l] * tr + echo->im[e][l] * ti;
            const double im = echo->im[e][l] * tr - echo->re[e][l] * ti, size = hypot(re, im);
            if (!(size > 0) || hypot(echo->re[e][l], echo->im[e][l]) < FAINT * first) continue;
            sum->re[e] += re / size;
            sum->im[e] += im / size;
            sum->square[e] += im / size * (im / size);
            sum->n[e]++;
        }
    }
}

static void start_fields(double *hz, const fsc_source *source, const fsc_profiler *profiler, fsc_profile *profile,
                         const int32_t *voxel, int32_t n) {
    fsc_lanes_echo echo;
    fsc_minima minima;
    float one[FSC_LANES];
    for (int32_t l = 0; l < FSC_LANES; l++) one[l] = 1;
    for (int32_t at = 0; at < n; at += FSC_LANES) {
        const int32_t here = n - at < FSC_LANES ? n - at : FSC_LANES;
        fsc_source_load(source, voxel + at, here, &echo);
        fsc_profile_clear(profile, profiler);
        fsc_profile_add(profile, profiler, &echo, one);
        fsc_profile_scan(profile, profiler);
        for (int32_t l = 0; l < here; l++) {
            fsc_minima_find(&minima, profile, profiler, l);
            int32_t deepest = 0;
            for (int32_t k = 1; k < minima.n; k++)
                if (minima.cost[k] < minima.cost[deepest]) deepest = k;
            hz[at + l] = (double)minima.hz[deepest];
        }
    }
}

static void fit_all(tally *sum, const double *hz, const fsc_source *source, const fsc_model *model,
                    const int32_t *voxel, int32_t n, double noise_variance) {
    fsc_lanes_echo echo;
    fsc_fit fit;
    memset(sum, 0, sizeof *sum);
    for (int32_t at = 0; at < n; at += FSC_LANES) {
        const int32_t here = n - at < FSC_LANES ? n - at : FSC_LANES;
        fsc_source_load(source, voxel + at, here, &echo);
        for (int32_t l = 0; l < FSC_LANES; l++) {
            fit.psi_hz[l] = l < here ? hz[at + l] : 0;
            fit.r2_per_s[l] = model->r2_typical;
        }
        fsc_fit_run(&fit, model, &echo, ITERATIONS, 0.3 * model->shift_hz, noise_variance);
        add_lanes(sum, &fit, model, &echo, here);
    }
}

/* Takes off what phase and field can say as well: the straight line through the angles. */
static void straighten(double *rad, const fsc_model *model) {
    const int32_t n = model->n_echo;
    double st = 0, sr = 0, stt = 0, str = 0;
    for (int32_t e = 0; e < n; e++) {
        st += model->tau_s[e] / n;
        sr += rad[e] / n;
    }
    for (int32_t e = 0; e < n; e++) {
        stt += (model->tau_s[e] - st) * (model->tau_s[e] - st);
        str += (model->tau_s[e] - st) * (rad[e] - sr);
    }
    for (int32_t e = 0; e < n; e++) rad[e] -= sr + str / stt * (model->tau_s[e] - st);
}

/* One round: adds the mean phases left to the offsets; the largest step is given back. */
static double advance(fsc_offsets *out, const tally *sum, const fsc_model *model) {
    double largest = 0;
    for (int32_t e = 0; e < model->n_echo; e++) {
        const double step = sum->n[e] > 0 ? atan2(sum->im[e], sum->re[e]) : 0;
        out->rad[e] += step;
        largest = fmax(largest, fabs(step));
    }
    straighten(out->rad, model);
    for (int32_t e = 0; e < model->n_echo; e++) {
        out->cosine[e] = cos(out->rad[e]);
        out->sine[e] = sin(out->rad[e]);
    }
    return largest;
}

static void judge(fsc_offsets *out, const tally *first, const tally *last, const fsc_model *model) {
    int clear = 0;
    for (int32_t e = 0; e < model->n_echo; e++) {
        const double count = fmax(last->n[e], 1), se = sqrt(last->square[e] / count / count);
        out->largest_rad = fmax(out->largest_rad, fabs(out->rad[e]));
        clear |= fabs(out->rad[e]) > LEAST_RAD && fabs(out->rad[e]) > LEAST_SE * se;
    }
    /* A wrong fat spectrum also leaves phases, but only in fat: true offsets help lean and fat voxels alike. */
    for (int32_t g = 0; g < 2; g++)
        if (first->voxels[g] >= GROUP_LEAST && !(last->residual[g] < (1 - LEAST_DROP) * first->residual[g])) clear = 0;
    out->drop = 1 - (last->residual[0] + last->residual[1]) / fmax(first->residual[0] + first->residual[1], 1e-300);
    out->found = clear && out->drop > LEAST_DROP;
}

fsc_status fsc_offsets_find(fsc_offsets *out, const fsc_source *source, const fsc_model *model,
                            const fsc_profiler *profiler, const int32_t *voxel, int32_t n, double noise_variance,
                            fsc_error *err) {
    memset(out, 0, sizeof *out);
    if (model->n_echo < ECHOES_LEAST || n < GROUP_LEAST) return FSC_OK;
    FSC_AUTO_BLOCK double *hz = fsc_alloc(n, sizeof *hz);
    if (!hz) return fsc_fail_nomem(err, "looking for phase offsets");
    fsc_profile profile;
    FSC_TRY(fsc_profile_new(&profile, profiler, err));
    start_fields(hz, source, profiler, &profile, voxel, n);
    fsc_profile_free(&profile);
    fsc_source turned = *source;
    tally first, last;
    fit_all(&first, hz, source, model, voxel, n, noise_variance);
    double step = advance(out, &first, model);
    if (step < LEAST_STEP) return FSC_OK;
    fsc_offsets_apply(out, &turned);
    for (int32_t round = 0; round < ROUNDS && step > 1e-4; round++) {
        fit_all(&last, hz, &turned, model, voxel, n, noise_variance);
        step = advance(out, &last, model);
    }
    fit_all(&last, hz, &turned, model, voxel, n, noise_variance);
    judge(out, &first, &last, model);
    return FSC_OK;
}

void fsc_offsets_apply(const fsc_offsets *offsets, fsc_source *source) {
    source->offset_cos = offsets->cosine;
    source->offset_sin = offsets->sine;
    source->offset_sign = source->conjugate;
}
