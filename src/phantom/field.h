/* The field, the coil and the receiver: everything of the scanner that is smooth in space. */
#ifndef FSC_PHANTOM_FIELD_H
#define FSC_PHANTOM_FIELD_H

#include "pose.h"

/* Fills phantom->truth_fieldmap_hz where there is tissue, NaN elsewhere: a smooth polynomial with a linear shim error
 * and a dipole for every gas pocket, scaled to +-opt->field_range_hz over the tissue. Returns FSC_OK, FSC_E_CANCELLED
 * or FSC_E_NOMEM. */
fsc_status fsc_field_make(fsc_phantom *phantom, const fsc_person *person, const fsc_pose *pose,
                          const fsc_phantom_options *opt, fsc_error *err);
/* Sensitivity of the coil behind the back, 1 in the muscles near the midline. */
double fsc_coil_shading(const double xyz_mm[3], const fsc_person *person);
/* Constant phase of the receiver in radians. */
double fsc_receive_phase(const double xyz_mm[3]);

#endif
