/* Nine numbers (shift, turn, size along three axes) that maximise the weighted correlation of both channels near the
 * labelled tissue. Correlation and not squared difference: subcutaneous fat is the brightest thing in a scan, and
 * squared difference runs into it. The optimiser is NLopt's BOBYQA (Powell 2009), started from several places along the
 * spine. */
#include "align.h"

#include "alloc.h"
#include "fail.h"
#include "tiles.h"

#include <math.h>
#include <nlopt.h>
#include <stdlib.h>
#include <string.h>

enum { PARAMETERS = 9, SUMS = 1 + 5 * FSC_CHANNELS, STARTS = 5, LOOKS_FIRST = 140, LOOKS_LAST = 350 };

#define BACK_MM (-90.0) /* the skin of the average back */
#define SHARE_MIN 0.3   /* of the body's weight that must lie in the field of view */
#define APART_MM 14.0   /* between starts */
#define RIVAL_MM 20.0   /* a rival is a place this far along the spine: most of a vertebra */
#define TURN_RAD 0.3    /* usual spread of turns and of log sizes, for a gentle pull to the average */
#define LOG_SIZE 0.12

typedef struct search {
    const fsc_atlas *atlas;
    const fsc_scene *scene;
    double centre_mm[3]; /* turns and sizes are about this point of the scan */
    int anchored;
    double anchor_scan_mm[3], anchor_body_mm[3];
    double *sums; /* (n slices, SUMS) */
    double matrix[12];
    int32_t n_threads;
    const fsc_progress *progress;
    const char *stage;
    double done; /* fraction of the work, for the progress line */
    int cancelled;
} search;

/* Scan mm to body mm. Without an anchor p[0..2] shifts the middle of the scan; with one, the anchored vertebra. */
static void matrix_of(double m[12], const search *s, const double p[PARAMETERS]) {
    const double cx = cos(p[3]), sx = sin(p[3]), cy = cos(p[4]), sy = sin(p[4]), cz = cos(p[5]), sz = sin(p[5]);
    const double turn[9] = {cy * cz,
                            -cy * sz,
                            sy,
                            cx * sz + sx * sy * cz,
                            cx * cz - sx * sy * sz,
                            -sx * cy,
                            sx * sz - cx * sy * cz,
                            sx * cz + cx * sy * sz,
                            cx * cy};
    const double *fixed = s->anchored ? s->anchor_scan_mm : s->centre_mm;
    for (int r = 0; r < 3; r++) {
        for (int c = 0; c < 3; c++) m[4 * r + c] = turn[3 * r + c] * exp(p[6 + c]);
        const double lands = (s->anchored ? s->anchor_body_mm[r] : s->centre_mm[r]) + p[r];
        m[4 * r + 3] = lands - m[4 * r] * fixed[0] - m[4 * r + 1] * fixed[1] - m[4 * r + 2] * fixed[2];
    }
}

/* Weighted sums of one slice of the scene: w, then for each channel wa, wb, waa, wbb, wab. */
static void sum_slice(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    const search *s = context;
    const fsc_atlas *a = s->atlas;
    const fsc_scene *t = s->scene;
    const double *m = s->matrix, inv = 1 / a->step_mm;
    for (int64_t k = begin; k < end; k++) {
        double *sum = s->sums + k * SUMS;
        memset(sum, 0, SUMS * sizeof *sum);
        const double z = t->origin_mm[2] + (double)k * t->step_mm;
        int64_t v = k * t->dim[0] * t->dim[1];
        for (int32_t j = 0; j < t->dim[1]; j++)
            for (int32_t i = 0; i < t->dim[0]; i++, v++) {
                const double x = t->origin_mm[0] + i * t->step_mm, y = t->origin_mm[1] + j * t->step_mm;
                double index[3];
                for (int r = 0; r < 3; r++)
                    index[r] =
                        (m[4 * r] * x + m[4 * r + 1] * y + m[4 * r + 2] * z + m[4 * r + 3] - a->origin_mm[r]) * inv;
                const double w = (double)fsc_value_at(a->weight, a->dim, index);
                if (w <= 0) continue;
                sum[0] += w;
                for (int c = 0; c < FSC_CHANNELS; c++) {
                    const double p = (double)fsc_value_at(a->channel[c], a->dim, index), q = (double)t->channel[c][v];
                    double *of = sum + 1 + 5 * c;
                    of[0] += w * p;
                    of[1] += w * q;
                    of[2] += w * p * p;
                    of[3] += w * q * q;
                    of[4] += w * p * q;
                }
            }
    }
}

