/* The sheet: the measures' rows laid out as muscles x levels x sides, as every figure and table of the page wants them.
 */
#ifndef FSC_REPORT_SHEET_H
#define FSC_REPORT_SHEET_H

#include <fascicle/measure.h>
#include <fascicle/report.h>
#include <stddef.h>
#include <stdint.h>

/* Where a site is drawn. The reader's left is the person's right. */
typedef enum fsc_slot { FSC_SLOT_RIGHT = 0, FSC_SLOT_LEFT = 1, FSC_SLOT_CENTRE = 2 } fsc_slot;

typedef struct fsc_sheet_muscle {
    const char *key;   /* borrowed from the rows */
    const char *name;  /* for readers */
    const char *layer; /* "deep", ..., "" when unknown */
    int32_t order;     /* 1 = nearest to the midline */
} fsc_sheet_muscle;

typedef struct fsc_sheet_level {
    char name[12];
    double order;     /* head to foot; NaN for "n/a" */
    int32_t measured; /* 0: drawn faint, above, below or between the levels with sites */
} fsc_sheet_level;

/* One cell: NULL row = not measured; NULL site = no record of it. */
typedef struct fsc_cell {
    const fsc_row *row;
    const fsc_map_site *site;
} fsc_cell;

typedef struct fsc_sheet {
    const fsc_map *map;  /* borrowed; NULL = no record */
    const fsc_row **row; /* owned list of borrowed rows, in the order of the measures */
    int32_t n_row;
    fsc_sheet_muscle *muscle; /* owned, ordered from the midline outwards */
    int32_t n_muscle;
    fsc_sheet_level *level; /* owned, ordered from head to foot */
    int32_t n_level;
    fsc_cell *cell; /* owned: (n_muscle, n_level, 3) */
    int32_t n_site; /* cells with a row */
    int32_t n_measured_level;
    int32_t side_unknown; /* non-zero: some site's side is unknown */
    int32_t n_placed;     /* cells with a percentile */
    int32_t n_compared;   /* cells compared with an earlier visit */
} fsc_sheet;

/* Lays the rows out; an empty sheet (n_site 0) when measures is NULL or has no site rows. */
FSC_MUST_USE fsc_status fsc_sheet_make(fsc_sheet *out, const fsc_report_input *input, fsc_error *err);
void fsc_sheet_free(fsc_sheet *sheet);
static inline void fsc_sheet_cleanup(fsc_sheet *sheet) {
    fsc_sheet_free(sheet);
}
#define FSC_AUTO_SHEET __attribute__((cleanup(fsc_sheet_cleanup)))

const fsc_cell *fsc_sheet_cell(const fsc_sheet *sheet, int32_t muscle, int32_t level, fsc_slot slot);
/* The vertebra with number n in SCT's numbering: C1 = 1 ... S1 = 25; "" outside. */
void fsc_sheet_vertebra_name(int n, char name[12]);
/* "C2 to C7", "L4", or "" when no level is known. */
void fsc_sheet_span(const fsc_sheet *sheet, char *text, size_t size);
/* Non-zero when the measured levels reach into the neck (C1-C7). */
int fsc_sheet_in_neck(const fsc_sheet *sheet);

/* Non-zero when the cell has a percentile against a norm of its own method. */
int fsc_cell_is_placed(const fsc_cell *cell);
/* +1 or -1 for a real change since the earlier visit, else 0. */
int fsc_cell_change(const fsc_cell *cell);

/* The side difference of a site: left minus right and its 90 % half width, NaN unless both sides are measured. Non-zero
 * when the interval leaves zero out, which by chance happens at one place in ten. */
int fsc_sheet_side_difference(const fsc_sheet *sheet, int32_t muscle, int32_t level, double *difference,
                              double *half90);

#endif
