/* The sets of voxels once more, with the labels' border displaced at random: how far does what is measured depend on
 * where exactly a border was drawn? */
#ifndef FSC_MEASURE_BORDER_H
#define FSC_MEASURE_BORDER_H

#include "voxels.h"

#include <fascicle/measure.h>

/* Draw 0 is the label map as it is, the others displaced ones. Zero-initialise; n_draw 0 = borders are not known. */
typedef struct fsc_border {
    int32_t n_draw, n_set, n_slice;
    int64_t *n, *n_labelled; /* owned, (n_draw, n_set): voxels with a fat fraction, all voxels */
    double *sum;             /* owned, (n_draw, n_set): of fat fractions */
    int64_t *n_quartile;     /* owned, (n_draw, n_set, 4) */
    double *sum_quartile;    /* owned, likewise */
    int32_t *area;           /* owned, (n_draw, n_set, n_slice): voxels in each head-foot slice of the array */
    int32_t *set;            /* owned, per voxel of the grid: the set that is displaced + 1, 0 = none */
    uint8_t *quartile;       /* owned, likewise */
    uint8_t *fresh;          /* owned, n_set: measured now, not taken from an earlier one */
} fsc_border;

/* Displaces the labels of sites->border_sd_mm. before (may be NULL) is of labels with the same sets on the same grid:
 * sets that lie where they lay are taken from it. The same bits with and without it, for any number of threads. FSC_OK,
 * FSC_E_CANCELLED, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_border_measure(fsc_border *out, const fsc_voxels *voxels, const fsc_border *before,
                                           const fsc_progress *progress, fsc_error *err);
void fsc_border_free(fsc_border *border);

/* The label's part of the error of a row that joins the sets list[0 .. n_list). Missing where there is no border or
 * nothing to measure. */
void fsc_label_error(fsc_row *row, const fsc_border *border, const fsc_voxels *voxels, const int32_t *list,
                     int32_t n_list);

#endif
