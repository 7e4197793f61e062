/* Seg_read: a segmentation that lies in the study, as label map. */
#ifndef FSC_CLINIC_SEG_READ_H
#define FSC_CLINIC_SEG_READ_H

#include "segments.h"

typedef struct fsc_seg_content {
    fsc_labels *labels; /* owned; in the numbers of FSC_SEGMENT_SCHEME, NULL when no segment is of a muscle */
    int32_t n_muscle, n_vertebra, n_other; /* segments */
    int64_t n_double;                      /* voxels of two segments; the first has them */
    fsc_label_source source;
} fsc_seg_content;

/* Reads path by dcmdump; scratch is a private folder. Returns FSC_OK; FSC_E_FORMAT (no whole segmentation);
 * FSC_E_UNSUPPORTED (compressed, or not BINARY); FSC_E_SHAPE (the frames are no stack of slices); FSC_E_RANGE;
 * FSC_E_IO; FSC_E_NOMEM. Lines name no file. */
FSC_MUST_USE fsc_status fsc_seg_read(fsc_seg_content *out, const char *path, const char *scratch, fsc_error *err);

#endif
