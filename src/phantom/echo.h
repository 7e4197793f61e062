/* From truth to echoes: six-peak fat, one R2*, the field, the receiver, the chosen faults and noise. */
#ifndef FSC_PHANTOM_ECHO_H
#define FSC_PHANTOM_ECHO_H

#include "person.h"

/* Fills the echoes and facts of phantom->scan and phantom->noise_sd; truth and field must be there. Returns
 * FSC_OK or FSC_E_CANCELLED. */
fsc_status fsc_echo_make(fsc_phantom *phantom, const fsc_person *person, const fsc_phantom_options *opt,
                         fsc_error *err);

#endif
