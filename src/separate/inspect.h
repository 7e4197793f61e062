/* A look at whether the echoes of a scan belong together: an echo of another scale, place, time or order leaves what no
 * field and no mixture explains, and the others fit well without it. */
#ifndef FSC_SEPARATE_INSPECT_H
#define FSC_SEPARATE_INSPECT_H

#include "branch.h"

/* Before anything is fitted: an echo or a slice of one without signal, two equal echoes, magnitudes below zero
 * (FSC_E_RANGE, naming the echo). */
FSC_MUST_USE fsc_status fsc_inspect_images(const fsc_scan *scan, fsc_error *err);

/* moved.c: warns of an echo that lies some voxels away from the others, from three echoes on. */
FSC_MUST_USE fsc_status fsc_inspect_places(const fsc_scan *scan, fsc_notes *notes, fsc_error *err);

/* Warns where many magnitudes of an echo are one and the same largest number: cut off when they were stored. */
void fsc_inspect_ceiling(const fsc_scan *scan, fsc_notes *notes);

/* holes.c: warns of an echo that is exactly 0, or of one phase over long rows, where other echoes show a body. */
void fsc_inspect_holes(const fsc_scan *scan, fsc_notes *notes);

/* Mean over echoes of how alike the phase steps of neighbouring voxels are: near 1 for any field, near 0 where phase
 * means nothing. */
double fsc_inspect_coherence(const fsc_sample *sample);

/* Warns where the phases look like cycles that were read as radians. */
void fsc_inspect_phase_range(const fsc_sample *sample, fsc_notes *notes);

/* What is left when one echo is left out. */
typedef struct fsc_leftout {
    int32_t out;     /* in: which echo, or -1: none */
    double left;     /* per degree of freedom, relative to the signal, mean over voxels */
    double strength; /* of the echo left out, over what the others foretell: median */
    double strength_se;
} fsc_leftout;

/* strength and strength_se from n values, which change their order; 1 and 0 without any. */
void fsc_leftout_strength(fsc_leftout *result, double *value, int32_t n);

/* Fills left and strength with the images image[k] taken at the times of the echoes time[k], k < n. */
typedef fsc_status (*fsc_left_fn)(fsc_leftout *result, void *context, const int32_t *image, const int32_t *time,
                                  int32_t n, fsc_error *err);
/* Leaves echoes out and exchanges pairs, and warns of the one (or the two) without which the rest fits. least: fewest
 * echoes that leave anything over. te_s names them. */
FSC_MUST_USE fsc_status fsc_inspect_echoes(const double *te_s, int32_t n_echo, int32_t least, fsc_left_fn left,
                                           void *context, fsc_notes *notes, fsc_error *err);
/* The same for the complex echoes of a sample. */
FSC_MUST_USE fsc_status fsc_inspect_complex(const fsc_sample *sample, fsc_notes *notes, fsc_error *err);

#endif
