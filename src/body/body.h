/* The room body: what an average adult's neck and low back look like, as tables that phantom and propose both read
 * (neither sees the other): levels, muscles, bones and the scan that fits, in mm. The numbers are rows of data/body/ with
 * their source; scripts/body_tables.py makes them constants. */
#ifndef FSC_BODY_BODY_H
#define FSC_BODY_BODY_H

#include <stddef.h>
#include <stdint.h>

#define FSC_REGION_LEVELS 9
#define FSC_REGION_MUSCLES 12

/* One cross-section of a muscle on the person's right. level counts levels from the top of the table (0.5 = middle of
 * the first); u to the side and v to the front of the vertebral body's centre; half axes a (along u before the turn)
 * and b; turn_deg brings the outer end forward. */
typedef struct fsc_knot {
    double level, u_mm, v_mm, a_mm, b_mm, turn_deg;
} fsc_knot;

typedef struct fsc_region_muscle {
    const char *key;    /* NULL: unlabelled muscle that fills its place */
    int32_t value_left; /* MuscleMap whole-body; right = left + 1 */
    double top, bottom; /* extent in levels */
    double sheet_mm;    /* dense fascia on the back of the muscle */
    double axis_spread; /* people's half axes lie evenly within 1 - this and 1 + this of the knots' */
    double pdff[FSC_REGION_LEVELS];
    fsc_knot knot[FSC_REGION_LEVELS];
    int32_t n_knot;
} fsc_region_muscle;

typedef struct fsc_region {
    const char *body_part; /* as DICOM names it */
    const char *level[FSC_REGION_LEVELS];
    int32_t sct[FSC_REGION_LEVELS];
    double body_mm[FSC_REGION_LEVELS]; /* height of the vertebral body */
    double disc_mm[FSC_REGION_LEVELS]; /* height of the disc below it */
    double half_width_mm[FSC_REGION_LEVELS], half_depth_mm[FSC_REGION_LEVELS];
    double spinous_tip_mm[FSC_REGION_LEVELS]; /* v of the tip */
    double marrow_pdff[FSC_REGION_LEVELS];
    int32_t anchor;         /* the level whose middle is the centre of the scan */
    double curve_radius_mm; /* of the lordosis */

    double canal_v_mm, canal_a_mm, canal_b_mm; /* bony canal */
    double sac_a_mm, sac_b_mm;                 /* dural sac */
    double cord_a_mm, cord_b_mm, cord_end;     /* cord down to this level */
    double pedicle_u_mm[2], pedicle_v_mm[2];
    double lamina_u_mm, lamina_rise_mm, lamina_v_mm, lamina_half_mm; /* from (0, v) to (u, v + rise) */
    double facet_u_mm, facet_v_mm, facet_a_mm, facet_b_mm;
    double spinous_half_mm;
    double transverse_u_mm[2], transverse_v_mm, transverse_half_mm;

    fsc_region_muscle muscle[FSC_REGION_MUSCLES];
    int32_t n_muscle;

    int64_t dim[3]; /* at scale 1: left-right, front-back, head-foot */
    double spacing_mm[3];
    double centre_v_mm; /* centre of the scan before or behind the vertebral body's centre */
} fsc_region;

extern const fsc_region fsc_region_low_back, fsc_region_neck;

#endif
