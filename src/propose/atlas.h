/* The average low back as a picture: what lies at a point of it, and how it would look in the two channels. */
#ifndef FSC_PROPOSE_ATLAS_H
#define FSC_PROPOSE_ATLAS_H

#include "frame.h"
#include "scene.h"

/* Codes of labelled tissue; 0 = none. */
enum { FSC_ATLAS_MUSCLE = 1, FSC_ATLAS_VERTEBRA = 64, FSC_ATLAS_CODES = 96 };

typedef struct fsc_atlas_spot {
    float channel[FSC_CHANNELS];
    float weight; /* 0..1: 1 in and near labelled tissue, 0 where nobody knows what to expect */
    int32_t code; /* FSC_ATLAS_MUSCLE + 2 muscle + right, FSC_ATLAS_VERTEBRA + level, or 0 */
} fsc_atlas_spot;

/* xyz in mm of the average body (0 in the middle of L3's vertebral body). */
void fsc_atlas_at(fsc_atlas_spot *spot, const fsc_body_frame *frame, const double xyz_mm[3]);

/* The same on a grid, blurred, for the many looks of the affine step. */
typedef struct fsc_atlas {
    fsc_body_frame frame;
    int32_t dim[3];
    double origin_mm[3], step_mm;
    float *channel[FSC_CHANNELS], *weight; /* owned */
    double weight_mm3;                     /* integral of weight */
} fsc_atlas;

FSC_MUST_USE fsc_status fsc_atlas_make(fsc_atlas *out, double step_mm, double blur_mm, fsc_error *err);
void fsc_atlas_free(fsc_atlas *atlas);

#endif