/* Mean correlation of the channels under the matrix in force; *share = part of the body's weight that the scan covers.
 */
static double similarity(search *s, double *share) {
    const fsc_scene *t = s->scene;
    fsc_tiles_run(t->dim[2], 1, sum_slice, s, s->n_threads);
    double sum[SUMS] = {0}, r = 0;
    for (int32_t k = 0; k < t->dim[2]; k++)
        for (int i = 0; i < SUMS; i++) sum[i] += s->sums[(int64_t)k * SUMS + i];
    const double *m = s->matrix;
    const double volume = fabs(m[0] * (m[5] * m[10] - m[6] * m[9]) - m[1] * (m[4] * m[10] - m[6] * m[8]) +
                               m[2] * (m[4] * m[9] - m[5] * m[8]));
    *share = sum[0] * t->step_mm * t->step_mm * t->step_mm * volume / s->atlas->weight_mm3;
    if (!(sum[0] > 0)) return 0;
    for (int c = 0; c < FSC_CHANNELS; c++) {
        const double *of = sum + 1 + 5 * c;
        const double p = of[0] / sum[0], q = of[1] / sum[0];
        r += (of[4] / sum[0] - p * q) / sqrt(fmax((of[2] / sum[0] - p * p) * (of[3] / sum[0] - q * q), 1e-12));
    }
    return r / FSC_CHANNELS;
}

static double cost(unsigned n, const double *p, double *gradient, void *context) {
    (void)n;
    (void)gradient;
    search *s = context;
    double share, pull = 0;
    matrix_of(s->matrix, s, p);
    const double r = similarity(s, &share);
    for (int i = 3; i < 6; i++) pull += p[i] * p[i] / (TURN_RAD * TURN_RAD);
    for (int i = 6; i < 9; i++) pull += p[i] * p[i] / (LOG_SIZE * LOG_SIZE);
    return 1 - r + 0.01 * pull + (share < SHARE_MIN ? 10 * (SHARE_MIN - share) : 0);
}

static fsc_status step(search *s, double by, fsc_error *err) {
    s->done += by;
    return fsc_progress_step(s->progress, s->stage, fmin(s->done, 1), err);
}

/* Improves p by at most looks evaluations; shifts stay within reach of where p starts. */
static fsc_status improve(search *s, double p[PARAMETERS], double *value, double reach_mm, int looks, fsc_error *err) {
    double low[PARAMETERS], high[PARAMETERS];
    static const double first[PARAMETERS] = {4, 4, 4, 0.08, 0.05, 0.05, 0.05, 0.05, 0.05};
    for (int i = 0; i < PARAMETERS; i++) {
        const double reach = i < 3 ? reach_mm : i < 6 ? 0.45 : 0.28, from = i < 3 && !s->anchored ? p[i] : 0;
        low[i] = from - reach;
        high[i] = from + reach;
        p[i] = fmin(fmax(p[i], low[i]), high[i]);
    }
    nlopt_opt opt = nlopt_create(NLOPT_LN_BOBYQA, PARAMETERS);
    if (!opt) return fsc_fail_nomem(err, "laying the body into the scan");
    int bad = nlopt_set_min_objective(opt, cost, s) < 0 || nlopt_set_lower_bounds(opt, low) < 0 ||
              nlopt_set_upper_bounds(opt, high) < 0 || nlopt_set_initial_step(opt, first) < 0 ||
              nlopt_set_maxeval(opt, looks) < 0 || nlopt_set_ftol_abs(opt, 1e-5) < 0;
    const nlopt_result result = bad ? NLOPT_FAILURE : nlopt_optimize(opt, p, value);
    nlopt_destroy(opt);
    if (result == NLOPT_OUT_OF_MEMORY) return fsc_fail_nomem(err, "laying the body into the scan");
    if (result < 0 && result != NLOPT_ROUNDOFF_LIMITED)
        return fsc_fail(err, FSC_E_NUMERIC, "the average body could not be laid into this scan");
    return FSC_OK;
}

