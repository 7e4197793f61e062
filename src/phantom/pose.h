/* How the person lies in the scanner, and the grid that the scanner lays. */
#ifndef FSC_PHANTOM_POSE_H
#define FSC_PHANTOM_POSE_H

#include "person.h"

typedef struct fsc_pose {
    double cos_tilt, sin_tilt; /* about the left-right axis through the scan's centre */
    double shift_mm[3];
    double centre_mm[3]; /* the point of the person that lies at the scanner's centre without shift */
} fsc_pose;

/* The pose that opt asks for. */
void fsc_pose_init(fsc_pose *pose, const fsc_region *region, const fsc_phantom_options *opt);
void fsc_pose_to_person(const fsc_pose *pose, const double scanner_mm[3], double person_mm[3]);
void fsc_pose_to_scanner(const fsc_pose *pose, const double person_mm[3], double scanner_mm[3]);
/* The scan's grid: axial, i to the left, j to the front, k to the head; the field of view stays when scale changes. */
void fsc_pose_grid(fsc_grid *grid, const fsc_region *region, const fsc_phantom_options *opt);

#endif
