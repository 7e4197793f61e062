#include "fit.h"

#include "alloc.h"
#include "bend.h"
#include "fail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COARSE_MM 6.0
#define COARSE_BLUR_MM 2.5
#define FINE_MM 3.0
#define FINE_BLUR_MM 1.0
enum { CORE_MIN = 40 };

void fsc_body_fit_point(double body_mm[3], const fsc_body_fit *fit, const double scan_mm[3], int bent) {
    double at[3] = {scan_mm[0], scan_mm[1], scan_mm[2]}, index[3];
    for (int a = 0; a < 3; a++) index[a] = (scan_mm[a] - fit->origin_mm[a]) / fit->step_mm;
    for (int a = 0; a < 3 && bent; a++) at[a] += fit->step_mm * (double)fsc_value_at(fit->shift[a], fit->dim, index);
    const double *m = fit->alignment.to_body;
    for (int r = 0; r < 3; r++)
        body_mm[r] = m[4 * r] * at[0] + m[4 * r + 1] * at[1] + m[4 * r + 2] * at[2] + m[4 * r + 3];
}

/* The part of the scene in which the body has weight, widened. */
static int crop(int32_t low[3], int32_t dim[3], const fsc_body_fit *fit, const fsc_scene *scene) {
    int32_t high[3] = {-1, -1, -1};
    for (int a = 0; a < 3; a++) low[a] = scene->dim[a];
    for (int32_t k = 0; k < scene->dim[2]; k++)
        for (int32_t j = 0; j < scene->dim[1]; j++)
            for (int32_t i = 0; i < scene->dim[0]; i++) {
                const int32_t at[3] = {i, j, k};
                double mm[3], body[3];
                fsc_atlas_spot spot;
                for (int a = 0; a < 3; a++) mm[a] = scene->origin_mm[a] + at[a] * scene->step_mm;
                fsc_body_fit_point(body, fit, mm, 0);
                fsc_atlas_at(&spot, &fit->atlas.frame, body);
                for (int a = 0; a < 3 && spot.weight > 0.02f; a++) {
                    if (at[a] < low[a]) low[a] = at[a];
                    if (at[a] > high[a]) high[a] = at[a];
                }
            }
    if (high[0] < 0) return 0;
    fsc_fine_widen(low, high, scene->dim);
    for (int a = 0; a < 3; a++) dim[a] = high[a] - low[a] + 1;
    return 1;
}

static void look(fsc_fine *f, const fsc_body_fit *fit, const fsc_scene *scene, const int32_t low[3]) {
    int64_t v = 0;
    for (int32_t k = 0; k < f->dim[2]; k++)
        for (int32_t j = 0; j < f->dim[1]; j++)
            for (int32_t i = 0; i < f->dim[0]; i++, v++) {
                const double mm[3] = {fit->origin_mm[0] + i * fit->step_mm, fit->origin_mm[1] + j * fit->step_mm,
                                      fit->origin_mm[2] + k * fit->step_mm};
                double body[3];
                fsc_atlas_spot spot;
                fsc_body_fit_point(body, fit, mm, 0);
                fsc_atlas_at(&spot, &fit->atlas.frame, body);
                int inside;
                const int64_t at = fsc_scene_nearest(scene, low[0] + i, low[1] + j, low[2] + k, &inside);
                f->weight[v] = inside ? spot.weight : 0; /* beyond the field nothing pulls */
                f->code[v] = spot.code;
                for (int c = 0; c < FSC_CHANNELS; c++) {
                    f->fixed[c][v] = scene->channel[c][at];
                    f->moving[c][v] = spot.channel[c];
                }
            }
}

