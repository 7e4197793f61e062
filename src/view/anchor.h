/* An anchor set by a click: the proposal is made again, held to where that vertebra is said to lie. */
#ifndef FSC_VIEW_ANCHOR_H
#define FSC_VIEW_ANCHOR_H

#include "edit.h"

/* Proposes again with body's "level" in the middle of voxel "at", and draws the proposal in place of all labels: one
 * stroke with a mark; its level map is a file beside the strokes. *changed as in fsc_view_change. FSC_E_RANGE (the
 * labels are no proposal), FSC_E_FORMAT, what fsc_propose_run returns, FSC_E_IO. */
FSC_MUST_USE fsc_status fsc_view_anchor(fsc_view_edit *edit, const fsc_json *body, int *changed, fsc_error *err);

/* The level map that goes with what stands behind "anchor " in a mark. *out is owned. */
FSC_MUST_USE fsc_status fsc_view_anchor_levels(fsc_labels **out, const fsc_view_edit *edit, const char *mark,
                                               fsc_error *err);

#endif
