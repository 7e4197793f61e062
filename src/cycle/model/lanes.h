/* Names of the copies of lanes.c, one per instruction set. */
#ifndef FSC_CYCLE_LANES_H
#define FSC_CYCLE_LANES_H

#include "model.h"

#define FSC_LANES_JOIN2(a, b) a##b
#define FSC_LANES_JOIN(a, b) FSC_LANES_JOIN2(a, b)

extern const fsc_lane_kernels fsc_lane_kernels_base;
#ifdef FSC_LANES_X86
extern const fsc_lane_kernels fsc_lane_kernels_avx2;
extern const fsc_lane_kernels fsc_lane_kernels_avx512;
#endif

#endif
