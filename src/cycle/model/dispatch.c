/* Picks the copy of lanes.c that this processor can run. */
#include "lanes.h"

const fsc_lane_kernels *fsc_lane_kernels_best(void) {
#ifdef FSC_LANES_X86
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        return &fsc_lane_kernels_avx512;
    if (__builtin_cpu_supports("avx2")) return &fsc_lane_kernels_avx2;
#endif
    return &fsc_lane_kernels_base;
}
