#include "tissue.h"

#include "noise.h"
#include "units.h"

#include <math.h>

#define EPIMYSIUM_MM 0.4 /* of a muscle's rim that is dense connective tissue */

/* R2* in 1/s: muscle between the values read for paravertebral (74) and simulated (29) muscle, marrow near the 115-138
 * read for vertebrae; dense tissue as a short-T2* shell. Density: muscle = 1. */
static const fsc_tissue air = {0, 0, 0, FSC_CODE_AIR};
static const fsc_tissue cortex = {0.15, 0.10, 300, FSC_CODE_OTHER};
static const fsc_tissue fascia = {0.20, 0.05, 250, FSC_CODE_OTHER};
static const fsc_tissue ligament = {0.35, 0.10, 150, FSC_CODE_OTHER};
static const fsc_tissue nucleus = {1.05, 0.01, 15, FSC_CODE_OTHER};
static const fsc_tissue annulus = {0.55, 0.02, 60, FSC_CODE_OTHER};
static const fsc_tissue fluid = {1.25, 0.0, 8, FSC_CODE_OTHER};
static const fsc_tissue cord = {0.95, 0.01, 25, FSC_CODE_OTHER};
static const fsc_tissue fat = {1.10, 0.93, 25, FSC_CODE_OTHER};
static const fsc_tissue skin = {0.80, 0.10, 60, FSC_CODE_OTHER};

/* Signed distance to an ellipse, to first order near its rim; negative inside. */
static double ellipse(double x, double y, double a, double b) {
    const double p = x / a, q = y / b, level = p * p + q * q;
    const double slope = 2 * sqrt(p * p / (a * a) + q * q / (b * b));
    return slope > 1e-9 ? (level - 1) / slope : -fmin(a, b);
}

/* The same for an ellipse with squarer corners. */
static double squircle(double x, double y, double a, double b) {
    const double p = x / a, q = y / b, corner = fmin(p * p, 1) * fmin(q * q, 1);
    const double level = p * p + q * q - 0.35 * corner;
    const double slope = 2 * sqrt(p * p / (a * a) + q * q / (b * b));
    return slope > 1e-9 ? (level - 1) / slope : -fmin(a, b);
}

void fsc_texture_at(const fsc_person *person, const fsc_body_point *place, fsc_texture *texture) {
    const double u = place->u_mm, v = place->v_mm, s = place->s_mm;
    /* Streaks three times longer along the spine than across, as fascicles run. */
    texture->marbling = 0.9 * fsc_lattice_noise(person->seed, FSC_STREAM_TEXTURE + 1, u / 6, v / 6, s / 18) +
                        0.6 * fsc_lattice_noise(person->seed, FSC_STREAM_TEXTURE + 2, u / 3.3, v / 3.3, s / 10);
    texture->decay = 0.25 * fsc_lattice_noise(person->seed, FSC_STREAM_TEXTURE + 3, u / 9, v / 9, s / 20);
    texture->loops =
        fsc_lattice_noise(person->seed, FSC_STREAM_TEXTURE + 4, u / 24, place->y_mm / 24, place->z_mm / 28);
}

double fsc_depth_below_skin(const fsc_person *person, const fsc_body_point *place) {
    const double z = place->z_mm, curve = z * z / (2 * person->region->curve_radius_mm);
    if (person->region == &fsc_region_low_back) {
        /* The back follows half of the lordosis; the waist is narrowest near L2. */
        const double width = 148 + 8 * (z - 30) * (z - 30) / 1e4, depth = 102 * person->depth_factor;
        return -squircle(place->u_mm, place->y_mm - depth + 90 + 0.5 * curve, width, depth);
    }
    const double down = z < 0 ? -z / 60 : 0; /* towards the shoulders */
    const double width = 59 + 30 * down * down, depth = 60 * person->depth_factor;
    return -squircle(place->u_mm, place->y_mm - depth + 73 + 0.6 * curve, width, depth);
}

/* Vertebral body and disc; the code stays AIR when the point is in neither. */
static fsc_tissue front_column(const fsc_person *person, const fsc_body_point *p, int32_t i,
                               const fsc_texture *texture) {
    const fsc_region *r = person->region;
    const double f = p->level - i, length = person->frame.edge_mm[i + 1] - person->frame.edge_mm[i];
    const double waist = sin(FSC_PI * fmin(fmax(f, 0), 1)); /* bodies are slimmer in their middle */
    const double rim = squircle(p->u_mm, p->v_mm, r->half_width_mm[i] - 1.2 * waist, r->half_depth_mm[i] - 0.8 * waist);
    if (rim > 0) return air;
    if (f < person->frame.body_top[i] || f > person->frame.body_bottom[i])
        return rim > -0.25 * r->half_depth_mm[i] ? annulus : nucleus;
    const double plate = fmin(f - person->frame.body_top[i], person->frame.body_bottom[i] - f) * length;
    fsc_tissue t = rim > -0.7 || plate < 0.7 ? cortex : (fsc_tissue){0.9, 0, 120, 0};
    if (t.r2star_per_s < 200) {
        t.pdff = r->marrow_pdff[i] * (1 + 0.3 * texture->marbling);
        t.r2star_per_s *= 1 + texture->decay;
    }
    t.code = FSC_CODE_VERTEBRA + i;
    return t;
}

