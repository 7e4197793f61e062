/* The readers behind fsc_scan_read, and what they share. Each fills a zeroed scan. */
#ifndef FSC_SCAN_READ_H
#define FSC_SCAN_READ_H

#include "find.h"
#include "nifti.h"

FSC_MUST_USE fsc_status fsc_read_echoes(fsc_scan *scan, const fsc_found *found, const fsc_progress *progress,
                                        fsc_error *err);
FSC_MUST_USE fsc_status fsc_read_maps(fsc_scan *scan, const fsc_found *found, fsc_error *err);
FSC_MUST_USE fsc_status fsc_read_matlab(fsc_scan *scan, const char *path, fsc_error *err);

/* Hashes the image and its sidecar (if any) into the recipe; reports a broken sidecar. */
FSC_MUST_USE fsc_status fsc_scan_use_image(fsc_scan *scan, const fsc_image *image, fsc_error *err);
/* Adds a sidecar's facts to those known so far; fields that contradict each other are said. */
void fsc_scan_take_facts(fsc_scan *scan, const fsc_sidecar *sidecar);
/* Age and sex of scan->participant from the participants.tsv of the image's dataset, with a note; what cannot be read is
 * said and stops nothing. */
FSC_MUST_USE fsc_status fsc_scan_take_person(fsc_scan *scan, const char *image, fsc_error *err);
/* The first file's grid becomes the scan's; later ones must have the same (FSC_E_SHAPE). first names the first file. */
FSC_MUST_USE fsc_status fsc_scan_take_grid(fsc_scan *scan, const fsc_nifti_header *header, const char *path,
                                           const char *first, fsc_error *err);
/* FSC_E_FORMAT with count and place when a value is infinite or, unless nan_allowed, NaN. */
FSC_MUST_USE fsc_status fsc_scan_check_finite(const float *data, const fsc_grid *grid, const char *path,
                                              int nan_allowed, fsc_error *err);
/* FSC_E_FORMAT when one echo's values cannot be an echo's: one value everywhere, or magnitudes below zero. */
FSC_MUST_USE fsc_status fsc_echo_check(const float *data, int64_t n, int is_magnitude, const char *path,
                                       fsc_error *err);
/* Voxels that are NaN in every echo (of the first part, or of the second) become 0 in both parts: a mask. Counts those
 * that are NaN in some echoes only, which no mask is, and gives the first of them (-1: none). */
void fsc_echoes_mask(fsc_scan *scan, int64_t *n_partial, int64_t *first);
/* Sorts out seconds and milliseconds, each echo time by itself: no gradient echo is taken later than half a second. */
FSC_MUST_USE fsc_status fsc_scan_judge_te(double *te_s, int32_t n, fsc_notes *notes, const char *path, fsc_error *err);

/* In place: magnitude and phase (n values each) become real and imaginary parts. units as the sidecar states them. */
FSC_MUST_USE fsc_status fsc_phase_to_complex(float *magnitude_re, float *phase_im, int64_t n, const char *units,
                                             fsc_notes *notes, const char *path, fsc_error *err);

#endif
