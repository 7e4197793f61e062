/* Labels of one scan carried to another of the same person: align.c lays one onto the other, bend.c bends each onto the
 * other, and a point goes half of each way's disagreement. */
#include "align.h"
#include "alloc.h"
#include "bend.h"
#include "fail.h"
#include "format.h"
#include "limits.h"
#include "tiles.h"

#include <fascicle/carry.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COARSE_MM 6.0
#define COARSE_BLUR_MM 2.5
#define FINE_MM 3.0
#define FINE_BLUR_MM 1.0
#define NEAR_MM 8.0 /* sd of the blur that makes the labels' neighbourhood count */

FSC_DEFINE_AUTO(fsc_carried, fsc_carried_free)

void fsc_carried_free(fsc_carried *carried) {
    if (!carried) return;
    fsc_labels_free(carried->muscles);
    fsc_labels_free(carried->levels);
    fsc_free(carried->label);
    fsc_notes_free(&carried->notes);
    fsc_free(carried);
}

/* From a point of one scan to the point of the other that lies there. */
typedef struct carry_way {
    double to_other[12]; /* mm to mm, row-major 3 x 4 */
    int32_t dim[3];
    double origin_mm[3], step_mm;
    float *shift[3]; /* owned, in steps; nowhere but on the grid */
} carry_way;

typedef struct carry_work {
    const fsc_carry_input *in;
    fsc_channels channels[2]; /* from, to */
    fsc_scene scene[2];       /* likewise; coarse, then fine */
    float *weight;            /* owned, on scene[0] */
    carry_way there, back;    /* of points: to -> from, from -> to */
    fsc_carried *out;
    float *apart_mm; /* owned, on the new grid */
} carry_work;

static void free_work(carry_work *w) {
    for (int i = 0; i < 2; i++) {
        fsc_channels_free(&w->channels[i]);
        fsc_scene_free(&w->scene[i]);
    }
    for (int a = 0; a < 3; a++) {
        fsc_free(w->there.shift[a]);
        fsc_free(w->back.shift[a]);
    }
    fsc_free(w->weight);
    fsc_free(w->apart_mm);
}

static void apply(double out[3], const double m[12], const double in[3]) {
    double at[3];
    for (int r = 0; r < 3; r++) at[r] = m[4 * r] * in[0] + m[4 * r + 1] * in[1] + m[4 * r + 2] * in[2] + m[4 * r + 3];
    memcpy(out, at, sizeof at);
}

/* extra_mm is added before the affine map. */
static void go(double out[3], const carry_way *way, const double mm[3], const double extra_mm[3]) {
    double index[3], at[3];
    for (int a = 0; a < 3; a++) index[a] = (mm[a] - way->origin_mm[a]) / way->step_mm;
    for (int a = 0; a < 3; a++)
        at[a] = mm[a] + way->step_mm * (double)fsc_value_at(way->shift[a], way->dim, index) + extra_mm[a];
    apply(out, way->to_other, at);
}

static void scene_mm(double mm[3], const fsc_scene *s, int32_t i, int32_t j, int32_t k) {
    const int32_t at[3] = {i, j, k};
    for (int a = 0; a < 3; a++) mm[a] = s->origin_mm[a] + at[a] * s->step_mm;
}

static int32_t nearest_label(const fsc_labels *labels, const double mm[3]) {
    double index[3];
    if (!labels || fsc_grid_to_index(&labels->grid, mm, index) != FSC_OK) return 0;
    int64_t at = 0;
    for (int a = 2; a >= 0; a--) {
        const int64_t i = (int64_t)floor(index[a] + 0.5);
        if (i < 0 || i >= labels->grid.dim[a]) return 0;
        at = at * labels->grid.dim[a] + i;
    }
    return labels->data[at];
}

