#include "inspect.h"
#include "alloc.h"
#include "fail.h"

#include <math.h>
#include <string.h>

/* Largest phase of images stored in cycles and read as radians. */
#define CYCLES_LEAST 0.49
#define CYCLES_MOST 0.5005
/* Voxels asked; for pairs fewer, because there are many pairs. */
#define SAMPLE 384
/* An echo is out of place where the others fit this much better without it, if there was much to explain ... */
#define BETTER 0.2
#define MUCH 1e-3
/* ... or where its strength is this far from what the others foretell, and they fit better. */
#define GAIN 0.15
#define GAIN_BETTER 0.85
/* ... or where, among so many echoes, its strength is surely that far off although all fit: a scaled echo is taken for
 * fat and decay. */
#define SCALED 0.05
#define SURELY 6.0
#define SCALED_ECHOES 5
#define SCALED_NOISE 3e-3 /* at more noise than this leaves, what the others foretell is drawn too */
/* Exchanged pairs are looked for from here on. */
#define PAIRS_FROM 3e-3
#define PAIRS_MOST 66
/* Share of the largest magnitude down to which a number below zero is an interpolation's, and how many may be. */
#define BELOW 0.02
#define BELOW_SHARE 1e-3
/* Share of an echo's signal that is its largest value (rounding of phase aside), where it was cut off. */
#define CEILING_SQUARE 0.99999
#define CEILING_SHARE 0.005
#define CEILING_VOXELS 50
/* With one complex echo left out, three must remain; and so many voxels must be there to ask. */
#define COMPLEX_LEAST 4
#define LEAST_VOXELS 50

/* Largest magnitude, and what lies below zero by more than filters make. */
static void range_of(const float *image, int64_t n, float *low, float *high) {
    *low = *high = 0;
    for (int64_t v = 0; v < n; v++) {
        if (!isfinite(image[v])) continue;
        *low = image[v] < *low ? image[v] : *low;
        *high = image[v] > *high ? image[v] : *high;
    }
}

static fsc_status check_magnitudes(const float *image, int64_t n, int32_t echo, fsc_error *err) {
    float low, high;
    int64_t below = 0;
    range_of(image, n, &low, &high);
    const float limit = (float)-BELOW * fmaxf(high, -low);
    for (int64_t v = 0; v < n; v++) below += image[v] < limit;
    if ((double)below <= BELOW_SHARE * (double)n) return FSC_OK;
    return fsc_fail(
        err, FSC_E_RANGE,
        "echo %d holds magnitudes below zero (%.1f %% of its voxels, down to %g): it is a phase image, or its "
        "numbers wrapped around; export the magnitudes again",
        (int)echo + 1, 100.0 * (double)below / (double)n, (double)low);
}

static int is_zero(const float *re, const float *im, int64_t n) {
    for (int64_t v = 0; v < n; v++) {
        const float a = re[v], b = im ? im[v] : 0;
        if (a > 0 || a < 0 || b > 0 || b < 0) return 0;
    }
    return 1;
}

/* A slice of one echo that got lost on the way: the first that is zero where another echo has signal. */
static fsc_status check_slices(const fsc_scan *scan, fsc_error *err) {
    const int64_t n = fsc_grid_count(&scan->grid), slice = scan->grid.dim[0] * scan->grid.dim[1];
    for (int64_t k = 0; k < scan->grid.dim[2]; k++) {
        int32_t n_zero = 0, first = -1;
        for (int32_t e = 0; e < scan->n_echo; e++) {
            const int64_t at = e * n + k * slice;
            if (!is_zero(scan->echo_re + at, scan->echo_im ? scan->echo_im + at : NULL, slice)) continue;
            if (n_zero++ == 0) first = e;
        }
        if (n_zero > 0 && n_zero < scan->n_echo)
            return fsc_fail(err, FSC_E_RANGE,
                            "echo %d (TE %.3f ms) is empty in slice %lld of %lld, where other echoes have signal; copy "
                            "or convert it again",
                            (int)first + 1, 1e3 * scan->te_s[first], (long long)k + 1, (long long)scan->grid.dim[2]);
    }
    return FSC_OK;
}

