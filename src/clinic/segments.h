/* Segments: what the segments of somebody's DICOM segmentation stand for, by their names and codes. */
#ifndef FSC_CLINIC_SEGMENTS_H
#define FSC_CLINIC_SEGMENTS_H

#include "study.h"

#include <fascicle/anatomy.h>

#define FSC_SEGMENT_SCHEME "fascicle" /* the numbering of what comes by name: data/schemes/fascicle.tsv */

enum { FSC_SEGMENT_CODES = 12 };

/* One segment as its item says; "" where it does not. */
typedef struct fsc_segment {
    int32_t number;
    char label[65];     /* (0062,0005) */
    char algorithm[17]; /* (0062,0008): AUTOMATIC, SEMIAUTOMATIC, MANUAL */
    char method[65];    /* (0062,0009) */
    char code[FSC_SEGMENT_CODES][17], scheme[FSC_SEGMENT_CODES][17];
    int32_t n_code;
    int32_t value; /* in the scheme; 0: no muscle with a side and no vertebra */
    int32_t is_muscle;
} fsc_segment;

/* Fills value and is_muscle of each: the name decides, and where it says nothing the codes do. "Multifidus L4 left",
 * "autochthon_left", "vertebrae_L4" and "L4 vertebra" are such names. Returns FSC_OK, FSC_E_NOMEM. */
FSC_MUST_USE fsc_status fsc_segments_name(fsc_segment *segment, int32_t n, fsc_error *err);

#endif