/* 1 in and near the labels, falling off over a centimetre; their middle is returned too. */
static fsc_status weigh(carry_work *w, double middle_mm[3], fsc_error *err) {
    const fsc_scene *s = &w->scene[0];
    fsc_free(w->weight);
    w->weight = fsc_alloc(s->n, sizeof *w->weight);
    FSC_AUTO_BLOCK float *tmp = fsc_alloc(s->n, sizeof *tmp);
    if (!w->weight || !tmp) return fsc_fail_nomem(err, "carrying labels");
    double n = 0, sum[3] = {0, 0, 0};
    int64_t v = 0;
    for (int32_t k = 0; k < s->dim[2]; k++)
        for (int32_t j = 0; j < s->dim[1]; j++)
            for (int32_t i = 0; i < s->dim[0]; i++, v++) {
                double mm[3];
                scene_mm(mm, s, i, j, k);
                if (!nearest_label(w->in->muscles, mm) && !nearest_label(w->in->levels, mm)) continue;
                w->weight[v] = 1;
                for (int a = 0; a < 3; a++) sum[a] += mm[a];
                n++;
            }
    if (n == 0)
        return fsc_fail(err, FSC_E_NOTFOUND, "no label lies inside the first scan; give the labels of that scan");
    for (int a = 0; a < 3; a++) middle_mm[a] = sum[a] / n;
    const double sd = NEAR_MM / s->step_mm, sds[3] = {sd, sd, sd};
    fsc_blur(w->weight, s->dim, sds, tmp);
    for (v = 0; v < s->n; v++) w->weight[v] = fminf(1, 4 * w->weight[v]);
    return FSC_OK;
}

static fsc_status make_scenes(carry_work *w, double step_mm, double blur_mm, fsc_error *err) {
    for (int i = 0; i < 2; i++) {
        fsc_scene_free(&w->scene[i]);
        FSC_TRY(fsc_scene_make(&w->scene[i], &w->channels[i], step_mm, blur_mm, err));
    }
    return FSC_OK;
}

static void invert(double out[12], const double m[12]) {
    const double c[9] = {m[5] * m[10] - m[6] * m[9], m[2] * m[9] - m[1] * m[10], m[1] * m[6] - m[2] * m[5],
                         m[6] * m[8] - m[4] * m[10], m[0] * m[10] - m[2] * m[8], m[2] * m[4] - m[0] * m[6],
                         m[4] * m[9] - m[5] * m[8],  m[1] * m[8] - m[0] * m[9],  m[0] * m[5] - m[1] * m[4]};
    const double det = m[0] * c[0] + m[1] * c[3] + m[2] * c[6]; /* the affine step keeps sizes near 1 */
    for (int r = 0; r < 3; r++) {
        for (int k = 0; k < 3; k++) out[4 * r + k] = c[3 * r + k] / det;
        out[4 * r + 3] = -(c[3 * r] * m[3] + c[3 * r + 1] * m[7] + c[3 * r + 2] * m[11]) / det;
    }
}

static fsc_status lay(carry_work *w, fsc_error *err) {
    double middle[3];
    FSC_TRY(make_scenes(w, COARSE_MM, COARSE_BLUR_MM, err));
    FSC_TRY(weigh(w, middle, err));
    const fsc_scene *s = &w->scene[0];
    fsc_atlas from = {.step_mm = s->step_mm, .weight = w->weight};
    memcpy(from.dim, s->dim, sizeof from.dim);
    memcpy(from.origin_mm, s->origin_mm, sizeof from.origin_mm);
    for (int c = 0; c < FSC_CHANNELS; c++) from.channel[c] = s->channel[c];
    for (int64_t v = 0; v < s->n; v++) from.weight_mm3 += (double)w->weight[v] * s->step_mm * s->step_mm * s->step_mm;
    fsc_alignment alignment;
    FSC_TRY(fsc_align_scans(&alignment, &from, middle, &w->scene[1], w->in->n_threads, w->in->progress, err));
    memcpy(w->there.to_other, alignment.to_body, sizeof w->there.to_other);
    invert(w->back.to_other, w->there.to_other);
    w->out->similarity = alignment.similarity;
    return FSC_OK;
}