fsc_status fsc_inspect_images(const fsc_scan *scan, fsc_error *err) {
    const int64_t n = fsc_grid_count(&scan->grid);
    int32_t zeros = 0;
    for (int32_t e = 0; e < scan->n_echo; e++) {
        const float *re = scan->echo_re + e * n, *im = scan->echo_im ? scan->echo_im + e * n : NULL;
        if (scan->kind == FSC_SCAN_MAGNITUDE) FSC_TRY(check_magnitudes(re, n, e, err));
        zeros += is_zero(re, im, n);
    }
    for (int32_t e = 0; e < scan->n_echo; e++) {
        const float *re = scan->echo_re + e * n, *im = scan->echo_im ? scan->echo_im + e * n : NULL;
        if (zeros < scan->n_echo && is_zero(re, im, n))
            return fsc_fail(err, FSC_E_RANGE, "echo %d (TE %.3f ms) is empty: all its voxels are zero; export it again",
                            (int)e + 1, 1e3 * scan->te_s[e]);
        if (zeros == 0 && e > 0 && memcmp(re, re - n, (size_t)n * sizeof *re) == 0 &&
            (!im || memcmp(im, im - n, (size_t)n * sizeof *im) == 0))
            return fsc_fail(err, FSC_E_RANGE, "echoes %d and %d are the same image; export the scan again", (int)e,
                            (int)e + 1);
    }
    return check_slices(scan, err);
}

void fsc_inspect_ceiling(const fsc_scan *scan, fsc_notes *notes) {
    const int64_t n = fsc_grid_count(&scan->grid);
    double most_share = 0;
    int32_t worst = 0;
    for (int32_t e = 0; e < scan->n_echo; e++) {
        const float *re = scan->echo_re + e * n, *im = scan->echo_im ? scan->echo_im + e * n : NULL;
        float high = 0;
        int64_t at_high = 0, with_signal = 0;
        for (int64_t v = 0; v < n; v++) {
            const float square = re[v] * re[v] + (im ? im[v] * im[v] : 0);
            high = square > high ? square : high;
            with_signal += square > 0;
        }
        for (int64_t v = 0; v < n; v++)
            at_high += re[v] * re[v] + (im ? im[v] * im[v] : 0) >= (float)CEILING_SQUARE * high;
        const double share = with_signal > 0 ? (double)at_high / (double)with_signal : 0;
        if (at_high < CEILING_VOXELS || share <= most_share) continue;
        most_share = share;
        worst = e;
    }
    if (most_share < CEILING_SHARE) return;
    fsc_notes_add(
        notes, FSC_NOTE_WARNING, "echo-cut-off",
        "Fat fractions are wrong where signal is strong: %.1f %% of echo %d (TE %.3f ms) is one largest value, "
        "so it was cut off when it was stored; export it with more bits or another scale",
        100 * most_share, (int)worst + 1, 1e3 * scan->te_s[worst]);
}

double fsc_inspect_coherence(const fsc_sample *s) {
    const fsc_source *source = s->source;
    double sum_re[FSC_ECHO_MAX] = {0}, sum_im[FSC_ECHO_MAX] = {0}, size[FSC_ECHO_MAX] = {0};
    for (int32_t i = 0; i < s->n; i++) {
        const int64_t v = s->voxel[i];
        if (v % source->dim[0] + 1 >= source->dim[0]) continue;
        for (int32_t e = 0; e + 1 < source->n_echo; e++) {
            double step[2][2];
            for (int64_t k = 0; k < 2; k++) {
                const int64_t a = e * source->n_voxel + v + k, b = a + source->n_voxel;
                const double ar = (double)source->re[a], ai = (double)source->im[a];
                const double br = (double)source->re[b], bi = (double)source->im[b];
                step[k][0] = ar * br + ai * bi;
                step[k][1] = ar * bi - ai * br;
            }
            const double re = step[0][0] * step[1][0] + step[0][1] * step[1][1];
            const double im = step[0][0] * step[1][1] - step[0][1] * step[1][0];
            const double length = sqrt(re * re + im * im);
            if (!(length > 0) || !isfinite(length)) continue;
            /* By signal squared, so that strong voxels speak. */
            const double weight = 1 / sqrt(length);
            sum_re[e] += weight * re;
            sum_im[e] += weight * im;
            size[e] += weight * length;
        }
    }
    double best = 0;
    for (int32_t e = 0; e + 1 < source->n_echo; e++)
        if (size[e] > 0) best = fmax(best, hypot(sum_re[e], sum_im[e]) / size[e]);
    return best;
}

