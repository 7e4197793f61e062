/* Around the muscles: fat, abdominal wall and contents in the low back; airway, larynx and vessels in the neck. */
#include "tissue.h"

#include <math.h>

static const fsc_tissue fat = {1.10, 0.93, 25, FSC_CODE_OTHER};
static const fsc_tissue visceral_fat = {1.05, 0.88, 30, FSC_CODE_OTHER};
static const fsc_tissue sheet = {0.20, 0.05, 250, FSC_CODE_OTHER};
static const fsc_tissue blood = {1.05, 0.0, 20, FSC_CODE_OTHER};
static const fsc_tissue gas = {0, 0, 0, FSC_CODE_AIR};

/* Pockets in the scan, then those beyond it. */
static const fsc_pocket low_back_pockets[] = {
    {{38, 78, 40}, 15}, {{-46, 70, -28}, 12}, {{12, 84, -66}, 13}, {{-60, 62, 70}, 11}};
static const fsc_pocket neck_pockets[] = {{{46, 2, -104}, 26}, {{-46, 2, -104}, 26}, {{0, 34, 84}, 17}};

const fsc_pocket *fsc_pockets(const fsc_person *person, int32_t *n) {
    const int low_back = person->region == &fsc_region_low_back;
    *n = !person->gas ? 0 : low_back ? 4 : 3;
    return low_back ? low_back_pockets : neck_pockets;
}

static int in_pocket(const fsc_person *person, const fsc_body_point *p) {
    int32_t n = 0;
    const fsc_pocket *pocket = fsc_pockets(person, &n);
    for (int32_t i = 0; i < n; i++) {
        const double x = p->u_mm - pocket[i].xyz_mm[0], y = p->y_mm - pocket[i].xyz_mm[1],
                     z = p->z_mm - pocket[i].xyz_mm[2];
        if (x * x + y * y + z * z < pocket[i].radius_mm * pocket[i].radius_mm) return 1;
    }
    return 0;
}

static int in_tube(double x, double y, double radius) {
    return x * x + y * y < radius * radius;
}

static fsc_tissue low_back(const fsc_person *person, const fsc_body_point *p, const fsc_texture *texture,
                           double depth) {
    const double layer = person->fat_layer_mm, u = fabs(p->u_mm);
    if (depth < layer || p->v_mm < -30) return fat;
    if (depth < layer + 14) { /* oblique and transverse muscles, three layers */
        const double within = (depth - layer) / 14 * 3, part = within - floor(within);
        if (part < 0.08) return sheet;
        return (fsc_tissue){1, fmax(0.08 * (1 + texture->marbling), 0.005), 40, FSC_CODE_OTHER};
    }
    if (p->v_mm < -6 && u < 90) return visceral_fat;
    if (in_tube(p->u_mm + 9, p->v_mm - 29, 9) || in_tube(p->u_mm - 16, p->v_mm - 28, 10.5)) return blood;
    if (in_pocket(person, p)) return gas;
    const double kx = (u - 74) / 24, ky = (p->v_mm - 8) / 21, kz = (p->z_mm - 62) / 52;
    if (kx * kx + ky * ky + kz * kz < 1) return (fsc_tissue){1.1, 0.02, 30 * (1 + texture->decay), FSC_CODE_OTHER};
    if (p->v_mm > 26 - 0.15 * u && texture->loops > -0.05)
        return (fsc_tissue){0.95, 0.03, 35 * (1 + texture->decay), FSC_CODE_OTHER};
    return visceral_fat;
}

static fsc_tissue neck(const fsc_person *person, const fsc_body_point *p, const fsc_texture *texture, double depth) {
    const double u = fabs(p->u_mm), v = p->v_mm;
    if (depth < person->fat_layer_mm || v < 4) return fat;
    const double ax = p->u_mm / 9, ay = (v - 34) / 7.5, airway = ax * ax + ay * ay;
    if (person->gas && airway < 1) return gas;
    if (airway < 1.7) return (fsc_tissue){0.6, 0.05, 60, FSC_CODE_OTHER}; /* cartilage and mucosa */
    if (in_tube(u - 25, v - 17, 3.6) || in_tube(u - 31, v - 14, 5.2)) return blood;
    const double sx = u / 22, sy = (v - 31) / 16; /* pharynx, larynx and what lies around them */
    if (sx * sx + sy * sy < 1) return (fsc_tissue){1, 0.06, 40 * (1 + texture->decay), FSC_CODE_OTHER};
    return fat;
}

fsc_tissue fsc_tissue_around(const fsc_person *person, const fsc_body_point *place, const fsc_texture *texture,
                             double depth_mm) {
    return person->region == &fsc_region_low_back ? low_back(person, place, texture, depth_mm)
                                                  : neck(person, place, texture, depth_mm);
}
