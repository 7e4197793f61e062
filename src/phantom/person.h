/* One digital person: the region's tables with this person's sizes, fat and injuries, ready to be asked point by point.
 */
#ifndef FSC_PHANTOM_PERSON_H
#define FSC_PHANTOM_PERSON_H

#include "frame.h"

#include <fascicle/phantom.h>

#define FSC_SECTION_STEPS 32 /* cross-sections a level */

/* A muscle's ellipse at one place along the spine. */
typedef struct fsc_section {
    float u_mm, v_mm, a_mm, b_mm, cos_turn, sin_turn;
    float present; /* 0 = the muscle does not reach here */
} fsc_section;

typedef struct fsc_person {
    const fsc_region *region;
    uint64_t seed;
    double size;         /* of this person / average */
    double depth_factor; /* of the trunk or neck outline */
    double fat_layer_mm; /* under the skin */
    int32_t gas;
    fsc_body_frame frame;
    double pdff[FSC_REGION_MUSCLES][2][FSC_REGION_LEVELS];              /* baseline; [0] left, [1] right */
    double added[FSC_REGION_MUSCLES][2][FSC_REGION_LEVELS];             /* by injuries */
    fsc_section section[FSC_REGION_MUSCLES][FSC_REGION_LEVELS * FSC_SECTION_STEPS];
} fsc_person;

/* Fills person for opt. Returns FSC_OK, FSC_E_NOTFOUND, FSC_E_RANGE (injuries). */
fsc_status fsc_person_init(fsc_person *person, const fsc_phantom_options *opt, fsc_error *err);
/* xyz in mm in the person's frame (x right, y front, z up; 0 in the middle of the anchor's body). The result is in the
 * average person's mm: sizes divide out. */
void fsc_person_place(const fsc_person *person, const double xyz_mm[3], fsc_body_point *place);
/* Fat fraction of muscle m at a place before texture: baseline, joined linearly between the levels' middles, and the
 * injuries apart in *added. */
double fsc_person_pdff(const fsc_person *person, int32_t m, int32_t right, double level, double *added);

#endif