void fsc_inspect_phase_range(const fsc_sample *s, fsc_notes *notes) {
    double most = 0;
    for (int32_t i = 0; i < s->n; i++)
        for (int32_t e = 0; e < s->source->n_echo; e++) {
            const int64_t at = e * s->source->n_voxel + s->voxel[i];
            most = fmax(most, fabs(atan2((double)s->source->im[at], (double)s->source->re[at])));
        }
    if (most < CYCLES_LEAST || most > CYCLES_MOST) return;
    fsc_notes_add(
        notes, FSC_NOTE_WARNING, "phase-range",
        "fat fractions are wrong if phase is stored in cycles: it fills -%.2f to %.2f and no more, in radians it "
        "would reach 3.14; correct its unit",
        most, most);
}

static void all_of(int32_t *list, int32_t n) {
    for (int32_t e = 0; e < n; e++) list[e] = e;
}

void fsc_leftout_strength(fsc_leftout *result, double *value, int32_t n) {
    result->strength = n > 0 ? fsc_median(value, n) : 1;
    for (int32_t i = 0; i < n; i++) value[i] = fabs(value[i] - result->strength);
    result->strength_se = n > 0 ? 1.2533 * 1.4826 * fsc_median(value, n) / sqrt((double)n) : 0;
}

/* How far an echo's strength is off, as a ratio above 1; 1 when that is not sure. */
static double scaling_of(const fsc_leftout *out) {
    if (!(out->strength > 0) || fabs(out->strength - 1) < SURELY * out->strength_se) return 1;
    return fmax(out->strength, 1 / out->strength);
}

/* The echo without which the others fit best, and the one whose strength is farthest off. */
static fsc_status leave_one_out(int32_t *worst, fsc_leftout *best, fsc_leftout *scaled, int32_t n_echo,
                                fsc_left_fn left, void *context, fsc_error *err) {
    int32_t list[FSC_ECHO_MAX] = {0};
    best->left = INFINITY;
    for (int32_t e = 0; e < n_echo; e++) {
        fsc_leftout here = {.out = e};
        for (int32_t k = 0; k < n_echo - 1; k++) list[k] = k + (k >= e);
        FSC_TRY(left(&here, context, list, list, n_echo - 1, err));
        if (scaling_of(&here) > scaling_of(scaled)) *scaled = here;
        if (!(here.left < best->left)) continue;
        *best = here;
        *worst = e;
    }
    return FSC_OK;
}

static fsc_status exchange_pairs(int32_t pair[2], double *best, int32_t n_echo, fsc_left_fn left, void *context,
                                 fsc_error *err) {
    int32_t image[FSC_ECHO_MAX] = {0}, time[FSC_ECHO_MAX] = {0};
    const int all_pairs = n_echo * (n_echo - 1) / 2 <= PAIRS_MOST;
    *best = INFINITY;
    all_of(time, n_echo);
    for (int32_t a = 0; a < n_echo; a++)
        for (int32_t b = a + 1; b < n_echo && (all_pairs || b == a + 1); b++) {
            fsc_leftout here = {.out = -1};
            all_of(image, n_echo);
            image[a] = b;
            image[b] = a;
            FSC_TRY(left(&here, context, image, time, n_echo, err));
            if (!(here.left < *best)) continue;
            *best = here.left;
            pair[0] = a;
            pair[1] = b;
        }
    return FSC_OK;
}

