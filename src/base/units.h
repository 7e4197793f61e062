/* Constants and small helpers of the field. */
#ifndef FSC_BASE_UNITS_H
#define FSC_BASE_UNITS_H

#define FSC_PI 3.14159265358979323846
/* Proton gyromagnetic ratio / 2 pi in MHz/T, rounded as common in fat-water work (facts F002). */
#define FSC_GAMMA_MHZ_PER_TESLA 42.577

#endif