static fsc_tissue canal(const fsc_region *r, const fsc_body_point *p) {
    const double v = p->v_mm - r->canal_v_mm;
    if (ellipse(p->u_mm, v, r->canal_a_mm, r->canal_b_mm) > 0) return air;
    if (p->level < r->cord_end && ellipse(p->u_mm, v, r->cord_a_mm, r->cord_b_mm) < 0) return cord;
    return ellipse(p->u_mm, v, r->sac_a_mm, r->sac_b_mm) < 0 ? fluid : fat;
}

static int between(double x, const double range[2]) {
    return x > range[0] && x < range[1];
}

/* Pedicles, laminae, facets, spinous and transverse processes; and the ligaments between them. */
static fsc_tissue back_column(const fsc_region *r, const fsc_body_point *p, int32_t i) {
    const double f = p->level - i, u = fabs(p->u_mm), v = p->v_mm;
    if (v > -0.5 * r->half_depth_mm[i] + 6 || v < r->spinous_tip_mm[i]) return air;
    const fsc_tissue bone = {0.7, 0.40, 130, FSC_CODE_OTHER};
    if (between(u, r->pedicle_u_mm) && between(v, r->pedicle_v_mm) && f > 0.2 && f < 0.55)
        return fmin(u - r->pedicle_u_mm[0], r->pedicle_u_mm[1] - u) < 0.9 ? cortex : bone;
    const double facet = ellipse(u - r->facet_u_mm, v - r->facet_v_mm, r->facet_a_mm, r->facet_b_mm);
    if (facet < 0) return facet > -1.0 ? cortex : bone;
    const double lamina = v - (r->lamina_v_mm + r->lamina_rise_mm * u / r->lamina_u_mm);
    if (u < r->lamina_u_mm && lamina > -r->lamina_half_mm) {
        if (lamina < r->lamina_half_mm) return f > 0.35 && f < 0.9 ? (fabs(lamina) > 1.6 ? cortex : bone) : ligament;
        return v < r->canal_v_mm + 2 ? fat : air; /* epidural fat behind the sac */
    }
    if (u < r->spinous_half_mm && v < r->lamina_v_mm) {
        if (f > 0.45 && f < 0.95) return u > r->spinous_half_mm - 0.8 || v < r->spinous_tip_mm[i] + 0.8 ? cortex : bone;
        return u < 1.5 ? ligament : fat;
    }
    if (between(u, r->transverse_u_mm) && fabs(v - r->transverse_v_mm) < r->transverse_half_mm && f > 0.28 && f < 0.5)
        return fabs(v - r->transverse_v_mm) > r->transverse_half_mm - 0.8 ? cortex : bone;
    return air;
}

/* The muscle whose rim is farthest outside the point wins; where two meet lies a septum. */
static fsc_tissue muscles(const fsc_person *person, const fsc_body_point *p, const fsc_texture *texture) {
    const fsc_region *r = person->region;
    const int32_t step = (int32_t)(p->level * FSC_SECTION_STEPS), right = p->u_mm > 0;
    const double u = fabs(p->u_mm);
    double first = 1e9, second = 1e9, across = 0;
    int32_t winner = -1;
    for (int32_t m = 0; m < r->n_muscle; m++) {
        const fsc_section *c = &person->section[m][step];
        if (c->present == 0) continue;
        const double du = u - c->u_mm, dv = p->v_mm - c->v_mm;
        const double reach = (c->a_mm > c->b_mm ? c->a_mm : c->b_mm) + 3;
        if (du * du + dv * dv > reach * reach) continue;
        const double x = du * c->cos_turn + dv * c->sin_turn, y = dv * c->cos_turn - du * c->sin_turn;
        const double distance = squircle(x, y, c->a_mm, c->b_mm);
        if (distance < first) {
            second = first;
            first = distance;
            winner = m;
            across = x / c->a_mm;
        } else if (distance < second) {
            second = distance;
        }
    }
    if (winner < 0) return air;
    const double sheet = p->v_mm < person->section[winner][step].v_mm ? r->muscle[winner].sheet_mm : 0;
    if (first > 0) return first < sheet ? fascia : air;
    if (first > -EPIMYSIUM_MM || second - first < 2 * EPIMYSIUM_MM) return fascia;
    double added = 0;
    const double base = fsc_person_pdff(person, winner, right, p->level, &added);
    /* The quarter next to the midline is the fattest. */
    const double pdff = base * (1 - 0.3 * fmin(fmax(across, -1), 1)) * (1 + texture->marbling) + added;
    return (fsc_tissue){1, fmin(fmax(pdff, 0.005), 0.95), 40 * (1 + texture->decay),
                        r->muscle[winner].key ? FSC_CODE_MUSCLE + 2 * winner + right : FSC_CODE_OTHER};
}

fsc_tissue fsc_tissue_at(const fsc_person *person, const fsc_body_point *place, const fsc_texture *texture) {
    const double depth = fsc_depth_below_skin(person, place);
    if (depth < 0) return air;
    if (depth < 1.6) return skin;
    const int32_t i = fsc_body_point_level(place);
    if (i >= 0) {
        fsc_tissue t = canal(person->region, place);
        if (t.code == FSC_CODE_AIR) t = front_column(person, place, i, texture);
        if (t.code == FSC_CODE_AIR) t = back_column(person->region, place, i);
        if (t.code == FSC_CODE_AIR && depth > 2.5) t = muscles(person, place, texture);
        if (t.code != FSC_CODE_AIR) return t;
    }
    return fsc_tissue_around(person, place, texture, depth);
}
