/* The pieces of a page that stands alone: maps and sites as text, and the built page around them. */
#ifndef FSC_VIEW_HELD_H
#define FSC_VIEW_HELD_H

#include "text.h"

#include <fascicle/anatomy.h>
#include <fascicle/volume.h>

enum { FSC_VIEW_HELD_VOXELS_MAX = 1000000 };

/* A grid of at most FSC_VIEW_HELD_VOXELS_MAX voxels over the same body: step[a] voxels of from along axis a are one. */
void fsc_view_held_grid(fsc_grid *out, int64_t step[3], const fsc_grid *from);

/* Each block's mean of what is known, rounded to quantum; data is of from. *out is owned (fsc_alloc). */
FSC_MUST_USE fsc_status fsc_view_held_mean(float **out, const fsc_grid *to, const int64_t step[3], const fsc_grid *from,
                                           const float *data, double scale, double quantum, fsc_error *err);
/* Each block's middle voxel. *out is owned (fsc_alloc). */
FSC_MUST_USE fsc_status fsc_view_held_middle(int32_t **out, const fsc_grid *to, const int64_t step[3],
                                             const fsc_grid *from, const int32_t *data, fsc_error *err);

void fsc_view_held_base64(fsc_text *out, const unsigned char *bytes, size_t n);

/* The built page of folder (index.html, app.css, app.js, licences.txt) as one file with blocks (script elements that
 * hold data) in it: nothing may be loaded, and only this very script and style run. FSC_E_NOTFOUND: no page there;
 * FSC_E_FORMAT: not the page of this version. */
FSC_MUST_USE fsc_status fsc_view_held_page(fsc_text *out, const char *folder, const fsc_text *blocks, fsc_error *err);

#endif