/* The labels' neighbourhood at a point of the scan that way starts from. */
static double weight_at(const carry_work *w, const carry_way *way, const double mm[3]) {
    const fsc_scene *s = &w->scene[0];
    double at[3], index[3];
    memcpy(at, mm, sizeof at);
    if (way == &w->there) apply(at, way->to_other, mm);
    for (int a = 0; a < 3; a++) index[a] = (at[a] - s->origin_mm[a]) / s->step_mm;
    return (double)fsc_value_at(w->weight, s->dim, index);
}

/* The part of the scene in which labels can lie. */
static int crop(int32_t low[3], carry_way *way, const carry_work *w, const fsc_scene *s) {
    int32_t high[3] = {-1, -1, -1};
    for (int a = 0; a < 3; a++) low[a] = s->dim[a];
    for (int32_t k = 0; k < s->dim[2]; k++)
        for (int32_t j = 0; j < s->dim[1]; j++)
            for (int32_t i = 0; i < s->dim[0]; i++) {
                const int32_t at[3] = {i, j, k};
                double mm[3];
                scene_mm(mm, s, i, j, k);
                if (weight_at(w, way, mm) < 0.02) continue;
                for (int a = 0; a < 3; a++) {
                    if (at[a] < low[a]) low[a] = at[a];
                    if (at[a] > high[a]) high[a] = at[a];
                }
            }
    if (high[0] < 0) return 0;
    fsc_fine_widen(low, high, s->dim);
    way->step_mm = s->step_mm;
    for (int a = 0; a < 3; a++) {
        way->dim[a] = high[a] - low[a] + 1;
        way->origin_mm[a] = s->origin_mm[a] + low[a] * s->step_mm;
    }
    return 1;
}

/* Bends the other scan (as the affine step lays it) onto this one. */
static fsc_status bend(carry_work *w, carry_way *way, const fsc_scene *fixed, const fsc_scene *moving, fsc_error *err) {
    int32_t low[3];
    if (!crop(low, way, w, fixed))
        return fsc_fail(err, FSC_E_ANATOMY, "the labels' place lies outside the second scan; nothing was carried");
    FSC_AUTO_FINE fsc_fine f = {0};
    FSC_TRY(fsc_fine_new(&f, way->dim, err));
    for (int a = 0; a < 3; a++) way->shift[a] = fsc_alloc(f.n, sizeof(float));
    if (!way->shift[0] || !way->shift[1] || !way->shift[2]) return fsc_fail_nomem(err, "carrying labels");
    int64_t v = 0;
    for (int32_t k = 0; k < f.dim[2]; k++)
        for (int32_t j = 0; j < f.dim[1]; j++)
            for (int32_t i = 0; i < f.dim[0]; i++, v++) {
                double mm[3], other[3], index[3];
                scene_mm(mm, fixed, low[0] + i, low[1] + j, low[2] + k);
                apply(other, way->to_other, mm);
                int here, inside = 1;
                for (int a = 0; a < 3; a++) {
                    index[a] = (other[a] - moving->origin_mm[a]) / moving->step_mm;
                    inside &= index[a] >= 0 && index[a] <= moving->dim[a] - 1;
                }
                const int64_t at = fsc_scene_nearest(fixed, low[0] + i, low[1] + j, low[2] + k, &here);
                f.weight[v] = here && inside ? (float)weight_at(w, way, mm) : 0;
                for (int c = 0; c < FSC_CHANNELS; c++) {
                    f.fixed[c][v] = fixed->channel[c][at];
                    f.moving[c][v] = inside ? fsc_value_at(moving->channel[c], moving->dim, index) : f.fixed[c][v];
                }
            }
    return fsc_fine_bend(&f, way->shift, w->in->n_threads, err);
}

