#include "atlas.h"

#include "alloc.h"
#include "fail.h"
#include "units.h"

#include <math.h>
#include <string.h>

#define NEAR_MM 10.0 /* how far from labelled tissue a look still counts */
#define FADE_MM 4.0
#define SPINOUS_FAT 0.40 /* of posterior bone: marrow between dark shells */
#define SPINOUS_DENSITY 0.5
#define FRONT_FAT 0.5 /* of what lies before the spine: vessels, bowel and fat mixed */
#define FRONT_DENSITY 0.85
#define FAT_FAT 0.92
#define FAT_DENSITY 1.05
#define DISC_DENSITY 0.6
#define CANAL_DENSITY 0.9

/* Signed distance to an ellipse, to first order near its rim; negative inside. */
static double ellipse(double x, double y, double a, double b) {
    const double p = x / a, q = y / b, level = p * p + q * q;
    const double slope = 2 * sqrt(p * p / (a * a) + q * q / (b * b));
    return slope > 1e-9 ? (level - 1) / slope : -fmin(a, b);
}

static void paint(fsc_atlas_spot *spot, double fat, double density, int32_t code) {
    spot->channel[0] = (float)(fat * density);
    spot->channel[1] = (float)((1 - fat) * density);
    spot->code = code;
}

/* Joined linearly between the levels' middles. */
static double fat_of(const fsc_region_muscle *muscle, double level) {
    const double at = fmin(fmax(level - 0.5, 0), FSC_REGION_LEVELS - 1);
    const int32_t k = at < FSC_REGION_LEVELS - 2 ? (int32_t)at : FSC_REGION_LEVELS - 2;
    return muscle->pdff[k] + (at - k) * (muscle->pdff[k + 1] - muscle->pdff[k]);
}

/* The muscle whose rim is farthest outside the point; its signed distance. */
static double nearest_muscle(int32_t *winner, const fsc_region *r, const fsc_body_point *p) {
    double best = 1e9;
    for (int32_t m = 0; m < r->n_muscle; m++) {
        const fsc_region_muscle *muscle = &r->muscle[m];
        if (!muscle->key || p->level < muscle->top || p->level > muscle->bottom) continue;
        fsc_knot k;
        fsc_body_section(&k, muscle, p->level);
        const double du = fabs(p->u_mm) - k.u_mm, dv = p->v_mm - k.v_mm, reach = fmax(k.a_mm, k.b_mm) + NEAR_MM + 1;
        if (du * du + dv * dv > reach * reach) continue;
        const double turn = k.turn_deg * FSC_PI / 180, c = cos(turn), s = sin(turn);
        const double distance = ellipse(du * c + dv * s, dv * c - du * s, k.a_mm, k.b_mm);
        if (distance < best) {
            best = distance;
            *winner = m;
        }
    }
    return best;
}

/* Signed distance to the vertebral body of level i, ends included. */
static double vertebra(const fsc_body_frame *frame, const fsc_body_point *p, int32_t i) {
    const fsc_region *r = frame->region;
    const double f = p->level - i, length = frame->edge_mm[i + 1] - frame->edge_mm[i];
    const double side = ellipse(p->u_mm, p->v_mm, r->half_width_mm[i], r->half_depth_mm[i]);
    return fmax(side, fmax(frame->body_top[i] - f, f - frame->body_bottom[i]) * length);
}

void fsc_atlas_at(fsc_atlas_spot *spot, const fsc_body_frame *frame, const double xyz_mm[3]) {
    const fsc_region *r = frame->region;
    fsc_body_point p;
    memset(spot, 0, sizeof *spot);
    fsc_body_frame_point(&p, frame, xyz_mm);
    const int32_t i = fsc_body_point_level(&p);
    if (i < 0) return;
    int32_t m = 0;
    const double muscle = nearest_muscle(&m, r, &p), bone = vertebra(frame, &p, i);
    const double column = ellipse(p.u_mm, p.v_mm, r->half_width_mm[i], r->half_depth_mm[i]);
    const double canal = ellipse(p.u_mm, p.v_mm - r->canal_v_mm, r->canal_a_mm, r->canal_b_mm);
    const double near = fmin(muscle, bone);
    spot->weight = (float)fmin(fmax((NEAR_MM - near) / FADE_MM, 0), 1);
    if (bone < 0)
        paint(spot, r->marrow_pdff[i], 1, FSC_ATLAS_VERTEBRA + i);
    else if (column < 0)
        paint(spot, 0.02, DISC_DENSITY, 0);
    else if (canal < 0)
        paint(spot, 0, CANAL_DENSITY, 0);
    else if (fabs(p.u_mm) < r->spinous_half_mm && p.v_mm < r->lamina_v_mm && p.v_mm > r->spinous_tip_mm[i])
        paint(spot, SPINOUS_FAT, SPINOUS_DENSITY, 0);
    else if (muscle < 0)
        paint(spot, fat_of(&r->muscle[m], p.level), 1, FSC_ATLAS_MUSCLE + 2 * m + (p.u_mm > 0));
    else if (p.v_mm > 0)
        paint(spot, FRONT_FAT, FRONT_DENSITY, 0);
    else
        paint(spot, FAT_FAT, FAT_DENSITY, 0);
}

fsc_status fsc_atlas_make(fsc_atlas *out, double step_mm, double blur_mm, fsc_error *err) {
    memset(out, 0, sizeof *out);
    fsc_body_frame_init(&out->frame, &fsc_region_low_back);
    static const double low[3] = {-105, -110, -170}, high[3] = {105, 70, 150};
    out->step_mm = step_mm;
    int64_t n = 1;
    for (int a = 0; a < 3; a++) {
        out->origin_mm[a] = low[a];
        out->dim[a] = (int32_t)((high[a] - low[a]) / step_mm) + 1;
        n *= out->dim[a];
    }
    out->weight = fsc_alloc(n, sizeof(float));
    for (int c = 0; c < FSC_CHANNELS; c++) out->channel[c] = fsc_alloc(n, sizeof(float));
    FSC_AUTO_BLOCK float *tmp = fsc_alloc(n, sizeof *tmp);
    if (!out->weight || !out->channel[0] || !out->channel[1] || !tmp) {
        fsc_atlas_free(out);
        return fsc_fail_nomem(err, "drawing the average body");
    }
    int64_t v = 0;
    for (int32_t k = 0; k < out->dim[2]; k++)
        for (int32_t j = 0; j < out->dim[1]; j++)
            for (int32_t i = 0; i < out->dim[0]; i++, v++) {
                const double mm[3] = {low[0] + i * step_mm, low[1] + j * step_mm, low[2] + k * step_mm};
                fsc_atlas_spot spot;
                fsc_atlas_at(&spot, &out->frame, mm);
                out->weight[v] = spot.weight;
                for (int c = 0; c < FSC_CHANNELS; c++) out->channel[c][v] = spot.channel[c];
                out->weight_mm3 += (double)spot.weight * step_mm * step_mm * step_mm;
            }
    const double sd[3] = {blur_mm / step_mm, blur_mm / step_mm, blur_mm / step_mm};
    for (int c = 0; c < FSC_CHANNELS; c++) fsc_blur(out->channel[c], out->dim, sd, tmp);
    return FSC_OK;
}

void fsc_atlas_free(fsc_atlas *atlas) {
    for (int c = 0; c < FSC_CHANNELS; c++) fsc_free(atlas->channel[c]);
    fsc_free(atlas->weight);
    memset(atlas, 0, sizeof *atlas);
}
