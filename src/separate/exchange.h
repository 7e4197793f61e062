/* Fat and water exchanged over the whole image: a body is wrapped in fat. */
#ifndef FSC_SEPARATE_EXCHANGE_H
#define FSC_SEPARATE_EXCHANGE_H

#include <fascicle/separate.h>

/* Warns, and marks every voxel, when the layer under the skin reads clearly leaner than what it wraps. */
void fsc_exchange_check(fsc_fatwater *out);

#endif
