/* Left and right, checked against the body: labels must lie on the side that they name. */
#ifndef FSC_ANATOMY_MIRROR_H
#define FSC_ANATOMY_MIRROR_H

#include "scheme.h"

#include <fascicle/anatomy.h>

/* Compares sided muscles with their partner, or with the centreline where the partner is missing. Adds a warning for
 * single contradictions. FSC_E_ANATOMY when most muscles lie on the wrong side. */
FSC_MUST_USE fsc_status fsc_mirror_check(fsc_sites *sites, const fsc_scheme *scheme, const fsc_label_value *value,
                                         int32_t n_value, fsc_error *err);

#endif
