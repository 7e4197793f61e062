#include "site_fields.h"

/* Shorthand for the rows below. */
#define ROW(key, member, kind, name_, about_)                                                                          \
    FSC_FIELD_OF(key, fsc_site_line, row.member, kind), .name = name_, .about = about_
#define LINE(key, member, kind, name_, about_)                                                                         \
    FSC_FIELD_OF(key, fsc_site_line, member, kind), .table_only = 1, .name = name_, .about = about_
#define PLAIN(member, kind, name, about) ROW(#member, member, kind, name, about)
#define FRACTION(member, name, about) ROW(#member, member, NUMBER, name, about), .units = "1"
#define FRACTIONS(member, name, about) ROW(#member, member, NUMBERS, name, about), .units = "1"
#define WAS(column, per) .was = column, .was_per = per
#define SHOWN(head_, format_, scale_) .head = head_, .format = format_, .scale = scale_

const fsc_field fsc_site_fields[] = {
    {LINE("participant_id", participant, TEXT, "Participant", "BIDS participant label")},
    {LINE("session_id", session, TEXT, "Session", "BIDS session label: one scan day")},
    {ROW("muscle", place.muscle, TEXT, "Muscle", "Key of the muscle; \"vertebra\" for the labelled vertebral body"),
     .needed = 1},
    {ROW("level", place.level, TEXT, "Vertebral level",
         "Level along the spine's centreline; \"all\" for the whole muscle; n/a without a level map"),
     .needed = 1},
    {ROW("side", place.side, WORD, "Side", "The person's own side"), .words = fsc_side_words, .needed = 1},
    {PLAIN(kind, WORD, "Kind of row", "What the row pools"), .words = fsc_row_kind_words, .needed = 1},
    {PLAIN(label_value, VALUE, "Label value", "Value in the label map; missing where the row pools several")},
    {PLAIN(n_voxel, INT64, "Voxels", "Labelled voxels with a fat fraction: the ones that count"), .units = "voxels",
     .needed = 1},
    {PLAIN(n_missing, INT64, "Missing voxels", "Labelled voxels without a fat fraction"), .units = "voxels"},
    {FRACTION(
         coverage, "Coverage",
         "Share of the level's extent along the spine that is inside the field of view; missing for whole muscles"),
     SHOWN("Cover&#173;age", "%.2f", 1)},
    {PLAIN(cut_by_fov, FLAG, "Cut by the field of view", "1 when the muscle or its level runs out of the image")},
    {FRACTION(pdff_mean_fraction, "Mean fat fraction", "Mean over voxels; see method for what it may be called"),
     .needed = 1, WAS("pdff_mean", 100)},
    {FRACTION(pdff_se_fraction, "Standard error of the mean",
              "Sampling and noise together, spatial correlation respected; not the error of the mask"),
     WAS("pdff_se", 100)},
    {FRACTION(pdff_se_noise_fraction, "Noise part of the standard error",
              "What the voxels' own measurement errors explain"),
     WAS("pdff_se_noise", 100)},
    {FRACTION(pdff_median_fraction, "Median fat fraction", "Median over voxels"), WAS("pdff_median", 100),
     SHOWN("median", "%.1f", 100)},
    {FRACTION(pdff_mode_fraction, "Mode of the fat fraction", "Most common value: half-sample mode over voxels"),
     SHOWN("mode", "%.1f", 100)},
    {FRACTION(pdff_sd_fraction, "Spread of the fat fraction", "Standard deviation over voxels"), WAS("pdff_sd", 100),
     SHOWN("SD", "%.1f", 100)},
    {FRACTION(pdff_mean_erode1_fraction, "Mean without rim 1", "Mean after one in-plane erosion of the whole muscle"),
     WAS("pdff_mean_erode1", 100), SHOWN("1 voxel eroded", "%.1f", 100)},
    {FRACTION(pdff_mean_erode2_fraction, "Mean without rim 2", "Mean after two in-plane erosions of the whole muscle"),
     WAS("pdff_mean_erode2", 100), SHOWN("2 eroded", "%.1f", 100)},
    {PLAIN(n_voxel_erode1, INT64, "Voxels without rim 1", "Voxels left after one erosion"), .units = "voxels"},
    {PLAIN(n_voxel_erode2, INT64, "Voxels without rim 2", "Voxels left after two erosions"), .units = "voxels"},
    {FRACTIONS(pdff_quartile_fraction, "Mean of quarter *",
               "A fourth of the muscle's width in each slice; 1 is nearest to the midline, 4 farthest"),
     WAS("pdff_q*", 100), SHOWN("Q*", "%.1f", 100)},
    {FRACTIONS(pdff_quartile_se_fraction, "Standard error of quarter *", "As pdff_se_fraction"),
     WAS("pdff_q*_se", 100)},
    {PLAIN(r2star_mean_per_s, NUMBER, "Mean R2*", "Mean over voxels"), .units = "1/s", WAS("r2star_mean", 1),
     SHOWN("R2*, /s", "%.0f", 1)},
    {PLAIN(t2_mean_ms, NUMBER, "Mean T2", "Mean over voxels of a T2 map that was given; n/a without one"),
     .units = "ms", SHOWN("T2, ms", "%.0f", 1)},
    {PLAIN(t2_se_ms, NUMBER, "Standard error of the mean T2", "Over the voxels as if they were independent"),
     .units = "ms"},
    {PLAIN(csa_mm2, NUMBER, "Cross-sectional area", "Largest area square to the centreline within the row"),
     .units = "mm2", SHOWN("CSA, mm²", "%.0f", 1)},
    {PLAIN(lean_csa_mm2, NUMBER, "Lean area", "Largest cross-section weighted by 1 - fat fraction"), .units = "mm2",
     SHOWN("Lean CSA, mm²", "%.0f", 1)},
    {PLAIN(volume_mm3, NUMBER, "Volume", "Of all labelled voxels inside the field of view"), .units = "mm3",
     SHOWN("Vol&#173;ume, cm³", "%.2f", 0.001)},
    {PLAIN(lean_volume_mm3, NUMBER, "Lean volume", "Volume weighted by 1 - fat fraction"), .units = "mm3"},
    {FRACTION(swap_fraction, "Swap fraction", "Share of voxels in which fat and water may be exchanged"),
     SHOWN("Swap sus&#173;pect, %", "%.1f", 100)},
    {PLAIN(snr, NUMBER, "Signal-to-noise ratio", "Median of |water + fat| over the noise of one channel"), .units = "1",
     SHOWN("SNR", "%.0f", 1)},
    {PLAIN(quality, TEXT, "Quality", "Comma-separated words that limit what the row means; missing = nothing to say")},
    {LINE("z", row.z, NUMBER, "z-score", "Against the norm named in norm_id")},
    {LINE("percentile", row.percentile, NUMBER, "Percentile", "Against the norm named in norm_id, 0 to 100")},
    {LINE("norm_id", row.norm_id, TEXT, "Norm", "Key of the norm that the person was placed in")},
    {LINE("norm_reason", row.norm_reason, TEXT, "Why there is no norm",
          "Why the person was not placed; n/a where norm_id is given")},
    {LINE("muscle_scheme", muscle_scheme, TEXT, "Muscle scheme", "Numbering of the muscle labels that were read")},
    {LINE("level_scheme", level_scheme, TEXT, "Level scheme", "Numbering of the level labels that were read")},
    {LINE("method", method, WORD, "Method", "How the fat fraction was made"), .words = fsc_method_words, .needed = 1},
    FSC_FIELD_END};