typedef struct start {
    double p[PARAMETERS], cost;
} start;

static int by_cost(const void *a, const void *b) {
    const double x = ((const start *)a)->cost, y = ((const start *)b)->cost;
    return (x > y) - (x < y);
}

/* The body's midline and back, for where to begin; 0 when there is no body. */
static int find_back(const fsc_scene *scene, double *midline_mm, double *back_mm) {
    int64_t count = 0, seen = 0;
    double sum = 0;
    int64_t row = 0;
    for (int64_t v = 0; v < scene->n; v++) count += scene->body[v] != 0;
    for (int32_t j = 0; j < scene->dim[1]; j++)
        for (int32_t k = 0; k < scene->dim[2]; k++)
            for (int32_t i = 0; i < scene->dim[0]; i++) {
                if (!scene->body[i + (int64_t)scene->dim[0] * (j + (int64_t)scene->dim[1] * k)]) continue;
                sum += i;
                if (seen++ <= count / 50) row = j; /* the hindmost two hundredths are skin and coil */
            }
    if (count == 0) return 0;
    *midline_mm = scene->origin_mm[0] + sum / (double)count * scene->step_mm;
    *back_mm = scene->origin_mm[1] + (double)row * scene->step_mm;
    return 1;
}

/* Looks along the spine, for each place at a few depths and sides; returns how many starts far apart were kept. */
static fsc_status look_around(search *s, start *kept, int *n_kept, fsc_error *err) {
    enum { ALONG = 23, DEEP = 7, ASIDE = 3 };
    double midline, back;
    if (!find_back(s->scene, &midline, &back))
        return fsc_fail(err, FSC_E_SHAPE, "no body is seen in the water and fat maps");
    start place[ALONG];
    for (int k = 0; k < ALONG; k++) {
        place[k].cost = INFINITY;
        for (int j = 0; j < DEEP; j++)
            for (int i = 0; i < ASIDE; i++) {
                start try = {{-midline + 12 * (i - 1), BACK_MM - back + 10 * (j - DEEP / 2),
                              -s->centre_mm[2] + 6 * (k - ALONG / 2)},
                             0};
                try.cost = cost(PARAMETERS, try.p, NULL, s);
                if (try.cost < place[k].cost) place[k] = try;
            }
        FSC_TRY(step(s, 0.4 / ALONG, err));
    }
    qsort(place, ALONG, sizeof *place, by_cost);
    for (int k = 0; k < ALONG && *n_kept < STARTS; k++) {
        int far = 1;
        for (int i = 0; i < *n_kept; i++) far &= fabs(place[k].p[2] - kept[i].p[2]) >= APART_MM;
        if (far) kept[(*n_kept)++] = place[k];
    }
    return FSC_OK;
}

/* The best of another place along the spine than the winner's. */
static void name_rival(fsc_alignment *out, const start *kept, int n, const start *winner) {
    out->runner_up_similarity = out->runner_up_shift_mm = (double)NAN;
    for (int i = 0; i < n; i++) { /* by cost */
        const double shift = kept[i].p[2] - winner->p[2];
        if (fabs(shift) < RIVAL_MM) continue;
        out->runner_up_similarity = 1 - kept[i].cost;
        out->runner_up_shift_mm = shift;
        return;
    }
}

