/* Which slices are shown, and how much of them. */
#ifndef FSC_REPORT_SLICE_PLAN_H
#define FSC_REPORT_SLICE_PLAN_H

#include "outline.h"
#include "sheet.h"
#include "view.h"

#include <fascicle/report.h>

#define FSC_SLICES_MAX 8

typedef struct fsc_slice_pick {
    int64_t index;
    char level[12]; /* the level that an axial slice was chosen for; "" otherwise */
} fsc_slice_pick;

typedef struct fsc_slice_plan {
    fsc_view view;
    fsc_crop crop; /* the same for every slice, so that they compare */
    int32_t n;
    fsc_slice_pick pick[FSC_SLICES_MAX]; /* rising index */
    int32_t labelled;                    /* non-zero: sites are on the grid of the maps and are outlined */
} fsc_slice_plan;

/* Chooses by the labels (axial stacks: the slice with most labelled voxels of each level), else by where there is a
 * result. n is 0 when there is no map to show. */
FSC_MUST_USE fsc_status fsc_slice_plan_make(fsc_slice_plan *out, const fsc_report_input *input, const fsc_sheet *sheet,
                                            fsc_error *err);

#endif
