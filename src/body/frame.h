/* The spine's own frame: where a point of the body lies beside, before and along a lordosis that is an arc. */
#ifndef FSC_BODY_FRAME_H
#define FSC_BODY_FRAME_H

#include "body.h"

typedef struct fsc_body_frame {
    const fsc_region *region;
    double edge_mm[FSC_REGION_LEVELS + 1]; /* mid-disc planes along the spine from the anchor's middle, to the feet */
    double body_top[FSC_REGION_LEVELS], body_bottom[FSC_REGION_LEVELS]; /* fractions of the level's length */
} fsc_body_frame;

/* A point of the body in that frame. */
typedef struct fsc_body_point {
    double u_mm, v_mm, s_mm; /* to the right, to the front, along the spine to the feet */
    double level;            /* level count with fraction; below 0 or from FSC_REGION_LEVELS on = outside the table */
    double y_mm, z_mm;       /* front and up in the body's frame, for the outline of the body */
} fsc_body_point;

void fsc_body_frame_init(fsc_body_frame *frame, const fsc_region *region);
/* xyz in mm of an average adult (x right, y front, z up; 0 in the middle of the anchor's body). */
void fsc_body_frame_point(fsc_body_point *point, const fsc_body_frame *frame, const double xyz_mm[3]);
/* The middle of a level's vertebral body, in the same mm. */
void fsc_body_frame_centre(double xyz_mm[3], const fsc_body_frame *frame, int32_t level);
/* Index of the level, or -1. */
int32_t fsc_body_point_level(const fsc_body_point *point);
/* Fills knot with the section of a muscle at a level count: the tabled ones joined linearly, the last kept beyond the
 * ends. */
void fsc_body_section(fsc_knot *knot, const fsc_region_muscle *muscle, double level);

#endif
