/* The limits of data/propose.tsv. */
#ifndef FSC_PROPOSE_LIMITS_H
#define FSC_PROPOSE_LIMITS_H

#include <fascicle/status.h>

typedef struct fsc_propose_limits {
    double similarity_min, fat_share_flag, fat_share_refuse, fat_voxel_fraction, ring_contrast_flag, unseen_share_flag, unseen_share_refuse,
        area_ratio_low,
        area_ratio_high, side_ratio_flag, share_in_field_refuse, runner_up_gap, anchor_reach_mm, carry_similarity_min,
        carry_apart_flag_mm, carry_volume_ratio_flag, muscles_from_level, part_fat_share_flag, part_skew_flag;
} fsc_propose_limits;

FSC_MUST_USE fsc_status fsc_propose_limits_read(fsc_propose_limits *out, fsc_error *err);

#endif