static fsc_status run(fsc_alignment *out, search *s, double reach_mm, fsc_error *err) {
    start kept[STARTS] = {{{0}, 0}};
    int n = 0;
    if (s->anchored)
        n = 1;
    else
        FSC_TRY(look_around(s, kept, &n, err));
    const double reach = s->anchored ? reach_mm : 30;
    for (int i = 0; i < n; i++) {
        FSC_TRY(improve(s, kept[i].p, &kept[i].cost, reach, LOOKS_FIRST, err));
        FSC_TRY(step(s, 0.3 / n, err));
    }
    qsort(kept, (size_t)n, sizeof *kept, by_cost);
    start winner = kept[0];
    FSC_TRY(improve(s, winner.p, &winner.cost, s->anchored ? reach_mm : 12, LOOKS_LAST, err));
    double share;
    matrix_of(s->matrix, s, winner.p);
    out->similarity = similarity(s, &share);
    memcpy(out->to_body, s->matrix, sizeof out->to_body);
    name_rival(out, kept, n, &winner);
    return step(s, 0.1, err);
}

fsc_status fsc_align(fsc_alignment *out, const fsc_atlas *atlas, const fsc_scene *scene, const fsc_anchor *anchor,
                     double reach_mm, int32_t n_threads, const fsc_progress *progress, fsc_error *err) {
    search s = {.atlas = atlas, .scene = scene, .n_threads = n_threads, .progress = progress, .stage = "propose"};
    for (int a = 0; a < 3; a++) s.centre_mm[a] = scene->origin_mm[a] + 0.5 * (scene->dim[a] - 1) * scene->step_mm;
    const fsc_region *r = atlas->frame.region;
    for (int32_t i = 0; i < FSC_REGION_LEVELS && anchor->level[0]; i++) {
        if (strcmp(r->level[i], anchor->level) != 0) continue;
        s.anchored = 1;
        memcpy(s.anchor_scan_mm, anchor->centre_mm, sizeof s.anchor_scan_mm);
        fsc_body_frame_centre(s.anchor_body_mm, &atlas->frame, i);
    }
    FSC_AUTO_BLOCK double *sums = fsc_alloc((int64_t)scene->dim[2] * SUMS, sizeof *sums);
    if (!sums) return fsc_fail_nomem(err, "laying the body into the scan");
    s.sums = sums;
    return run(out, &s, reach_mm, err);
}

/* Looks around for where the other scan lies, as a grid of shifts. */
static void look_for_shift(search *s, double p[PARAMETERS]) {
    double best = INFINITY, kept[3] = {0, 0, 0};
    for (int k = -3; k <= 3; k++)
        for (int j = -2; j <= 2; j++)
            for (int i = -2; i <= 2; i++) {
                const double try[PARAMETERS] = {12.0 * i, 12.0 * j, 12.0 * k};
                const double value = cost(PARAMETERS, try, NULL, s);
                if (value < best) best = value, kept[0] = try[0], kept[1] = try[1], kept[2] = try[2];
            }
    for (int a = 0; a < 3; a++) p[a] = kept[a];
}

fsc_status fsc_align_scans(fsc_alignment *out, const fsc_atlas *from, const double middle_mm[3], const fsc_scene *scene,
                           int32_t n_threads, const fsc_progress *progress, fsc_error *err) {
    search s = {.atlas = from, .scene = scene, .n_threads = n_threads, .progress = progress, .stage = "carry"};
    FSC_AUTO_BLOCK double *sums = fsc_alloc((int64_t)scene->dim[2] * SUMS, sizeof *sums);
    if (!sums) return fsc_fail_nomem(err, "laying one scan onto the other");
    s.sums = sums;
    memcpy(s.centre_mm, middle_mm, sizeof s.centre_mm);
    double p[PARAMETERS] = {0}, value = 0, share;
    look_for_shift(&s, p);
    FSC_TRY(step(&s, 0.2, err));
    FSC_TRY(improve(&s, p, &value, 12, LOOKS_FIRST, err));
    FSC_TRY(improve(&s, p, &value, 6, LOOKS_LAST, err));
    matrix_of(s.matrix, &s, p);
    out->similarity = similarity(&s, &share);
    out->runner_up_similarity = out->runner_up_shift_mm = (double)NAN;
    memcpy(out->to_body, s.matrix, sizeof out->to_body);
    return step(&s, 0.3, err);
}
