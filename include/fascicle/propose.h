/* Propose: labels of the low back drawn from the scan itself, for a person to look at: an average body laid into it.
 *
 * A proposal is no segmentation: until somebody has looked, it is called a proposal wherever it is shown. Method and
 * what it reached: doc/equations/propose.md. */
#ifndef FASCICLE_PROPOSE_H
#define FASCICLE_PROPOSE_H

#include <fascicle/anatomy.h>
#include <fascicle/separate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where one vertebra lies: what tells the names of the levels, which no similarity can. */
typedef struct fsc_anchor {
    char level[12];      /* "L4"; "" = none: levels are numbered from the head end ("?1", "?2", ...) */
    double centre_mm[3]; /* RAS+, middle of its vertebral body */
} fsc_anchor;

/* Reads "L4=12,-30,5" (mm, RAS+). Returns FSC_OK, FSC_E_ARG (another form, or no such lumbar level). */
FSC_API FSC_MUST_USE fsc_status fsc_anchor_parse(fsc_anchor *out, const char *text, fsc_error *err);
/* The anchor that a level map gives: its vertebra nearest to L3. levels holds SCT values (fsc_labels_translate makes
 * them). Returns FSC_OK, FSC_E_NOTFOUND (no vertebra from T11 to S1 in it). */
FSC_API FSC_MUST_USE fsc_status fsc_anchor_from_levels(fsc_anchor *out, const fsc_labels *levels, fsc_error *err);

typedef struct fsc_propose_options {
    fsc_anchor anchor;
    int32_t n_threads;            /* 0 = all; results do not depend on it */
    const fsc_progress *progress; /* may be NULL */
} fsc_propose_options;

#define FSC_PROPOSE_OPTIONS_INIT                                                                                       \
    { {{0}, {0, 0, 0}}, 0, NULL }

/* What speaks for and against one proposed muscle on one side. */
typedef struct fsc_proposed_muscle {
    char muscle[48];
    fsc_side side;
    int32_t value; /* in muscles: MuscleMap's */
    int64_t n_voxel;
    double share_in_field;         /* 0..1: of the average muscle's length, as laid into this scan */
    double fat_share;              /* of voxels over 60 % fat */
    double ring_contrast_fraction; /* median fat fraction of a ring 1 to 6 mm outside, minus inside */
    double area_ratio;             /* to the average body's, as laid into this scan */
    double side_ratio;             /* volume to the other side's */
    int32_t refused;               /* non-zero: taken out of muscles; flags says why */
    char flags[120];               /* comma-separated words, or "" */
    char look_at[80];              /* "fat-in-part" among them: which levels, comma-separated, head to foot */
} fsc_proposed_muscle;

typedef struct fsc_proposal {
    fsc_labels *muscles; /* owned: MuscleMap values on the maps' grid */
    fsc_labels *levels;  /* owned: SCT values when levels_named, else counted from the head end (scheme "relative") */
    int32_t levels_named;
    double similarity; /* mean correlation of the two channels near the labels, after the affine step */
    double runner_up_similarity, runner_up_shift_mm; /* best start at another place along the spine; NaN = none */
    fsc_proposed_muscle *muscle;                     /* owned */
    int32_t n_muscle;
    fsc_notes notes;
} fsc_proposal;

/* Proposes muscles and levels of the low back from water and fat maps. *out is owned: fsc_proposal_free. Returns
 * FSC_OK; FSC_E_UNSUPPORTED (maps without water and fat); FSC_E_SHAPE (too few slices, or a field of view too small);
 * FSC_E_ANATOMY (nothing there resembles a low back: the text gives the similarity); FSC_E_CANCELLED; FSC_E_NUMERIC;
 * FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_propose_run(fsc_proposal **out, const fsc_fatwater *maps,
                                                const fsc_propose_options *opt, fsc_error *err);
FSC_API void fsc_proposal_free(fsc_proposal *proposal);

/* Writes <dir>/<name>_desc-proposal_dseg.nii.gz, <name>_desc-proposallevels_dseg.nii.gz and their sidecars, which hold
 * similarity, runner-up and flags. recipe may be NULL. Returns FSC_OK, FSC_E_IO, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_proposal_write(const fsc_proposal *proposal, const char *dir, const char *name,
                                                   const fsc_recipe *recipe, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