/* The label with the largest share of the eight voxels around a point. */
static int32_t vote(const fsc_labels *labels, const double mm[3]) {
    double index[3], share[8] = {0}, best = 0;
    int32_t value[8], n = 0, won = 0;
    if (fsc_grid_to_index(&labels->grid, mm, index) != FSC_OK) return 0;
    const int64_t *dim = labels->grid.dim;
    for (int corner = 0; corner < 8; corner++) {
        int64_t at = 0;
        double part = 1;
        for (int a = 2; a >= 0; a--) {
            const double low = floor(index[a]), t = index[a] - low;
            int64_t i = (int64_t)low + (corner >> a & 1);
            part *= corner >> a & 1 ? t : 1 - t;
            if (i < -1 || i > dim[a]) return 0;
            i = i < 0 ? 0 : i >= dim[a] ? dim[a] - 1 : i; /* half a voxel beyond the image is its border */
            at = at * dim[a] + i;
        }
        int32_t k = 0;
        while (k < n && value[k] != labels->data[at]) k++;
        if (k == n) value[n++] = labels->data[at];
        share[k] += part;
    }
    for (int32_t k = 0; k < n; k++)
        if (share[k] > best) best = share[k], won = value[k];
    return won;
}

static void carry_slice(void *context, int64_t tile, int64_t begin, int64_t end, int32_t worker) {
    (void)tile;
    (void)worker;
    static const double none[3] = {0, 0, 0};
    carry_work *w = context;
    const fsc_grid *g = &w->in->to->grid;
    for (int64_t k = begin; k < end; k++) {
        int64_t v = k * g->dim[0] * g->dim[1];
        for (int64_t j = 0; j < g->dim[1]; j++)
            for (int64_t i = 0; i < g->dim[0]; i++, v++) {
                const double index[3] = {(double)i, (double)j, (double)k};
                double mm[3], there[3], again[3], half[3], square = 0;
                fsc_grid_to_mm(g, index, mm);
                go(there, &w->there, mm, none);
                go(again, &w->back, there, none);
                for (int a = 0; a < 3; a++) {
                    half[a] = -0.5 * (again[a] - mm[a]);
                    square += 4 * half[a] * half[a];
                }
                go(there, &w->there, mm, half);
                w->apart_mm[v] = (float)sqrt(square);
                w->out->muscles->data[v] = vote(w->in->muscles, there);
                if (w->out->levels) w->out->levels->data[v] = vote(w->in->levels, there);
            }
    }
}

