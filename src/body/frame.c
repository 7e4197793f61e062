#include "frame.h"

#include <math.h>

void fsc_body_frame_init(fsc_body_frame *frame, const fsc_region *region) {
    const fsc_region *r = region;
    frame->region = region;
    double s = 0;
    for (int32_t i = 0; i < FSC_REGION_LEVELS; i++) {
        const double above = 0.5 * (i > 0 ? r->disc_mm[i - 1] : r->disc_mm[0]), below = 0.5 * r->disc_mm[i];
        const double length = above + r->body_mm[i] + below;
        frame->edge_mm[i] = s;
        frame->body_top[i] = above / length;
        frame->body_bottom[i] = 1 - below / length;
        s += length;
    }
    frame->edge_mm[FSC_REGION_LEVELS] = s;
    const double *edge = frame->edge_mm;
    const double centre = edge[r->anchor] + 0.5 * (frame->body_top[r->anchor] + frame->body_bottom[r->anchor]) *
                                                (edge[r->anchor + 1] - edge[r->anchor]);
    for (int32_t i = 0; i <= FSC_REGION_LEVELS; i++) frame->edge_mm[i] -= centre;
}

void fsc_body_frame_point(fsc_body_point *point, const fsc_body_frame *frame, const double xyz_mm[3]) {
    const double radius = frame->region->curve_radius_mm;
    point->u_mm = xyz_mm[0];
    point->y_mm = xyz_mm[1];
    point->z_mm = xyz_mm[2];
    /* The lordosis is an arc around a point behind the person, so the nearest point on it has a closed form. */
    const double back = point->y_mm + radius;
    point->v_mm = sqrt(back * back + point->z_mm * point->z_mm) - radius;
    point->s_mm = -radius * atan2(point->z_mm, back);
    const double *edge = frame->edge_mm;
    int32_t i = 0;
    while (i < FSC_REGION_LEVELS - 1 && point->s_mm >= edge[i + 1]) i++;
    point->level = i + (point->s_mm - edge[i]) / (edge[i + 1] - edge[i]);
}

void fsc_body_frame_centre(double xyz_mm[3], const fsc_body_frame *frame, int32_t level) {
    const double length = frame->edge_mm[level + 1] - frame->edge_mm[level];
    const double s = frame->edge_mm[level] + 0.5 * (frame->body_top[level] + frame->body_bottom[level]) * length;
    const double radius = frame->region->curve_radius_mm, angle = -s / radius;
    xyz_mm[0] = 0;
    xyz_mm[1] = radius * cos(angle) - radius;
    xyz_mm[2] = radius * sin(angle);
}

int32_t fsc_body_point_level(const fsc_body_point *point) {
    return point->level < 0 || point->level >= FSC_REGION_LEVELS ? -1 : (int32_t)point->level;
}

void fsc_body_section(fsc_knot *knot, const fsc_region_muscle *muscle, double level) {
    int32_t k = 0;
    while (k < muscle->n_knot - 2 && level > muscle->knot[k + 1].level) k++;
    const fsc_knot *a = &muscle->knot[k], *b = &muscle->knot[k + 1];
    double t = (level - a->level) / (b->level - a->level);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    knot->level = level;
    knot->u_mm = a->u_mm + t * (b->u_mm - a->u_mm);
    knot->v_mm = a->v_mm + t * (b->v_mm - a->v_mm);
    knot->a_mm = a->a_mm + t * (b->a_mm - a->a_mm);
    knot->b_mm = a->b_mm + t * (b->b_mm - a->b_mm);
    knot->turn_deg = a->turn_deg + t * (b->turn_deg - a->turn_deg);
}
