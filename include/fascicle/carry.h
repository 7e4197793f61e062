/* Carry: labels of one scan of a person brought to another scan of the same person. */
#ifndef FASCICLE_CARRY_H
#define FASCICLE_CARRY_H

#include <fascicle/notes.h>
#include <fascicle/separate.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One label as it was carried. */
typedef struct fsc_carried_label {
    int32_t value;       /* in the map's own numbering */
    int32_t is_level;    /* non-zero: of the level map */
    int64_t n_voxel;     /* on the new scan's grid */
    double volume_ratio; /* to what it was */
    double apart_mm;     /* median over its voxels: the way there and the way back, how far from where it began */
    char flags[60];      /* comma-separated words ("way-back", "volume", "lost"), or "" */
} fsc_carried_label;

typedef struct fsc_carried {
    fsc_labels *muscles, *levels; /* owned, on the new scan's grid, values as they were; levels NULL without a map */
    double similarity;        /* mean correlation of water and fat channels near the labels, after the affine step */
    fsc_carried_label *label; /* owned */
    int32_t n_label;
    fsc_notes notes;
} fsc_carried;

typedef struct fsc_carry_input {
    const fsc_fatwater *from, *to; /* water and fat maps of the scan that is labelled, and of the other */
    const fsc_labels *muscles;     /* of from, on any grid in its space */
    const fsc_labels *levels;      /* likewise; NULL = none */
    int32_t n_threads;             /* 0 = all; results do not depend on it */
    const fsc_progress *progress;  /* may be NULL */
} fsc_carry_input;

/* Lays one scan onto the other (affine, then bent both ways; the mean of both ways counts, so that neither scan is the
 * one that fits better) and carries the labels along. Method and what it reached: doc/equations/propose.md. *out is
 * owned: fsc_carried_free. Returns FSC_OK; FSC_E_UNSUPPORTED (maps without water and fat); FSC_E_NOTFOUND (no label
 * lies in the first scan); FSC_E_ANATOMY (the scans do not resemble each other there: the text gives the similarity);
 * FSC_E_CANCELLED; FSC_E_NUMERIC; FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_carry_run(fsc_carried **out, const fsc_carry_input *in, fsc_error *err);
FSC_API void fsc_carried_free(fsc_carried *carried);

/* Writes <dir>/<name>_desc-carried_dseg.nii.gz, <name>_desc-carriedlevels_dseg.nii.gz and their sidecars. recipe may be
 * NULL. Returns FSC_OK, FSC_E_IO, FSC_E_RANGE, FSC_E_NOMEM. */
FSC_API FSC_MUST_USE fsc_status fsc_carried_write(const fsc_carried *carried, const char *dir, const char *name,
                                                  const fsc_recipe *recipe, fsc_error *err);

#ifdef __cplusplus
}
#endif
#endif