static int by_size(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int is_core(const fsc_fine *f, int64_t v, int32_t i, int32_t j, int32_t k) {
    const int64_t dx = 1, dy = f->dim[0], dz = (int64_t)f->dim[0] * f->dim[1];
    return i > 0 && i < f->dim[0] - 1 && j > 0 && j < f->dim[1] - 1 && k > 0 && k < f->dim[2] - 1 &&
           f->code[v - dx] == f->code[v] && f->code[v + dx] == f->code[v] && f->code[v - dy] == f->code[v] &&
           f->code[v + dy] == f->code[v] && f->code[v - dz] == f->code[v] && f->code[v + dz] == f->code[v];
}

/* Gives every label the person's own brightness before anything is bent: a muscle that is fatter than the average one
 * must not be pulled away from where it lies. */
static fsc_status repaint(fsc_fine *f, fsc_error *err) {
    FSC_AUTO_BLOCK float *list = fsc_alloc(f->n, sizeof *list);
    if (!list) return fsc_fail_nomem(err, "bending the body into the scan");
    for (int32_t code = 1; code < FSC_ATLAS_CODES; code++)
        for (int c = 0; c < FSC_CHANNELS; c++) {
            int64_t n = 0, v = 0;
            double drawn = 0;
            for (int32_t k = 0; k < f->dim[2]; k++)
                for (int32_t j = 0; j < f->dim[1]; j++)
                    for (int32_t i = 0; i < f->dim[0]; i++, v++) {
                        if (f->code[v] != code || !(f->weight[v] > 0) || !is_core(f, v, i, j, k)) continue;
                        drawn += (double)f->moving[c][v];
                        list[n++] = f->fixed[c][v];
                    }
            if (n < CORE_MIN) continue;
            qsort(list, (size_t)n, sizeof *list, by_size);
            const float by = list[n / 2] - (float)(drawn / (double)n);
            for (v = 0; v < f->n; v++)
                if (f->code[v] == code) f->moving[c][v] += by;
        }
    const double sd[3] = {0.4, 0.4, 0.4};
    for (int c = 0; c < FSC_CHANNELS; c++) fsc_blur(f->moving[c], f->dim, sd, list);
    return FSC_OK;
}

static fsc_status bend_body(fsc_body_fit *fit, const fsc_scene *scene, int32_t n_threads, const fsc_progress *progress,
                            fsc_error *err) {
    int32_t low[3];
    if (!crop(low, fit->dim, fit, scene))
        return fsc_fail(err, FSC_E_ANATOMY, "the average body lies outside this scan; nothing was proposed");
    fit->step_mm = scene->step_mm;
    for (int a = 0; a < 3; a++) fit->origin_mm[a] = scene->origin_mm[a] + low[a] * scene->step_mm;
    FSC_AUTO_FINE fsc_fine f = {0};
    FSC_TRY(fsc_fine_new(&f, fit->dim, err));
    for (int a = 0; a < 3; a++) fit->shift[a] = fsc_alloc(f.n, sizeof(float));
    if (!fit->shift[0] || !fit->shift[1] || !fit->shift[2])
        return fsc_fail_nomem(err, "bending the body into the scan");
    look(&f, fit, scene, low);
    FSC_TRY(repaint(&f, err));
    FSC_TRY(fsc_progress_step(progress, "propose", 0.85, err));
    return fsc_fine_bend(&f, fit->shift, n_threads, err);
}

fsc_status fsc_body_fit_run(fsc_body_fit *out, const fsc_channels *channels, const fsc_anchor *anchor, double reach_mm,
                            int32_t n_threads, const fsc_progress *progress, fsc_error *err) {
    fsc_scene scene = {0};
    fsc_status status = fsc_atlas_make(&out->atlas, FINE_MM, COARSE_BLUR_MM, err);
    if (status == FSC_OK) status = fsc_scene_make(&scene, channels, COARSE_MM, COARSE_BLUR_MM, err);
    if (status == FSC_OK)
        status = fsc_align(&out->alignment, &out->atlas, &scene, anchor, reach_mm, n_threads, progress, err);
    fsc_scene_free(&scene);
    if (status == FSC_OK) status = fsc_scene_make(&scene, channels, FINE_MM, FINE_BLUR_MM, err);
    if (status == FSC_OK) status = bend_body(out, &scene, n_threads, progress, err);
    fsc_scene_free(&scene);
    return status;
}

void fsc_body_fit_free(fsc_body_fit *fit) {
    fsc_atlas_free(&fit->atlas);
    for (int a = 0; a < 3; a++) fsc_free(fit->shift[a]);
}