fsc_status fsc_inspect_echoes(const double *te_s, int32_t n_echo, int32_t least, fsc_left_fn left, void *context,
                              fsc_notes *notes, fsc_error *err) {
    int32_t list[FSC_ECHO_MAX] = {0}, worst = 0, pair[2] = {0, 0};
    fsc_leftout all = {.out = -1}, without = {.out = -1, .strength = 1}, scaled = without;
    double exchanged = INFINITY;
    if (n_echo < least) return FSC_OK;
    all_of(list, n_echo);
    FSC_TRY(left(&all, context, list, list, n_echo, err));
    FSC_TRY(leave_one_out(&worst, &without, &scaled, n_echo, left, context, err));
    const double gain = without.strength;
    const int alone = (all.left > MUCH && without.left < BETTER * all.left) ||
                      (fabs(gain - 1) > GAIN && without.left < GAIN_BETTER * all.left);
    if (all.left > PAIRS_FROM) FSC_TRY(exchange_pairs(pair, &exchanged, n_echo, left, context, err));
    if (exchanged < BETTER * all.left && (!alone || exchanged < without.left))
        fsc_notes_add(notes, FSC_NOTE_WARNING, "echoes-exchanged",
                      "Fat fractions are wrong where echoes %d and %d (TE %.3f and %.3f ms) are exchanged: taken the "
                      "other way round they fit %.0f times better; check EchoTime and the order of the files",
                      (int)pair[0] + 1, (int)pair[1] + 1, 1e3 * te_s[pair[0]], 1e3 * te_s[pair[1]],
                      all.left / exchanged);
    else if (alone)
        fsc_notes_add(
            notes, FSC_NOTE_WARNING, "echo-misfit",
            "Fat fractions may be wrong: echo %d (TE %.3f ms) does not belong to the others, which fit %.1f "
            "times better without it and foretell %.2f of its strength; it may be scaled, moved or turned, or "
            "its EchoTime is wrong",
            (int)worst + 1, 1e3 * te_s[worst], all.left / without.left, 1 / gain);
    else if (n_echo >= SCALED_ECHOES && all.left < SCALED_NOISE && scaling_of(&scaled) > 1 + SCALED)
        fsc_notes_add(notes, FSC_NOTE_WARNING, "echo-scaled",
                      "Fat fractions may be some points off: echo %d (TE %.3f ms) has %.2f of the strength that the "
                      "others foretell; check whether the files of one echo were scaled",
                      (int)scaled.out + 1, 1e3 * te_s[scaled.out], scaled.strength);
    return FSC_OK;
}

/* Sampled voxels on their own, so that echoes can be put in any order. */
typedef struct complex_trial {
    fsc_sample sample; /* of the packed voxels, with model and profiler replaced at each trial */
    float *re, *im;    /* [echo][n], packed and freed of ramp and offsets */
    float *turned;     /* [2][echo][n]: those of one trial */
    int32_t *number;   /* 0 .. n - 1 */
    double *hz, *floor, *strength;
    int32_t n;
} complex_trial;

/* Measured strength of the echo left out over what the others foretell; 0 where they foretell nothing. */
static double strength_of(const complex_trial *t, const fsc_model *whole, const fsc_model *part, const fsc_fit *fit,
                          int32_t l, int32_t voxel, int32_t out) {
    const double late = whole->te_s[out] - part->te_s[0], decay = exp(-fit->r2_per_s[l] * late);
    const double ar = whole->fat_re[out], ai = whole->fat_im[out];
    const double re = fit->water_re[l] + fit->fat_re[l] * ar - fit->fat_im[l] * ai;
    const double im = fit->water_im[l] + fit->fat_re[l] * ai + fit->fat_im[l] * ar;
    const int64_t at = (int64_t)out * t->n + voxel;
    const double foretold = decay * hypot(re, im), found = hypot((double)t->re[at], (double)t->im[at]);
    return foretold > 0 ? found / foretold : 0;
}

