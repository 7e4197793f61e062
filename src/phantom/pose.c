#include "pose.h"

#include "units.h"

#include <math.h>

void fsc_pose_init(fsc_pose *pose, const fsc_region *region, const fsc_phantom_options *opt) {
    const double tilt = opt->tilt_deg * FSC_PI / 180;
    *pose = (fsc_pose){.cos_tilt = cos(tilt), .sin_tilt = sin(tilt), .centre_mm = {0, region->centre_v_mm, 0}};
    for (int a = 0; a < 3; a++) pose->shift_mm[a] = opt->shift_mm[a];
}

void fsc_pose_to_person(const fsc_pose *pose, const double scanner_mm[3], double person_mm[3]) {
    const double y = scanner_mm[1] - pose->shift_mm[1], z = scanner_mm[2] - pose->shift_mm[2];
    person_mm[0] = scanner_mm[0] - pose->shift_mm[0] + pose->centre_mm[0];
    person_mm[1] = pose->cos_tilt * y + pose->sin_tilt * z + pose->centre_mm[1];
    person_mm[2] = pose->cos_tilt * z - pose->sin_tilt * y + pose->centre_mm[2];
}

void fsc_pose_to_scanner(const fsc_pose *pose, const double person_mm[3], double scanner_mm[3]) {
    const double y = person_mm[1] - pose->centre_mm[1], z = person_mm[2] - pose->centre_mm[2];
    scanner_mm[0] = person_mm[0] - pose->centre_mm[0] + pose->shift_mm[0];
    scanner_mm[1] = pose->cos_tilt * y - pose->sin_tilt * z + pose->shift_mm[1];
    scanner_mm[2] = pose->cos_tilt * z + pose->sin_tilt * y + pose->shift_mm[2];
}

void fsc_pose_grid(fsc_grid *grid, const fsc_region *region, const fsc_phantom_options *opt) {
    *grid = (fsc_grid){0};
    double spacing[3], first[3];
    for (int a = 0; a < 3; a++) {
        grid->dim[a] = llround((double)region->dim[a] * opt->scale);
        spacing[a] = (double)region->dim[a] * region->spacing_mm[a] / (double)grid->dim[a];
        first[a] = -0.5 * (double)(grid->dim[a] - 1) * spacing[a];
    }
    /* Fewer slices: the ends go, what stays keeps its place. */
    const int64_t dropped = llround((double)grid->dim[2] * opt->drop_slices_fraction);
    grid->dim[2] -= dropped;
    first[2] += (double)(dropped / 2) * spacing[2];
    grid->affine[0] = -spacing[0];
    grid->affine[3] = -first[0];
    grid->affine[5] = spacing[1];
    grid->affine[7] = first[1];
    grid->affine[10] = spacing[2];
    grid->affine[11] = first[2];
}
