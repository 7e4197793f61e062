/* The pieces of the butterfly picture: a cell, a vertebra, a name, the legend. */
#ifndef FSC_REPORT_BUTTERFLY_PARTS_H
#define FSC_REPORT_BUTTERFLY_PARTS_H

#include "butterfly.h"
#include "text.h"

#define FSC_BUTTERFLY_LINES 3

typedef enum fsc_butterfly_style { FSC_BUTTERFLY_FULL = 0, FSC_BUTTERFLY_PLAIN } fsc_butterfly_style;

typedef struct fsc_butterfly {
    const fsc_case *of;
    const fsc_sheet *sheet; /* of it */
    fsc_butterfly_style style;
    const char *const *names; /* of the muscles, plain; NULL = as the sheet has them */
    const char *id;
    double width, height, middle, top, bottom;
    double cell_width, measured_height, faint_height;
    size_t name_limit; /* characters of a muscle name on one line */
    int names_upright; /* non-zero: muscle names stand on end for lack of width */
} fsc_butterfly;

typedef struct fsc_butterfly_box {
    double x, y, w, h;
    int sign; /* -1: the reader's left wing, inner edge on the right */
} fsc_butterfly_box;

#define FSC_BUTTERFLY_GAP 3.0
/* Non-zero when cells are wide enough to print the percentile beside the value. */
static inline int fsc_butterfly_shows_percentile(const fsc_butterfly *b) {
    return b->style == FSC_BUTTERFLY_FULL && b->cell_width >= 80;
}

void fsc_butterfly_defs(fsc_text *out, const fsc_butterfly *b);
void fsc_butterfly_cell(fsc_text *out, const fsc_butterfly *b, const fsc_cell *cell, fsc_butterfly_box box);
/* One value across both wings: two halves joined behind the vertebra. */
void fsc_butterfly_centre_cell(fsc_text *out, const fsc_butterfly *b, const fsc_cell *cell, fsc_butterfly_box left_wing,
                               fsc_butterfly_box right_wing);
void fsc_butterfly_vertebra(fsc_text *out, const fsc_butterfly *b, int32_t level, double top, double height);
/* The longest line that name is cut into. */
size_t fsc_butterfly_line_length(const char *name, size_t limit);
void fsc_butterfly_name(fsc_text *out, const fsc_butterfly *b, const char *name, double x);
/* The medial quarter as a strip at the inner edge. */
void fsc_butterfly_sliver(fsc_text *out, fsc_butterfly_box box, double medial_quartile);
/* A disc where the examiner felt something. */
void fsc_butterfly_felt(fsc_text *out, double x, double y);
double fsc_butterfly_legend_height(const fsc_butterfly *b);
void fsc_butterfly_legend(fsc_text *out, const fsc_butterfly *b);

#endif
