/* The affine step: where, how turned and how large the average body lies in the scan. */
#ifndef FSC_PROPOSE_ALIGN_H
#define FSC_PROPOSE_ALIGN_H

#include "atlas.h"

#include <fascicle/propose.h>

typedef struct fsc_alignment {
    double to_body[12]; /* scan mm to average-body mm, row-major 3 x 4 */
    double similarity;
    double runner_up_similarity, runner_up_shift_mm; /* NaN without a rival */
} fsc_alignment;

/* scene at about 6 mm. With an anchor its vertebra stays within reach_mm of where it was placed. Returns FSC_OK,
 * FSC_E_CANCELLED, FSC_E_NOMEM, FSC_E_NUMERIC (the optimiser failed), FSC_E_SHAPE (no body in the scene). */
FSC_MUST_USE fsc_status fsc_align(fsc_alignment *out, const fsc_atlas *atlas, const fsc_scene *scene,
                                  const fsc_anchor *anchor, double reach_mm, int32_t n_threads,
                                  const fsc_progress *progress, fsc_error *err);

/* The same between two scans of one person: from is the other scan, middle_mm the middle of its labels. to_body then
 * takes scan mm to the other scan's mm. Scans may lie up to some 40 mm apart. */
FSC_MUST_USE fsc_status fsc_align_scans(fsc_alignment *out, const fsc_atlas *from, const double middle_mm[3],
                                        const fsc_scene *scene, int32_t n_threads, const fsc_progress *progress,
                                        fsc_error *err);

#endif