static int by_size(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double voxel_mm3(const fsc_grid *g) {
    double s[3];
    fsc_grid_spacing_mm(g, s);
    return s[0] * s[1] * s[2];
}

static void add_flag(fsc_carried_label *l, const char *word) {
    const size_t n = strlen(l->flags);
    fsc_format(l->flags + n, sizeof l->flags - n, "%s%s", n ? "," : "", word);
}

/* One value of one map: how much of it arrived, and how sure the way is. list is as long as the new grid. */
static void judge(fsc_carried_label *l, const carry_work *w, const fsc_labels *was, const fsc_labels *is,
                  const fsc_propose_limits *limits, float *list) {
    const int64_t n = fsc_grid_count(&is->grid), n_was = fsc_grid_count(&was->grid);
    int64_t before = 0;
    for (int64_t v = 0; v < n_was; v++) before += was->data[v] == l->value;
    for (int64_t v = 0; v < n; v++)
        if (is->data[v] == l->value) list[l->n_voxel++] = w->apart_mm[v];
    qsort(list, (size_t)l->n_voxel, sizeof *list, by_size);
    l->apart_mm = l->n_voxel > 0 ? (double)list[l->n_voxel / 2] : (double)NAN;
    l->volume_ratio = (double)l->n_voxel * voxel_mm3(&is->grid) / ((double)before * voxel_mm3(&was->grid));
    if (l->n_voxel == 0) {
        add_flag(l, "lost");
        return;
    }
    if (l->apart_mm > limits->carry_apart_flag_mm) add_flag(l, "way-back");
    if (fmax(l->volume_ratio, 1 / l->volume_ratio) > limits->carry_volume_ratio_flag) add_flag(l, "volume");
}

static fsc_status judge_map(carry_work *w, const fsc_labels *was, const fsc_labels *is, int is_level,
                            const fsc_propose_limits *limits, float *list, fsc_error *err) {
    const int64_t n = fsc_grid_count(&was->grid);
    const int32_t first = w->out->n_label;
    for (int64_t v = 0; v < n; v++) {
        int32_t k = first;
        if (was->data[v] == 0) continue;
        while (k < w->out->n_label && w->out->label[k].value != was->data[v]) k++;
        if (k < w->out->n_label) continue;
        fsc_carried_label *grown = fsc_grow(w->out->label, k, (int64_t)k + 1, sizeof *grown);
        if (!grown) return fsc_fail_nomem(err, "carrying labels");
        w->out->label = grown;
        grown[w->out->n_label++] = (fsc_carried_label){.value = was->data[v], .is_level = is_level};
    }
    for (int32_t k = first; k < w->out->n_label; k++) {
        fsc_carried_label *l = &w->out->label[k];
        judge(l, w, was, is, limits, list);
        if (l->flags[0])
            fsc_notes_add(&w->out->notes, FSC_NOTE_WARNING, "label-flagged",
                          "Look at %s %d first: %s (volume %.2f of what it was, way back %.1f mm off).",
                          is_level ? "level" : "label", (int)l->value, l->flags, l->volume_ratio, l->apart_mm);
    }
    return FSC_OK;
}

static fsc_status run(carry_work *w, const fsc_propose_limits *limits, fsc_error *err) {
    const fsc_carry_input *in = w->in;
    double middle[3];
    FSC_TRY(fsc_channels_make(&w->channels[0], in->from, err));
    FSC_TRY(fsc_channels_make(&w->channels[1], in->to, err));
    FSC_TRY(lay(w, err));
    if (!(w->out->similarity >= limits->carry_similarity_min))
        return fsc_fail(err, FSC_E_ANATOMY,
                        "the two scans do not resemble each other near the labels (similarity %.2f, at least %.2f is "
                        "needed); are they of one person and region?",
                        w->out->similarity, limits->carry_similarity_min);
    FSC_TRY(make_scenes(w, FINE_MM, FINE_BLUR_MM, err));
    FSC_TRY(weigh(w, middle, err));
    FSC_TRY(bend(w, &w->there, &w->scene[1], &w->scene[0], err));
    FSC_TRY(fsc_progress_step(in->progress, "carry", 0.75, err));
    FSC_TRY(bend(w, &w->back, &w->scene[0], &w->scene[1], err));
    FSC_TRY(fsc_progress_step(in->progress, "carry", 0.95, err));
    const int64_t n = fsc_grid_count(&in->to->grid);
    FSC_TRY(fsc_labels_new(&w->out->muscles, &in->to->grid, err));
    if (in->levels) FSC_TRY(fsc_labels_new(&w->out->levels, &in->to->grid, err));
    w->apart_mm = fsc_alloc(n, sizeof *w->apart_mm);
    FSC_AUTO_BLOCK float *list = fsc_alloc(n, sizeof *list);
    if (!w->apart_mm || !list) return fsc_fail_nomem(err, "carrying labels");
    fsc_tiles_run(in->to->grid.dim[2], 1, carry_slice, w, in->n_threads);
    FSC_TRY(judge_map(w, in->muscles, w->out->muscles, 0, limits, list, err));
    if (in->levels) FSC_TRY(judge_map(w, in->levels, w->out->levels, 1, limits, list, err));
    return fsc_notes_check(&w->out->notes, err);
}

fsc_status fsc_carry_run(fsc_carried **out, const fsc_carry_input *in, fsc_error *err) {
    if (!out || !in || !in->from || !in->to || !in->muscles)
        return fsc_fail(err, FSC_E_ARG, "carrying labels needs two scans' maps and a label map");
    fsc_propose_limits limits;
    FSC_TRY(fsc_propose_limits_read(&limits, err));
    FSC_AUTO(fsc_carried) made = fsc_alloc(1, sizeof *made);
    if (!made) return fsc_fail_nomem(err, "carrying labels");
    carry_work w = {.in = in, .out = made};
    const fsc_status status = run(&w, &limits, err);
    free_work(&w);
    if (status == FSC_OK) FSC_GIVE(out, made);
    return status;
}
