/* Ready water and fat images, and ready fat-fraction maps: checked and passed through. */
#ifndef FSC_SEPARATE_READY_H
#define FSC_SEPARATE_READY_H

#include <fascicle/separate.h>

FSC_MUST_USE fsc_status fsc_ready_water_fat(fsc_fatwater *out, const fsc_scan *scan, fsc_error *err);
FSC_MUST_USE fsc_status fsc_ready_fat_fraction(fsc_fatwater *out, const fsc_scan *scan, fsc_error *err);

#endif
