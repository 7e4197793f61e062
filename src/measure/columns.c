#include "columns.h"

#define NUMBER(name, field, scale, format, long_name, description, units)                                              \
    { name, FSC_COLUMN_NUMBER, offsetof(fsc_row, field), 0, scale, format, long_name, description, units }
#define PERCENT(name, field, long_name, description) NUMBER(name, field, 100, "%.3f", long_name, description, "percent")
#define COUNT(name, field, long_name, description)                                                                     \
    { name, FSC_COLUMN_COUNT, offsetof(fsc_row, field), 0, 1, "", long_name, description, "voxels" }
#define WHOLE(name, field, long_name, description)                                                                     \
    { name, FSC_COLUMN_WHOLE, offsetof(fsc_row, field), 0, 1, "", long_name, description, "" }
#define TEXT(name, field, long_name, description)                                                                      \
    {                                                                                                                  \
        name, FSC_COLUMN_TEXT, offsetof(fsc_row, field), sizeof(((fsc_row *)0)->field), 1, "", long_name, description, \
            ""                                                                                                         \
    }
#define WORD(name, kind, long_name, description)                                                                       \
    { name, kind, 0, 0, 1, "", long_name, description, "" }

const fsc_column fsc_columns[] = {
    WORD("participant_id", FSC_COLUMN_PARTICIPANT, "Participant", "BIDS participant label"),
    WORD("session_id", FSC_COLUMN_SESSION, "Session", "BIDS session label: one scan day"),
    TEXT("muscle", place.muscle, "Muscle", "Key of the muscle; \"vertebra\" for the labelled vertebral body"),
    WORD("side", FSC_COLUMN_SIDE, "Side", "The person's own side"),
    TEXT("level", place.level, "Vertebral level",
         "Level along the spine's centreline; \"all\" for the whole muscle; n/a without a level map"),
    WORD("level_scheme", FSC_COLUMN_LEVEL_SCHEME, "Level scheme", "Numbering of the level labels that were read"),
    WHOLE("label_value", label_value, "Label value", "Value in the label map; n/a where the row pools several"),
    COUNT("n_voxel", n_voxel, "Voxels", "Labelled voxels with a fat fraction: the ones that count"),
    NUMBER("coverage", coverage, 1, "%.3f", "Coverage",
           "Share (0 to 1) of the level's extent along the spine that is inside the field of view", "1"),
    NUMBER("csa_mm2", csa_mm2, 1, "%.2f", "Cross-sectional area",
           "Largest area square to the centreline within the row", "mm2"),
    NUMBER("volume_mm3", volume_mm3, 1, "%.1f", "Volume", "Of all labelled voxels inside the field of view", "mm3"),
    PERCENT("pdff_mean", pdff_mean_fraction, "Mean fat fraction",
            "Mean over voxels; see method for what it may be called"),
    PERCENT("pdff_median", pdff_median_fraction, "Median fat fraction", "Median over voxels"),
    PERCENT("pdff_sd", pdff_sd_fraction, "Spread of the fat fraction", "Standard deviation over voxels"),
    PERCENT("pdff_se", pdff_se_fraction, "Standard error of pdff_mean",
            "Sampling and noise together, spatial correlation respected; not the error of the mask"),
    NUMBER("r2star_mean", r2star_mean_per_s, 1, "%.3f", "Mean R2*", "Mean over voxels", "1/s"),
    NUMBER("lean_csa_mm2", lean_csa_mm2, 1, "%.2f", "Lean area", "Largest cross-section weighted by 1 - fat fraction",
           "mm2"),
    NUMBER("swap_fraction", swap_fraction, 1, "%.4f", "Swap fraction",
           "Share (0 to 1) of voxels in which fat and water may be exchanged", "1"),
    NUMBER("snr", snr, 1, "%.2f", "Signal-to-noise ratio", "Median of |water + fat| over the noise of one channel",
           "1"),
    WORD("z", FSC_COLUMN_LATER, "z-score", "Against the norm named in norm_id; filled by the map"),
    WORD("percentile", FSC_COLUMN_LATER, "Percentile", "Against the norm named in norm_id; filled by the map"),
    WORD("norm_id", FSC_COLUMN_LATER, "Norm", "Key of the norm; filled by the map"),
    TEXT("quality", quality, "Quality", "Comma-separated words that limit what the row means; n/a = nothing to say"),
    WORD("kind", FSC_COLUMN_KIND, "Kind of row", "What the row pools"),
    WORD("muscle_scheme", FSC_COLUMN_MUSCLE_SCHEME, "Muscle scheme", "Numbering of the muscle labels that were read"),
    WORD("method", FSC_COLUMN_METHOD, "Method", "How the fat fraction was made"),
    WHOLE("cut_by_fov", cut_by_fov, "Cut by the field of view", "1 when the muscle or its level runs out of the image"),
    COUNT("n_missing", n_missing, "Missing voxels", "Labelled voxels without a fat fraction"),
    NUMBER("lean_volume_mm3", lean_volume_mm3, 1, "%.1f", "Lean volume", "Volume weighted by 1 - fat fraction", "mm3"),
    PERCENT("pdff_se_noise", pdff_se_noise_fraction, "Noise part of pdff_se",
            "What the voxels' own measurement errors explain"),
    PERCENT("pdff_mean_erode1", pdff_mean_erode1_fraction, "Mean without rim 1",
            "Mean after one in-plane erosion of the whole muscle"),
    COUNT("n_voxel_erode1", n_voxel_erode1, "Voxels without rim 1", "Voxels left after one erosion"),
    PERCENT("pdff_mean_erode2", pdff_mean_erode2_fraction, "Mean without rim 2",
            "Mean after two in-plane erosions of the whole muscle"),
    COUNT("n_voxel_erode2", n_voxel_erode2, "Voxels without rim 2", "Voxels left after two erosions"),
    PERCENT("pdff_q1", pdff_quartile_fraction[0], "Mean of quarter 1",
            "Medial quarter: a fourth of the muscle's width in each slice"),
    PERCENT("pdff_q2", pdff_quartile_fraction[1], "Mean of quarter 2", "Second quarter from the midline"),
    PERCENT("pdff_q3", pdff_quartile_fraction[2], "Mean of quarter 3", "Third quarter from the midline"),
    PERCENT("pdff_q4", pdff_quartile_fraction[3], "Mean of quarter 4", "Lateral quarter"),
    PERCENT("pdff_q1_se", pdff_quartile_se_fraction[0], "Standard error of quarter 1", "As pdff_se"),
    PERCENT("pdff_q2_se", pdff_quartile_se_fraction[1], "Standard error of quarter 2", "As pdff_se"),
    PERCENT("pdff_q3_se", pdff_quartile_se_fraction[2], "Standard error of quarter 3", "As pdff_se"),
    PERCENT("pdff_q4_se", pdff_quartile_se_fraction[3], "Standard error of quarter 4", "As pdff_se"),
};
const int32_t fsc_n_columns = (int32_t)(sizeof fsc_columns / sizeof *fsc_columns);

const char *fsc_row_kind_word(fsc_row_kind kind) {
    switch (kind) {
    case FSC_ROW_SITE: return "site";
    case FSC_ROW_SITE_BOTH: return "site-both-sides";
    case FSC_ROW_MUSCLE: return "muscle";
    case FSC_ROW_MUSCLE_BOTH: return "muscle-both-sides";
    case FSC_ROW_LEVEL_BONE: return "bone";
    }
    return NULL;
}

const char *fsc_row_method_word(fsc_method method) {
    switch (method) {
    case FSC_METHOD_COMPLEX: return "complex-multi-echo-pdff";
    case FSC_METHOD_MAGNITUDE: return "magnitude-multi-echo-pdff";
    case FSC_METHOD_TWO_POINT: return "2-point-fat-signal-fraction";
    case FSC_METHOD_TWO_POINT_MAGNITUDE: return "2-point-magnitude-fat-signal-fraction";
    case FSC_METHOD_READY_WATER_FAT: return "ready-water-fat-images";
    case FSC_METHOD_READY_FAT_FRACTION: return "ready-fat-fraction-map";
    }
    return NULL;
}