static fsc_status left_of_complex(fsc_leftout *result, void *context, const int32_t *image, const int32_t *time,
                                  int32_t n_echo, fsc_error *err) {
    complex_trial *t = context;
    const fsc_model *whole = t->sample.model;
    fsc_model model;
    fsc_profiler profiler;
    fsc_model_pick(&model, whole, time, n_echo);
    float *const im = t->turned + (int64_t)whole->n_echo * t->n;
    for (int32_t k = 0; k < n_echo; k++) {
        memcpy(t->turned + (int64_t)k * t->n, t->re + (int64_t)image[k] * t->n, (size_t)t->n * sizeof *t->re);
        memcpy(im + (int64_t)k * t->n, t->im + (int64_t)image[k] * t->n, (size_t)t->n * sizeof *t->im);
    }
    const fsc_source source = {.re = t->turned,
                               .im = im,
                               .n_voxel = t->n,
                               .dim = {t->n, 1, 1},
                               .n_echo = n_echo,
                               .scale = 1,
                               .conjugate = 1,
                               .ramp_axis = -1};
    fsc_sample these = t->sample;
    these.source = &source;
    these.model = &model;
    these.profiler = &profiler;
    FSC_TRY(fsc_profiler_init(&profiler, &model, err));
    const fsc_status status = fsc_branch_find(t->hz, t->floor, &these, err);
    fsc_profiler_free(&profiler);
    FSC_TRY(status);
    double sum = 0;
    int32_t n_strength = 0;
    for (int32_t at = 0; at < t->n; at += FSC_LANES) {
        fsc_lanes_echo echo;
        fsc_fit fit;
        const int32_t here = fsc_branch_fit(&fit, &echo, &these, t->hz, at);
        for (int32_t l = 0; l < here; l++) {
            const double left = model.r2_free ? fmin(t->floor[at + l], fit.residual[l]) : t->floor[at + l];
            sum += fit.energy[l] > 0 ? left / fit.energy[l] : 0;
            if (result->out >= 0)
                t->strength[n_strength++] = strength_of(t, whole, &model, &fit, l, at + l, result->out);
        }
    }
    result->left = sum / (t->n * (2.0 * n_echo - (model.r2_free ? 6 : 5)));
    fsc_leftout_strength(result, t->strength, n_strength);
    return FSC_OK;
}

/* Every so many of the sample's voxels, loaded as the fit sees them. */
static void pack(complex_trial *t, const fsc_sample *sample) {
    fsc_lanes_echo echo;
    const int32_t n_echo = sample->model->n_echo;
    for (int32_t at = 0; at < t->n; at += FSC_LANES) {
        const int32_t here = t->n - at < FSC_LANES ? t->n - at : FSC_LANES;
        int32_t voxel[FSC_LANES];
        for (int32_t l = 0; l < here; l++) voxel[l] = sample->voxel[(int64_t)(at + l) * sample->n / t->n];
        fsc_source_load(sample->source, voxel, here, &echo);
        for (int32_t e = 0; e < n_echo; e++)
            for (int32_t l = 0; l < here; l++) {
                t->re[(int64_t)e * t->n + at + l] = (float)echo.re[e][l];
                t->im[(int64_t)e * t->n + at + l] = (float)echo.im[e][l];
            }
    }
    for (int32_t i = 0; i < t->n; i++) t->number[i] = i;
}

fsc_status fsc_inspect_complex(const fsc_sample *sample, fsc_notes *notes, fsc_error *err) {
    const int32_t n = sample->n < SAMPLE ? sample->n : SAMPLE, n_echo = sample->model->n_echo;
    const int64_t size = (int64_t)n * n_echo;
    if (n_echo < COMPLEX_LEAST || n < LEAST_VOXELS) return FSC_OK;
    FSC_AUTO_BLOCK float *images = fsc_alloc(4 * size, sizeof *images);
    FSC_AUTO_BLOCK double *numbers = fsc_alloc((int64_t)3 * n, sizeof *numbers);
    FSC_AUTO_BLOCK int32_t *number = fsc_alloc(n, sizeof *number);
    if (!images || !numbers || !number) return fsc_fail_nomem(err, "looking at the echoes");
    complex_trial t = {.sample = *sample,
                       .re = images,
                       .im = images + size,
                       .turned = images + 2 * size,
                       .number = number,
                       .hz = numbers,
                       .floor = numbers + n,
                       .strength = numbers + (int64_t)2 * n,
                       .n = n};
    pack(&t, sample);
    t.sample.voxel = number;
    t.sample.n = n;
    t.sample.noise_variance = 0;
    return fsc_inspect_echoes(sample->model->te_s, n_echo, COMPLEX_LEAST, left_of_complex, &t, notes, err);
}
